"""FSRS-6 on calendar days: memory after an answer, chance of recall, days until the next one.

The formulas are the published ones (open-spaced-repetition, "The Algorithm", FSRS-6).  Our own
sixty lines instead of a package because days are calendar days here: 24-hour spans differ from
Anki by more than 1 % in stability on nearly every card.  Tests hold it against both packages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from flashcards.cards import MemoryState, Rating

DEFAULT_PARAMETERS: tuple[float, ...] = (
    0.212, 1.2931, 2.3065, 8.2956,  # w0-w3: stability after a first Again, Hard, Good, Easy
    6.4133, 0.8334, 3.0194, 0.001,  # w4-w7: difficulty
    1.8722, 0.1666, 0.796,  # w8-w10: growth after recall
    1.4835, 0.0614, 0.2629, 1.6483,  # w11-w14: what is left after a lapse
    0.6014, 1.8729,  # w15, w16: Hard's penalty, Easy's bonus
    0.5425, 0.0912, 0.0658,  # w17-w19: reviews on the same day
    0.1542,  # w20: decay of the forgetting curve
)  # fmt: skip

STABILITY_MIN = 0.001
STABILITY_MAX = 36500.0
"""A hundred years; keeps a long run of Easy from overflowing into meaningless dates."""
MAXIMUM_INTERVAL = 36500


@dataclass(frozen=True, slots=True)
class Model:
    """FSRS-6 with one person's parameters."""

    parameters: tuple[float, ...] = DEFAULT_PARAMETERS

    def __post_init__(self) -> None:
        if len(self.parameters) != 21:
            raise ValueError(f"FSRS-6 has 21 parameters, not {len(self.parameters)}")

    def after(self, memory: MemoryState | None, rating: Rating, elapsed_days: int) -> MemoryState:
        """Memory after an answer ``elapsed_days`` calendar days after the last one (``None``: the first answer)."""
        if memory is None:
            return MemoryState(_clamp_stability(self.parameters[rating - 1]), self._first_difficulty(rating))
        if elapsed_days < 1:
            stability = self._same_day(memory.stability, rating)
        elif rating == Rating.AGAIN:
            stability = self._after_lapse(memory, self.retrievability(memory, elapsed_days))
        else:
            stability = self._after_recall(memory, rating, self.retrievability(memory, elapsed_days))
        return MemoryState(_clamp_stability(stability), self._next_difficulty(memory.difficulty, rating))

    def retrievability(self, memory: MemoryState, elapsed_days: float) -> float:
        """Chance of recall, 0-1: ``(1 + f·t/S)^-w20`` with f such that it is 0.9 at t = S."""
        return float((1 + self._factor * max(elapsed_days, 0.0) / memory.stability) ** -self.parameters[20])

    def interval(self, memory: MemoryState, desired_retention: float) -> int:
        """Whole days, 1 to ``MAXIMUM_INTERVAL``, until recall has fallen to ``desired_retention``."""
        days = memory.stability / self._factor * (float(desired_retention ** (-1 / self.parameters[20])) - 1)
        return min(max(round(days), 1), MAXIMUM_INTERVAL)

    def replay(self, answers: Sequence[tuple[int, Rating]]) -> MemoryState | None:
        """Memory after ``answers``, pairs of (day, rating) in order; ``None`` for no answers."""
        memory: MemoryState | None = None
        last_day = 0
        for day, rating in answers:
            memory = self.after(memory, rating, day - last_day)
            last_day = day
        return memory

    @property
    def _factor(self) -> float:
        return exp(log(0.9) / -self.parameters[20]) - 1

    def _first_difficulty(self, rating: Rating) -> float:
        return _clamp_difficulty(self._raw_first_difficulty(rating))

    def _raw_first_difficulty(self, rating: Rating) -> float:
        return self.parameters[4] - exp(self.parameters[5] * (rating - 1)) + 1

    def _next_difficulty(self, difficulty: float, rating: Rating) -> float:
        w = self.parameters
        damped = difficulty + (10 - difficulty) * (-w[6] * (rating - 3)) / 9
        return _clamp_difficulty(w[7] * self._raw_first_difficulty(Rating.EASY) + (1 - w[7]) * damped)

    def _same_day(self, stability: float, rating: Rating) -> float:
        w = self.parameters
        growth = exp(w[17] * (rating - 3 + w[18])) * stability ** -w[19]
        # Both packages never let a same-day success lower stability; fsrs-rs's simulator alone spares Hard.
        return float(stability * (growth if rating == Rating.AGAIN else max(growth, 1.0)))

    def _after_recall(self, memory: MemoryState, rating: Rating, recall: float) -> float:
        w = self.parameters
        growth = (
            exp(w[8])
            * (11 - memory.difficulty)
            * memory.stability ** -w[9]
            * (exp((1 - recall) * w[10]) - 1)
            * (w[15] if rating == Rating.HARD else 1)
            * (w[16] if rating == Rating.EASY else 1)
        )
        return float(memory.stability * (1 + growth))

    def _after_lapse(self, memory: MemoryState, recall: float) -> float:
        w = self.parameters
        left = (
            w[11]
            * memory.difficulty ** -w[12]
            * ((memory.stability + 1) ** w[13] - 1)
            * exp((1 - recall) * w[14])
        )
        return float(min(left, memory.stability / exp(w[17] * w[18])))


def _clamp_stability(stability: float) -> float:
    return min(max(stability, STABILITY_MIN), STABILITY_MAX)


def _clamp_difficulty(difficulty: float) -> float:
    return min(max(difficulty, 1.0), 10.0)
