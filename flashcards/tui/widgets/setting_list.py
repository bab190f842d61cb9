"""The settings as rows: a name, the value now, and what it means.  Tables are edited in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from flashcards.locale import text
from flashcards.study.settings import Settings
from flashcards.text.blocks import parse
from flashcards.text.cells import cell_width, cut, pad
from flashcards.text.layout import layout
from flashcards.text.lines import Line
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.widgets.drawing import line
from flashcards.tui.widgets.lines_widget import LinesWidget
from flashcards.tui.widgets.row_list import RowList

STEPS: Final[Mapping[str, float]] = {"desired_retention": 0.01, "new_per_day": 5, "reviews_per_day": 10}
"""How far one press of left or right goes."""
RULES: Final[Mapping[str, Mapping[str, Any]]] = {field.name: field.metadata for field in fields(Settings)}
VALUE_WIDTH: Final = 14


def show_setting(value: object) -> str:
    """A setting's value as the list shows it."""
    if isinstance(value, bool):
        return text("setting.on" if value else "setting.off")
    if isinstance(value, Mapping):
        return text("setting.entries", count=len(value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def stepped_setting(name: str, value: object, direction: int) -> str | None:
    """The next value of a setting up (1) or down (-1), as ``config`` would be given it; None for tables."""
    rule = RULES[name]
    if isinstance(value, bool):
        return "false" if value else "true"
    if "choices" in rule:
        choices = rule["choices"]
        return str(choices[(choices.index(value) + direction) % len(choices)])
    if isinstance(value, int | float):
        moved = min(max(value + direction * STEPS[name], rule["low"]), rule["high"])
        return f"{moved:.2f}" if isinstance(value, float) else str(int(moved))
    return None


class SettingList(RowList):
    """Every setting there is; a new one shows up by itself."""

    settings: Settings = Settings()

    def show(self, settings: Settings) -> None:
        """Show these values from now on."""
        self.settings = settings
        self.rows_changed()

    @property
    def names(self) -> list[str]:
        return list(RULES)

    @property
    def name_under_cursor(self) -> str:
        return self.names[self.cursor]

    @property
    def value_under_cursor(self) -> object:
        return getattr(self.settings, self.name_under_cursor)

    @property
    def row_count(self) -> int:
        return len(RULES)

    def row_line(self, row: int, width: int) -> Line:
        name = self.names[row]
        value, default = getattr(self.settings, name), getattr(Settings(), name)
        label_width = _label_width(width)
        shown = cut(sanitize_line(show_setting(value)), VALUE_WIDTH - 1)
        return line(
            pad(cut(text(f"setting.{name}"), label_width - 1), label_width),
            (pad(shown, VALUE_WIDTH), "value" if value == default else "accent"),
            (text(f"setting.{name}.help") if meanings_fit(width) else "", "muted"),
        )


def _label_width(width: int) -> int:
    return min(width // 2, max(cell_width(text(f"setting.{name}")) for name in RULES) + 2)


def meanings_fit(width: int) -> bool:
    """Whether every row has room for what its setting means."""
    room = width - _label_width(width) - VALUE_WIDTH
    return all(cell_width(text(f"setting.{name}.help")) <= room for name in RULES)


class SettingMeaning(LinesWidget):
    """What the setting under the cursor means, where the rows have no room to say it."""

    def __init__(self, settings: SettingList, *, id: str) -> None:
        super().__init__(id=id)
        self.settings = settings

    def lines_for(self, width: int) -> Sequence[Line]:
        if meanings_fit(self.settings.row_width):
            return ()
        return layout(parse(text(f"setting.{self.settings.name_under_cursor}.help")), width)
