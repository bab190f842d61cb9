"""The terminal app.  Importing this room is cheap; :func:`run` loads Textual."""

from __future__ import annotations

from pathlib import Path
from typing import Literal


def run(
    home: Path | None,
    *,
    start: Literal["home", "quiz"] = "home",
    query: str = "",
    limit: int | None = None,
    ahead: bool = False,
    cram: bool = False,
    minutes: float | None = None,
    type_answers: bool = False,
) -> int:
    """Open the collection under ``home`` and run the app until the person leaves; the exit code.

    Raises FlashcardsError before the screen is touched if the collection or the settings cannot be read.
    """
    from flashcards.tui.app import Studying
    from flashcards.tui.start import start_app

    return start_app(home, start, Studying(query, limit, ahead, cram, minutes, type_answers))
