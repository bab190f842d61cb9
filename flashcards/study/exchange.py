"""Carry cards to other programs: what was chosen, in deck order, in the format asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from flashcards.anki.export import ExportLanguage, ExportReport, export_package
from flashcards.cards import Card
from flashcards.study.library import Library, LibraryError
from flashcards.study.numeric import drawn


def export_to_anki(
    library: Library,
    choice: Sequence[str],
    target: Path,
    *,
    language: str = "both",
    include_unanswered: bool = False,
) -> ExportReport:
    """Write an Anki package of the chosen cards.

    Args:
        choice: Words of a query, deck titles, or paths of added files or folders; nothing means all cards.
        language: ``zh``, ``en`` or ``both``, for cards that have both.

    Raises:
        LibraryError: nothing was found.
        AnkiError: the file cannot be written.
    """
    cards = chosen_cards(library, choice)
    if not cards:
        raise LibraryError(
            "{choice}: no cards found. flashcards list shows what there is.", choice=" ".join(choice)
        )
    # Anki cannot draw: a numeric card goes out with its first values and their working.
    fixed = [one.card if (one := drawn(card, 0)) else card for card in cards]
    return export_package(
        fixed, target, language=cast(ExportLanguage, language), include_unanswered=include_unanswered
    )


def chosen_cards(library: Library, choice: Sequence[str]) -> list[Card]:
    """The cards that ``choice`` names: everything, decks by title, files by path, or a query."""
    folders = [Path(word).expanduser().resolve() for word in choice if Path(word).exists()]
    if folders and len(folders) == len(choice):
        return [card for card in library.find() if card.place and _is_below(Path(card.place.file), folders)]
    return library.find(" ".join(choice))


def _is_below(file: Path, folders: Sequence[Path]) -> bool:
    return any(file == folder or folder in file.parents for folder in folders)
