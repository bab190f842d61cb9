"""The four grades with the day each would bring the card back: a key, a word, and how long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from flashcards.cards import Rating
from flashcards.locale import text
from flashcards.text.cells import cut, pad
from flashcards.text.lines import Line
from flashcards.tui.actions import BY_ID, KeyNames
from flashcards.tui.widgets.drawing import line
from flashcards.tui.widgets.lines_widget import LinesWidget

GRADES: Final[Mapping[Rating, str]] = {
    Rating.AGAIN: "quiz.again",
    Rating.HARD: "quiz.hard",
    Rating.GOOD: "quiz.good",
    Rating.EASY: "quiz.easy",
}
"""Each grade's action."""
STYLES: Final[Mapping[Rating, str]] = {
    Rating.AGAIN: "bad",
    Rating.HARD: "warn",
    Rating.GOOD: "good",
    Rating.EASY: "accent",
}
DAYS_A_MONTH: Final = 30.4
DAYS_A_YEAR: Final = 365.25


def interval_words(days: int) -> str:
    """An interval as people say it: ``today``, ``4 days``, ``2.5 months``, ``1.3 years``."""
    if days <= 0:
        return text("interval.today")
    if days < 61:
        return text("interval.days", count=days)
    if days < DAYS_A_YEAR:
        return text("interval.months", count=_one_digit(days / DAYS_A_MONTH))
    return text("interval.years", count=_one_digit(days / DAYS_A_YEAR))


def _one_digit(number: float) -> int | float:
    rounded = round(number, 1)
    return int(rounded) if rounded == int(rounded) else rounded


class GradeBar(LinesWidget):
    """Two lines in four columns once the answer is shown; before, one quiet line that says how to see it."""

    intervals: Mapping[Rating, int] | None = None
    offered: Rating | None = None
    """The grade in brackets: one key takes it."""
    keymap: Mapping[str, str]

    def __init__(self, keymap: Mapping[str, str], *, id: str) -> None:
        super().__init__(id=id)
        self.keymap = keymap

    def show(self, intervals: Mapping[Rating, int] | None, offered: Rating | None = None) -> None:
        """Offer the grades with their ``intervals`` in days, one of them before the others; None hides them."""
        self.intervals, self.offered = intervals, offered
        self.draw_again()

    def lines_for(self, width: int) -> Sequence[Line]:
        if self.intervals is None:
            hint = text("quiz.think", key=KeyNames(self.keymap)["quiz.reveal"])
            return [line((pad(cut(hint, width), width, "center"), "muted")), line()]
        column = max(6, width // len(GRADES))
        first: list[str | tuple[str, str]] = []
        second: list[str | tuple[str, str]] = []
        for rating, action_id in GRADES.items():
            action = BY_ID[action_id]
            name = f"{KeyNames(self.keymap)[action_id]} {action.label}"
            head = cut(f"[{name}]" if rating == self.offered else name, column - 1)
            first.append((pad(head, column, "center"), STYLES[rating]))
            second.append(
                (pad(cut(interval_words(self.intervals[rating]), column - 1), column, "center"), "muted")
            )
        return [line(*first), line(*second)]
