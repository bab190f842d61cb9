"""The decks on the home screen, one a row with what is due in it; the first row stands for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flashcards.locale import text
from flashcards.study.library import DeckSummary
from flashcards.text.cells import cut, pad
from flashcards.text.lines import Line
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.widgets.drawing import line
from flashcards.tui.widgets.lines_widget import LinesWidget
from flashcards.tui.widgets.row_list import RowList

NUMBER_WIDTH: Final = 8
"""Room for ``unanswered`` counts and their column heads in both languages."""
NARROW: Final = 60
"""Under this width only what is due and what is new have a column."""


def _columns(width: int) -> tuple[str, ...]:
    return ("due", "new") if width < NARROW else ("due", "new", "unanswered", "cards")


def deck_line(title: str, counts: dict[str, int], width: int) -> Line:
    """A deck's title and its counts; a zero is shown as a quiet dot, so that the eye finds what is due."""
    columns = _columns(width)
    room = max(4, width - NUMBER_WIDTH * len(columns))
    parts: list[str | tuple[str, str]] = [pad(cut(sanitize_line(title), room - 1), room)]
    for column in columns:
        count = counts[column]
        style = {"due": "accent", "new": "number"}.get(column, "muted") if count else "muted"
        parts.append((pad(f"{count:,}" if count else "·", NUMBER_WIDTH, "right"), style))
    return line(*parts)


class DeckHeads(LinesWidget):
    """The names of the columns above the decks."""

    def lines_for(self, width: int) -> Sequence[Line]:
        width = max(1, width - 2 * RowList.MARGIN)
        columns = _columns(width)
        room = max(4, width - NUMBER_WIDTH * len(columns))
        heads = "".join(pad(text(f"home.column.{column}"), NUMBER_WIDTH, "right") for column in columns)
        return [line(" " * RowList.MARGIN, (pad(text("home.decks"), room) + heads, "muted"))]


class DeckList(RowList):
    """Decks in the library's order."""

    decks: Sequence[DeckSummary] = ()

    def show(self, decks: Sequence[DeckSummary]) -> None:
        """Show ``decks`` from now on."""
        self.decks = decks
        self.rows_changed()

    @property
    def chosen(self) -> DeckSummary | None:
        """The deck under the cursor; None on the row of all decks."""
        return self.decks[self.cursor - 1] if 0 < self.cursor <= len(self.decks) else None

    @property
    def row_count(self) -> int:
        return len(self.decks) + 1 if self.decks else 0

    def row_line(self, row: int, width: int) -> Line:
        if row == 0:
            totals = {
                name: sum(getattr(deck, name) for deck in self.decks)
                for name in _columns(0) + _columns(width)
            }
            return deck_line(text("home.all_decks"), totals, width)
        deck = self.decks[row - 1]
        return deck_line(deck.title, {name: getattr(deck, name) for name in _columns(width)}, width)
