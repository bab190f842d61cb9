"""A text box for an answer in markdown: a new line goes on with the list it stands in."""

from __future__ import annotations

import re
from typing import Final

from textual import events
from textual.widgets import TextArea

LIST_ITEM: Final = re.compile(r"(\s*)(?:([-*+])|(\d{1,3})([.)、]))\s*")
"""The beginning of a list item: its indent, and its bullet or its number."""


class AnswerEditor(TextArea):
    """Nothing in it moves by itself: an input method's window follows whatever does."""

    def __init__(self, text: str, *, id: str) -> None:
        super().__init__(
            text, id=id, soft_wrap=True, show_line_numbers=False, compact=True, tab_behavior="indent"
        )
        self.cursor_blink = False
        self.indent_width = 2

    async def _on_key(self, event: events.Key) -> None:
        # Textual calls the handler of its own box after this one unless that is prevented.
        if event.key == "escape":
            event.prevent_default()  # its box would move the focus; here the screen asks about the text
        elif event.key == "enter" and self._go_on_with_list():
            event.prevent_default()
            event.stop()

    def _go_on_with_list(self) -> bool:
        """Begin the next item; an item left empty ends the list.  False where the cursor is at the end of none."""
        row, column = self.cursor_location
        line = self.document[row]
        item = LIST_ITEM.match(line)
        if item is None or column < len(line) or not self.selection.is_empty:
            return False
        if item.end() == len(line):
            self.replace("", (row, 0), (row, column), maintain_selection_offset=False)
        else:
            self.insert(f"\n{next_marker(item)}")
        return True


def next_marker(item: re.Match[str]) -> str:
    """What the next item of the list begins with."""
    indent, bullet, number, sign = item.groups()
    return f"{indent}{bullet} " if bullet else f"{indent}{int(number) + 1}{sign} "
