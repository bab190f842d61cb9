"""Curves as lines of text, as wide as they are told, labels measured in cells.

Curves are drawn in Braille dots (two across, four down a cell).  Without colour every curve gets
its own letter-like mark instead, so that two curves can still be told apart.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flashcards.text.cells import cell_width, cut, pad
from flashcards.text.lines import Line, Span, literal
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.widgets.drawing import line

CURVE_STYLES: Final = ("curve-0", "curve-1", "curve-2", "curve-3", "curve-4")
CURVE_MARKS: Final = "•×+o*"
BRAILLE: Final = 0x2800
DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bits of a Braille cell, by row and column."""


def short(value: float) -> str:
    """A number as an axis shows it: four significant digits at most."""
    if not math.isfinite(value):
        return str(value)
    return f"{value:.4g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps values to 0…1, on a logarithmic axis where that was asked for and all values allow it."""

    low: float
    high: float
    log: bool

    @classmethod
    def of(cls, values: Sequence[float], *, log: bool) -> Scale:
        finite = [value for value in values if math.isfinite(value)] or [0.0]
        log = log and min(finite) > 0
        low, high = min(finite), max(finite)
        # Values that agree to four digits are one value: what is left is rounding, not a curve to look at.
        if high - low <= 1e-4 * max(abs(low), abs(high)):
            low, high = low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2
            log = log and low > 0
        return cls(low, high, log)

    def fraction(self, value: float) -> float:
        if self.log:
            return (math.log(value) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
        return (value - self.low) / (self.high - self.low)

    def middle(self) -> float:
        return math.sqrt(self.low * self.high) if self.log else (self.low + self.high) / 2


def curve_lines(
    x: Sequence[object],
    curves: Mapping[str, Sequence[float]],
    width: int,
    *,
    height: int = 10,
    log_x: bool = False,
    log_y: bool = False,
    ends: tuple[str, str] | None = None,
    shades: bool = False,
) -> list[Line]:
    """Curves over ``x`` with both axes' ends named, and a legend where there is more than one curve.

    ``ends`` are words for the first and the last ``x``, where their numbers would say nothing.
    """
    positions = _positions(x)
    y_scale = Scale.of([value for curve in curves.values() for value in curve], log=log_y)
    x_scale = Scale.of(positions, log=log_x)
    names = [short(y_scale.high), short(y_scale.middle()), short(y_scale.low)]
    axis = max(cell_width(name) for name in names)
    canvas = Canvas(max(4, width - axis - 2), height)
    for number, curve in enumerate(curves.values()):
        points = [
            (x_scale.fraction(at), y_scale.fraction(value))
            for at, value in zip(positions, curve, strict=False)
            if math.isfinite(value)
        ]
        canvas.draw(points, number)
    labels = {0: names[0], height // 2: names[1], height - 1: names[2]}
    lines = [
        line((pad(labels.get(row, ""), axis, "right"), "muted"), (" │" if row in labels else " ╎", "rule"))
        + canvas.row(row, shades=shades)
        for row in range(height)
    ]
    left, right = ends or _end_names(x)
    room = canvas.width - cell_width(left)
    lines.append(line(" " * (axis + 2), (left + pad(cut(right, max(1, room - 1)), room, "right"), "muted")))
    if len(curves) > 1:
        lines += _legend(list(curves), width, axis + 2, shades)
    return lines


def _positions(x: Sequence[object]) -> list[float]:
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in x):
        return [float(value) for value in x]  # type: ignore[arg-type]
    return [float(index) for index in range(len(x))]


def _end_names(x: Sequence[object]) -> tuple[str, str]:
    ends = (x[0], x[-1]) if x else ("", "")
    left, right = (short(end) if isinstance(end, float) else sanitize_line(str(end)) for end in ends)
    return cut(left, 16), cut(right, 16)


def _legend(names: Sequence[str], width: int, indent: int, shades: bool) -> list[Line]:
    """The curves' names, as many on a line as fit."""
    lines: list[list[str | tuple[str, str]]] = [[" " * indent]]
    used = indent
    for number, name in enumerate(names):
        mark = CURVE_MARKS[number % len(CURVE_MARKS)] if shades else "━━"
        shown = cut(sanitize_line(name), max(4, width - indent - 6))
        needed = len(mark) + cell_width(shown) + 4
        if used + needed > width and used > indent:
            lines.append([" " * indent])
            used = indent
        lines[-1] += [(mark, CURVE_STYLES[number % len(CURVE_STYLES)]), f" {shown}   "]
        used += needed
    return [line(*parts) for parts in lines]


class Canvas:
    """Braille dots with the number of the curve that drew each cell last."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._cells: dict[tuple[int, int], tuple[int, int]] = {}

    def draw(self, points: Sequence[tuple[float, float]], number: int) -> None:
        """A polyline through ``points``, each 0…1 from the left and from below."""
        across, down = self.width * 2 - 1, self.height * 4 - 1
        dots = [(round(px * across), round((1 - py) * down)) for px, py in points]
        if len(dots) == 1:
            self._dot(*dots[0], number)
        for (x0, y0), (x1, y1) in itertools.pairwise(dots):
            steps = max(abs(x1 - x0), abs(y1 - y0), 1)
            for step in range(steps + 1):
                self._dot(x0 + round((x1 - x0) * step / steps), y0 + round((y1 - y0) * step / steps), number)

    def _dot(self, x: int, y: int, number: int) -> None:
        cell = (x // 2, y // 4)
        bits, _ = self._cells.get(cell, (0, number))
        self._cells[cell] = (bits | DOTS[y % 4][x % 2], number)

    def row(self, y: int, *, shades: bool) -> Line:
        """One row of cells, neighbours of one curve in one span."""
        spans: list[Span] = []
        for x in range(self.width):
            bits, number = self._cells.get((x, y), (0, -1))
            style = CURVE_STYLES[number % len(CURVE_STYLES)] if number >= 0 else ""
            char = chr(BRAILLE + bits) if bits else " "
            if shades and bits:
                char = CURVE_MARKS[number % len(CURVE_MARKS)]
            if spans and spans[-1].style == style:
                spans[-1] = literal(spans[-1].text + char, style)
            else:
                spans.append(literal(char, style))
        return tuple(spans)
