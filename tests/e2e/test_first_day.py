"""A first day as a person has it, in a real terminal: add, quiz, undo, run a demo, quit, come back."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from flashcards.text.cells import cell_width

from .terminal import Terminal

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

NOTES = """# 位置编码

### 1. RoPE 为什么只与相对位置有关？

- 查询与键都按各自的位置旋转
- 点积里只剩下角度之差

### 2. What does RoPE rotate?

- pairs of channels of q and k, never v

### 3. What is a KV cache?

- keys and values of earlier tokens are kept

### 4. 为什么要缩放点积？

- 方差随维度增大，softmax 会饱和
"""


QUESTIONS = ("RoPE 为什么只与", "What does RoPE rotate?", "What is a KV cache?", "为什么要缩放点积")
ANSWERS = ("各自的位置旋转", "never v", "earlier tokens are kept", "方差随维度增大")


def reviews(home: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "flashcards", "stats", "--json"],
        capture_output=True, text=True, check=True, env={**os.environ, "FLASHCARDS_HOME": str(home)},
    )  # fmt: skip
    return int(json.loads(done.stdout)["reviews"])


ADDED = {"zh_CN.UTF-8": "新增 4 张", "en_US.UTF-8": "4 cards added"}
GOOD = {"zh_CN.UTF-8": "3 记得", "en_US.UTF-8": "3 Good"}


@pytest.mark.parametrize(("columns", "rows", "language"), [(80, 24, "zh_CN.UTF-8"), (120, 40, "en_US.UTF-8")])
def test_a_first_day(tmp_path: Path, columns: int, rows: int, language: str) -> None:
    home = tmp_path / "home"
    notes = tmp_path / "pos.md"
    notes.write_text(NOTES, "utf-8")
    with Terminal(home, columns=columns, rows=rows, language=language) as terminal:
        terminal.run("add", notes)
        terminal.wait(ADDED[language])
        terminal.run()
        terminal.wait("位置编码")
        terminal.press("j", "Enter")  # the person's own deck stands below "all decks"
        seen = [question_on(terminal.wait(is_question))]
        for grade in ("3", "4", "1"):
            terminal.press("Space")
            terminal.wait(GOOD[language])
            terminal.press(grade)
            seen.append(question_on(terminal.wait(lambda s: is_question(s) and question_on(s) not in seen)))
        terminal.press("u")  # the third answer is taken back
        terminal.wait(lambda s: question_on(s) == seen[2])
        leave(terminal)
    assert reviews(home) == 2
    with Terminal(home, columns=columns, rows=rows, language=language) as terminal:
        terminal.run()
        terminal.wait("位置编码")
        terminal.press("j", "Enter")
        assert question_on(terminal.wait(is_question)) in seen[2:]
        leave(terminal)
    assert reviews(home) == 2


def test_the_app_killed_in_a_quiz_has_kept_every_grade(tmp_path: Path) -> None:
    home = tmp_path / "home"
    notes = tmp_path / "pos.md"
    notes.write_text(NOTES, "utf-8")
    with Terminal(home) as terminal:
        terminal.run("add", notes)
        terminal.wait("4 cards added")
        terminal.run("quiz", "is:own")
        seen = [question_on(terminal.wait(is_question))]
        for grade in ("3", "2"):
            terminal.press("Space")
            terminal.wait(GOOD["en_US.UTF-8"])
            terminal.press(grade)
            seen.append(question_on(terminal.wait(lambda s: is_question(s) and question_on(s) not in seen)))
        program = terminal.program()
        assert program is not None
        os.kill(program, signal.SIGKILL)
        terminal.wait(lambda _: terminal.program() is None)
        assert reviews(home) == 2
        terminal.run("quiz", "is:own")
        assert question_on(terminal.wait(is_question)) == seen[2]


def test_the_screen_follows_the_size_of_the_window(tmp_path: Path) -> None:
    home = tmp_path / "home"
    notes = tmp_path / "pos.md"
    notes.write_text(NOTES, "utf-8")
    with Terminal(home, columns=120, rows=40, language="zh_CN.UTF-8") as terminal:
        terminal.run("add", notes)
        terminal.wait(ADDED["zh_CN.UTF-8"])
        terminal.run("quiz", "is:own", "缩放")
        terminal.wait(is_question)
        terminal.press("Space")
        terminal.wait("方差随维度增大")
        for columns, rows in ((40, 15), (80, 24), (120, 40)):
            terminal.resize(columns, rows)
            terminal.wait(lambda s, w=columns: "方差随维度增大" in s and "记得" in s and widest(s) <= w)
        leave(terminal)


def widest(screen: str) -> int:
    return max(cell_width(line) for line in screen.splitlines())


@pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")
def test_a_demo_runs_beside_its_card_and_leaves_nothing_behind(tmp_path: Path) -> None:
    home = tmp_path / "home"
    notes = tmp_path / "pos.md"
    notes.write_text(NOTES, "utf-8")
    with Terminal(home, columns=120, rows=40) as terminal:
        terminal.run("add", notes)
        terminal.wait("4 cards added")
        terminal.run("quiz", "is:own", "rotate")
        terminal.wait("What does RoPE rotate?")
        terminal.press("d")
        terminal.wait("rope")
        program = terminal.program()
        assert program is not None
        terminal.press("r")
        terminal.wait("Guess first")
        terminal.press("Escape")
        terminal.wait("✓")
        children = descendants(program)
        terminal.press("q")
        terminal.wait("What does RoPE rotate?")
        leave(terminal)
    assert [pid for pid in children if is_alive(pid)] == []


def leave(terminal: Terminal) -> None:
    """Back to the deck list and out of the app."""
    terminal.press("q")
    screen = terminal.wait(lambda s: "$ " in s.rstrip()[-3:] + " " or not is_question(s))
    if terminal.program() is not None and screen:
        terminal.press("q")
    terminal.wait(lambda _: terminal.program() is None)


def is_question(screen: str) -> bool:
    return question_on(screen) is not None


def question_on(screen: str) -> str | None:
    """The question of the notes above that is on the screen, while its answer is not."""
    shown = [q for q, a in zip(QUESTIONS, ANSWERS, strict=True) if q in screen and a not in screen]
    return shown[0] if len(shown) == 1 else None


def descendants(pid: int) -> list[int]:
    """Process ids of everything that ``pid`` started."""
    children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
    return [int(child) for child in children] + [d for child in children for d in descendants(int(child))]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z")
