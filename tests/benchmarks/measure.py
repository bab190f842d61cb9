"""Measure and say how well: CPU time where the machine is shared, ours and the reference by turns."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Job = Callable[[], object]


@dataclass(frozen=True)
class Spread:
    """Seconds, measured several times."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Spread:
        """Of all the measurements."""
        return cls(statistics.median(seconds), min(seconds), max(seconds))


@dataclass(frozen=True)
class Result:
    """One line of the table."""

    what: str
    ours: Spread | None
    """``None``: not measured; the note says why."""
    reference: Spread | None = None
    against: str = ""
    """What the reference is."""
    goal: float | None = None
    """At most this: a ratio where there is a reference, seconds otherwise."""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Of the medians."""
        if self.ours is None or self.reference is None or not self.reference.median:
            return None
        return self.ours.median / self.reference.median

    @property
    def reached(self) -> bool | None:
        """Whether the goal is; ``None`` where there is none."""
        value = self.ratio if self.reference is not None else self.ours and self.ours.median
        return None if self.goal is None or value is None else value <= self.goal


def cpu_seconds(job: Job) -> float:
    """CPU time of this process, garbage of earlier jobs swept first."""
    gc.collect()
    start = time.process_time()
    job()
    return time.process_time() - start


def wall_seconds(job: Job) -> float:
    """Time on the clock: where the disk counts."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def by_turns(ours: Job, reference: Job, rounds: int) -> tuple[Spread, Spread]:
    """CPU time of both, measured alternately, so that a busy moment of the machine meets both."""
    pairs = [(cpu_seconds(ours), cpu_seconds(reference)) for _ in range(rounds)]
    return Spread.of([a for a, _ in pairs]), Spread.of([b for _, b in pairs])


def process_seconds(
    arguments: Sequence[str], rounds: int, environment: dict[str, str]
) -> tuple[Spread, Spread]:
    """CPU and wall time of a whole Python process with these arguments (wall time twice where CPU is unknown)."""
    cpu, wall = [], []
    command = [sys.executable, *arguments]
    for _ in range(rounds):
        before = _children_seconds()
        wall.append(
            wall_seconds(
                lambda: subprocess.run(
                    command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **environment}
                )
            )
        )
        cpu.append(_children_seconds() - before or wall[-1])
    return Spread.of(cpu), Spread.of(wall)


def _children_seconds() -> float:
    """CPU time of all processes that this one waited for; 0 where the system does not tell (Windows)."""
    try:
        import resource
    except ImportError:
        return 0.0
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def machine() -> str:
    """The machine and the versions that the numbers belong to."""
    import sqlite3

    processor = platform.processor() or platform.machine()
    return (
        f"{platform.system()} {processor}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}"
    )
