"""Settings are in force at once, are kept in their file, and a wrong one changes nothing."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from flashcards import locale
from flashcards.study.library import Library
from flashcards.study.settings import read_settings
from flashcards.tui.screens.home import HomeScreen
from flashcards.tui.screens.settings import SettingsScreen
from flashcards.tui.widgets.setting_list import RULES
from tests.tui.conftest import press, screen_text, settle

SIZE = (100, 24)
DOWN_TO = {name: ["j"] * row for row, name in enumerate(RULES)}


async def settings_of(pilot, name: str = "desired_retention") -> SettingsScreen:  # type: ignore[no-untyped-def]
    await settle(pilot)
    await press(pilot, "comma", *DOWN_TO[name])
    assert isinstance(pilot.app.screen, SettingsScreen)
    return pilot.app.screen


async def test_every_setting_is_listed_with_its_meaning(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        screen = await settings_of(pilot)
        assert screen.setting_list.row_count == len(RULES)
        assert "Recall wanted" in screen_text(app) and "0.9" in screen_text(app)
        await press(pilot, "q")
        assert isinstance(app.screen, HomeScreen)


async def test_right_raises_a_limit_and_keeps_it(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        await settings_of(pilot, "new_per_day")
        await press(pilot, "l")
        assert library.settings.new_per_day == 25
        assert read_settings(library.home.settings).new_per_day == 25


async def test_a_typed_value_out_of_range_is_refused(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settings_of(pilot)
        await press(pilot, "enter", *"0.5", "enter")
        assert library.settings.desired_retention == 0.9
        assert "0.7 to 0.99 needed" in " ".join(screen_text(app).split())


async def test_the_language_changes_the_app_and_its_cards_at_once(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        await settings_of(pilot, "language")
        await press(pilot, "l")
        assert locale.language() == "zh" and library.language == "zh"
        assert "目标记忆率" in screen_text(app)


async def test_the_theme_changes_at_once(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        await settings_of(pilot, "theme")
        await press(pilot, "enter")
        assert app.theme == "light"


async def test_keys_that_clash_in_the_file_are_refused_and_the_old_ones_stay(  # type: ignore[no-untyped-def]
    library: Library, app_on, monkeypatch, tmp_path: Path
) -> None:
    editor = tmp_path / "editor.py"
    editor.write_text(
        'import pathlib, sys\npathlib.Path(sys.argv[-1]).write_text(\'[keys]\\n"quiz.bury" = "u"\\n\')\n',
        "utf-8",
    )
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {editor}")
    app = app_on(library)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settings_of(pilot)
        monkeypatch.setattr(app, "suspend", contextlib.nullcontext)
        await press(pilot, "e")
        assert "u would mean both" in " ".join(screen_text(app).split())
        assert library.settings.keys == {}
