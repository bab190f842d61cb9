"""How long a command takes, as a whole process."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Result, process_seconds

MORE_ROUNDS = 3
"""A process is quick to measure and easily disturbed."""


def version(bench: Bench) -> Iterator[Result]:
    """``flashcards --version``: what the program costs before it does anything."""
    yield _process("--version", bench, ["--version"], goal=0.08)


def due(bench: Bench) -> Iterator[Result]:
    """``flashcards due --json`` over a collection that exists."""
    cards = bench.scale.cards
    with bench.empty_library() as library:
        home = library.home.folder
    yield _process("due --json, our own decks", bench, ["--home", str(home), "due", "--json"], goal=0.15)
    yield _process(
        f"due --json, {cards:,} cards", bench, ["--home", str(bench.home), "due", "--json"], goal=None
    )


def _process(what: str, bench: Bench, arguments: list[str], goal: float | None) -> Result:
    rounds = MORE_ROUNDS * bench.scale.rounds
    cpu, wall = process_seconds(["-m", "flashcards", *arguments], rounds, {})
    return Result(
        what, cpu, goal=goal, note=f"CPU of the process; on the clock {wall.low * 1000:.0f} ms at best"
    )
