"""Whether a measured value keeps what a claim promises.  Pure; NaN never passes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

from flashcards.lab.events import ClaimKind

EPSILON: Mapping[str, float] = {
    "float64": 2.0**-52,
    "float32": 2.0**-23,
    "bfloat16": 2.0**-7,
    "float16": 2.0**-10,
}
_HEADROOM: Mapping[str, float] = {
    # Sums run in the type itself; 64 = 2·√1024 covers reductions as long as a demo makes them.
    "float64": 64.0,
    "float32": 64.0,
    # Kernels sum half types in float32, so only rounding on the way in and out is left.
    "bfloat16": 4.0,
    "float16": 8.0,
}
"""Rounding steps allowed at depth 1 and scale 1: 3 to 10 times what was measured for attention, tiled
softmax, LoRA merges and cached logits, so a different CPU passes and a wrong formula does not."""


def tolerance(dtype: str, scale: float = 1.0, depth: float = 1.0) -> float:
    """Largest difference that rounding in ``dtype`` explains: c·eps·√depth·scale.

    ``scale`` is the size of the values compared, ``depth`` the number of chained operations.
    """
    if dtype not in EPSILON:
        raise ValueError(f"no tolerance is known for {dtype}; known: {', '.join(EPSILON)}")
    return _HEADROOM[dtype] * EPSILON[dtype] * math.sqrt(depth) * abs(scale)


def judge(kind: ClaimKind, measured: Any, expected: Any, tol: float | None = None) -> bool:
    """Whether ``measured`` (plain numbers, text, or nested lists of them) is as expected."""
    match kind:
        case "eq":
            return _same(measured, expected)
        case "close":
            return _close(measured, expected, 0.0 if tol is None else tol)
        case "at_most":
            return all(value <= expected for value in _flat(measured))
        case "at_least":
            return all(value >= expected for value in _flat(measured))
        case "monotone":
            return _monotone(_flat(measured), expected)
        case "set":
            return _distinct(measured) == _distinct(expected)
        case "observe":
            raise ValueError("an observation neither passes nor fails")


def _same(measured: Any, expected: Any) -> bool:
    if isinstance(measured, list) and isinstance(expected, list):
        return len(measured) == len(expected) and all(map(_same, measured, expected))
    return bool(measured == expected)


def _close(measured: Any, expected: Any, tol: float) -> bool:
    if isinstance(measured, list) and not isinstance(expected, list):
        return bool(measured) and all(_close(value, expected, tol) for value in measured)
    if isinstance(measured, list):
        return len(measured) == len(expected) and all(
            _close(value, target, tol) for value, target in zip(measured, expected, strict=True)
        )
    return bool(measured == expected or abs(measured - expected) <= tol)


def _monotone(values: list[Any], direction: str) -> bool:
    pairs = list(itertools.pairwise(values))
    if not pairs:
        return False
    if direction == "increasing":
        return all(before < after for before, after in pairs)
    return all(before > after for before, after in pairs)


def _flat(value: Any) -> list[Any]:
    """The numbers of nested lists, in order; an empty list holds a NaN, so that it proves nothing."""
    if not isinstance(value, list):
        return [value]
    return [number for entry in value for number in _flat(entry)] or [math.nan]


def _distinct(values: list[Any]) -> set[Any]:
    return {tuple(value) if isinstance(value, list) else value for value in values}
