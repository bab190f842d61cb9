"""What a laid-out card is made of: lines of spans with semantic styles, drawn by whoever has a screen.

A style is one or more names separated by spaces, outermost first (``heading2 strong``); a theme gives each
name a look and lays them over each other.  Names: ``heading1`` … ``heading6 strong emphasis strike mark sup
sub code math math.source link link.url quote quote.bar list.marker task table.border table.head image
details rule footnote code.wrap`` and, in code, ``syntax.`` with ``keyword string comment number function
class decorator builtin operator``.  Text without a style has ``""``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from flashcards.text.cells import cell_width
from flashcards.text.sanitize import SafeText


class Span(NamedTuple):
    """A stretch of one line in one style."""

    text: SafeText
    style: str = ""
    link: SafeText | None = None
    """Address or path, as written, that this text points to."""


Line: TypeAlias = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The marks we draw ourselves; all of them one cell wide everywhere."""

    bullets: tuple[str, ...]
    """By depth of the list, then round again."""
    unchecked: str
    checked: str
    bar: str
    """Left of a quote."""
    fold: str
    """Before the summary of ``Details``."""
    wrapped: str
    """Before the rest of a code line that was too long."""
    across: str
    down: str
    corners: tuple[str, str, str, str, str, str, str, str, str]
    """Crossings of a table's lines, row by row: top, middle, bottom; left, middle, right."""


UNICODE = Glyphs(("•", "◦", "▪"), "☐", "☑", "▏", "▾", "↳", "─", "│", tuple("┌┬┐├┼┤└┴┘"))  # type: ignore[arg-type]
ASCII = Glyphs(("*", "-", "+"), "[ ]", "[x]", "|", "v", ">", "-", "|", tuple("+++++++++"))  # type: ignore[arg-type]
"""For terminals where box drawing is two cells wide."""


def literal(text: str, style: str = "", link: SafeText | None = None) -> Span:
    """A span of our own marks, or of text that is safe already."""
    return Span(SafeText(text), style, link)


def styled(outer: str, inner: str) -> str:
    """``inner`` laid over ``outer``."""
    return f"{outer} {inner}" if outer and inner and outer != inner else outer or inner


def line_text(line: Line) -> str:
    """The characters of a line."""
    return "".join(span.text for span in line)


def line_width(line: Iterable[Span]) -> int:
    """Cells of a line."""
    return sum(cell_width(span.text) for span in line)


def merged(spans: Iterable[Span]) -> Line:
    """A line whose neighbours of the same look are one span."""
    line: list[Span] = []
    for span in spans:
        if line and line[-1].style == span.style and line[-1].link == span.link:
            line[-1] = Span(SafeText(line[-1].text + span.text), span.style, span.link)
        elif span.text:
            line.append(span)
    return tuple(line)


def prefixed(lines: Iterable[Line], first: Span, rest: Span) -> list[Line]:
    """``lines`` with ``first`` before the first and ``rest`` before the others (spaces only before empty ones)."""
    result: list[Line] = []
    for number, line in enumerate(lines):
        prefix = rest if number else first
        result.append((prefix, *line) if line or prefix.text.strip() else ())
    return result
