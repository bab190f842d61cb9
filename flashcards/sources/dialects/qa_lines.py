"""``Q: …`` and ``A: …`` (``问：``, ``答：``) at the start of lines; an answer runs to the next ``Q:``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flashcards.sources.drafting import LineReader, OpenCard, clean_question, leave_out
from flashcards.sources.reading import Extract
from flashcards.text.fences import Line, heading

NAME = "qa-lines"

_LEAD = r"^\s{0,3}(?:[-*+]\s+|\d{1,3}[.)]\s+)?(?:\*\*|__)?"
_Q = re.compile(
    _LEAD + r"(?:Q(?:uestion)?|问题?|提问)\s*(\d{1,4})?\s*[.:：、]\s*(?:\*\*|__)?\s*(\S.*)$", re.I
)
_A = re.compile(
    _LEAD + r"(?:A(?:nswer|ns)?|答案?|回答|解答)\s*\d{0,4}\s*[.:：、]\s*(?:\*\*|__)?\s*(.*)$", re.I
)


def starts_card(text: str) -> bool:
    """Whether the line starts a card, read outside a fence."""
    return _Q.match(text) is not None


def score(lines: Sequence[Line]) -> float:
    """Pairs of a question line and an answer line; questions alone count little."""
    questions = sum(not line.fence and starts_card(line.text) for line in lines)
    answers = sum(not line.fence and _A.match(line.text) is not None for line in lines)
    return 5.0 * min(questions, answers) + (questions if questions > 1 else 0)


def read(lines: Sequence[Line], name: str) -> Extract:
    """All cards."""
    return _Reader().read(lines)


@dataclass(slots=True)
class _Reader(LineReader):
    _answering: bool = False

    def step(self, line: Line) -> None:
        asked = None if line.fence else _Q.match(line.text)
        if asked is not None:
            question = clean_question(asked[2])
            self._current = OpenCard(question, line.number, number=asked[1], path=self.path.texts)
            self._answering = False
            self.cards.append(self._current)
        elif (found := heading(line)) is not None and (self._current is None or found.level <= 2):
            self._current = None
            self.path.enter(*found)
        elif self._current is None:
            self.extract.skipped += leave_out([line], "text above the first question")
        elif not self._answering and not line.fence and (answer := _A.match(line.text)):
            self._answer(self._current, line._replace(text=answer[1]))
        else:
            self._current.body.append(line)

    def _answer(self, card: OpenCard, first: Line) -> None:
        """What stood between question and answer says more about the question."""
        self._answering = True
        detail = [line.text.strip() for line in card.body if not line.blank]
        card.context, card.body = "\n".join(detail), [first]
        card.end_line = first.number
