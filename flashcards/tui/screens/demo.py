"""One demo: its parameters, what it says as it runs, its claims, its control, its source."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from flashcards import locale
from flashcards.cards import DemoLink, Rating
from flashcards.errors import FlashcardsError
from flashcards.lab.catalogue import DemoInfo
from flashcards.lab.events import Claim, End, Error, Event, Progress, Say, Start
from flashcards.lab.execute import INSTALL
from flashcards.lab.params import Value, resolve
from flashcards.lab.predict import parse_guess
from flashcards.lab.runner import Run
from flashcards.lab.spare import missing_libraries
from flashcards.locale import said, text
from flashcards.text.sanitize import sanitize, sanitize_line
from flashcards.tui.actions import BY_ID, Action, Scope, bindings
from flashcards.tui.demo_runs import (
    Replay,
    broken_claims,
    plays_recording,
    run_of,
    trust_question,
    trusted,
)
from flashcards.tui.guesses import Guesses
from flashcards.tui.screens.base import FlashcardsScreen
from flashcards.tui.screens.choose import ChooseScreen
from flashcards.tui.widgets.bars import KeyBar, TitleBar
from flashcards.tui.widgets.event_lines import Broken, Offer, Shown
from flashcards.tui.widgets.grade_bar import GRADES
from flashcards.tui.widgets.output_view import OutputView
from flashcards.tui.widgets.param_list import ParamHelp, ParamList, accepted, show_value
from flashcards.tui.widgets.prompt import Prompt
from flashcards.tui.widgets.source_view import SourceView

DRAW_EVERY: Final = 1 / 20
"""Seconds between two drawings of new output: a demo may say thousands of things in a second."""
PROGRESS_CELLS: Final = 10
WIDE: Final = 100
"""Columns from which on two things stand side by side."""
ROOMY: Final = 160
"""Columns from which on form, output and source do."""


class DemoScreen(FlashcardsScreen[Rating | None]):
    """Runs a demo in its own process; leaving the screen ends it.

    Answers with the grade that the person's guesses deserve, where there were any.
    """

    SCOPE: ClassVar[Scope] = "demo"
    BINDINGS: ClassVar[list[BindingType]] = bindings("demo")
    CSS_PATH = "demo.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012

    def __init__(self, info: DemoInfo, link: DemoLink, *, offers_grade: bool = False) -> None:
        super().__init__()
        self.info = info
        self.link = link
        self.values = resolve(info.params, link.params)
        self.offers_grade = offers_grade
        """Whether a card waits for a grade."""
        self.grade: Rating | None = None
        """What the guesses so far deserve."""
        self.control = False
        self._current: Run | Replay | None = None
        self._arrived: deque[Event] = deque()
        self._timer: Timer | None = None
        self._started = 0.0
        self._passed = self._failed = 0
        self._progress: Progress | None = None
        self._end: End | None = None
        self._recorded = False
        self._advice: dict[str, Value] = {}
        """Values to try instead, where the last run found its own too much."""
        self._guesses: Guesses | None = None
        self._asked: Claim | None = None
        self._guess_first = info.predicts
        """Once a visit: who tries other values wants to see what they do, and asks with a key."""

    def compose(self) -> ComposeResult:
        yield TitleBar()
        with Horizontal(id="demo"):
            with Vertical(id="form"):
                yield ParamList(self.info.params, self.values, id="params")
                yield ParamHelp(id="param-help")
            yield OutputView(id="output")
            yield SourceView(id="source")
        yield Prompt(id="value")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(Prompt).display = self.source.display = False
        self.params.rows_changed()
        self.params.styles.max_height = max(1, len(self.info.params))
        self.set_class(not self.info.params, "-no-params")
        (self.params if self.info.params else self.output).focus()
        self.watch(self, "focused", self._focus_moved, init=False)
        self.show_help()
        self._introduce()
        self.refresh_bars()
        self._prepare()

    def on_unmount(self) -> None:
        self._stop()

    def _prepare(self) -> None:
        """Have a process ready; not for what may not run."""
        if not self.info.untrusted and not plays_recording(self.info):
            self.program.spares.prepare(self.info.tier)

    @property
    def params(self) -> ParamList:
        return self.query_one(ParamList)

    @property
    def output(self) -> OutputView:
        return self.query_one(OutputView)

    @property
    def source(self) -> SourceView:
        return self.query_one(SourceView)

    @property
    def running(self) -> bool:
        return self._current is not None

    # What is shown

    @property
    def asking(self) -> bool:
        """Whether a guess is waited for."""
        return self._guesses is not None and self._guesses.question is not None

    def _introduce(self) -> None:
        """Before the first run: what the demo proves, and which key starts it."""
        if self.output.events or self.running:
            self.output.lay_out_again()
            return
        words: list[str] = [sanitize(self.info.proves), sanitize(self.info.paper), sanitize(self.info.about)]
        words += [self._how_to_begin()]
        words += [text("demo.asks_first")] if self.info.predicts else []
        self.output.introduce("\n\n".join(filter(None, words)))

    def _how_to_begin(self) -> str:
        keys = self.key_names
        if self.info.untrusted:
            return text("demo.others", folder=sanitize_line(str(self.info.path.parent)), keys=keys)
        missing = ", ".join(missing_libraries(self.info.tier))
        if plays_recording(self.info):
            return text("demo.kept", names=missing, command=INSTALL, keys=keys)
        if missing:
            return text("demo.missing", names=missing, command=INSTALL, keys=keys)
        return text("demo.press_run", keys=keys)

    @on(ParamList.Moved)
    def show_help(self) -> None:
        help_widget = self.query_one(ParamHelp)
        help_widget.words = self.params.help_text()
        help_widget.draw_again()

    def title_left(self) -> Content:
        title = sanitize_line(self.info.titles[locale.language()])
        mark = "control_on" if self.control else "recording" if self._recorded else ""
        return Content.assemble(
            (title, "bold $primary"),
            (f"  {self.info.slug}", "$muted"),
            (f"  {text(f'demo.{mark}')}" if mark else "", "bold $warning"),
        )

    def title_right(self) -> Content:
        if self.asking:
            return Content.styled(text("demo.guessing"), "$accent")
        if self.running:
            seconds = f"{time.monotonic() - self._started:.0f}"
            return Content.styled(text("demo.running", seconds=seconds) + self._progress_words(), "$accent")
        if self._end is None:
            return Content.styled(text("demo.untrusted") if self.info.untrusted else "", "$warning")
        style = {"passed": "$success", "cancelled": "$muted"}.get(self._end.status, "$error")
        return Content.styled(
            text(f"demo.short.{self._end.status}", passed=self._passed, failed=self._failed), style
        )

    def _progress_words(self) -> str:
        """How far the run is, as a bar that needs no colour."""
        if self._progress is None:
            return ""
        filled = round(PROGRESS_CELLS * self._progress.fraction)
        bar = "█" * filled + "░" * (PROGRESS_CELLS - filled)
        what = f" {sanitize_line(self._progress.text)}" if self._progress.text else ""
        return f" {bar} {self._progress.fraction:.0%}{what}"

    def label_of(self, action: Action) -> str:
        if action.id == "prompt.cancel" and self.asking:
            return text("demo.see_all")
        if action.name == "run" and plays_recording(self.info):
            return text("demo.play")
        if action.name == "control":
            return text("demo.control_off_label" if self.control else "action.demo.control")
        if action.name == "switch_pane":
            return text("demo.to_params" if self._next_pane() is self.params else "demo.to_output")
        if action.name == "source" and self.source.display:
            return text("demo.show_output")
        return action.label

    def language_changed(self) -> None:
        super().language_changed()
        self.show_help()
        self._introduce()

    def on_resize(self) -> None:
        self.set_class(self.size.width >= ROOMY, "-roomy")
        if self.source.display:
            self.output.display = self.size.width >= WIDE

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self.asking:
            return action in ("cancel", "leave")
        if action == "run":
            return not self.running
        if action == "predict":
            return self.info.predicts and not self.running
        if action == "control":
            return not plays_recording(self.info)
        if action == "smaller":
            return bool(self._advice) and not self.running
        if action == "cancel":
            return self.running
        if action in ("edit_value", "decrease", "increase"):
            return bool(self.info.params) and not self.has_class("-reading")
        if action == "switch_pane":
            return len(self._panes()) > 1
        return True

    def _focus_moved(self) -> None:
        """On a narrow screen the form gives way to what is being read."""
        reading = self.focused in (self.output, self.source) or self.asking
        self.set_class(reading, "-reading")
        self.refresh_bars()

    # Running

    def action_predict(self) -> None:
        self._guess_first = True
        self.action_run()

    def action_run(self) -> None:
        if self.info.untrusted:
            self._ask_for_trust()
            return
        try:
            run = run_of(self.info, self.params.values, control=self.control, spares=self.program.spares)
        except FlashcardsError as error:
            self.tell(said(error), wrong=True)
            return
        self._begin(run)

    def _ask_for_trust(self) -> None:
        """A demo is a program: one that came with somebody's notes runs when the person says so."""
        try:
            question = trust_question(self.info, self.program.library.home)
        except FlashcardsError as error:
            self.tell(said(error), wrong=True)
            return
        answers = [text("demo.trust_no"), text("demo.trust_read"), text("demo.trust_yes")]
        self.app.push_screen(ChooseScreen(question, answers), self._trust_answered)

    def _trust_answered(self, row: int | None) -> None:
        if row == 1 and not self.source.display:
            self.action_source()
        elif row == 2:
            try:
                self.info = trusted(self.info, self.program.library.home)
            except FlashcardsError as error:
                self.tell(said(error), wrong=True)
                return
            self.program.forget_demos()
            self.action_run()

    def _begin(self, run: Run | Replay) -> None:
        self._current, self._started, self._end = run, time.monotonic(), None
        self._passed = self._failed = 0
        self._progress, self._recorded = None, False
        self._advice = {}
        # The control shows a difference; to guess a mistake's number teaches nothing.
        self._guesses = Guesses() if self._guess_first and not self.control else None
        self._asked = None
        self.query_one(Prompt).display = self.source.display = False
        self.set_class(False, "-source")
        self.output.display = True
        self.output.begin()
        self.output.focus()
        self._timer = self.set_interval(DRAW_EVERY, self._draw_arrived)
        self._listen(run)
        self.refresh_bars()

    @work(thread=True, group="demo-run", exit_on_error=False)
    def _listen(self, run: Run | Replay) -> None:
        """Reads the run to its end; the timer on the screen's side draws what has come."""
        for event in run:
            self._arrived.append(event)

    def _draw_arrived(self) -> None:
        new: list[Event] = []
        while self._arrived:
            new.append(self._arrived.popleft())
        for event in new:
            self._count(event)
        if new:
            self._show(self._guesses.hear(new) if self._guesses else new)
            if self._end and self._end.status not in ("passed", "failed"):
                self.output.action_bottom()  # why it did not come to its end stands there
        self.refresh_bars()

    def _show(self, shown: Sequence[Shown]) -> None:
        """Add to the output; where the run asks for a number, ask the person."""
        self.output.add(shown)
        if self.control and any(isinstance(event, End) for event in shown):
            self.output.add([Broken(broken_claims(self.output.events))])
        question = self._guesses.question if self._guesses else None
        if question is not None and question is not self._asked:
            self._asked = question
            asked = text("demo.guess_first", question=sanitize(question.predict or ""))
            self.output.add([Say(asked)])
            self.output.action_bottom()
            self._ask_guess()

    def _ask_guess(self, typed: str = "", wrong: str = "") -> None:
        unit = f" [{sanitize_line(self._asked.unit)}]" if self._asked and self._asked.unit else ""
        self.query_one(Prompt).open(text("demo.guess_prompt", unit=unit), typed, wrong=wrong)
        self.refresh_bars()

    def _take_guess(self, typed: str | None) -> None:
        """A number; nothing passes the question over; Esc shows everything."""
        if self._guesses is None or self._asked is None:
            return
        try:
            number = parse_guess(typed, self._asked.unit) if typed and typed.strip() else None
        except FlashcardsError:
            self._ask_guess(typed or "", text("demo.not_a_number"))
            return
        self.set_focus(self.output)
        self._show(self._guesses.give_up() if typed is None else self._guesses.answer(number))
        if not self.asking:
            self._guess_first = False
            self._offer_grade(self._guesses.grade)
        self.refresh_bars()

    def _offer_grade(self, grade: Rating | None) -> None:
        """The guesses are a test of the card too: what they deserve is offered where the card is graded."""
        self.grade = grade
        if grade is not None and self.offers_grade:
            self.output.add([Offer(BY_ID[GRADES[grade]].label)])

    def _count(self, event: Event) -> None:
        if isinstance(event, Start):
            self._recorded = event.recorded
        elif isinstance(event, Claim):
            self._passed += event.passed is True
            self._failed += event.passed is False
        elif isinstance(event, Progress):
            self._progress = event
        elif isinstance(event, Error):
            known = {spec.name for spec in self.info.params}
            self._advice = {
                name: value for name, value in event.params.items() if name in known and value is not None
            }
        elif isinstance(event, End):
            self._end = event

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.worker.group != "demo-run" or event.state in (WorkerState.PENDING, WorkerState.RUNNING):
            return
        self._current = None
        if self._timer:
            self._timer.stop()
        self._draw_arrived()
        if event.state is WorkerState.ERROR:
            error = event.worker.error
            self.tell(said(error) if isinstance(error, FlashcardsError) else str(error), wrong=True)
        elif self.is_current:
            self._prepare()

    def action_cancel(self) -> None:
        if self._current:
            self._current.cancel()

    def _stop(self) -> None:
        if self._current:
            self._current.close()
        self._guesses = None

    def action_control(self) -> None:
        """Switch the usual mistake on or off, and run, because the difference is the lesson."""
        self.control = not self.control
        self.refresh_bars()
        if not self.running:
            self.action_run()

    def action_smaller(self) -> None:
        """Take the values that a run which was too much has suggested, and run."""
        try:
            self.params.take(self._advice)
        except FlashcardsError as error:
            self.tell(said(error), wrong=True)
            return
        self.action_run()

    # Parameters, source, leaving

    def action_increase(self) -> None:
        self.params.step(1)

    def action_decrease(self) -> None:
        self.params.step(-1)

    def action_edit_value(self) -> None:
        if spec := self.params.chosen:
            self._ask_value(show_value(self.params.values[spec.name]))

    def _ask_value(self, typed: str, wrong: str = "") -> None:
        if spec := self.params.chosen:
            self.query_one(Prompt).open(f"{spec.name}  ({accepted(spec)})", typed, wrong=wrong)

    @on(Prompt.Answered)
    def value_typed(self, event: Prompt.Answered) -> None:
        if self.asking:
            self._take_guess(event.text)
            return
        self.set_focus(self.params)
        if event.text is not None:
            try:
                self.params.type_in(event.text)
            except FlashcardsError as error:
                self._ask_value(event.text, said(error))

    def action_source(self) -> None:
        """The program: beside its output where there is room for both, else in its place."""
        showing = self.source.display = not self.source.display
        self.output.display = not showing or self.size.width >= WIDE
        self.set_class(showing, "-source")
        if showing:
            self.source.show(self.info.path.read_text(encoding="utf-8"))
            self.source.focus()
        else:
            self.output.focus()
        self.refresh_bars()

    def _panes(self) -> list[Widget]:
        """What can have the focus, from left to right."""
        hidden = self.has_class("-source") and WIDE <= self.size.width < ROOMY
        form: list[Widget] = [self.params] if self.info.params and not hidden else []
        return [*form, *(pane for pane in (self.output, self.source) if pane.display)]

    def _next_pane(self) -> Widget:
        panes = self._panes()
        here = panes.index(self.focused) if self.focused in panes else -1
        return panes[(here + 1) % len(panes)]

    def action_switch_pane(self) -> None:
        self._next_pane().focus()

    def action_leave(self) -> None:
        """Esc first stops a run, then leaves."""
        if self.running:
            self.action_cancel()
        else:
            self.dismiss(self.grade)
