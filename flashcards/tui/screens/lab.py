"""Every demo there is, by topic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from flashcards import locale
from flashcards.cards import DemoLink
from flashcards.lab.catalogue import DemoInfo
from flashcards.locale import text
from flashcards.text.cells import cell_width, cut, pad
from flashcards.text.lines import Line
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.actions import Scope, bindings
from flashcards.tui.screens.base import FlashcardsScreen
from flashcards.tui.widgets.bars import KeyBar, TitleBar
from flashcards.tui.widgets.drawing import line
from flashcards.tui.widgets.row_list import RowList


def topic_name(topic: str) -> str:
    """A topic in the language in use; one of somebody else's demos as they wrote it."""
    key = f"lab.topic.{topic}"
    return text(key) if key in locale.MESSAGES[locale.language()] else sanitize_line(topic)


class DemoList(RowList):
    """A demo a row: what it is called, and what it proves where there is room."""

    demos: Sequence[DemoInfo] = ()

    @property
    def row_count(self) -> int:
        return len(self.demos)

    def empty_words(self) -> str:
        return text("lab.empty", keys=self.key_names)

    def row_line(self, row: int, width: int) -> Line:
        demo = self.demos[row]
        topics = max(cell_width(topic_name(d.topic)) for d in self.demos) + 2
        titles = max(cell_width(self._title(d)) for d in self.demos) + 2
        new_topic = row == 0 or self.demos[row - 1].topic != demo.topic
        room = width - topics - titles
        proves = cut(sanitize_line(demo.proves), room) if room > 20 else ""
        return line(
            (pad(topic_name(demo.topic) if new_topic else "", topics), "muted"),
            pad(cut(self._title(demo), max(4, width - topics)), titles),
            (proves, "muted"),
        )

    @staticmethod
    def _title(demo: DemoInfo) -> str:
        return sanitize_line(demo.titles[locale.language()])


class LabScreen(FlashcardsScreen[None]):
    """The list of demos; Enter opens one."""

    SCOPE: ClassVar[Scope] = "lab"
    BINDINGS: ClassVar[list[BindingType]] = bindings("lab")
    CSS_PATH = "lab.tcss"

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield DemoList(id="demos")
        yield KeyBar()

    def on_mount(self) -> None:
        demos = self.query_one(DemoList)
        demos.demos = list(self.program.demos.values())
        demos.rows_changed()
        demos.focus()
        self.refresh_bars()

    def title_left(self) -> Content:
        subtitle = f"  {text('lab.subtitle')}" if self.size.width >= 60 else ""
        return Content.assemble((text("lab.title"), "bold $primary"), (subtitle, "$muted"))

    def title_right(self) -> Content:
        return Content.styled(text("lab.count", count=len(self.program.demos)), "$muted")

    def on_resize(self) -> None:
        self.refresh_bars()

    def language_changed(self) -> None:
        super().language_changed()
        self.query_one(DemoList).refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self.program.demos) if action == "open" else True

    @on(RowList.Picked)
    def action_open(self) -> None:
        demos = self.query_one(DemoList)
        self.program.open_demo(DemoLink(demos.demos[demos.cursor].slug))

    def action_leave(self) -> None:
        self.dismiss()
