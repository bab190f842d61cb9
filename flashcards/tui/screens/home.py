"""Where the day starts: what is due, deck by deck, how the habit goes, and what is new in the notes."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.worker import Worker, WorkerState

from flashcards.locale import text
from flashcards.scheduling.days import date_of
from flashcards.study.library import DeckSummary, HomeSummary
from flashcards.text.cells import cell_width, cut
from flashcards.text.lines import Line
from flashcards.tui.actions import KeyNames, Scope, bindings
from flashcards.tui.screens.base import FlashcardsScreen
from flashcards.tui.widgets.bars import KeyBar, TitleBar
from flashcards.tui.widgets.calendar import calendar_lines
from flashcards.tui.widgets.deck_list import DeckHeads, DeckList
from flashcards.tui.widgets.drawing import line
from flashcards.tui.widgets.lines_widget import LinesWidget
from flashcards.tui.widgets.row_list import RowList
from flashcards.tui.widgets.tour import STEPS, Tour

UNANSWERED: Final = "is:unanswered"
UNREVIEWED: Final = "is:unreviewed -is:unanswered"
"""Statements, topics and long notes that the person has not taken in yet."""


def deck_query(title: str) -> str:
    """The query that selects a deck by its title, whatever the title holds."""
    return f"deck:{shlex.quote(title)}"


class Today(LinesWidget):
    """What waits to be studied, what was done, and which cards wait for the person to do something else."""

    summary: HomeSummary | None = None
    new = unanswered = unreviewed = 0
    """In all decks, whatever the limits of the day."""
    keymap: Mapping[str, str]

    def __init__(self, keymap: Mapping[str, str], *, id: str) -> None:
        super().__init__(id=id)
        self.keymap = keymap

    def lines_for(self, width: int) -> Sequence[Line]:
        if self.summary is None:
            return [line((text("home.loading"), "muted")), line()]
        due, new = self.summary.due, self.summary.new
        first: list[str | tuple[str, str]] = []
        if due:
            first += [(f"{due:,}", "due"), f" {text('home.due')}   "]
        if new:
            words = text("home.new_of", all=f"{self.new:,}") if new < self.new else text("home.new")
            first += [(f"{new:,}", "fresh"), f" {words}"]
        if not first:
            first = [(text("home.nothing_due", key=self._key("home.browse")), "good")]
        done = text("home.reviewed_today", count=self.summary.reviewed_today)
        streak = text("home.streak", count=self.summary.streak_days) if self.summary.streak_days else ""
        facts = line((" · ".join(part for part in (done, streak) if part), "muted"))
        return [line(*first), facts, *self._waiting(width)]

    def _waiting(self, width: int) -> Sequence[Line]:
        """Cards without an answer and those not taken in yet: on one line where there is room for both."""
        waiting = (("unanswered", self.unanswered), ("unreviewed", self.unreviewed))
        said = [
            text(f"home.{what}", count=count, key=self._key(f"home.{what}"))
            for what, count in waiting
            if count
        ]
        both = " · ".join(said)
        return [
            line((cut(words, width), "muted"))
            for words in ([both] if cell_width(both) <= width else said)
            if words
        ]

    def _key(self, action_id: str) -> str:
        return KeyNames(self.keymap)[action_id]


class Habit(LinesWidget):
    """The calendar of reviews."""

    counts: dict[date, int]
    today: date

    def __init__(self, today: date, *, id: str) -> None:
        super().__init__(id=id)
        self.counts, self.today = {}, today

    def lines_for(self, width: int) -> Sequence[Line]:
        return calendar_lines(self.counts, self.today, width, shades=self.colourless)


class Welcome(LinesWidget):
    """Shown while there are no cards: says what to press and what to type."""

    def lines_for(self, width: int) -> Sequence[Line]:
        from flashcards.text.blocks import parse
        from flashcards.text.layout import layout

        return layout(parse(text("home.welcome", keys=self.key_names)), width)


class HomeScreen(FlashcardsScreen[None]):
    """Decks, what is due in them, and the way into everything else."""

    SCOPE: ClassVar[Scope] = "home"
    BINDINGS: ClassVar[list[BindingType]] = bindings("home")
    CSS_PATH = "home.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (22, "-tall")]  # noqa: RUF012

    @dataclass
    class Loaded(Message):
        """The numbers have been read."""

        summary: HomeSummary
        decks: Sequence[DeckSummary]

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield Today(self.keymap, id="today")
        yield Welcome(id="welcome")
        yield DeckHeads(id="heads")
        yield DeckList(id="decks")
        yield Tour(id="tour")
        yield Habit(self.program.today(), id="habit")
        yield KeyBar()

    def on_mount(self) -> None:
        self.decks.focus()
        self.refresh_bars()
        self.load()

    def on_screen_resume(self) -> None:
        self.load()

    def notes_changed(self) -> None:
        self.load()

    @property
    def tour(self) -> Tour:
        return self.query_one(Tour)

    @property
    def decks(self) -> DeckList:
        return self.query_one(DeckList)

    def title_left(self) -> Content:
        tagline = f"  {text('home.tagline')}" if self.size.width >= 60 else ""
        return Content.assemble(("flashcards", "bold $primary"), (tagline, "$muted"))

    def title_right(self) -> Content:
        today = self.program.today()
        return Content.styled(
            text("date.long", year=today.year, month=text(f"month.{today.month}"), number=today.month,
                 day=today.day, weekday=text(f"weekday.{today.weekday()}")),
            "$muted",
        )  # fmt: skip

    def language_changed(self) -> None:
        super().language_changed()
        for widget in self.query(LinesWidget):
            widget.draw_again()
        self.decks.rows_changed()

    # Reading, in threads that only post messages

    @work(thread=True, exclusive=True, group="home-load", exit_on_error=False)
    def load(self) -> None:
        library = self.program.library
        self.post_message(self.Loaded(library.home_summary(), library.decks()))

    @on(Loaded)
    def show_numbers(self, event: Loaded) -> None:
        self.set_class(not event.decks, "-empty")
        today, habit = self.query_one(Today), self.query_one(Habit)
        today.summary = event.summary
        today.new = sum(deck.new for deck in event.decks)
        today.unanswered = sum(deck.unanswered for deck in event.decks)
        today.unreviewed = sum(deck.unreviewed for deck in event.decks)
        habit.counts = {date_of(day): count for day, count in event.summary.history.items()}
        self.decks.show(event.decks)
        today.draw_again()
        habit.draw_again()
        if event.decks and not event.summary.reviews and not self.program.library.has_seen("tour"):
            self.program.library.remember_seen("tour")
            self._show_tour(0)
        self.refresh_bars()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR:
            self.tell(str(event.worker.error), wrong=True)

    # What the keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("study", "study_all"):
            return bool(self.decks.decks)
        if action in ("unanswered", "unreviewed"):
            return any(getattr(deck, action) for deck in self.decks.decks)
        return action != "close_tour" or self.tour.step is not None

    def action_study(self) -> None:
        deck = self.decks.chosen
        self.program.study(query=deck_query(deck.title) if deck else "")

    def action_study_all(self) -> None:
        self.program.study(query="")

    def action_browse(self) -> None:
        self._browse()

    def action_unanswered(self) -> None:
        self._browse(UNANSWERED)

    def action_unreviewed(self) -> None:
        self._browse(UNREVIEWED)

    def _browse(self, which: str = "") -> None:
        deck = self.decks.chosen
        self.program.browse(" ".join(filter(None, (deck_query(deck.title) if deck else "", which))))

    def action_tour(self) -> None:
        """Begin the tour, or take its next step; the last one ends it."""
        step = 0 if self.tour.step is None else self.tour.step + 1
        self._show_tour(step if step < STEPS else None)

    def action_close_tour(self) -> None:
        self._show_tour(None)

    def _show_tour(self, step: int | None) -> None:
        self.tour.step = step
        self.set_class(step is not None, "-touring")
        self.tour.draw_again()
        self.refresh_bars()

    def action_settings(self) -> None:
        self.program.open_settings()

    def action_statistics(self) -> None:
        deck = self.decks.chosen
        self.program.open_statistics(*(deck_query(deck.title), deck.title) if deck else ("", ""))

    def action_lab(self) -> None:
        self.program.open_lab()

    def action_rescan(self) -> None:
        self.program.read_notes(asked=True)

    def action_leave(self) -> None:
        self.app.exit()

    @on(RowList.Picked)
    def picked(self) -> None:
        self.action_study()
