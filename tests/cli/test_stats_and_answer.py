"""``stats`` as a table and as JSON, and ``answer`` with text, stdin and an editor."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from flashcards.text.cells import cell_width

from .test_commands import added, as_json, home, notes, run

__all__ = ["added", "home", "notes"]


def card(home: Path, query: str) -> str:
    found = as_json("list", "is:own", query, home=home)
    assert isinstance(found, list) and len(found) == 1
    return str(found[0]["id"])


def test_stats_keep_their_first_six_keys_and_add_the_rest(added: Path) -> None:
    run("quiz", "--plain", "is:own", home=added, stdin="\n3\n\n1\n")
    numbers = as_json("stats", home=added)
    assert isinstance(numbers, dict)
    assert (numbers["reviews"], numbers["reviewed_today"], numbers["streak_days"]) == (2, 2, 1)
    assert {"due", "new", "cards"} <= set(numbers)
    assert numbers["answers"] == 2 and numbers["grades"] == {"again": 1, "hard": 0, "good": 1, "easy": 0}
    assert sum(numbers["states"].values()) == numbers["cards"]
    assert len(numbers["hours"]) == 24 and numbers["since"] < numbers["today"]
    assert numbers["true_retention"] is None
    only = as_json("stats", "--period", "all", "--deck", "none such", home=added)
    assert isinstance(only, dict) and (only["reviews"], only["answers"]) == (2, 0)


def test_stats_are_a_page_of_at_most_80_cells(added: Path) -> None:
    run("quiz", "--plain", "is:own", home=added, stdin="\n3\n\n1\n")
    page = run("stats", "--period", "year", home=added, COLUMNS="80").stdout
    assert "reviews         2" in page and "again" in page and "优化" in page
    assert "█" in page and max(map(cell_width, page.splitlines())) <= 80


def test_stats_of_nothing_is_no_error(home: Path) -> None:
    done = run("stats", home=home)
    assert done.returncode == 0 and "reviews         0" in done.stdout


def test_a_query_that_cannot_be_understood_is_one_line(added: Path) -> None:
    done = run("stats", "--deck", "is:nothing", home=added)
    assert done.returncode == 2 and "is:nothing" in done.stderr and len(done.stderr.splitlines()) == 1


def test_answer_takes_text_and_the_quiz_asks_it(added: Path) -> None:
    card_id = card(added, "is:unanswered")
    done = run("answer", card_id, "--text", "- an average that forgets", home=added)
    assert done.returncode == 0 and "answers" in done.stdout and done.stdout.strip().endswith(":7")
    shown = as_json("show", card_id, home=added)
    assert isinstance(shown, dict)
    assert (shown["state"], shown["written"], shown["notes_answer"]) == ("new", True, "")
    assert shown["key_points"] == ["an average that forgets"]
    assert (
        "an average that forgets" in run("quiz", "--plain", f"id:{card_id}", home=added, stdin="\n3\n").stdout
    )


def test_answer_reads_what_is_piped_to_it(added: Path) -> None:
    card_id = card(added, "is:unanswered")
    assert run("answer", card_id, home=added, stdin="会遗忘的平均\n").returncode == 0
    assert "会遗忘的平均" in run("show", card_id, home=added).stdout


def test_show_gives_both_answers(added: Path) -> None:
    card_id = card(added, "warm-up")
    run("answer", card_id, "--text", "slowly first", home=added)
    text = run("show", card_id, home=added).stdout
    assert text.index("slowly first") < text.index("in the notes") < text.index("small steps first")


def test_answer_is_taken_away(added: Path) -> None:
    card_id = card(added, "is:unanswered")
    run("answer", card_id, "--text", "x", home=added)
    report = as_json("answer", card_id, "--remove", home=added)
    assert report == {"id": card_id, "answered": False, "file": None}
    again = run("answer", card_id, "--remove", home=added)
    assert again.returncode == 2 and len(again.stderr.splitlines()) == 1


def test_an_empty_answer_is_refused(added: Path) -> None:
    done = run("answer", card(added, "is:unanswered"), home=added, stdin="\n")
    assert done.returncode == 2 and "empty" in done.stderr


def test_an_unknown_card_has_no_answer(added: Path) -> None:
    done = run("answer", "nobody", "--text", "x", home=added)
    assert done.returncode == 2 and "nobody" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal is made with pty")
@pytest.mark.parametrize(("edit", "code"), [("sed -i.bak 1s/^/typed/", 0), ("true", 1)])
def test_answer_opens_the_editor(added: Path, tmp_path: Path, edit: str, code: int) -> None:
    import os
    import pty
    import subprocess

    editor = tmp_path / "editor.sh"
    editor.write_text(f'#!/bin/sh\ncp "$1" {tmp_path}/seen.md\n{edit} "$1"\n', "utf-8")
    editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    card_id = card(added, "is:unanswered")
    leader, follower = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "flashcards", "answer", card_id],
        stdin=follower,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "FLASHCARDS_HOME": str(added),
            "EDITOR": str(editor),
            "VISUAL": str(editor),
            "LC_ALL": "C.UTF-8",
        },
    )
    os.close(leader)
    os.close(follower)
    assert done.returncode == code, done.stderr
    assert "What is EMA?" in (tmp_path / "seen.md").read_text("utf-8")
    shown = as_json("show", card_id, home=added)
    assert isinstance(shown, dict) and shown["answer"] == ("typed" if code == 0 else "")


def test_tags_are_taken_away(added: Path) -> None:
    card_id = card(added, "warm-up")
    run("set", card_id, "--tag", "hard", home=added)
    assert card(added, "tag:hard") == card_id
    assert run("set", card_id, "--untag", "hard", home=added).returncode == 0
    assert as_json("list", "is:own", "tag:hard", home=added) == []
