"""What a card is and what an answer was: frozen values that every room shares.

Imports nothing of ours, knows no file, no database and no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Literal, NewType

CardId = NewType("CardId", str)
"""Minted once and never recomputed; says nothing about where the card stands."""

Day = NewType("Day", int)
"""Calendar days since 1970-01-01, local time; a day starts at 04:00, as in Anki."""

Language = Literal["zh", "en"]
Kind = Literal["qa", "cloze", "numeric"]
Form = Literal["question", "statement", "topic", "note"]
"""What stood in the notes: a question, a fact put as a heading, a topic ("… summary"), or long free notes."""


class Rating(IntEnum):
    """How well the answer came, in FSRS's four steps."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


@dataclass(frozen=True, slots=True)
class DemoLink:
    """A demo that proves a card, with the parameters that fit the card."""

    slug: str
    params: Mapping[str, Any] = field(default_factory=dict)
    explicit: bool = True
    """True when the deck's author wrote it; False when it was found by the card's concepts."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One card as a reader found it in a file, before it has an identity.

    ``answer`` is raw markdown, trimmed of blank lines and dedented; ``""`` where the notes hold none.
    The fields from ``card_id`` on are filled by our own deck format only.
    """

    question: str
    answer: str
    line: int
    """1-based line of the question."""
    end_line: int
    """Last line that belongs to the card, answer included."""
    number: str | None = None
    """As written in the notes ("2.15.3", "7", "Q25" -> "25"); a label, never an identity."""
    path: tuple[str, ...] = ()
    """Headings above the card, outermost first."""
    form: Form = "question"
    remarks: tuple[str, ...] = ()
    """Statements that stood beside the card: shown with it, not graded."""
    context: str = ""
    """What the question talks about (code above it, the asker's words); shown with the question."""
    card_id: CardId | None = None
    kind: Kind = "qa"
    tags: tuple[str, ...] = ()
    difficulty: int | None = None
    importance: float | None = None
    demos: tuple[DemoLink, ...] = ()
    also: tuple[str, ...] = ()
    """Other ways to ask the same."""
    reviewed: bool | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Metadata keys we do not know, kept for the round trip (``numeric`` lives here until it is played)."""

    @property
    def answered(self) -> bool:
        """Whether the notes hold an answer at all."""
        return bool(self.answer.strip())


@dataclass(frozen=True, slots=True)
class Variant:
    """A card's text in one language."""

    question: str
    answer: str
    key_points: tuple[str, ...] = ()
    """What a good answer mentions, in order, markdown marks stripped: a function of the answer."""
    remarks: tuple[str, ...] = ()
    context: str = ""
    also: tuple[str, ...] = ()
    notes_answer: str | None = None
    """What the notes say (perhaps nothing), where ``answer`` is the person's own; ``None``: it is the notes'."""
    twin: CardId | None = None
    """The card of ours that ``answer`` comes from, where the person's notes hold none."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a card stands in the person's files; it may move without the card changing."""

    file: str
    line: int
    end_line: int
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A card with its identity; its text in one or two languages shares one schedule."""

    id: CardId
    deck: str
    """Title of the deck, as shown."""
    variants: Mapping[Language, Variant]
    path: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    kind: Kind = "qa"
    form: Form = "question"
    reviewed: bool = True
    """False for statements, topics and long notes until the person says otherwise."""
    difficulty: int | None = None
    importance: float = 1.0
    demos: tuple[DemoLink, ...] = ()
    place: Place | None = None
    changed_at: int = 0
    """Unix milliseconds of the last change of content (not of place)."""
    extra: Mapping[str, Any] = field(default_factory=dict)

    def variant(self, language: Language) -> Variant:
        """The text in ``language``, or in whatever language the card has."""
        return self.variants.get(language) or next(iter(self.variants.values()))

    @property
    def answered(self) -> bool:
        """Whether any language has an answer; unanswered cards are never scheduled."""
        return any(v.answer.strip() for v in self.variants.values())


@dataclass(frozen=True, slots=True)
class Review:
    """One answer, as kept in the append-only log."""

    id: int
    """Unix milliseconds of the answer, made unique; the log's key and order."""
    card_id: CardId
    rating: Rating
    day: Day
    interval: int
    """Days until the card was to be shown again, as decided then (the log alone rebuilds every due date)."""
    duration_ms: int
    """From the question on the screen to the grade, capped by the session."""


@dataclass(frozen=True, slots=True)
class MemoryState:
    """FSRS memory of one card after its last review."""

    stability: float
    """Days until recall falls to 90 %."""
    difficulty: float
    """1 (easy) to 10 (hard)."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Where a card stands: its memory and when it is due.  A pure function of its reviews."""

    memory: MemoryState
    due: Day
    last_day: Day
    reps: int
    lapses: int
