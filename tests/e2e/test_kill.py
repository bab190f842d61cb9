"""An answer that was said to be saved is there after ``kill -9``, at whatever moment it struck."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

NOTES = "# N\n\n" + "\n".join(f"### {n}. Question {n}?\n\n- answer {n}\n" for n in range(1, 200))


def flashcards(*arguments: str | Path, home: Path) -> str:
    return subprocess.run(
        [sys.executable, "-m", "flashcards", *map(str, arguments)],
        capture_output=True, text=True, check=True, env={**os.environ, "FLASHCARDS_HOME": str(home)},
    ).stdout  # fmt: skip


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_kill_in_the_middle_of_a_quiz_loses_nothing_that_was_said_to_be_saved(tmp_path: Path) -> None:
    home = tmp_path / "home"
    notes = tmp_path / "n.md"
    notes.write_text(NOTES, "utf-8")
    flashcards("add", notes, home=home)
    flashcards("config", "new_per_day", "9999", home=home)
    kept = 0
    for seed in range(6):
        said = _quiz_until_killed(home, random.Random(seed).randrange(3, 25))
        now = json.loads(flashcards("stats", "--json", home=home))["reviews"]
        # One more than said may be kept: killed after the commit, before the word.
        assert said <= now <= said + 1
        assert now >= kept
        kept = now
    assert kept > 10


def _quiz_until_killed(home: Path, answers: int) -> int:
    """Answer so many cards, kill in the middle of the next; returns the last number said to be saved."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "flashcards", "quiz", "--plain", "is:own"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "FLASHCARDS_HOME": str(home), "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdin and process.stdout
    said = 0
    # All answers at once: the kill strikes somewhere between reading, committing and saying.
    process.stdin.write("\n3\n" * (answers + 20))
    process.stdin.flush()
    count = 0
    for line in process.stdout:
        if match := re.search(r"saved (\d+)", line):
            said = int(match[1])
            count += 1
            if count >= answers:
                break
    process.kill()
    rest, _ = process.communicate()
    return max([said, *map(int, re.findall(r"saved (\d+)", rest))])
