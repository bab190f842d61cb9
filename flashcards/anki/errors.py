"""What can go wrong between our cards and an Anki package."""

from __future__ import annotations

from flashcards.errors import FlashcardsError


class AnkiError(FlashcardsError):
    """A package cannot be written or read; says which file and what to do."""
