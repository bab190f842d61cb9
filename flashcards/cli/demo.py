"""``flashcards demo``: list the demos, run one, see its source, guess its numbers, break it on purpose.

The options of a demo's own parameters are made from its source when its name is read; torch is
never imported here.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click

from flashcards.lab.catalogue import Catalogue, DemoInfo, read_catalogue
from flashcards.lab.charts import number, table_lines
from flashcards.lab.errors import LabError
from flashcards.lab.events import Claim, End, Error, Event, Progress, Start, Table, encode
from flashcards.lab.job import DeviceChoice, demo_threads
from flashcards.lab.params import ParamSpec, Preset, nearest, suggestion
from flashcards.lab.plain import PlainFace
from flashcards.lab.predict import can_predict, grade_guess, parse_guess
from flashcards.lab.runner import CPU_LIMIT, TIMEOUT, Run
from flashcards.lab.standalone import terminal_style
from flashcards.locale import language, other, said, text, translated
from flashcards.text.sanitize import sanitize

_DEMO = "flashcards.demo"
_VALUES = "flashcards.demo.values"


class DemoCommand(click.Command):
    """A command whose options depend on the demo that is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Find the demo first, so that its parameters are options; every mistake is one line."""
        name = _name_among(args, self.params)
        if name is not None:
            ctx.meta[_DEMO] = read_catalogue().find(name)
        ctx.meta[_VALUES] = {}
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            flags = [flag for option in self.get_params(ctx) for flag in option.opts if flag.startswith("--")]
            demo = ctx.meta.get(_DEMO)
            near = [flag for flag in nearest(error.option_name, flags) if flag.startswith("--")]
            place = f"demo {demo.slug}" if demo else "demo"
            raise LabError(
                "{place} has no option {option}.{suggestion} See 'flashcards {place} --help'.",
                place=place,
                option=error.option_name,
                suggestion=suggestion(near),
            ) from None

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The options of every demo, and the parameters of the one that is named."""
        demo: DemoInfo | None = ctx.meta.get(_DEMO)
        own = [_option(spec) for spec in demo.params] if demo else []
        return [*super().get_params(ctx), *own]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the command does; with a name, what that demo proves."""
        demo: DemoInfo | None = ctx.meta.get(_DEMO)
        if demo is None:
            return super().format_help_text(ctx, formatter)
        formatter.write_paragraph()
        with formatter.indentation():
            title, second = (
                demo.titles[name] for name in (("zh", "en") if language() == "zh" else ("en", "zh"))
            )
            formatter.write_text(f"{title} ({second}): {demo.proves}. {demo.paper}")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The demo's own parameters apart from the options that every demo has."""
        demo: DemoInfo | None = ctx.meta.get(_DEMO)
        flags = {spec.flag for spec in demo.params} if demo else set()
        records: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
        for option in self.get_params(ctx):
            record = option.get_help_record(ctx) if isinstance(option, click.Option) else None
            if record:
                records[option.opts[0] in flags].append(record)
        own_title = text("cli.demo.parameters", slug=demo.slug) if demo else ""
        for own, title in ((True, own_title), (False, "Options")):
            if records[own]:
                with formatter.section(title):
                    formatter.write_dl(records[own])


@click.command("demo", cls=DemoCommand)
@click.argument("name", required=False)
@click.option("--list", "listing", is_flag=True, help="List the demos.")
@click.option("--all", "every", is_flag=True, help="Run every demo.")
@click.option(
    "--preset",
    type=click.Choice(["tiny", "default", "gpu"]),
    help="Sizes: tiny for a check, default, or gpu (taken by itself on CUDA).",
)
@click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda", "mps"]), default="auto", help="Where to compute."
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, help="Seed of all random numbers.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    help=f"Seconds until the run is stopped (default {TIMEOUT:g}).",
)
@click.option("--predict", is_flag=True, help="Guess the numbers before you see them.")
@click.option("--control", is_flag=True, help="Build the usual mistake in; exits 1 when claims break.")
@click.option("--source", is_flag=True, help="Show the demo's source instead of running it.")
@click.option("--json", "as_json", is_flag=True, help="One event a line.")
@click.pass_context
def command(
    ctx: click.Context,
    name: str | None,
    listing: bool,
    every: bool,
    preset: Preset | None,
    device: DeviceChoice,
    seed: int,
    timeout: float | None,
    predict: bool,
    control: bool,
    source: bool,
    as_json: bool,
) -> None:
    """Run a demo: a small program that proves what a card says.

    Without a name it lists them.  'flashcards demo NAME --help' shows a demo's own parameters.
    """
    demo: DemoInfo | None = ctx.meta.get(_DEMO)
    if name is not None and (every or listing):
        raise LabError("Give a demo's name, or --all, or --list; not two of them.")
    if predict and (as_json or every):
        raise LabError("--predict asks one demo's questions; it does not go with --json or --all.")
    catalogue = read_catalogue()
    if demo is None and not every:
        _list(catalogue, as_json)
        return
    demos = [demo] if demo else list(catalogue.demos.values())
    if source:
        for chosen in demos:
            _show_source(chosen)
        return
    options: dict[str, Any] = {"preset": preset, "device": device, "seed": seed, "control": control}
    if timeout is not None:
        # Who allows more time allows as much of the processor.
        options |= {"timeout": timeout, "cpu_limit": max(CPU_LIMIT, timeout * demo_threads())}
    ends = []
    for chosen in demos:
        run = Run(chosen, ctx.meta[_VALUES], **options)
        ends.append((chosen, _run(run, predict=predict, as_json=as_json)))
        if ends[-1][1].status == "cancelled":
            break
    if every and not as_json:
        _sum_up(ends)
    ctx.exit(_exit_code([end for _, end in ends]))


def _run(run: Run, *, predict: bool, as_json: bool) -> End:
    """Show a run to its end.  Ctrl-C cancels it; a second one leaves at once."""
    with run, _interrupts(run.cancel):
        if as_json:
            for seq, event in enumerate(run):
                click.echo(encode(event, seq))
        else:
            _print(run, _Guesses(run) if predict else None)
    return run.end or End("cancelled")


@contextlib.contextmanager
def _interrupts(cancel: Callable[[], None]) -> Iterator[None]:
    """The first Ctrl-C asks the demo to end, so that its events end properly; the next one is Python's."""

    def once(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        cancel()

    before = signal.signal(signal.SIGINT, once)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class _Guesses:
    """Holds a run's events back until its questions are answered."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._asking = True

    def events(self) -> Iterator[tuple[Event, str]]:
        """The run's events, each with a line on how good the guess was (empty where there was none)."""
        held: list[tuple[Event, str]] = []
        for event in self._run:
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


def _print(run: Run, guesses: _Guesses | None) -> None:
    width = shutil.get_terminal_size().columns
    face = PlainFace(terminal_style(), width, run.demo.paper, translated, language())
    started = False
    for event, note in guesses.events() if guesses else ((event, "") for event in run):
        started = started or isinstance(event, Start)
        if not started:  # a wrong value or a missing library: one line, and no page around it
            if isinstance(event, Error):
                click.echo(f"{said(event.message)} {said(event.hint)}".strip(), err=True)
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


def _list(catalogue: Catalogue, as_json: bool) -> None:
    demos = list(catalogue.demos.values())
    if as_json:
        entries = [
            {
                "slug": demo.slug,
                "title": demo.titles["en"],
                "title_zh": demo.titles["zh"],
                "topic": demo.topic,
                "proves": demo.proves,
                "tier": demo.tier,
            }
            for demo in demos
        ]
        click.echo(json.dumps(entries, ensure_ascii=False, indent=2))
    else:
        width = max((len(demo.slug) for demo in demos), default=0)
        one = language()
        for topic in dict.fromkeys(demo.topic for demo in demos):
            click.echo(f"\n{topic}")
            for demo in demos:
                if demo.topic == topic:
                    click.echo(f"  {demo.slug:{width}}  {demo.titles[one]}  {demo.titles[other(one)]}")
                    click.echo(f"  {'':{width}}  {demo.proves}")
        click.echo("\n" + text("cli.demo.how"))
    for problem in catalogue.problems:
        click.echo(said(problem), err=True)


def _show_source(demo: DemoInfo) -> None:
    source = demo.path.read_text(encoding="utf-8")
    if terminal_style().colour:
        from pygments import highlight
        from pygments.formatters import TerminalFormatter
        from pygments.lexers import PythonLexer

        source = highlight(source, PythonLexer(), TerminalFormatter())
    click.echo(source, nl=not source.endswith("\n"))


def _sum_up(ends: Sequence[tuple[DemoInfo, End]]) -> None:
    rows = [
        [demo.slug, text(f"cli.status.{end.status}"), end.passed, end.failed, round(end.wall_seconds, 1)]
        for demo, end in ends
    ]
    heads = [text(f"cli.demo.column.{name}") for name in ("demo", "status", "held", "broke", "seconds")]
    table = Table("", heads, rows)
    click.echo()
    for line in table_lines(table, shutil.get_terminal_size().columns):
        click.echo(line)


def _exit_code(ends: Sequence[End]) -> int:
    """The one code of a run; of several runs, the code they failed with if it is the same, else 1."""
    codes = {end.exit_code for end in ends} - {0}
    if not codes:
        return 0
    if 130 in codes:
        return 130
    return codes.pop() if len(codes) == 1 else 1


def _name_among(args: Sequence[str], options: Sequence[click.Parameter]) -> str | None:
    """The first word that is neither an option nor an option's value."""
    takes_value = {
        flag
        for option in options
        if isinstance(option, click.Option) and not option.is_flag
        for flag in option.opts
    }
    rest = iter(args)
    for word in rest:
        if word in takes_value:
            next(rest, None)
        elif not word.startswith("-"):
            return word
    return None


def _option(spec: ParamSpec) -> click.Option:
    """A demo's parameter as an option; a switch may stand alone (``--causal``) or take on or off."""

    def keep(ctx: click.Context, option: click.Parameter, value: str | None) -> None:
        if value is not None:
            ctx.meta[_VALUES][spec.name] = value

    about = spec.zh if language() == "zh" and spec.zh else spec.help
    switch: dict[str, Any] = {"is_flag": False, "flag_value": "on"} if spec.type == "bool" else {}
    return click.Option(
        [spec.flag, spec.name],
        help=f"{about} [{said(spec.values).strip()}]".strip(),
        metavar={"int": "N", "float": "X", "bool": "on|off", "str": "TEXT"}[spec.type],
        expose_value=False,
        callback=keep,
        **switch,
    )
