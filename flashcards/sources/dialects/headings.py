"""Any notes whose questions are headings: the fallback, so that every reasonable file gives cards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flashcards.sources.drafting import asks
from flashcards.sources.reading import Extract
from flashcards.sources.sections import Block, SectionReader, blocks
from flashcards.text.fences import Line, heading

NAME = "headings"


def starts_card(text: str) -> bool:
    """Whether the line starts a card, read outside a fence."""
    return text.startswith("## ") or (text.startswith("### ") and asks(text))


def score(lines: Sequence[Line]) -> float:
    """Headings that ask count full, others a little: whatever is more specific wins."""
    found = [h for line in lines if (h := heading(line))]
    return 0.1 * len(found) + 2.0 * sum(asks(h.text) for h in found)


def read(lines: Sequence[Line], name: str) -> Extract:
    """All cards at the level that holds most of the questions."""
    found = blocks(lines)
    reader = SectionReader(card_level=_card_level(found))
    reader.read(found)
    return Extract([card.close() for card in reader.cards], reader.skipped, title=reader.path.title)


def _card_level(found: Sequence[Block]) -> int:
    """The level with most headings that ask; without any, the level with most headings that have a body."""
    asking = Counter(b.level for b in found if b.level and asks(b.text))
    filled = Counter(b.level for b in found if b.level > 1 and not b.empty)
    levels = asking or filled or Counter(b.level for b in found if b.level)
    return min(levels, key=lambda level: (-levels[level], level), default=2)
