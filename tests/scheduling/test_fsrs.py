"""The published packages are the oracle: our FSRS-6 must agree with both on any history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import fsrs
import fsrs_rs_python
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flashcards.cards import MemoryState, Rating
from flashcards.scheduling.fsrs import DEFAULT_PARAMETERS, Model

histories = st.lists(
    st.tuples(st.integers(0, 400), st.sampled_from(list(Rating))), min_size=1, max_size=25
)  # (days since the last answer, rating)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def days(history: list[tuple[int, Rating]]) -> list[tuple[int, Rating]]:
    """Gaps to day numbers; the first gap has no meaning."""
    day, out = 100, []
    for i, (gap, rating) in enumerate(history):
        day += gap if i else 0
        out.append((day, rating))
    return out


@settings(max_examples=200, deadline=None)
@given(histories)
def test_agrees_with_py_fsrs_fed_day_snapped_times(history: list[tuple[int, Rating]]) -> None:
    scheduler = fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    card = fsrs.Card(card_id=1)  # without an id it sleeps a millisecond
    for day, rating in days(history):
        card, _ = scheduler.review_card(card, fsrs.Rating(int(rating)), NOON + timedelta(days=day))
    ours = Model().replay(days(history))
    assert ours is not None
    assert ours.stability == pytest.approx(min(card.stability, 36500), rel=1e-8)
    assert ours.difficulty == pytest.approx(card.difficulty, rel=1e-8)
    if ours.stability < 36500:
        expected = (card.due - card.last_review).days
        assert Model().interval(ours, 0.9) == expected


@settings(max_examples=200, deadline=None)
@given(histories)
def test_agrees_with_fsrs_rs_in_single_precision(history: list[tuple[int, Rating]]) -> None:
    theirs = fsrs_rs_python.FSRS(list(DEFAULT_PARAMETERS))
    reviews = [
        fsrs_rs_python.FSRSReview(int(rating), gap if i else 0) for i, (gap, rating) in enumerate(history)
    ]
    state = theirs.memory_state(fsrs_rs_python.FSRSItem(reviews))
    ours = Model().replay(days(history))
    assert ours is not None
    assert ours.stability == pytest.approx(state.stability, rel=5e-5)
    assert ours.difficulty == pytest.approx(state.difficulty, rel=5e-5)


def test_the_default_parameters_are_the_published_ones() -> None:
    assert DEFAULT_PARAMETERS == fsrs.scheduler.DEFAULT_PARAMETERS


def test_recall_is_ninety_percent_after_stability_days() -> None:
    assert Model().retrievability(MemoryState(17.0, 5.0), 17) == pytest.approx(0.9, abs=1e-12)


def test_interval_is_where_recall_meets_the_wanted_retention() -> None:
    memory = MemoryState(40.0, 5.0)
    wanted = 0.8
    interval = Model().interval(memory, wanted)
    assert (
        Model().retrievability(memory, interval - 1) > wanted > Model().retrievability(memory, interval + 1)
    )


def test_other_than_21_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="21"):
        Model((1.0, 2.0))
