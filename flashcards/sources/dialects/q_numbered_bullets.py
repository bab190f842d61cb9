"""``- Q7 **question**`` bullets at column 0, the answer indented below them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from flashcards.sources.drafting import HeadingPath, OpenCard, clean_question, leave_out
from flashcards.sources.reading import Extract
from flashcards.text.fences import Line, heading

NAME = "q-numbered-bullets"

Kind = Literal["card", "heading", "inside", "outside"]

_CARD = re.compile(r"^[-*+]\s+Q(\d{1,4})[.:：、]?\s+\*\*(.+)\*\*\s*$")


def starts_card(text: str) -> bool:
    """Whether the line starts a card, read outside a fence."""
    return _CARD.match(text) is not None


def score(lines: Sequence[Line]) -> float:
    """How many bullets at column 0 are numbered bold questions."""
    return 10.0 * sum(not line.fence and starts_card(line.text) for line in lines)


def read(lines: Sequence[Line], name: str) -> Extract:
    """All cards."""
    reader = _Reader()
    for line in lines:
        reader.step(line)
    reader.extract.title = reader.path.title
    reader.extract.drafts = [card.close(dedent=True) for card in reader.cards]
    return reader.extract


def _classify(line: Line) -> Kind:
    if line.fence or line.text[:1] == " " or line.blank:
        return "inside"
    if starts_card(line.text):
        return "card"
    return "heading" if heading(line) else "outside"


@dataclass(slots=True)
class _Reader:
    extract: Extract = field(default_factory=Extract)
    cards: list[OpenCard] = field(default_factory=list)
    path: HeadingPath = field(default_factory=HeadingPath)
    _current: OpenCard | None = None

    def step(self, line: Line) -> None:
        kind = _classify(line)
        if kind == "card":
            self._open(line)
        elif kind == "heading":
            self._enter(line)
        elif kind == "inside" and self._current is not None:
            self._current.body.append(line)
        elif line.blank:
            return
        elif self._current is not None:
            self._current.note(line.text.strip(), line.number)
        else:
            self.extract.skipped += leave_out([line], "text outside any question")

    def _open(self, line: Line) -> None:
        match = _CARD.match(line.text)
        assert match is not None
        question = clean_question(match[2])
        self._current = OpenCard(question, line.number, number=match[1], path=self.path.texts)
        self.cards.append(self._current)

    def _enter(self, line: Line) -> None:
        found = heading(line)
        assert found is not None
        self._current = None
        self.path.enter(*found)
