"""A demo's output as it comes: keeps the events, lays each out once, and again when the width changes.

It does not run after the newest line: a demo is read from the top, and the title bar says how far it is.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual import events as textual_events

from flashcards.text.blocks import parse
from flashcards.text.layout import layout
from flashcards.text.lines import Line
from flashcards.tui.widgets.event_lines import Shown, event_lines
from flashcards.tui.widgets.line_view import LineView


class OutputView(LineView):
    """All a run has said."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.events: list[Shown] = []
        self._introduction = ""

    def introduce(self, markdown: str) -> None:
        """What stands there until something is run; the words are laid out again for every width."""
        self._introduction = markdown
        self.lay_out_again()

    def begin(self) -> None:
        """Forget the last run."""
        self.events, self._introduction = [], ""
        self.lines = ()
        self.scroll_to(y=0, animate=False)

    def add(self, events: Iterable[Shown]) -> None:
        """Show more of the run."""
        new = list(events)
        self.events += new
        self.lines = [*self.lines, *self._laid_out(new)]

    def _laid_out(self, events: Iterable[Shown]) -> list[Line]:
        if not self.size.width:
            return []
        width, shades = self.text_width, self.colourless
        return [row for event in events for row in event_lines(event, width, shades=shades)]

    def on_resize(self, event: textual_events.Resize) -> None:
        self.lay_out_again()

    def lay_out_again(self) -> None:
        """The width or the language is another one."""
        if self.events:
            self.lines = self._laid_out(self.events)
        elif self._introduction and self.size.width:
            self.lines = layout(parse(self._introduction), self.text_width)
