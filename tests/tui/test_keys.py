"""One registry, one meaning a key: help and key bar name exactly what works for what has the focus."""

from __future__ import annotations

import asyncio

import pytest
from textual.events import Key

from flashcards.study.library import Library
from flashcards.tui.actions import ACTIONS, BY_ID, Action, keys_of, show_key, writes
from flashcards.tui.screens.base import FlashcardsScreen
from flashcards.tui.screens.browse import BrowseScreen
from flashcards.tui.screens.help import HelpScreen
from flashcards.tui.screens.quiz import QuizScreen
from tests.tui.conftest import press, screen_text, settle

SIZE = (100, 60)
PLACES = {
    "home": [],
    "quiz, question": ["a"],
    "quiz, answer": ["a", "space"],
    "quiz, writing": ["a", "t"],
    "quiz, finding": ["a", "slash"],
    "browse": ["b"],
    "browse, searching": ["b", "slash"],
    "browse, tagging": ["b", "t"],
    "card": ["b", "enter"],
    "answer": ["b", "w"],
    "settings": ["comma"],
    "lab": ["d"],
}
EVERY_SCREEN = {"help", "palette", "language", "theme", "quit"}


def by_name() -> dict[str, list[Action]]:
    names: dict[str, list[Action]] = {}
    for action in ACTIONS:
        names.setdefault(action.name, []).append(action)
    return names


@pytest.mark.parametrize(
    "name",
    ["leave", "demo", "flip", "edit", "open_source", "suspend", "flag", "find", "copy", "answer", "take_in"],
)
def test_one_thing_has_one_key_wherever_it_can_be_done(name: str) -> None:
    asked = {action.keys[0] for action in by_name()[name]}
    assert len(asked) == 1


def test_every_action_has_a_key_and_only_leaving_the_program_needs_ctrl() -> None:
    assert all(action.keys for action in ACTIONS)
    assert [a.id for a in ACTIONS if all("ctrl" in key for key in a.keys)] == ["app.quit"]


def test_where_one_types_no_action_needs_a_key_that_writes() -> None:
    typing = [a for a in ACTIONS if a.scope in ("search", "prompt", "write", "answer")]
    assert typing and not [a.id for a in typing if all(writes(key) for key in a.keys)]
    assert writes("slash") and writes("question_mark") and writes("space") and not writes("f1")


@pytest.mark.parametrize("place", PLACES)
async def test_help_lists_exactly_the_keys_that_work_there(library: Library, app_on, place) -> None:  # type: ignore[no-untyped-def]
    library.remember_seen("tour")
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, *PLACES[place])
        screen = app.screen
        assert isinstance(screen, FlashcardsScreen)
        working = screen.working_keys()
        bound = {
            active.binding.id
            for key, active in screen.active_bindings.items()
            if active.binding.id in BY_ID and not (screen.types and writes(key))
        }
        assert {action.id for action in working} == bound
        await press(pilot, "f1")
        assert isinstance(app.screen, HelpScreen)
        lines = ["".join(span.text for span in row) for row in app.screen.query_one("#keys").lines]
        rows = [line for line in lines if line and not line.startswith(" ")]
        listed = [row for row in rows if any(row.startswith(app.screen._keys(action)) for action in working)]
        assert len(listed) == len(working)


@pytest.mark.parametrize("place", PLACES)
async def test_what_works_everywhere_works_here_too(library: Library, app_on, place) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, *PLACES[place])
        names = {action.name for action in app.screen.working_keys() if action.scope == "app"}
        assert names == EVERY_SCREEN


@pytest.mark.parametrize("place", [p for p in PLACES if p != "home"])
async def test_every_place_is_left_without_mouse_and_without_ctrl(library: Library, app_on, place) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        home = app.screen
        await press(pilot, *PLACES[place])
        for _ in range(4):
            if app.screen is home:
                break
            await press(pilot, "escape")
        assert app.screen is home


async def test_the_key_bar_names_what_the_focus_takes(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "b", "slash")
        bar = screen_text(app).split("\n")[-1]
        assert "enter To the list" in bar and "F1 Help" in bar and "Tag" not in bar
        await press(pilot, "enter")
        bar = screen_text(app).split("\n")[-1]
        assert "enter Open" in bar and "? Help" in bar


async def test_help_shows_remapped_keys(library: Library) -> None:
    from flashcards.tui.app import FlashcardsApp, Preferences

    app = FlashcardsApp(library, preferences=Preferences(keymap={"home.study": "z"}))
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        study = BY_ID["home.study"]
        assert app.screen.working_keys()[study] == list(keys_of(study, app.keymap)) == ["z"]
        assert f" {show_key('z')} Study" in screen_text(app)


async def test_keys_typed_ahead_reach_the_screens_that_they_open(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        for key, character in (("a", "a"), ("space", " "), ("3", "3"), ("space", " ")):
            app.post_message(Key(key, character))
        async with asyncio.timeout(30):
            while not isinstance(app.screen, QuizScreen) or app.screen.session.progress.done < 1:
                await pilot.pause(0.02)
            while app.screen.session.phase != "answer":
                await pilot.pause(0.02)


async def test_letters_typed_ahead_stand_in_the_line_that_a_key_opened(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        for key in ("b", "slash", *"jq", "enter", "j"):
            app.post_message(Key(key, {"slash": "/", "enter": "\r"}.get(key, key)))
        await settle(pilot)
        async with asyncio.timeout(30):
            while not isinstance(app.screen, BrowseScreen) or app.screen.query_one("#search").value != "jq":
                await pilot.pause(0.02)


async def test_the_tour_names_the_keys_as_they_were_remapped(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    app.keymap = {"home.study": "z", "home.tour": "w", "home.unanswered": "f6"}
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        shown = screen_text(app)
        assert "z studies the deck" in shown and "w next" in shown
        await press(pilot, "w")
        assert "F6 lists what still needs an answer" in " ".join(screen_text(app).split())
