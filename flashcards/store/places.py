"""A card's place in the files, apart from what it is.

A place may change with every edit of the notes; the card it belongs to keeps its id and its answers.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flashcards.cards import CardId, DemoLink, Draft, Language
from flashcards.store.database import Database


@dataclass(frozen=True, slots=True)
class Known:
    """A card as it last stood in a file; what a new reading is matched with."""

    card_id: CardId
    language: Language
    file: str
    """``""`` when the file is gone from the records."""
    position: int
    number: str | None
    path: tuple[str, ...]
    content_print: str
    question_print: str
    question: str
    answer: str
    archived: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A draft with the identity it was given, ready to be kept."""

    card_id: CardId
    draft: Draft
    language: Language
    position: int
    content_print: str
    question_print: str
    demos: tuple[DemoLink, ...]


def known_cards(
    db: Database, file_ids: Sequence[int] | None = None, *, archived: bool = False
) -> list[Known]:
    """Cards that stand in these files; with ``archived``, those that stand in no file any more."""
    standing = f"c.archived_at IS NULL AND l.file_id IN ({','.join('?' * len(file_ids or ()))})"
    condition = "c.archived_at IS NOT NULL" if archived else standing
    rows = db.rows(
        f"""SELECT l.*, f.path AS file, t.question, t.answer, c.archived_at FROM locators l
            JOIN cards c ON c.id = l.card_id JOIN texts t ON t.card_id = l.card_id AND t.language = l.language
            LEFT JOIN files f ON f.id = l.file_id WHERE {condition} ORDER BY l.file_id, l.position""",
        tuple(file_ids or ()),
    )
    return [_known(row) for row in rows]


def languages_elsewhere(db: Database, card_id: CardId, file_id: int | None) -> set[Language]:
    """Languages in which a living card stands in another file than ``file_id``."""
    return {
        row["language"]
        for row in db.rows(
            "SELECT l.language FROM locators l JOIN cards c ON c.id = l.card_id WHERE l.card_id = ? "
            "AND l.file_id IS NOT NULL AND l.file_id IS NOT ? AND c.archived_at IS NULL",
            (card_id, file_id),
        )
    }


def put_cards(
    db: Database, deck_id: int, file_id: int, placed: Iterable[Placed], now: int
) -> tuple[int, int]:
    """Keep the cards of one file, texts and places.  Returns how many are new and how many changed.

    One ``executemany`` a table inside the scan's transaction: a scan is kept whole or not at all.
    """
    cards, texts, locators = [], [], []
    before = _fingerprints_before(db, file_id, [p.card_id for p in placed])
    added = changed = 0
    for item in placed:
        text = _text_row(item)
        shape = _shape(item, deck_id)
        earlier = before.get((item.card_id, item.language))
        if earlier is None:
            added += 1
        elif earlier != (text, shape):
            changed += 1
        same = earlier == (text, shape)
        cards.append({**shape, "id": item.card_id, "position": item.position, "now": now, "same": same})
        texts.append({**text, "card_id": item.card_id, "language": item.language})
        locators.append(_locator_row(item, file_id))
    with db.transaction() as connection:
        # A file whose language is now detected otherwise must not leave the card a second, stale text.
        # Only a card that its author gave an id may stand in two files, one a language.
        for table in ("texts", "locators"):
            connection.executemany(_DROP_OTHER_LANGUAGE.format(table=table), locators)
        connection.executemany(_UPSERT_CARD, cards)
        connection.executemany(_UPSERT_TEXT, texts)
        connection.executemany(_UPSERT_LOCATOR, locators)
    return added, changed


def archive(db: Database, ids: Iterable[CardId], now: int) -> None:
    """Take cards out of every list; texts, places and answers stay."""
    with db.transaction() as connection:
        connection.executemany(
            "UPDATE cards SET archived_at = ? WHERE id = ? AND archived_at IS NULL", [(now, i) for i in ids]
        )


_UPSERT_CARD = """
    INSERT INTO cards (id, deck_id, kind, form, answered, reviewed, difficulty, importance, tags, path, demos,
                       extra, position, changed_at)
    VALUES (:id, :deck_id, :kind, :form, :answered, :reviewed, :difficulty, :importance, :tags, :path, :demos,
            :extra, :position, :now)
    ON CONFLICT (id) DO UPDATE SET deck_id = :deck_id, kind = :kind, form = :form, reviewed = :reviewed,
        answered = :answered OR EXISTS (SELECT 1 FROM texts t WHERE t.card_id = :id AND t.answer != ''
                                        AND t.language != :language),
        difficulty = :difficulty, importance = :importance, tags = :tags, path = :path, demos = :demos,
        extra = :extra, position = :position, archived_at = NULL,
        changed_at = CASE WHEN :same THEN changed_at ELSE :now END
"""
_DROP_OTHER_LANGUAGE = """
    DELETE FROM {table} WHERE card_id = :card_id AND language IN (
        SELECT language FROM locators WHERE card_id = :card_id AND language != :language
        AND (:single OR file_id IS NULL OR file_id = :file_id))
"""
_UPSERT_TEXT = """
    INSERT INTO texts (card_id, language, question, answer, key_points, remarks, context, also)
    VALUES (:card_id, :language, :question, :answer, :key_points, :remarks, :context, :also)
    ON CONFLICT (card_id, language) DO UPDATE SET question = :question, answer = :answer,
        key_points = :key_points, remarks = :remarks, context = :context, also = :also
    WHERE question IS NOT :question OR answer IS NOT :answer OR key_points IS NOT :key_points
        OR remarks IS NOT :remarks OR context IS NOT :context OR also IS NOT :also
"""
_UPSERT_LOCATOR = """
    INSERT INTO locators (card_id, language, file_id, position, line, end_line, number, path, content_print,
                          question_print)
    VALUES (:card_id, :language, :file_id, :position, :line, :end_line, :number, :path, :content_print,
            :question_print)
    ON CONFLICT (card_id, language) DO UPDATE SET file_id = :file_id, position = :position, line = :line,
        end_line = :end_line, number = :number, path = :path, content_print = :content_print,
        question_print = :question_print
"""
_TEXT_COLUMNS = ("question", "answer", "key_points", "remarks", "context", "also")
_SHAPE_COLUMNS = (
    "deck_id", "kind", "form", "answered", "reviewed", "difficulty", "importance", "tags", "path", "demos", "extra",
)  # fmt: skip


def _fingerprints_before(
    db: Database, file_id: int, ids: Sequence[CardId]
) -> dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]]:
    """What is kept of these cards now, to tell what the new reading changes."""
    found: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]] = {}
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        rows = db.rows(
            "SELECT t.*, c.*, t.card_id AS cid FROM texts t JOIN cards c ON c.id = t.card_id "
            f"WHERE t.card_id IN ({','.join('?' * len(part))})",
            tuple(part),
        )
        for row in rows:
            text = {column: row[column] for column in _TEXT_COLUMNS}
            shape = {column: row[column] for column in _SHAPE_COLUMNS}
            # Whether the card is answered at all may depend on its other language.
            shape["answered"] = int(bool(row["answer"].strip()))
            found[row["cid"], row["language"]] = (text, {**shape, "language": row["language"]})
    return found


def _text_row(item: Placed) -> dict[str, Any]:
    draft = item.draft
    return {
        "question": draft.question,
        "answer": draft.answer,
        "key_points": _json(draft.key_points),
        "remarks": _json(draft.remarks),
        "context": draft.context,
        "also": _json(draft.also),
    }


def _shape(item: Placed, deck_id: int) -> dict[str, Any]:
    draft = item.draft
    reviewed = draft.reviewed if draft.reviewed is not None else draft.form == "question"
    return {
        "deck_id": deck_id,
        "kind": draft.kind,
        "form": draft.form,
        "answered": int(draft.answered),
        "reviewed": int(reviewed),
        "difficulty": draft.difficulty,
        "importance": draft.importance,
        "tags": _json(draft.tags),
        "path": _json(draft.path),
        "demos": _demos(item.demos),
        "extra": _json(dict(draft.extra)),
        "language": item.language,
    }


def _locator_row(item: Placed, file_id: int) -> dict[str, Any]:
    draft = item.draft
    return {
        "single": item.draft.card_id is None,
        "card_id": item.card_id,
        "language": item.language,
        "file_id": file_id,
        "position": item.position,
        "line": draft.line,
        "end_line": draft.end_line,
        "number": draft.number,
        "path": _json(draft.path),
        "content_print": item.content_print,
        "question_print": item.question_print,
    }


def _known(row: sqlite3.Row) -> Known:
    return Known(
        CardId(row["card_id"]),
        row["language"],
        row["file"] or "",
        row["position"],
        row["number"],
        tuple(json.loads(row["path"])),
        row["content_print"],
        row["question_print"],
        row["question"],
        row["answer"],
        row["archived_at"] is not None,
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def concept_links(db: Database) -> list[tuple[CardId, str, tuple[str, ...], list[str]]]:
    """Cards whose author linked no demo: id, question, path, and the slugs they are linked to now."""
    rows = db.rows(
        "SELECT c.id, c.path, c.demos, t.question FROM cards c JOIN texts t ON t.card_id = c.id GROUP BY c.id"
    )
    found = []
    for row in rows:
        links = json.loads(row["demos"])
        if not any(link["explicit"] for link in links):
            path = tuple(json.loads(row["path"]))
            found.append((CardId(row["id"]), row["question"], path, [link["slug"] for link in links]))
    return found


def put_links(db: Database, links: Iterable[tuple[CardId, Sequence[DemoLink]]]) -> None:
    """Link cards to demos; this is no change of content."""
    with db.transaction() as connection:
        connection.executemany(
            "UPDATE cards SET demos = ? WHERE id = ?", [(_demos(found), card_id) for card_id, found in links]
        )


def _demos(links: Iterable[DemoLink]) -> str:
    return _json([{"slug": d.slug, "params": dict(d.params), "explicit": d.explicit} for d in links])


def take_over(db: Database, kept: CardId, duplicate: CardId, now: int) -> None:
    """``kept`` gets the text and place of ``duplicate``; ``duplicate`` is archived without a place."""
    with db.transaction() as connection:
        for table in ("texts", "locators"):
            connection.execute(
                f"DELETE FROM {table} WHERE card_id = ? AND language IN "
                f"(SELECT language FROM {table} WHERE card_id = ?)",
                (kept, duplicate),
            )
            connection.execute(f"UPDATE {table} SET card_id = ? WHERE card_id = ?", (kept, duplicate))
        connection.execute(
            "UPDATE cards SET (deck_id, kind, form, answered, tags, path, demos, extra, position) = "
            "(SELECT deck_id, kind, form, answered, tags, path, demos, extra, position FROM cards WHERE id = ?), "
            "archived_at = NULL, changed_at = ? WHERE id = ?",
            (duplicate, now, kept),
        )
        archive(db, [duplicate], now)
