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
from textual.worker import Worker, WorkerState

from flashcards import locale
from flashcards.cards import DemoLink
from flashcards.errors import FlashcardsError
from flashcards.lab.catalogue import DemoInfo
from flashcards.lab.events import Claim, End, Event, Progress, Say
from flashcards.lab.execute import INSTALL
from flashcards.lab.params import resolve
from flashcards.lab.predict import parse_guess
from flashcards.lab.runner import Run
from flashcards.lab.spare import missing_libraries
from flashcards.locale import said, text
from flashcards.text import blocks
from flashcards.text.layout import layout
from flashcards.text.lines import Line
from flashcards.text.sanitize import sanitize, sanitize_line
from flashcards.tui.actions import Action, Scope, bindings
from flashcards.tui.guesses import Guesses
from flashcards.tui.screens.base import FlashcardsScreen
from flashcards.tui.widgets.bars import KeyBar, TitleBar
from flashcards.tui.widgets.drawing import line
from flashcards.tui.widgets.event_lines import Shown
from flashcards.tui.widgets.line_view import LineView
from flashcards.tui.widgets.lines_widget import LinesWidget
from flashcards.tui.widgets.output_view import OutputView
from flashcards.tui.widgets.param_list import ParamList, accepted, show_value
from flashcards.tui.widgets.prompt import Prompt

DRAW_EVERY: Final = 1 / 20
"""Seconds between two drawings of new output: a demo may say thousands of things in a second."""


class ParamHelp(LinesWidget):
    """What the parameter under the cursor means."""

    words = ""

    def lines_for(self, width: int) -> list[Line]:
        paragraph = blocks.Paragraph((blocks.Text(sanitize_line(self.words)),))
        return [tuple(s for s in row) for row in layout((paragraph,), max(1, width - 2))][:2] or [line()]


class DemoScreen(FlashcardsScreen[None]):
    """Runs a demo in its own process; leaving the screen ends it."""

    SCOPE: ClassVar[Scope] = "demo"
    BINDINGS: ClassVar[list[BindingType]] = bindings("demo")
    CSS_PATH = "demo.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012

    def __init__(self, info: DemoInfo, link: DemoLink) -> None:
        super().__init__()
        self.info = info
        self.link = link
        self.values = resolve(info.params, link.params)
        self.control = False
        self._current: Run | None = None
        self._arrived: deque[Event] = deque()
        self._timer: Timer | None = None
        self._started = 0.0
        self._passed = self._failed = 0
        self._fraction: float | None = None
        self._end: End | None = None
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
            yield LineView(id="source")
        yield Prompt(id="value")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(Prompt).display = self.query_one("#source").display = False
        self.params.rows_changed()
        self.params.styles.max_height = max(1, len(self.info.params))
        self.set_class(not self.info.params, "-no-params")
        (self.params if self.info.params else self.output).focus()
        self.watch(self, "focused", self._focus_moved, init=False)
        self.show_help()
        self.call_after_refresh(self._introduce)
        self.refresh_bars()
        self.program.spares.prepare(self.info.tier)

    def on_unmount(self) -> None:
        self._stop()

    @property
    def params(self) -> ParamList:
        return self.query_one(ParamList)

    @property
    def output(self) -> OutputView:
        return self.query_one(OutputView)

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
            return
        width = self.output.text_width
        words: list[str] = [sanitize(self.info.proves), sanitize(self.info.paper), sanitize(self.info.about)]
        if missing := missing_libraries(self.info.tier):
            words.append(text("demo.missing", names=", ".join(missing), command=INSTALL))
        else:
            words.append(text("demo.press_run"))
            words += [text("demo.asks_first")] if self.info.predicts else []
        self.output.lines = [*layout(blocks.parse("\n\n".join(words)), width)]

    @on(ParamList.Moved)
    def show_help(self) -> None:
        help_widget = self.query_one(ParamHelp)
        help_widget.words = self.params.help_text()
        help_widget.draw_again()

    def title_left(self) -> Content:
        title = sanitize_line(self.info.titles[locale.language()])
        control = (
            Content.styled(f"  {text('demo.control_on')}", "bold $warning") if self.control else Content("")
        )
        return Content.assemble((title, "bold $primary"), (f"  {self.info.slug}", "$muted"), control)

    def title_right(self) -> Content:
        if self.asking:
            return Content.styled(text("demo.guessing"), "$accent")
        if self.running:
            seconds = f"{time.monotonic() - self._started:.0f}"
            done = f" · {self._fraction:.0%}" if self._fraction is not None else ""
            return Content.styled(text("demo.running", seconds=seconds) + done, "$accent")
        if self._end is None:
            return Content.styled(self.info.tier, "$muted")
        style = {"passed": "$success", "cancelled": "$muted"}.get(self._end.status, "$error")
        return Content.styled(
            text(f"demo.short.{self._end.status}", passed=self._passed, failed=self._failed), style
        )

    def label_of(self, action: Action) -> str:
        if action.id == "prompt.cancel" and self.asking:
            return text("demo.see_all")
        if action.name == "control":
            return text("demo.control_off_label" if self.control else "action.demo.control")
        if action.name == "switch_pane":
            return text("demo.to_params" if self.has_class("-reading") else "demo.to_output")
        if action.name == "source" and self.query_one("#source").display:
            return text("demo.show_output")
        return action.label

    def language_changed(self) -> None:
        super().language_changed()
        self.show_help()
        if self.output.events:
            self.output.lay_out_again()
        else:
            self._introduce()

    def on_resize(self) -> None:
        self.call_after_refresh(self._introduce)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self.asking:
            return action in ("cancel", "leave")
        if action == "run":
            return not self.running
        if action == "predict":
            return self.info.predicts and not self.running
        if action == "cancel":
            return self.running
        if action in ("edit_value", "decrease", "increase"):
            return bool(self.info.params) and not self.has_class("-reading")
        if action == "switch_pane":
            return bool(self.info.params)
        return True

    def _focus_moved(self) -> None:
        """On a narrow screen the form gives way to what is being read."""
        reading = self.focused in (self.output, self.query_one("#source")) or self.asking
        self.set_class(reading, "-reading")
        self.refresh_bars()

    # Running

    def action_predict(self) -> None:
        self._guess_first = True
        self.action_run()

    def action_run(self) -> None:
        try:
            run = Run(
                self.info,
                self.params.values,
                control=self.control,
                child=lambda: self.program.spares.take(self.info.tier),
            )
        except FlashcardsError as error:
            self.tell(said(error), wrong=True)
            return
        self._current, self._started, self._end = run, time.monotonic(), None
        self._passed = self._failed = 0
        self._fraction = None
        # The control shows a difference; to guess a mistake's number teaches nothing.
        self._guesses = Guesses() if self._guess_first and not self.control else None
        self._asked = None
        self.query_one(Prompt).display = self.query_one("#source").display = False
        self.output.display = True
        self.output.begin()
        self.output.focus()
        self._timer = self.set_interval(DRAW_EVERY, self._draw_arrived)
        self._listen(run)
        self.refresh_bars()

    @work(thread=True, group="demo-run", exit_on_error=False)
    def _listen(self, run: Run) -> None:
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
        question = self._guesses.question if self._guesses else None
        if question is not None and question is not self._asked:
            self._asked = question
            asked = text("demo.guess_first", question=sanitize(question.predict or ""))
            self.output.add([Say(asked)])
            self.output.action_bottom()
            self._ask_guess()

    def _ask_guess(self) -> None:
        unit = f" [{sanitize_line(self._asked.unit)}]" if self._asked and self._asked.unit else ""
        self.query_one(Prompt).open(text("demo.guess_prompt", unit=unit))
        self.refresh_bars()

    def _take_guess(self, typed: str | None) -> None:
        """A number; nothing passes the question over; Esc shows everything."""
        if self._guesses is None or self._asked is None:
            return
        try:
            number = parse_guess(typed, self._asked.unit) if typed and typed.strip() else None
        except FlashcardsError:
            self.tell(text("demo.not_a_number"), wrong=True)
            self._ask_guess()
            return
        self.set_focus(self.output)
        self._show(self._guesses.give_up() if typed is None else self._guesses.answer(number))
        if not self.asking:
            self._guess_first = False
        self.refresh_bars()

    def _count(self, event: Event) -> None:
        if isinstance(event, Claim):
            self._passed += event.passed is True
            self._failed += event.passed is False
        elif isinstance(event, Progress):
            self._fraction = event.fraction
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
            self.tell(str(event.worker.error), wrong=True)
        elif self.is_current:
            self.program.spares.prepare(self.info.tier)

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

    # Parameters, source, leaving

    def action_increase(self) -> None:
        self.params.step(1)

    def action_decrease(self) -> None:
        self.params.step(-1)

    def action_edit_value(self) -> None:
        spec = self.params.chosen
        if spec:
            question = f"{spec.name}  ({accepted(spec)})"
            self.query_one(Prompt).open(question, show_value(self.params.values[spec.name]))

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
                self.tell(said(error), wrong=True)

    def action_source(self) -> None:
        source = self.query_one("#source", LineView)
        showing = source.display = not source.display
        self.output.display = not showing
        if showing:
            source.focus()
            self.call_after_refresh(self._show_source)
        else:
            self.output.focus()
        self.refresh_bars()

    def _show_source(self) -> None:
        source = self.query_one("#source", LineView)
        code = sanitize(self.info.path.read_text(encoding="utf-8"))
        source.lines = layout((blocks.Code(sanitize_line("python"), code),), source.text_width)

    def action_switch_pane(self) -> None:
        source = self.query_one("#source", LineView)
        reading = source if source.display else self.output
        (self.params if self.has_class("-reading") else reading).focus()

    def action_leave(self) -> None:
        """Esc first stops a run, then leaves."""
        if self.running:
            self.action_cancel()
        else:
            self.dismiss()
