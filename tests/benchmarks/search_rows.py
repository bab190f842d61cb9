"""The list of cards that follows one's typing: every keystroke a new search, every scroll a new window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flashcards.study.search import Search
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Result, Spread, cpu_seconds

TYPED = (
    "why does attention",
    "softmax",
    "梯度与量化",
    "为什么混合精度",
    "草稿模型",
    "is:new 缓存",
    "deck:Learning residual",
    "rank r",
    "atention",
    "qz",
)
"""Typed key by key: long and short words of both languages, terms, a slip, and one that no card holds."""
ROWS_ON_SCREEN = 40


def typing(bench: Bench) -> Iterator[Result]:
    """A keystroke with the first screen of what it finds, at the 95th percentile; a window of all cards."""
    library = bench.library(5 * bench.scale.cards)
    cards = f"{5 * bench.scale.cards:,} cards"
    keys = [text[:end] for text in TYPED for end in range(1, len(text) + 1)]
    # What cannot be understood yet ("is:n") shows the list of before: no search.
    keys = [key for key in keys if not key.rpartition(" ")[2].startswith("is:n") or key.endswith("new")]
    seconds = [cpu_seconds(lambda key=key: Search(library, key).window(0, ROWS_ON_SCREEN)) for key in keys]  # type: ignore[misc]
    yield Result(
        f"a keystroke in a search, {cards}", _worst(seconds), goal=0.05, note=f"95 % of {len(keys)} keys"
    )
    everything = Search(library)
    places = range(0, everything.count, max(everything.count // 50, 1))
    seconds = [cpu_seconds(lambda at=at: everything.window(at, ROWS_ON_SCREEN)) for at in places]  # type: ignore[misc]
    yield Result(
        f"a window of the list, {cards}", _worst(seconds), goal=0.01, note=f"95 % of {len(seconds)} places"
    )
    opening = [
        cpu_seconds(lambda: Search(library).window(0, ROWS_ON_SCREEN)) for _ in range(bench.scale.rounds)
    ]
    yield Result(f"open the list, {cards}", Spread.of(opening), goal=0.05)


def _worst(seconds: Sequence[float]) -> Spread:
    """The 95th percentile, with the least and the most."""
    ordered = sorted(seconds)
    return Spread(ordered[min(int(0.95 * len(ordered)), len(ordered) - 1)], ordered[0], ordered[-1])
