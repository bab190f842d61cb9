"""A demo's parameters as rows: name, value, what it takes.  Left and right change the value, Enter types one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from textual.message import Message

from flashcards import locale
from flashcards.lab.errors import LabError
from flashcards.lab.params import ParamSpec, Value
from flashcards.text import blocks
from flashcards.text.cells import cell_width, cut, pad
from flashcards.text.layout import layout
from flashcards.text.lines import Line
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.widgets.drawing import line
from flashcards.tui.widgets.lines_widget import LinesWidget
from flashcards.tui.widgets.row_list import RowList

DOUBLING_FROM: Final = 8
"""Whole numbers from here on are halved and doubled: sizes are powers of two more often than not."""


def show_value(value: Value) -> str:
    """A value as the form shows it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def accepted(spec: ParamSpec) -> str:
    """What the parameter takes, in figures, so that it needs no language."""
    if spec.type == "bool":
        return "on / off"
    if spec.choices:
        return " / ".join(spec.choices)
    if spec.low is None and spec.high is None:
        return ""
    low, high = ("" if bound is None else f"{bound:,g}" for bound in (spec.low, spec.high))
    return f"{low} … {high}".strip()


def stepped(spec: ParamSpec, value: Value, direction: int) -> Value:
    """The next value of ``spec`` up (1) or down (-1); the same one where there is none that it takes."""
    try:
        return spec.parse(_step(spec, value, direction))
    except LabError:
        return value


def _step(spec: ParamSpec, value: Value, direction: int) -> Value:
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        if value not in spec.choices:
            return value
        return spec.choices[(spec.choices.index(value) + direction) % len(spec.choices)]
    if isinstance(value, int):
        if value >= DOUBLING_FROM * (2 if direction < 0 else 1):
            wanted = value * 2 if direction > 0 else value // 2
        else:
            wanted = value + direction
        return int(_clamped(spec, wanted))
    return float(f"{_clamped(spec, value * (2 if direction > 0 else 0.5)):.6g}")


def _clamped(spec: ParamSpec, value: float) -> float:
    low = spec.low if spec.low is not None else value
    high = spec.high if spec.high is not None else value
    return min(max(value, low), high)


class ParamList(RowList):
    """The form.  ``values`` always holds what the demo takes: every change is checked first."""

    class Changed(Message):
        """A value is another one now."""

    def __init__(self, specs: Sequence[ParamSpec], values: Mapping[str, Value], *, id: str) -> None:
        super().__init__(id=id)
        self.specs = specs
        self.values: dict[str, Value] = dict(values)

    @property
    def row_count(self) -> int:
        return len(self.specs)

    @property
    def chosen(self) -> ParamSpec | None:
        """The parameter under the cursor."""
        return self.specs[self.cursor] if self.specs else None

    def row_line(self, row: int, width: int) -> Line:
        spec = self.specs[row]
        names = max(cell_width(spec.name) for spec in self.specs) + 2
        shown = sanitize_line(show_value(self.values[spec.name])) + (f" {spec.unit}" if spec.unit else "")
        changed = self.values[spec.name] != spec.default
        value = pad(cut(shown, 14), 14)
        room = max(0, width - names - 15)
        return line(
            pad(cut(spec.name, names), names),
            (value, "accent" if changed else "value"),
            (" " + cut(sanitize_line(accepted(spec)), room) if room > 6 else "", "muted"),
        )

    def help_text(self) -> str:
        """What the parameter under the cursor means, in the language in use."""
        spec = self.chosen
        if spec is None:
            return ""
        return spec.zh if locale.language() == "zh" and spec.zh else spec.help

    def step(self, direction: int) -> None:
        """Change the value under the cursor by one step."""
        if spec := self.chosen:
            self._set(spec, stepped(spec, self.values[spec.name], direction))

    def type_in(self, typed: str) -> None:
        """Take a typed value.  Raises LabError for one the parameter does not take."""
        if spec := self.chosen:
            self._set(spec, spec.parse(typed))

    def take(self, values: Mapping[str, Value]) -> None:
        """Take several values.  Raises LabError for one that its parameter does not take."""
        specs = {spec.name: spec for spec in self.specs}
        parsed = {name: specs[name].parse(value) for name, value in values.items()}
        for name, value in parsed.items():
            self._set(specs[name], value)

    def _set(self, spec: ParamSpec, value: Value) -> None:
        if self.values[spec.name] != value:
            self.values[spec.name] = value
            self.refresh()
            self.post_message(self.Changed())


class ParamHelp(LinesWidget):
    """What the parameter under the cursor means."""

    words = ""

    def lines_for(self, width: int) -> list[Line]:
        paragraph = blocks.Paragraph((blocks.Text(sanitize_line(self.words)),))
        return [tuple(s for s in row) for row in layout((paragraph,), max(1, width - 2))][:2] or [line()]
