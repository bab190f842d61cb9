"""Notes that try to take over the terminal: shown as text on every screen, and nothing else happens.

All attacks lie in one folder and are met in one run of the app; what fails names the attack on the screen.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
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
EVIL_HOME = "h [/foo] [@click=app.quit]x[[] \x1b]0;OWNED\x07"
"""The data directory's own name, which the settings screen shows."""
LINKS = """---
id: links
title: Links marker-links
---

## Which demos? marker-links
<!-- id: links, demo: ["\\e]0;OWNED\\a marker-one", "[/foo] marker-two"] -->
- none of these
"""
SIZE = (160, 30)


def notes(attack: str) -> str:
    """The attack as deck title, heading, question and answer."""
    line = attack.split("\n", 1)[0]
    return f"# {line[:2000]}\n\n### 1. Why {line}?\n\n- {attack}\n\n```{line[:200]}\n{attack}\n```\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file for each attack."""
    made = tmp_path / "evil"
    made.mkdir()
    for name, attack in ATTACKS.items():
        (made / f"{name}.md").write_text(notes(attack), "utf-8")
    (made / "links.md").write_text(LINKS, "utf-8")
    return made


class Attacked:
    """The app on the hostile notes; every look at the screen checks that nothing else has happened."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.before = (terminal.title(), terminal.clipboard())

    def see(self, seen: str, *, gone: bool = False) -> str:
        """The screen once ``seen`` is on it, the terminal being as it was."""
        screen = self.terminal.wait(seen, gone=gone)
        where = f"with {markers(screen)} on the screen"
        assert (self.terminal.title(), self.terminal.clipboard()) == self.before, where
        assert self.terminal.program() is not None, f"the app has ended {where}"
        return screen

    def browse(self, query: str) -> None:
        """Open the browser and type a query; each key is pressed when the screen that takes it is there."""
        self.press("/")
        self.see("/ Search")
        self.press("/")
        self.see("esc Clear")
        self.terminal.type(query)

    def press(self, *keys: str) -> None:
        self.terminal.press(*keys)


def markers(screen: str) -> list[str]:
    """The attacks that are to be seen."""
    return [name for name in (*ATTACKS, "links") if f"marker-{name}" in screen]


@pytest.fixture
def attacked(tmp_path: Path, folder: Path) -> Iterator[Attacked]:
    with Terminal(tmp_path / EVIL_HOME, columns=SIZE[0], rows=SIZE[1]) as terminal:
        app = Attacked(terminal)
        terminal.run("add", folder)
        terminal.wait("11 cards added")
        terminal.run()
        app.see("All decks")
        yield app
        assert "OWNED" not in terminal.title()


def test_home_lists_hostile_titles_and_the_quiz_shows_every_card(attacked: Attacked) -> None:
    home = attacked.terminal.screen()
    assert set(markers(home)) >= set(ATTACKS) - {"line", "zalgo"}
    met: set[str] = set()
    attacked.press("a")
    while len(met) < len(ATTACKS) + 1:
        screen = attacked.terminal.wait(lambda s: "Think first" in s and set(markers(s)) - met != set())
        name = next(name for name in markers(screen) if name not in met)
        met.add(name)
        attacked.press("Space")
        attacked.see("3 Good")
        attacked.press("PageDown", "G", "g", "f", "?")
        attacked.see("3 Good", gone=True)
        attacked.press("q")
        attacked.see("3 Good")
        attacked.press("3")
    assert met == {*ATTACKS, "links"}


def test_the_browser_and_the_card_pages_show_every_card(attacked: Attacked) -> None:
    attacked.browse("is:own")
    attacked.see("11 cards")
    attacked.press("Enter")
    attacked.see("/ Search")
    attacked.press("A", "f", "A")
    met: set[str] = set()
    for _ in range(len(ATTACKS) + 1):
        attacked.press("Enter")
        met |= set(markers(attacked.see("中/EN")))
        attacked.press("PageDown", "G", "L", "f")
        attacked.see("中/EN")
        attacked.press("q")
        attacked.see("/ Search")
        attacked.press("j")
    assert met == {*ATTACKS, "links"}


def test_an_attack_pasted_or_typed_into_the_search_line_is_only_searched_for(attacked: Attacked) -> None:
    attacked.browse("")
    for attack in ATTACKS.values():
        attacked.terminal.paste(attack.split("\n", 1)[0][:3000])
        attacked.see("words, or deck:", gone=True)
        attacked.press("Escape")
        attacked.see("words, or deck:")
    attacked.terminal.type(ATTACKS["action"] + ATTACKS["markup"] + "'\"(((")
    attacked.see("(((")


def test_hostile_demo_links_statistics_and_a_hostile_data_directory_are_words(attacked: Attacked) -> None:
    attacked.browse("which demos")
    attacked.see("1 card")
    attacked.press("Enter")
    attacked.see("/ Search")
    attacked.press("Enter")
    attacked.see("none of these")
    attacked.press("d")
    attacked.see("marker-two")
    attacked.press("Enter")
    attacked.see("No demo is called")
    attacked.press("q")
    attacked.see("/ Search")
    attacked.press("q")
    attacked.see("All decks")
    attacked.press(",")
    attacked.see("config.toml")
    attacked.press("q")
    attacked.see("All decks")
    attacked.press("S")
    attacked.see("[30 days]")
    attacked.press("p", "G", "g")
    attacked.see("[13 weeks]")
    attacked.press("q")
    attacked.see("All decks")
    attacked.press("d")
    attacked.see("RoPE")
    attacked.press("q")
    attacked.see("All decks")


def test_the_plain_quiz_prints_every_attack_as_text(tmp_path: Path, folder: Path) -> None:
    with Terminal(tmp_path / EVIL_HOME, columns=SIZE[0], rows=SIZE[1]) as terminal:
        before = (terminal.title(), terminal.clipboard())
        terminal.run("add", folder)
        terminal.wait("11 cards added")
        terminal.run("quiz", "--plain", "--cram", "is:own")
        terminal.wait("Enter shows the answer")
        for _ in range(len(ATTACKS) + 1):
            terminal.press("Enter", "3", "Enter")
        terminal.wait(lambda _: terminal.program() is None)
        assert (terminal.title(), terminal.clipboard()) == before
