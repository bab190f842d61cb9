"""``### 1. question`` notes: numbered headings among topics, statements and long personal notes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from flashcards.sources.reading import Extract
from flashcards.sources.sections import SectionReader, blocks
from flashcards.text.fences import Line, headings

NAME = "numbered-heading-notes"

_NUMBERED = re.compile(r"^(?:\*\*)?(?:Q\s*)?\d{1,4}(?:[.．](?!\d)|[、)）:：])\s*\S", re.I)
_CARD = re.compile(r"^#{2,4}\s+(?:\*\*)?(?:Q\s*)?\d{1,4}(?:[.．](?!\d)|[、)）:：])\s*\S", re.I)


def starts_card(text: str) -> bool:
    """Whether the line starts a card, read outside a fence."""
    return text.startswith("#") and _CARD.match(text) is not None


def _levels(lines: Sequence[Line]) -> Counter[int]:
    return Counter(h.level for _, h in headings(lines) if h.level > 1 and _NUMBERED.match(h.text))


def score(lines: Sequence[Line]) -> float:
    """How many headings carry a single number."""
    return 6.0 * sum(_levels(lines).values())


def read(lines: Sequence[Line], name: str) -> Extract:
    """All cards: the level with most numbers is the card level."""
    levels = _levels(lines)
    reader = SectionReader(card_level=min(levels, key=lambda level: (-levels[level], level), default=3))
    reader.read(blocks(lines))
    return Extract([card.close() for card in reader.cards], reader.skipped, title=reader.path.title)
