"""Numbers about what was learnt, against small logs that can be counted by hand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.cards import CardId, Day, Rating, Review
from flashcards.scheduling.days import day_of
from flashcards.scheduling.schedule import after_review, replay
from flashcards.store import reviews
from flashcards.store.query import QueryError
from flashcards.store.statistics import DayCount
from flashcards.study.clock import milliseconds
from flashcards.study.library import Library
from flashcards.study.session import Session, undo_last
from flashcards.study.statistics import (
    DIFFICULTY_EDGES,
    activity,
    by_unit,
    card_history,
    distribution,
    statistics_of,
    true_retention,
    unit_start,
)

from .conftest import StoppedClock

NOTES = "# {title}\n\n" + "".join(
    f"## Part {p}\n\n### {p}. Question {p}?\n\n- answer {p}\n\n" for p in (1, 2, 3)
)


@pytest.fixture
def filled(library: Library, notes: Path) -> Library:
    for stem in ("norms", "losses"):
        (notes / f"{stem}.md").write_text(NOTES.format(title=stem), "utf-8")
    library.add([notes])
    return library


def ids(library: Library, deck: str) -> list[CardId]:
    return library.find_ids(f"deck:{deck}")


def answer(library: Library, card_id: CardId, rating: Rating, *, interval: int = 1, seconds: int = 6) -> None:
    """One answer now, kept as the session keeps it."""
    review = Review(milliseconds(library.clock()), card_id, rating, library.today, interval, seconds * 1000)
    with library.db.transaction():
        review = reviews.append_review(library.db, review)
        schedule = library.standing(card_id).schedule
        reviews.put_schedule(library.db, card_id, after_review(library.model, schedule, review))


def test_an_empty_collection_has_numbers(library: Library) -> None:
    numbers = statistics_of(library, "all")
    assert (numbers.reviews, numbers.days_studied, numbers.time_ms) == (0, 0, 0)
    assert (numbers.since, numbers.streak.current, numbers.streak.longest) == (library.today, 0, 0)
    assert true_retention(numbers.retention) is None and numbers.stability.mean is None
    assert sum(numbers.states.values()) == len(library.find_ids())


def test_answers_and_time_are_counted_by_period(filled: Library, clock: StoppedClock) -> None:
    one, two, _ = ids(filled, "norms")
    answer(filled, one, Rating.GOOD, seconds=10)
    clock.forward(days=40)
    answer(filled, one, Rating.AGAIN, seconds=20)
    clock.forward(days=1)
    answer(filled, one, Rating.GOOD, seconds=3)
    answer(filled, two, Rating.GOOD, seconds=4)
    counted = {period: statistics_of(filled, period) for period in ("day", "month", "year", "all")}
    assert [n.reviews for n in counted.values()] == [2, 3, 4, 4]
    assert [n.time_ms for n in counted.values()] == [7000, 27000, 37000, 37000]
    assert [n.days_studied for n in counted.values()] == [1, 2, 3, 3]
    assert [n.cards_answered for n in counted.values()] == [2, 2, 2, 2]
    assert counted["month"].grades == {Rating.AGAIN: 1, Rating.HARD: 0, Rating.GOOD: 2, Rating.EASY: 0}
    assert len(counted["month"].activity) == 30
    assert counted["month"].activity[-2] == DayCount(Day(filled.today - 1), 1, 1, 20000)
    assert counted["all"].since == filled.today - 41
    assert [a.reviews for a in counted["all"].activity] == [1, 3]


def test_what_was_taken_back_or_crammed_does_not_count(filled: Library) -> None:
    session = Session.start(filled, "deck:norms")
    session.reveal()
    session.grade(Rating.GOOD)
    undo_last(filled)
    crammed = Session.start(filled, "deck:norms", cram=True)
    crammed.reveal()
    crammed.grade(Rating.GOOD)
    numbers = statistics_of(filled, "all")
    assert (numbers.reviews, numbers.streak.longest, sum(h.reviews for h in numbers.hours)) == (0, 0, 0)


def test_retention_counts_first_answers_of_a_day_to_cards_that_rested(
    filled: Library, clock: StoppedClock
) -> None:
    one, two, three = ids(filled, "norms")
    for card_id, interval in ((one, 1), (two, 10), (three, 30)):
        answer(filled, card_id, Rating.GOOD, interval=interval)  # first answers: nothing to recall yet
    clock.forward(hours=1)
    answer(filled, one, Rating.AGAIN, interval=3)  # the same day
    clock.forward(days=3)
    answer(filled, one, Rating.HARD, interval=6)
    clock.forward(days=20)
    answer(filled, two, Rating.AGAIN, interval=1)
    clock.forward(days=20)
    answer(filled, three, Rating.EASY, interval=90)
    answer(filled, one, Rating.AGAIN, interval=1)
    numbers = statistics_of(filled, "all")
    assert [(r.low, r.high, r.passed, r.total) for r in numbers.retention] == [
        (1, 6, 1, 2),
        (7, 20, 0, 1),
        (21, None, 1, 1),
    ]
    assert true_retention(numbers.retention) == 0.5
    # The answer before may lie outside the period.
    assert [r.total for r in statistics_of(filled, "day").retention] == [1, 0, 1]


def test_hours_are_those_of_the_persons_clock(filled: Library, clock: StoppedClock) -> None:
    one, two, _ = ids(filled, "norms")
    answer(filled, one, Rating.AGAIN)
    clock.forward(hours=15)
    answer(filled, two, Rating.GOOD)
    hours = statistics_of(filled, "all").hours
    assert [(h.hour, h.reviews, h.passed) for h in hours if h.reviews] == [(1, 1, 1), (10, 1, 0)]
    assert [h.hour for h in hours] == list(range(24))


def test_a_streak_holds_until_a_day_is_over_without_an_answer(filled: Library, clock: StoppedClock) -> None:
    one, *_ = ids(filled, "norms")
    for days in (1, 1, 2, 1):
        answer(filled, one, Rating.GOOD)
        clock.forward(days=days)
    streak = statistics_of(filled).streak
    assert (streak.current, streak.longest) == (1, 3)
    clock.forward(days=1)
    assert statistics_of(filled).streak.current == 0


def test_the_forecast_counts_what_can_be_asked(filled: Library, clock: StoppedClock) -> None:
    first, second = ids(filled, "norms"), ids(filled, "losses")
    for card_id, interval in zip([*first, *second], (1, 2, 2, 5, 30, 5), strict=True):
        answer(filled, card_id, Rating.GOOD, interval=interval)
    clock.forward(days=2)
    filled.mark([second[2]], suspended=1)
    filled.mark([first[1]], buried_until=filled.today + 1)
    forecast = statistics_of(filled, "month").forecast
    assert len(forecast) == 30
    assert {day: n for day, n in enumerate(forecast) if n} == {0: 2, 1: 1, 3: 1, 28: 1}


def test_memory_is_that_of_now(filled: Library, clock: StoppedClock) -> None:
    one, two, _ = ids(filled, "norms")
    answer(filled, one, Rating.EASY)
    answer(filled, two, Rating.AGAIN)
    clock.forward(days=10)
    numbers = statistics_of(filled)
    memories = [schedule.memory for c in (one, two) if (schedule := filled.standing(c).schedule)]
    recall = [filled.model.retrievability(memory, 10) for memory in memories]
    assert numbers.stability.mean == pytest.approx(sum(m.stability for m in memories) / 2)
    assert numbers.difficulty.mean == pytest.approx(sum(m.difficulty for m in memories) / 2)
    assert numbers.retrievability.mean == pytest.approx(sum(recall) / 2)
    assert [(b.low, b.count) for b in numbers.stability.bins if b.count] == [(0.0, 1), (7.0, 1)]


def test_states_are_those_of_the_list(filled: Library) -> None:
    from flashcards.study.search import Search

    one, two, _ = ids(filled, "norms")
    answer(filled, one, Rating.GOOD)
    filled.mark([two], suspended=1)
    counted = Counter(hit.state for hit in Search(filled).window(0, 1000))
    states = statistics_of(filled).states
    assert {state: n for state, n in states.items() if n} == counted and states["suspended"] == 1


def test_decks_and_topics_add_up(filled: Library, clock: StoppedClock) -> None:
    norms, losses = ids(filled, "norms"), ids(filled, "losses")
    for card_id in (norms[0], norms[1], losses[0]):
        answer(filled, card_id, Rating.GOOD, seconds=60)
    clock.forward(days=2)
    answer(filled, norms[0], Rating.AGAIN, seconds=60)
    numbers = statistics_of(filled, "all")
    decks = {group.deck: group for group in numbers.decks if group.reviews}
    assert [(g.deck, g.reviews, g.time_ms, g.cards, g.learned, g.retention) for g in decks.values()] == [
        ("norms", 3, 180_000, 3, 2, 0.0),
        ("losses", 1, 60_000, 3, 1, None),
    ]
    for deck, group in decks.items():
        parts = [topic for topic in numbers.topics if topic.deck == deck]
        assert {topic.topic for topic in parts} == {"Part 1", "Part 2", "Part 3"}
        assert sum(t.reviews for t in parts) == group.reviews and sum(t.cards for t in parts) == group.cards
    stability = [s.memory.stability for c in norms if (s := filled.standing(c).schedule)]
    assert decks["norms"].stability == pytest.approx(sum(stability) / 2)


def test_numbers_can_be_asked_of_some_cards(filled: Library) -> None:
    answer(filled, ids(filled, "norms")[0], Rating.GOOD)
    answer(filled, ids(filled, "losses")[0], Rating.AGAIN)
    only = statistics_of(filled, "all", "norms")
    assert (only.reviews, only.grades[Rating.AGAIN], sum(only.states.values())) == (1, 0, 3)
    assert [group.deck for group in only.decks] == ["norms"] and only.streak.longest == 1
    assert activity(filled, "week", filled.today, "deck:losses")[0].again == 1
    with pytest.raises(QueryError):
        statistics_of(filled, "all", "is:nothing")


def test_answers_to_archived_cards_still_count(filled: Library, notes: Path) -> None:
    answer(filled, ids(filled, "norms")[0], Rating.GOOD)
    (notes / "norms.md").unlink()
    filled.rescan(agreed=True)
    numbers = statistics_of(filled, "all")
    assert numbers.reviews == 1 and numbers.stability.mean is None
    assert [(g.deck, g.reviews, g.cards) for g in numbers.decks if g.reviews] == [("norms", 1, 0)]


def test_the_history_of_a_card_is_its_log_replayed(filled: Library, clock: StoppedClock) -> None:
    card_id = ids(filled, "norms")[0]
    for rating, days in ((Rating.GOOD, 3), (Rating.AGAIN, 0), (Rating.HARD, 9)):
        answer(filled, card_id, rating)
        clock.forward(days=days, hours=1)
    steps = card_history(filled, card_id)
    log = reviews.answers_of(filled.db, card_id)
    assert [step.review for step in steps] == log
    assert [step.elapsed_days for step in steps] == [None, 3, 0]
    for n, step in enumerate(steps, 1):
        schedule = replay(filled.model, log[:n])
        assert schedule is not None and step.memory == schedule.memory
    assert steps[1].recall == pytest.approx(filled.model.retrievability(steps[0].memory, 3))
    assert card_history(filled, ids(filled, "losses")[0]) == []


def test_units_start_where_a_calendar_says() -> None:
    from datetime import UTC, datetime

    def day(text: str) -> Day:
        return day_of(datetime.fromisoformat(text).replace(hour=12, tzinfo=UTC))

    for unit, start in {
        "day": "2026-02-15",
        "week": "2026-02-09",
        "month": "2026-02-01",
        "year": "2026-01-01",
    }.items():
        assert unit_start(day("2026-02-15"), unit) == day(start)  # type: ignore[arg-type]
    assert unit_start(day("2026-02-16"), "week") == day("2026-02-16")


@given(
    counts=st.dictionaries(st.integers(20_000, 20_400), st.integers(1, 50), max_size=30),
    unit=st.sampled_from(["day", "week", "month", "year"]),
)
def test_units_lose_no_answer_and_leave_no_gap(counts: dict[int, int], unit: str) -> None:
    days = [DayCount(Day(day), n, 0, n) for day, n in sorted(counts.items())]
    units = by_unit(days, unit, Day(20_000), Day(20_400))  # type: ignore[arg-type]
    assert sum(u.reviews for u in units) == sum(counts.values()) == sum(u.time_ms for u in units)
    starts = [u.day for u in units]
    assert starts == sorted({unit_start(Day(d), unit) for d in range(20_000, 20_401)})  # type: ignore[arg-type]


@given(st.lists(st.floats(0.5, 12.0)))
def test_every_value_is_in_one_bin(values: list[float]) -> None:
    found = distribution(values, DIFFICULTY_EDGES)
    assert sum(b.count for b in found.bins) == len(values)
    for b in found.bins[1:]:
        assert b.count == sum(b.low <= v and (b.high is None or v < b.high) for v in values)
