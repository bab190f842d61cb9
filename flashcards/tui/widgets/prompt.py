"""Where a person types: one line at the bottom, or a box for an answer.  Enter is done, Esc is never mind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, TextArea

from flashcards.locale import text
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.actions import bindings


class Prompt(Input):
    """A line that shows itself when asked and hides when answered; what is asked stands above it all the while."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("prompt")

    @dataclass
    class Answered(Message):
        """The person is done; ``text`` is None if they changed their mind."""

        text: str | None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, select_on_focus=True)
        self.cursor_blink = False  # anything that moves pulls an input method's window along

    def open(self, question: str, value: str = "", *, wrong: str = "") -> None:
        """Ask ``question``; with ``wrong``, ask again and say what was wrong with the ``value`` typed."""
        self.border_title = Content(sanitize_line(wrong or question))
        self.set_class(bool(wrong), "-wrong")
        self.value = value
        self.display = True
        self.focus()

    def action_done(self) -> None:
        self._finish(self.value)

    def action_cancel(self) -> None:
        self._finish(None)

    def _finish(self, answer: str | None) -> None:
        self.display = False
        self.post_message(self.Answered(answer))


class AnswerBox(TextArea):
    """Room for an answer of some lines, under the question."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("write")

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

    def action_done(self) -> None:
        self._finish(self.text)

    def action_cancel(self) -> None:
        self._finish(None)

    def action_new_line(self) -> None:
        self.insert("\n")

    def _finish(self, answer: str | None) -> None:
        self.display = False
        self.post_message(self.Written(answer))
