"""Turn cards into notes of an Anki package.

A card keeps its guid for ever, so a later package updates the note instead of doubling it; what cannot be
taken along (unanswered cards, missing pictures) is listed, never dropped in silence.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path, PurePosixPath
from typing import Literal

from flashcards.anki import names
from flashcards.anki.cloze import has_cloze, protect, restore
from flashcards.anki.collection import NoteOut
from flashcards.anki.images import Pictures
from flashcards.anki.note_types import BASIC, CLOZE, NoteType
from flashcards.anki.package import MediaOut, write_package
from flashcards.cards import Card, CardId, DemoLink, Language, Variant
from flashcards.text.blocks import parse
from flashcards.text.html import to_html

ExportLanguage = Literal["zh", "en", "both"]

UNANSWERED_TAG = "unanswered"
UNREVIEWED_TAG = "unreviewed"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A card that is not in the package, and why."""

    card_id: CardId
    question: str
    reason: str


@dataclass(frozen=True, slots=True)
class MissingMedia:
    """A picture that a card names but that is not a picture inside the folder of its note."""

    card_id: CardId
    file: str
    """The note file that names it; ``""`` for a card without a place."""
    path: str
    """As written there."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a package, and what does not."""

    notes: tuple[NoteOut, ...]
    media: tuple[MediaOut, ...]
    left_out: tuple[LeftOut, ...]
    missing_media: tuple[MissingMedia, ...]


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What ``export_package`` wrote."""

    notes: int
    cards: int
    """More than notes where a cloze note asks several gaps."""
    media: int
    left_out: tuple[LeftOut, ...]
    missing_media: tuple[MissingMedia, ...]


def export_package(
    cards: Iterable[Card],
    target: Path,
    *,
    language: ExportLanguage = "both",
    include_unanswered: bool = False,
    root: str = "flashcards",
    media_root: Path | None = None,
) -> ExportReport:
    """Write ``cards`` to the package ``target``, to be introduced in the order given.

    ``root`` is the deck above all others; ``media_root`` the folder that relative ``place.file`` paths
    start from (the current one by default).  Raises AnkiError if the target cannot be written.
    """
    contents = notes_from_cards(
        cards, language=language, include_unanswered=include_unanswered, root=root, media_root=media_root
    )
    n_cards = write_package(target, contents.notes, contents.media)
    return ExportReport(
        notes=len(contents.notes),
        cards=n_cards,
        media=len(contents.media),
        left_out=contents.left_out,
        missing_media=contents.missing_media,
    )


def notes_from_cards(
    cards: Iterable[Card],
    *,
    language: ExportLanguage = "both",
    include_unanswered: bool = False,
    root: str = "flashcards",
    media_root: Path | None = None,
) -> Contents:
    """The notes and pictures that ``cards`` make; see ``export_package`` for the options."""
    pictures = Pictures()
    notes: list[NoteOut] = []
    left_out: list[LeftOut] = []
    missing: list[MissingMedia] = []
    for card in cards:
        if reason := _reason_to_leave_out(card, include_unanswered):
            question = next(iter(card.variants.values())).question
            left_out.append(LeftOut(card.id, question, reason))
            continue
        page = _Page(card, pictures, media_root or Path())
        notes.append(_note(card, page, _variants(card, language), root))
        missing += page.missing
    return Contents(tuple(notes), tuple(pictures.media.values()), tuple(left_out), tuple(missing))


def _reason_to_leave_out(card: Card, include_unanswered: bool) -> str | None:
    if not card.answered and not include_unanswered and not _clozes(card):
        return "no answer yet"
    return None


def _clozes(card: Card) -> bool:
    """Whether the card can be asked as a cloze: such a card holds its answer in its question."""
    texts = (text for variant in card.variants.values() for text in (variant.question, variant.answer))
    return card.kind == "cloze" and any(map(has_cloze, texts))


def _variants(card: Card, language: ExportLanguage) -> list[tuple[Language, Variant]]:
    """The texts to show; another language's where the wanted one has no answer but the other has."""
    if language == "both":
        return list(card.variants.items())
    wanted = sorted(card.variants.items(), key=lambda item: (not item[1].answer.strip(), item[0] != language))
    return wanted[:1]


def _note(card: Card, page: _Page, variants: list[tuple[Language, Variant]], root: str) -> NoteOut:
    as_cloze = _clozes(card)
    shown = [(language, _cloze_variant(text) if as_cloze else text) for language, text in variants]
    note_type: NoteType = CLOZE if as_cloze else BASIC
    values = {
        note_type.fields[0]: page.field(
            [(lang, page.markdown(v.question, cloze=as_cloze)) for lang, v in shown]
        ),
        "Context": page.field([(lang, page.markdown(v.context)) for lang, v in shown]),
        "Answer": page.field([(lang, page.markdown(v.answer)) for lang, v in shown]),
        "KeyPoints": page.field([(lang, page.items(v.key_points)) for lang, v in shown]),
        "Remarks": page.field([(lang, "".join(map(page.markdown, v.remarks))) for lang, v in shown]),
        "Source": _source(card),
        "Demo": "<br>".join(map(_demo_line, card.demos)),
        "CardId": _line(card.id),
    }
    extra_tags = [UNANSWERED_TAG] * (not card.answered and not as_cloze) + [UNREVIEWED_TAG] * (
        not card.reviewed
    )
    return NoteOut(
        guid=names.guid(card.id),
        note_type=note_type,
        fields=tuple(values.get(name, "") for name in note_type.fields),
        deck=names.deck_name(root, card.deck, *card.path) or "flashcards",
        tags=names.tags([*card.tags, *extra_tags]),
        changed_at=max(card.changed_at, page.pictures_changed_at),
    )


def _cloze_variant(variant: Variant) -> Variant:
    """The variant with its cloze marks in the question, where the note type reads them."""
    if has_cloze(variant.question) or not has_cloze(variant.answer):
        return variant
    question = f"{variant.question}\n\n{variant.answer}".strip()
    return Variant(question, "", variant.key_points, variant.remarks, variant.context, variant.also)


@dataclass(slots=True)
class _Page:
    """Markdown of one card as HTML; notes the pictures it meets."""

    card: Card
    pictures: Pictures
    media_root: Path
    missing: list[MissingMedia] = field(default_factory=list)
    pictures_changed_at: int = 0
    """Unix milliseconds of the newest picture: a new picture has a new name in Anki, and the note that
    shows it must count as changed."""

    def markdown(self, text: str, *, cloze: bool = False) -> str:
        if cloze:
            return restore(to_html(parse(protect(text)), image=self.image, cloze=True))
        return to_html(parse(text), image=self.image)

    def items(self, points: tuple[str, ...]) -> str:
        return (
            "<ul>" + "".join(f"<li>{self.markdown(point)}</li>" for point in points) + "</ul>"
            if points
            else ""
        )

    def field(self, texts: list[tuple[Language, str]]) -> str:
        """One field from the same part of each language; ``lang`` makes phones pick the right glyphs."""
        return "".join(f'<div lang="{language}">{html}</div>' for language, html in texts if html.strip())

    def image(self, path: str) -> str | None:
        file = self.card.place.file if self.card.place else ""
        picture = self.pictures.add((self.media_root / file).parent, path) if file else None
        if picture is None:
            self.missing.append(MissingMedia(self.card.id, file, path))
            return None
        self.pictures_changed_at = max(
            self.pictures_changed_at, picture.source.stat().st_mtime_ns // 1_000_000
        )
        return picture.name


def _source(card: Card) -> str:
    """File, number and headings, but no line: that moves whenever something above is edited."""
    if card.place is None:
        return ""
    file = PurePosixPath(card.place.file.replace("\\", "/")).name
    parts = [file, card.place.number or "", " › ".join(card.path)]
    return _line(" · ".join(part for part in parts if part))


def _demo_line(demo: DemoLink) -> str:
    words = ["flashcards", "demo", demo.slug]
    for name, value in demo.params.items():
        words += [f"--{name.replace('_', '-')}", str(value)]
    return f"<code>{_line(shlex.join(words))}</code>"


def _line(text: str) -> str:
    return escape(" ".join(text.split())).replace("[", "&#91;")
