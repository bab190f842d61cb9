"""The quiz in plain lines speaks the person's language; what scripts read stays the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.test_commands import run

NOTES = "# 厨房\n\n### 1. 高汤为什么不能大火？\n\n- 脂肪被打散，汤会浑\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    notes = tmp_path / "notes.md"
    notes.write_text(NOTES, encoding="utf-8")
    home = tmp_path / "home"
    assert run("add", notes, home=home).returncode == 0
    return home


def test_a_chinese_locale_is_asked_in_chinese(home: Path) -> None:
    done = run("quiz", "--plain", "is:own", home=home, stdin="\n?\n3\n", LANG="zh_CN.UTF-8", LC_ALL="")
    assert "回车看答案" in done.stdout and "3 记得" in done.stdout and "u 撤销" in done.stdout
    assert "已答 1 张，还剩 0 张。" in done.stdout
    assert not re.search(r"\b(again|hard|good|easy|undo|bury)\b", done.stdout)


def test_the_setting_wins_over_the_locale(home: Path) -> None:
    run("config", "language", "zh", home=home)
    assert "回车看答案" in run("quiz", "--plain", "is:own", home=home, stdin="\n").stdout


@pytest.mark.parametrize("language", ["zh_CN.UTF-8", "en_US.UTF-8"])
def test_a_script_finds_saved_and_its_number_in_both_languages(home: Path, language: str) -> None:
    done = run("quiz", "--plain", "is:own", home=home, stdin="\n3\n", LANG=language, LC_ALL="")
    assert re.search(r"\bsaved 1\b", done.stdout)


def test_nothing_due_says_how_to_go_on_in_chinese(home: Path) -> None:
    for _ in range(2):
        done = run("quiz", "--plain", "is:own", home=home, stdin="\n3\n", LANG="zh_CN.UTF-8", LC_ALL="")
    assert "没有到期的卡片" in done.stdout and "--ahead" in done.stdout


def test_taking_back_names_the_grade_in_the_language_in_use(home: Path) -> None:
    run("quiz", "--plain", "is:own", home=home, stdin="\n1\n")
    assert "（忘了）" in run("undo", home=home, LANG="zh_CN.UTF-8", LC_ALL="").stdout
