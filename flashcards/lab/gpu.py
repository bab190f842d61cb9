"""What a device can do at most, measured on it, and how much of that a piece of work gets.

The ceilings are a large copy (bytes a second) and a large matrix product (operations a second): no data sheet,
so a share of them compares with what this card, at this clock and temperature, was seen to do.
Called inside the run only.
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from flashcards.lab.charts import number
from flashcards.lab.device import free_on
from flashcards.lab.events import Claim, Event, Start

COPY_BYTES = 1 << 30
"""Far above every cache."""
MATMUL_SIDE = 8192
"""2·8192³ operations: a millisecond or two on a data-centre card, long enough to fill it."""
_AT_LEAST = 0.2
"""Seconds to measure for."""
_MOST_CALLS = 100


@dataclass(frozen=True, slots=True)
class Ceilings:
    """The most a device was seen to do."""

    bytes_per_second: float
    """Read and written by a large copy."""
    flops_per_second: float
    """Of a large matrix product in the run's number type."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast a piece of work went."""

    seconds: float
    """Median of one call."""
    per_second: float
    unit: str
    """``TFLOP/s`` or ``GB/s``, which is what ``per_second`` counts."""
    share: float
    """Of the ceiling that bounds this kind of work, 1 at most but for noise."""


def seconds(work: Callable[[], Any], device: str, at_least: float = _AT_LEAST) -> float:
    """Median time of one call after a warm-up; on CUDA by the card's own clock."""
    import torch

    torch_cuda: Any = torch.cuda  # its types are incomplete
    on_card = device == "cuda"
    synchronize = torch_cuda.synchronize if on_card else _nothing
    for _ in range(2):  # the first call chooses kernels and allocates
        work()
    synchronize()
    begin = time.perf_counter()
    work()
    synchronize()
    once = time.perf_counter() - begin
    calls = max(3, min(_MOST_CALLS, int(at_least / max(once, 1e-6))))
    if not on_card:
        return statistics.median(_wall(work) for _ in range(calls))
    marks = [torch_cuda.Event(enable_timing=True) for _ in range(calls + 1)]
    marks[0].record()
    for mark in marks[1:]:
        work()
        mark.record()
    synchronize()
    spans = [before.elapsed_time(after) for before, after in itertools.pairwise(marks)]
    return float(statistics.median(spans)) / 1000


def copy_rate(device: str, size: int = COPY_BYTES) -> float:
    """Bytes read and written a second by copying ``size`` bytes on the device."""
    import torch

    source = torch.ones(size // 4, device=device)
    target = torch.empty_like(source)
    return 2 * 4 * source.numel() / seconds(lambda: target.copy_(source), device)


def matmul_rate(device: str, dtype: Any, side: int = MATMUL_SIDE) -> float:
    """Operations a second of a ``side`` x ``side`` matrix product: 2·side³ of them."""
    import torch

    a = torch.randn(side, side, device=device).to(dtype)
    b = torch.randn(side, side, device=device).to(dtype)
    return 2 * side**3 / seconds(lambda: a @ b, device)


@cache
def ceilings(device: str, dtype: Any) -> Ceilings:
    """The ceilings of a device, measured once a process (under a second on a data-centre card)."""
    free = free_on(device) or 8 * COPY_BYTES
    return Ceilings(copy_rate(device, min(COPY_BYTES, free // 8)), matmul_rate(device, dtype))


def rate(work: Callable[[], Any], device: str, most: Ceilings, *, flops: float = 0, bytes: float = 0) -> Rate:
    """Time ``work``, which does ``flops`` operations or moves ``bytes`` (give one), against what is possible."""
    taken = seconds(work, device)
    if flops:
        return Rate(taken, flops / taken / 1e12, "TFLOP/s", flops / taken / most.flops_per_second)
    return Rate(taken, bytes / taken / 1e9, "GB/s", bytes / taken / most.bytes_per_second)


def page(events: Iterable[Event]) -> str:
    """The measurements of a run as a page of markdown, under the name of what they were made on."""
    start, claims = None, []
    for event in events:
        if isinstance(event, Start):
            start = event
        elif isinstance(event, Claim):
            claims.append(event)
    assert start is not None
    card = next((str(claim.measured) for claim in claims if claim.id == "card"), start.device)
    versions = ", ".join(f"{name} {version}" for name, version in start.versions.items())
    rows = [
        f"| {claim.title} | {f'{number(claim.measured)} {claim.unit}'.strip()} | {_verdict(claim)} |"
        for claim in claims
        if claim.id != "card"
    ]
    values = ", ".join(f"{name} {number(value)}" for name, value in start.params.items())
    return "\n".join(
        [
            "# What a GPU was measured to do",
            "",
            f"{card}; {start.dtype}; {versions}.",
            f"Sizes: {values}.",
            "",
            "| what | measured | goal |",
            "|---|---:|---|",
            *rows,
            "",
            "Renew it with `flashcards demo --bench-gpu > docs/gpu.md`.",
        ]
    )


def _verdict(claim: Claim) -> str:
    if claim.passed is None:
        return ""
    goal = {"at_least": "≥", "at_most": "≤"}.get(claim.kind, "=")
    return f"{goal} {number(claim.expected)}: {'reached' if claim.passed else 'not reached'}"


def _wall(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _nothing() -> None:
    return None
