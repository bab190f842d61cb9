"""What a deck says about a card with fresh numbers: values to draw from, the formula, the unit.

``numeric: {vars: {L: [16, 32], "h, d": [[8, 128], [32, 64]]}, formula: "2*L*h*d", unit: B}``; a name may be several
that are drawn together.  Optional: ``where`` (a condition a combination must fulfil), ``steps`` (values in between, by
name), ``tolerance``.  Draws are a function of a seed and a count: no chance, nothing to remember.
"""

from __future__ import annotations

import hashlib
import keyword
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

from flashcards.cards import Language
from flashcards.errors import FlashcardsError
from flashcards.formula import CONSTANTS, FUNCTIONS, Formula, FormulaError, Number, Value, parse

MAX_COMBINATIONS = 5000
"""More than anyone meets; all of them are put in order at a showing and computed by the linter."""

KEYS = frozenset(("vars", "formula", "unit", "where", "steps", "tolerance"))


class NumericError(FlashcardsError):
    """The numeric part of a card's metadata cannot be used."""


@dataclass(frozen=True)
class Numeric:
    """A checked recipe for fresh numbers."""

    names: tuple[tuple[str, ...], ...]
    """One entry a draw; names in one entry are drawn together."""
    choices: tuple[tuple[tuple[Value, ...], ...], ...]
    """For each entry the values of its names to choose from."""
    formula: Formula
    steps: tuple[tuple[str, Formula], ...] = ()
    where: Formula | None = None
    units: Mapping[Language, str] | str = ""
    tolerance: float | None = None
    """As a share; ``None``: the usual one."""

    @property
    def variables(self) -> tuple[str, ...]:
        """Every name that is drawn."""
        return tuple(name for together in self.names for name in together)

    def unit(self, language: Language) -> str:
        """The unit of the result, as shown in ``language``."""
        if isinstance(self.units, str):
            return self.units
        return self.units.get(language) or next(iter(self.units.values()), "")

    @cached_property
    def combinations(self) -> tuple[dict[str, Value], ...]:
        """All that can be drawn and fulfil ``where``, in the order written.  Raises FormulaError from ``where``."""
        return tuple(
            values for values in self._all_combinations() if self.where is None or self.where.value(values)
        )

    def draw(self, seed: str, showing: int) -> dict[str, Value]:
        """The values of the ``showing``-th showing: an order of all combinations that ``seed`` fixes, round and round.

        Two showings in a row differ wherever there are two combinations.
        """
        order = sorted(
            self.combinations, key=lambda values: hashlib.sha256(f"{seed}:{values}".encode()).digest()
        )
        if not order:
            raise NumericError("no combination of the values fulfils `where`.")
        return order[showing % len(order)]

    def with_steps(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The values and those in between that follow from them.  Raises FormulaError."""
        known = dict(values)
        for name, step in self.steps:
            known[name] = step.value(known)
        return known

    def result(self, values: Mapping[str, Value]) -> Number:
        """What the formula gives.  Raises FormulaError."""
        return self.formula.value(self.with_steps(values))

    def _all_combinations(self) -> Iterator[dict[str, Value]]:
        for chosen in product(*self.choices):
            yield {
                name: value
                for together, values in zip(self.names, chosen, strict=True)
                for name, value in zip(together, values, strict=True)
            }


def read_numeric(fields: Any) -> Numeric:
    """The recipe in a card's ``numeric`` metadata.  Raises NumericError (on one line) where it cannot be used."""
    if not isinstance(fields, Mapping) or not isinstance(fields.get("vars"), Mapping) or not fields["vars"]:
        raise NumericError("numeric needs vars (name: [values]), a formula and a unit")
    if unknown := sorted(set(fields) - KEYS):
        raise NumericError(
            "numeric has the unknown key {key}; known are {known}", key=unknown[0], known=", ".join(KEYS)
        )
    drawn = [_drawn(str(name), values) for name, values in fields["vars"].items()]
    names = tuple(together for together, _ in drawn)
    known = [name for together in names for name in together]
    if twice := next((name for name in known if known.count(name) > 1), None):
        raise NumericError("numeric draws {name} twice", name=twice)
    choices = tuple(values for _, values in drawn)
    if prod(map(len, choices)) > MAX_COMBINATIONS:
        raise NumericError("numeric has more than {limit} combinations", limit=MAX_COMBINATIONS)
    where = _formula(fields, "where", known) if "where" in fields else None
    steps = _steps(fields.get("steps", {}), known)
    formula = _formula(fields, "formula", [*known, *(name for name, _ in steps)])
    return Numeric(names, choices, formula, steps, where, _units(fields.get("unit", "")), _tolerance(fields))


def _drawn(key: str, values: Any) -> tuple[tuple[str, ...], tuple[tuple[Value, ...], ...]]:
    names = tuple(name.strip() for name in key.split(","))
    for name in names:
        if not name.isidentifier() or keyword.iskeyword(name) or name in FUNCTIONS or name in CONSTANTS:
            raise NumericError("numeric cannot call a variable {name}; choose another name", name=name)
    if not isinstance(values, Sequence) or isinstance(values, str) or not values:
        raise NumericError("numeric needs a list of values for {name}", name=key)
    if not all(map(_is_value, values)):
        raise NumericError(
            "numeric: the values of {name} must be numbers, texts, true, false or lists of these", name=key
        )
    if len(names) == 1:
        return names, tuple((value,) for value in values)
    if any(not isinstance(value, list) or len(value) != len(names) for value in values):
        raise NumericError("numeric needs lists of {count} values for {names}", count=len(names), names=key)
    return names, tuple(tuple(value) for value in values)


def _is_value(value: Any) -> bool:
    return isinstance(value, int | float | str) or (isinstance(value, list) and all(map(_is_value, value)))


def _steps(fields: Any, known: Sequence[str]) -> tuple[tuple[str, Formula], ...]:
    if not isinstance(fields, Mapping):
        raise NumericError("numeric needs steps as name: formula")
    steps: list[tuple[str, Formula]] = []
    for name in fields:
        if not str(name).isidentifier() or name in known or name in FUNCTIONS:
            raise NumericError("numeric cannot call a step {name}; choose another name", name=name)
        steps.append((str(name), _formula(fields, name, [*known, *(earlier for earlier, _ in steps)])))
    return tuple(steps)


def _formula(fields: Mapping[str, Any], key: str, known: Sequence[str]) -> Formula:
    text = fields.get(key)
    if not isinstance(text, str | int | float) or text == "":
        raise NumericError("numeric needs a {key}", key=key)
    try:
        formula = parse(str(text))
    except FormulaError as error:
        raise NumericError("{error}", error=error) from None
    if unknown := sorted(formula.names - set(known)):
        raise NumericError("numeric: {key} uses {name}, which is no variable", key=key, name=unknown[0])
    return formula


def _units(unit: Any) -> Mapping[Language, str] | str:
    if (
        isinstance(unit, Mapping)
        and set(unit) <= {"zh", "en"}
        and all(isinstance(u, str) for u in unit.values())
    ):
        return dict(unit)
    if isinstance(unit, str):
        return unit
    raise NumericError("numeric needs a unit: a text, or one for en and one for zh")


def _tolerance(fields: Mapping[str, Any]) -> float | None:
    tolerance = fields.get("tolerance")
    if tolerance is None:
        return None
    if isinstance(tolerance, bool) or not isinstance(tolerance, int | float) or not 0 <= tolerance <= 1:
        raise NumericError("numeric needs a tolerance from 0 to 1: {value}", value=tolerance)
    return float(tolerance)
