"""Heat maps as lines: a colour a step of the theme's ramp; without colour, a shade a step.

A value takes two cells where that fits, else half a cell: two rows of values a line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from flashcards.text.cells import cell_width, cut, pad
from flashcards.text.lines import Line
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.themes import HEAT_STEPS
from flashcards.tui.widgets.drawing import line
from flashcards.tui.widgets.plot import short

SHADES: Final = " ·░░▒▒▓█"
"""The ramp without colour."""
NAME_AT_MOST: Final = 12
ROWS_AT_MOST: Final = 24
"""More rows than this are drawn two a line."""


def heat_steps(values: Sequence[Sequence[float]]) -> list[list[int]]:
    """Each value's step on the heat ramp, from the least to the greatest finite one."""
    low, high = _ends(values)
    spread = (high - low) or 1.0
    return [
        [min(HEAT_STEPS - 1, int((v - low) / spread * HEAT_STEPS)) if math.isfinite(v) else 0 for v in row]
        for row in values
    ]


def heat_lines(
    values: Sequence[Sequence[float]],
    width: int,
    *,
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    shades: bool = False,
) -> list[Line]:
    """The values of a matrix and, beneath, the ramp between the least and the greatest of them."""
    steps = heat_steps(values)
    count = max((len(row) for row in steps), default=0)
    names = [cut(sanitize_line(name), NAME_AT_MOST) for name in rows or []]
    label = max((cell_width(name) for name in names), default=0) + 1 if names else 0
    if count * 2 + label <= width and len(steps) <= ROWS_AT_MOST:
        body = [_wide_row(row, pad(names[i] if names else "", label), shades) for i, row in enumerate(steps)]
        return [*_column_heads(columns, label, count), *body, _legend(values, shades)]
    return [*_half_blocks(steps, width, shades), _legend(values, shades)]


def _column_heads(columns: Sequence[str] | None, label: int, count: int) -> list[Line]:
    if not columns or len(columns) != count or any(cell_width(sanitize_line(c)) > 2 for c in columns):
        return []
    return [line(" " * label, ("".join(pad(sanitize_line(c), 2) for c in columns), "muted"))]


def _wide_row(steps: Sequence[int], label: str, shades: bool) -> Line:
    cells = [(SHADES[s] * 2, "") if shades else ("  ", f"heat:{s}") for s in steps]
    return line((label, "muted"), *cells)


def _half_blocks(steps: list[list[int]], width: int, shades: bool) -> list[Line]:
    if shades:
        return [line("".join(SHADES[s] for s in row[:width])) for row in steps]
    if len(steps) % 2:
        steps = [*steps, steps[-1]]
    return [
        line(*(("▀", f"heat:{a}/{b}") for a, b in zip(upper[:width], lower[:width], strict=False)))
        for upper, lower in zip(steps[::2], steps[1::2], strict=False)
    ]


def _legend(values: Sequence[Sequence[float]], shades: bool) -> Line:
    low, high = _ends(values)
    ramp = [(SHADES[s], "") if shades else (" ", f"heat:{s}") for s in range(HEAT_STEPS)]
    return line((f"{short(low)} ", "muted"), *ramp, (f" {short(high)}", "muted"))


def _ends(values: Sequence[Sequence[float]]) -> tuple[float, float]:
    finite = [value for row in values for value in row if math.isfinite(value)] or [0.0]
    return min(finite), max(finite)
