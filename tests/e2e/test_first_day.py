"""A first day as a person has it, in a real terminal: add, quiz, undo, run a demo, quit, come back."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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


def reviews(home: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "flashcards", "stats", "--json"],
        capture_output=True, text=True, check=True, env={**os.environ, "FLASHCARDS_HOME": str(home)},
    )  # fmt: skip
    return int(json.loads(done.stdout)["reviews"])


@pytest.mark.parametrize(("columns", "rows", "language"), [(80, 24, "zh_CN.UTF-8"), (120, 40, "en_US.UTF-8")])
def test_a_first_day(tmp_path: Path, columns: int, rows: int, language: str) -> None:
    home = tmp_path / "home"
    notes = tmp_path / "pos.md"
    notes.write_text(NOTES, "utf-8")
    with Terminal(home, columns=columns, rows=rows, language=language) as terminal:
        terminal.run("add", notes)
        terminal.wait("4 cards added")
        terminal.run()
        terminal.wait("位置编码")
        terminal.press("Enter")  # the first deck is the person's own
        terminal.wait(re.compile("RoPE 为什么").search.__call__ and (lambda s: "RoPE 为什么" in s))
        for grade in ("3", "4", "1"):
            terminal.press("Space")
            terminal.wait(lambda screen: any(word in screen for word in ("Good", "良好", "记得")))
            terminal.press(grade)
        terminal.wait("为什么要缩放点积")
        terminal.press("u")  # the third answer is taken back
        terminal.wait("What is a KV cache")
        terminal.press("q")
        terminal.wait("位置编码")
        terminal.press("q")
        terminal.wait("$")
    assert reviews(home) == 2
    with Terminal(home, columns=columns, rows=rows, language=language) as terminal:
        terminal.run()
        terminal.wait("位置编码")
        terminal.press("Enter")
        terminal.wait("What is a KV cache")
        terminal.press("q")
        terminal.wait("位置编码")
        terminal.press("q")
    assert reviews(home) == 2
