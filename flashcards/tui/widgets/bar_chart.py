"""Bars that lie (a row a value, its number beside it) and bars that stand (a column a value, over an axis).

Lengths are drawn to an eighth of a cell and need no colour; something is never drawn as nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flashcards.text.cells import cell_width, cut, pad
from flashcards.text.lines import Line
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.widgets.drawing import line
from flashcards.tui.widgets.plot import CURVE_STYLES, short

LYING: Final = " ▏▎▍▌▋▊▉█"
STANDING: Final = " ▁▂▃▄▅▆▇█"
COLUMN_AT_MOST: Final = 6
"""Cells; wider columns look like walls."""
LABEL_GAP: Final = 2
"""Blank cells between two labels under the axis."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One lying bar."""

    label: str
    value: float
    figure: str
    """The value as it is written beside the bar."""


def bar_rows(
    bars: Sequence[Bar], width: int, *, most: float | None = None, style: str = CURVE_STYLES[0]
) -> list[Line]:
    """A row a bar; the longest stands for ``most`` (default: the greatest value)."""
    names = [cut(sanitize_line(bar.label), max(6, width // 3)) for bar in bars]
    figures = [cut(sanitize_line(bar.figure), max(4, width // 2)) for bar in bars]
    name_width = max(map(cell_width, names), default=0)
    room = max(1, width - name_width - 3 - max(map(cell_width, figures), default=0))
    sizes = [abs(bar.value) if math.isfinite(bar.value) else 0.0 for bar in bars]
    whole = most or max(sizes, default=0.0) or 1.0
    return [
        line(pad(name, name_width), "  ", (_lying(size / whole * room), style), (f" {figure}", "value"))
        for name, figure, size in zip(names, figures, sizes, strict=True)
    ]


def bar_lines(labels: Sequence[object], curves: Mapping[str, Sequence[float]], width: int) -> list[Line]:
    """Lying bars of one or several series over the same labels; several stand under their own names."""
    sizes = [abs(value) for curve in curves.values() for value in curve if math.isfinite(value)]
    lines: list[Line] = []
    for number, (title, values) in enumerate(curves.items()):
        if len(curves) > 1:
            lines.append(line((cut(sanitize_line(title), width), "muted")))
        bars = [Bar(str(label), value, short(value)) for label, value in zip(labels, values, strict=False)]
        style = CURVE_STYLES[number % len(CURVE_STYLES)]
        lines += bar_rows(bars, width, most=max(sizes, default=0.0), style=style)
    return lines


def column_lines(
    values: Sequence[float],
    labels: Sequence[str],
    width: int,
    *,
    height: int = 5,
    figure: Callable[[float], str] = short,
    style: str = CURVE_STYLES[0],
) -> list[Line]:
    """A column a value, over an axis with as many of the labels as fit; the greatest stands at the top as a ``figure``.

    More values than cells are summed, so many neighbours a column; ``""`` in ``labels`` is a column without one.
    """
    if not values:
        return []
    # The figure at the top depends on how many values share a column, and the room on the figure: once again.
    axis = cell_width(figure(max(values)))
    for _ in range(2):
        share = math.ceil(len(values) / max(4, width - axis - 2))
        sums = [sum(values[start : start + share]) for start in range(0, len(values), share)]
        axis = cell_width(figure(max(sums)))
    names = [next(filter(None, labels[start : start + share]), "") for start in range(0, len(values), share)]
    each = max(1, min(COLUMN_AT_MOST, (width - axis - 2) // len(sums)))
    top = max(sums) or 1.0
    lines = [
        line(
            (pad(figure(max(sums)) if row == height - 1 else "", axis, "right"), "muted"),
            (" │" if row == height - 1 else " ╎", "rule"),
            (
                "".join(_cell(value / top * height - row, each, value > 0 and row == 0) for value in sums),
                style,
            ),
        )
        for row in reversed(range(height))
    ]
    lines.append(line((pad("0", axis, "right"), "muted"), (f" └{'─' * (each * len(sums))}", "rule")))
    lines.append(line(" " * (axis + 2), (_labels(names, each, width - axis - 2), "muted")))
    return lines


def _cell(filled: float, each: int, some: bool) -> str:
    """The piece of a column in one line: ``filled`` cells of it, below 0 where it ends further down."""
    eighths = min(8, max(1 if some else 0, round(filled * 8)))
    gap = 1 if each > 1 else 0
    return STANDING[eighths] * (each - gap) + " " * gap


def _labels(names: Sequence[str], each: int, width: int) -> str:
    """Labels that begin under their columns, as many as there is room for."""
    shown = ""
    for number, name in enumerate(names):
        start = number * each
        free = cell_width(shown) + (LABEL_GAP if shown else 0) <= start
        if name and free and start + cell_width(name) <= width:
            shown = pad(shown, start) + sanitize_line(name)
    return shown


def _lying(cells: float) -> str:
    if cells <= 0:
        return ""
    whole = int(cells)
    return "█" * whole + LYING[round((cells - whole) * 8)].strip() or LYING[1]
