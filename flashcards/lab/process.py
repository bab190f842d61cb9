"""A child process that runs demos, and the certainty that it ends with everything it started."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import flashcards
from flashcards.lab.child import WARM
from flashcards.lab.job import Job, child_environment

GRACE = 2.0
"""Seconds between asking a process to stop and killing it."""

MARK = "FLASHCARDS_RUN"
"""Variable in the environment of a process and of all that it starts, by which those that left its group are found."""
_SWEEPS = 5
"""A process may fork between the look and the kill; each sweep finds what the last one missed."""
_WINDOWS = sys.platform == "win32"
_NEW_GROUP = 0x200
"""CREATE_NEW_PROCESS_GROUP, a name that Python has on Windows only."""
_ROOT = str(Path(flashcards.__file__).parent.parent)
_BOOT = (
    f"import sys; {_ROOT!r} in sys.path or sys.path.insert(0, {_ROOT!r}); "
    "from flashcards.lab.child import main; main()"
)
"""With ``-P`` the current folder is not searched: a person's ``random.py`` must not become the library's."""


class ChildProcess:
    """One process in a group of its own.  ``lines`` holds what it says, then None when it says no more."""

    def __init__(self) -> None:
        self.lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._mark = f"{MARK}={uuid4().hex}"
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        own_group: Any = {"creationflags": _NEW_GROUP} if _WINDOWS else {"start_new_session": True}
        self._process: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, "-P", "-c", _BOOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=child_environment() | dict([self._mark.split("=")]),
            **own_group,
        )
        self._reader = threading.Thread(target=self._read, daemon=True, name=f"demo-{self.pid}")
        self._reader.start()

    @property
    def pid(self) -> int:
        """Its process id, and its group's where there are groups."""
        return int(self._process.pid)

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def warm(self, modules: str) -> None:
        """Have it import modules (names separated by spaces) while it waits for a job."""
        self._send(WARM + modules)

    def start(self, job: Job) -> None:
        """Have it run a demo."""
        self._send(job.to_json())

    def terminate(self) -> None:
        """Ask the whole group to stop: the demo's files are put away, its end is told."""
        with contextlib.suppress(OSError):
            if _WINDOWS:
                self._process.send_signal(signal.CTRL_BREAK_EVENT)  # type: ignore[attr-defined,unused-ignore]
            else:
                os.killpg(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End the whole group now."""
        with contextlib.suppress(OSError):
            if _WINDOWS:
                subprocess.run(
                    ["taskkill", "/T", "/F", "/PID", str(self.pid)], capture_output=True, check=False
                )
            else:
                os.killpg(self.pid, signal.SIGKILL)
        for _ in range(_SWEEPS):
            for pid in (left := _marked(self._mark)):
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            if not left:
                break

    def returncode(self) -> int | None:
        """How it ended (negative: the signal), waiting up to the grace period; None if it has not."""
        try:
            return int(self._process.wait(GRACE))
        except subprocess.TimeoutExpired:
            return None

    def last_words(self) -> str:
        """What it wrote before it could say anything properly, or when it crashed."""
        self._errors.seek(0)
        return self._errors.read(20_000).decode("utf-8", "replace").strip()

    def stop(self) -> None:
        """Make sure that nothing of it is left.  Safe to call more than once."""
        self.kill()
        with contextlib.suppress(OSError, ValueError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE)
        self._reader.join(GRACE)
        self._errors.close()

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):  # it died already: the end of its lines tells that
            self._process.stdin.write(line.encode("utf-8") + b"\n")
            self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as pipe:
            for line in pipe:
                if line.endswith(b"\n"):  # a process that is killed may leave half a line
                    self.lines.put(line.decode("utf-8", "replace"))
        self.lines.put(None)


def _marked(mark: str) -> list[int]:
    """Processes that carry the mark in their environment (Linux; elsewhere the group alone is ended)."""
    found = []
    for entry in Path("/proc").glob("[1-9]*/environ"):
        with contextlib.suppress(OSError):  # another user's, or gone meanwhile
            if mark.encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
    return found
