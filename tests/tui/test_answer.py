"""The answer editor: written in the app, kept as plain text, and never lost without being asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from flashcards.study.answers import write_answer, written_answer
from flashcards.study.drafts import draft_of
from flashcards.study.library import Library
from flashcards.tui.app import FlashcardsApp
from flashcards.tui.screens.answer import AnswerScreen
from flashcards.tui.screens.browse import BrowseScreen
from flashcards.tui.screens.card_page import CardPage
from flashcards.tui.screens.choose import ChooseScreen
from flashcards.tui.screens.home import HomeScreen
from flashcards.tui.widgets.answer_editor import AnswerEditor
from tests.tui.conftest import press, screen_text, settle

OPEN = """---
id: baking
title: Baking
language: en
---

## Why does bread need salt?
<!-- id: salt -->

## Why proof twice?
<!-- id: proof -->
"""
SIZE = (80, 24)


@pytest.fixture
def app(library: Library, notes: Path, app_on) -> FlashcardsApp:  # type: ignore[no-untyped-def]
    """Two of the four cards wait for an answer, and nobody is on the first day any more."""
    (notes / "baking.md").write_text(OPEN, encoding="utf-8")
    library.rescan()
    library.remember_seen("tour")
    made: FlashcardsApp = app_on(library)
    return made


async def writing(pilot) -> AnswerScreen:  # type: ignore[no-untyped-def]
    await settle(pilot)
    await press(pilot, "w", "w")
    screen = pilot.app.screen
    assert isinstance(screen, AnswerScreen)
    return screen


async def paused(pilot) -> None:  # type: ignore[no-untyped-def]
    """Until the pause after the last key is over and what it sets going is done."""
    while pilot.app.screen._pause is not None and pilot.app.screen._pause._task is not None:
        if pilot.app.screen._pause._task.done():
            break
        await pilot.pause(0.02)
    await settle(pilot)


async def test_home_says_how_many_cards_wait_and_lists_them(app: FlashcardsApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert "2 cards wait for an answer: press w" in screen_text(app)
        await press(pilot, "w")
        assert isinstance(app.screen, BrowseScreen) and app.screen.card_list.row_count == 2


@pytest.mark.parametrize("keys", [["ctrl+s"], ["f4"], ["escape", "enter"]])
async def test_an_answer_is_saved_and_its_card_can_be_asked(app: FlashcardsApp, keys: list[str]) -> None:
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await writing(pilot)
        await press(pilot, *"- taste", *keys)
        assert isinstance(app.screen, BrowseScreen)
        assert app.library.card("salt").variant("en").answer == "- taste"
        assert "Saved in Baking.md" in screen_text(app) and app.library.decks()[0].new == 3 - 1


async def test_leaving_with_unsaved_text_asks_and_esc_goes_on_writing(app: FlashcardsApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        screen = await writing(pilot)
        await press(pilot, *"half", "escape")
        assert isinstance(app.screen, ChooseScreen)
        await press(pilot, "escape")
        assert app.screen is screen and screen.editor.text == "half" and screen.editor.has_focus


async def test_text_is_thrown_away_only_when_that_is_chosen(app: FlashcardsApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await writing(pilot)
        await press(pilot, *"half", "escape", "j", "j", "enter")
        assert isinstance(app.screen, BrowseScreen) and not app.library.card("salt").answered
        assert draft_of(app.library, "salt", "en") is None


async def test_leaving_without_a_change_asks_nothing(app: FlashcardsApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await writing(pilot)
        await press(pilot, "escape")
        assert isinstance(app.screen, BrowseScreen)


async def test_ctrl_q_asks_before_unsaved_text_is_left(app: FlashcardsApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await writing(pilot)
        await press(pilot, *"half", "ctrl+q")
        assert isinstance(app.screen, ChooseScreen) and app.is_running


async def test_a_program_that_dies_leaves_a_draft_that_comes_back(app: FlashcardsApp, app_on) -> None:  # type: ignore[no-untyped-def]
    async with app.run_test(size=SIZE) as pilot:
        await writing(pilot)
        await press(pilot, *"half")
        await paused(pilot)
    again = app_on(app.library)
    async with again.run_test(size=SIZE, notifications=True) as pilot:
        screen = await writing(pilot)
        assert screen.editor.text == "half" and "Here is what you had typed" in screen_text(again)


async def test_chinese_is_typed_as_any_other_text(app: FlashcardsApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        screen = await writing(pilot)
        assert not screen.editor.cursor_blink
        await press(pilot, *"盐让面筋更紧", "ctrl+s")
        assert app.library.card("salt").variant("en").answer == "盐让面筋更紧"


async def test_letters_that_are_keys_elsewhere_are_text_here(app: FlashcardsApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        screen = await writing(pilot)
        await press(pilot, *"q?:wj/")
        assert screen.editor.text == "q?:wj/" and app.screen is screen


async def test_the_preview_follows_what_is_typed_and_can_be_hidden(app: FlashcardsApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        screen = await writing(pilot)
        assert not screen.preview.display
        await press(pilot, "f5", *"**taste**")
        await paused(pilot)
        assert screen.preview.plain.rstrip().endswith("taste") and screen.editor.has_focus
        await press(pilot, "f5")
        assert not screen.preview.display


async def test_a_wide_screen_shows_the_preview_beside_the_text(app: FlashcardsApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await writing(pilot)
        assert screen.preview.display and screen.preview.region.x > screen.editor.region.x


async def test_enter_goes_on_with_a_list_and_an_empty_item_ends_it(app: FlashcardsApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        screen = await writing(pilot)
        await press(pilot, *"1. a", "enter", "b", "enter", "enter", "c")
        assert screen.editor.text == "1. a\n2. b\nc"


async def test_an_empty_answer_is_not_saved(app: FlashcardsApp) -> None:
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen = await writing(pilot)
        await press(pilot, "ctrl+s")
        assert app.screen is screen and "There is nothing to save yet." in screen_text(app)


async def test_an_emptied_answer_is_taken_away_when_the_person_says_so(app: FlashcardsApp) -> None:
    write_answer(app.library, "salt", "- taste")
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        app.write_answer("salt")
        await settle(pilot)
        assert app.screen.query_one(AnswerEditor).text == "- taste"
        app.screen.query_one(AnswerEditor).text = ""
        await press(pilot, "ctrl+s", "j", "enter")
        assert isinstance(app.screen, HomeScreen) and written_answer(app.library, "salt") is None


async def test_the_card_page_writes_too_and_shows_the_answer_at_once(app: FlashcardsApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "w", "enter")
        assert isinstance(app.screen, CardPage) and "w writes an answer" in screen_text(app)
        await press(pilot, "w", *"- taste", "f4")
        assert isinstance(app.screen, CardPage) and "• taste" in screen_text(app)


async def test_an_answer_that_cannot_be_written_stays_on_the_screen(app: FlashcardsApp) -> None:
    app.library.home.answers.write_text("a file where the folder should be", encoding="utf-8")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen = await writing(pilot)
        await press(pilot, *"taste", "ctrl+s")
        assert app.screen is screen and screen.editor.text == "taste"
        assert "cannot be written" in " ".join(screen_text(app).split())


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 15)])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_box_and_preview_fit_every_size_in_both_languages(
    app: FlashcardsApp, app_on, size, language
) -> None:  # type: ignore[no-untyped-def]
    app = app_on(app.library, language=language)
    async with app.run_test(size=size) as pilot:
        screen = await writing(pilot)
        if not screen.preview.display:
            assert "Why does bread need salt?" in screen_text(app)
            await press(pilot, "f5")
        await press(pilot, *"- taste")
        await paused(pilot)
        shown = screen_text(app)
        assert "- taste" in shown and "• taste" in shown and screen.editor.has_focus
        assert ("离开" if language == "zh" else "Leave") in shown


@pytest.mark.parametrize(("columns", "preview"), [(80, False), (80, True), (120, False), (120, True)])
async def test_the_editor_takes_all_the_width_it_can(app: FlashcardsApp, columns: int, preview: bool) -> None:
    async with app.run_test(size=(columns, 30)) as pilot:
        screen = await writing(pilot)
        if screen.preview.display is not preview:
            await press(pilot, "f5")
        beside = preview and columns >= 100
        right = screen.editor.region.right
        assert screen.editor.region.x == 1
        assert right == screen.preview.region.x if beside else right == columns - 1
