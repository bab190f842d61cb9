"""A calendar of reviews: a column a week, a row a weekday, darker for more, today in brackets.

A day without any is a dot.  Without colour the shades ``░▒▓█`` say how many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from flashcards.locale import text
from flashcards.text.cells import cell_width, pad
from flashcards.text.lines import Line
from flashcards.tui.themes import HEAT_STEPS
from flashcards.tui.widgets.drawing import line

WEEK_WIDTH: Final = 2
LABEL_WIDTH: Final = 5
NONE: Final = "·"
SQUARES: Final = NONE + "■" * (HEAT_STEPS - 1)
"""A mark a step of the ramp, where the colour says how many."""
SHADES: Final = "·░░▒▒▓▓█"
"""The same where it cannot."""
WEEKS_AT_MOST: Final = 53


def heat_step(count: int, most: int) -> int:
    """The step of the heat ramp for ``count`` of at most ``most``: 0 only for none at all."""
    if count <= 0 or most <= 0:
        return 0
    return min(HEAT_STEPS - 1, 1 + (HEAT_STEPS - 2) * count // most)


def calendar_lines(
    counts: Mapping[date, int], today: date, width: int, *, shades: bool = False
) -> Sequence[Line]:
    """Eight lines: the months, then Monday to Sunday, as many weeks up to ``today`` as fit in ``width``."""
    weeks = max(1, min(WEEKS_AT_MOST, (width - LABEL_WIDTH) // WEEK_WIDTH))
    first = today - timedelta(days=today.weekday(), weeks=weeks - 1)
    most = max(counts.values(), default=0)
    lines = [line(" " * LABEL_WIDTH, (_months(first, weeks), "muted"))]
    for weekday in range(7):
        days = [first + timedelta(weeks=week, days=weekday) for week in range(weeks)]
        steps = [heat_step(counts.get(day, 0), most) for day in days if day <= today]
        lines.append(_row(weekday, steps, today.weekday() == weekday, shades))
    return lines


def calendar_legend(counts: Mapping[date, int], *, shades: bool = False) -> Line:
    """What the marks mean: none, the ramp, and the most there were on one day."""
    most = max(counts.values(), default=0)
    marks = [_mark(step, shades) for step in range(1, HEAT_STEPS)]
    return line((f"0 {NONE}  1 ", "muted"), *marks, (f" {most:,}", "muted"))


def _row(weekday: int, steps: Sequence[int], ends_today: bool, shades: bool) -> Line:
    """A mark and a blank for each week; the blanks around today are brackets."""
    name = text(f"weekday.{weekday}") if weekday % 2 == 0 else ""
    parts: list[str | tuple[str, str]] = [(pad(name, LABEL_WIDTH - 1), "muted")]
    for place, step in enumerate(steps, 1):
        today = ends_today and place == len(steps)
        parts += [("[", "title") if today else " ", _mark(step, shades)]
    return line(*parts, ("]", "title") if ends_today else " ")


def _mark(step: int, shades: bool) -> tuple[str, str]:
    """Shades carry no colour of the ramp: a dark step of it would hide them."""
    return (SHADES[step], "") if shades else (SQUARES[step], f"square-{step}" if step else "muted")


def _months(first: date, weeks: int) -> str:
    """Names of months above the week in which each begins, where there is room for the name."""
    names = ""
    for week in range(weeks):
        monday = first + timedelta(weeks=week)
        starts = week == 0 or monday.day <= 7
        name = text(f"month.{monday.month}")
        fits = cell_width(names) <= week * WEEK_WIDTH - (1 if names else 0)
        if starts and fits and week * WEEK_WIDTH + cell_width(name) <= weeks * WEEK_WIDTH:
            names = pad(names, week * WEEK_WIDTH) + name
    return names
