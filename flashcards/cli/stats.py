"""``flashcards stats``: what was learnt, as tables with bars of text, or as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import click

from flashcards.cards import Day
from flashcards.cli.output import echo_json, terminal_width
from flashcards.locale import text
from flashcards.scheduling.days import date_of
from flashcards.study.library import Library
from flashcards.study.statistics import (
    Distribution,
    Group,
    Period,
    Statistics,
    statistics_of,
    true_retention,
)
from flashcards.text.cells import cell_width, cut, pad
from flashcards.text.sanitize import sanitize_line

LABEL = 28
"""Cells a label may take; a deck's title is cut there."""
LONGEST = 12
"""Rows of decks and topics that a page of text shows; --json has them all."""


@click.command()
@click.option(
    "--period",
    type=click.Choice(get_args(Period)),
    default="month",
    help="Today, the last 30 days, 13 weeks, 365 days, or all.",
)
@click.option("--deck", "query", metavar="QUERY", default="", help="Only these cards: a deck, or any query.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def stats(home: Path | None, period: Period, query: str, as_json: bool) -> None:
    """Numbers about what was learnt.

    Retention is the share of Hard or better among the first answers of a day to cards that had rested.
    """
    with Library.open(home) as library:
        numbers = statistics_of(library, period, query)
        if as_json:
            echo_json(_json(library, numbers))
        else:
            click.echo("\n".join(_page(numbers)))


def _json(library: Library, numbers: Statistics) -> dict[str, Any]:
    """Everything; the first six keys speak of the whole collection, whatever the period and query."""
    summary = library.home_summary()
    fields = asdict(numbers)
    fields["answers"] = fields.pop("reviews")
    return {
        "reviews": summary.reviews,
        "reviewed_today": summary.reviewed_today,
        "streak_days": summary.streak_days,
        "due": summary.due,
        "new": summary.new,
        "cards": sum(deck.cards for deck in library.decks()),
        **fields,
        "since": _date(numbers.since),
        "today": _date(numbers.today),
        "activity": [{**asdict(a), "day": _date(a.day)} for a in numbers.activity],
        "grades": {rating.name.lower(): n for rating, n in numbers.grades.items()},
        "true_retention": true_retention(numbers.retention),
    }


def _page(numbers: Statistics) -> list[str]:
    retention = true_retention(numbers.retention)
    facts = [
        (text("cli.stats.reviews"), f"{numbers.reviews:,}"),
        (text("cli.stats.cards_answered"), f"{numbers.cards_answered:,}"),
        (text("cli.stats.days_studied"), str(numbers.days_studied)),
        (text("cli.stats.time"), _duration(numbers.time_ms)),
        (text("cli.stats.retention"), _percent(retention)),
        (
            text("cli.stats.streak"),
            text("cli.stats.streak_days", days=numbers.streak.current, longest=numbers.streak.longest),
        ),
    ]
    lines = [
        text("cli.stats.range", since=_date(numbers.since), today=_date(numbers.today)),
        *_columns(facts),
    ]
    if numbers.reviews:
        digits = {"year": 4, "month": 7}.get(numbers.unit, 10)
        started = [a for a in numbers.activity if a.reviews]
        lines += _bars(
            text(f"cli.stats.by.{numbers.unit}"),
            [(_date(a.day)[:digits], a.reviews, f"{a.reviews:,}  {_time(a.time_ms)}") for a in started],
        )
        lines += _bars(
            text("cli.stats.by_interval"),
            [
                (_days(r.low, r.high), r.passed, text("cli.stats.part", part=r.passed, whole=r.total))
                for r in numbers.retention
            ],
            of=[r.total for r in numbers.retention],
        )
        grades = [(text(f"plain.rating.{r.name.lower()}"), n, f"{n:,}") for r, n in numbers.grades.items()]
        lines += _bars(text("cli.stats.grades"), grades)
        lines += _bars(
            text("cli.stats.hours"),
            [(f"{h.hour:02}:00", h.reviews, f"{h.reviews:,}") for h in numbers.hours if h.reviews],
        )
    lines += _bars(
        text("cli.stats.cards"),
        [(text(f"cli.state.{state}"), n, f"{n:,}") for state, n in numbers.states.items() if n],
    )
    lines += _bars(text("cli.stats.falling_due"), _weeks(numbers.forecast))
    lines += _spread("cli.stats.stability", numbers.stability, "{:g}")
    lines += _spread("cli.stats.difficulty", numbers.difficulty, "{:g}")
    lines += _spread("cli.stats.recall", numbers.retrievability, "{:.0%}")
    lines += _groups(text("cli.stats.decks"), numbers.decks)
    lines += _groups(text("cli.stats.topics"), [topic for topic in numbers.topics if topic.topic])
    return lines


def _bars(title: str, rows: Sequence[tuple[str, int, str]], *, of: Sequence[int] | None = None) -> list[str]:
    """A heading and one bar a row, as long as the row's part of the largest (or of its own whole in ``of``)."""
    if not any(value for _, value, _ in rows):
        return []
    labels = [cut(sanitize_line(label), LABEL) for label, _, _ in rows]
    label_width = max(map(cell_width, labels))
    told = max(cell_width(said) for *_, said in rows)
    room = max(min(terminal_width(), 80) - label_width - told - 4, 8)
    largest = max(value for _, value, _ in rows)
    lines = ["", title]
    for n, (label, (_, value, said)) in enumerate(zip(labels, rows, strict=True)):
        whole = of[n] if of else largest
        # A value that is there at all is seen.
        length = max(round(room * value / whole), 1) if value and whole else 0
        lines.append(f"{pad(label, label_width)}  {pad('█' * length, room)}  {pad(said, told, 'right')}")
    return lines


def _spread(title: str, spread: Distribution, shape: str) -> list[str]:
    if spread.mean is None:
        return []
    filled = [n for n, b in enumerate(spread.bins) if b.count]
    rows = [
        (
            f"{shape.format(b.low)}+" if b.high is None else f"{shape.format(b.low)}–{shape.format(b.high)}",
            b.count,
            f"{b.count:,}",
        )
        for b in spread.bins[filled[0] : filled[-1] + 1]
    ]
    return _bars(text(title, mean=shape.format(round(spread.mean, 2))), rows)


def _groups(title: str, groups: Sequence[Group]) -> list[str]:
    answered = [group for group in groups if group.reviews]
    rows = [
        (
            g.topic or g.deck,
            g.reviews,
            f"{g.reviews:,}  {_time(g.time_ms)}  {_percent(g.retention):>6}",
        )
        for g in answered[:LONGEST]
    ]
    more = [text("cli.stats.more", rest=len(answered) - LONGEST)] if len(answered) > LONGEST else []
    return [*_bars(title, rows), *more] if rows else []


def _weeks(forecast: Sequence[int]) -> list[tuple[str, int, str]]:
    """Today, tomorrow and the rest of a fortnight by day; what lies further by weeks or by months."""
    step = 1 if len(forecast) <= 14 else 7 if len(forecast) <= 60 else 30
    sums = [(start, sum(forecast[start : start + step])) for start in range(0, len(forecast), step)]
    if step == 1:
        names = [
            text("cli.stats.today"),
            text("cli.stats.tomorrow"),
            *(text("cli.stats.in_days", days=start) for start, _ in sums[2:]),
        ]
    else:
        names = [
            text("cli.stats.span", first=start, last=min(start + step, len(forecast)) - 1)
            for start, _ in sums
        ]
    return [(name, n, f"{n:,}") for name, (_, n) in zip(names, sums, strict=False)]


def _columns(facts: Iterable[tuple[str, str]]) -> list[str]:
    facts = list(facts)
    width = max(cell_width(name) for name, _ in facts)
    return [f"{pad(name, width)}  {value}" for name, value in facts]


def _days(low: int, high: int | None) -> str:
    if high is None:
        return text("cli.stats.interval_open", low=low)
    return text("cli.stats.interval", low=low, high=high)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _duration(milliseconds: int) -> str:
    minutes = round(milliseconds / 60_000)
    if minutes >= 60:
        return text("cli.stats.hours_minutes", hours=minutes // 60, minutes=minutes % 60)
    return text("cli.stats.minutes", minutes=minutes)


def _time(milliseconds: int) -> str:
    """A duration in a column; wide enough for ``12 小时 05 分``."""
    return pad(_duration(milliseconds), 13, "right")


def _date(day: Day) -> str:
    return date_of(day).isoformat()
