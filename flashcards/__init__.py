"""Flashcards for LLM interviews: every card can be run."""

__version__ = "0.1.0"
