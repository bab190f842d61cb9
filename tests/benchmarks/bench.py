"""What the rows share: a size, a folder, and the collections made in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from pathlib import Path

from flashcards.study.library import Library
from tests.benchmarks.notes import write_notes


@dataclass(frozen=True)
class Scale:
    """How much is measured."""

    cards: int
    rounds: int


FULL = Scale(cards=10_000, rounds=5)
TINY = Scale(cards=60, rounds=2)


class Bench:
    """A folder to work in.  What several rows need is made once, when the first of them asks."""

    def __init__(self, folder: Path, scale: Scale) -> None:
        self.folder = folder
        self.scale = scale
        self._libraries: dict[int, Library] = {}
        self._texts: dict[int, list[str]] = {}
        self._numbers = count()

    def notes(self, cards: int) -> Path:
        """A folder of notes with so many cards."""
        folder = self.folder / f"notes-{cards}"
        if cards not in self._texts:
            self._texts[cards] = write_notes(folder, cards)
        return folder

    def texts(self, cards: int) -> list[str]:
        """What stands in those notes, file by file."""
        self.notes(cards)
        return self._texts[cards]

    def library(self, cards: int) -> Library:
        """A collection that holds so many cards of notes; never changed in a way that another row would see."""
        if cards not in self._libraries:
            library = self.empty_library()
            library.add([self.notes(cards)])
            self._libraries[cards] = library
        return self._libraries[cards]

    def empty_library(self) -> Library:
        """A new collection with our own decks alone; new cards are not limited."""
        library = Library.open(self.folder / f"home-{next(self._numbers)}")
        library.settings = replace(library.settings, new_per_day=9999)
        return library

    @cached_property
    def home(self) -> Path:
        """The data directory of the collection with ``scale.cards`` cards."""
        return self.library(self.scale.cards).home.folder

    def close(self) -> None:
        """Let go of all collections."""
        for library in self._libraries.values():
            library.close()
