"""Every row of the benchmark runs, at a tiny size, and gives numbers; how fast is not asserted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flashcards.sources import read_path
from tests.benchmarks.__main__ import ROWS
from tests.benchmarks.bench import TINY, Bench
from tests.benchmarks.notes import DIALECTS, write_notes


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(tmp_path_factory.mktemp("bench"), TINY)
    yield made
    made.close()


@pytest.mark.parametrize("name", ROWS)
def test_a_row_gives_numbers(name: str, bench: Bench) -> None:
    results = list(ROWS[name](bench))
    assert results
    for result in results:
        if result.ours is None:
            assert "skipped" in result.note
        else:
            assert 0 <= result.ours.low <= result.ours.median <= result.ours.high
            assert (result.reference is None) == (not result.against)


def test_the_notes_are_as_many_cards_as_asked_in_as_many_dialects(tmp_path: Path) -> None:
    write_notes(tmp_path, 60)
    readings = [read_path(path) for path in tmp_path.iterdir()]
    assert sum(len(reading.drafts) for reading in readings) == 60
    assert len({reading.dialect for reading in readings}) == len(DIALECTS)
    assert [problem for reading in readings for problem in reading.problems] == []


def test_the_same_seed_gives_the_same_notes(tmp_path: Path) -> None:
    assert write_notes(tmp_path / "a", 30) == write_notes(tmp_path / "b", 30)
