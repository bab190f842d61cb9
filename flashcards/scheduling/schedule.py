"""A card's schedule from its reviews: one step for the quiz, a replay for everything else."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

from flashcards.cards import CardId, Day, Rating, Review, Schedule
from flashcards.scheduling.fsrs import MAXIMUM_INTERVAL, Model

LEECH_LAPSES = 8
"""From this many lapses on, rewriting the card helps more than asking it again (Anki's default)."""

# (from day, to day, share): how far a due date may be moved so that cards learnt together do not
# come back together for ever.  The ranges are those of Anki and py-fsrs.
_FUZZ_RANGES = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.1), (20.0, float("inf"), 0.05))


def fuzzed(interval: int, seed: str) -> int:
    """``interval`` moved by a few days; the same seed moves it the same way."""
    if interval < 2.5:
        return interval
    spread = 1.0 + sum(share * max(min(interval, end) - start, 0.0) for start, end, share in _FUZZ_RANGES)
    low = max(2, round(interval - spread))
    high = min(max(round(interval + spread), low), MAXIMUM_INTERVAL)
    return low + crc32(seed.encode()) % (high - low + 1)


def next_intervals(
    model: Model,
    schedule: Schedule | None,
    today: Day,
    *,
    desired_retention: float,
    card_id: CardId,
    fuzz: bool,
) -> dict[Rating, int]:
    """Days until the next showing for each of the four grades.

    The four stay in order (a better grade never comes back sooner), which fuzz alone would not promise.
    """
    intervals: dict[Rating, int] = {}
    least = 1
    for rating in Rating:
        memory = model.after(
            schedule.memory if schedule else None, rating, today - schedule.last_day if schedule else 0
        )
        days = model.interval(memory, desired_retention)
        if fuzz:
            days = fuzzed(days, f"{card_id}:{schedule.reps if schedule else 0}")
        intervals[rating] = least = max(days, least)
    return intervals


def after_review(model: Model, schedule: Schedule | None, review: Review) -> Schedule:
    """The schedule after one more answer."""
    elapsed = review.day - schedule.last_day if schedule else 0
    lapsed = schedule is not None and review.rating == Rating.AGAIN
    return Schedule(
        memory=model.after(schedule.memory if schedule else None, review.rating, elapsed),
        due=Day(review.day + review.interval),
        last_day=review.day,
        reps=(schedule.reps if schedule else 0) + 1,
        lapses=(schedule.lapses if schedule else 0) + int(lapsed),
    )


def replay(model: Model, reviews: Sequence[Review]) -> Schedule | None:
    """The schedule that ``reviews`` of one card, in order, lead to; ``None`` for no reviews."""
    schedule: Schedule | None = None
    for review in reviews:
        schedule = after_review(model, schedule, review)
    return schedule
