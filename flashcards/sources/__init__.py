"""Markdown files in, drafts of cards out; drafts in, our deck format out.

``read_path`` and ``read_text`` detect the dialect, scan lines with a state machine that knows fences, and
report everything that did not become a card.  Nothing here renders markdown, and nothing writes to a file.
"""

from flashcards.sources.read import read_path, read_text
from flashcards.sources.reading import DeckHeader, Problem, Reading, Skipped, SourceError

__all__ = ["DeckHeader", "Problem", "Reading", "Skipped", "SourceError", "read_path", "read_text"]
