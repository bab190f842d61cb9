"""The process a demo runs in: jobs come as lines on stdin, events leave as lines on what was stdout.

Everything that libraries print is captured, Python's and C's alike, and becomes ``log`` events.
The end of stdin means that the parent is gone or done: the process ends itself and its group,
so nothing outlives a parent that was killed.  (Linux's parent-death signal is no use here: it
fires when the parent's *thread* ends, and the screen starts demos from worker threads.)
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import io
import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Literal

from flashcards.lab.events import VERSION, End, Error, Event, Log, encode
from flashcards.lab.execute import Cancelled, execute
from flashcards.lab.job import Job
from flashcards.lab.limits import limit_cpu

WARM = "warm "
"""Starts the line that names modules to import before the first job comes."""
READY = "warm"
"""Type of the record that says that these modules are imported."""
LONGEST_LOG_LINE = 2_000
MOST_LOG_LINES = 2_000
LARGEST_RECORD = 1 << 20
"""Bytes of one event; nobody reads a longer text or table."""
MOST_BYTES = 64 << 20
"""Bytes of all events of a run: what a face can hold."""
LONGEST_DRAIN = 0.5
"""Seconds to wait for a pipe that a program left running by the demo may hold open."""

Stream = Literal["stdout", "stderr"]


class EventPipe:
    """Writes events as whole lines; a cancel that arrives while a line is being written waits for its end."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._lock = threading.RLock()
        self._seq = self._logged = self._sent = 0
        self._writing = False
        self._cancelled = False

    def restart(self) -> None:
        """Count records from 0 again: another run begins."""
        self._seq = self._logged = self._sent = 0

    def ready(self) -> None:
        """Say that the modules asked for are imported."""
        self._send(json.dumps({"v": VERSION, "seq": 0, "type": READY}).encode())

    def mute(self) -> None:
        """In a process that the demo forked: it is not the run, and must not hold the pipe open."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._fd, inheritable=False)
        os.close(nowhere)

    def emit(self, event: Event) -> None:
        """Write one event.

        Raises Cancelled, in the main thread only, if that was asked meanwhile; ValueError for one that is too
        large, or one too many.
        """
        with self._lock:
            line = encode(event, self._seq, templates=True).encode("utf-8")
            if not isinstance(event, Log | Error | End):  # these are bounded, and said in every case
                _bounded(
                    len(line), LARGEST_RECORD, "one thing shown is larger than {limit} MB; show less of it"
                )
                _bounded(self._sent, MOST_BYTES, "more than {limit} MB shown; show less")
            self._writing = True
            self._seq += 1
            self._sent += len(line)
            self._send(line)
            self._writing = False
        if self._cancelled and threading.current_thread() is threading.main_thread():
            self._cancelled = False
            raise Cancelled

    def logger(self, stream: Stream) -> Callable[[str], None]:
        """A function that writes printed lines, shortened; past the limit only one notice."""

        def log(text: str) -> None:
            with self._lock:
                self._logged += 1
                if self._logged <= MOST_LOG_LINES:
                    self.emit(Log(text[:LONGEST_LOG_LINE], stream))
                elif self._logged == MOST_LOG_LINES + 1:
                    self.emit(Log(f"… over {MOST_LOG_LINES} lines printed; the rest is left out", stream))

        return log

    def cancel(self, *_: object) -> None:
        """Signal handler: stop the run now, or after the line that is being written."""
        if self._writing:
            self._cancelled = True
        else:
            raise Cancelled

    def _send(self, line: bytes) -> None:
        line += b"\n"
        try:
            while line:
                line = line[os.write(self._fd, line) :]
        except OSError:  # nobody reads: the parent is gone
            os._exit(1)


def _bounded(size: int, limit: int, message: str) -> None:
    if size > limit:
        raise ValueError(message.format(limit=limit >> 20))


class LineBuffer:
    """Cuts a stream of text in lines, as a terminal would show them: ``\\r`` overwrites what stood before."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._rest = ""

    def feed(self, text: str) -> None:
        """Take text; call ``on_line`` for each line that is complete."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._on_line(line.rstrip("\r").rpartition("\r")[2])
        if len(self._rest) > LONGEST_LOG_LINE:
            self._rest = self._rest.rpartition("\r")[2][-LONGEST_LOG_LINE:]

    def close(self) -> None:
        """Give out the last line, where it has no newline."""
        if self._rest:
            self.feed("\n")


class CapturedStream(io.TextIOBase):
    """Stands in for ``sys.stdout`` or ``sys.stderr`` and takes over its file descriptor.

    What Python prints keeps its place between the events; what C prints comes through a pipe and a
    thread, and may come a little later.
    """

    encoding = "utf-8"

    def __init__(self, fd: int, on_line: Callable[[str], None]) -> None:
        self._fd = fd
        self._lines = LineBuffer(on_line)
        self._native_lines = LineBuffer(on_line)
        self.buffer = io.FileIO(fd, "w", closefd=False)
        reading, writing = os.pipe()
        os.dup2(writing, fd)
        os.close(writing)
        self._forwarder = threading.Thread(target=self._forward, args=(reading,), daemon=True)
        self._forwarder.start()

    def write(self, text: str) -> int:
        self._lines.feed(text)
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._fd

    def finish(self, close: bool) -> None:
        """Give out a last line that has no newline; with ``close``, wait for what C has printed."""
        self._lines.close()
        if close:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._fd)  # the pipe's last writer goes, so the forwarder comes to its end
            self._forwarder.join(LONGEST_DRAIN)

    def _forward(self, reading: int) -> None:
        with open(reading, encoding="utf-8", errors="replace", newline="") as printed:
            while text := printed.readline(LONGEST_LOG_LINE):
                self._native_lines.feed(text)
        self._native_lines.close()


def main() -> None:
    """Serve jobs until one is the last, stdin ends, or the parent cancels.  Never returns."""
    _ignore_interrupts()
    jobs: queue.SimpleQueue[str] = queue.SimpleQueue()
    pipe = EventPipe(os.dup(1))  # dup: programs that a demo starts do not inherit it
    faulthandler.enable(os.dup(2))  # a crash in C leaves its stack where the parent can read it
    stdout = CapturedStream(1, pipe.logger("stdout"))
    stderr = CapturedStream(2, pipe.logger("stderr"))
    sys.stdout, sys.stderr = stdout, stderr
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=pipe.mute)
    threading.Thread(target=_read_jobs, args=(jobs,), daemon=True).start()
    for signum in (signal.SIGTERM, getattr(signal, "SIGBREAK", signal.SIGTERM)):
        signal.signal(signum, pipe.cancel)
    status = 0
    try:
        while True:
            line = jobs.get()
            if line.startswith(WARM):
                _warm(line.removeprefix(WARM))
                pipe.ready()
                continue
            job = Job.from_json(line)
            pipe.restart()
            if job.last:
                _die_with_parent()
            if job.cpu_seconds is not None:
                limit_cpu(job.cpu_seconds)
            end = execute(job, _emit_after_prints(pipe, (stdout, stderr), close=job.last))
            if job.last:
                status = end.exit_code
                break
    except Cancelled:
        status = 130
    os._exit(status)  # no interpreter shutdown: threads of libraries have been seen to hang in it


def _emit_after_prints(
    pipe: EventPipe, streams: Iterable[CapturedStream], close: bool
) -> Callable[[Event], None]:
    def emit(event: Event) -> None:
        if isinstance(event, End):
            for stream in streams:
                stream.finish(close)
        pipe.emit(event)

    return emit


def _ignore_interrupts() -> None:
    """Ctrl-C belongs to the parent, which cancels in its own way."""
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _die_with_parent() -> None:
    """Have the kernel (Linux) kill the group when the parent's end of stdin closes.

    The thread that waits for that end needs the interpreter's lock, which C code may hold for minutes (one
    regular expression is enough).  After the last job nothing else can happen on stdin.
    """
    if sys.platform != "linux" or os.getpgrp() != os.getpid():
        return
    import fcntl

    fcntl.fcntl(0, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(0, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)


def _read_jobs(jobs: queue.SimpleQueue[str]) -> None:
    rest = b""
    while chunk := os.read(0, 65536):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            jobs.put(line.decode("utf-8"))
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _warm(modules: str) -> None:
    """Import modules ahead of the job; one that is missing is told when a demo asks for it."""
    for name in modules.split():
        with contextlib.suppress(Exception):
            importlib.import_module(name)


if __name__ == "__main__":
    main()
