"""Heading-shaped notes as cards: what the dialects whose questions are headings share.

A small machine over blocks (a heading and the lines below it).  Headings at the card level are cards,
deeper ones belong to the answer, shallower ones are the path above, or topic cards if text of their own
stands below them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flashcards.sources.drafting import HeadingPath, OpenCard, clean_question, form_of, leave_out, split_count
from flashcards.sources.reading import Skipped
from flashcards.text.fences import Line, headings


@dataclass(slots=True)
class Block:
    """A heading with the lines below it, up to the next heading of any level."""

    level: int
    """0 for what stands above the first heading."""
    text: str
    line: Line | None
    body: list[Line] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing stands below the heading."""
        return all(line.blank for line in self.body)

    @property
    def lines(self) -> list[Line]:
        """Heading line and body."""
        return [*([self.line] if self.line else []), *self.body]


def blocks(lines: Sequence[Line]) -> list[Block]:
    """Cut at every heading outside a fence; the first block may have none."""
    found = [Block(0, "", None)]
    start = 0
    for i, at in headings(lines):
        if at.text:
            found[-1].body = list(lines[start:i])
            found.append(Block(at.level, at.text, lines[i]))
            start = i + 1
    found[-1].body = list(lines[start:])
    return found


@dataclass(slots=True)
class SectionReader:
    """Feed it blocks in order; ``cards``, ``skipped`` and ``path.title`` are its result."""

    card_level: int
    cards: list[OpenCard] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    path: HeadingPath = field(default_factory=HeadingPath)
    _current: OpenCard | None = None

    def read(self, found: Sequence[Block]) -> None:
        """Walk over all blocks."""
        for block, following in zip(found, [*found[1:], None], strict=True):
            deeper = following is not None and following.level > block.level
            self._step(block, deeper)

    def _step(self, block: Block, deeper: bool) -> None:
        if block.level == 0:
            self.skipped += leave_out(block.body, "text above the first heading")
        elif block.level > self.card_level and self._current is not None:
            self._current.body += block.lines
        elif block.level >= self.card_level:
            self._open(block)
        else:
            self._shallower(block, deeper)

    def _shallower(self, block: Block, deeper: bool) -> None:
        self._current = None
        if block.level == 1 and self.path.title is None and not self.cards:
            self.skipped += leave_out(block.body, "introduction below the title")
        elif not block.empty or (not deeper and block.level > 1):
            self._open(block)
        self.path.enter(block.level, block.text)

    def _open(self, block: Block) -> None:
        assert block.line is not None
        self.path.leave(block.level)
        number, text = split_count(block.text)
        question = clean_question(text)
        if not question:
            self.skipped += leave_out(block.lines, "a heading without words")
            return
        self._current = OpenCard(
            question=question,
            line=block.line.number,
            number=number,
            path=self.path.texts,
            form="note" if block.level == 1 and self.card_level > 1 else form_of(question),
            body=list(block.body),
        )
        self.cards.append(self._current)
