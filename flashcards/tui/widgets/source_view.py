"""A program to read: highlighted, and laid out for whatever width the view has."""

from __future__ import annotations

from textual import events

from flashcards.text import blocks
from flashcards.text.layout import layout
from flashcards.text.sanitize import sanitize, sanitize_line
from flashcards.tui.widgets.line_view import LineView


class SourceView(LineView):
    """Shows Python."""

    program = ""

    def show(self, program: str) -> None:
        """Show this program from now on."""
        self.program = program
        self._lay_out()

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        if self.program and self.size.width:
            code = blocks.Code(sanitize_line("python"), sanitize(self.program))
            self.lines = layout((code,), self.text_width)
