"""An Anki package of the same notes, written by us and by genanki."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from flashcards.anki.collection import NoteOut
from flashcards.anki.export import export_package, notes_from_cards
from flashcards.anki.package import write_package
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Result, Spread, by_turns, cpu_seconds


def package(bench: Bench) -> Iterator[Result]:
    """Cards to a package; and, of its parts, writing rendered notes, which is what genanki does."""
    cards = bench.library(bench.scale.cards).find("is:own is:answered")
    target = bench.folder / "ours.apkg"
    rounds = max(bench.scale.rounds // 2, 1)
    whole = Spread.of([cpu_seconds(lambda: export_package(cards, target)) for _ in range(rounds)])
    yield Result(f"export {len(cards):,} cards to Anki", whole, note="with markdown to HTML")
    what = f"write {len(cards):,} rendered notes"
    if find_spec("genanki") is None:
        yield Result(what, None, against="genanki", goal=1.0, note="skipped: genanki is not installed")
        return
    notes = notes_from_cards(cards).notes
    ours, reference = by_turns(
        lambda: write_package(target, notes), lambda: _by_genanki(bench.folder / "theirs.apkg", notes), rounds
    )
    yield Result(what, ours, reference, "genanki", 1.0)


def _by_genanki(target: Path, notes: tuple[NoteOut, ...]) -> None:
    import genanki  # type: ignore[import-untyped]

    fields = max(len(note.fields) for note in notes)
    model = genanki.Model(
        1,
        "bench",
        fields=[{"name": f"f{i}"} for i in range(fields)],
        templates=[{"name": "card", "qfmt": "{{f0}}", "afmt": "{{f1}}"}],
    )
    decks = {
        name: genanki.Deck(place, name) for place, name in enumerate(dict.fromkeys(n.deck for n in notes), 1)
    }
    for note in notes:
        padded = [*note.fields, *[""] * (fields - len(note.fields))]
        tags = [re.sub(r"\s", "_", tag) for tag in note.tags]
        decks[note.deck].add_note(genanki.Note(model=model, fields=padded, guid=note.guid, tags=tags))
    genanki.Package(list(decks.values())).write_to_file(str(target))
