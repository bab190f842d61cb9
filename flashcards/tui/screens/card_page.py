"""All about one card: its text in both languages, how it stands, and every answer given to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.worker import get_current_worker

from flashcards import locale
from flashcards.cards import Card, CardId, Language
from flashcards.errors import FlashcardsError
from flashcards.locale import text
from flashcards.store.cards import Standing
from flashcards.study.numeric import readable_card
from flashcards.study.search import hits
from flashcards.study.statistics import card_history
from flashcards.study.twins import MOST_OFFERED, accept, offered, part, twin_of
from flashcards.text.lines import Line
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.actions import BY_ID, Action, Scope, bindings, keys_of, show_key
from flashcards.tui.screens.card_screen import CardScreen
from flashcards.tui.widgets.bars import KeyBar, TitleBar
from flashcards.tui.widgets.card_lines import Face
from flashcards.tui.widgets.card_list import when_due
from flashcards.tui.widgets.card_view import CardView
from flashcards.tui.widgets.history_lines import Record, history_lines, standing_lines
from flashcards.tui.widgets.line_view import LineView
from flashcards.tui.widgets.lines_widget import LinesWidget
from flashcards.tui.widgets.prompt import Prompt
from flashcards.tui.widgets.twin_panel import TwinPanel, Twins

TWIN_KEYS = tuple(f"twin_{n}" for n in range(1, MOST_OFFERED + 1))


class Facts(LinesWidget):
    """How the card stands, and its last answers where the screen is high enough."""

    record: Record | None = None

    def lines_for(self, width: int) -> Sequence[Line]:
        if self.record is None:
            return []
        brief = self.screen.has_class("-short")
        return standing_lines(self.record, width, brief=brief, shades=self.colourless)


class HistoryView(LineView):
    """Every answer to the card, and where it comes from."""

    record: Record | None = None

    def show(self, record: Record) -> None:
        """Show this card from now on."""
        self.record = record
        self.lay_out()

    def lay_out(self) -> None:
        """The card, the width or the theme is another one."""
        if self.record is not None and self.size.width:
            self.lines = history_lines(self.record, self.text_width, shades=self.colourless)

    def on_resize(self) -> None:
        self.lay_out()


class CardPage(CardScreen):
    """Opened from the browser."""

    SCOPE: ClassVar[Scope] = "card"
    BINDINGS: ClassVar[list[BindingType]] = bindings("card")
    CSS_PATH = "card_page.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (22, "-tall")]  # noqa: RUF012

    @dataclass
    class Offered(Message):
        """Which of our cards may be the card's twin."""

        card_ids: list[CardId]

    def __init__(self, card_id: CardId) -> None:
        super().__init__()
        self.card_id = card_id
        self.flipped: Language | None = None
        self.offered: list[CardId] = []
        """Our cards that may be its twin, the likeliest first."""

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield CardView(id="card")
        yield HistoryView(id="history")
        yield TwinPanel(id="twins")
        yield Facts(id="facts")
        yield Prompt(id="find")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(Prompt).display = False
        self._show_history(False)
        self.show_card()
        self.look_for_twins()

    @property
    def history_view(self) -> HistoryView:
        return self.query_one(HistoryView)

    def shown_card(self) -> Card:
        return self.program.library.card(self.card_id)

    def card_edited(self) -> None:
        self.show_card()

    def can_do(self, action: Action) -> bool:
        """The key bar names the keys for what the card lacks; they work on every card."""
        if action.name == "answer":
            return not self.shown_card().answered
        if action.name == "take_in":
            return not self.shown_card().reviewed
        return super().can_do(action)

    def notes_changed(self) -> None:
        self.show_card(keep_place=True)
        self.look_for_twins()

    def show_card(self, *, keep_place: bool = False) -> None:
        """Read the card again and draw it."""
        library = self.program.library
        card, standing = readable_card(self.shown_card()), library.standing(self.card_id)
        language = self.flipped or library.language
        variant = card.variant(language)
        self.card_view.show(
            Face(
                question=variant.question,
                context=variant.context,
                answer=variant.answer,
                remarks=variant.remarks,
                tags=card.tags,
                demos=self.demo_hints(card),
                notes=self._notes(card, standing),
                below=self._translation(card, language),
            ),
            keep_place=keep_place,
        )
        record = Record(
            card,
            standing,
            card_history(library, self.card_id),
            when_due(hits(library, [self.card_id])[0]),
            [self.demo_title(link) for link in card.demos],
        )
        facts = self.query_one(Facts)
        facts.record = record
        facts.draw_again()
        self.history_view.show(record)
        self.refresh_bars()

    def _translation(self, card: Card, shown: Language) -> Face | None:
        """The card in the language that is not shown first, if it has one."""
        language = locale.other(shown)
        if len(card.variants) < 2 or language not in card.variants:
            return None
        variant = card.variants[language]
        return Face(
            heading=text(f"page.other_language.{language}"),
            question=variant.question,
            context=variant.context,
            answer=variant.answer,
            remarks=variant.remarks,
        )

    def _notes(self, card: Card, standing: Standing) -> tuple[str, ...]:
        """Marks, and the key that helps where something of the card is missing."""
        return (
            *(("⚑ " + text("card.flagged"),) if standing.flagged else ()),
            *((self._hint("card.write_one", "card.answer"),) if not card.answered else ()),
            *((self._hint("card.take_it_in", "card.take_in"),) if not card.reviewed else ()),
            *((text("card.by_twin"),) if any(v.twin for v in card.variants.values()) else ()),
        )

    def _hint(self, message: str, action_id: str) -> str:
        return text(message, key=show_key(keys_of(BY_ID[action_id], self.keymap)[0]))

    def title_left(self) -> Content:
        card = self.shown_card()
        path = " › ".join(sanitize_line(part) for part in card.path)
        return Content.assemble(
            (sanitize_line(card.deck), "bold $primary"), (f" › {path}" if path else "", "$muted")
        )

    def title_right(self) -> Content:
        place = self.shown_card().place
        return Content.styled(
            sanitize_line(f"{Path(place.file).name}:{place.line}") if place else "", "$muted"
        )

    def language_changed(self) -> None:
        self.show_card()

    def action_flip(self) -> None:
        card = self.shown_card()
        if len(card.variants) < 2:
            self.tell(text("quiz.one_language"))
            return
        self.flipped = locale.other(self.flipped or self.program.library.language)
        self.show_card()

    def action_history(self) -> None:
        self._show_history(self.card_view.display)

    def _show_history(self, shown: bool) -> None:
        """Show the history in place of the card, or the card again."""
        self.card_view.display, self.history_view.display = not shown, shown
        self.query_one(Facts).display = self.query_one(TwinPanel).display = not shown
        (self.history_view if shown else self.card_view).focus()
        self.refresh_bars()

    def action_find(self) -> None:
        self._show_history(False)
        super().action_find()

    def label_of(self, action: Action) -> str:
        back = action.name == "history" and self.history_view.display
        return text("page.to_card") if back else super().label_of(action)

    def action_suspend(self) -> None:
        suspended = not self.program.library.standing(self.card_id).suspended
        self.program.library.mark([self.card_id], suspended=int(suspended))
        self.show_card()

    def action_answer(self) -> None:
        self.program.write_answer(self.card_id, self.flipped, self.show_card)

    def action_take_in(self) -> None:
        card = self.shown_card()
        if card.reviewed and card.form == "question":
            self.tell(text("browse.all_taken_in"))
            return
        reviewed = not card.reviewed
        self.program.library.mark([self.card_id], reviewed=int(reviewed))
        self.tell(text("browse.taken_in" if reviewed else "browse.left_out", count=1))
        self.show_card()

    def action_flag(self) -> None:
        flagged = not self.program.library.standing(self.card_id).flagged
        self.program.library.mark([self.card_id], flagged=int(flagged))
        self.show_card()

    # Twins

    @work(thread=True, exclusive=True, group="twins", exit_on_error=False)
    def look_for_twins(self) -> None:
        """Find which of our cards may ask the same; the glossary they are ranked by is read at the first time."""
        try:
            found = offered(self.program.library, self.card_id)
        except FlashcardsError as error:
            self.app.call_from_thread(self.tell, locale.said(error), wrong=True)
            found = []
        if not get_current_worker().is_cancelled:
            self.post_message(self.Offered(found))

    @on(Offered)
    def show_offered(self, event: Offered) -> None:
        self.offered = event.card_ids
        self._show_twins()

    def _show_twins(self) -> None:
        library = self.program.library
        twin = twin_of(library, self.card_id)
        questions = {c.id: c.variant(library.language).question for c in library.cards(self.offered)}
        keys = [self.key_names[f"card.{name}"] for name in TWIN_KEYS]
        self.query_one(TwinPanel).show(
            Twins(
                library.card(twin).variant(library.language).question if twin else "",
                self.key_names["card.part"],
                tuple(
                    (key, questions[card_id])
                    for key, card_id in zip(keys, self.offered, strict=False)
                    if twin is None and card_id in questions
                ),
            )
        )
        self.refresh_bars()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in TWIN_KEYS:
            return TWIN_KEYS.index(action) < len(self.offered)
        if action == "part":
            return twin_of(self.program.library, self.card_id) is not None
        return True

    def _accept(self, row: int) -> None:
        accept(self.program.library, self.card_id, self.offered[row])
        self.offered = []
        self.show_card(keep_place=True)
        self._show_twins()
        self.tell(text("page.linked", key=self.key_names["card.part"]))

    def action_twin_1(self) -> None:
        self._accept(0)

    def action_twin_2(self) -> None:
        self._accept(1)

    def action_twin_3(self) -> None:
        self._accept(2)

    def action_twin_4(self) -> None:
        self._accept(3)

    def action_twin_5(self) -> None:
        self._accept(4)

    def action_part(self) -> None:
        part(self.program.library, self.card_id)
        self.show_card(keep_place=True)
        self._show_twins()
        self.look_for_twins()
        self.tell(text("page.parted"))

    def action_leave(self) -> None:
        self.dismiss()
