"""A calendar of reviews: a column a week, a row a weekday, darker for more.

Without colour the shades ``░▒▓█`` say the same.
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
SQUARE: Final = "■ "
SHADES: Final = ("· ", "░ ", "░ ", "▒ ", "▒ ", "▓ ", "▓ ", "█ ")
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
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=weeks - 1)
    most = max(counts.values(), default=0)
    lines = [line(" " * LABEL_WIDTH, (_months(first, weeks), "muted"))]
    for weekday in range(7):
        name = text(f"weekday.{weekday}") if weekday % 2 == 0 else ""
        parts: list[str | tuple[str, str]] = [(pad(name, LABEL_WIDTH), "muted")]
        for week in range(weeks):
            day = first + timedelta(weeks=week, days=weekday)
            if day > today:
                break
            step = heat_step(counts.get(day, 0), most)
            parts.append((SHADES[step] if shades else SQUARE, f"square-{step}"))
        lines.append(line(*parts))
    return lines


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
