"""Nested bullets: a bullet that asks, its answer in the bullets below it (Notion toggles, Logseq, outliners).

The level at which most bullets ask is the level of the cards; shallower bullets are the path above them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from flashcards.sources.drafting import LineReader, OpenCard, asks, clean_question, leave_out, split_count
from flashcards.sources.reading import Extract
from flashcards.text.fences import Line, heading

NAME = "bullet-tree"

_BULLET = re.compile(r"^(\s*)[-*+•]\s+(?:\[[ xX]\]\s+)?(\S.*)$")
_CARD_TAG = re.compile(r"#(?:\[\[card\]\]|card\b|flashcards?\b)", re.I)
_PROPERTY = re.compile(
    r"^\s*(?:[-*+]\s+)?(?:id|collapsed|card-[a-z-]+|tags|alias|title|type|template)::\s", re.I
)


def starts_card(text: str) -> bool:
    """Whether the line starts a card, read outside a fence."""
    return _asked(text) is not None


def _asked(text: str) -> tuple[int, str] | None:
    """Indent and words of a bullet that asks, or that Logseq marks as a card."""
    match = _BULLET.match(text)
    if match is None:
        return None
    words = _CARD_TAG.sub(" ", match[2]).strip()
    plain = clean_question(words)
    tagged = _CARD_TAG.search(match[2]) is not None
    # A long bullet that happens to hold a question word is a sentence of an answer.
    if plain and (
        tagged or (len(plain) <= 120 and asks(plain) and not plain.endswith(("。", ".", "；", ";")))
    ):
        return len(match[1]), plain
    return None


def score(lines: Sequence[Line]) -> float:
    """Bullets that ask and have something deeper below them; less than one heading that asks."""
    outside = [line for line in lines if not line.fence and not line.blank]
    return 1.8 * sum(
        following.indent > asked[0]
        for line, following in pairwise(outside)
        if (asked := _asked(line.text)) is not None
    )


def read(lines: Sequence[Line], name: str) -> Extract:
    """All cards."""
    asked = Counter(found[0] for line in lines if not line.fence and (found := _asked(line.text)))
    reader = _Reader(card_indent=min(asked, key=lambda indent: (-asked[indent], indent), default=0))
    return reader.read(lines, dedent=True)


@dataclass(slots=True)
class _Reader(LineReader):
    card_indent: int = 0
    _above: list[tuple[int, str]] = field(default_factory=list)
    """Shallower bullets that the current line stands below, with their indent."""

    def step(self, line: Line) -> None:
        if _PROPERTY.match(line.text) and not line.fence:
            self.extract.held.add(line.number)
        elif (found := heading(line)) is not None:
            self._current = None
            self._above.clear()
            self.path.enter(*found)
        elif line.fence or line.blank or (self._current is not None and line.indent > self.card_indent):
            self._keep(line)
        else:
            self._bullet(line)

    def _bullet(self, line: Line) -> None:
        match = _BULLET.match(line.text)
        asked = _asked(line.text)
        self._current = None
        if asked is not None and asked[0] == self.card_indent:
            number, question = split_count(asked[1])
            above = [text for indent, text in self._above if indent < self.card_indent]
            self._current = OpenCard(question, line.number, number, (*self.path.texts, *above))
            self.cards.append(self._current)
        elif match is not None and line.indent < self.card_indent:
            self._above = [part for part in self._above if part[0] < line.indent]
            self._above.append((line.indent, clean_question(match[2])))
            self.extract.held.add(line.number)
        else:
            self._keep(line)

    def _keep(self, line: Line) -> None:
        if self._current is not None:
            self._current.body.append(line)
        else:
            self.extract.skipped += leave_out([line], "a bullet that asks nothing, below no question")
