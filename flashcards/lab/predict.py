"""Predict, then run: how good a guess of a measured value is, as a grade for the card."""

from __future__ import annotations

import math

from flashcards.cards import Rating
from flashcards.lab.errors import LabError
from flashcards.lab.events import Claim

CLOSE = 0.10
"""Relative error of a good guess: what mental arithmetic gives."""
RIGHT_ORDER = 2.0
"""Factor of a guess that is hard-won: the right order of magnitude."""


def parse_guess(text: str, unit: str = "") -> float:
    """A number as a person types it: ``4_608``, ``4,608``, ``1e6``, ``12 KiB`` where that is the unit.

    Raises LabError for anything else.
    """
    bare = text.strip().removesuffix(unit).strip().replace(",", "").replace("_", "")
    try:
        value = float(bare)
    except ValueError:
        raise LabError("{given!r} is not a number.", given=text.strip()[:40]) from None
    if not math.isfinite(value):
        raise LabError("{given!r} is not a number one can measure.", given=text.strip()[:40])
    return value


def grade_guess(guess: float, claim: Claim) -> Rating:
    """Good within 10 %, hard within a factor of two, else again.

    A value that is zero but for rounding (it stays under a claim's tiny limit) is guessed well by
    any number under that limit.
    """
    measured = measured_number(claim)
    if claim.kind == "at_most" and isinstance(claim.expected, int | float):
        limit = float(claim.expected)
        if abs(measured) <= limit and 0 <= guess <= limit:
            return Rating.GOOD
    if abs(guess - measured) <= CLOSE * abs(measured):
        return Rating.GOOD
    if measured and 1 / RIGHT_ORDER <= guess / measured <= RIGHT_ORDER:
        return Rating.HARD
    return Rating.AGAIN


def can_predict(claim: Claim) -> bool:
    """Whether a claim asks for a guess and has one number to hold it against."""
    return claim.predict is not None and _is_number(claim.measured) and math.isfinite(claim.measured)


def measured_number(claim: Claim) -> float:
    """The number that a guess is held against."""
    return float(claim.measured)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
