"""Tensors, arrays and numbers of any library turned into plain Python, without importing the library."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any


def plain(value: Any) -> Any:
    """``value`` as None, bool, int, float, str, or lists and dicts of these.

    Tensors, arrays and their scalars go through ``tolist``; sets are sorted; anything else becomes text.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):  # numpy.float64 is a float whose repr is not a number
        return float(value)
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, Set):
        return sorted((plain(entry) for entry in value), key=lambda entry: (str(type(entry)), entry))
    if isinstance(value, list | tuple | range):
        return [plain(entry) for entry in value]
    return str(value)


def significant(value: float, digits: int = 4) -> float:
    """``value`` rounded to ``digits`` significant digits; NaN and infinities as they are."""
    return float(f"{float(value):.{digits}g}")


def count(value: Any) -> int:
    """How many scalars a plain value holds."""
    return sum(count(entry) for entry in value) if isinstance(value, list) else 1
