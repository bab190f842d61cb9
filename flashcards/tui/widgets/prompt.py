"""Where a person types: one line at the bottom, or a box for an answer.  Enter is done, Esc is never mind."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events, on
from textual.message import Message
from textual.widgets import Input, TextArea

from flashcards.locale import text


class Prompt(Input):
    """A line that shows itself when asked and hides when answered."""

    @dataclass
    class Answered(Message):
        """The person is done; ``text`` is None if they changed their mind."""

        text: str | None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, compact=True, select_on_focus=True)

    def open(self, question: str, value: str = "") -> None:
        """Ask ``question``."""
        self.placeholder = question
        self.value = value
        self.display = True
        self.focus()

    def _finish(self, answer: str | None) -> None:
        self.display = False
        self.post_message(self.Answered(answer))

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._finish(event.value)

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            self._finish(None)


class AnswerBox(TextArea):
    """Room for an answer of some lines, under the question."""

    @dataclass
    class Written(Message):
        """The person is done; ``text`` is None if they changed their mind."""

        text: str | None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, soft_wrap=True, show_line_numbers=False, compact=True)
        self.cursor_blink = False  # anything that moves pulls an input method's window along

    def open(self) -> None:
        """Begin an empty answer."""
        self.text = ""
        self.border_title = text("quiz.your_answer")
        self.border_subtitle = text("quiz.answer_keys")
        self.display = True
        self.focus()

    async def _on_key(self, event: events.Key) -> None:
        if event.key in ("enter", "escape"):
            event.stop()
            event.prevent_default()
            self.display = False
            self.post_message(self.Written(self.text if event.key == "enter" else None))
            return
        if event.key in ("shift+enter", "alt+enter", "ctrl+j"):
            event.stop()
            event.prevent_default()
            self.insert("\n")
            return
        await super()._on_key(event)
