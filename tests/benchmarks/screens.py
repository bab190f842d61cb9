"""The app itself: its first frame, a key to the next card, a long list opened."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from textual.app import App, ComposeResult
from textual.widgets import Footer, OptionList, Static

from flashcards.tui.app import FlashcardsApp, Studying
from flashcards.tui.screens.browse import BrowseScreen
from flashcards.tui.screens.quiz import QuizScreen
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Result, Spread, process_seconds

SIZE = (120, 40)

_BARE = """
from textual.app import App
from textual.widgets import Footer, Static
class Bare(App):
    def compose(self):
        yield Static("ready")
        yield Footer()
    def on_ready(self):
        self.exit()
Bare().run(headless=True)
"""
_OURS = """
import sys
from pathlib import Path
from flashcards.study.library import Library
from flashcards.tui.app import FlashcardsApp
class Ours(FlashcardsApp):
    def on_ready(self):
        self.exit()
with Library.open(Path(sys.argv[1])) as library:
    Ours(library).run(headless=True)
"""


def first_frame(bench: Bench) -> Iterator[Result]:
    """Process start to the first frame and out again: what the app adds to a bare Textual app."""
    rounds = 2 * bench.scale.rounds
    with bench.empty_library() as library:
        home = str(library.home.folder)
    more, whole = [], []
    for _ in range(rounds):  # by turns, so that a busy moment of the machine meets both
        ours, _ = process_seconds(["-c", _OURS, home], 1, {})
        bare, _ = process_seconds(["-c", _BARE], 1, {})
        whole.append(ours.median)
        more.append(max(ours.median - bare.median, 0.0))
    yield Result(
        "first frame, beyond a bare Textual app",
        Spread.of(more),
        goal=0.15,
        note=f"ours {Spread.of(whole).median * 1000:.0f} ms",
    )


def next_card(bench: Bench) -> Iterator[Result]:
    """From the key that grades to the next card painted: commit, load, lay out, draw."""
    seconds = asyncio.run(_grade_many(bench))
    yield Result("key to painted next card", Spread.of(seconds), goal=0.05, note="on the clock")


async def _grade_many(bench: Bench) -> list[float]:
    cards = min(bench.scale.cards, 40)
    app = FlashcardsApp(
        bench.library(bench.scale.cards), start="quiz", studying=Studying(limit=cards, cram=True)
    )
    async with app.run_test(size=SIZE) as pilot:
        while not isinstance(app.screen, QuizScreen):
            await pilot.pause(0.05)
        screen, seconds = app.screen, []
        while screen.session.phase != "done":
            await pilot.press("space")
            await pilot.pause()
            start = time.perf_counter()
            screen.action_good()
            await pilot.pause()  # returns when every message, the repaint among them, is dealt with
            seconds.append(time.perf_counter() - start)
    return seconds


class _Options(App[None]):
    """What Textual itself offers for a long list."""

    def __init__(self, questions: list[str]) -> None:
        super().__init__()
        self.questions = questions

    def compose(self) -> ComposeResult:
        yield Static("cards")
        yield OptionList(*self.questions)
        yield Footer()


def long_list(bench: Bench) -> Iterator[Result]:
    """The browser over many cards, opened and painted, against an ``OptionList`` with the same questions."""
    many = 5 * bench.scale.cards
    ours, theirs = asyncio.run(_open_by_turns(bench, many))
    yield Result(f"open the browser on {many:,} cards", ours, theirs, "textual OptionList", 0.1)


async def _open_by_turns(bench: Bench, many: int) -> tuple[Spread, Spread]:
    library = bench.library(many)
    questions = [card.variant("en").question.replace("[", "\\[") for card in library.find()]
    ours, theirs = [], []
    app = FlashcardsApp(library)
    async with app.run_test(size=SIZE) as pilot:
        for _ in range(bench.scale.rounds):
            start = time.process_time()
            app.browse("")
            while not isinstance(app.screen, BrowseScreen):
                await pilot.pause()
            await pilot.pause()
            ours.append(time.process_time() - start)
            await app.pop_screen()
    for _ in range(bench.scale.rounds):
        start = time.process_time()
        async with _Options(questions).run_test(size=SIZE) as pilot:
            await pilot.pause()
            theirs.append(time.process_time() - start)
    return Spread.of(ours), Spread.of(theirs)
