"""Pick one of a few things."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from flashcards.text.cells import cut
from flashcards.text.lines import Line
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.actions import bindings
from flashcards.tui.widgets.drawing import COMPONENTS, line
from flashcards.tui.widgets.row_list import RowList


class Choices(RowList):
    """A title a row."""

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__()
        self.titles = titles

    @property
    def row_count(self) -> int:
        return len(self.titles)

    def row_line(self, row: int, width: int) -> Line:
        return line(cut(sanitize_line(self.titles[row]), width))


class ChooseScreen(ModalScreen[int | None]):
    """Answers with the row that was picked, or None."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)
    BINDINGS: ClassVar[list[BindingType]] = bindings("choose")
    CSS_PATH = "choose.tcss"

    def __init__(self, question: str, titles: Sequence[str]) -> None:
        super().__init__()
        self.question, self.titles = question, titles

    def compose(self) -> ComposeResult:
        with Vertical(id="choices"):
            yield Static(Content.styled(self.question, "bold"))
            yield Choices(self.titles)

    def on_mount(self) -> None:
        choices = self.query_one(Choices)
        choices.styles.height = min(12, len(self.titles))
        choices.rows_changed()
        choices.focus()

    def action_pick(self) -> None:
        self.dismiss(self.query_one(Choices).cursor)

    @on(RowList.Picked)
    def picked(self) -> None:
        self.action_pick()

    def action_leave(self) -> None:
        self.dismiss(None)
