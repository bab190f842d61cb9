"""Every card there is, searched as one types; several can be chosen and changed at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Input
from textual.worker import Worker, WorkerState, get_current_worker

from flashcards.cards import CardId
from flashcards.locale import text
from flashcards.study.search import Search
from flashcards.tui.actions import Action, Scope, bindings
from flashcards.tui.screens.base import FlashcardsScreen
from flashcards.tui.widgets.bars import KeyBar, TitleBar
from flashcards.tui.widgets.card_list import CardList
from flashcards.tui.widgets.prompt import Prompt
from flashcards.tui.widgets.row_list import RowList

ON_ROWS = frozenset({"open", "choose", "suspend", "flag", "tag", "importance", "study", "answer", "take_in"})


class SearchLine(Input):
    """Always visible; Enter and Down go to the list, Esc empties it first."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("search")

    def action_to_list(self) -> None:
        self.screen.query_one(CardList).focus()

    def action_clear(self) -> None:
        if self.value:
            self.value = ""
        else:
            self.action_to_list()


class BrowseScreen(FlashcardsScreen[None]):
    """A search line over a virtual list."""

    SCOPE: ClassVar[Scope] = "browse"
    BINDINGS: ClassVar[list[BindingType]] = bindings("browse")
    CSS_PATH = "browse.tcss"

    @dataclass
    class Found(Message):
        """A search has ended."""

        search: Search
        row: int | None = None
        """Where the card under the cursor stands in it; ``None``: at the top."""

    def __init__(self, query: str = "") -> None:
        super().__init__()
        self.query_text = query
        self.found_for = query
        self._asking = ""

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield SearchLine(self.query_text, placeholder=text("browse.placeholder"), compact=True, id="search")
        yield CardList(id="cards")
        yield Prompt(id="ask")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(Prompt).display = False
        self.card_list.focus()
        self.search(self.query_text)
        self.refresh_bars()

    def on_screen_resume(self) -> None:
        self.card_list.read_again()

    @property
    def card_list(self) -> CardList:
        return self.query_one(CardList)

    def title_left(self) -> Content:
        return Content.styled(text("browse.title"), "bold $primary")

    def title_right(self) -> Content:
        cards = self.card_list
        more = "+" if cards.found and cards.found.capped else ""
        found = text("browse.count", count=cards.row_count) + more
        chosen = f"{text('browse.chosen', count=len(cards.chosen))} · " if cards.chosen else ""
        return Content.assemble((chosen, "$accent"), (found, "$muted"))

    def language_changed(self) -> None:
        super().language_changed()
        self.query_one(SearchLine).placeholder = text("browse.placeholder")
        self.card_list.refresh()

    # Searching

    @on(Input.Changed, "#search")
    def typed(self, event: Input.Changed) -> None:
        self.search(event.value)

    @work(thread=True, exclusive=True, group="search", exit_on_error=False)
    def search(self, query: str, beside: CardId | None = None) -> None:
        """Find the cards; the cursor goes with the card ``beside``, if that is found again."""
        found = Search(self.program.library, query)
        ids = found.ids() if beside else []
        row = ids.index(beside) if beside in ids else None
        if not get_current_worker().is_cancelled:
            self.post_message(self.Found(found, row))

    @on(Found)
    def show_found(self, event: Found) -> None:
        cards = self.card_list
        if event.search.query != self.found_for:
            cards.cursor = 0
        self.found_for = event.search.query
        cards.show(event.search)
        if event.row is not None:
            cards.cursor = event.row
        self.refresh_bars()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR and event.worker.group == "search":
            self.query_one(TitleBar).right = Content.styled(self.safe(str(event.worker.error)), "$error")

    def notes_changed(self) -> None:
        self.search(self.found_for, self.card_list.current)

    def action_search(self) -> None:
        self.query_one(SearchLine).focus()

    # What the keys do with the cards

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self.card_list.row_count) if action in ON_ROWS else True

    def can_do(self, action: Action) -> bool:
        """The key bar names the keys that a card without an answer, or one not taken in yet, waits for."""
        hit = self.card_list.hit(self.card_list.cursor) if self.card_list.row_count else None
        wanted_in = {"answer": "unanswered", "take_in": "unreviewed"}.get(action.name)
        waits = wanted_in is None or (hit is not None and hit.state == wanted_in)
        return super().can_do(action) and waits

    @on(RowList.Moved)
    def moved(self) -> None:
        self.refresh_bars()

    @on(RowList.Picked)
    def action_open(self) -> None:
        from flashcards.tui.screens.card_page import CardPage

        if self.card_list.current is not None:
            self.app.push_screen(CardPage(self.card_list.current))

    def action_choose(self) -> None:
        cards = self.card_list
        if cards.current is not None:
            cards.chosen ^= {cards.current}
        cards.action_down()
        cards.refresh()
        self.refresh_bars()

    def action_choose_all(self) -> None:
        cards = self.card_list
        cards.chosen = set() if cards.chosen or cards.found is None else set(cards.found.ids())
        cards.refresh()
        self.refresh_bars()

    def action_suspend(self) -> None:
        """Suspend; where all of them are suspended already, let them back in."""
        ids = self.card_list.acted_on
        suspend = not all(self.program.library.standing(card_id).suspended for card_id in ids)
        self._mark(
            text("browse.suspended" if suspend else "browse.resumed", count=len(ids)), suspended=int(suspend)
        )

    def action_flag(self) -> None:
        ids = self.card_list.acted_on
        flag = not all(self.program.library.standing(card_id).flagged for card_id in ids)
        self._mark(text("browse.flagged" if flag else "browse.unflagged", count=len(ids)), flagged=int(flag))

    def action_answer(self) -> None:
        if self.card_list.current is not None:
            self.program.write_answer(self.card_list.current)

    def action_take_in(self) -> None:
        """Take in what waited for it; where nothing did, leave out again what is no plain question."""
        cards = self.program.library.cards(self.card_list.acted_on)
        waiting = [card.id for card in cards if not card.reviewed]
        others = [card.id for card in cards if card.form != "question"]
        if not waiting and not others:
            self.tell(text("browse.all_taken_in"))
            return
        self.program.library.mark(waiting or others, reviewed=int(bool(waiting)))
        self.card_list.read_again()
        said = "browse.taken_in" if waiting else "browse.left_out"
        self.tell(text(said, count=len(waiting or others)))

    def _mark(self, said: str, **marks: int | float) -> None:
        self.program.library.mark(self.card_list.acted_on, **marks)
        self.card_list.read_again()
        self.tell(said)

    def action_tag(self) -> None:
        self._ask("tag")

    def action_importance(self) -> None:
        self._ask("importance")

    def _ask(self, what: str, typed: str = "", wrong: str = "") -> None:
        self._asking = what
        question = text(f"browse.ask_{what}", count=len(self.card_list.acted_on))
        self.query_one(Prompt).open(question, typed, wrong=wrong)

    @on(Prompt.Answered)
    def answered(self, event: Prompt.Answered) -> None:
        self.card_list.focus()
        answer = (event.text or "").strip()
        if not answer:
            return
        if self._asking == "tag":
            self.program.library.add_tag(self.card_list.acted_on, answer.lstrip("#"))
            self.card_list.read_again()
            self.tell(text("browse.tagged", tag=answer.lstrip("#")))
            return
        try:
            importance = float(answer)
        except ValueError:
            importance = -1.0
        if not 0 <= importance <= 10:
            self._ask("importance", answer, text("browse.importance_range"))
        else:
            self._mark(text("browse.importance_set", value=f"{importance:g}"), importance=importance)

    def action_study(self) -> None:
        self.program.study(self.found_for)

    def action_leave(self) -> None:
        self.dismiss()
