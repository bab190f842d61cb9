"""A real collection on a real file, with a clock the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from flashcards.study.library import Library


class StoppedClock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 5, 4, 10, 0, tzinfo=timezone(timedelta(hours=8)))

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **amount: float) -> None:
        """Let time pass, as ``timedelta`` counts it."""
        self.moment += timedelta(**amount)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def library(tmp_path: Path, clock: StoppedClock) -> Iterator[Library]:
    """An empty collection but for our own decks, which are out of the way as ``is:own`` leaves them out."""
    with Library.open(tmp_path / "home", clock) as opened:
        yield opened


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """A folder for the notes of a test."""
    folder = tmp_path / "notes"
    folder.mkdir()
    return folder
