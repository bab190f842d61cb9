"""A virtual list: rows are asked for when they are drawn, so fifty thousand open as fast as fifty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from flashcards.text.lines import Line
from flashcards.tui.actions import bindings
from flashcards.tui.widgets.drawing import DrawsLines, overlay

CURSOR_MARK: Final = "▌"
"""Seen without colour too."""


class RowList(DrawsLines, ScrollView, can_focus=True):
    """Rows with one of them under the cursor.  Subclasses say how many there are and what a row shows."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("view")
    MARGIN: ClassVar[int] = 2

    cursor: var[int] = var(0, init=False)

    @dataclass
    class Moved(Message):
        """The cursor stands on another row."""

        row: int

    @dataclass
    class Picked(Message):
        """The row under the cursor was clicked."""

        row: int

    @property
    def row_count(self) -> int:
        raise NotImplementedError

    def row_line(self, row: int, width: int) -> Line:
        """What row ``row`` shows in at most ``width`` cells."""
        raise NotImplementedError

    @property
    def row_width(self) -> int:
        """Cells a row may take beside the margins and the scroll bar."""
        return max(1, self.size.width - 2 * self.MARGIN)

    def rows_changed(self) -> None:
        """Draw again after the rows behind the list have changed; the cursor stays where it can."""
        self.virtual_size = Size(0, self.row_count)
        self.cursor = self.validate_cursor(self.cursor)
        self.refresh()

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self.row_count - 1))

    def watch_cursor(self) -> None:
        if self.cursor < self.scroll_offset.y:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= self.scroll_offset.y + self.size.height:
            self.scroll_to(y=self.cursor - self.size.height + 1, animate=False)
        self.refresh()
        self.post_message(self.Moved(self.cursor))

    def render_line(self, y: int) -> Strip:
        row, width = y + self.scroll_offset.y, self.size.width
        if row >= self.row_count:
            empty = self.row_count == 0 and self.empty_words()
            return self._empty_strip(empty, y) if empty else Strip.blank(width, self.rich_style)
        body = self.strip_of(self.row_line(row, self.row_width))
        if row != self.cursor:
            margin = Strip([Segment(" " * self.MARGIN, self.rich_style)])
            return Strip.join([margin, body]).crop_extend(0, width, self.rich_style)
        margin = Strip([Segment(CURSOR_MARK.ljust(self.MARGIN), self.line_style("accent"))])
        strip = Strip.join([margin, body]).crop_extend(0, width, self.rich_style)
        return overlay(strip, self.line_style("cursor" if self.has_focus else "cursor-muted"))

    def empty_words(self) -> str:
        """Markdown to show where there is no row: why, and what to press."""
        return ""

    def _empty_strip(self, words: str, y: int) -> Strip:
        # Most lists are never empty, and the first frame does without the markdown reader.
        from flashcards.text.blocks import parse
        from flashcards.text.layout import layout

        lines = layout(parse(words), self.row_width)
        body = self.strip_of(lines[y]) if y < len(lines) else Strip.blank(0)
        margin = Strip([Segment(" " * self.MARGIN, self.rich_style)])
        return Strip.join([margin, body]).crop_extend(0, self.size.width, self.rich_style)

    def action_down(self) -> None:
        self.cursor += 1

    def action_up(self) -> None:
        self.cursor -= 1

    def action_page_down(self) -> None:
        self.cursor += max(1, self.size.height - 1)

    def action_page_up(self) -> None:
        self.cursor -= max(1, self.size.height - 1)

    def action_top(self) -> None:
        self.cursor = 0

    def action_bottom(self) -> None:
        self.cursor = self.row_count - 1

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        row = event.y + self.scroll_offset.y
        if row >= self.row_count:
            return
        if row == self.cursor:
            self.post_message(self.Picked(row))
        self.cursor = row
