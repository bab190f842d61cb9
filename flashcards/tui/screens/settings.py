"""The settings, changed at once and kept in the TOML file that one can also edit by hand."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import BindingType
from textual.content import Content

from flashcards.errors import FlashcardsError, system_reason
from flashcards.locale import said, text
from flashcards.text.cells import cell_width
from flashcards.text.sanitize import sanitize_line
from flashcards.tui import editor
from flashcards.tui.actions import Scope, bindings
from flashcards.tui.screens.base import FlashcardsScreen
from flashcards.tui.widgets.bars import KeyBar, TitleBar
from flashcards.tui.widgets.prompt import Prompt
from flashcards.tui.widgets.row_list import RowList
from flashcards.tui.widgets.setting_list import SettingList, SettingMeaning, show_setting, stepped_setting


class SettingsScreen(FlashcardsScreen[None]):
    """Left and right change a value, Enter types one, ``e`` opens the file."""

    SCOPE: ClassVar[Scope] = "settings"
    BINDINGS: ClassVar[list[BindingType]] = bindings("settings")
    CSS_PATH = "settings.tcss"

    def compose(self) -> ComposeResult:
        yield TitleBar()
        settings = SettingList(id="settings")
        yield settings
        yield SettingMeaning(settings, id="meaning")
        yield Prompt(id="value")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(Prompt).display = False
        self.setting_list.show(self.program.library.settings)
        self.setting_list.focus()
        self.refresh_bars()

    @property
    def setting_list(self) -> SettingList:
        return self.query_one(SettingList)

    def title_left(self) -> Content:
        return Content.styled(text("settings.title"), "bold $primary")

    def title_right(self) -> Content:
        """The file the settings stand in; only its name where the whole path would push the title out."""
        path = self.program.library.home.settings
        whole = sanitize_line(str(path))
        fits = cell_width(whole) + cell_width(text("settings.title")) + 8 <= self.size.width
        return Content.styled(whole if fits else path.name, "$muted")

    def on_resize(self) -> None:
        self.refresh_bars()

    @on(RowList.Moved)
    def show_meaning(self) -> None:
        self.query_one(SettingMeaning).draw_again()

    def language_changed(self) -> None:
        super().language_changed()
        self.setting_list.refresh()
        self.show_meaning()

    def action_decrease(self) -> None:
        self._step(-1)

    def action_increase(self) -> None:
        self._step(1)

    def _step(self, direction: int) -> None:
        settings = self.setting_list
        stepped = stepped_setting(settings.name_under_cursor, settings.value_under_cursor, direction)
        if stepped is None:
            self.tell(text("settings.in_file"))
        else:
            if wrong := self._change(settings.name_under_cursor, stepped):
                self.tell(wrong, wrong=True)

    def _change(self, name: str, value: str) -> str:
        """Keep a value; in words why that is not possible, or nothing."""
        wrong = ""
        try:
            self.program.change_setting(name, value)
        except FlashcardsError as error:
            wrong = said(system_reason(error) if isinstance(error, OSError) else error)
        self.setting_list.show(self.program.library.settings)
        return wrong

    @on(RowList.Picked)
    def action_edit_value(self) -> None:
        settings = self.setting_list
        if stepped_setting(settings.name_under_cursor, settings.value_under_cursor, 1) is None:
            self.action_edit_file()
        elif isinstance(settings.value_under_cursor, bool | str):
            self._step(1)
        else:
            self._ask(show_setting(settings.value_under_cursor))

    def _ask(self, typed: str, wrong: str = "") -> None:
        question = text(f"setting.{self.setting_list.name_under_cursor}")
        self.query_one(Prompt).open(question, typed, wrong=wrong)

    @on(Prompt.Answered)
    def value_typed(self, event: Prompt.Answered) -> None:
        self.setting_list.focus()
        if event.text and (wrong := self._change(self.setting_list.name_under_cursor, event.text)):
            self._ask(event.text, wrong)

    def action_edit_file(self) -> None:
        path = self.program.library.home.settings
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
            with self.app.suspend():
                editor.edit(path, 1)
            self.program.settings_edited()
        except SuspendNotSupported:
            self.tell(text("error.no_suspend"), wrong=True)
        except (FlashcardsError, OSError) as error:
            self.tell(said(system_reason(error) if isinstance(error, OSError) else error), wrong=True)
        self.setting_list.show(self.program.library.settings)

    def action_leave(self) -> None:
        self.dismiss()
