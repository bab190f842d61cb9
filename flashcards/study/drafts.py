"""Answers begun but not saved: kept beside the collection, so that no crash and no key loses what was typed."""

from __future__ import annotations

from flashcards.cards import CardId, Language
from flashcards.store import meta
from flashcards.study.library import Library


def draft_of(library: Library, card_id: CardId, language: Language) -> str | None:
    """What was typed for a card and neither saved nor thrown away."""
    return meta.get_meta(library.db, _key(card_id, language))


def keep_draft(library: Library, card_id: CardId, language: Language, text: str) -> None:
    """Keep what was typed so far."""
    meta.put_meta(library.db, _key(card_id, language), text)


def drop_draft(library: Library, card_id: CardId, language: Language) -> None:
    """It was saved or thrown away."""
    meta.drop_meta(library.db, _key(card_id, language))


def _key(card_id: CardId, language: Language) -> str:
    return f"draft.{language}.{card_id}"
