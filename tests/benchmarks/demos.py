"""How soon a demo says something: from a process that waits, against a cold start."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from flashcards.lab.catalogue import DemoInfo, read_catalogue
from flashcards.lab.child import READY
from flashcards.lab.process import ChildProcess
from flashcards.lab.runner import Run
from flashcards.lab.spare import WARM_MODULES
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Result, Spread, wall_seconds

SLUG = "rope"
"""It needs torch, as most do."""
GOAL = 0.15


def spare(bench: Bench) -> Iterator[Result]:
    """The first event of a demo: on the clock, because most of it is waiting for another process."""
    what = "first event of a demo, from the spare child"
    if find_spec("torch") is None:
        yield Result(what, None, note="skipped: torch is not installed")
        return
    demo = read_catalogue().find(SLUG)
    warm, cold = [], []
    for _ in range(bench.scale.rounds):  # by turns: a busy moment meets both
        warm.append(_to_first_event(demo, _ready(demo)))
        cold.append(_to_first_event(demo, None))
    yield Result(what, Spread.of(warm), Spread.of(cold), "a cold start", GOAL, note=f"{SLUG}, on the clock")


def _to_first_event(demo: DemoInfo, child: ChildProcess | None) -> float:
    new: Callable[[], ChildProcess] = ChildProcess if child is None else lambda: child
    with Run(demo, preset="tiny", device="cpu", child=new) as run:
        events = iter(run)
        return wall_seconds(lambda: next(events))


def _ready(demo: DemoInfo) -> ChildProcess:
    """A spare child that has imported what the demo's tier needs."""
    child = ChildProcess()
    child.warm(WARM_MODULES[demo.tier])
    said = child.lines.get(timeout=120)
    assert said is not None and json.loads(said)["type"] == READY, child.last_words()
    return child
