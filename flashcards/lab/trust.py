"""Which folders of other people's demos may run: those the person has trusted, as they were then.

A demo is a program and can do what its reader can.  What was trusted is kept by content: a file that changed
or was added since asks again.  Nothing here runs or imports a demo.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from flashcards.errors import system_reason
from flashcards.lab.errors import LabError

Standing = Literal["trusted", "changed", "unknown"]
"""``changed``: trusted once, and not as it is now."""

MOST_FILES = 500
LARGEST_FILE = 1 << 20
"""Bytes of a Python file; a larger one is no text for a person to judge."""


@dataclass(frozen=True, slots=True)
class Trust:
    """The record of trust, a JSON file in the data directory: folder -> file -> SHA-256."""

    record: Path

    def standing(self, folder: Path) -> Standing:
        """Whether the demos of ``folder`` may run."""
        trusted = self.digests(folder)
        if trusted is None:
            return "unknown"
        return "trusted" if trusted == digests_now(folder) else "changed"

    def changes(self, folder: Path) -> tuple[str, ...]:
        """Files that are new, changed or gone since the folder was trusted, in order of their names."""
        before, now = self.digests(folder) or {}, digests_now(folder)
        return tuple(sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name)))

    def digests(self, folder: Path) -> Mapping[str, str] | None:
        """What was trusted, file -> SHA-256; None for a folder that never was."""
        return self._read().get(str(folder.resolve()))

    def trust(self, folder: Path) -> int:
        """Trust every Python file of ``folder`` as it is now; returns how many there are.

        Raises LabError where there is no such folder or too much in it.
        """
        if not folder.is_dir():
            raise LabError("{folder}: there is no such folder.", folder=folder)
        now = digests_now(folder)
        self._write({**self._read(), str(folder.resolve()): now})
        return len(now)

    def distrust(self, folder: Path) -> None:
        """Trust it no longer.  Raises LabError for a folder that was not trusted."""
        known = self._read()
        if known.pop(str(folder.resolve()), None) is None:
            trusted = ", ".join(known) or "–"
            raise LabError("{folder}: was not trusted. Trusted: {trusted}.", folder=folder, trusted=trusted)
        self._write(known)

    def _read(self) -> dict[str, Mapping[str, str]]:
        """The record; one that cannot be read trusts nothing."""
        try:
            kept = json.loads(self.record.read_text(encoding="utf-8"))
            return {str(folder): {str(n): str(d) for n, d in files.items()} for folder, files in kept.items()}
        except (OSError, ValueError, AttributeError):
            return {}

    def _write(self, folders: Mapping[str, Mapping[str, str]]) -> None:
        text = json.dumps(folders, ensure_ascii=False, indent=1, sort_keys=True)
        try:
            self.record.parent.mkdir(parents=True, exist_ok=True)
            half = self.record.with_name(self.record.name + ".new")
            half.write_text(text, encoding="utf-8")
            half.replace(self.record)  # whole or not at all
        except OSError as error:
            raise LabError(
                "{path}: cannot be written ({reason}).", path=self.record, reason=system_reason(error)
            ) from error


def digests_now(folder: Path) -> dict[str, str]:
    """SHA-256 of every Python file below ``folder``, by its path in it.

    Raises LabError for a file that cannot be read or is too large, and for too many of them.
    """
    paths = sorted(path for path in folder.rglob("*.py") if path.is_file())
    if len(paths) > MOST_FILES:
        raise LabError(
            "{folder}: {count} Python files are too many to trust at once; put the demos in a folder of their own.",
            folder=folder,
            count=len(paths),
        )
    return {path.relative_to(folder).as_posix(): _digest(path) for path in paths}


def _digest(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise LabError(
                "{path}: {size} MB is too large for a demo.", path=path, size=path.stat().st_size >> 20
            )
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise LabError(
            "{path}: cannot be read ({reason}).", path=path, reason=system_reason(error)
        ) from error
