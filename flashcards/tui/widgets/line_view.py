"""A scrolling view of laid-out lines: one widget however long the text, one cached strip a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.segment import Segment
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.geometry import Size
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from flashcards.text.lines import Line
from flashcards.tui.actions import bindings
from flashcards.tui.widgets.drawing import DrawsLines

STRIPS_KEPT: Final = 1024
"""A few screens of the largest terminal; drawing a line again costs microseconds."""


class LineView(DrawsLines, ScrollView, can_focus=True):
    """Shows ``lines``; knows nothing of where they come from."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("view")
    MARGIN: ClassVar[int] = 2
    """Blank columns on either side, so that text does not touch the edge."""

    lines: var[Sequence[Line]] = var((), init=False)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._strips: LRUCache[int, Strip] = LRUCache(STRIPS_KEPT)

    @property
    def margin(self) -> int:
        """Blank columns before a line."""
        return self.MARGIN

    @property
    def text_width(self) -> int:
        """Cells a line may take.  Does not depend on the scroll bar, or its coming would re-flow the text."""
        return max(1, self.size.width - 2 * self.margin)

    def watch_lines(self) -> None:
        self.forget_strips()
        self.virtual_size = Size(0, len(self.lines))

    def forget_strips(self) -> None:
        """Draw everything again: the lines, a mark in them, or the theme has changed."""
        self._strips.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()

    def strip_at(self, index: int) -> Strip:
        """The strip of line ``index``; subclasses mark the cursor or a match here."""
        return self.strip_of(self.lines[index])

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.size.width
        if index >= len(self.lines):
            return Strip.blank(width, self.rich_style)
        if (strip := self._strips.get(index)) is None:
            margin = Strip([Segment(" " * self.margin, self.rich_style)])
            strip = self._strips[index] = Strip.join([margin, self.strip_at(index)])
        return strip.crop_extend(0, width, self.rich_style)

    # Moving: named in the registry, scope "view"

    def action_down(self) -> None:
        self.scroll_relative(y=1, animate=False)

    def action_up(self) -> None:
        self.scroll_relative(y=-1, animate=False)

    def action_page_down(self) -> None:
        self.scroll_relative(y=self.page, animate=False)

    def action_page_up(self) -> None:
        self.scroll_relative(y=-self.page, animate=False)

    def action_top(self) -> None:
        self.scroll_to(y=0, animate=False)

    def action_bottom(self) -> None:
        self.scroll_to(y=self.max_scroll_y, animate=False)

    @property
    def page(self) -> int:
        """Rows a page moves: one less than shown, so that the eye finds its place."""
        return max(1, self.size.height - 1)
