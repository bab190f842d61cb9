"""What a person waits for while studying."""

from __future__ import annotations

from collections.abc import Iterator

from flashcards.cards import Rating
from flashcards.study.session import Session
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Result, Spread, cpu_seconds, wall_seconds

ANSWERS = 40
QUERIES = {
    "3 letters or more": (
        '"第 17 层"',
        '"2048 tokens"',
        "把页表切成块",
        "softmax",
        "不能只看",
        "nothing-like-it",
    ),
    "2 letters": ("显存", "KV", "并入", "qz"),
}
"""The trigram index knows nothing shorter than three letters: such words are looked for in every text."""
SHOWN = 400
"""As many as are ranked for a list that follows one's typing."""


def answer(bench: Bench) -> Iterator[Result]:
    """Grade a card: the answer is on the disk and the next card is there."""
    library = bench.library(bench.scale.cards)
    session = Session.start(library, limit=ANSWERS + 1)

    def grade() -> None:
        session.reveal()
        session.grade(Rating.GOOD)

    spread = Spread.of([wall_seconds(grade) for _ in range(min(ANSWERS, session.progress.left))])
    yield Result(
        f"answer and next, {bench.scale.cards:,} cards", spread, goal=0.05, note="on the clock, with the disk"
    )


def queue(bench: Bench) -> Iterator[Result]:
    """Start a session over everything."""
    for cards in (bench.scale.cards, 10 * bench.scale.cards):
        library = bench.library(cards)
        spread = Spread.of(
            [cpu_seconds(lambda lib=library: Session.start(lib)) for _ in range(bench.scale.rounds)]
        )  # type: ignore[misc]
        yield Result(f"start a session, {cards:,} cards", spread)


def search(bench: Bench) -> Iterator[Result]:
    """Find cards by a word, as at each keystroke."""
    for cards in (bench.scale.cards, 5 * bench.scale.cards):
        library = bench.library(cards)
        for length, queries in QUERIES.items():
            times = [
                cpu_seconds(lambda lib=library, query=query: lib.find_ids(query, SHOWN))  # type: ignore[misc]
                for query in queries
                for _ in range(bench.scale.rounds)
            ]
            yield Result(f"search {cards:,} cards, {length}", Spread.of(times), goal=0.05)
