"""A real terminal for the real program: tmux draws, the test types and reads the screen.

Waiting is for something to be seen, with a generous limit; nothing sleeps for a guessed time.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

PATIENCE = 60.0
"""Seconds; a loaded machine is slow, a broken program is not saved by waiting longer."""


class Terminal:
    """One tmux server with one window, of its own socket, that ends with the ``with`` block."""

    def __init__(
        self, home: Path, *, columns: int = 80, rows: int = 24, language: str = "en_US.UTF-8"
    ) -> None:
        self.home = home
        self.size = (columns, rows)
        self.language = language
        self.socket = f"flashcards-{uuid.uuid4().hex[:8]}"

    def __enter__(self) -> Terminal:
        columns, rows = self.size
        environment = {
            **os.environ,
            "FLASHCARDS_HOME": str(self.home),
            "LANG": "C.UTF-8",
            "LC_ALL": "",
            "LC_CTYPE": "C.UTF-8",
            "LC_MESSAGES": self.language,
            "PS1": "$ ",
        }
        environment.pop("TMUX", None)
        subprocess.run(
            ["tmux", "-L", self.socket, "-f", "/dev/null", "-u", "new-session", "-d", "-x", str(columns),
             "-y", str(rows), "env PS1='$ ' bash --norc --noprofile"],
            env=environment, check=True,
        )  # fmt: skip
        self.wait(lambda screen: "$" in screen)
        return self

    def __exit__(self, *_: object) -> None:
        self._tmux("kill-server", check=False)

    def run(self, *arguments: str | Path) -> None:
        """Type a ``flashcards`` command and Enter."""
        self.type(shlex.join([sys.executable, "-m", "flashcards", *map(str, arguments)]))
        self.press("Enter")

    def type(self, text: str) -> None:
        """Type text as it is."""
        self._tmux("send-keys", "-l", text)

    def paste(self, text: str) -> None:
        """Paste text as a terminal does, whatever is in it; tmux's paste buffers are left as they were."""
        self._tmux("set-buffer", "-b", "pasted", "--", text)
        self._tmux("paste-buffer", "-d", "-p", "-r", "-b", "pasted")

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names (``Enter``, ``Space``, ``Escape``, ``C-c``, ``q`` …)."""
        self._tmux("send-keys", *keys)

    def screen(self) -> str:
        """What is to be read now."""
        return self._tmux("capture-pane", "-p")

    def wait(self, seen: str | Callable[[str], bool], *, gone: bool = False) -> str:
        """The screen once ``seen`` is on it (or, with ``gone``, no longer)."""
        check = (lambda screen: seen in screen) if isinstance(seen, str) else seen
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            screen = self.screen()
            if check(screen) is not gone:
                return screen
            time.sleep(0.05)
        raise AssertionError(f"waited in vain for {seen!r} (gone={gone}); the screen:\n{self.screen()}")

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def title(self) -> str:
        """The window's title, which a hostile text may try to set."""
        return self._tmux("display-message", "-p", "#{pane_title}").strip()

    def clipboard(self) -> str:
        """tmux's paste buffers, which a hostile text may try to fill."""
        return self._tmux("list-buffers", check=False)

    def program(self) -> int | None:
        """Process id of the running ``flashcards``, if there is one."""
        shell = int(self._tmux("display-message", "-p", "#{pane_pid}"))
        found = subprocess.run(["pgrep", "-P", str(shell)], capture_output=True, text=True).stdout.split()
        return int(found[0]) if found else None

    def _tmux(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            ["tmux", "-L", self.socket, *arguments], capture_output=True, text=True, check=False
        )
        if check and done.returncode:
            raise AssertionError(f"tmux {' '.join(arguments)}: {done.stderr}")
        return done.stdout
