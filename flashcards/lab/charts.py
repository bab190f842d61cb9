"""Tables, curves and heat maps as lines of text; widths in terminal cells, so Chinese labels stay in line."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from flashcards.lab.events import Matrix, Series, Table, Tokens

MOST_BARS = 16
"""Above that a curve is drawn as one line of blocks."""
_BAR = "█"
_PARTS = " ▏▎▍▌▋▊▉"
_LEVELS = "▁▂▃▄▅▆▇█"
_SHADES = " ░▒▓█"
_NUMBER_TEXT = re.compile(r"[+\-−<≤~≈]?\s*\d")


def number(value: Any) -> str:
    """A value as people write it: thousands separated, four significant digits, no ``e-05``."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e6:
            return f"{value:,.0f}"
        text = f"{value:.4g}" if abs(value) < 1e4 or abs(value) >= 1e7 else f"{value:,.0f}"
        mantissa, e, exponent = text.partition("e")
        return f"{mantissa}e{int(exponent)}" if e else text
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(number, value)) + "]"
    return str(value)


def table_lines(table: Table, width: int) -> list[str]:
    """Heads, a rule, and the rows; numbers to the right.  A cell that makes the table too wide is cut."""
    from flashcards.text.cells import cell_width, cut, pad

    cells = [[number(value) for value in row] for row in table.rows]
    right = [bool(cells) and all(_numeric(row[i]) for row in table.rows) for i in range(len(table.columns))]
    widths = [
        max([cell_width(head), *(cell_width(row[i]) for row in cells)])
        for i, head in enumerate(table.columns)
    ]
    while widths and sum(widths) + 2 * (len(widths) - 1) > width and max(widths) > 8:
        widths[widths.index(max(widths))] -= 1

    def line(row: Sequence[str]) -> str:
        parts = [
            pad(cut(cell, size), size, "right" if to_right else "left")
            for cell, size, to_right in zip(row, widths, right, strict=True)
        ]
        return "  ".join(parts).rstrip()

    return [line(table.columns), "  ".join("─" * size for size in widths), *map(line, cells)]


def series_lines(series: Series, width: int) -> list[str]:
    """A row of bars for every x while they are few, else one line of blocks a curve."""
    if series.kind != "bar" and len(series.x) > MOST_BARS:
        return _sparklines(series, width)
    return _bars(series, width)


def matrix_lines(matrix: Matrix, width: int) -> list[str]:
    """The numbers where they fit, else a heat map of shades with its scale."""
    columns = matrix.columns or [str(i) for i in range(len(matrix.values[0]))]
    rows = matrix.rows or [str(i) for i in range(len(matrix.values))]
    if len(columns) <= 8 and len(rows) <= 16:
        body = [[label, *row] for label, row in zip(rows, matrix.values, strict=True)]
        return table_lines(Table(matrix.title, ["", *columns], body), width)
    return _heat_map(matrix.values, rows, columns, width)


def token_lines(tokens: Tokens, width: int) -> list[str]:
    """The tokens between bars, each followed by a block as high as its weight."""
    if tokens.weights is None:
        return wrap("│" + "│".join(tokens.tokens) + "│", width)
    low, high = _range(tokens.weights)
    marked = [
        f"{token}{_level(weight, low, high)}"
        for token, weight in zip(tokens.tokens, tokens.weights, strict=True)
    ]
    return [*wrap(" ".join(marked), width), f"{_LEVELS[0]} {number(low)}   {_LEVELS[-1]} {number(high)}"]


def wrap(text: str, width: int, indent: str = "") -> list[str]:
    """One paragraph in lines of at most ``width`` cells, broken at spaces and between Chinese characters.

    ``indent`` stands before every line but the first.
    """
    from flashcards.text.cells import cell_width, chop

    lines, line = [], ""
    for piece in _pieces(text):
        if line.strip() and cell_width(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = indent
            piece = piece.lstrip()
        if cell_width(line + piece.rstrip()) > width:
            *full, piece = chop(piece, max(1, width - cell_width(indent))) or [""]
            lines.extend(full)
        line += piece
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _pieces(text: str) -> list[str]:
    """Words with the spaces before them; a wide character is one, with the closing mark after it."""
    from flashcards.text.cells import cell_width, clusters

    pieces: list[str] = []
    for cluster, cells in clusters(text):
        wide = cells == 2
        closing = cluster in "，。、；：！？）】》」』”’％"
        if (
            not pieces
            or (cluster == " " and not pieces[-1].isspace())
            or (wide and not closing)
            or (cluster != " " and pieces[-1] and cell_width(pieces[-1][-1]) == 2 and not closing)
        ):
            pieces.append(cluster)
        else:
            pieces[-1] += cluster
    return pieces


def _bars(series: Series, width: int) -> list[str]:
    from flashcards.text.cells import cell_width, pad

    labels = [number(x) for x in series.x]
    label_width = max(map(cell_width, labels), default=0)
    everything = [value for curve in series.series.values() for value in curve]
    texts = {name: [number(value) for value in curve] for name, curve in series.series.items()}
    number_width = max((cell_width(text) for curve in texts.values() for text in curve), default=0)
    curves = max(1, len(series.series))
    room = max(4, min(24, (width - label_width) // curves - number_width - 4))
    column = number_width + 1 + room
    lines = [
        (" " * label_width + "".join("  " + pad(name, column) for name in series.series)).rstrip(),
    ]
    for index, label in enumerate(labels):
        line = pad(label, label_width, "right")
        for name, curve in series.series.items():
            share = _share(curve[index], everything, series.logy)
            line += "  " + pad(
                pad(texts[name][index], number_width, "right") + " " + _bar(share, room), column
            )
        lines.append(line.rstrip())
    return lines


def _sparklines(series: Series, width: int) -> list[str]:
    from flashcards.text.cells import cell_width, pad

    name_width = max(map(cell_width, series.series), default=0)
    room = max(8, min(72, width - name_width - 26))
    lines = []
    for name, curve in series.series.items():
        low, high = _range(curve)
        points = [_scaled(value, series.logy) for value in _thinned(curve, room)]
        floor, top = _range(points)
        blocks = "".join(_level(value, floor, top) for value in points)
        lines.append(f"{pad(name, name_width)}  {blocks}  {number(low)} to {number(high)}")
    scale = ", logarithmic" if series.logy else ""
    lines.append(f"{' ' * name_width}  x from {number(series.x[0])} to {number(series.x[-1])}{scale}")
    return lines


def _heat_map(
    values: Sequence[Sequence[float]], rows: Sequence[str], columns: Sequence[str], width: int
) -> list[str]:
    from flashcards.text.cells import cell_width, cut, pad

    low, high = _range([value for row in values for value in row])
    label_width = min(12, max(map(cell_width, rows)))
    cell = 2 if 2 * len(columns) + label_width + 1 <= width else 1
    lines = []
    if cell == 2 and all(cell_width(label) <= 2 for label in columns):
        lines.append(" " * (label_width + 1) + "".join(pad(label, 2, "right") for label in columns))
    for label, row in zip(rows, values, strict=True):
        shades = "".join(_shade(value, low, high) * cell for value in row)
        lines.append(f"{pad(cut(label, label_width), label_width, 'right')} {shades}")
    lines.append(f"{' ' * label_width} blank {number(low)}   {_SHADES[-1]} {number(high)}")
    return lines


def _numeric(value: Any) -> bool:
    if isinstance(value, str):
        return _NUMBER_TEXT.match(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


def _range(values: Sequence[float]) -> tuple[float, float]:
    finite = [value for value in values if math.isfinite(value)]
    return (min(finite), max(finite)) if finite else (0.0, 0.0)


def _scaled(value: float, log: bool) -> float:
    if not log:
        return value
    return math.log10(value) if value > 0 else -math.inf


def _share(value: float, everything: Sequence[float], log: bool) -> float:
    """Length of a bar, 0 to 1: from zero, or on a log scale from a tenth below the smallest value."""
    scaled = _scaled(value, log)
    low, high = _range([_scaled(other, log) for other in everything])
    floor = low - 1 if log else min(0.0, low)
    if not math.isfinite(scaled) or high <= floor:
        return 0.0
    return (scaled - floor) / (high - floor)


def _bar(share: float, room: int) -> str:
    full, part = divmod(round(share * room * 8), 8)
    return _BAR * full + (_PARTS[part] if part else "")


def _level(value: float, low: float, high: float) -> str:
    if not math.isfinite(value):
        return " "
    return _LEVELS[0] if high <= low else _LEVELS[min(7, int((value - low) / (high - low) * 8))]


def _shade(value: float, low: float, high: float) -> str:
    if not math.isfinite(value):
        return "?"
    return _SHADES[0] if high <= low else _SHADES[min(4, int((value - low) / (high - low) * 5))]


def _thinned(values: Sequence[float], room: int) -> list[float]:
    if len(values) <= room:
        return list(values)
    return [values[round(i * (len(values) - 1) / (room - 1))] for i in range(room)]
