"""Where the person's data lies: ``FLASHCARDS_HOME``, else the platform's own place."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """The data directory and what lies in it."""

    folder: Path

    @property
    def database(self) -> Path:
        """Cards, places and the review log."""
        return self.folder / "flashcards.db"

    @property
    def settings(self) -> Path:
        """The TOML file that ``config`` reads and writes."""
        return self.folder / "config.toml"

    @property
    def answers(self) -> Path:
        """Answers written inside the app, as deck files."""
        return self.folder / "answers"

    @property
    def demos(self) -> Path:
        """Demos the person began with ``demo new``."""
        return self.folder / "demos"

    @property
    def trusted(self) -> Path:
        """Which folders of other people's demos may run."""
        return self.folder / "trusted.json"

    @property
    def glossary(self) -> Path:
        """Terms of the person's own, read after ours."""
        return self.folder / "concepts.yaml"


def find_home(chosen: Path | None = None) -> Home:
    """The data directory: ``chosen``, else ``FLASHCARDS_HOME``, else the platform's place for user data."""
    if chosen is None and (named := os.environ.get("FLASHCARDS_HOME")):
        chosen = Path(named)
    if chosen is None:
        from platformdirs import user_data_path

        chosen = user_data_path("flashcards", appauthor=False)
    return Home(chosen.expanduser().absolute())
