"""The lab and the card: guesses become an offered grade, others' demos ask first, recordings are called so."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from flashcards.cards import DemoLink, Rating
from flashcards.lab import spare
from flashcards.lab.catalogue import read_catalogue, read_demo
from flashcards.lab.transcripts import record
from flashcards.lab.trust import Trust
from flashcards.store.reviews import answers_of
from flashcards.study.library import Library
from flashcards.tui.app import FlashcardsApp
from flashcards.tui.screens.choose import ChooseScreen
from flashcards.tui.screens.demo import DemoScreen
from flashcards.tui.screens.quiz import QuizScreen
from flashcards.tui.widgets.prompt import Prompt
from tests.tui.conftest import press, screen_text, settle
from tests.tui.test_demo import ASKING, SUM, asked, finished

HUNGRY = SUM.replace("if p.slow:", "if p.n > 100:\n        raise MemoryError\n    if p.slow:")
"""Too much from 101 on."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Demos that count as our own."""
    made = tmp_path / "demos"
    made.mkdir()
    (made / "asking.py").write_text(ASKING, "utf-8")
    (made / "sums.py").write_text(SUM, "utf-8")
    (made / "hungry.py").write_text(HUNGRY, "utf-8")
    return made


@pytest.fixture
def app(library: Library, folder: Path, app_on) -> FlashcardsApp:  # type: ignore[no-untyped-def]
    """At home; the first card's demo is the one that asks."""
    made: FlashcardsApp = app_on(library, language="en")
    demos = dict(read_catalogue(folder).demos)
    demos["attention"] = replace(demos["asking"], slug="attention")
    made.__dict__["demos"] = demos
    return made


async def guessed(pilot, app: FlashcardsApp, first: str, second: str) -> None:  # type: ignore[no-untyped-def]
    """Open the card's demo from the quiz, guess both numbers and go back."""
    await press(pilot, "a")
    await pilot.press("d")
    await pilot.pause()
    screen = app.screen
    assert isinstance(screen, DemoScreen)
    await pilot.press("r")
    async with asyncio.timeout(60):
        while not screen.asking:
            await pilot.pause(0.05)
    await press(pilot, *first, "enter", *second, "enter")
    await finished(pilot, screen)


async def test_guesses_are_offered_as_the_grade_and_kept_only_when_taken(
    app: FlashcardsApp, library: Library
) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        await settle(pilot)
        await guessed(pilot, app, "90", "100")
        assert "Your guesses deserve Hard" in screen_text(app)
        await press(pilot, "q", "space")
        assert isinstance(app.screen, QuizScreen) and "[2 Hard]" in screen_text(app)
        card = app.screen.shown_card().id
        assert not answers_of(library.db, card)
        await press(pilot, "enter")
        assert [review.rating for review in answers_of(library.db, card)] == [Rating.HARD]
        assert "[2 Hard]" not in screen_text(app)


async def test_another_grade_than_the_offered_one_can_be_given(app: FlashcardsApp, library: Library) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        await settle(pilot)
        await guessed(pilot, app, "7", "100")
        await press(pilot, "q", "space")
        assert isinstance(app.screen, QuizScreen) and "[1 Forgot]" in screen_text(app)
        card = app.screen.shown_card().id
        await press(pilot, "3")
        assert [review.rating for review in answers_of(library.db, card)] == [Rating.GOOD]


async def test_enter_goes_on_where_no_grade_is_offered(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        await settle(pilot)
        await press(pilot, "a", "enter", "enter")
        assert isinstance(app.screen, QuizScreen) and app.screen.session.phase == "answer"


async def test_guesses_without_a_card_offer_no_grade(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        screen = await asked(pilot, app)
        await press(pilot, *"60", "enter", *"100", "enter")
        await finished(pilot, screen)
        assert "deserve" not in screen_text(app)


async def test_the_control_ends_with_what_it_broke(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        app.open_demo(DemoLink("asking"))
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, DemoScreen)
        await pilot.press("c")
        await finished(pilot, screen)
        after = screen_text(app).partition("The usual mistake broke:")[2]
        assert "✗ the sum" in after and "the square" not in after


async def test_too_much_memory_suggests_smaller_values_and_one_key_takes_them(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        app.open_demo(DemoLink("hungry", {"n": 160}))
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, DemoScreen)
        assert "a Smaller" not in screen_text(app)
        await pilot.press("r")
        await finished(pilot, screen)
        assert "out of memory" in screen_text(app) and "a Smaller" in screen_text(app)
        await pilot.press("a")
        await finished(pilot, screen)
        assert screen.params.values["n"] == 80 and "✓ 1 hold" in screen_text(app)
        assert "a Smaller" not in screen_text(app)


async def test_a_wrong_value_is_refused_where_it_was_typed(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        app.open_demo(DemoLink("sums"))
        await settle(pilot)
        await press(pilot, "enter", *"9999", "enter")
        prompt = app.screen.query_one(Prompt)
        assert prompt.has_focus and prompt.value == "9999"
        assert "--n takes a whole number, 1 to 1,000" in screen_text(app)
        await press(pilot, *"20", "enter")
        assert app.screen.params.values["n"] == 20 and not prompt.display  # type: ignore[attr-defined]


@pytest.mark.parametrize(("columns", "beside"), [(80, False), (120, True), (170, True)])
async def test_the_source_stands_beside_the_output_where_there_is_room(
    app: FlashcardsApp, columns: int, beside: bool
) -> None:
    async with app.run_test(size=(columns, 40)) as pilot:
        app.open_demo(DemoLink("sums"))
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, DemoScreen)
        await pilot.press("r")
        await finished(pilot, screen)
        await press(pilot, "v")
        shown = screen_text(app)
        assert "def run(lab: Lab" in shown and ("seed 0" in shown) is beside
        await press(pilot, "tab")
        assert screen.focused is not screen.source
        await press(pilot, "v")
        assert "def run(lab: Lab" not in screen_text(app) and screen.output.has_focus


async def test_a_demo_of_others_runs_only_after_its_folder_is_trusted(
    library: Library, notes: Path, app_on
) -> None:  # type: ignore[no-untyped-def]
    theirs = notes / "demos"
    theirs.mkdir()
    (theirs / "theirs.py").write_text(SUM, "utf-8")
    app = app_on(library)
    trust = Trust(library.home.trusted)
    async with app.run_test(size=(100, 50)) as pilot:
        app.open_demo(DemoLink("theirs"))
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, DemoScreen) and "somebody's notes" in screen_text(app)
        await press(pilot, "r")
        assert isinstance(app.screen, ChooseScreen)
        await press(pilot, "enter")
        assert app.screen is screen and not screen.running and trust.standing(theirs) == "unknown"
        await press(pilot, "r", "j", "enter")
        assert "def run(lab: Lab" in screen_text(app) and not screen.output.events
        await press(pilot, "v", "r", "j", "j")
        await pilot.press("enter")
        await finished(pilot, screen)
        assert trust.standing(theirs) == "trusted" and "✓ 1 hold" in screen_text(app)
        (theirs / "theirs.py").write_text(SUM + "\n", "utf-8")
        app.forget_demos()
        await press(pilot, "q")
        app.open_demo(DemoLink("theirs"))
        await settle(pilot)
        await press(pilot, "r")
        assert "Changed since you trusted it: theirs.py" in " ".join(screen_text(app).split())


async def test_where_a_library_is_missing_the_recording_is_shown_and_called_one(
    app: FlashcardsApp, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(read_demo(folder / "sums.py"))
    monkeypatch.setattr(
        spare, "WARM_MODULES", {**spare.WARM_MODULES, "tok": "a_library_that_nobody_has.core"}
    )
    async with app.run_test(size=(100, 50)) as pilot:
        app.open_demo(DemoLink("sums"))
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, DemoScreen) and "r Recording" in screen_text(app)
        await pilot.press("r")
        await finished(pilot, screen)
        shown = screen_text(app)
        assert "Sums  sums  recording" in shown and "this is a recording" in shown and "✓ 1 hold" in shown
        assert "c Control" not in shown
