"""A small widget that draws lines made for its width: summaries, column heads, the grades, the calendar."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Size
from textual.strip import Strip

from flashcards.text.lines import Line
from flashcards.tui.widgets.drawing import DrawsLines


class LinesWidget(DrawsLines):
    """Subclasses say in :meth:`lines_for` what stands there; the height follows from it."""

    def lines_for(self, width: int) -> Sequence[Line]:
        """The lines for ``width`` cells; none of them is wider."""
        raise NotImplementedError

    def draw_again(self) -> None:
        """What the lines are made of has changed."""
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.lines_for(width))

    def render_line(self, y: int) -> Strip:
        lines, width = self.lines_for(self.content_size.width), self.content_size.width
        if y >= len(lines):
            return Strip.blank(width, self.rich_style)
        return self.strip_of(lines[y]).crop_extend(0, width, self.rich_style)
