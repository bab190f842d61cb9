"""Open a file at a line in the person's own editor."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Final

from flashcards.errors import FlashcardsError, system_reason

PLUS_LINE: Final = frozenset(
    {"vi", "vim", "nvim", "view", "nano", "pico", "emacs", "emacsclient", "micro", "joe", "kak", "mg"}
)
"""Editors that take ``+LINE FILE``."""
COLON_LINE: Final = frozenset({"hx", "helix", "subl", "sublime_text", "zed"})
"""Editors that take ``FILE:LINE``."""
VS_CODE: Final = frozenset({"code", "code-insiders", "codium", "cursor"})
WAIT_FLAGS: Final[Mapping[str, str]] = {"subl": "--wait", "sublime_text": "--wait", "zed": "--wait"}
"""Editors with a window of their own come back at once unless told to wait."""


class EditorError(FlashcardsError):
    """No editor could be started."""


def editor_command(environ: Mapping[str, str], file: Path, line: int) -> list[str]:
    """What to run to open ``file`` at the 1-based ``line``: ``$VISUAL``, ``$EDITOR``, else vi (notepad on Windows)."""
    chosen = environ.get("VISUAL") or environ.get("EDITOR") or ("notepad" if os.name == "nt" else "vi")
    words = shlex.split(chosen, posix=os.name != "nt")
    name = PurePath(words[0]).stem.lower()
    if name in VS_CODE:
        return [
            *words,
            *([] if "--wait" in words or "-w" in words else ["--wait"]),
            "--goto",
            f"{file}:{line}",
        ]
    if name in COLON_LINE:
        wait = [WAIT_FLAGS[name]] if name in WAIT_FLAGS and WAIT_FLAGS[name] not in words else []
        return [*words, *wait, f"{file}:{line}"]
    if name in PLUS_LINE:
        return [*words, f"+{line}", str(file)]
    return [*words, str(file)]


def edit(file: Path, line: int) -> None:
    """Run the editor and wait for it.  Raises EditorError when the file or the editor is not there."""
    if not file.is_file():
        raise EditorError("{file} is not there any more; r on the home screen rereads your notes.", file=file)
    command = editor_command(os.environ, file, line)
    try:
        subprocess.run(command, check=False)
    except OSError as error:
        raise EditorError(
            "{editor} could not be started: {reason}. Set EDITOR to your editor.",
            editor=command[0],
            reason=system_reason(error),
        ) from None
