"""Three short steps for the first day, where the calendar stands later; all other keys go on working."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flashcards.locale import text
from flashcards.text.lines import Line
from flashcards.tui.actions import KeyNames
from flashcards.tui.widgets.drawing import line
from flashcards.tui.widgets.lines_widget import LinesWidget

STEPS: Final = 3
"""Decks and keys; one's own notes; the lab."""


def tour_step(step: int, width: int, keys: KeyNames) -> Sequence[Line]:
    """The words of one step, counted from 0."""
    return _laid_out(text(f"tour.{step + 1}", keys=keys), width)


def _laid_out(words: str, width: int) -> Sequence[Line]:
    # Shown on one day only; the first frame of all others does without the markdown reader.
    from flashcards.text.blocks import parse
    from flashcards.text.layout import layout

    return layout(parse(words), width)


class Tour(LinesWidget):
    """One step at a time; hidden while ``step`` is None."""

    step: int | None = None

    def lines_for(self, width: int) -> Sequence[Line]:
        if self.step is None:
            return []
        key = "tour.last" if self.step == STEPS - 1 else "tour.keys"
        keys = _laid_out(text(key, step=self.step + 1, steps=STEPS, keys=self.key_names), width)
        return [
            *tour_step(self.step, width, self.key_names),
            *(line(("".join(s.text for s in row), "muted")) for row in keys),
        ]
