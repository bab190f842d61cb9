"""What was learnt, in numbers: each a function of the log, the schedules and today.

An answer counts unless it was taken back; cramming never counts.  A day is a study day (it starts at
04:00).  Every number can be asked of some cards only, by a query.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from flashcards.cards import CardId, Day, Language, MemoryState, Rating, Review, Schedule
from flashcards.scheduling.days import date_of
from flashcards.scheduling.schedule import LEECH_LAPSES, after_review
from flashcards.store import reviews, statistics
from flashcards.store.query import CardState, compile_query
from flashcards.store.statistics import DayCount, GroupCount, Hour, Retention, Scope
from flashcards.study.library import Library

Period = Literal["day", "month", "season", "year", "all"]
"""Today; the last 30 days; the last 13 weeks; the last 365 days; all there ever was."""
Unit = Literal["day", "week", "month", "year"]
"""A study day, a week from Monday on, a calendar month, a calendar year."""

_SPAN: Mapping[Period, int] = {"day": 1, "month": 30, "season": 91, "year": 365}
_UNIT: Mapping[Period, Unit] = {
    "day": "day",
    "month": "day",
    "season": "week",
    "year": "month",
    "all": "month",
}
FORECAST_DAYS: Mapping[Period, int] = {"day": 14, "month": 30, "season": 91, "year": 365, "all": 365}

STABILITY_EDGES = (0.0, 1.0, 3.0, 7.0, 14.0, 30.0, 90.0, 180.0, 365.0)
"""Days; the last bin is open."""
DIFFICULTY_EDGES = tuple(float(d) for d in range(1, 10))
"""FSRS difficulty 1 to 10; the last bin holds 9 to 10."""
RETRIEVABILITY_EDGES = tuple(n / 10 for n in range(10))
"""Chance of recall; the last bin holds 0.9 to 1."""


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a distribution."""

    low: float
    """Included."""
    high: float | None
    """Excluded; ``None`` in the last bin, which is open."""
    count: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """How a property of the learned cards is spread."""

    bins: tuple[Bin, ...]
    mean: float | None
    """``None`` where there is no card."""


@dataclass(frozen=True, slots=True)
class Streak:
    """Study days in a row."""

    current: int
    """Up to today, or to yesterday while today is still open."""
    longest: int


@dataclass(frozen=True, slots=True)
class Group:
    """A deck, or a topic in it: the outermost heading its cards stand under, the deck's title left out."""

    deck: str
    topic: str
    """``""`` for a whole deck, and for cards under no heading."""
    cards: int
    learned: int
    """Cards answered at least once."""
    reviews: int
    time_ms: int
    retention: float | None
    """True retention, 0 to 1; ``None`` where no answer counts for it."""
    stability: float | None
    """Mean days of the learned cards."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """All numbers of one period."""

    period: Period
    since: Day
    """First day of the period; for ``all`` the day of the first answer."""
    today: Day
    reviews: int
    """Answers in the period."""
    cards_answered: int
    """Different cards among them."""
    days_studied: int
    time_ms: int
    """From each question on the screen to its grade; a pause counts two minutes at most."""
    unit: Unit
    """Of ``activity``."""
    activity: tuple[DayCount, ...]
    """Answers and time by ``unit``, without a gap, oldest first."""
    retention: tuple[Retention, ...]
    """Share of Hard or better among the first answers of a day to cards with an interval of at least one
    day then, by that interval."""
    grades: Mapping[Rating, int]
    hours: tuple[Hour, ...]
    """Hour of the day, 0 to 23, by today's offset from UTC."""
    streak: Streak
    """Over all time."""
    forecast: tuple[int, ...]
    """Cards falling due today (with all that is late), tomorrow, …: ``FORECAST_DAYS`` of them."""
    stability: Distribution
    difficulty: Distribution
    retrievability: Distribution
    """Chance of recall now; its mean is the share of the learned cards that would be remembered."""
    states: Mapping[CardState, int]
    """Living cards by state; they add up to the number of cards."""
    decks: tuple[Group, ...]
    """Most answered first."""
    topics: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One answer in the life of a card, and what memory it left."""

    review: Review
    elapsed_days: int | None
    """Since the answer before; ``None`` for the first."""
    recall: float | None
    """Chance of recall just before the answer, by the model; ``None`` for the first."""
    memory: MemoryState
    """After the answer."""


def statistics_of(library: Library, period: Period = "month", query: str = "") -> Statistics:
    """All numbers of ``period`` over the cards that ``query`` finds (all, archived ones too, for ``""``).

    Raises:
        QueryError: a query that cannot be understood.
    """
    today = library.today
    since = Day(today - _SPAN[period] + 1) if period != "all" else Day(0)
    scope = Scope(today, since, compile_query(library.as_query(query)), LEECH_LAPSES)
    db = library.db
    counted = statistics.days(db, scope)
    if period == "all":
        since = counted[0].day if counted else today
    offset = library.clock().utcoffset()
    due = statistics.forecast(db, scope, FORECAST_DAYS[period])
    stability, difficulty, retrievability = _distributions(library, scope)
    topics = statistics.topics(db, scope)
    return Statistics(
        period=period,
        since=since,
        today=today,
        reviews=sum(day.reviews for day in counted),
        cards_answered=statistics.cards_answered(db, scope),
        days_studied=len(counted),
        time_ms=sum(day.time_ms for day in counted),
        unit=_UNIT[period],
        activity=by_unit(counted, _UNIT[period], since, today),
        retention=_added([topic.retention for topic in topics]),
        grades=statistics.grades(db, scope),
        hours=tuple(statistics.hours(db, scope, int(offset.total_seconds()) if offset else 0)),
        streak=_streak(statistics.streaks(db, scope), today),
        forecast=tuple(due.get(Day(today + n), 0) for n in range(FORECAST_DAYS[period])),
        stability=stability,
        difficulty=difficulty,
        retrievability=retrievability,
        states=dict(_all_states(statistics.states(db, scope))),
        decks=_groups(_by_deck(topics), library.language),
        topics=_groups(topics, library.language),
    )


def activity(library: Library, unit: Unit, since: Day, query: str = "") -> tuple[DayCount, ...]:
    """Answers and time by ``unit`` from the one that holds ``since`` to the present one, without a gap.

    The first unit is counted from ``since`` on.

    Raises:
        QueryError: a query that cannot be understood.
    """
    scope = Scope(library.today, since, compile_query(library.as_query(query)), LEECH_LAPSES)
    return by_unit(statistics.days(library.db, scope), unit, since, library.today)


def true_retention(buckets: Iterable[Retention]) -> float | None:
    """The share remembered over all buckets, 0 to 1; ``None`` where nothing counts."""
    found = list(buckets)
    return _share(sum(b.passed for b in found), sum(b.total for b in found))


def card_history(library: Library, card_id: CardId) -> list[Step]:
    """Every answer to a card or its twins that counts, oldest first, with the memory it left: the log replayed."""
    steps: list[Step] = []
    schedule: Schedule | None = None
    for review in reviews.shared_answers(library.db, card_id):
        elapsed = review.day - schedule.last_day if schedule else None
        recall = library.model.retrievability(schedule.memory, elapsed or 0) if schedule else None
        schedule = after_review(library.model, schedule, review)
        steps.append(Step(review, elapsed, recall, schedule.memory))
    return steps


def by_unit(counted: Sequence[DayCount], unit: Unit, since: Day, today: Day) -> tuple[DayCount, ...]:
    """Days summed up to units, with the empty ones between ``since`` and ``today``."""
    sums: dict[Day, DayCount] = {}
    for day in range(since, today + 1):
        start = unit_start(Day(day), unit)
        sums.setdefault(start, DayCount(start, 0, 0, 0))
    for count in counted:
        start = unit_start(count.day, unit)
        so_far = sums[start]
        sums[start] = DayCount(
            start,
            so_far.reviews + count.reviews,
            so_far.again + count.again,
            so_far.time_ms + count.time_ms,
        )
    return tuple(sums.values())


def unit_start(day: Day, unit: Unit) -> Day:
    """The first day of the unit that holds ``day``; a week starts on Monday."""
    if unit == "day":
        return day
    date = date_of(day)
    back = {"week": date.weekday(), "month": date.day - 1, "year": date.timetuple().tm_yday - 1}[unit]
    return Day(day - back)


def _distributions(library: Library, scope: Scope) -> tuple[Distribution, Distribution, Distribution]:
    memories = statistics.memories(library.db, scope)
    recall = [
        library.model.retrievability(MemoryState(stability, difficulty), library.today - last_day)
        for stability, difficulty, last_day in memories
    ]
    return (
        distribution([stability for stability, _, _ in memories], STABILITY_EDGES),
        distribution([difficulty for _, difficulty, _ in memories], DIFFICULTY_EDGES),
        distribution(recall, RETRIEVABILITY_EDGES),
    )


def distribution(values: Sequence[float], edges: Sequence[float]) -> Distribution:
    """``values`` counted between ``edges``, which ascend; the last bin is open, what is below the first is in it."""
    counts = [0] * len(edges)
    for value in values:
        counts[max(bisect_right(edges, value) - 1, 0)] += 1
    highs = [*edges[1:], None]
    bins = tuple(Bin(low, high, n) for low, high, n in zip(edges, highs, counts, strict=True))
    return Distribution(bins, sum(values) / len(values) if values else None)


def _streak(runs: Sequence[tuple[Day, int]], today: Day) -> Streak:
    current = next((length for last, length in runs if last in (today, today - 1)), 0)
    return Streak(current, max((length for _, length in runs), default=0))


def _all_states(found: Mapping[CardState, int]) -> Iterable[tuple[CardState, int]]:
    return ((state, found.get(state, 0)) for state in get_args(CardState))


def _by_deck(topics: Sequence[GroupCount]) -> list[GroupCount]:
    """The topics of each deck as one."""
    decks: dict[int, list[GroupCount]] = {}
    for topic in topics:
        decks.setdefault(topic.deck_id, []).append(topic)
    return [
        GroupCount(
            deck_id,
            parts[0].titles,
            "",
            sum(part.cards for part in parts),
            sum(part.learned for part in parts),
            sum(part.reviews for part in parts),
            sum(part.time_ms for part in parts),
            sum(part.stability for part in parts),
            _added([part.retention for part in parts]),
        )
        for deck_id, parts in decks.items()
    ]


def _groups(counts: Iterable[GroupCount], language: Language) -> tuple[Group, ...]:
    """The most answered first, else in deck order."""
    return tuple(
        Group(
            found.titles.get(language) or next(iter(found.titles.values())),
            found.topic,
            found.cards,
            found.learned,
            found.reviews,
            found.time_ms,
            true_retention(found.retention),
            found.stability / found.learned if found.learned else None,
        )
        for found in sorted(counts, key=lambda count: -count.reviews)
    )


def _added(parts: Sequence[Sequence[Retention]]) -> tuple[Retention, ...]:
    """Retention of several groups as one, bucket by bucket."""
    return tuple(
        Retention(low, high, sum(part[n].passed for part in parts), sum(part[n].total for part in parts))
        for n, (low, high) in enumerate(statistics.BUCKETS)
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
