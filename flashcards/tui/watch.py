"""Notes that were edited while the app runs: noticed by stat alone, read in a thread, said in one line.

Nothing is looked at or changed on the screen while somebody types: what was read waits until they are done.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.message import Message

from flashcards import locale
from flashcards.errors import FlashcardsError
from flashcards.locale import text
from flashcards.study.intake import Intake
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.screens.base import FlashcardsScreen, takes_letters
from flashcards.tui.typing_ahead import TypingAheadApp

if TYPE_CHECKING:
    from flashcards.study.library import Library
    from flashcards.study.scan import FileStamp

LOOK_EVERY: Final = 3.0
"""Seconds between two looks at the note files: soon after an editor's save, and no load."""
SHARE: Final = 20
"""A look takes at most one part in so many of the time: on a slow disk it comes less often."""


class NotesWatch:
    """How the files stood when they were last read, and which of their problems have been said."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._stamp: tuple[FileStamp, ...] | None = None
        self._rest_until = 0.0
        self._told: set[str] = set()

    def look(self, asked: bool) -> Intake | None:
        """What has changed in the notes; ``None`` where no file was touched and nobody ``asked``."""
        began = time.monotonic()
        if began < self._rest_until and not asked:
            return None
        try:
            stamp = self._library.notes_stamp()
            self._rest_until = began + SHARE * (time.monotonic() - began)
            if stamp == self._stamp and not asked:
                return None
            self._stamp = stamp
            return self._library.rescan()
        except FlashcardsError as error:
            return Intake(problems=[error.message])

    def new_problems(self, problems: Iterable[str], asked: bool) -> list[str]:
        """The problems that have not been said since they came up; all of them for one who ``asked``."""
        problems = list(dict.fromkeys(problems))
        new = [problem for problem in problems if asked or problem not in self._told]
        self._told = set(problems)
        return new


class WatchingApp(TypingAheadApp):
    """Keeps every screen in step with the note files."""

    @dataclass
    class NotesRead(Message):
        """The notes have been read again."""

        report: Intake
        asked: bool

    def __init__(self, library: Library) -> None:
        super().__init__()
        self.library = library
        self.notes_watch = NotesWatch(library)
        self._unsaid: list[WatchingApp.NotesRead] = []

    def watch_notes(self) -> None:
        """Look now, and again every few seconds."""
        self.read_notes(asked=False)
        self.set_interval(LOOK_EVERY, self.look_at_notes)

    @property
    def somebody_types(self) -> bool:
        """Whether an input line or a text box has the focus on any screen."""
        return any(takes_letters(screen.focused) for screen in self.screen_stack)

    def look_at_notes(self) -> None:
        """Say what waited; look at the files unless a look still goes on."""
        if self.somebody_types:
            return
        waited, self._unsaid = self._unsaid, []
        for news in waited:
            self.show_news(news)
        if not any(worker.group == "notes" and not worker.is_finished for worker in self.workers):
            self.read_notes(asked=False)

    @work(thread=True, group="notes", exit_on_error=False)
    def read_notes(self, asked: bool) -> None:
        """Read again what was edited; somebody who ``asked`` is told even that nothing was."""
        report = self.notes_watch.look(asked)
        if report is not None:
            self.post_message(self.NotesRead(report, asked))

    @on(NotesRead)
    def news_arrived(self, event: NotesRead) -> None:
        if self.somebody_types:
            self._unsaid.append(event)
        else:
            self.show_news(event)

    def show_news(self, news: NotesRead) -> None:
        """One line for what changed, one for each new problem; every screen then shows the new text."""
        report = news.report
        for problem in self.notes_watch.new_problems(report.problems, news.asked):
            self.notify(sanitize_line(locale.said(problem)), markup=False, severity="error", timeout=8)
        if report.anything:
            said = text("home.news", added=report.added, changed=report.changed, archived=report.archived)
            self.notify(said, markup=False, timeout=4)
            for screen in self.screen_stack:
                if isinstance(screen, FlashcardsScreen):
                    screen.notes_changed()
        elif news.asked:
            self.notify(text("home.no_news"), markup=False, timeout=3)
