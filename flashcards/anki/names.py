"""Names that Anki keeps: guids, deck names, tags and media names.

A change here makes duplicates or moves cards in the collections of everyone who has imported before.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

MAX_DECK_LEVEL = 60
"""Characters of one level: a heading can be a paragraph, the deck list of a phone shows about thirty."""
MAX_MEDIA_STEM = 40
MAX_TAG = 80


def guid(card_id: str) -> str:
    """What Anki knows a card's note by: 80 bits of hash, namespaced, the same whatever the language.

    Anki takes a note with a known guid for the same note even under another note type, so a guid must
    not be a word that another program could choose.
    """
    return hashlib.blake2b(card_id.encode(), digest_size=10, person=b"flashcards.note").hexdigest()


def deck_name(*levels: str) -> str:
    """Levels as one deck name; empty ones and repetitions of the level above are left out."""
    kept: list[str] = []
    for level in map(_deck_level, levels):
        if level and (not kept or level.casefold() != kept[-1].casefold()):
            kept.append(level)
    return "::".join(kept)


def _deck_level(text: str) -> str:
    # A colon at either end would join the separator beside it; a quote cannot be searched for.
    text = re.sub(r":{2,}", ":", _printable(text)).replace('"', "'").strip(" :")
    if len(text) > MAX_DECK_LEVEL:
        text = text[: MAX_DECK_LEVEL - 1].rstrip(" :") + "…"
    return text


def tags(names: Sequence[str]) -> tuple[str, ...]:
    """Tags as Anki keeps them: without spaces, each once whatever its case, sorted."""
    cleaned = (re.sub(r'[\s"]+', "-", _printable(name)).strip("-:")[:MAX_TAG] for name in names)
    by_folded = {tag.casefold(): tag for tag in cleaned if tag}
    return tuple(by_folded[folded] for folded in sorted(by_folded))


def media_name(stem: str, suffix: str, digest: str) -> str:
    """``fig-1a2b3c4d.png``: Anki keeps one flat folder for all decks and never replaces a file in it."""
    words = re.sub(r"[^\w-]+", "-", unicodedata.normalize("NFC", stem)).strip("-_")[:MAX_MEDIA_STEM]
    return f"{words or 'image'}-{digest[:8]}{suffix.lower()}"


def _printable(text: str) -> str:
    """One line without control and format characters, in the normal form that Anki stores."""
    kept = (
        " " if char.isspace() else char
        for char in text
        if char.isspace() or unicodedata.category(char)[0] != "C"
    )
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())
