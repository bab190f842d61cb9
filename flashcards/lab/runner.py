"""Run a demo in a process of its own and hand out its events; whatever happens, the last one is ``end``.

A run has a wall-clock cap, a CPU budget and a memory limit, can be cancelled from any thread, and
leaves no process behind.
"""

from __future__ import annotations

import contextlib
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any

from flashcards.errors import Message
from flashcards.lab.catalogue import DemoInfo
from flashcards.lab.errors import LabError
from flashcards.lab.events import Claim, End, Error, Event, Reason, Start, Status, decode
from flashcards.lab.job import DeviceChoice, Job
from flashcards.lab.limits import memory_budget
from flashcards.lab.params import Preset, Value, resolve, smaller
from flashcards.lab.process import GRACE, ChildProcess

TIMEOUT = 300.0
"""Wall seconds.  Generous: a busy machine must not fail a demo that the CPU budget lets through."""
CPU_LIMIT = 120.0
"""CPU seconds, over ten times what the dearest demo takes at its defaults."""
_POLL = 0.2
_HARMLESS: tuple[Status, ...] = ("passed", "failed", "params", "dependency", "error")
"""Ends after which a process can run another demo."""


class Run:
    """One run of a demo.  Iterate it once for its events; ``cancel`` from wherever you like.

    ``preset`` None means the default values, and on CUDA the larger ``gpu`` ones.
    With ``keep`` a process that came through the run unharmed is left for another.
    Raises LabError, before anything starts, for a parameter that the demo does not take, and for a demo of
    others that the person has not trusted.
    """

    def __init__(
        self,
        demo: DemoInfo,
        params: Mapping[str, Any] | None = None,
        *,
        preset: Preset | None = None,
        device: DeviceChoice = "auto",
        seed: int = 0,
        control: bool = False,
        timeout: float = TIMEOUT,
        cpu_limit: float = CPU_LIMIT,
        memory_limit: int | None = None,
        keep: bool = False,
        child: Callable[[], ChildProcess] = ChildProcess,
    ) -> None:
        if demo.untrusted:
            raise LabError(
                "{slug}: a program of {folder}, which you have not trusted. Read it with --source, then "
                "'flashcards demo --trust {folder}'.",
                slug=demo.slug,
                folder=demo.path.parent,
            )
        given = params or {}
        self.demo = demo
        self.end: End | None = None
        """How it ended, once it has."""
        self._job = Job(
            path=str(demo.path.resolve()),
            params=resolve(demo.params, given, preset or "default"),
            gpu_params=resolve(demo.params, given, "gpu") if preset is None else None,
            device=device,
            seed=seed,
            control=control,
            cpu_seconds=cpu_limit,
            memory_bytes=memory_budget() if memory_limit is None else memory_limit,
            digest=demo.digest,
            last=not keep,
        )
        self._timeout = timeout
        self._new_child = child
        self._child: ChildProcess | None = None
        self._killer: threading.Timer | None = None
        self._cancelled = False
        self._unharmed = False
        self._lock = threading.RLock()  # a signal handler may cancel while this thread holds it
        self._claims: list[Claim] = []
        self._started = 0.0

    @property
    def params(self) -> Mapping[str, Value]:
        """The values it runs with (on a CPU)."""
        return self._job.params

    @property
    def pid(self) -> int | None:
        """The process that runs it, once there is one."""
        return self._child.pid if self._child else None

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Event]:
        self._started = time.monotonic()
        try:
            if self._begin():
                yield from self._events(self._started + self._timeout)
            if self.end is None:
                yield from self._ending_without_end()
        finally:
            self.close()

    def cancel(self) -> None:
        """Stop the run: politely, and two seconds later by force.  The events still end with ``end``."""
        with self._lock:
            if self._cancelled:
                return
            self._cancelled = True
            self._ask_to_stop()

    def close(self) -> None:
        """Leave nothing running.  Called by itself when the events are read to their end."""
        with self._lock:
            self._cancelled = True  # a run that is iterated later does not start
            if self._killer:
                self._killer.cancel()
            if self._child and not self._unharmed:
                self._child.stop()

    def _begin(self) -> bool:
        with self._lock:
            if self._cancelled:
                return False
            self._child = self._new_child()
            self._child.start(self._job)
            return True

    def _ask_to_stop(self) -> None:
        if self._child and not self._killer:
            self._child.terminate()
            self._killer = threading.Timer(GRACE, self._child.kill)
            self._killer.daemon = True
            self._killer.start()

    def _events(self, deadline: float) -> Iterator[Event]:
        """What the child says until its end, its death, or the deadline."""
        while (line := self._next_line(deadline)) is not None:
            try:
                event = decode(line)
            except LabError as error:  # something wrote into the pipe of events
                yield Error(Message("{slug}: {error}", slug=self.demo.slug, error=error))
                yield self._said_end("error")
                return
            if isinstance(event, Start):
                self._claims.clear()
            elif isinstance(event, Claim):
                self._claims.append(event)
            elif isinstance(event, End):
                self.end = event
                self._unharmed = not (self._job.last or self._cancelled) and event.status in _HARMLESS
            if event is not None:
                yield event
            if self.end is not None:
                return

    def _next_line(self, deadline: float) -> str | None:
        assert self._child is not None
        lines = self._child.lines
        while True:
            # What was said in time counts, however late it is read.  Short waits: Ctrl-C on Windows.
            with contextlib.suppress(queue.Empty):
                return lines.get_nowait()
            if time.monotonic() >= deadline:
                return None
            alive = self._child.alive
            with contextlib.suppress(queue.Empty):
                return lines.get(timeout=max(0.001, min(_POLL, deadline - time.monotonic())))
            if not alive:  # what it started may hold its pipe open
                return None

    def _ending_without_end(self) -> Iterator[Event]:
        error = self._reason()
        if error:
            yield error
        yield self._said_end(error.reason if error else "cancelled")

    def _said_end(self, status: Status) -> End:
        """An end on behalf of a process that does not tell its own."""
        self.end = End(
            status,
            passed=sum(claim.passed is True for claim in self._claims),
            failed=sum(claim.passed is False for claim in self._claims),
            wall_seconds=round(time.monotonic() - self._started, 4),
        )
        return self.end

    def _reason(self) -> Error | None:
        """Why the child ended without saying so; None if it was cancelled."""
        if self._cancelled or self._child is None:
            return None
        slug = self.demo.slug
        if time.monotonic() - self._started >= self._timeout:
            with self._lock:
                self._ask_to_stop()
            self._child.returncode()
            return _over_time(slug, Message("{seconds:g} s", seconds=self._timeout), "--timeout")
        code = self._child.returncode()
        if code is not None and code == -getattr(signal, "SIGXCPU", 0):
            return _over_time(slug, Message("{seconds:g} s of CPU time", seconds=self._job.cpu_seconds), "")
        if code is not None and code == -getattr(signal, "SIGKILL", 0):
            advice = smaller(self.demo.params, self._job.params)
            message = Message(
                "{slug}: the system killed the demo, most likely because memory ran out.", slug=slug
            )
            return Error(message, Message("Try smaller values."), "oom", advice)
        words = self._child.last_words().split("\n")
        return Error(
            Message("{slug}: its process died ({end}).", slug=slug, end=_exit_name(code)),
            words[-1][:300],
            "error",
        )


def run_demo(demo: DemoInfo, params: Mapping[str, Any] | None = None, **options: Any) -> Iterator[Event]:
    """The events of one run (options as of ``Run``); closing the iterator ends the process."""
    with Run(demo, params, **options) as run:
        yield from run


def _over_time(slug: str, limit: str, flag: str) -> Error:
    reason: Reason = "over_time"
    hint = (
        Message("Allow more with {flag}, or try smaller values.", flag=flag)
        if flag
        else Message("Try smaller values.")
    )
    return Error(Message("{slug}: stopped after {limit}.", slug=slug, limit=limit), hint, reason)


def _exit_name(code: int | None) -> str:
    if code is None:
        return Message("it does not answer")
    with contextlib.suppress(ValueError):
        if code < 0:
            return signal.Signals(-code).name
    return Message("exit code {code}", code=code)
