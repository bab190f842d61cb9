"""Tables of plain words, drawn as a card's tables are: they fold, and are records on narrow screens."""

from __future__ import annotations

from collections.abc import Sequence

from flashcards.text import blocks
from flashcards.text.layout import layout
from flashcards.text.lines import Line
from flashcards.text.sanitize import sanitize_line


def table_lines(
    columns: Sequence[str], rows: Sequence[Sequence[str]], width: int, *, numeric: Sequence[bool]
) -> Sequence[Line]:
    """The rows under their heads; a column that is ``numeric`` stands to the right."""
    table = blocks.Table(
        header=tuple(map(_cell, columns)),
        rows=tuple(tuple(map(_cell, row)) for row in rows),
        aligns=tuple("right" if to_right else "left" for to_right in numeric),
    )
    return layout((table,), width)


def _cell(words: str) -> tuple[blocks.Inline, ...]:
    return (blocks.Text(sanitize_line(words)),)
