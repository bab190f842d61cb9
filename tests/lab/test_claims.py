"""What a claim promises is decided here alone: each kind passes, each kind fails, NaN never passes."""

from __future__ import annotations

import math

import pytest

from flashcards.lab import Lab
from flashcards.lab.claims import tolerance
from flashcards.lab.events import Claim, Event

NAN = math.nan


def claim_of(**arguments: object) -> Claim:
    seen: list[Event] = []
    Lab(seen.append).claim("it", **arguments)  # type: ignore[arg-type]
    (event,) = seen
    assert isinstance(event, Claim)
    return event


@pytest.mark.parametrize(
    "arguments",
    [
        {"measured": 4, "equals": 4},
        {"measured": [1, 2], "equals": (1, 2)},
        {"measured": 1.0, "close_to": 1.1, "tol": 0.2},
        {"measured": [1.0, 2.0], "close_to": [1.1, 2.1], "tol": 0.2},
        {"measured": [1.0, 1.1], "close_to": 1.0, "tol": 0.2},
        {"measured": 3, "at_most": 3},
        {"measured": [1, 3], "at_most": 3},
        {"measured": 3, "at_least": 3},
        {"measured": [1, 2, 5], "monotone": "increasing"},
        {"measured": [5, 2, 1], "monotone": "decreasing"},
        {"measured": ["b", "a", "b"], "same_set": {"a", "b"}},
    ],
)
def test_a_kept_promise_passes(arguments: dict[str, object]) -> None:
    assert claim_of(**arguments).passed is True


@pytest.mark.parametrize(
    "arguments",
    [
        {"measured": 4, "equals": 5},
        {"measured": [1, 2], "equals": [1, 2, 3]},
        {"measured": NAN, "equals": NAN},
        {"measured": 1.0, "close_to": 1.3, "tol": 0.2},
        {"measured": [1.0, 2.0], "close_to": [1.1, 2.3], "tol": 0.2},
        {"measured": [1.0], "close_to": [1.0, 1.0], "tol": 0.2},
        {"measured": NAN, "close_to": 1.0, "tol": 0.2},
        {"measured": [], "close_to": 1.0, "tol": 0.2},
        {"measured": 4, "at_most": 3},
        {"measured": [1, NAN], "at_most": 3},
        {"measured": [], "at_most": 3},
        {"measured": 2, "at_least": 3},
        {"measured": NAN, "at_least": 3},
        {"measured": [1, 1, 2], "monotone": "increasing"},
        {"measured": [1, NAN, 2], "monotone": "increasing"},
        {"measured": [1], "monotone": "increasing"},
        {"measured": [1, 2], "monotone": "decreasing"},
        {"measured": ["a"], "same_set": {"a", "b"}},
    ],
)
def test_a_broken_promise_fails(arguments: dict[str, object]) -> None:
    assert claim_of(**arguments).passed is False


def test_an_observation_neither_passes_nor_fails() -> None:
    seen: list[Event] = []
    lab = Lab(seen.append)
    lab.observe("Time", 0.3, unit="s")
    assert isinstance(seen[0], Claim) and seen[0].passed is None and seen[0].kind == "observe"
    assert lab.passed == lab.failed == []


def test_claims_are_counted_by_id() -> None:
    lab = Lab(lambda event: None)
    assert lab.claim("Sum is one!", measured=1, equals=1) is True
    assert lab.claim("和 is two", measured=1, equals=2) is False
    assert (lab.passed, lab.failed) == (["sum-is-one"], ["和-is-two"])


@pytest.mark.parametrize(
    "arguments",
    [
        {"measured": 1},
        {"measured": 1, "equals": 1, "at_most": 2},
        {"measured": 1.0, "close_to": 1.0},
        {"measured": 1, "equals": 1, "tol": 0.1},
        {"measured": list(range(65)), "at_most": 65},
    ],
)
def test_a_claim_that_says_too_little_or_too_much_is_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="'it'"):
        claim_of(**arguments)


def test_two_claims_of_one_name_are_refused() -> None:
    lab = Lab(lambda event: None)
    lab.observe("Same", 1)
    with pytest.raises(ValueError, match="same"):
        lab.observe("same", 2)


@pytest.mark.parametrize(
    ("dtype", "scale", "depth", "measured", "limit"),
    [
        ("float32", 1.0, 1, 9.4e-7, 1e-5),  # attention against a float64 reference
        ("bfloat16", 1.0, 1, 1.24e-2, 4e-2),
        ("float16", 1.0, 1, 1.8e-3, 8e-3),
        ("float64", 1.0, 1, 1.1e-15, 1e-12),  # tiled softmax
        ("float32", 1.3, 2, 9.5e-7, 2 * 1.3e-5),  # merged LoRA
        ("bfloat16", 1.3, 2, 1.3e-2, 2 * 5.2e-2),
        ("float16", 1.3, 2, 1.7e-3, 2 * 1.04e-2),
        ("bfloat16", 1.0, 1, 7.8e-3, 4e-2),  # cached logits
    ],
)
def test_a_tolerance_lies_between_what_rounding_does_and_what_a_mistake_does(
    dtype: str, scale: float, depth: float, measured: float, limit: float
) -> None:
    assert 2 * measured < tolerance(dtype, scale, depth) <= limit


def test_a_variant_is_the_mistake_under_control_only() -> None:
    assert Lab(print).variant(right=1, control=2) == 1
    assert Lab(print, controlled=True).variant(right=1, control=2) == 2
