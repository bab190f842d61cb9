"""Paragraphs or bullets that are bold as a whole and ask: ``**1. question?**``, ``- **question?**``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flashcards.sources.drafting import LineReader, OpenCard, asks, clean_question, leave_out, split_count
from flashcards.sources.reading import Extract
from flashcards.text.fences import Line, heading

NAME = "bold-questions"

_BOLD = re.compile(
    r"^(?:[-*+]\s+)?(?:(\d{1,4})[.、)]\s*)?(?:\*\*|__)(\S.*\S)(?:\*\*|__)\s*(?:<br\s*/?>)?\s*$"
)


def starts_card(text: str) -> bool:
    """Whether the line starts a card, read outside a fence."""
    return _question(text) is not None


def _question(text: str) -> tuple[str | None, str] | None:
    match = _BOLD.match(text)
    if match is None or "**" in match[2]:
        return None
    number, words = split_count(match[2])
    if not asks(words):
        return None
    return match[1] or number, clean_question(words)


def score(lines: Sequence[Line]) -> float:
    """How many lines are bold questions; less than one heading that asks."""
    return 1.9 * sum(not line.fence and starts_card(line.text) for line in lines)


def read(lines: Sequence[Line], name: str) -> Extract:
    """All cards."""
    return _Reader().read(lines, dedent=True)


class _Reader(LineReader):
    __slots__ = ()

    def step(self, line: Line) -> None:
        found = None if line.fence else _question(line.text)
        if found is not None:
            self._current = OpenCard(found[1], line.number, number=found[0], path=self.path.texts)
            self.cards.append(self._current)
        elif (at := heading(line)) is not None:
            self._current = None
            self.path.enter(*at)
        elif self._current is not None:
            self._current.body.append(line)
        else:
            self.extract.skipped += leave_out([line], "text above the first question")
