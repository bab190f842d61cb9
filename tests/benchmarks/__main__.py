"""``python -m tests.benchmarks [ROW…] [--cards N] [--rounds N]``: one table, measured in one run.

Medians with the least and the most of all rounds.  A reference runs by turns with ours; the ratio is what
carries over to another machine.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks import anki, demos, drawing, reading, screens, search_rows, startup, studying
from tests.benchmarks.bench import FULL, Bench, Scale
from tests.benchmarks.measure import Result, Spread, machine

Row = Callable[[Bench], Iterator[Result]]
ROWS: dict[str, Row] = {
    "version": startup.version,
    "due": startup.due,
    "add": reading.add,
    "unchanged": reading.unchanged,
    "twice": reading.twice_as_many,
    "answer": studying.answer,
    "queue": studying.queue,
    "search": studying.search,
    "typing": search_rows.typing,
    "anki": anki.package,
    "layout": drawing.long_card,
    "spare": demos.spare,
    "frame": screens.first_frame,
    "next": screens.next_card,
    "browse": screens.long_list,
}
"""A row is a function from a bench to the lines it adds; to add one, write it and name it here."""


def main() -> None:
    """Measure the rows asked for, all by default, and print each as soon as it is known."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument(
        "rows", nargs="*", choices=[[], *ROWS], default=[], metavar="ROW", help=", ".join(ROWS)
    )
    parser.add_argument("--cards", type=int, default=FULL.cards)
    parser.add_argument("--rounds", type=int, default=FULL.rounds)
    chosen = parser.parse_args()
    print(f"{machine()}; median of {chosen.rounds} (least-most)\n")
    print(_line("what", "ours", "reference", "ratio", "goal", ""))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        bench = Bench(Path(folder), Scale(chosen.cards, chosen.rounds))
        try:
            for name in chosen.rows or ROWS:
                for result in ROWS[name](bench):
                    print(_shown(result), flush=True)
        finally:
            bench.close()


def _shown(result: Result) -> str:
    reference = f"{_time(result.reference)} {result.against}" if result.reference else ""
    ratio = f"{result.ratio:.2f}x" if result.ratio is not None else ""
    goal = ""
    if result.goal is not None:
        goal = f"<= {result.goal:g}x" if result.against else f"<= {result.goal * 1000:g} ms"
        goal += {True: " yes", False: " NO", None: ""}[result.reached]
    return _line(result.what, _time(result.ours), reference, ratio, goal, result.note)


def _time(spread: Spread | None) -> str:
    if spread is None:
        return "-"
    unit, factor = ("s", 1.0) if spread.median >= 1 else ("ms", 1000.0)
    middle, low, high = (f"{value * factor:.3g}" for value in (spread.median, spread.low, spread.high))
    return f"{middle} {unit} ({low}-{high})"


def _line(*cells: str) -> str:
    widths = (46, 24, 46, 7, 14, 0)
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


if __name__ == "__main__":
    main()
