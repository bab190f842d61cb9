"""What ``flashcards demo`` prints: a run as it happens, guesses, the list, a source, the sum of many."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

from flashcards.lab.catalogue import Catalogue, DemoInfo
from flashcards.lab.charts import number, table_lines
from flashcards.lab.errors import LabError
from flashcards.lab.events import Claim, End, Error, Event, Progress, Start, Table, Total
from flashcards.lab.plain import PlainFace
from flashcards.lab.predict import can_predict, grade_guess, parse_guess
from flashcards.lab.runner import Run
from flashcards.lab.standalone import terminal_style
from flashcards.locale import language, other, said, text, translated
from flashcards.text.sanitize import sanitize, sanitize_line


class Guesses:
    """Holds a run's events back until its questions are answered."""

    def __init__(self, run: Run, events: Iterator[Event]) -> None:
        self._run = run
        self._events = events
        self._asking = True

    def events(self) -> Iterator[tuple[Event, str]]:
        """The run's events, each with a line on how good the guess was (empty where there was none)."""
        held: list[tuple[Event, str]] = []
        for event in self._events:
            if isinstance(event, Start):
                yield event, ""
            else:
                held.append((event, self._ask(event)))
        yield from held

    def _ask(self, event: Event) -> str:
        if not (self._asking and isinstance(event, Claim) and can_predict(event)):
            return ""
        guess = self._answer(event)
        if guess is None:
            return ""
        rating = grade_guess(guess, event)
        return text("cli.demo.guess", guess=number(guess), grade=text(f"plain.rating.{rating.name.lower()}"))

    def _answer(self, claim: Claim) -> float | None:
        """The person's number; None for no answer.  The end of input and Ctrl-C end the questions."""
        unit = f" [{claim.unit}]" if claim.unit else ""
        click.echo(f"\n{sanitize(claim.predict or '')}{unit}")
        while True:
            before = signal.signal(signal.SIGINT, signal.default_int_handler)
            try:
                typed = input("> ")
            except EOFError:
                self._asking = False
                return None
            except KeyboardInterrupt:
                self._asking = False
                self._run.cancel()
                return None
            finally:
                signal.signal(signal.SIGINT, before)
            if not typed.strip():
                return None
            try:
                return parse_guess(typed, claim.unit)
            except LabError as error:
                click.echo(f"{said(error)} {text('cli.demo.skip')}")


def print_events(demo: DemoInfo, events: Iterable[tuple[Event, str]]) -> None:
    """Print a run as it happens; each event may carry a line to stand below it."""
    width = shutil.get_terminal_size().columns
    face = PlainFace(terminal_style(), width, demo.paper, translated, language())
    started = False
    for event, note in events:
        started = started or isinstance(event, Start)
        if not started:  # a wrong value or a missing library: one line, and no page around it
            if isinstance(event, Error):
                click.echo(sanitize_line(f"{said(event.message)} {said(event.hint)}".strip()), err=True)
            continue
        _show_progress(event)
        for line in face.lines(event):
            click.echo(line)
        if note:
            click.echo(f"      {note}")


def _show_progress(event: Event) -> None:
    """One line on the terminal that the next event wipes away."""
    if sys.stdout.isatty() and sys.stderr.isatty():
        line = f"  {event.fraction:4.0%} {sanitize(event.text)}" if isinstance(event, Progress) else ""
        click.echo(f"\r\x1b[K{line}", nl=False, err=True)


def print_list(catalogue: Catalogue, as_json: bool) -> None:
    """Every demo by topic; those that are not ours say where they lie."""
    demos = list(catalogue.demos.values())
    if as_json:
        click.echo(json.dumps([_entry(demo) for demo in demos], ensure_ascii=False, indent=2))
    else:
        width = max((len(demo.slug) for demo in demos), default=0)
        for topic in dict.fromkeys(demo.topic for demo in demos):
            click.echo(f"\n{sanitize_line(topic)}")
            for demo in demos:
                if demo.topic == topic:
                    _print_entry(demo, width)
        click.echo("\n" + text("cli.demo.how"))
    for problem in catalogue.problems:
        click.echo(sanitize_line(said(problem)), err=True)


def _entry(demo: DemoInfo) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "slug": demo.slug,
        "title": demo.titles["en"],
        "title_zh": demo.titles["zh"],
        "topic": demo.topic,
        "proves": demo.proves,
        "tier": demo.tier,
    }
    if not demo.shipped:
        entry |= {"file": str(demo.path), "trusted": not demo.untrusted}
    return entry


def _print_entry(demo: DemoInfo, width: int) -> None:
    one = language()
    titles = f"{demo.titles[one]}  {demo.titles[other(one)]}"
    click.echo(f"  {demo.slug:{width}}  {sanitize_line(titles)}")
    click.echo(f"  {'':{width}}  {sanitize_line(demo.proves)}")
    if not demo.shipped:
        key = "cli.demo.untrusted" if demo.untrusted else "cli.demo.theirs"
        click.echo(f"  {'':{width}}  {text(key, folder=sanitize_line(str(demo.path.parent)))}")


def print_source(demo: DemoInfo) -> None:
    """A demo's file, coloured where that is wanted."""
    source: str = sanitize(demo.path.read_text(encoding="utf-8"))
    if terminal_style().colour:
        from pygments import highlight
        from pygments.formatters import TerminalFormatter
        from pygments.lexers import PythonLexer

        source = highlight(source, PythonLexer(), TerminalFormatter())
    click.echo(source, nl=not source.endswith("\n"))


def print_sum(ends: Sequence[tuple[DemoInfo, End]], total: Total) -> None:
    """A line for each demo, and what they claim together."""
    rows = [
        [demo.slug, text(f"cli.status.{end.status}"), end.passed, end.failed, round(end.wall_seconds, 1)]
        for demo, end in ends
    ]
    heads = [text(f"cli.demo.column.{name}") for name in ("demo", "status", "held", "broke", "seconds")]
    click.echo()
    for line in table_lines(Table("", heads, rows), shutil.get_terminal_size().columns):
        click.echo(line)
    share = total.illustrations / total.claims if total.claims else 0.0
    click.echo(
        "\n"
        + text(
            "cli.demo.total",
            demos=total.demos,
            claims=total.claims,
            distinct=total.distinct,
            share=f"{share:.0%}",
            seconds=f"{total.wall_seconds:.0f}",
        )
    )
