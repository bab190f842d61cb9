"""``### 2.15.3 question`` notes: numbers say the depth, bold bullets between headings are group labels.

Hash counts and leading spaces are noise here.  Most questions may wait for an answer; a label below one
belongs to the cards that follow, never to that question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from flashcards.sources.drafting import OpenCard, asks, clean_question, form_of, leave_out
from flashcards.sources.reading import Extract
from flashcards.sources.sections import Block, blocks
from flashcards.text.fences import Line, heading

NAME = "hierarchical-numbered-headings"

Number = tuple[int, ...]

_NUMBERED = re.compile(r"^(?:\*\*)?(\d{1,4}(?:\.\d{1,4})+)[.、]?\s+(.*)$")
_PLAIN = re.compile(r"^(\d{1,4})[.、]?\s+(.*)$")
_CARD = re.compile(r"^ {0,3}#{2,6}\s+\d{1,4}(?:\.\d{1,4})+[.、]?\s+\S")
_LABEL = re.compile(r"^ {0,3}[-*+]\s+\*\*([^*]+)\*\*\s*$")
_BADGE = re.compile(r"^\s*(?:\[!\[[^\]]*\]\([^)]*\)\]\([^)]*\)\s*|!\[[^\]]*\]\([^)]*shields\.io[^)]*\)\s*)+$")
_LIST_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s")
_SECTION_END = ("篇", "章", "部分", "面")


def starts_card(text: str) -> bool:
    """Whether the line starts a card or section, read outside a fence."""
    return _CARD.match(text) is not None


def score(lines: Sequence[Line]) -> float:
    """How many headings carry a number of several parts."""
    found = (heading(line) for line in lines)
    return 8.0 * sum(h is not None and _NUMBERED.match(h.text) is not None for h in found)


def read(lines: Sequence[Line], name: str) -> Extract:
    """All cards, with section / label / 篇 heading as their path."""
    reader = _Reader()
    found = [_Numbered.of(block) for block in blocks(lines)]
    reader.card_level = min((b.block.level for b in found if len(b.number) > 2), default=2)
    for block, following in zip(found, [*found[1:], None], strict=True):
        reader.step(block, following)
    reader.extract.drafts = [card.close() for card in reader.cards]
    return reader.extract


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A block whose heading's number has been read."""

    block: Block
    number: Number
    """Empty where the heading has none."""
    label: str | None
    text: str

    @classmethod
    def of(cls, block: Block) -> _Numbered:
        match = _NUMBERED.match(block.text) or (_PLAIN.match(block.text) if block.level <= 2 else None)
        if match is None:
            return cls(block, (), None, block.text)
        return cls(block, tuple(int(part) for part in match[1].split(".")), match[1], match[2])


@dataclass(slots=True)
class _Reader:
    extract: Extract = field(default_factory=Extract)
    cards: list[OpenCard] = field(default_factory=list)
    card_level: int = 3
    """Hash count of the shallowest question."""
    _title: tuple[str, ...] = ()
    _sections: list[tuple[Number, str]] = field(default_factory=list)
    _group: tuple[str, ...] = ()
    _current: OpenCard | None = None

    def step(self, found: _Numbered, following: _Numbered | None) -> None:
        block = found.block
        body, labels = self._take_labels(self._without_badges(block.body))
        if block.level == 0:
            self.extract.skipped += leave_out(body, "text above the first heading")
        elif not found.number and block.level > self.card_level and self._current is not None:
            self._current.body += [*([block.line] if block.line else []), *body]
        elif block.level == 1 and not found.number and not self._title:
            self._title = (clean_question(block.text),)
            self.extract.title = self._title[0]
            self.extract.skipped += leave_out(body, "introduction below the title")
        elif self._is_section(found, following):
            self._enter(found, body)
        else:
            self._open(found, body)
        if labels:
            self._group = (labels[-1],)

    def _is_section(self, found: _Numbered, following: _Numbered | None) -> bool:
        """A parent that asks nothing itself: deeper numbers go on from it, or it sits above."""
        if found.block.level < self.card_level and len(found.number) <= 2:
            return True
        extends = (
            following is not None
            and len(following.number) > len(found.number) > 0
            and following.number[: len(found.number)] == found.number
        )
        return extends and (found.text.rstrip().endswith(_SECTION_END) or not asks(found.text))

    def _enter(self, found: _Numbered, body: list[Line]) -> None:
        self._current, self._group = None, ()
        self._leave(found.number)
        self._sections.append((found.number, clean_question(found.text)))
        self.extract.skipped += leave_out(body, "text of a section, above its first question")

    def _leave(self, number: Number) -> None:
        """Close the sections that ``number`` is not below; an unnumbered heading closes nothing."""
        while self._sections:
            above = self._sections[-1][0]
            if above and number and len(number) > len(above) and number[: len(above)] == above:
                return
            self._sections.pop()

    def _open(self, found: _Numbered, body: list[Line]) -> None:
        line = found.block.line
        question = clean_question(found.text)
        if line is None or not question:
            self.extract.skipped += leave_out(found.block.lines, "a heading without words")
            return
        if found.number:
            self._leave(found.number)
        path = (*self._title, *(text for _, text in self._sections), *self._group)
        self._current = OpenCard(
            question, line.number, number=found.label, path=path, form=form_of(question), body=list(body)
        )
        self.cards.append(self._current)

    def _without_badges(self, body: Sequence[Line]) -> list[Line]:
        kept = []
        for line in body:
            if not line.fence and "![" in line.text and _BADGE.match(line.text):
                self.extract.skipped += leave_out([line], "a badge")
            else:
                kept.append(line)
        return kept

    def _take_labels(self, body: list[Line]) -> tuple[list[Line], list[str]]:
        """Peel the bold bullets that stand alone at the end of a body; the last one holds."""
        labels: list[str] = []
        end = len(body)
        while True:
            while end and body[end - 1].blank:
                end -= 1
            match = _LABEL.match(body[end - 1].text) if end and not body[end - 1].fence else None
            if match is None or not _stands_alone(body, end - 1):
                break
            labels.insert(0, clean_question(match[1]))
            end -= 1
        return body[:end], labels


def _stands_alone(body: Sequence[Line], at: int) -> bool:
    """A blank line above, and no list that the bullet would be the last item of."""
    if at == 0:
        return True
    if not body[at - 1].blank:
        return False
    above = next((line for line in reversed(body[:at]) if not line.blank), None)
    return above is None or _LABEL.match(above.text) is not None or not _LIST_ITEM.match(above.text)
