"""The report of ``check --json``: what was read from a file, as plain data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flashcards.cards import Draft
from flashcards.sources.reading import Reading
from flashcards.text.key_points import key_points


def report(reading: Reading, path: Path | str | None = None) -> list[dict[str, Any]]:
    """One entry a card, in file order."""
    file = str(path if path is not None else reading.name)
    return [_entry(draft, file) for draft in reading.drafts]


def skipped_report(reading: Reading, path: Path | str | None = None) -> list[dict[str, Any]]:
    """One entry a block that is in no card, with the reason."""
    file = str(path if path is not None else reading.name)
    return [
        {
            "file": file,
            "line": block.line,
            "end_line": block.end_line,
            "reason": block.reason,
            "text": block.text,
        }
        for block in reading.skipped
    ]


def _entry(draft: Draft, file: str) -> dict[str, Any]:
    return {
        "file": file,
        "line": draft.line,
        "number": draft.number,
        "question": draft.question,
        "answer_markdown": draft.answer,
        "path": list(draft.path),
        "kind": _kind(draft),
        "answered": draft.answered,
        "key_points": list(key_points(draft.answer)),
        "remarks": list(draft.remarks),
        "context": draft.context,
    }


def _kind(draft: Draft) -> str:
    """How the card is asked where that is special (cloze, numeric), otherwise what stood in the notes."""
    if draft.kind != "qa":
        return draft.kind
    return "qa" if draft.form == "question" else draft.form
