"""The commands, as a person types them: real processes on a real data directory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

NOTES = """# 优化

### 1. 为什么需要梯度裁剪？

- 一个坏批次就可能毁掉训练
- 只缩短梯度，不改方向

### 2. What is warm-up?

- small steps first

### 3. What is EMA?
"""


def run(
    *arguments: str | Path, home: Path, stdin: str = "", **extra: str
) -> subprocess.CompletedProcess[str]:
    """``flashcards ARGUMENTS`` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "flashcards", *map(str, arguments)],
        capture_output=True,
        text=True,
        input=stdin,
        env={**os.environ, "FLASHCARDS_HOME": str(home), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **extra},
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "opt.md"
    path.write_text(NOTES, "utf-8")
    return path


@pytest.fixture
def added(home: Path, notes: Path) -> Path:
    assert run("add", notes, home=home).returncode == 0
    return home


def as_json(*arguments: str | Path, home: Path) -> object:
    done = run(*arguments, "--json", home=home)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_version() -> None:
    done = run("--version", home=Path("/nowhere"))
    assert (done.returncode, done.stdout.split()[0]) == (0, "flashcards")


def test_add_says_what_it_found(home: Path, notes: Path) -> None:
    done = run("add", notes, home=home)
    assert "3 cards added" in done.stdout
    assert as_json("add", notes, home=home)["added"] == 0  # type: ignore[index,call-overload]


def test_list_gives_what_other_programs_need(added: Path) -> None:
    cards = as_json("list", "is:own", home=added)
    assert (
        isinstance(cards, list)
        and [set(c) for c in cards] == [{"id", "question", "deck", "demos", "state"}] * 3
    )
    assert [c["state"] for c in cards] == ["new", "new", "unanswered"]


def test_show_gives_the_card_whole(added: Path) -> None:
    card_id = as_json("list", "is:own", "裁剪", home=added)[0]["id"]  # type: ignore[index]
    card = as_json("show", card_id, home=added)
    assert isinstance(card, dict) and len(card["key_points"]) == 2 and card["source"].endswith("opt.md:3")
    assert "只缩短梯度" in run("show", card_id, home=added).stdout


def test_check_keeps_nothing(home: Path, notes: Path) -> None:
    cards = as_json("check", notes, home=home)
    assert isinstance(cards, list) and [c["answered"] for c in cards] == [True, True, False]
    assert as_json("list", "is:own", home=home) == []


def test_plain_quiz_saves_each_answer(added: Path) -> None:
    done = run("quiz", "--plain", "is:own", home=added, stdin="\n3\n\n4\n")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"saved \d+", done.stdout) == ["saved 1", "saved 2"]
    assert as_json("stats", home=added)["reviews"] == 2  # type: ignore[index,call-overload]


def test_plain_quiz_takes_typed_answers(added: Path) -> None:
    done = run("quiz", "--plain", "--type", "is:own", "裁剪", home=added, stdin="缩短梯度\n3\n")
    assert "saved 1" in done.stdout


def test_plain_quiz_undoes_buries_suspends_and_flags(added: Path) -> None:
    done = run("quiz", "--plain", "is:own", home=added, stdin="\n3\nu\nf\ns\nb\nq\n")
    assert "taken back." in done.stdout and "flagged." in done.stdout
    states = sorted(c["state"] for c in as_json("list", "is:own", home=added))  # type: ignore[attr-defined]
    assert states == ["buried", "suspended", "unanswered"]
    assert as_json("stats", home=added)["reviews"] == 0  # type: ignore[index,call-overload]


def test_a_quiz_cut_off_in_the_middle_keeps_what_was_graded(added: Path) -> None:
    assert run("quiz", "--plain", "is:own", home=added, stdin="\n3\n\n").returncode == 0
    assert as_json("stats", home=added)["reviews"] == 1  # type: ignore[index,call-overload]


def test_undo_takes_back_the_last_answer(added: Path) -> None:
    assert run("undo", home=added).returncode == 1
    run("quiz", "--plain", "is:own", home=added, stdin="\n1\n")
    assert "taken back: again" in run("undo", home=added).stdout
    assert as_json("stats", home=added)["reviews"] == 0  # type: ignore[index,call-overload]


def test_due_counts_the_day(added: Path) -> None:
    assert as_json("due", "is:own", home=added) == {"due": 0, "new": 2, "reviews": 0}
    assert "2 new" in run("due", "is:own", home=added).stdout


def test_without_a_terminal_the_bare_command_is_a_summary(added: Path) -> None:
    done = run(home=added)
    assert done.returncode == 0 and "new today" in done.stdout


def test_set_marks_cards(added: Path) -> None:
    card_id = as_json("list", "is:own", "warm-up", home=added)[0]["id"]  # type: ignore[index]
    assert run("set", card_id, "--suspend", "--tag", "hard", "--importance", "3", home=added).returncode == 0
    assert [
        c["id"] for c in as_json("list", "is:suspended", "tag:hard", "prop:importance>2", home=added)
    ] == [card_id]  # type: ignore[attr-defined]
    assert run("set", card_id, home=added).returncode == 2


def test_remove_archives(added: Path, notes: Path) -> None:
    assert run("remove", notes, home=added).stdout.startswith("3 cards")
    assert as_json("list", "is:own", home=added) == []
    again = run("remove", notes, home=added)
    assert again.returncode == 2 and "no such source" in again.stderr


def test_config_reads_writes_and_refuses(home: Path) -> None:
    assert run("config", "new_per_day", "7", home=home).returncode == 0
    assert run("config", "new_per_day", home=home).stdout.strip() == "7"
    assert as_json("config", home=home)["new_per_day"] == 7  # type: ignore[index,call-overload]
    for key, value in [("new_per_day", "many"), ("desired_retention", "1.5"), ("colour", "red")]:
        done = run("config", key, value, home=home)
        assert done.returncode == 2 and key in done.stderr and len(done.stderr.splitlines()) == 1


def test_config_keeps_the_comments_of_a_file_edited_by_hand(home: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_text("# mine\nnew_per_day = 5  # few\n", "utf-8")
    run("config", "fuzz", "false", home=home)
    assert (home / "config.toml").read_text("utf-8").startswith("# mine\nnew_per_day = 5  # few\n")


def test_a_broken_config_is_named(home: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_text("new_per_day = \n", "utf-8")
    done = run("due", home=home)
    assert done.returncode == 2 and "config.toml" in done.stderr and len(done.stderr.splitlines()) == 1


def test_paths_are_those_in_use(home: Path) -> None:
    assert as_json("paths", home=home)["database"] == str(home / "flashcards.db")  # type: ignore[index,call-overload]


def test_home_option_wins_over_the_environment(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert as_json("--home", other, "paths", home=home)["home"] == str(other)  # type: ignore[index,call-overload]


def spoil_binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)


def spoil_missing(path: Path) -> None:
    path.unlink()


def spoil_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "x.md").write_bytes(b"\x00\x01" * 4000)


@pytest.mark.parametrize("spoil", [spoil_binary, spoil_missing])
def test_a_file_that_cannot_be_read_is_one_line_and_loses_nothing(
    added: Path, tmp_path: Path, spoil: object
) -> None:
    bad = tmp_path / "bad.md"
    bad.write_text("x", "utf-8")
    spoil(bad)  # type: ignore[operator]
    for verb in ("add", "check"):
        done = run(verb, bad, home=added)
        assert done.returncode == 2 and "bad.md" in done.stderr, done.stderr
        assert len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr
    assert len(as_json("list", "is:own", home=added)) == 3  # type: ignore[arg-type]


def test_one_bad_file_in_a_folder_does_not_stop_the_others(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.md").write_text(NOTES, "utf-8")
    spoil_binary(folder / "b.md")
    done = run("add", folder, home=home)
    assert done.returncode == 0 and "3 cards added" in done.stdout and "b.md" in done.stdout


def test_an_empty_file_is_said(home: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.md"
    empty.write_text("", "utf-8")
    done = run("add", empty, home=home)
    assert done.returncode == 0 and "empty.md:1" in done.stdout


def test_an_unclosed_fence_is_said_with_its_line(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "fence.md"
    file.write_text("# T\n\n### 1. Why?\n\n```python\nx = 1\n\n### 2. How?\n\n- so\n", "utf-8")
    done = run("add", file, home=home)
    assert done.returncode == 0 and "fence.md:5" in done.stdout and "fence" in done.stdout


def test_broken_metadata_is_said_and_the_other_cards_load(home: Path, tmp_path: Path) -> None:
    deck = tmp_path / "deck.md"
    deck.write_text(
        "---\nid: d\ntitle: D\nlanguage: en\n---\n\n## One?\n<!-- id: a, tags: [x -->\n- 1\n\n"
        "## Two?\n<!-- id: b.two -->\n- 2\n",
        "utf-8",
    )
    done = run("add", deck, home=home)
    assert done.returncode == 0 and "deck.md:8" in done.stdout
    assert len(as_json("list", "is:own", home=home)) == 2  # type: ignore[arg-type]


def test_a_data_directory_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = run("due", home=tmp_path / "file" / "home")
    assert done.returncode == 2 and "data directory" in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_database_of_a_newer_version_is_one_line(added: Path) -> None:
    import sqlite3

    with sqlite3.connect(added / "flashcards.db") as connection:
        connection.execute("PRAGMA user_version=77")
    done = run("due", home=added)
    assert done.returncode == 2 and "newer version" in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_mistyped_verb_names_the_nearest(home: Path) -> None:
    done = run("quizz", home=home)
    assert done.returncode == 2 and "Did you mean quiz?" in done.stderr


def test_hostile_text_reaches_no_terminal(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "evil.md"
    file.write_text("# T\n\n### 1. Why\x1b]0;owned\x07 \u202e?\n\n- so \x9b2J\n", "utf-8")
    run("add", file, home=home)
    for verb in (["list", "is:own"], ["quiz", "--plain", "is:own"]):
        done = run(*verb, home=home, stdin="\n3\n")
        assert "\x1b" not in done.stdout and "\u202e" not in done.stdout and "\x9b" not in done.stdout


def test_export_writes_a_package(added: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.apkg"
    report = as_json("export", "anki", "is:own", "-o", target, home=added)
    assert isinstance(report, dict) and (report["notes"], report["left_out"]) == (2, 1)
    assert target.read_bytes()[:2] == b"PK"


def test_export_of_nothing_is_refused(added: Path, tmp_path: Path) -> None:
    done = run("export", "anki", "xyzzy", "-o", tmp_path / "o.apkg", home=added)
    assert done.returncode == 2 and "no cards found" in done.stderr and not (tmp_path / "o.apkg").exists()
