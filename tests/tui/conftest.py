"""A small collection of our own on a real database, a stopped clock, and the app on it.

Demos and decks that come with the program are left out, so that counts in tests are the tests' own.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from textual.pilot import Pilot

from flashcards import locale
from flashcards.cards import Language, Rating
from flashcards.study import library as library_module
from flashcards.study.library import Library
from flashcards.study.session import Session
from flashcards.tui.app import FlashcardsApp, Preferences, Studying

DECK = """---
id: cooking
title: 厨房 Kitchen
language: {language}
tags: [food]
---

{cards}
"""
ENGLISH = """## Why does a stock simmer rather than boil?
<!-- id: stock, difficulty: 2, tags: [broth], demo: attention -->
- boiling breaks the fat into drops that cloud it
- slow heat draws gelatine out of the bones

A cloudy stock tastes of fat.

## What keeps a mayonnaise together?
<!-- id: mayo -->
- lecithin in the yolk
"""
CHINESE = """## 高汤为什么要小火慢炖，而不是大火煮沸？
<!-- id: stock, difficulty: 2, tags: [broth], demo: attention -->
- 沸腾会把脂肪打散成小滴，汤就浑了
- 慢火才能把骨头里的明胶慢慢煮出来

浑浊的高汤尝起来只有油味。

## 蛋黄酱靠什么不分层？
<!-- id: mayo -->
- 蛋黄里的卵磷脂
"""


class StoppedClock:
    """A clock that stands until it is told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2030, 5, 6, 12, 0, tzinfo=timezone(timedelta(hours=8)))

    def __call__(self) -> datetime:
        return self.now

    def next_day(self, days: int = 1) -> None:
        self.now += timedelta(days=days)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """English unless a test says otherwise, and no language left over for the next test."""
    locale.set_language("en")
    yield
    locale.set_language("en")


@pytest.fixture
def empty(tmp_path: Path, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A collection without any cards."""
    monkeypatch.setattr(library_module, "shipped_folder", lambda name: tmp_path / "nothing-shipped")
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    with Library.open(tmp_path / "home", clock) as opened:
        yield opened


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """The folder of the person's note files."""
    folder = tmp_path / "notes"
    folder.mkdir()
    return folder


@pytest.fixture
def library(empty: Library, notes: Path) -> Library:
    """Two cards of the kitchen, in English and in Chinese."""
    (notes / "kitchen-en.md").write_text(DECK.format(language="en", cards=ENGLISH), encoding="utf-8")
    (notes / "kitchen-zh.md").write_text(DECK.format(language="zh", cards=CHINESE), encoding="utf-8")
    empty.add([notes])
    return empty


@pytest.fixture
def app_on() -> Callable[..., FlashcardsApp]:
    """Makes the app on a collection, at home or at once in a quiz."""

    def make(
        library: Library, *, quiz: bool = False, language: Language = "en", **studying: object
    ) -> FlashcardsApp:
        locale.set_language(language)
        return FlashcardsApp(
            library,
            start="quiz" if quiz else "home",
            studying=Studying(**studying),  # type: ignore[arg-type]
            preferences=Preferences(theme="dark"),
        )

    return make


def screen_text(app: FlashcardsApp) -> str:
    """What stands on the screen, line by line."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def settle(pilot: Pilot[None]) -> None:
    """Wait until threads have answered and the screen has drawn what they said."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one by one, waiting for what each sets going."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


def study_for_days(library: Library, clock: StoppedClock, days: int, rng: random.Random) -> None:
    """Answer whatever is due, day after day: a question takes 5 to 30 seconds, one in eight is forgotten.

    Every seventh day is a day of rest.  The clock ends ``days`` later than it began.
    """
    for day in range(days):
        session = Session.start(library) if day % 7 != 6 else None
        while session is not None and session.card is not None:
            clock.now += timedelta(seconds=rng.randint(5, 30))
            session.reveal()
            session.grade(rng.choices(list(Rating), weights=(2, 2, 10, 2))[0])
        clock.now = clock.now.replace(hour=rng.choice((8, 12, 20)), minute=0, second=0)
        clock.next_day()
