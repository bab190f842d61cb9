"""The settings as rows: a name, the value now, and what it means.  Tables are edited in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from flashcards.locale import text
from flashcards.study.settings import Settings
from flashcards.text.cells import cell_width, cut, pad
from flashcards.text.lines import Line
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.widgets.drawing import line
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
        labels = {n: text(f"setting.{n}") for n in self.names}
        label_width = min(width // 2, max(cell_width(label) for label in labels.values()) + 2)
        shown = cut(sanitize_line(show_setting(value)), VALUE_WIDTH - 1)
        room = max(0, width - label_width - VALUE_WIDTH)
        return line(
            pad(cut(labels[name], label_width - 1), label_width),
            (pad(shown, VALUE_WIDTH), "value" if value == default else "accent"),
            (cut(text(f"setting.{name}.help"), room) if room > 10 else "", "muted"),
        )
