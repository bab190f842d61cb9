"""The numbers that a demo's kept run states: what it measured, expected, put into tables and said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flashcards.lab.catalogue import DemoInfo
from flashcards.lab.errors import LabError
from flashcards.lab.events import Claim, Event, Say, Start, Table
from flashcards.lab.transcripts import has_recording, replay
from flashcards.sources.figures import numbers_in


def transcript_numbers(demo: DemoInfo) -> tuple[float, ...]:
    """Every number of the demo's recording but times, and those in charts; nothing where it has none.

    A chart holds so many numbers that almost anything would be found in it.
    """
    if not has_recording(demo):
        return ()
    try:
        return tuple(number for event in replay(demo) for number in _of(event))
    except LabError:
        return ()


def _of(event: Event) -> Iterator[float]:
    match event:
        case Start(params=params):
            yield from _flat(list(params.values()))
        case Claim(kind=kind, measured=measured, expected=expected, title=title) if kind != "observe":
            yield from _flat([measured, expected, title])
        case Say(markdown=text):
            yield from numbers_in(text)
        case Table(rows=rows):
            yield from _flat(rows)


def _flat(value: Any) -> Iterator[float]:
    if isinstance(value, str):
        yield from numbers_in(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _flat(part)
