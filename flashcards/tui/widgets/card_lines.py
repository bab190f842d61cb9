"""How a card reads from top to bottom: context, question, marks, a rule, the answer, what stands beside it.

Pure: what is shown comes in as a :class:`Face`, lines come out; the text room lays out the markdown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from flashcards.locale import text
from flashcards.text.blocks import parse
from flashcards.text.cells import cut
from flashcards.text.layout import layout
from flashcards.text.lines import Line, Span, literal
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.widgets.drawing import line

RULE: Final = "─"
BAR: Final = "▏ "
"""Stands before what was not part of the card's own answer: its context, the typed answer, remarks."""


@dataclass(frozen=True, slots=True)
class Face:
    """What of a card is to be seen now.  All texts are raw markdown, made safe on the way to lines."""

    question: str
    context: str = ""
    answer: str | None = None
    """None while it is hidden."""
    remarks: tuple[str, ...] = ()
    typed: str | None = None
    """What the person wrote before looking; shown beside ``key_points``."""
    key_points: tuple[str, ...] = ()
    verdict: str = ""
    """What there is to say about a typed number, in the person's language."""
    tags: tuple[str, ...] = ()
    demos: tuple[str, ...] = ()
    """Titles of the demos that prove the card."""
    notes: tuple[str, ...] = ()
    """Short facts about the card, in the person's language: flagged, not checked yet, difficulty."""
    heading: str = ""
    """Stands above everything."""
    below: Face | None = None
    """Stands beneath everything: the card in its other language."""


def card_lines(face: Face, width: int) -> Sequence[Line]:
    """The card in lines of at most ``width`` cells."""
    return tuple(_card(face, width))


def _card(face: Face, width: int) -> Iterator[Line]:
    yield from _one_face(face, width)
    if face.below is not None:
        yield line()
        yield line((RULE * width, "rule"))
        yield from _card(face.below, width)


def _one_face(face: Face, width: int) -> Iterator[Line]:
    if face.heading:
        yield line((cut(sanitize_line(face.heading), width), "muted"))
        yield line()
    if face.context:
        yield from _barred(face.context, width, "muted")
        yield line()
    yield from _question(face.question, width)
    if marks := tuple(_marks(face, width)):
        yield line()
        yield from marks
    if face.answer is None:
        return
    yield line()
    yield line((RULE * width, "rule"))
    yield line()
    if face.typed is not None:
        yield from _beside_key_points(face, width)
    if face.answer.strip():
        yield from layout(parse(face.answer), width)
    else:
        yield line((text("card.no_answer"), "muted"))
    for remark in face.remarks:
        yield line()
        yield from _barred(remark, width, "")


def _question(markdown: str, width: int) -> Iterator[Line]:
    """The question's own words are set off by weight, not by size: a terminal has one size."""
    for laid_out in layout(parse(markdown), width):
        yield tuple(Span(s.text, s.style or "title", s.link) for s in laid_out)


def _marks(face: Face, width: int) -> Iterator[Line]:
    """Tags, facts and demos, a demo a line; they fold rather than being cut."""
    facts = [f"#{tag}" for tag in face.tags] + list(face.notes)
    if facts:
        words = "  ".join(sanitize_line(fact).replace(" ", "\u00a0") for fact in facts)
        for folded in layout(parse(_literal(words)), width):
            yield tuple(literal(s.text.replace("\u00a0", " "), "muted") for s in folded)
    for title in face.demos:
        yield from (
            (literal("▸ ", "accent"), *laid_out) for laid_out in layout(parse(_literal(title)), width - 2)
        )


def _beside_key_points(face: Face, width: int) -> Iterator[Line]:
    yield line((text("card.typed"), "muted"))
    yield from _barred(_literal(face.typed or "—"), width, "")
    if face.verdict:
        yield from layout(parse(_literal(face.verdict)), width)
    yield line()
    if face.key_points:
        yield line((text("card.key_points"), "muted"))
        yield from layout(parse("\n".join(f"- {_literal(point)}" for point in face.key_points)), width)
        yield line()
        yield line((text("card.answer"), "muted"))


def _barred(markdown: str, width: int, style: str) -> Iterator[Line]:
    for laid_out in layout(parse(markdown), max(1, width - len(BAR))):
        yield (literal(BAR, "rule"), *(Span(s.text, s.style or style, s.link) for s in laid_out))


def _literal(words: str) -> str:
    """``words`` as markdown that shows exactly them: what a person types is not markup."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]()#+-.!|<>~$=^&:" else char for char in words)
