"""A long answer on the screen: our layout against Textual's Markdown widget."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from textual.app import App, ComposeResult
from textual.widgets import Markdown

from flashcards.text.blocks import parse
from flashcards.text.layout import layout
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Result, Spread, cpu_seconds
from tests.benchmarks.notes import long_answer

WIDTH = 80


class _Reader(App[None]):
    def compose(self) -> ComposeResult:
        yield Markdown("")


def long_card(bench: Bench) -> Iterator[Result]:
    """Markdown to lines, and markdown to a mounted, arranged widget."""
    # Half the size where everything is small; the answer of the goal is 11 KB in characters, not bytes.
    markdown = long_answer(11_000 if bench.scale.cards > 1000 else 500)
    ours, reference = asyncio.run(_by_turns(markdown, bench.scale.rounds))
    yield Result(
        f"lay out a Chinese answer of {len(markdown):,} characters", ours, reference, "textual Markdown", 0.1
    )


async def _by_turns(markdown: str, rounds: int) -> tuple[Spread, Spread]:
    ours, theirs = [], []
    app = _Reader()
    async with app.run_test(size=(WIDTH, 40)) as pilot:
        widget = app.query_one(Markdown)
        for _ in range(rounds):
            ours.append(cpu_seconds(lambda: layout(parse(markdown), WIDTH)))
            await widget.update("")
            await pilot.pause()
            start = time.process_time()
            await widget.update(markdown)
            await pilot.pause()
            theirs.append(time.process_time() - start)
    return Spread.of(ours), Spread.of(theirs)
