"""Notes that try to take over the terminal: shown as text on every screen, and nothing else happens."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .terminal import Terminal

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

ATTACKS = {
    "title": "\x1b]0;OWNED\x07\x1b]2;OWNED\x1b\\ marker-title",
    "clipboard": "\x1b]52;c;T1dORUQ=\x07 marker-clipboard",
    "clear": "\x1b[2J\x1b[H\x1b[?1049l\x1bc marker-clear",
    "c1": "\x9b2J\x9d0;OWNED\x9c marker-c1",
    "bidi": "\u202egnp.exe\u202c\u2066x\u2069 marker-bidi",
    "action": "[@click=app.quit]press[/] [@click=app.bell()]me[/] marker-action",
    "markup": "[/foo] [bold] [/] [red on blue] marker-markup",
    "zalgo": "z" + "\u0301" * 500 + " marker-zalgo",
    "line": "marker-line " + "x" * 1_000_000,
    "table": "marker-table\n\n| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 10_000,
}


def notes(attack: str) -> str:
    """The attack as deck title, heading, question and answer."""
    line = attack.split("\n", 1)[0]
    return f"# {line[:2000]}\n\n### 1. Why {line}?\n\n- {attack}\n\n```{line[:200]}\n{attack}\n```\n"


@pytest.mark.parametrize("name", ATTACKS)
def test_hostile_notes_are_shown_and_do_nothing(tmp_path: Path, name: str) -> None:
    file = tmp_path / "evil.md"
    file.write_text(notes(ATTACKS[name]), "utf-8")
    marker = f"marker-{name}"
    with Terminal(tmp_path / "home", columns=100, rows=30) as terminal:
        title, clipboard = terminal.title(), terminal.clipboard()
        terminal.run("add", file)
        terminal.wait("1 cards added")
        terminal.run()
        terminal.wait("All decks")
        terminal.press("j", "Enter")
        terminal.wait("Think first")
        assert marker in terminal.screen()
        terminal.press("Space")
        terminal.wait("3 Good")
        for key in ("PageDown", "G", "g", "f"):
            terminal.press(key)
        terminal.press("?")
        terminal.wait("3 Good", gone=True)
        terminal.press("q")
        terminal.wait("3 Good")
        terminal.press("d")  # it has no demo
        terminal.wait(marker)
        program = terminal.program()
        assert program is not None, "the app has ended"
        terminal.press("3")
        terminal.press("q")
        terminal.wait("All decks")
        assert (terminal.title(), terminal.clipboard()) == (title, clipboard)
        assert "OWNED" not in terminal.title()
        terminal.press("q")
        terminal.wait(lambda _: terminal.program() is None)
        terminal.run("quiz", "--plain", "--cram", "is:own")
        terminal.wait("Enter shows the answer")
        assert (terminal.title(), terminal.clipboard()) == (title, clipboard)
