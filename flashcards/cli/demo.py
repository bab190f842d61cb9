"""``flashcards demo``: run a demo, guess its numbers, break it on purpose; list them, begin one, trust one.

The options of a demo's own parameters are made from its source when its name is read; torch is
never imported here.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from flashcards.cli.demo_output import Guesses, print_events, print_list, print_source, print_sum
from flashcards.lab.batch import SharedProcesses, total
from flashcards.lab.catalogue import DemoInfo, read_catalogue, read_demo
from flashcards.lab.errors import LabError
from flashcards.lab.events import EXIT_CODES, Claim, End, Event, Start, encode
from flashcards.lab.job import DeviceChoice, demo_threads
from flashcards.lab.params import ParamSpec, Preset, nearest, suggestion
from flashcards.lab.runner import CPU_LIMIT, TIMEOUT, Run
from flashcards.lab.starter import write_starter
from flashcards.lab.transcripts import has_recording, replay
from flashcards.lab.trust import Trust
from flashcards.locale import language, said, text
from flashcards.study.demos import added_paths, demo_folders, demos_of_folder, every_demo, is_own
from flashcards.study.paths import Home, find_home
from flashcards.text.sanitize import sanitize_line

_DEMO = "flashcards.demo"
_VALUES = "flashcards.demo.values"
NEW = "new"
BENCH = "--bench-gpu"


class DemoCommand(click.Command):
    """A command whose options depend on the demo that is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Find the demo first, so that its parameters are options; every mistake is one line."""
        name = _name_among(args, self.params)
        if BENCH in args:
            ctx.meta[_DEMO] = gpu_bench()
        elif name not in (None, NEW):
            ctx.meta[_DEMO] = find_demo(find_home(ctx.obj), name)
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


_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("demo", cls=DemoCommand)
@click.argument("words", nargs=-1, metavar="[NAME | new NAME [FOLDER]]")
@click.option("--list", "listing", is_flag=True, help="List the demos.")
@click.option("--all", "every", is_flag=True, help="Run every demo that comes with the program, and sum up.")
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
@click.option(
    "--recorded", is_flag=True, help="Show the recording that is kept of the demo instead of running it."
)
@click.option("--trust", type=_FOLDER, help="Let the demos of this folder run, as they are now.")
@click.option("--distrust", type=_FOLDER, help="Let them run no longer.")
@click.option(
    BENCH, "bench", is_flag=True, help="Measure this machine's GPU; prints a page of markdown (docs/gpu.md)."
)
@click.option("--json", "as_json", is_flag=True, help="One event a line.")
@click.pass_context
def command(
    ctx: click.Context,
    words: tuple[str, ...],
    listing: bool,
    every: bool,
    preset: Preset | None,
    device: DeviceChoice,
    seed: int,
    timeout: float | None,
    predict: bool,
    control: bool,
    source: bool,
    recorded: bool,
    trust: Path | None,
    distrust: Path | None,
    bench: bool,
    as_json: bool,
) -> None:
    """Run a demo: a small program that proves what a card says.

    Without a name it lists them.  'flashcards demo NAME --help' shows a demo's own parameters.
    'flashcards demo new NAME' begins one of your own.

    Exits 0 if all claims hold, 1 if one does not, 2 for wrong parameters, 3 if a library is missing and there
    is nothing to show (without --json a recording is shown, which exits 0), 4 out of memory, 5 over time,
    130 cancelled.
    """
    home = find_home(ctx.obj)
    demo: DemoInfo | None = ctx.meta.get(_DEMO)
    _require_one_wish(words, listing, every, bench)
    if trust or distrust:
        _set_trust(home, trust, distrust)
        return
    if predict and (as_json or every):
        raise LabError("--predict asks one demo's questions; it does not go with --json or --all.")
    if words[:1] == (NEW,):
        _begin(home, words)
        return
    if demo is None and not every:
        print_list(every_demo(home, added_paths(home)), as_json)
        return
    demos = [demo] if demo else list(read_catalogue().demos.values())
    if source:
        for chosen in demos:
            print_source(chosen)
        return
    if recorded:
        for chosen in demos:
            _show(chosen, replay(chosen), as_json)
        return
    options: dict[str, Any] = {"preset": preset, "device": device, "seed": seed, "control": control}
    if timeout is not None:
        # Who allows more time allows as much of the processor.
        options |= {"timeout": timeout, "cpu_limit": max(CPU_LIMIT, timeout * demo_threads())}
    if every:
        ctx.exit(_run_all(demos, options, as_json))
    assert demo is not None
    if bench:
        ctx.exit(_measure_gpu(demo, ctx.meta[_VALUES], options, as_json))
    run = Run(_agreed(home, demo), ctx.meta[_VALUES], **options)
    _run(run, _told(run, predict=predict, as_json=as_json))
    end = run.end or End("cancelled")
    as_is = not (as_json or ctx.meta[_VALUES] or control or preset or seed)
    if end.status == "dependency" and as_is and has_recording(demo):
        _show(demo, replay(demo), as_json)
        return
    ctx.exit(end.exit_code)


def find_demo(home: Home, name: str) -> DemoInfo:
    """The demo called ``name``: ours, which is found without opening the collection, else the person's or others'."""
    ours = read_catalogue()
    if name.strip().lower().replace("_", "-") in ours.demos:
        return ours.find(name)
    return every_demo(home, added_paths(home)).find(name)


def gpu_bench() -> DemoInfo:
    """The measurement of a GPU: a demo in form, kept with the runner because it proves something about a machine."""
    import flashcards.lab

    return read_demo(Path(flashcards.lab.__file__).with_name("gpu_bench.py"))


def _require_one_wish(words: Sequence[str], listing: bool, every: bool, bench: bool) -> None:
    if words and (every or listing or bench):
        raise LabError("Give a demo's name, or --all, or --list; not two of them.")
    most = 3 if words[:1] == (NEW,) else 1
    if len(words) > most:
        raise click.UsageError(f"Got unexpected extra argument ({words[most]})")


def _run(run: Run, show: Callable[[Iterator[Event]], None]) -> End:
    """Show a run to its end.  Ctrl-C cancels it; a second one leaves at once."""
    with run, _interrupts(run.cancel):
        show(iter(run))
    return run.end or End("cancelled")


def _told(run: Run, *, predict: bool, as_json: bool) -> Callable[[Iterator[Event]], None]:
    """How its events are shown: as they come, or after the guesses."""
    if predict:
        return lambda events: print_events(run.demo, Guesses(run, events).events())
    return lambda events: _show(run.demo, events, as_json)


def _show(demo: DemoInfo, events: Iterator[Event], as_json: bool) -> None:
    if as_json:
        for seq, event in enumerate(events):
            click.echo(encode(event, seq))
    else:
        print_events(demo, ((event, "") for event in events))


def _run_all(demos: Sequence[DemoInfo], options: dict[str, Any], as_json: bool) -> int:
    """Run them all, those of a tier in one process, and say the sum; returns the exit code."""
    ends: list[tuple[DemoInfo, End]] = []
    claims: list[Claim] = []
    began = time.monotonic()
    with contextlib.closing(SharedProcesses()) as processes:
        for demo in demos:
            run = Run(demo, keep=True, child=partial(processes.take, demo.tier), **options)
            end = _run(run, partial(_show_and_keep, demo, claims, as_json))
            ends.append((demo, end))
            if end.status == "cancelled":
                break
    whole = total({demo.slug: end for demo, end in ends}, claims, time.monotonic() - began)
    if as_json:
        click.echo(encode(whole, 0))
    else:
        print_sum(ends, whole)
    return EXIT_CODES[whole.status]


def _show_and_keep(demo: DemoInfo, claims: list[Claim], as_json: bool, events: Iterator[Event]) -> None:
    """Show a run and add what it claims to ``claims``."""

    def heard() -> Iterator[Event]:
        for event in events:
            if isinstance(event, Claim):
                claims.append(event)
            yield event

    _show(demo, heard(), as_json)


def _measure_gpu(demo: DemoInfo, values: dict[str, Any], options: dict[str, Any], as_json: bool) -> int:
    """Measure and print the page; where there is no GPU (and none but a GPU was asked for), one line and 3."""
    from flashcards.lab.gpu import page

    device = "cuda" if options["device"] == "auto" else options["device"]
    run = Run(demo, values, **{**options, "device": device})
    heard: list[Event] = []
    end = _run(run, lambda events: heard.extend(events))
    started = any(isinstance(event, Start) for event in heard)
    if not started and end.status == "params" and device == "cuda":
        click.echo(text("cli.demo.no_gpu"), err=True)
        return EXIT_CODES["dependency"]
    if as_json or not started or end.status not in ("passed", "failed"):
        _show(demo, iter(heard), as_json)
    else:
        click.echo(page(heard))
    return end.exit_code


def _begin(home: Home, words: Sequence[str]) -> None:
    """Write a starting demo, and say how to run it."""
    if len(words) < 2:
        raise LabError("Give the new demo a name: flashcards demo new NAME.")
    folder = Path(words[2]).expanduser().resolve() if len(words) > 2 else home.demos
    known = every_demo(home, added_paths(home)).demos
    slug = words[1].strip().lower().replace("_", "-")
    if slug in known:
        raise LabError(
            "{path}: a demo called {slug} exists already; choose another name.",
            path=known[slug].path,
            slug=slug,
        )
    trust, before = Trust(home.trusted), folder.is_dir() and any(folder.rglob("*.py"))
    trusted = not is_own(home, folder) and (not before or trust.standing(folder) == "trusted")
    path = write_starter(words[1], folder)
    if trusted:  # nothing is in it that the person did not write or trust
        trust.trust(folder)
    click.echo(text("cli.demo.begun", path=sanitize_line(str(path))))
    if folder in demo_folders(home, added_paths(home)):
        click.echo(text("cli.demo.begun_here", slug=slug))
    else:
        click.echo(text("cli.demo.begun_elsewhere", path=sanitize_line(str(path))))


def _set_trust(home: Home, trusted: Path | None, distrusted: Path | None) -> None:
    trust = Trust(home.trusted)
    if trusted:
        click.echo(text("cli.demo.trusted", count=trust.trust(trusted), folder=sanitize_line(str(trusted))))
    if distrusted:
        trust.distrust(distrusted)
        click.echo(text("cli.demo.distrusted", folder=sanitize_line(str(distrusted))))


def _agreed(home: Home, demo: DemoInfo) -> DemoInfo:
    """The demo, once the person agrees to run what is not ours; without a terminal as it is, for the run to refuse."""
    if not (demo.untrusted and sys.stdin.isatty() and sys.stderr.isatty()):
        return demo
    folder, trust = demo.path.parent, Trust(home.trusted)
    place = sanitize_line(str(folder))
    click.echo(text("cli.demo.others", slug=demo.slug, folder=place), err=True)
    if trust.standing(folder) == "changed":
        names = ", ".join(map(sanitize_line, trust.changes(folder)))
        click.echo(text("cli.demo.changed", names=names), err=True)
    if not click.confirm(text("cli.demo.trust_it", folder=place), default=False, err=True):
        raise click.exceptions.Exit(2)
    trust.trust(folder)
    return demos_of_folder(home, folder).find(demo.slug)


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
        # Under a name of its own: click would hand a parameter called words the NAME of the command.
        [spec.flag, f"parameter_{spec.name}"],
        help=f"{about} [{said(spec.values).strip()}]".strip(),
        metavar={"int": "N", "float": "X", "bool": "on|off", "str": "TEXT"}[spec.type],
        expose_value=False,
        callback=keep,
        **switch,
    )
