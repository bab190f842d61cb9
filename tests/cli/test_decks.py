"""``check`` on decks, and numeric cards in the plain quiz: real processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_commands import as_json, run

DECK = """---
id: caches
title: Caches
language: en
---

## {L} layers of width {d}, 2-byte values: how many bytes?
<!-- id: cache.token, demo: rope, difficulty: 2, also: ["How large is it?", "What does it take?"],
  numeric: {vars: {L: [16, 24, 32, 48], d: [64, 128, 256]}, formula: "2*L*d*2", unit: B} -->
- keys and values, hence a factor 2
- one row a layer
- two bytes each

> Follow-up: And without grouping? (More.)

> Source: Shazeer 2019, §2 (arXiv:1911.02150)

> Demo: `rope` turns what is stored.
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def deck(tmp_path: Path) -> Path:
    file = tmp_path / "caches.md"
    file.write_text(DECK, "utf-8")
    return file


def test_a_good_deck_passes_and_a_bad_one_fails_with_file_and_line(home: Path, deck: Path) -> None:
    assert run("check", deck, home=home).returncode == 0
    deck.write_text(DECK.replace("- two bytes each\n", ""), "utf-8")
    failed = run("check", deck, home=home)
    assert failed.returncode == 1
    assert f"{deck}:7: 2 key points; 3 to 6 are graded well" in failed.stdout
    assert "1 errors, 0 notes." in failed.stdout


def test_findings_in_json_stand_with_their_card(home: Path, deck: Path) -> None:
    deck.write_text(DECK.replace("difficulty: 2, ", ""), "utf-8")
    done = run("check", deck, "--json", home=home)
    assert done.returncode == 1
    (card,) = json.loads(done.stdout)
    (finding,) = card["findings"]
    assert finding["level"] == "error" and finding["line"] == 7 and "difficulty" in finding["message"]
    whole = json.loads(run("check", deck, "--json", "--skipped", home=home).stdout)
    assert whole["findings"] == [finding]


def test_findings_are_said_in_the_language_of_the_terminal(home: Path, deck: Path) -> None:
    deck.write_text(DECK.replace("difficulty: 2, ", ""), "utf-8")
    assert "没有难度" in run("check", deck, home=home, FLASHCARDS_LANG="zh").stdout


def test_the_plain_quiz_asks_for_a_number_and_judges_it(home: Path, deck: Path) -> None:
    assert run("add", deck, home=home).returncode == 0
    asked = run("quiz", "--plain", "deck:caches", home=home, stdin="1 s\n3\n").stdout
    assert "a number with its unit" in asked and "the unit does not fit; it is" in asked
    assert "2·L·d·2" in asked and "{L}" not in asked and "saved 1" in asked


def test_keys_still_mean_what_they_mean_where_a_number_is_asked(home: Path, deck: Path) -> None:
    run("add", deck, home=home)
    assert "0 answered, 1 left" in run("quiz", "--plain", "deck:caches", home=home, stdin="q\n").stdout


def test_lists_show_symbols(home: Path, deck: Path) -> None:
    run("add", deck, home=home)
    (entry,) = as_json("list", "deck:caches", home=home)  # type: ignore[misc]
    assert entry["question"] == "L layers of width d, 2-byte values: how many bytes?"
    assert "L layers of width d" in run("show", "cache.token", home=home).stdout
