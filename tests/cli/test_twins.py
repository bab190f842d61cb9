"""``merge`` makes twins of a note and one of our cards, ``merge --undo`` parts them, ``show`` says what it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.test_commands import run


def _json(*arguments: str, home: Path) -> Any:
    done = run(*arguments, "--json", home=home)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_note_and_one_of_our_cards_are_made_twins_and_parted_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ours, other = [card["id"] for card in _json("list", "is:shipped", "LoRA", home=home)][:2]
    question = _json("show", ours, home=home)["question"]
    (tmp_path / "n.md").write_text(f"### 1. {question}\n\n### 2. zebra crossing?\n", "utf-8")
    assert run("add", tmp_path / "n.md", home=home).returncode == 0
    same, different = [card["id"] for card in _json("list", "is:own", home=home)]

    shown = _json("show", same, home=home)
    assert shown["twin"] == ours and shown["answer"].strip() and shown["offered"] == []
    assert ours in run("show", same, home=home).stdout
    assert _json("show", different, home=home)["twin"] is None

    assert "taken apart" in run("merge", "--undo", same, ours, home=home).stdout
    parted = _json("show", same, home=home)
    assert parted["twin"] is None and not parted["answer"] and parted["offered"][0] == ours

    # In either order: which of the two is the note is known.
    assert "twins" in run("merge", other, same, home=home).stdout
    assert _json("show", same, home=home)["twin"] == other


def test_parting_what_is_no_pair_is_one_line_and_exit_2(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (tmp_path / "n.md").write_text("### 1. zebra crossing?\n", "utf-8")
    run("add", tmp_path / "n.md", home=home)
    note = _json("list", "is:own", home=home)[0]["id"]
    ours = _json("list", "is:shipped", home=home)[0]["id"]
    done = run("merge", "--undo", note, ours, home=home)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "no twins" in done.stderr
