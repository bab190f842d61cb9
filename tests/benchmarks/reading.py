"""From files to cards in the collection."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt

from flashcards.store.places import INDEX_NEW_TEXTS
from flashcards.store.sources import SourceRow
from flashcards.study.library import Library
from flashcards.study.scan import scan_source
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Result, Spread, by_turns, cpu_seconds


def add(bench: Bench) -> Iterator[Result]:
    """Notes to cards that can be found, against what a markdown parser needs for the same files alone.

    First the parsing and the full-text index, the work a parser's time is to be compared with; then all of
    ``add``: whose card each is, its demos, its place, every row, and the commit to the disk as well.
    """
    cards = bench.scale.cards
    texts = bench.texts(cards)
    size = f"{sum(map(len, texts)) / 1e6:.1f} M characters"
    markdown = MarkdownIt()

    def parse() -> None:
        for text in texts:
            markdown.parse(text)

    ours, reference = by_turns(_ParsingAndIndexing(bench, cards), parse, bench.scale.rounds)
    yield Result(f"parse and index {cards:,} cards", ours, reference, "markdown-it-py parse", 0.15, size)
    ours, reference = by_turns(_Adding(bench, cards), parse, bench.scale.rounds)
    yield Result(f"add {cards:,} cards", ours, reference, "markdown-it-py parse", note=size)


def twice_as_many(bench: Bench) -> Iterator[Result]:
    """Double the cards, about double the time: nothing is quadratic."""
    half = bench.scale.cards // 2
    for what, job in (("add", _Adding), ("read again, most cards edited", _Editing)):
        ours, reference = by_turns(job(bench, 2 * half), job(bench, half), bench.scale.rounds)
        yield Result(f"{what}: {2 * half:,} cards", ours, reference, f"{half:,} cards", 2.5)


def unchanged(bench: Bench) -> Iterator[Result]:
    """Look at all files again when none has changed."""
    cards = bench.scale.cards
    library = bench.library(cards)
    spread = Spread.of([cpu_seconds(library.rescan) for _ in range(bench.scale.rounds)])
    files = len(bench.texts(cards))
    yield Result(f"rescan {cards:,} unchanged cards", spread, note=f"a stat of {files} files")


class _ParsingAndIndexing:
    """Reads every file into cards, and makes the full-text index of their texts anew; our own decks are not in it."""

    def __init__(self, bench: Bench, cards: int) -> None:
        self._source = SourceRow(0, str(bench.notes(cards)), "notes", None)
        library = bench.empty_library()
        self._db = library.db
        self._ours: int = self._db.rows("SELECT COALESCE(MAX(id), 0) FROM texts")[0][0]
        library.add([bench.notes(cards)])

    def __call__(self) -> None:
        scan_source(self._source, known=[])
        with self._db.transaction() as connection:
            connection.execute("INSERT INTO texts_fts(texts_fts) VALUES ('delete-all')")
            connection.execute(INDEX_NEW_TEXTS, (self._ours,))


class _Adding:
    """Adds notes to a collection of its own, made beforehand: only the call is measured."""

    def __init__(self, bench: Bench, cards: int) -> None:
        self._folder = bench.notes(cards)
        # One for each round, as adding the same notes twice reads nothing.
        self._libraries = [bench.empty_library() for _ in range(bench.scale.rounds)]

    def __call__(self) -> None:
        with self._libraries.pop() as library:
            library.add([self._folder])


class _Editing:
    """Edits every seventh line, then reads the notes again: cards are told by question, number and neighbours."""

    def __init__(self, bench: Bench, cards: int) -> None:
        folder = bench.notes(cards)
        self._library: Library = bench.empty_library()
        self._folder = self._library.home.folder / "notes"
        self._folder.mkdir()
        self._texts = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
        self._write("")
        self._library.add([self._folder])
        self._round = 0

    def __call__(self) -> None:
        self._round += 1
        self._write(f" [{self._round}]")
        intake = self._library.add([self._folder])
        assert intake.changed and not intake.added and not intake.archived, intake

    def _write(self, mark: str) -> None:
        for name, text in self._texts.items():
            lines = text.split("\n")
            for i in range(0, len(lines), 7):
                lines[i] = (
                    lines[i]
                    .replace("？", f"{mark}？")
                    .replace("。", f"{mark}。")
                    .replace(" %).", f" %{mark}).")
                )
            (self._folder / name).write_text("\n".join(lines), "utf-8")
