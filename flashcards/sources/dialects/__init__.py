"""One module per way of writing questions and answers down.

A dialect is a module with ``NAME``, ``starts_card(text)`` (a line, read outside a fence), ``score(lines)``
(how well the rule fits; the best one above zero reads the file) and ``read(lines, name)``.  To add one,
write the module and name it in ``DIALECTS``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

from flashcards.sources import deck_format
from flashcards.sources.dialects import (
    bold_questions,
    bullet_tree,
    details_summary,
    heading_with_dialogue,
    headings,
    hierarchical_numbered_headings,
    inline_cards,
    numbered_heading_notes,
    q_numbered_bullets,
    qa_lines,
    remnote_outline,
)
from flashcards.sources.reading import Extract
from flashcards.text.fences import Line


class Dialect(Protocol):
    """What every dialect module offers."""

    NAME: str

    def starts_card(self, text: str) -> bool:
        """Whether the line starts a card, read outside a fence."""

    def score(self, lines: Sequence[Line]) -> float:
        """How well the rule fits these first lines; zero: not at all."""

    def read(self, lines: Sequence[Line], name: str) -> Extract:
        """All cards of a file."""


_MODULES = (
    deck_format,
    remnote_outline,
    q_numbered_bullets,
    hierarchical_numbered_headings,
    numbered_heading_notes,
    heading_with_dialogue,
    details_summary,
    qa_lines,
    inline_cards,
    bold_questions,
    bullet_tree,
    headings,
)
DIALECTS: dict[str, Dialect] = {module.NAME: cast(Dialect, module) for module in _MODULES}
"""By name, most specific first: the earlier one wins a tie."""
FALLBACK: Dialect = DIALECTS[headings.NAME]
