"""Many demos one after another: those of a tier in one process, so that its imports are paid once; and their sum.

A process that a demo harmed (killed, cancelled, out of memory) is replaced.  Seeds and limits are set anew
for each run; what a library keeps in memory is not, so a single run has a process of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flashcards.lab import Tier
from flashcards.lab.events import Claim, End, Status, Total
from flashcards.lab.process import ChildProcess


class SharedProcesses:
    """One process a tier, to be used by runs with ``keep``."""

    def __init__(self) -> None:
        self._by_tier: dict[Tier, ChildProcess] = {}

    def take(self, tier: Tier) -> ChildProcess:
        """The process of this tier, a new one where there is none or it died."""
        child = self._by_tier.get(tier)
        if child is None or not child.alive:
            if child:
                child.stop()
            child = self._by_tier[tier] = ChildProcess()
        return child

    def close(self) -> None:
        """End them all."""
        for child in self._by_tier.values():
            child.stop()
        self._by_tier.clear()


def total(ends: Mapping[str, End], claims: Sequence[Claim], wall_seconds: float) -> Total:
    """The sum of several runs: ``ends`` by slug, and all their claims (observations are left out)."""
    judged = [claim for claim in claims if claim.kind != "observe"]
    return Total(
        status=verdict([end.status for end in ends.values()]),
        demos=len(ends),
        claims=len(judged),
        distinct=len({claim.id for claim in judged}),
        illustrations=sum(claim.illustration for claim in judged),
        passed=sum(end.passed for end in ends.values()),
        failed=sum(end.failed for end in ends.values()),
        wall_seconds=round(wall_seconds, 2),
        statuses={slug: end.status for slug, end in ends.items()},
    )


def verdict(statuses: Sequence[Status]) -> Status:
    """``passed`` if all did; ``cancelled`` if one was; else what stopped them where it was one thing, or ``failed``."""
    wrong = set(statuses) - {"passed"}
    if not wrong:
        return "passed"
    if "cancelled" in wrong:
        return "cancelled"
    return wrong.pop() if len(wrong) == 1 else "failed"
