"""The lab: demos listed without running them, parameters as a form, a run that ends with its screen.

The demos here are two of our own that need no torch, run by the real runner in real processes.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from flashcards.cards import DemoLink
from flashcards.lab.catalogue import read_catalogue, read_demo
from flashcards.study.library import Library
from flashcards.tui.app import FlashcardsApp
from flashcards.tui.screens.demo import DemoScreen
from flashcards.tui.screens.lab import LabScreen
from flashcards.tui.widgets.param_list import stepped
from flashcards.tui.widgets.prompt import Prompt
from tests.tui.conftest import press, screen_text, settle

SUM = '''"""Sums — counting up to n adds n(n+1)/2.  Gauss, at school."""
import time
from dataclasses import dataclass

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="求和", en="Sums", topic="school", tier="tok")


@dataclass(frozen=True)
class Params:
    n: int = param(10, low=1, high=1000, help="how far to count", zh="数到几")
    slow: bool = param(False, help="take a long time")


def run(lab: Lab, p: Params) -> None:
    lab.step("Counting")
    lab.say("The sum grows with the **square** of `n`.")
    lab.table("a table", ["k", "sum"], [[k, k * (k + 1) // 2] for k in (1, 2, p.n)])
    lab.matrix("products", [[i * j for j in range(4)] for i in range(4)])
    lab.series("growth", [1, 2, 3, 4], {"sum": [1, 3, 6, 10]})
    if p.slow:
        time.sleep(60)
    lab.claim("the sum is n(n+1)/2", measured=sum(range(p.n + lab.variant(right=1, control=0))),
              equals=p.n * (p.n + 1) // 2)


if __name__ == "__main__":
    main(run, Params)
'''
NEEDY = '''"""Needs what nobody has — it cannot start.  Nowhere."""
from dataclasses import dataclass

import a_library_that_nobody_has

from flashcards.lab import Demo, Lab, main

DEMO = Demo(zh="缺", en="Needy", topic="school", tier="tok")


@dataclass(frozen=True)
class Params:
    pass


def run(lab: Lab, p: Params) -> None:
    pass
'''


ASKING = '''"""Guesses — two numbers one should know by heart.  Nowhere."""
from dataclasses import dataclass

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="猜", en="Guesses", topic="school", tier="tok")


@dataclass(frozen=True)
class Params:
    n: int = param(10, low=1, high=1000, help="how far to count")


def run(lab: Lab, p: Params) -> None:
    lab.say("Here the secret stands.")
    total = sum(range(p.n + lab.variant(right=1, control=0)))
    lab.claim("the sum", measured=total, equals=p.n * (p.n + 1) // 2, predict="What is the sum?", unit="apples")
    lab.claim("the square", measured=p.n * p.n, equals=p.n**2, predict="What is the square?", illustration=True)


if __name__ == "__main__":
    main(run, Params)
'''


@pytest.fixture
def demos(tmp_path: Path) -> Path:
    folder = tmp_path / "demos"
    folder.mkdir()
    (folder / "sums.py").write_text(SUM, encoding="utf-8")
    (folder / "needy.py").write_text(NEEDY, encoding="utf-8")
    (folder / "asking.py").write_text(ASKING, encoding="utf-8")
    return folder


@pytest.fixture
def app(library: Library, demos: Path, app_on) -> FlashcardsApp:  # type: ignore[no-untyped-def]
    made: FlashcardsApp = app_on(library)
    made.__dict__["demos"] = read_catalogue(demos).demos
    return made


async def finished(pilot, screen: DemoScreen) -> None:  # type: ignore[no-untyped-def]
    async with asyncio.timeout(60):
        while screen._end is None or screen.running:
            await pilot.pause(0.05)
    await settle(pilot)


async def test_the_lab_lists_every_demo_with_what_it_proves(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "d")
        assert isinstance(app.screen, LabScreen)
        assert "Sums" in screen_text(app) and "counting up to n adds n(n+1)/2" in screen_text(app)


async def test_a_run_shows_its_claims_with_their_numbers(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        app.open_demo(DemoLink("sums"))
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, DemoScreen)
        await pilot.press("r")
        await finished(pilot, screen)
        shown = screen_text(app)
        assert "Counting" in shown and "✓ the sum is n(n+1)/2" in shown and "measured 55" in shown
        assert "✓ 1 hold" in shown and "All 1 claims hold." in shown


async def test_the_control_breaks_a_claim_and_says_so(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        app.open_demo(DemoLink("sums"))
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, DemoScreen)
        await pilot.press("c")
        await finished(pilot, screen)
        shown = screen_text(app)
        assert (
            "✗ the sum is n(n+1)/2" in shown
            and "1 broke, 0 hold" in shown
            and "with the usual mistake" in shown
        )


async def test_x_stops_a_run_and_leaves_no_process(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        app.open_demo(DemoLink("sums", {"slow": True}))
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, DemoScreen)
        await pilot.press("r")
        async with asyncio.timeout(30):
            while not screen.output.events:
                await pilot.pause(0.05)
        run = screen._current
        assert run is not None and run._child is not None
        await pilot.press("x")
        await finished(pilot, screen)
        assert "Stopped." in screen_text(app) and not run._child.alive


async def test_leaving_the_program_ends_the_run(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        app.open_demo(DemoLink("sums", {"slow": True}))
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, DemoScreen)
        await pilot.press("r")
        async with asyncio.timeout(30):
            while not screen.output.events:
                await pilot.pause(0.05)
        run = screen._current
        assert run is not None and run._child is not None
    async with asyncio.timeout(30):
        while run._child.alive:
            await asyncio.sleep(0.05)


async def test_what_is_not_installed_is_said_in_plain_words(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        app.open_demo(DemoLink("needy"))
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, DemoScreen)
        await pilot.press("r")
        await finished(pilot, screen)
        assert "a_library_that_nobody_has" in screen_text(app) and "not installed" in screen_text(app)


async def test_a_value_is_typed_and_a_wrong_one_is_refused(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 50), notifications=True) as pilot:
        app.open_demo(DemoLink("sums"))
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, DemoScreen)
        await pilot.press("enter", "1", "2", "enter")
        await settle(pilot)
        assert screen.params.values["n"] == 12
        await pilot.press("enter", *"5000", "enter")
        await settle(pilot)
        assert screen.params.values["n"] == 12 and "1 to 1,000" in screen_text(app)


async def test_arrows_change_values_and_the_help_follows_the_cursor(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        app.open_demo(DemoLink("sums"))
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, DemoScreen)
        assert "how far to count" in screen_text(app)
        await pilot.press("l")
        await settle(pilot)
        assert screen.params.values["n"] == 20
        await pilot.press("j", "l")
        await settle(pilot)
        assert screen.params.values["slow"] is True and "take a long time" in screen_text(app)


async def test_the_source_is_shown_and_hidden_again(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        app.open_demo(DemoLink("sums"))
        await settle(pilot)
        await pilot.press("v")
        await settle(pilot)
        assert "def run(lab: Lab, p: Params)" in screen_text(app)
        await pilot.press("v")
        await settle(pilot)
        assert "def run(lab: Lab, p: Params)" not in screen_text(app)


async def test_a_card_with_values_the_demo_does_not_take_is_a_message(app: FlashcardsApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        app.open_demo(DemoLink("sums", {"m": 3}))
        await settle(pilot)
        assert not isinstance(app.screen, DemoScreen) and "no parameter 'm'" in screen_text(app)


async def test_an_unknown_demo_is_a_message(app: FlashcardsApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        app.open_demo(DemoLink("gone"))
        await settle(pilot)
        assert "No demo is called 'gone'" in screen_text(app)


async def test_the_form_fits_a_small_terminal_in_both_languages(app: FlashcardsApp) -> None:
    async with app.run_test(size=(40, 15)) as pilot:
        app.open_demo(DemoLink("sums"))
        await settle(pilot)
        assert "▌" in screen_text(app) and "r Run" in screen_text(app)
        await pilot.press("f2")
        await settle(pilot)
        assert "求和" in screen_text(app) and "数到几" in screen_text(app)


async def asked(pilot, app: FlashcardsApp, *, key: str = "r") -> DemoScreen:  # type: ignore[no-untyped-def]
    """The demo that asks, run until its first question waits."""
    app.open_demo(DemoLink("asking"))
    await settle(pilot)
    screen = app.screen
    assert isinstance(screen, DemoScreen)
    await pilot.press(key)
    async with asyncio.timeout(60):
        while not screen.asking:
            await pilot.pause(0.05)
    await settle(pilot)
    return screen


async def test_a_run_asks_for_guesses_before_it_shows_anything(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        screen = await asked(pilot, app)
        shown = screen_text(app)
        assert "What is the sum?" in shown and "secret" not in shown and "measured" not in shown
        await press(pilot, *"60", "enter")
        assert "What is the square?" in screen_text(app) and "secret" not in screen_text(app)
        await press(pilot, *"1e2", "enter")
        await finished(pilot, screen)
        shown = " ".join(screen_text(app).split())
        assert "secret" in shown and "measured 55 apples" in shown
        assert "your guess 60 apples: close" in shown and "your guess 100: close" in shown


async def test_a_poor_guess_is_called_so(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        screen = await asked(pilot, app)
        await press(pilot, *"90", "enter", *"7", "enter")
        await finished(pilot, screen)
        shown = screen_text(app)
        assert "your guess 90 apples: the right order" in shown and "your guess 7: far off" in shown


async def test_enter_alone_passes_and_esc_shows_everything(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        screen = await asked(pilot, app)
        await press(pilot, "enter")
        assert "What is the square?" in screen_text(app)
        await press(pilot, "escape")
        await finished(pilot, screen)
        assert "measured 55 apples" in screen_text(app) and "your guess" not in screen_text(app)
        assert screen.output.has_focus and app.screen is screen


async def test_a_word_for_a_guess_is_refused_and_asked_again(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 50), notifications=True) as pilot:
        screen = await asked(pilot, app)
        await press(pilot, *"many", "enter")
        assert "That is not a number." in screen_text(app) and screen.asking
        assert screen.query_one(Prompt).has_focus


async def test_only_the_first_run_asks_and_p_asks_again(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        screen = await asked(pilot, app)
        await press(pilot, "escape")
        await finished(pilot, screen)
        await pilot.press("r")
        await finished(pilot, screen)
        assert not screen.asking and "✓ 2 hold" in screen_text(app)
        await pilot.press("p")
        async with asyncio.timeout(60):
            while not screen.asking:
                await pilot.pause(0.05)


async def test_the_control_run_asks_nothing(app: FlashcardsApp) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        app.open_demo(DemoLink("asking"))
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, DemoScreen)
        await pilot.press("c")
        await finished(pilot, screen)
        assert not screen.asking and "✗ the sum" in screen_text(app)


async def test_a_missing_library_is_said_before_the_run(app: FlashcardsApp, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from flashcards.lab import spare

    monkeypatch.setattr(
        spare, "WARM_MODULES", {**spare.WARM_MODULES, "tok": "a_library_that_nobody_has.core"}
    )
    async with app.run_test(size=(100, 50)) as pilot:
        app.open_demo(DemoLink("sums"))
        await settle(pilot)
        assert "needs a_library_that_nobody_has" in screen_text(app) and "pip install" in screen_text(app)


def test_a_step_never_leaves_the_range(demos: Path) -> None:
    spec = read_demo(demos / "sums.py").params[0]
    assert stepped(spec, 1000, 1) == 1000
    assert stepped(spec, 1, -1) == 1
    assert stepped(spec, 16, -1) == 8 and stepped(spec, 8, -1) == 7
