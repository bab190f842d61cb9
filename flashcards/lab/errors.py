"""The lab's errors for the person."""

from __future__ import annotations

from flashcards.errors import FlashcardsError


class LabError(FlashcardsError):
    """A demo that does not exist, cannot be read, or was given values it does not take."""
