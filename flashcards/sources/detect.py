"""Which dialect a file is written in: each one scores the first lines, the best reads the whole file."""

from __future__ import annotations

from collections.abc import Sequence

from flashcards.sources.dialects import DIALECTS, FALLBACK, Dialect
from flashcards.sources.reading import SourceError
from flashcards.text.fences import Line

CONTENT_LINES = 200
"""Enough to see a pattern; a long preamble must not cost the whole file's time."""


def detect(lines: Sequence[Line]) -> Dialect:
    """The dialect with the best score over the first content lines; notes with plain headings otherwise."""
    head = _head(lines)
    scores = {name: dialect.score(head) for name, dialect in DIALECTS.items()}
    best = max(scores, key=lambda name: scores[name])
    return DIALECTS[best] if scores[best] > 0 else FALLBACK


def dialect_named(name: str) -> Dialect:
    """The dialect the person asked for."""
    if name not in DIALECTS:
        raise SourceError(
            "there is no dialect {name!r}; known: {known}", name=name, known=", ".join(DIALECTS)
        )
    return DIALECTS[name]


def _head(lines: Sequence[Line]) -> list[Line]:
    head: list[Line] = []
    content = 0
    for line in lines:
        head.append(line)
        content += not line.blank
        if content == CONTENT_LINES:
            break
    return head
