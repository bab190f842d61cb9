"""Kept runs: what a demo said once, shown where the libraries to run it are missing.

A recording lies beside the demos (``recorded/rope.jsonl``) and travels with them.  It is the event stream of one
run at the default values, after a line with the SHA-256 of the source it was made from, so that a test finds
those that no longer belong to their demo.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from flashcards.errors import Message
from flashcards.lab.catalogue import DemoInfo
from flashcards.lab.errors import LabError
from flashcards.lab.events import VERSION, End, Error, Event, Start, encode, read_transcript
from flashcards.lab.execute import INSTALL
from flashcards.lab.runner import Run

FOLDER = "recorded"
_LIBRARIES = ("torch", "transformers", "peft", "tokenizers", "numpy")


def recording_of(demo: DemoInfo) -> Path:
    """Where a demo's recording lies, if it has one."""
    return demo.path.parent / FOLDER / f"{demo.slug}.jsonl"


def has_recording(demo: DemoInfo) -> bool:
    """Whether there is something to show without running the demo."""
    return recording_of(demo).is_file()


def replay(demo: DemoInfo) -> Iterator[Event]:
    """The events of the kept run; ``start`` says that it is one, of which versions, and how to run the demo live.

    Raises LabError where there is no recording, or it cannot be read.
    """
    try:
        lines = recording_of(demo).read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError):
        raise LabError("{slug}: there is no recording of this demo.", slug=demo.slug) from None
    for event in read_transcript(lines):
        yield replace(event, note=_note(event), recorded=True) if isinstance(event, Start) else event


def is_current(demo: DemoInfo) -> bool:
    """Whether the recording was made from the demo's source as it is now."""
    first = recording_of(demo).read_text(encoding="utf-8").partition("\n")[0]
    return bool(json.loads(first).get("source") == _source_digest(demo))


def record(demo: DemoInfo) -> Path:
    """Run the demo on the CPU at its default values and keep what it says; returns the recording's path.

    Raises LabError, keeping nothing, where a claim does not hold or the run does not come to its end.
    """
    events = list(Run(demo, preset="default", device="cpu"))
    end = events[-1]
    if not isinstance(end, End) or end.status != "passed":
        reasons = [event.message for event in events if isinstance(event, Error)]
        raise LabError(
            "{slug}: not recorded: {reason}", slug=demo.slug, reason=reasons[0] if reasons else "–"
        )
    header = {"v": VERSION, "type": "recording", "source": _source_digest(demo)}
    path = recording_of(demo)
    path.parent.mkdir(exist_ok=True)
    lines = [json.dumps(header), *(encode(event, seq) for seq, event in enumerate(events))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return path


def _note(start: Start) -> Message:
    made_with = [f"{name} {start.versions[name]}" for name in _LIBRARIES if name in start.versions]
    return Message(
        "this is a recording, made on {device} with {libraries}. To run it yourself: {command}",
        device=start.device,
        libraries=", ".join(made_with) or f"Python {start.versions.get('python', '')}",
        command=INSTALL,
    )


def _source_digest(demo: DemoInfo) -> str:
    """The same on every system, whatever ends the lines of the checkout."""
    return hashlib.sha256(demo.path.read_text(encoding="utf-8").encode()).hexdigest()
