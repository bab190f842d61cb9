"""Where the day starts: what is due, deck by deck, how the habit goes, and what is new in the notes."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
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
from flashcards.study.intake import Intake
from flashcards.study.library import DeckSummary, HomeSummary
from flashcards.text.lines import Line
from flashcards.tui.actions import Scope, bindings
from flashcards.tui.screens.base import FlashcardsScreen
from flashcards.tui.widgets.bars import KeyBar, TitleBar
from flashcards.tui.widgets.calendar import calendar_lines
from flashcards.tui.widgets.deck_list import DeckHeads, DeckList
from flashcards.tui.widgets.drawing import line
from flashcards.tui.widgets.lines_widget import LinesWidget
from flashcards.tui.widgets.row_list import RowList

WATCH_EVERY: Final = 15.0
"""Seconds between two looks at the note files while the home screen is shown."""


def deck_query(title: str) -> str:
    """The query that selects a deck by its title, whatever the title holds."""
    return f"deck:{shlex.quote(title)}"


class Today(LinesWidget):
    """Two lines: what waits, and what was done."""

    summary: HomeSummary | None = None

    def lines_for(self, width: int) -> Sequence[Line]:
        if self.summary is None:
            return [line((text("home.loading"), "muted")), line()]
        due, new = self.summary.due, self.summary.new
        first: list[str | tuple[str, str]] = []
        if due:
            first += [(f"{due:,}", "due"), f" {text('home.due')}   "]
        if new:
            first += [(f"{new:,}", "fresh"), f" {text('home.new')}"]
        if not first:
            first = [(text("home.nothing_due"), "good")]
        done = text("home.reviewed_today", count=self.summary.reviewed_today)
        streak = text("home.streak", count=self.summary.streak_days) if self.summary.streak_days else ""
        return [line(*first), line((" · ".join(part for part in (done, streak) if part), "muted"))]


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

        return layout(parse(text("home.welcome")), width)


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

    @dataclass
    class Rescanned(Message):
        """The notes have been looked through."""

        report: Intake
        asked: bool

    def __init__(self) -> None:
        super().__init__()
        self._told: set[str] = set()
        """Problems of the last look at the notes: said once, not every time."""

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield Today(id="today")
        yield Welcome(id="welcome")
        yield DeckHeads(id="heads")
        yield DeckList(id="decks")
        yield Habit(self.program.today(), id="habit")
        yield KeyBar()

    def on_mount(self) -> None:
        self.decks.focus()
        self.refresh_bars()
        self.load()
        self.rescan(asked=False)

        self.set_interval(WATCH_EVERY, self.watch_notes)

    def on_screen_resume(self) -> None:
        self.load()

    def watch_notes(self) -> None:
        """Notes that were edited meanwhile are read again; unchanged files cost one stat each."""
        if self.is_current:
            self.rescan(asked=False)

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

    @work(thread=True, exclusive=True, group="home-rescan", exit_on_error=False)
    def rescan(self, asked: bool) -> None:
        self.post_message(self.Rescanned(self.program.library.rescan(), asked))

    @on(Loaded)
    def show_numbers(self, event: Loaded) -> None:
        self.set_class(not event.decks, "-empty")
        today, habit = self.query_one(Today), self.query_one(Habit)
        today.summary = event.summary
        habit.counts = {date_of(day): count for day, count in event.summary.history.items()}
        self.decks.show(event.decks)
        today.draw_again()
        habit.draw_again()
        self.refresh_bars()

    @on(Rescanned)
    def show_news(self, event: Rescanned) -> None:
        report = event.report
        for problem in report.problems:
            if event.asked or problem not in self._told:
                self.tell(problem, wrong=True)
        self._told = set(report.problems)
        if report.anything:
            self.tell(text("home.news", added=report.added, changed=report.changed, archived=report.archived))
            self.load()
        elif event.asked:
            self.tell(text("home.no_news"))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR:
            self.tell(str(event.worker.error), wrong=True)

    # What the keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self.decks.decks) if action in ("study", "study_all") else True

    def action_study(self) -> None:
        deck = self.decks.chosen
        self.program.study(query=deck_query(deck.title) if deck else "")

    def action_study_all(self) -> None:
        self.program.study(query="")

    def action_browse(self) -> None:
        deck = self.decks.chosen
        self.program.browse(deck_query(deck.title) if deck else "")

    def action_settings(self) -> None:
        self.program.open_settings()

    def action_lab(self) -> None:
        self.program.open_lab()

    def action_rescan(self) -> None:
        self.rescan(asked=True)

    def action_leave(self) -> None:
        self.app.exit()

    @on(RowList.Picked)
    def picked(self) -> None:
        self.action_study()
