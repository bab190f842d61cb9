"""A virtual list of cards: what a search found, read in windows around what is drawn."""

from __future__ import annotations

from typing import Final

from textual.cache import LRUCache

from flashcards.cards import CardId
from flashcards.locale import text
from flashcards.study.search import Hit, Search
from flashcards.text.cells import cut, pad
from flashcards.text.lines import Line
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.widgets.drawing import line
from flashcards.tui.widgets.grade_bar import interval_words
from flashcards.tui.widgets.row_list import RowList

WINDOW: Final = 100
"""Cards read at once: more than a screen, few enough for a couple of milliseconds."""
WINDOWS_KEPT: Final = 20
DUE_WIDTH: Final = 13
DECK_SHARE: Final = 4
"""The deck takes one of so many parts of the row."""
WIDE: Final = 70
"""From this width on the deck has a column."""


def when_due(hit: Hit) -> tuple[str, str]:
    """When the card comes next, in words, and the style that fits."""
    if hit.state in ("suspended", "unanswered", "buried"):
        return text(f"card.{hit.state}"), "muted"
    if hit.state == "unreviewed":
        return text("card.unchecked"), "muted"
    if hit.due_in_days is None:
        return text("card.new"), "number"
    if hit.due_in_days < 0:
        return text("card.overdue", interval=interval_words(-hit.due_in_days)), "accent"
    return interval_words(hit.due_in_days), "accent" if hit.due_in_days == 0 else ""


class CardList(RowList):
    """Question, deck and due date of every card found; chosen ones carry a mark."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.found: Search | None = None
        self.chosen: set[CardId] = set()
        self._windows: LRUCache[int, list[Hit]] = LRUCache(WINDOWS_KEPT)

    def show(self, found: Search) -> None:
        """List these cards from now on."""
        self.found = found
        self.read_again()

    def read_again(self) -> None:
        """How the cards stand has changed."""
        self._windows.clear()
        self.rows_changed()

    @property
    def row_count(self) -> int:
        return self.found.count if self.found else 0

    @property
    def current(self) -> CardId | None:
        """The card under the cursor."""
        hit = self.hit(self.cursor) if self.row_count else None
        return hit.card_id if hit else None

    @property
    def acted_on(self) -> list[CardId]:
        """The chosen cards; where none is chosen, the one under the cursor."""
        if self.chosen:
            return sorted(self.chosen)
        return [self.current] if self.current else []

    def hit(self, row: int) -> Hit | None:
        """The card on ``row``; None where it has gone since the search."""
        assert self.found is not None
        number, place = divmod(row, WINDOW)
        if (window := self._windows.get(number)) is None:
            window = self._windows[number] = self.found.window(number * WINDOW, WINDOW)
        return window[place] if place < len(window) else None

    def empty_words(self) -> str:
        if self.found is None:
            return ""
        return text(
            "browse.nothing_found" if self.found.query.strip() else "home.welcome", keys=self.key_names
        )

    def row_line(self, row: int, width: int) -> Line:
        hit = self.hit(row)
        if hit is None:
            return line(("—", "muted"))
        due, style = when_due(hit)
        deck_width = width // DECK_SHARE if width >= WIDE else 0
        room = max(4, width - deck_width - DUE_WIDTH - 2)
        mark = "●" if hit.card_id in self.chosen else "⚑" if hit.flagged else " "
        return line(
            (f"{mark} ", "accent" if hit.card_id in self.chosen else "warn"),
            (pad(cut(sanitize_line(hit.question), room - 1), room), "muted" if hit.suspended else ""),
            (pad(cut(sanitize_line(hit.deck), max(0, deck_width - 2)), deck_width), "muted"),
            (pad(cut(due, DUE_WIDTH), DUE_WIDTH, "right"), style),
        )
