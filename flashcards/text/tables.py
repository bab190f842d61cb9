"""Tables by cells of the terminal: columns share the width, cells fold, narrow screens get records.

Every cell is shown whole, whatever the width.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TypeAlias

from flashcards.text.blocks import ColumnAlign
from flashcards.text.lines import Glyphs, Line, Span, line_width, literal, merged, prefixed
from flashcards.text.wrap import natural_width, wrap

NARROW = 50
"""Cells; below it a table that would have to fold is shown as records."""
MIN_COLUMN = 4
MAX_WORD = 12
"""A column need not be wider than this to keep a long word whole."""

Cell: TypeAlias = list[Span]


def table_lines(
    header: list[Cell], rows: list[list[Cell]], aligns: tuple[ColumnAlign, ...], width: int, glyphs: Glyphs
) -> list[Line]:
    """The table in at most ``width`` cells, as a grid if its columns have room, else a record for each row."""
    measures = [[natural_width(cell) for cell in column] for column in zip(header, *rows, strict=True)]
    natural = [max(MIN_COLUMN, *(full for full, _ in column)) for column in measures]
    least = [max(MIN_COLUMN, min(MAX_WORD, max(word for _, word in column))) for column in measures]
    least = [min(pair) for pair in zip(least, natural, strict=True)]
    room = width - 3 * len(header) - 1
    if sum(natural) <= room:
        return _grid(header, rows, aligns, natural, glyphs)
    if width < NARROW or sum(least) > room:
        return _records(header, rows, width, glyphs)
    return _grid(header, rows, aligns, _shared(natural, least, room), glyphs)


def _shared(natural: list[int], least: list[int], room: int) -> list[int]:
    """Widths that fill ``room``: short columns keep theirs, long ones share the rest by their length.

    ``least`` must fit into ``room`` and ``natural`` must not.
    """
    columns = range(len(natural))
    long, rest = set(columns), room
    while short := {i for i in long if natural[i] <= rest // len(long)}:
        long -= short
        rest -= sum(natural[i] for i in short)
    total = sum(natural[i] for i in long)
    widths = [max(least[i], rest * natural[i] // total) if i in long else natural[i] for i in columns]
    while (surplus := sum(widths) - room) > 0:
        wide = [i for i in long if widths[i] > least[i]] or [i for i in columns if widths[i] > least[i]]
        widths[max(wide, key=lambda i: widths[i] / natural[i])] -= 1
    for _ in range(-surplus):
        widths[min(long, key=lambda i: widths[i] / natural[i])] += 1
    return widths


def _grid(
    header: list[Cell],
    rows: list[list[Cell]],
    aligns: tuple[ColumnAlign, ...],
    widths: list[int],
    glyphs: Glyphs,
) -> list[Line]:
    folded = [[wrap(cell, width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    head = [wrap(cell, width) for cell, width in zip(header, widths, strict=True)]
    corners = glyphs.corners
    middle = _border(widths, corners[3:6], glyphs)
    tall = any(len(cell) > 1 for row in folded for cell in row)
    lines = [_border(widths, corners[0:3], glyphs), *_row(head, widths, aligns, glyphs)]
    for number, row in enumerate(folded):
        if number == 0 or tall:
            lines.append(middle)
        lines.extend(_row(row, widths, aligns, glyphs))
    lines.append(_border(widths, corners[6:9], glyphs))
    return lines


def _border(widths: list[int], ends: tuple[str, ...], glyphs: Glyphs) -> Line:
    left, cross, right = ends
    return (literal(left + cross.join(glyphs.across * (w + 2) for w in widths) + right, "table.border"),)


def _row(
    cells: list[list[Line]], widths: list[int], aligns: tuple[ColumnAlign, ...], glyphs: Glyphs
) -> list[Line]:
    bar = literal(glyphs.down, "table.border")
    lines: list[Line] = []
    for pieces in zip_longest(*cells, fillvalue=()):
        spans: list[Span] = [bar]
        for piece, width, align in zip(pieces, widths, aligns, strict=True):
            spare = width - line_width(piece)
            left = {"left": 0, "center": spare // 2, "right": spare}[align]
            spans += [literal(" " * (left + 1)), *piece, literal(" " * (spare - left + 1)), bar]
        lines.append(merged(spans))
    return lines or [merged([bar, *(s for w in widths for s in (literal(" " * (w + 2)), bar))])]


def _records(header: list[Cell], rows: list[list[Cell]], width: int, glyphs: Glyphs) -> list[Line]:
    """``head: cell`` line by line, a mark before the first of each row."""
    lines: list[Line] = []
    for row in rows or [[[] for _ in header]]:
        record: list[Line] = []
        for head, cell in zip(header, row, strict=True):
            colon = [literal(": ", "table.head")] if head and cell else []
            pair = wrap([*head, *colon, *cell], width - 4)
            record.extend(prefixed(pair, literal(""), literal("  ")))
        if lines:
            lines.append(())
        lines.extend(prefixed(record, literal(f"{glyphs.bullets[2]} ", "list.marker"), literal("  ")))
    return lines
