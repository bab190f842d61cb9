"""What comes out of reading a file: cards in draft, what was left out and why, and what is wrong.

Plain frozen values; no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flashcards.cards import Draft, Language
from flashcards.errors import FlashcardsError, Message


class SourceError(FlashcardsError):
    """A file that cannot be read as notes at all."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A block of the file that is in no card."""

    line: int
    end_line: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the file that the person may want to mend; reading went on."""

    line: int
    message: str

    def located(self, name: str) -> Message:
        """``file:line: message``, as printed."""
        return Message("{name}:{line}: {message}", name=name, line=self.line, message=self.message)


@dataclass(frozen=True, slots=True)
class DeckHeader:
    """The front matter of a deck file."""

    id: str | None = None
    title: str | None = None
    language: Language | None = None
    tags: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Keys we do not know, kept for the round trip."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One file, read."""

    name: str
    """As the caller named it; the file part of ``file:line``."""
    dialect: str
    title: str | None
    header: DeckHeader | None
    """Only our own deck format has one."""
    drafts: tuple[Draft, ...]
    skipped: tuple[Skipped, ...]
    problems: tuple[Problem, ...]
    language: Language


@dataclass(slots=True)
class Extract:
    """What a dialect hands back while a file is being read; becomes a ``Reading``."""

    drafts: list[Draft] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    title: str | None = None
    header: DeckHeader | None = None
    held: set[int] = field(default_factory=set)
    """Lines in use although they stand outside every card: front matter, code that a card shows as context."""
