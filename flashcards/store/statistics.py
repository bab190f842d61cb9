"""Counts over the log and the schedules: one aggregate query each, whatever the number of answers.

Only answers that count are counted: none that was taken back, none given while cramming.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from flashcards.cards import Day, Language, Rating
from flashcards.store.database import Database
from flashcards.store.query import CARDS, DECK_ORDER, STATE, CardState, Found
from flashcards.store.twins import STOOD_FOR

_LOG = """SELECT a.id, a.card_id, a.day, a.rating, a.duration_ms,
    LAG(a.interval) OVER card AS was, LAG(a.day) OVER card AS before
    FROM answers a {where} WINDOW card AS (PARTITION BY a.card_id ORDER BY a.id)"""
"""Each answer with the interval its card had then and the day of the answer before it."""

_RECALLED = "before < day AND was >= 1"
"""Counts for retention: the first answer of a day to a card that was to rest at least one day."""

_TOPIC = """COALESCE(CASE WHEN instr(dk.titles, json_quote(json_extract(c.path, '$[0]')))
    THEN json_extract(c.path, '$[1]') ELSE json_extract(c.path, '$[0]') END, '')"""
"""The outermost heading that is not the title of the deck."""

_PLAYABLE = """c.archived_at IS NULL AND c.answered AND COALESCE(m.reviewed, c.reviewed)
    AND NOT COALESCE(m.suspended, 0)"""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which answers and cards are looked at."""

    today: Day
    since: Day
    """First day of the answers; states, forecast and memory are always those of today."""
    cards: Found
    """Condition on the cards (``store.query``)."""
    leech_lapses: int

    @property
    def parameters(self) -> dict[str, object]:
        """The values of the placeholders in every query below."""
        fixed = {"today": self.today, "since": self.since, "leech": self.leech_lapses}
        return {**self.cards.parameters, **fixed}

    def chosen(self, column: str) -> str:
        """The condition that the card in ``column`` is one of them, archived ones included."""
        if not self.cards.narrows:
            return "1"
        return f"{column} IN (SELECT c.id FROM {CARDS} WHERE {self.cards.where})"

    @property
    def answers(self) -> str:
        """Source of the answers looked at."""
        return f"answers a WHERE a.day BETWEEN :since AND :today AND {self.chosen('a.card_id')}"

    @property
    def log(self) -> str:
        """Source of the same answers, each with the one before it, which may be older than ``since``."""
        lately = "a.card_id IN (SELECT card_id FROM reviews WHERE day BETWEEN :since AND :today)"
        log = _LOG.format(where=f"WHERE {lately} AND {self.chosen('a.card_id')}")
        return f"(SELECT * FROM ({log}) WHERE day BETWEEN :since AND :today)"


@dataclass(frozen=True, slots=True)
class DayCount:
    """The answers of one study day, or of several."""

    day: Day
    """The first day."""
    reviews: int
    again: int
    """How many of them were Again."""
    time_ms: int


@dataclass(frozen=True, slots=True)
class Retention:
    """Answers to cards whose interval lay in a range, and how many were remembered."""

    low: int
    """Days."""
    high: int | None
    """Days, included; ``None``: no upper limit."""
    passed: int
    """Hard or better."""
    total: int


@dataclass(frozen=True, slots=True)
class Hour:
    """The answers given in one hour of the day."""

    hour: int
    reviews: int
    passed: int
    """Hard or better."""


@dataclass(frozen=True, slots=True)
class GroupCount:
    """The cards of one topic of a deck, and the answers to them."""

    deck_id: int
    titles: Mapping[Language, str]
    """Of the deck."""
    topic: str
    """The outermost heading the cards stand under, the deck's title left out; ``""`` where there is none."""
    cards: int
    """Living ones."""
    learned: int
    """Living ones that were answered at least once."""
    reviews: int
    time_ms: int
    stability: float
    """Days, summed over the learned ones."""
    retention: tuple[Retention, ...]
    """By the intervals of ``BUCKETS``."""


BUCKETS: tuple[tuple[int, int | None], ...] = ((1, 6), (7, 20), (21, None))
"""Interval ranges of retention, days: young, in between, mature (21 days, as in Anki)."""

_COUNTS = {
    f"{name}{n}": f"{_RECALLED} AND was BETWEEN {low} AND {high or 36500}{passed}"
    for n, (low, high) in enumerate(BUCKETS)
    for name, passed in (("total", ""), ("passed", " AND rating > 1"))
}
"""Columns over the log: answers that count for retention in each bucket, and how many were remembered."""


def days(db: Database, scope: Scope) -> list[DayCount]:
    """Answers and time on each study day that has any, in order."""
    rows = db.rows(
        f"""SELECT a.day, COUNT(*) AS reviews, SUM(a.rating = 1) AS again, SUM(a.duration_ms) AS time_ms
            FROM {scope.answers} GROUP BY a.day ORDER BY a.day""",
        scope.parameters,
    )
    return [DayCount(Day(r["day"]), r["reviews"], r["again"], r["time_ms"]) for r in rows]


def cards_answered(db: Database, scope: Scope) -> int:
    """How many different cards were answered."""
    return int(db.rows(f"SELECT COUNT(DISTINCT a.card_id) FROM {scope.answers}", scope.parameters)[0][0])


def grades(db: Database, scope: Scope) -> dict[Rating, int]:
    """How often each grade was given."""
    rows = db.rows(f"SELECT a.rating, COUNT(*) AS n FROM {scope.answers} GROUP BY a.rating", scope.parameters)
    found = {Rating(row["rating"]): row["n"] for row in rows}
    return {rating: found.get(rating, 0) for rating in Rating}


def hours(db: Database, scope: Scope, offset_seconds: int) -> list[Hour]:
    """Answers by hour of the day, all 24; ``offset_seconds`` is local time less UTC."""
    rows = db.rows(
        f"""SELECT (a.id / 1000 + :offset) % 86400 / 3600 AS hour, COUNT(*) AS reviews,
                   SUM(a.rating > 1) AS passed FROM {scope.answers} GROUP BY 1""",
        {**scope.parameters, "offset": offset_seconds},
    )
    found = {row["hour"]: row for row in rows}
    return [
        Hour(h, *((found[h]["reviews"], found[h]["passed"]) if h in found else (0, 0))) for h in range(24)
    ]


def streaks(db: Database, scope: Scope) -> list[tuple[Day, int]]:
    """Runs of study days without a gap: last day and length of each, newest first; ``since`` is not heeded."""
    rows = db.rows(
        f"""SELECT MAX(day) AS last, COUNT(*) AS length FROM (
                SELECT day, day - ROW_NUMBER() OVER (ORDER BY day) AS run FROM (
                    SELECT DISTINCT a.day FROM answers a WHERE {scope.chosen("a.card_id")}))
            GROUP BY run ORDER BY last DESC""",
        scope.parameters,
    )
    return [(Day(row["last"]), row["length"]) for row in rows]


def forecast(db: Database, scope: Scope, ahead: int) -> dict[Day, int]:
    """How many cards fall due on each of the coming days; what is late counts as today, what rests later.

    Of twins one is asked, so that over all cards they count once.
    """
    once = "1" if scope.cards.narrows else f"c.id NOT IN ({STOOD_FOR})"
    rows = db.rows(
        f"""SELECT MAX(sc.due, :today, COALESCE(m.buried_until, 0)) AS day, COUNT(*) AS n FROM {CARDS}
            WHERE {_PLAYABLE} AND sc.due < :today + :ahead AND {scope.cards.where}
            AND {once} GROUP BY 1""",
        {**scope.parameters, "ahead": ahead},
    )
    return {Day(row["day"]): row["n"] for row in rows}


def memories(db: Database, scope: Scope) -> list[tuple[float, float, Day]]:
    """Stability, difficulty and day of the last answer of every living card that was answered."""
    rows = db.rows(
        f"""SELECT sc.stability, sc.difficulty, sc.last_day FROM {CARDS}
            WHERE c.archived_at IS NULL AND sc.stability IS NOT NULL AND {scope.cards.where}""",
        scope.parameters,
    )
    return [(row[0], row[1], Day(row[2])) for row in rows]


def states(db: Database, scope: Scope) -> dict[CardState, int]:
    """How many living cards are in each state; every card is in one."""
    rows = db.rows(
        f"SELECT {STATE} AS state, COUNT(*) AS n FROM {CARDS} "
        f"WHERE c.archived_at IS NULL AND {scope.cards.where} GROUP BY 1",
        scope.parameters,
    )
    return {row["state"]: row["n"] for row in rows}


def topics(db: Database, scope: Scope) -> list[GroupCount]:
    """Cards and answers of each topic in each deck, in deck order; archived cards only by their answers."""
    sums = ", ".join(f"COALESCE(SUM({name}), 0) AS {name}" for name in ("reviews", "time_ms", *_COUNTS))
    counts = ", ".join(f"SUM({condition}) AS {name}" for name, condition in _COUNTS.items())
    rows = db.rows(
        f"""SELECT dk.id, dk.titles, {_TOPIC} AS topic,
                   SUM(c.archived_at IS NULL) AS cards,
                   SUM(c.archived_at IS NULL AND sc.due IS NOT NULL) AS learned,
                   SUM(CASE WHEN c.archived_at IS NULL THEN sc.stability ELSE 0 END) AS stability, {sums}
            FROM {CARDS} LEFT JOIN (
                SELECT card_id, COUNT(*) AS reviews, SUM(duration_ms) AS time_ms, {counts}
                FROM {scope.log} GROUP BY card_id) l ON l.card_id = c.id
            WHERE (c.archived_at IS NULL OR l.reviews) AND {scope.cards.where}
            GROUP BY dk.id, topic ORDER BY {DECK_ORDER}, MIN(c.position)""",
        scope.parameters,
    )
    return [_group(row) for row in rows]


def _group(row: sqlite3.Row) -> GroupCount:
    return GroupCount(
        row["id"],
        json.loads(row["titles"]),
        row["topic"],
        row["cards"],
        row["learned"],
        row["reviews"],
        row["time_ms"],
        row["stability"] or 0.0,
        tuple(
            Retention(low, high, row[f"passed{n}"], row[f"total{n}"]) for n, (low, high) in enumerate(BUCKETS)
        ),
    )
