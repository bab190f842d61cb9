"""``python demos/rope.py``: a demo run by its own file, in this process, printed as plain text."""

from __future__ import annotations

import argparse
import inspect
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from flashcards import locale
from flashcards.lab.catalogue import DemoInfo, read_demo
from flashcards.lab.errors import LabError
from flashcards.lab.events import Event, encode
from flashcards.lab.execute import RunFunction, execute
from flashcards.lab.job import Job
from flashcards.lab.params import resolve
from flashcards.lab.plain import PlainFace, Style


def run_file(run: RunFunction, params: type[Any]) -> int:
    """Parse ``sys.argv``, run, print; returns the exit code."""
    # A decorator such as torch.no_grad() wraps run in a function of its own file.
    path = Path(inspect.unwrap(run).__code__.co_filename).resolve()
    try:
        demo = read_demo(path)
        options = _parser(demo).parse_args()
        given = {
            spec.name: value for spec in demo.params if (value := getattr(options, spec.name)) is not None
        }
        job = Job(
            path=str(path),
            params=resolve(demo.params, given, options.preset or "default"),
            gpu_params=resolve(demo.params, given, "gpu") if options.preset is None else None,
            device=options.device,
            seed=options.seed,
            control=options.control,
        )
    except LabError as error:
        print(locale.said(error), file=sys.stderr)
        return error.exit_code
    seq = 0
    face = PlainFace(
        terminal_style(), shutil.get_terminal_size().columns, demo.paper, locale.translated, locale.language()
    )

    def show(event: Event) -> None:
        nonlocal seq
        for line in [encode(event, seq)] if options.json else face.lines(event):
            print(line, flush=True)
        seq += 1

    return execute(job, show, (run, params)).exit_code


def terminal_style() -> Style:
    """Colours where stdout is a terminal and NO_COLOR is not set."""
    return Style(sys.stdout.isatty() and not os.environ.get("NO_COLOR"))


def _parser(demo: DemoInfo) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=demo.path.name, description=demo.proves, allow_abbrev=False)
    for spec in demo.params:
        about = spec.zh if locale.language() == "zh" and spec.zh else spec.help
        text = f"{about} ({locale.said(spec.values).strip()})".replace("%", "%%")
        parser.add_argument(spec.flag, dest=spec.name, metavar="VALUE", help=text)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    parser.add_argument("--preset", choices=("tiny", "default", "gpu"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--control", action="store_true", help="build the usual mistake in and see which claims break"
    )
    parser.add_argument("--json", action="store_true", help="one event a line")
    return parser
