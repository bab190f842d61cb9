"""From the command line to the running app: the collection is opened before the screen is touched."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from flashcards import locale
from flashcards.study.library import Library
from flashcards.tui.app import FlashcardsApp, Preferences, Studying


def start_app(home: Path | None, start: Literal["home", "quiz"], studying: Studying) -> int:
    """Run the app on the collection in ``home``; the exit code."""
    with Library.open(home) as library:
        locale.set_language(library.language)
        preferences = Preferences(
            theme=first_theme(os.environ, library.settings.theme),
            keymap=library.settings.keys,
            place=str(library.home.settings),
        )
        app = FlashcardsApp(library, start=start, studying=studying, preferences=preferences)
        app.run()
    return app.return_code or 0


def first_theme(environ: Mapping[str, str], chosen: str) -> str:
    """The theme to begin with: the person's, unless the terminal cannot show its colours."""
    many = environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"} or "256" in environ.get("TERM", "")
    return chosen if many or chosen == "ansi" or os.name == "nt" else "ansi"
