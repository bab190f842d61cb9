"""A demo's parameters: what they accept, parsed and range-checked before anything starts."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

from flashcards.errors import Message
from flashcards.lab.charts import number
from flashcards.lab.errors import LabError

Value = bool | int | float | str
Preset = Literal["tiny", "default", "gpu"]
ParamType = Literal["int", "float", "bool", "str"]

_TRUE, _FALSE = ("true", "on", "yes", "1"), ("false", "off", "no", "0")


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """One parameter as its demo declares it."""

    name: str
    type: ParamType
    default: Value
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    help: str = ""
    zh: str = ""
    unit: str = ""
    tiny: Value | None = None
    gpu: Value | None = None

    @property
    def flag(self) -> str:
        """Its command-line option, ``--n-heads`` for ``n_heads``."""
        return "--" + self.name.replace("_", "-")

    @property
    def accepts(self) -> str:
        """What it takes, in words: ``1 to 256``, ``cpu, gpu``, ``on or off``."""
        if self.type == "bool":
            return Message("on or off")
        if self.choices:
            return ", ".join(self.choices)
        if self.low is not None and self.high is not None:
            return Message("{low} to {high}", low=number(self.low), high=number(self.high))
        if self.low is not None:
            return Message("at least {low}", low=number(self.low))
        if self.high is not None:
            return Message("at most {high}", high=number(self.high))
        words = {"int": Message("a whole number"), "float": Message("a number"), "str": Message("text")}
        return words[self.type]

    @property
    def values(self) -> Message:
        """What it takes, in which unit, and its default: ``1 to 256 heads; default 8``."""
        default = {True: "on", False: "off"}[self.default] if isinstance(self.default, bool) else self.default
        unit = f" {self.unit}" if self.unit else ""
        return Message("{accepts}{unit}; default {default}", accepts=self.accepts, unit=unit, default=default)

    def preset(self, preset: Preset) -> Value:
        """Its value in a preset; the default where it has none of its own."""
        special = {"tiny": self.tiny, "gpu": self.gpu, "default": None}[preset]
        return self.default if special is None else special

    def parse(self, given: Any) -> Value:
        """``given`` (text from a flag or a form, or a value from a deck) as this parameter's type.

        Raises LabError on one line when it is of another type or out of range.
        """
        value = self._typed(given)
        if isinstance(value, str):
            if self.choices and value not in self.choices:
                raise self._refusal(given, nearest(value, self.choices))
        elif not isinstance(value, bool) and (
            (self.low is not None and value < self.low) or (self.high is not None and value > self.high)
        ):
            raise self._refusal(given)
        return value

    def _typed(self, given: Any) -> Value:
        text = str(given).strip()
        if self.type == "str":
            return text
        if self.type == "bool":
            if text.lower() in _TRUE + _FALSE:
                return text.lower() in _TRUE
            raise self._refusal(given)
        return self._number(given, text)

    def _number(self, given: Any, text: str) -> int | float:
        if isinstance(given, bool):
            raise self._refusal(given)
        try:
            if self.type == "int":
                try:
                    return int(text)  # exact, where the way through float rounds above 2^53
                except ValueError:
                    pass
            number = float(text)
        except ValueError:
            raise self._refusal(given) from None
        if not math.isfinite(number) or (self.type == "int" and number != int(number)):
            raise self._refusal(given)
        return int(number) if self.type == "int" else number

    def _refusal(self, given: Any, near: Sequence[str] = ()) -> LabError:
        ranged = self.type == "int" and (self.low is not None or self.high is not None)
        accepts = Message("a whole number, {range}", range=self.accepts) if ranged else self.accepts
        return LabError(
            "{flag} takes {accepts}, not {given!r}.{suggestion}",
            flag=self.flag,
            accepts=accepts,
            given=str(given)[:40],
            suggestion=suggestion(near),
        )


def resolve(
    specs: Iterable[ParamSpec], given: Mapping[str, Any], preset: Preset = "default"
) -> dict[str, Value]:
    """Every parameter's value: what was given, else the preset's.  Raises LabError for a wrong one."""
    known = {spec.name: spec for spec in specs}
    named = {name.replace("-", "_"): value for name, value in given.items()}
    for name in named.keys() - known.keys():
        have = ", ".join(known) or Message("none")
        raise LabError(
            "no parameter {name!r}.{suggestion} Parameters: {have}.",
            name=name,
            suggestion=suggestion(nearest(name, known)),
            have=have,
        )
    return {
        name: spec.parse(named[name]) if name in named else spec.preset(preset)
        for name, spec in known.items()
    }


def smaller(specs: Iterable[ParamSpec], values: Mapping[str, Value]) -> dict[str, int]:
    """Sizes to try when memory ran out: those raised above their default halved, else every size halved."""
    sizes = {
        spec.name: (spec, value)
        for spec in specs
        if spec.type == "int" and isinstance(value := values.get(spec.name), int) and value > 1
    }
    raised = {name: pair for name, pair in sizes.items() if pair[1] > int(pair[0].default)}
    return {
        name: max(int(spec.low or 1), value // 2)
        for name, (spec, value) in (raised or sizes).items()
        if value > (spec.low or 1)
    }


def nearest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """The known names most like ``name``, best first."""
    wanted = name.lower().replace("_", "-")
    candidates = list(known)
    close = difflib.get_close_matches(wanted, [entry.replace("_", "-") for entry in candidates], limit, 0.5)
    inside = [entry for entry in candidates if wanted and wanted in entry.replace("_", "-")]
    found = [entry for match in close for entry in candidates if entry.replace("_", "-") == match]
    return list(dict.fromkeys([*found, *inside]))[:limit]


def suggestion(near: Sequence[str]) -> str:
    """`` Did you mean …?`` or nothing."""
    if not near:
        return ""
    names = reduce(lambda one, other: Message("{one} or {other}", one=one, other=other), near)
    return Message(" Did you mean {names}?", names=names)
