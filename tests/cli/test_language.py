"""The commands speak Chinese where they are asked to, and machines always read the same."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from flashcards.text.cells import cell_width

from .test_commands import added, as_json, home, notes, run

__all__ = ["added", "home", "notes"]

CHINESE = re.compile("[\u4e00-\u9fff]")


def in_chinese(*arguments: str | Path, home: Path, stdin: str = "", **extra: str) -> tuple[int, str, str]:
    done = run(*arguments, home=home, stdin=stdin, **({"FLASHCARDS_LANG": "zh"} | extra))
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "environment",
    [
        {"FLASHCARDS_LANG": "zh"},
        {"LC_ALL": "", "LC_MESSAGES": "zh_CN.UTF-8"},
        {"LC_ALL": "zh_CN.UTF-8"},
        {"LC_ALL": "", "LANG": "zh_TW.UTF-8"},
    ],
    ids=str,
)
def test_the_environment_chooses_the_language(home: Path, environment: dict[str, str]) -> None:
    done = run("show", home=home, **({"FLASHCARDS_LANG": ""} | environment))
    assert (done.returncode, done.stderr) == (2, "flashcards: 缺少参数 ID。\n")


def test_the_setting_wins_over_the_environment_even_where_home_is_an_option(home: Path) -> None:
    assert run("config", "language", "zh", home=home).returncode == 0
    for place in (["--home", str(home)], [f"--home={home}"]):
        done = run(*place, "show", home=home.parent / "elsewhere", FLASHCARDS_LANG="en")
        assert done.stderr == "flashcards: 缺少参数 ID。\n"
    assert "今天" in run("due", home=home).stdout
    assert run("config", "language", "en", home=home).returncode == 0
    assert "today" in in_chinese("due", home=home)[1]


def test_a_broken_settings_file_is_still_said_in_the_language_of_the_environment(home: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_text("language = \n", "utf-8")
    code, _, said = in_chinese("due", home=home)
    assert code == 2 and "不是有效的 TOML" in said and len(said.splitlines()) == 1


def test_an_error_from_any_room_is_one_chinese_line(home: Path, notes: Path, tmp_path: Path) -> None:
    (tmp_path / "binary.md").write_bytes(b"\0\1\2")
    wrong = [
        (["add", tmp_path / "none"], "没有这个文件或文件夹"),  # study
        (["check", tmp_path / "binary.md"], "二进制"),  # sources
        (["list", "is:odd"], "没有这种状态"),  # store
        (["export", "anki", "-o", tmp_path / "x.zip"], "扩展名"),  # anki
        (["demo", "lorra"], "没有叫 'lorra' 的演示。是不是 lora"),  # lab
        (["demo", "lora", "--rank", "x"], "--rank 的取值：整数，1 到 64；不能是 'x'。"),
        (["config", "new_per_day", "10000"], "0 到 9999"),  # settings
        (["quiz", "--limit", "0"], "x>=1"),  # click
        (["quiz"], "需要终端"),
        (["ad"], "是不是 add"),
    ]
    for arguments, expected in wrong:
        code, out, said = in_chinese(*arguments, home=home)
        assert code == 2 and expected in said and len(said.splitlines()) == 1, (arguments, said, out)


def test_what_is_wrong_in_notes_and_why_blocks_are_left_out_is_said_in_chinese(
    home: Path, tmp_path: Path
) -> None:
    deck = tmp_path / "deck.md"
    deck.write_text("---\nid: a\ntitle: A\nlanguage: xx\n---\n\nwords\n\n## What?\n\nThis.\n", "utf-8")
    _, out, _ = in_chinese("check", "--dialect", "flashcards", "--skipped", deck, home=home)
    assert "只能是 zh 或 en" in out and "没有 id" in out and "第一张卡片之前的文字: words" in out
    _, out, _ = in_chinese("add", "--dialect", "flashcards", deck, home=home)
    assert "新增 1 张" in out and "只能是 zh 或 en" in out


def test_help_is_chinese_fits_the_screen_and_opens_no_database(home: Path) -> None:
    for arguments in ([], ["list"], ["export"], ["export", "anki"], ["demo"], ["demo", "lora"]):
        code, out, _ = in_chinese(*arguments, "--help", home=home, COLUMNS="60")
        assert code == 0 and out.startswith("用法：flashcards") and "选项：" in out and "显示这份帮助" in out
        assert max(map(cell_width, out.splitlines())) <= 60
    assert not home.exists()


def test_help_in_english_is_clicks_own_page(home: Path) -> None:
    out = run("list", "--help", home=home, FLASHCARDS_LANG="en").stdout
    assert out.startswith("Usage: flashcards list [OPTIONS] [QUERY]...") and not CHINESE.search(out)


def test_tables_of_what_is_due_and_learnt_are_chinese(added: Path) -> None:
    assert "今天到期 0 张" in in_chinese("due", home=added)[1]
    assert "卡组" in in_chinese("decks", home=added)[1].splitlines()[0]
    assert "新卡" in in_chinese("list", "is:own", home=added)[1]
    in_chinese("quiz", "--plain", "is:own", home=added, stdin="\n3\n\n1\n")
    _, page, _ = in_chinese("stats", home=added, COLUMNS="80")
    assert "回答次数    2" in page and "忘了" in page and max(map(cell_width, page.splitlines())) <= 80


def test_a_demo_is_told_in_chinese(home: Path) -> None:
    code, out, _ = in_chinese("demo", "kv-cache", "--preset", "tiny", "--device", "cpu", home=home)
    assert code == 0 and "证明：" in out and "实测" in out and "论断全部成立" in out


def test_a_demo_without_its_library_says_so_in_chinese(home: Path, tmp_path: Path) -> None:
    """The message is made in the demo's own process and translated in ours."""
    (tmp_path / "torch.py").write_text("raise ImportError('gone', name='torch')\n", "utf-8")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    code, shown, said = in_chinese("demo", "lora", home=home, PYTHONPATH=path)
    assert "lora 需要 torch：没有安装，或版本太旧。" in said and "请运行：" in said
    assert code == 0 and "录制的" in shown and "论断全部成立" in shown
    assert in_chinese("demo", "lora", "--control", home=home, PYTHONPATH=path)[0] == 3


def test_json_is_the_same_in_every_language(added: Path, tmp_path: Path) -> None:
    """Only the content differs, where a card of our own decks has both languages."""
    broken = tmp_path / "broken.md"
    broken.write_text("### 1. 什么是温度？\n\n```\nopen\n", "utf-8")
    for arguments in (
        ["stats", "--deck", "is:own"],
        ["list", "is:own"],
        ["due"],
        ["check", "--skipped", broken],
        ["demo", "--list"],
    ):
        english = as_json(*arguments, home=added)
        code, out, _ = in_chinese(*arguments, "--json", home=added)
        assert code == 0 and json.loads(out) == english
    english = run("add", broken, "--json", home=tmp_path / "one").stdout
    assert in_chinese("add", broken, "--json", home=tmp_path / "two")[1] == english
    assert "never closes" in english
