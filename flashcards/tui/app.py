"""The terminal app: opens the first screen, owns what all screens share, and leaves nothing running."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from textual import events, work
from textual.binding import BindingType
from textual.worker import Worker, WorkerState

from flashcards import locale
from flashcards.cards import CardId, DemoLink, Language, Rating
from flashcards.errors import FlashcardsError
from flashcards.locale import text
from flashcards.scheduling.days import date_of
from flashcards.study.library import Library
from flashcards.study.session import Session
from flashcards.study.settings import read_settings, write_setting
from flashcards.text.sanitize import sanitize, sanitize_line
from flashcards.tui.actions import bindings, check_keymap
from flashcards.tui.screens.base import FlashcardsScreen
from flashcards.tui.themes import THEMES
from flashcards.tui.watch import WatchingApp

if TYPE_CHECKING:
    from textual.command import Provider

    from flashcards.lab.catalogue import DemoInfo
    from flashcards.lab.spare import Spares


@dataclass(frozen=True, slots=True)
class Studying:
    """How to study: what :meth:`Session.start` is asked for, and whether answers are written first."""

    query: str = ""
    limit: int | None = None
    ahead: bool = False
    cram: bool = False
    minutes: float | None = None
    type_answers: bool = False


@dataclass(frozen=True, slots=True)
class Preferences:
    """How the app looks and answers."""

    theme: str = "dark"
    keymap: Mapping[str, str] = field(default_factory=dict)
    """Keys by action id, where they differ from the registry's."""
    place: str = ""
    """The file the preferences came from, for messages about them."""


SESSION_START: Final = "session-start"
"""Group of the worker behind which a quiz opens."""


def _commands() -> type[Provider]:
    """What the palette offers, loaded when it is opened."""
    from flashcards.tui.palette import Commands

    return Commands


class FlashcardsApp(WatchingApp):
    """Home is the first screen; a quiz can be asked for at once."""

    TITLE = "flashcards"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = ""
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_commands}
    BINDINGS: ClassVar[list[BindingType]] = bindings("app")

    def __init__(
        self,
        library: Library,
        *,
        start: Literal["home", "quiz"] = "home",
        studying: Studying | None = None,
        preferences: Preferences | None = None,
    ) -> None:
        super().__init__(library)
        preferences = preferences or Preferences()
        if preferences.keymap:
            check_keymap(preferences.keymap, preferences.place)
        self.keymap = preferences.keymap
        self._start, self._studying = start, studying or Studying()
        # Before the app runs: afterwards every style sheet would be parsed anew for the colours of the theme.
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = preferences.theme
        self.animation_level = "none"

    def on_mount(self) -> None:
        self.set_keymap(self.keymap)
        from flashcards.tui.screens.home import HomeScreen

        self.push_screen(HomeScreen())
        self.watch_notes()
        if self._start == "quiz":
            self.start_session(self._studying)

    async def on_event(self, event: events.Event) -> None:
        """What is pasted is foreign: Textual's inputs would hand its escape codes on to the terminal."""
        if isinstance(event, events.Paste):
            event.text = sanitize(event.text)
        await super().on_event(event)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return THEMES[0].variables

    @property
    def colourless(self) -> bool:
        """Whether shades must say what colours would: without colour, or with the terminal's own sixteen."""
        return self.no_color or self.current_theme.ansi

    def today(self) -> date:
        """The date of the study day it is now."""
        return date_of(self.library.today)

    def screen_on_its_way(self) -> bool:
        starting = any(w.group == SESSION_START and not w.is_finished for w in self.workers)
        return starting or super().screen_on_its_way()

    # Ways from screen to screen

    def study(self, query: str) -> None:
        """Quiz the cards that ``query`` selects."""
        self.start_session(Studying(query))

    @work(thread=True, exclusive=True, group=SESSION_START, exit_on_error=False)
    def start_session(self, studying: Studying) -> None:
        session = Session.start(
            self.library,
            studying.query,
            limit=studying.limit,
            ahead=studying.ahead,
            cram=studying.cram,
            minutes=studying.minutes,
        )
        self.call_from_thread(self.show_quiz, session, studying.type_answers)

    def show_quiz(self, session: Session, type_answers: bool) -> None:
        from flashcards.tui.screens.quiz import QuizScreen

        self.push_screen(QuizScreen(session, type_answers=type_answers))

    def browse(self, query: str) -> None:
        """List the cards that ``query`` selects."""
        from flashcards.tui.screens.browse import BrowseScreen

        self.push_screen(BrowseScreen(query))

    def write_answer(
        self, card_id: CardId, language: Language | None = None, then: Callable[[], None] | None = None
    ) -> None:
        """Let the person write the answer to a card; ``then`` is called when the card is another one."""
        from flashcards.tui.screens.answer import AnswerScreen

        screen = AnswerScreen(self.library.card(card_id), language or self.library.language)
        self.push_screen(screen, lambda changed: then() if changed and then else None)

    def open_statistics(self, query: str, title: str) -> None:
        """Show what was learnt of the cards that ``query`` selects; ``title`` names them."""
        from flashcards.tui.screens.statistics import StatisticsScreen

        self.push_screen(StatisticsScreen(query, title))

    def open_settings(self) -> None:
        """Show the settings."""
        from flashcards.tui.screens.settings import SettingsScreen

        self.push_screen(SettingsScreen())

    def open_lab(self) -> None:
        """Show the list of demos."""
        from flashcards.tui.screens.lab import LabScreen

        self.push_screen(LabScreen())

    def open_demo(self, link: DemoLink, then: Callable[[Rating | None], None] | None = None) -> None:
        """Show one demo with the values that fit a card; ``then`` is told the grade that the guesses deserve."""
        from flashcards.tui.screens.demo import DemoScreen

        info = self.demos.get(link.slug)
        if info is None:
            self.notify(text("lab.unknown", slug=sanitize_line(link.slug)), markup=False, severity="error")
            return
        try:
            self.push_screen(DemoScreen(info, link, offers_grade=then is not None), then)
        except FlashcardsError as error:
            self.notify(sanitize(locale.said(error)), markup=False, severity="error", timeout=8)

    @cached_property
    def demos(self) -> Mapping[str, DemoInfo]:
        """Every demo by slug, read from its source without running it."""
        from flashcards.study.demos import added_paths, every_demo

        home = self.library.home
        return every_demo(home, added_paths(home)).demos

    def forget_demos(self) -> None:
        """Read them again when they are next asked for: a folder is trusted now."""
        self.__dict__.pop("demos", None)

    @cached_property
    def spares(self) -> Spares:
        """Processes that have imported what a demo needs, so that it starts at once."""
        from flashcards.lab.spare import Spares

        return Spares()

    def on_unmount(self) -> None:
        if "spares" in self.__dict__:
            self.spares.close()

    # Settings: kept in their file, and in force at once

    def change_setting(self, name: str, value: str) -> None:
        """Keep a setting.  Raises SettingsError for a value it cannot take."""
        write_setting(self.library.home.settings, name, value)
        self.settings_edited()

    def settings_edited(self) -> None:
        """Read the settings file and do as it says.  Raises FlashcardsError and changes nothing if it is wrong."""
        settings = read_settings(self.library.home.settings)
        check_keymap(settings.keys, str(self.library.home.settings))
        self.library.settings = settings
        self.keymap = settings.keys
        self.set_keymap(self.keymap)
        self.theme = settings.theme
        locale.set_language(self.library.language)
        for screen in self.screen_stack:
            if isinstance(screen, FlashcardsScreen):
                screen.language_changed()

    def _keep(self, name: str, value: str) -> None:
        try:
            self.change_setting(name, value)
        except FlashcardsError as error:
            self.notify(sanitize(locale.said(error)), markup=False, severity="error", timeout=8)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR:
            self.notify(sanitize(str(event.worker.error)), markup=False, severity="error", timeout=8)

    # What the keys do everywhere

    def action_help(self) -> None:
        from flashcards.tui.screens.help import HelpScreen

        if isinstance(self.screen, FlashcardsScreen):
            self.push_screen(HelpScreen(self.screen.working_keys()))

    def action_palette(self) -> None:
        from flashcards.tui.palette import open_palette

        if isinstance(self.screen, FlashcardsScreen):
            open_palette(self.screen)

    def action_language(self) -> None:
        self._keep("language", locale.other(locale.language()))

    def action_theme(self) -> None:
        names = [theme.name for theme in THEMES]
        self._keep("theme", names[(names.index(self.theme) + 1) % len(names)])
        self.notify(text(f"theme.{self.theme}"), markup=False, timeout=2)

    async def action_quit(self) -> None:
        if isinstance(self.screen, FlashcardsScreen) and self.screen.unsaved:
            self.screen.action_close()
        else:
            self.exit()
