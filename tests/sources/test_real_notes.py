"""The five real note files, read as the scorer's truth says an ideal reader reads them.

These files hold every trap the dialects were written for; a change that loses one card or one line of an
answer shows here.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flashcards.sources import Reading, read_path, read_text
from flashcards.sources.check import report
from flashcards.sources.fingerprint import normal_question


@pytest.fixture
def files(shared: Path) -> list[Path]:
    return sorted((shared / "seeds").glob("*.txt"))


@pytest.fixture
def scored(shared: Path, files: list[Path], tmp_path: Path) -> list[dict[str, Any]]:
    """The scorer's verdict, one entry a file."""
    cards = [entry for path in files for entry in report(read_path(path), path)]
    output, verdict = tmp_path / "cards.json", tmp_path / "verdict.json"
    output.write_text(json.dumps(cards, ensure_ascii=False), encoding="utf-8")
    scorer = [sys.executable, str(shared / "tools" / "score_parser.py"), str(output), "--json", str(verdict)]
    subprocess.run(scorer, check=True, capture_output=True)
    files_scored: list[dict[str, Any]] = json.loads(verdict.read_text(encoding="utf-8"))["files"]
    return files_scored


def test_every_question_is_found_and_nothing_else(scored: list[dict[str, Any]]) -> None:
    assert [(f["misses"], f["false"], f["dup"]) for f in scored] == [([], [], 0)] * 5
    assert sum(f["tp"] for f in scored) == 244


@pytest.mark.parametrize(
    ("column", "least"),
    [
        ("boundary", 0.99),
        ("coverage", 0.99),
        ("answered", 1),
        ("path", 0.98),
        ("assets", 1),
        ("points", 0.95),
        ("clean", 1),
    ],
)
def test_answers_are_as_good_as_the_truth(scored: list[dict[str, Any]], column: str, least: float) -> None:
    right = sum(f["k"][column][0] for f in scored)
    total = sum(f["k"][column][1] for f in scored)
    assert total > 0
    assert right / total >= least, [f["errors"][column] for f in scored]


def test_labels_titles_and_badges_leak_into_no_card(scored: list[dict[str, Any]]) -> None:
    assert [leak for f in scored for leak in f["leaks"]] == []


def test_every_orphan_note_is_kept(scored: list[dict[str, Any]]) -> None:
    kept, total = (sum(f["orphans"][i] for f in scored) for i in (0, 1))
    assert kept == total == 11


def test_each_file_is_recognised(files: list[Path]) -> None:
    assert [read_path(path).dialect for path in files] == [
        "remnote-outline",
        "numbered-heading-notes",
        "heading-with-dialogue",
        "hierarchical-numbered-headings",
        "q-numbered-bullets",
    ]


@pytest.mark.parametrize(
    "variant",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("    ", "\t"),
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: "\ufeff" + text.replace("    ", "\t").replace("\n", "\r\n"),
        lambda text: text.rstrip("\n"),
    ],
    ids=["crlf", "cr", "bom", "tabs", "no-break spaces", "all of them", "no final line end"],
)
def test_line_ends_tabs_and_marks_change_nothing(files: list[Path], variant: Any) -> None:
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert read_text(variant(text), name="n").drafts == read_text(text, name="n").drafts


def test_no_line_of_a_real_file_is_lost(files: list[Path]) -> None:
    for path in files:
        reading = read_path(path)
        kept = _everything(reading)
        lost = [
            line
            for line in path.read_text(encoding="utf-8").splitlines()
            if normal_question(_without_speaker(line)) not in kept
        ]
        assert lost == []


def test_every_line_belongs_to_a_card_or_a_skipped_block_or_the_path(files: list[Path]) -> None:
    for path in files:
        reading = read_path(path)
        spans = [(d.line, d.end_line) for d in reading.drafts] + [
            (s.line, s.end_line) for s in reading.skipped
        ]
        covered = {n for first, last in spans for n in range(first, last + 1)}
        above = " ".join(part for d in reading.drafts for part in (*d.path, *d.remarks, d.context))
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
            text = normal_question(re.sub(r"^\s*#+\s+[\d.]*", "", line))
            assert number in covered or text in normal_question(above), (path.name, number, line)


def _everything(reading: Reading) -> str:
    parts = [reading.title or ""]
    for draft in reading.drafts:
        parts += [f"{draft.number or ''}{draft.question}", f"Q{draft.number}{draft.question}", draft.answer]
        parts += [draft.context, *draft.remarks, *draft.path]
    parts += [block.text for block in reading.skipped]
    numbered = "\n".join(parts)
    return normal_question(numbered)


def _without_speaker(line: str) -> str:
    """A line as the cards keep it: no break, no speaker's label, no section number (the path drops it)."""
    line = re.sub(r"<br>\s*$", "", line)
    line = re.sub(r"^(提问者|解答|[^:`|]{1,40}人员):", "", line)
    return re.sub(r"^\s*#+\s+(\d+\.\d+(\.\d+)?)\s+(?=.*[篇面]$)", "", line)
