"""Make the README's pictures: the real app on our own decks, with a history that was simulated.

Run ``python docs/screenshots.py`` from the checkout; the demo needs PyTorch.  Look at the pictures before
keeping them.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

from terminal_svg import screen_svg
from textual.pilot import Pilot

from flashcards import locale
from flashcards.cards import CardId, DemoLink, Language, Rating
from flashcards.study.library import Library
from flashcards.study.session import Session
from flashcards.tui.app import FlashcardsApp, Preferences
from flashcards.tui.screens.demo import DemoScreen
from flashcards.tui.widgets.prompt import Prompt

PICTURES: Final = Path(__file__).with_name("img")
TODAY: Final = datetime(2026, 11, 9, 9, 30, tzinfo=timezone(timedelta(hours=8)))
DAYS: Final = 240
BUSY: Final = 12
"""So many days before today the simulated person has time for one card only, so that something is due."""


@dataclass
class Clock:
    """Stands at ``now``."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Picture:
    """One screenshot: which screen, in which language and theme, and the keys that lead there."""

    name: str
    language: Language
    theme: str
    size: tuple[int, int]
    keys: Sequence[str] = ()
    card: str = ""
    """Asks this card in a quiz."""
    demo: str = ""
    """Opens this demo."""
    pages: int = 0
    """Pages to turn in the end."""


PICTURES_MADE: Final = (
    Picture("home-zh-dark", "zh", "dark", (100, 28)),
    Picture("quiz-zh-dark", "zh", "dark", (100, 28), ("space",), "rope.idea"),
    Picture("quiz-en-light", "en", "light", (100, 28), ("space",), "kv.what"),
    Picture("demo-en-dark", "en", "dark", (120, 36), ("r", "escape"), demo="lora", pages=1),
    Picture("statistics-en-light", "en", "light", (120, 36), ("S", "p", "p")),
    Picture("browse-zh-light", "zh", "light", (100, 28), ("slash", "slash", *"lora")),
)


def simulate(home: Path) -> None:
    """Months of answers as a diligent but human person would give them."""
    dice = random.Random(20261109)
    clock = Clock(TODAY - timedelta(days=DAYS))
    with Library.open(home, clock) as library:
        for day in range(DAYS):
            left = DAYS - day
            library.settings = replace(library.settings, new_per_day=1 if day % 7 == 0 else 0)
            if dice.random() < 0.86 or left <= BUSY:
                _study(library, clock, dice, at_most=1 if left <= BUSY else dice.randint(3, 14))
            clock.now = TODAY - timedelta(days=left - 1)


def _study(library: Library, clock: Clock, dice: random.Random, at_most: int) -> None:
    session = Session.start(library, limit=at_most)
    grades = [Rating.AGAIN, Rating.HARD, Rating.GOOD, Rating.EASY]
    while session.card is not None:
        clock.now += timedelta(seconds=dice.randint(5, 40))
        session.reveal()
        session.grade(dice.choices(grades, (18, 16, 60, 6))[0])


async def take(picture: Picture, home: Path) -> str:
    """Drive the app to the screen and draw it."""
    with Library.open(home, Clock(TODAY)) as library:
        library.settings = replace(library.settings, language=picture.language)
        locale.set_language(picture.language)
        app = FlashcardsApp(library, preferences=Preferences(theme=picture.theme))
        async with app.run_test(size=picture.size) as pilot:
            await _settle(pilot)
            if picture.card:
                session = Session(library, [CardId(picture.card)], set())
                app.show_quiz(session, False)
                await _settle(pilot)
            if picture.demo:
                app.open_demo(DemoLink(picture.demo))
                await _settle(pilot)
            for key in picture.keys:
                await pilot.press(key)
                await _settle(pilot)
            for _ in range(picture.pages):
                await pilot.press("pagedown")
            await _settle(pilot)
            return screen_svg(app)


async def _settle(pilot: Pilot[None]) -> None:
    """Wait for what the last key set going; a run waits for nobody while it asks for a guess."""
    screen = pilot.app.screen
    async with asyncio.timeout(300):
        while isinstance(screen, DemoScreen) and screen.running and not screen.query_one(Prompt).has_focus:
            await pilot.pause(0.1)
    if not isinstance(screen, DemoScreen):
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
    await pilot.pause(0.1)


def main() -> None:
    """Make all of them."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        simulate(Path(folder))
        for picture in PICTURES_MADE:
            svg = asyncio.run(take(picture, Path(folder)))
            (PICTURES / f"{picture.name}.svg").write_text(svg, "utf-8", newline="\n")
            print(f"docs/img/{picture.name}.svg")


if __name__ == "__main__":
    main()
