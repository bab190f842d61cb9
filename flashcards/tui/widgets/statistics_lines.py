"""The statistics as one page of lines: facts, then charts (two side by side where there is room), then tables.

Pure: the numbers and a width in, lines out.  Every chart says its numbers or its scale, so none needs colour.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from flashcards.cards import Day
from flashcards.locale import text
from flashcards.scheduling.days import date_of
from flashcards.study.statistics import (
    Bin,
    Distribution,
    Group,
    Period,
    Statistics,
    true_retention,
    unit_start,
)
from flashcards.text.blocks import parse
from flashcards.text.cells import cell_width, cut, pad
from flashcards.text.layout import layout
from flashcards.text.lines import Line, line_text
from flashcards.tui.actions import BY_ID
from flashcards.tui.widgets.bar_chart import Bar, bar_rows, column_lines
from flashcards.tui.widgets.calendar import calendar_legend, calendar_lines
from flashcards.tui.widgets.drawing import line
from flashcards.tui.widgets.grade_bar import GRADES
from flashcards.tui.widgets.plot import curve_lines, short
from flashcards.tui.widgets.table_lines import table_lines

PERIODS: Final[tuple[Period, ...]] = ("day", "month", "season", "year", "all")
"""In the order in which the keys walk through them."""
TWO_COLUMNS: Final = 74
"""Cells from which on two charts stand side by side: an 80-column terminal's, less margins and scroll bar."""
GUTTER: Final = 4
FACTS_GAP: Final = 3
MINUTES_FROM: Final = 120_000
"""Milliseconds; a chart of less counts seconds, or its axis would say 0 or 1."""
ENOUGH: Final = 10
"""Answers an hour needs before it may be called the best."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """All that the page shows."""

    numbers: Statistics
    history: Mapping[date, int]
    """Answers a day over the last year, whatever the period."""
    wanted: float
    """Desired retention, 0 to 1."""
    longer_key: str
    """Shown where the period has no answers."""


@dataclass(frozen=True, slots=True)
class Section:
    """A chart under its title."""

    title: str
    note: str
    draw: Callable[[int], Sequence[Line]]


def statistics_lines(learnt: Learnt, width: int, *, shades: bool = False) -> Sequence[Line]:
    """The whole page in lines of at most ``width`` cells."""
    if not learnt.history and not learnt.numbers.reviews and not learnt.numbers.streak.longest:
        return layout(parse(text("stats.never")), width)
    return tuple(_page(learnt, width, shades))


def _page(learnt: Learnt, width: int, shades: bool) -> Iterator[Line]:
    numbers = learnt.numbers
    if numbers.reviews:
        yield from _facts(numbers, width)
        yield from _in_columns(list(_period_sections(learnt, shades)), width)
    else:
        yield from layout(parse(text("stats.none", key=learnt.longer_key)), width)
    yield from _in_columns(list(_standing_sections(learnt, shades)), width)
    yield from _groups("stats.decks", numbers.decks, width)
    topics = [topic for topic in numbers.topics if topic.topic and topic.learned]
    yield from _groups("stats.topics", topics, width)


def _facts(numbers: Statistics, width: int) -> Iterator[Line]:
    """The numbers one asks for first, each with its word, as many a line as fit."""
    remembered = true_retention(numbers.retention)
    counts = (
        ("answers", numbers.reviews),
        ("cards", numbers.cards_answered),
        ("days", numbers.days_studied),
        ("streak", numbers.streak.current),
        ("longest", numbers.streak.longest),
    )
    facts = [(f"{count:,}", text(f"stats.fact.{name}", count=count)) for name, count in counts if count]
    if numbers.time_ms:
        facts += [
            (time_words(numbers.time_ms), text("stats.fact.time")),
            (time_words(numbers.time_ms / numbers.reviews), text("stats.fact.each")),
        ]
    if remembered is not None:
        facts.append((f"{remembered:.0%}", text("stats.fact.remembered")))
    row: list[str | tuple[str, str]] = []
    used = 0
    for value, words in facts:
        cells = cell_width(f"{value} {words}")
        if row and used + FACTS_GAP + cells > width:
            yield line(*row)
            row, used = [], 0
        gap = " " * FACTS_GAP if row else ""
        row += [gap, (value, "value"), (f" {words}", "muted")]
        used += len(gap) + cells
    yield line(*row)


# What was done in the period


def _period_sections(learnt: Learnt, shades: bool) -> Iterator[Section]:
    numbers = learnt.numbers
    if numbers.period != "day":
        days = [unit_words(count.day, numbers.unit) for count in numbers.activity]
        answers = [count.reviews for count in numbers.activity]
        yield Section(text(f"stats.answers.{numbers.unit}"), "", _columns(answers, days))
        longest = max((count.time_ms for count in numbers.activity), default=0)
        unit, ms = ("minutes", 60_000) if longest >= MINUTES_FROM else ("seconds", 1000)
        times = [count.time_ms / ms for count in numbers.activity]
        yield Section(text(f"stats.time.{unit}"), "", _columns(times, days))
        yield from _trend(numbers, shades)
    wanted = text("stats.retention.note", wanted=f"{learnt.wanted:.0%}")
    yield Section(
        text("stats.retention"), wanted, lambda width: bar_rows(_retention(numbers), width, most=1.0)
    )
    grades = [
        Bar(BY_ID[GRADES[rating]].label, count, f"{count:,} · {count / numbers.reviews:.0%}")
        for rating, count in numbers.grades.items()
    ]
    yield Section(text("stats.grades"), "", lambda width: bar_rows(grades, width))
    hours = [str(hour.hour) if hour.hour % 6 == 0 else "" for hour in numbers.hours]
    yield Section(
        text("stats.hours"), _best_hour(numbers), _columns([h.reviews for h in numbers.hours], hours)
    )


def _trend(numbers: Statistics, shades: bool) -> Iterator[Section]:
    """The share of answers that were not Again, over time; one point is no line."""
    active = [count for count in numbers.activity if count.reviews]
    if len(active) < 2:
        return
    days = [unit_words(count.day, numbers.unit) for count in active]
    shares = [round(100 * (1 - count.again / count.reviews)) for count in active]
    yield Section(
        text("stats.trend"),
        text("stats.trend.note"),
        lambda width: curve_lines(days, {"": shares}, width, height=5, shades=shades),
    )


def _retention(numbers: Statistics) -> list[Bar]:
    rows = [(_interval(bucket.low, bucket.high), bucket.passed, bucket.total) for bucket in numbers.retention]
    rows.append((text("stats.retention.all"), sum(row[1] for row in rows), sum(row[2] for row in rows)))
    return [
        Bar(
            name,
            passed / total if total else 0.0,
            text("stats.of", share=f"{passed / total:.0%}", part=passed, whole=total) if total else "—",
        )
        for name, passed, total in rows
    ]


def _interval(low: int, high: int | None) -> str:
    return text("stats.interval", low=low, high=high) if high else text("stats.interval.open", low=low)


def _best_hour(numbers: Statistics) -> str:
    enough = [hour for hour in numbers.hours if hour.reviews >= ENOUGH]
    if len(enough) < 2:
        return ""
    best = max(enough, key=lambda hour: hour.passed / hour.reviews)
    return text("stats.hours.note", hour=best.hour, share=f"{best.passed / best.reviews:.0%}")


# How the cards stand today


def _standing_sections(learnt: Learnt, shades: bool) -> Iterator[Section]:
    numbers = learnt.numbers
    coming = _coming(numbers)
    note = text(
        "stats.forecast.note", tomorrow=f"{numbers.forecast[1]:,}", count=f"{sum(numbers.forecast):,}"
    )
    days = [unit_words(day, numbers.unit) for day in coming]
    yield Section(text(f"stats.forecast.{numbers.unit}"), note, _columns([*coming.values()], days))
    yield Section(text("stats.calendar"), "", lambda width: _calendar(learnt, width, shades))
    yield _spread("stability", numbers.stability, _days)
    yield _spread("difficulty", numbers.difficulty, _days)
    yield _spread("retrievability", numbers.retrievability, _percents)
    states = [
        Bar(text(f"state.{name}"), count, f"{count:,}") for name, count in numbers.states.items() if count
    ]
    cards = text("stats.states.note", count=f"{sum(numbers.states.values()):,}")
    yield Section(text("stats.states"), cards, lambda width: bar_rows(states, width))


def _coming(numbers: Statistics) -> Mapping[Day, int]:
    """The forecast by the unit of the period."""
    coming: dict[Day, int] = {}
    for ahead, count in enumerate(numbers.forecast):
        start = unit_start(Day(numbers.today + ahead), numbers.unit)
        coming[start] = coming.get(start, 0) + count
    return coming


def _calendar(learnt: Learnt, width: int, shades: bool) -> Sequence[Line]:
    today = date_of(learnt.numbers.today)
    lines = calendar_lines(learnt.history, today, width, shades=shades)
    return [*lines, calendar_legend(learnt.history, shades=shades)]


def _spread(name: str, spread: Distribution, label: Callable[[Bin], str]) -> Section:
    shown = (
        "" if spread.mean is None else f"{spread.mean:.0%}" if label is _percents else f"{spread.mean:.1f}"
    )
    filled = [number for number, part in enumerate(spread.bins) if part.count] or [0]
    parts = spread.bins[filled[0] : filled[-1] + 1]
    bars = [Bar(label(part), part.count, f"{part.count:,}") for part in parts]
    note = text("stats.mean", mean=shown) if shown else ""
    return Section(text(f"stats.{name}"), note, lambda width: bar_rows(bars, width))


def _days(part: Bin) -> str:
    return f"{part.low:g}+" if part.high is None else f"{part.low:g}–{part.high:g}"


def _percents(part: Bin) -> str:
    return f"{100 * part.low:.0f}–{100 * (1.0 if part.high is None else part.high):.0f} %"


def _groups(title: str, groups: Sequence[Group], width: int) -> Iterator[Line]:
    """Decks, or topics of decks, as a table."""
    if not groups:
        return
    by_topic = any(group.topic for group in groups)
    several = len({group.deck for group in groups}) > 1
    names = (["topic"] if by_topic else []) + (["deck"] if several or not by_topic else [])
    counts = ("learned", "answers", "time", "remembered", "stability")
    yield line()
    yield line((text(title), "title"))
    yield from table_lines(
        [text(f"stats.column.{name}") for name in (*names, *counts)],
        [[*(getattr(group, name) for name in names), *_group_cells(group)] for group in groups],
        width,
        numeric=[False] * len(names) + [True] * len(counts),
    )


def _group_cells(group: Group) -> list[str]:
    return [
        f"{group.learned:,}/{group.cards:,}",
        f"{group.reviews:,}",
        time_words(group.time_ms) if group.time_ms else "·",
        f"{group.retention:.0%}" if group.retention is not None else "·",
        text("interval.days", count=round(group.stability)) if group.stability is not None else "·",
    ]


# Putting charts on the page


def _columns(
    values: Sequence[float], labels: Sequence[str], figure: Callable[[float], str] = lambda n: f"{n:,.0f}"
) -> Callable[[int], Sequence[Line]]:
    if not any(values):
        return lambda width: [line((cut(text("stats.nothing"), width), "muted"))]
    return lambda width: column_lines(values, labels, width, figure=figure)


def _in_columns(sections: Sequence[Section], width: int) -> Iterator[Line]:
    """Two sections side by side where there is room, else one under the other; a blank line before each."""
    if width < TWO_COLUMNS:
        for section in sections:
            yield line()
            yield from _section(section, width)
        return
    half = (width - GUTTER) // 2
    for left, right in zip(sections[::2], [*sections[1::2], None], strict=False):
        yield line()
        drawn = _section(left, half), _section(right, half) if right else []
        for one, other in itertools.zip_longest(*drawn, fillvalue=line()):
            gap = half + GUTTER - cell_width(line_text(one))
            yield (*one, *line(" " * gap), *other) if other else one


def _section(section: Section, width: int) -> Sequence[Line]:
    """The title and its note, on one line where both fit, then the chart."""
    room = width - cell_width(section.title)
    if cell_width(section.note) + 2 <= room:
        head = [line((section.title, "title"), (pad(section.note, room, "right"), "muted"))]
    else:
        head = [line((section.title, "title")), line((cut(section.note, width), "muted"))]
    return [*head, *section.draw(width)]


def unit_words(day: Day, unit: str) -> str:
    """A day, month or year as an axis names it; January is named by its year."""
    begins = date_of(day)
    if unit == "year" or (unit == "month" and begins.month == 1):
        return str(begins.year)
    month = text(f"month.{begins.month}")
    return month if unit == "month" else text("date.day", month=month, number=begins.month, day=begins.day)


def time_words(ms: float) -> str:
    """A length of time in the unit that leaves one to three digits."""
    seconds = ms / 1000
    if seconds < 60:
        return text("time.seconds", count=f"{seconds:.0f}")
    if seconds < 3600:
        return text("time.minutes", count=f"{seconds / 60:.0f}")
    return text("time.hours", count=short(round(seconds / 3600, 1)))
