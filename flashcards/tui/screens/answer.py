"""Writing an answer to a card: a text box, and beside it the card as it will look.

What is typed is kept as a draft at every pause, so that neither a crash nor a key loses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widgets import TextArea

from flashcards.cards import Card, Language
from flashcards.errors import FlashcardsError
from flashcards.locale import said, text
from flashcards.study.answers import remove_answer, write_answer, written_answer
from flashcards.study.drafts import draft_of, drop_draft, keep_draft
from flashcards.text.blocks import parse
from flashcards.text.layout import layout
from flashcards.text.lines import Line
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.actions import Action, Scope, bindings
from flashcards.tui.screens.base import FlashcardsScreen
from flashcards.tui.screens.choose import ChooseScreen
from flashcards.tui.widgets.answer_editor import AnswerEditor
from flashcards.tui.widgets.bars import KeyBar, TitleBar
from flashcards.tui.widgets.card_lines import Face
from flashcards.tui.widgets.card_view import CardView
from flashcards.tui.widgets.lines_widget import LinesWidget

PAUSE: Final = 0.2
"""Seconds without a key until the draft is kept and the card is drawn: typing never waits for either."""
QUESTION_ROWS: Final = 4
"""More of a long question is in the preview."""


class Question(LinesWidget):
    """What is asked, above the box."""

    words = ""

    def lines_for(self, width: int) -> Sequence[Line]:
        return layout(parse(self.words), width)[:QUESTION_ROWS]


class AnswerScreen(FlashcardsScreen[bool]):
    """Answers with whether the card is another one now."""

    SCOPE: ClassVar[Scope] = "answer"
    BINDINGS: ClassVar[list[BindingType]] = bindings("answer")
    CSS_PATH = "answer.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012

    def __init__(self, card: Card, language: Language) -> None:
        super().__init__()
        self.card = card
        self.language = language if language in card.variants else next(iter(card.variants))
        self._saved = ""
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield Question(id="question")
        with Horizontal(id="desk"):
            yield AnswerEditor("", id="editor")
            yield CardView(id="preview")
        yield KeyBar()

    def on_mount(self) -> None:
        library = self.program.library
        own = written_answer(library, self.card.id, self.language)
        variant = self.card.variant(self.language)
        self._saved = own.answer if own else "" if variant.twin else variant.answer
        draft = draft_of(library, self.card.id, self.language)
        self.query_one(Question).words = self.card.variant(self.language).question
        self.editor.text = self._saved if draft is None else draft
        self.editor.move_cursor(self.editor.document.end)
        self.editor.placeholder = text("answer.placeholder")
        self.editor.focus()
        self._preview(self.size.width >= 100)
        if draft is not None and self.unsaved:
            self.tell(text("answer.draft"))

    @property
    def editor(self) -> AnswerEditor:
        return self.query_one(AnswerEditor)

    @property
    def preview(self) -> CardView:
        return self.query_one(CardView)

    @property
    def unsaved(self) -> bool:
        return self.editor.text.strip() != self._saved.strip()

    def title_left(self) -> Content:
        return Content.assemble(
            (text("answer.title"), "bold $primary"), (f"  {sanitize_line(self.card.deck)}", "$muted")
        )

    def title_right(self) -> Content:
        if self.unsaved:
            return Content.styled(text("answer.unsaved"), "$warning")
        return Content.styled(text("answer.as_saved") if self._saved else "", "$muted")

    def label_of(self, action: Action) -> str:
        if action.name == "preview" and self.preview.display:
            return text("answer.hide_preview")
        return action.label

    def language_changed(self) -> None:
        super().language_changed()
        self.editor.placeholder = text("answer.placeholder")

    # While one types

    @on(TextArea.Changed)
    def typed(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self._settle)
        self.refresh_bars()

    def _settle(self) -> None:
        """After a pause: keep the draft, draw the card."""
        self._keep_draft()
        if self.preview.display:
            self._draw_card()

    def _keep_draft(self) -> None:
        library = self.program.library
        if self.unsaved:
            keep_draft(library, self.card.id, self.language, self.editor.text)
        else:
            drop_draft(library, self.card.id, self.language)

    def _draw_card(self) -> None:
        """The card with what is written so far, at about the line that is being written."""
        variant = self.card.variant(self.language)
        self.preview.show(Face(question=variant.question, context=variant.context, answer=self.editor.text))
        rows = max(1, self.editor.document.line_count - 1)
        place = self.editor.cursor_location[0] / rows
        self.preview.scroll_to(y=round(place * self.preview.max_scroll_y), animate=False)

    # What the keys do

    def action_preview(self) -> None:
        self._preview(not self.preview.display)

    def _preview(self, shown: bool) -> None:
        """The card, with its question; without it the question stands above the box."""
        self.preview.display = shown
        self.query_one(Question).display = not shown
        self.refresh_bars()
        if shown:
            self.call_after_refresh(self._draw_card)

    def action_save(self) -> None:
        if self.editor.text.strip():
            self._save()
        elif written_answer(self.program.library, self.card.id, self.language):
            self.app.push_screen(
                ChooseScreen(text("answer.remove_question"), [text("answer.go_on"), text("answer.remove")]),
                lambda row: self._remove() if row == 1 else None,
            )
        else:
            self.tell(text("answer.empty"), wrong=True)

    def _save(self) -> None:
        library = self.program.library
        try:
            write_answer(library, self.card.id, self.editor.text, self.language)
        except FlashcardsError as error:
            self.tell(said(error), wrong=True)
            return
        kept = written_answer(library, self.card.id, self.language)
        self.tell(text("answer.saved", file=Path(kept.file).name if kept else ""))
        self._leave(changed=True)

    def _remove(self) -> None:
        try:
            remove_answer(self.program.library, self.card.id, self.language)
        except FlashcardsError as error:
            self.tell(said(error), wrong=True)
            return
        self.tell(text("answer.removed"))
        self._leave(changed=True)

    def action_close(self) -> None:
        """Leave; where something is unsaved, the person says what shall become of it."""
        if not self.unsaved:
            self._leave(changed=False)
            return
        self._keep_draft()
        self.app.push_screen(
            ChooseScreen(
                text("answer.close_question"),
                [text("answer.save"), text("answer.go_on"), text("answer.throw_away")],
            ),
            self._close_as_chosen,
        )

    def _close_as_chosen(self, row: int | None) -> None:
        if row == 0:
            self.action_save()
        elif row == 2:
            self._leave(changed=False)

    def _leave(self, *, changed: bool) -> None:
        if self._pause is not None:
            self._pause.stop()
        drop_draft(self.program.library, self.card.id, self.language)
        self.dismiss(changed)
