"""The quiz: a question, the answer beneath it, a grade; every answer is kept before the next card shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from flashcards.cards import Card, Rating
from flashcards.locale import said, text
from flashcards.study.session import Session
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.actions import BY_ID, Action, Scope, bindings
from flashcards.tui.screens.card_screen import CardScreen
from flashcards.tui.widgets.bars import KeyBar, TitleBar
from flashcards.tui.widgets.card_lines import Face
from flashcards.tui.widgets.card_view import CardView
from flashcards.tui.widgets.grade_bar import GRADES, GradeBar
from flashcards.tui.widgets.prompt import AnswerBox, Prompt

GRADING = ("again", "hard", "good", "easy")
CARD_ACTIONS = frozenset({"flip", "edit", "open_source", "bury", "suspend", "flag", "find", "copy", "demo"})


class QuizScreen(CardScreen):
    """Draws a :class:`Session` and hands it the person's keys; the session owns the state."""

    SCOPE: ClassVar[Scope] = "quiz"
    BINDINGS: ClassVar[list[BindingType]] = bindings("quiz")
    CSS_PATH = "quiz.tcss"

    def __init__(self, session: Session, *, type_answers: bool = False) -> None:
        super().__init__()
        self.session = session
        self.type_answers = type_answers
        self.offered: Rating | None = None
        """The grade that a test of the present card has earned; the person takes it or another."""

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield CardView(id="card")
        yield AnswerBox(id="typed")
        yield GradeBar(self.keymap, id="grades")
        yield Prompt(id="find")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(AnswerBox).display = self.query_one(Prompt).display = False
        self.card_view.focus()
        self.next_card()

    def shown_card(self) -> Card:
        assert self.session.card is not None
        return self.session.card

    def card_edited(self) -> None:
        self.session.refresh()
        self.show_state(keep_place=True)

    def notes_changed(self) -> None:
        """The present card in its new words; one that is gone gives way to the next."""
        self.card_edited()

    # What is shown

    def next_card(self) -> None:
        """Show whatever the session stands at, from its beginning."""
        self.offered = None
        self.show_state()
        if self.type_answers and self.session.phase == "question":
            self.action_type_answer()

    def show_state(self, *, keep_place: bool = False) -> None:
        """Draw card, grades, title and keys for the session's present state."""
        card = self.session.card
        if card is None:
            self.card_view.show(self._done_face())
        else:
            self.card_view.show(self._face(card), keep_place=keep_place)
        grades = self.query_one(GradeBar)
        grades.display = card is not None
        grades.show(self.session.intervals() if self.session.phase == "answer" else None, self.offered)
        self.refresh_bars()

    def _face(self, card: Card) -> Face:
        variant = card.variant(self.session.language)
        revealed = self.session.phase == "answer"
        return Face(
            question=variant.question,
            context=variant.context,
            answer=variant.answer if revealed else None,
            remarks=variant.remarks if revealed else (),
            typed=self.session.typed,
            verdict=said(self.session.verdict) if self.session.verdict else "",
            key_points=variant.key_points if revealed else (),
            tags=card.tags,
            demos=self.demo_hints(card) if revealed else (),
            notes=tuple(self._notes(card)),
        )

    def _notes(self, card: Card) -> list[str]:
        notes = []
        if card.difficulty is not None:
            notes.append(text("card.difficulty", level=card.difficulty))
        if self.session.asks_number and self.session.phase == "question":
            notes.append(text("card.asks_number", key=self.key_names["quiz.type_answer"]))
        if not card.reviewed:
            notes.append(text("card.unchecked"))
        if self.session.standing.flagged:
            notes.append("⚑ " + text("card.flagged"))
        if self.session.phase == "answer" and card.variant(self.session.language).twin:
            notes.append(text("card.by_twin"))
        if self.session.is_leech:
            notes.append(text("card.leech"))
        return notes

    def _done_face(self) -> Face:
        """The last page: what was done, what is next."""
        progress = self.session.progress
        home = self.program.library.home_summary()
        lines = [
            text("done.saved", count=progress.done) if progress.done else text("done.nothing"),
            text("done.left", due=home.due, new=home.new) if home.due + home.new else text("done.all_done"),
            text("done.keys", keys=self.key_names),
        ]
        return Face(question=text("done.title"), answer="\n\n".join(lines))

    def title_left(self) -> Content:
        card = self.session.card
        if card is None:
            return Content.styled(text("done.head"), "bold $primary")
        place = [sanitize_line(part) for part in (card.deck, *card.path) if part]
        number = card.place.number if card.place else None
        path = " › ".join(place[1:]) or ""
        return Content.assemble(
            (place[0] if place else "", "bold $primary"),
            (f" › {path}" if path else "", "$muted"),
            (f"  {sanitize_line(number)}" if number else "", "$muted"),
        )

    def title_right(self) -> Content:
        progress = self.session.progress
        return Content.styled(
            text("quiz.progress", left=progress.left, new=progress.left_new, done=progress.done), "$muted"
        )

    def language_changed(self) -> None:
        super().language_changed()
        self.show_state(keep_place=True)

    # Which keys mean something now

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        phase = self.session.phase
        if action in GRADING:
            return phase == "answer"
        if action == "type_answer":
            return phase == "question"
        if action in CARD_ACTIONS:
            return phase != "done"
        return True

    def can_do(self, action: Action) -> bool:
        """The key bar names the key that takes a grade only where one is offered."""
        return super().can_do(action) and (action.name != "accept" or self._offers)

    @property
    def _offers(self) -> bool:
        return self.offered is not None and self.session.phase == "answer"

    def label_of(self, action: Action) -> str:
        if action.name == "accept" and self.offered is not None:
            return BY_ID[GRADES[self.offered]].label
        if action.name == "reveal" and self.session.phase != "question":
            return text("quiz.more" if self.session.phase == "answer" else "quiz.home")
        return action.label

    # Answering

    def action_reveal(self) -> None:
        """Show the answer; where it shows already, read on."""
        if self.session.phase == "question":
            self._reveal()
        elif self.session.phase == "answer":
            self.card_view.action_page_down()
        else:
            self.action_leave()

    def action_accept(self) -> None:
        """Take the grade that is offered; where none is, go on like :meth:`action_reveal`."""
        if self._offers and self.offered is not None:
            self._grade(self.offered)
        else:
            self.action_reveal()

    def demo_answered(self) -> Callable[[Rating | None], None] | None:
        asked = self.shown_card().id

        def offer(grade: Rating | None) -> None:
            if grade is not None and self.session.card is not None and self.session.card.id == asked:
                self.offered = grade
                self.show_state(keep_place=True)

        return offer

    def _reveal(self, typed: str | None = None) -> None:
        self.session.reveal(typed)
        self.show_state(keep_place=True)

    def _grade(self, rating: Rating) -> None:
        self.session.grade(rating)
        self.next_card()

    def action_again(self) -> None:
        self._grade(Rating.AGAIN)

    def action_hard(self) -> None:
        self._grade(Rating.HARD)

    def action_good(self) -> None:
        self._grade(Rating.GOOD)

    def action_easy(self) -> None:
        self._grade(Rating.EASY)

    def action_type_answer(self) -> None:
        box = self.query_one(AnswerBox)
        box.open()

    @on(AnswerBox.Written)
    def answer_written(self, event: AnswerBox.Written) -> None:
        self.card_view.focus()
        if event.text is not None:
            self._reveal(event.text)

    # Putting the card aside

    def action_undo(self) -> None:
        if self.session.undo():
            self.next_card()
            self.tell(text("quiz.undone"))
        else:
            self.tell(text("quiz.nothing_to_undo"))

    def action_bury(self) -> None:
        self.session.bury()
        self.tell(text("quiz.buried"))
        self.next_card()

    def action_suspend(self) -> None:
        self.session.suspend()
        self.tell(text("quiz.suspended"))
        self.next_card()

    def action_flag(self) -> None:
        self.session.flag()
        self.show_state(keep_place=True)

    # Looking closer

    def action_flip(self) -> None:
        if len(self.shown_card().variants) < 2:
            self.tell(text("quiz.one_language"))
            return
        self.session.flip_language()
        self.show_state()

    def action_leave(self) -> None:
        self.dismiss()
