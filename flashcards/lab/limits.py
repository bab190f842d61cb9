"""Limits a demo's process sets on itself, and what the machine has to give.  Windows has no such limits."""

from __future__ import annotations

import contextlib
import math
import sys
import time
from pathlib import Path

SHARE_OF_FREE_MEMORY = 0.8


def limit_cpu(seconds: float) -> None:
    """Let this process use ``seconds`` more of CPU time; then the kernel ends it with SIGXCPU."""
    if sys.platform == "win32":
        return
    import resource

    soft = math.ceil(time.process_time() + seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with contextlib.suppress(ValueError, OSError):  # a lower limit is already set from outside
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def limit_memory(extra_bytes: int) -> None:
    """Let this process map ``extra_bytes`` more than it has; beyond, allocation fails."""
    in_use = _address_space()
    if sys.platform == "win32" or in_use is None:
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (in_use + extra_bytes, hard))


def memory_budget() -> int | None:
    """Bytes a demo may take: four fifths of what is free, also in the container; None if unknown."""
    free = free_memory()
    return None if free is None else int(free * SHARE_OF_FREE_MEMORY)


def free_memory() -> int | None:
    """Bytes that are free, also in the container; None if unknown.  On macOS all there are: it frees by itself."""
    known = [value for value in (_available_memory(), _cgroup_headroom()) if value is not None]
    return min(known) if known else _physical_memory()


def forget_peak() -> None:
    """Count the peak of this process anew (Linux): it served another demo before."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_memory() -> int:
    """Highest resident memory of this process in bytes; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    with contextlib.suppress(OSError):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _address_space() -> int | None:
    """Bytes of address space in use (Linux only: elsewhere RLIMIT_AS is not kept)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError):
        return None
    import resource

    return pages * resource.getpagesize()


def _available_memory() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    kib = [int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")]
    return kib[0] * 1024 if kib else None


def _physical_memory() -> int | None:
    if sys.platform == "win32":
        return None
    import os

    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _cgroup_headroom() -> int | None:
    group = Path("/sys/fs/cgroup")
    try:
        limit = (group / "memory.max").read_text().strip()
        used = int((group / "memory.current").read_text())
    except (OSError, ValueError):
        return None
    return None if limit == "max" else max(0, int(limit) - used)
