"""The one place that reads the wall clock; everything else takes the time as an argument."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Returns now, in the person's own time zone."""


def system_clock() -> datetime:
    """Now.  ``FLASHCARDS_NOW`` (an ISO moment with offset) stops the clock, for screenshots and tests."""
    stopped = os.environ.get("FLASHCARDS_NOW")
    return datetime.fromisoformat(stopped) if stopped else datetime.now().astimezone()


def milliseconds(moment: datetime) -> int:
    """Unix milliseconds."""
    return int(moment.timestamp() * 1000)
