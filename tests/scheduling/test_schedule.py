"""A schedule is a function of the log: days, lapses, fuzz, and the order of the day's cards."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.cards import CardId, Day, Rating, Review
from flashcards.scheduling.days import date_of, day_of
from flashcards.scheduling.fsrs import Model
from flashcards.scheduling.queue import Candidate, Limits, build_queue
from flashcards.scheduling.schedule import after_review, fuzzed, next_intervals, replay

TODAY = Day(20000)


def review(number: int, rating: Rating, day: int, interval: int) -> Review:
    return Review(number, CardId("a"), rating, Day(day), interval, 1000)


def candidate(
    name: str,
    *,
    due: int | None = None,
    last: int | None = None,
    heading: str = "",
    position: int = 0,
    deck: str = "d",
) -> Candidate:
    days = [None if day is None else Day(day) for day in (due, last)]
    return Candidate(CardId(name), deck, position, days[0], days[1], heading)


def test_a_day_ends_at_four_in_the_morning() -> None:
    zone = timezone(timedelta(hours=8))
    assert day_of(datetime(2026, 3, 2, 3, 59, tzinfo=zone)) == day_of(datetime(2026, 3, 1, 12, tzinfo=zone))
    assert (
        day_of(datetime(2026, 3, 2, 4, 0, tzinfo=zone)) == day_of(datetime(2026, 3, 1, 12, tzinfo=zone)) + 1
    )


def test_summer_time_does_not_move_the_border_of_the_day() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    change = datetime(2026, 3, 29, 4, 0, tzinfo=berlin)  # at 02:00 the clocks jumped to 03:00
    assert date_of(day_of(change)).isoformat() == "2026-03-29"
    assert date_of(day_of(change - timedelta(minutes=1))).isoformat() == "2026-03-28"


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        day_of(datetime(2026, 3, 2))


@given(st.lists(st.tuples(st.integers(0, 90), st.sampled_from(list(Rating))), min_size=1, max_size=20))
def test_stepping_through_answers_equals_replaying_them(history: list[tuple[int, Rating]]) -> None:
    day, log, schedule = 100, [], None
    for i, (gap, rating) in enumerate(history):
        day += gap
        row = review(i, rating, day, gap + 1)
        log.append(row)
        schedule = after_review(Model(), schedule, row)
    assert schedule == replay(Model(), log)


def test_a_first_failure_is_no_lapse_and_a_later_one_is() -> None:
    first = replay(Model(), [review(1, Rating.AGAIN, 100, 1)])
    later = replay(Model(), [review(1, Rating.GOOD, 100, 2), review(2, Rating.AGAIN, 102, 1)])
    assert first is not None and first.lapses == 0
    assert later is not None and later.lapses == 1


@given(st.integers(3, 3000), st.text(max_size=10))
def test_fuzz_is_small_and_repeatable(interval: int, seed: str) -> None:
    moved = fuzzed(interval, seed)
    assert moved == fuzzed(interval, seed)
    assert abs(moved - interval) <= 2 + 0.15 * interval


@given(st.lists(st.tuples(st.integers(1, 90), st.sampled_from(list(Rating))), max_size=12), st.booleans())
def test_a_better_grade_never_comes_back_sooner(history: list[tuple[int, Rating]], fuzz: bool) -> None:
    day, log = 100, []
    for i, (gap, rating) in enumerate(history):
        day += gap
        log.append(review(i, rating, day, gap))
    found = next_intervals(
        Model(), replay(Model(), log), Day(day + 5), desired_retention=0.9, card_id=CardId("a"), fuzz=fuzz
    )
    assert list(found.values()) == sorted(found.values())
    assert min(found.values()) >= 1


def test_the_relatively_latest_card_comes_first() -> None:
    short = candidate("short", due=TODAY - 2, last=TODAY - 5)
    long = candidate("long", due=TODAY - 3, last=TODAY - 103)
    assert build_queue([long, short], TODAY, Limits()) == ["short", "long"]


def test_what_is_not_due_waits_unless_one_studies_ahead() -> None:
    cards = [candidate("later", due=TODAY + 3, last=TODAY - 1), candidate("now", due=TODAY, last=TODAY - 1)]
    assert build_queue(cards, TODAY, Limits()) == ["now"]
    assert build_queue(cards, TODAY, Limits(), ahead=True) == ["now", "later"]


def test_daily_limits_count_what_was_done_before() -> None:
    new = [candidate(f"n{i}", position=i) for i in range(10)]
    due = [candidate(f"d{i}", due=TODAY, last=TODAY - 1, position=i) for i in range(10)]
    queue = build_queue(
        new + due, TODAY, Limits(new_per_day=4, reviews_per_day=5, new_done=1, reviews_done=3)
    )
    assert sorted(queue) == ["d0", "d1", "n0", "n1", "n2"]


def test_a_deck_may_have_its_own_limit_for_new_cards() -> None:
    new = [candidate(f"a{i}", deck="a", position=i) for i in range(4)]
    new += [candidate(f"b{i}", deck="b", position=9 + i) for i in range(4)]
    queue = build_queue(new, TODAY, Limits(new_per_deck={"a": 2}, new_done_per_deck={"a": 1}))
    assert [c for c in queue if c.startswith("a")] == ["a0"]
    assert sum(c.startswith("b") for c in queue) == 4


def test_cards_of_one_heading_are_kept_apart_where_possible() -> None:
    cards = [candidate(f"x{i}", heading="x", position=i) for i in range(3)]
    cards += [candidate(f"y{i}", heading="y", position=3 + i) for i in range(3)]
    headings = [name[0] for name in build_queue(cards, TODAY, Limits())]
    assert all(a != b for a, b in itertools.pairwise(headings))


def test_new_cards_are_spread_among_the_due_ones() -> None:
    due = [candidate(f"d{i}", due=TODAY, last=TODAY - 1, position=i) for i in range(6)]
    new = [candidate(f"n{i}", position=i) for i in range(2)]
    kinds = "".join(name[0] for name in build_queue(due + new, TODAY, Limits()))
    assert kinds == "ddndddnd"
