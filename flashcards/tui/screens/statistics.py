"""What was learnt: how much, how well, and what comes back when, of all cards or of one deck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message

from flashcards.cards import Day
from flashcards.locale import text
from flashcards.scheduling.days import date_of
from flashcards.study.statistics import Period, activity, statistics_of
from flashcards.text.cells import cell_width, pad
from flashcards.text.lines import Line
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.actions import Scope, bindings
from flashcards.tui.screens.base import FlashcardsScreen
from flashcards.tui.widgets.bars import KeyBar, TitleBar
from flashcards.tui.widgets.drawing import line
from flashcards.tui.widgets.line_view import LineView
from flashcards.tui.widgets.lines_widget import LinesWidget
from flashcards.tui.widgets.statistics_lines import PERIODS, Learnt, statistics_lines

DAYS_SHOWN: Final = 371
"""Of the calendar: the 53 weeks of the widest one."""
MEASURE: Final = 150
"""Cells.  Wider charts say no more; on a wider terminal the page stands in the middle."""


class PeriodTabs(LinesWidget):
    """The four periods, the one shown in brackets, and its days."""

    period: Period = "month"
    days = ""

    def lines_for(self, width: int) -> Sequence[Line]:
        parts: list[str | tuple[str, str]] = []
        used = 0
        for period in PERIODS:
            name = text(f"stats.period.{period}")
            shown = f"[{name}]" if period == self.period else f" {name} "
            parts.append((shown, "key" if period == self.period else "muted"))
            used += cell_width(shown)
        if used + cell_width(self.days) + 2 <= width:
            parts.append((pad(self.days, width - used, "right"), "muted"))
        return [line(*parts)]


class StatisticsView(LineView):
    """The page, laid out for the width it has."""

    learnt: Learnt | None = None

    @property
    def margin(self) -> int:
        return max(self.MARGIN, (self.size.width - MEASURE) // 2)

    def show(self, learnt: Learnt) -> None:
        """Show these numbers from now on."""
        self.learnt = learnt
        self.lay_out()

    def lay_out(self) -> None:
        """Draw the page again: the width, the language or the theme is another one."""
        if self.learnt is None:
            self.lines = [line((text("stats.loading"), "muted"))]
        elif self.size.width:
            self.lines = statistics_lines(self.learnt, self.text_width, shades=self.colourless)

    def on_resize(self) -> None:
        self.lay_out()


class StatisticsScreen(FlashcardsScreen[None]):
    """One scrolling page; ``p`` walks through the periods."""

    SCOPE: ClassVar[Scope] = "statistics"
    BINDINGS: ClassVar[list[BindingType]] = bindings("statistics")
    CSS_PATH = "statistics.tcss"

    @dataclass
    class Counted(Message):
        """The numbers of a period have been read."""

        learnt: Learnt

    def __init__(self, query: str, title: str) -> None:
        super().__init__()
        self.query_text, self.deck_title = query, title

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield PeriodTabs(id="periods")
        yield StatisticsView(id="page")
        yield KeyBar()

    def on_mount(self) -> None:
        self.page.focus()
        self.count()

    @property
    def page(self) -> StatisticsView:
        return self.query_one(StatisticsView)

    @property
    def tabs(self) -> PeriodTabs:
        return self.query_one(PeriodTabs)

    def title_left(self) -> Content:
        deck = f"  {sanitize_line(self.deck_title)}" if self.deck_title else ""
        return Content.assemble((text("stats.title"), "bold $primary"), (deck, "$muted"))

    def count(self) -> None:
        """Read the numbers of the period that is chosen."""
        self.refresh_bars()
        self._count(self.tabs.period)

    @work(thread=True, exclusive=True, group="statistics", exit_on_error=False)
    def _count(self, period: Period) -> None:
        library = self.program.library
        numbers = statistics_of(library, period, self.query_text)
        year = activity(library, "day", Day(library.today - DAYS_SHOWN), self.query_text)
        key = self.key_names["statistics.next_period"]
        history = {date_of(day.day): day.reviews for day in year if day.reviews}
        self.post_message(self.Counted(Learnt(numbers, history, library.settings.desired_retention, key)))

    @on(Counted)
    def show_numbers(self, event: Counted) -> None:
        numbers = event.learnt.numbers
        if numbers.period != self.tabs.period:
            return
        since, today = (date_of(day).isoformat() for day in (numbers.since, numbers.today))
        self.tabs.days = (
            text("date.range", since=since, today=today) if numbers.since < numbers.today else today
        )
        self.tabs.draw_again()
        self.page.show(event.learnt)

    def notes_changed(self) -> None:
        self.count()

    def language_changed(self) -> None:
        self.tabs.draw_again()
        self.count()

    def action_next_period(self) -> None:
        self._step(1)

    def action_previous_period(self) -> None:
        self._step(-1)

    def _step(self, step: int) -> None:
        self.tabs.period = PERIODS[(PERIODS.index(self.tabs.period) + step) % len(PERIODS)]
        self.tabs.draw_again()
        self.page.action_top()
        self.count()

    def action_leave(self) -> None:
        self.dismiss()
