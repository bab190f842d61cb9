"""A process that has imported what a demo needs and waits: a demo then starts in milliseconds.

Never forked from a process that used torch (that hangs), never used twice (that keeps memory and
seeds), and idle it makes no CUDA call.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from importlib.util import find_spec

from flashcards.lab import Tier
from flashcards.lab.process import ChildProcess

WARM_MODULES: Mapping[Tier, str] = {
    "numpy": "numpy",
    "tok": "",
    "torch": "torch",
    "hf": "torch transformers.models.llama.modeling_llama peft",
}


def missing_libraries(tier: Tier) -> tuple[str, ...]:
    """What a demo of this tier needs and what is not installed, found without importing any of it."""
    needed = dict.fromkeys(module.partition(".")[0] for module in WARM_MODULES[tier].split())
    return tuple(name for name in needed if find_spec(name) is None)


class Spares:
    """At most one waiting process a tier.  Safe to use from several threads."""

    def __init__(self) -> None:
        self._waiting: dict[Tier, ChildProcess] = {}
        self._lock = threading.Lock()
        self._closed = False

    def prepare(self, tier: Tier) -> None:
        """Have a process of this tier ready soon.  Returns at once."""
        with self._lock:
            waiting = self._waiting.get(tier)
            if self._closed or (waiting and waiting.alive):
                return
            if waiting:
                waiting.stop()
            child = ChildProcess()
            child.warm(WARM_MODULES[tier])
            self._waiting[tier] = child

    def take(self, tier: Tier) -> ChildProcess:
        """The waiting process of this tier, or a new one: ``Run(demo, child=lambda: spares.take(tier))``."""
        with self._lock:
            child = self._waiting.pop(tier, None)
        if child and child.alive:
            return child
        if child:
            child.stop()
        return ChildProcess()

    def close(self) -> None:
        """End every waiting process."""
        with self._lock:
            self._closed = True
            children = list(self._waiting.values())
            self._waiting.clear()
        for child in children:
            child.stop()
