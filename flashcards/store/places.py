"""A card's place in the files, apart from what it is.

A place may change with every edit of the notes; the card it belongs to keeps its id and its answers.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from json.encoder import encode_basestring
from typing import Any, TypeAlias

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
    demos: tuple[DemoLink, ...]
    minted: bool = False
    """Its id was made for this very draft: nothing of it can be kept yet."""


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


def standing_elsewhere(
    db: Database, ids: Sequence[CardId], file_id: int | None
) -> set[tuple[CardId, Language]]:
    """Which of these cards, living, stand in another file than ``file_id``, and in which language."""
    return {
        (CardId(row["card_id"]), row["language"])
        for part in _portions(ids)
        for row in db.rows(
            "SELECT l.card_id, l.language FROM locators l JOIN cards c ON c.id = l.card_id "
            f"WHERE l.card_id IN ({','.join('?' * len(part))}) "
            "AND l.file_id IS NOT NULL AND l.file_id IS NOT ? AND c.archived_at IS NULL",
            (*part, file_id),
        )
    }


class TextIndex:
    """New texts that wait to be indexed, in one statement a scan, within its transaction.

    FTS5 writes its index out at the end of each statement and merges what many statements wrote: one for
    each of 100 files took twice as long as one for all.
    """

    def __init__(self, db: Database) -> None:
        self._connection = db.connection
        self._last_indexed: int | None = None
        """``None``: nothing waits."""

    def expect(self) -> None:
        """Texts are about to be inserted."""
        if self._last_indexed is None:
            query = "SELECT COALESCE(MAX(id), 0) FROM texts"
            self._last_indexed = self._connection.execute(query).fetchone()[0]

    def catch_up(self) -> None:
        """Index what waits.  To be called before a text is changed or deleted, for then triggers look it up."""
        if self._last_indexed is not None:
            self._connection.execute(INDEX_NEW_TEXTS, (self._last_indexed,))
            self._last_indexed = None


def put_cards(
    db: Database, index: TextIndex, deck_id: int, file_id: int, placed: Sequence[Placed], now: int
) -> tuple[int, int]:
    """Keep the cards of one file, texts and places.  Returns how many are new and how many changed.

    One ``executemany`` a table inside the scan's transaction: a scan is kept whole or not at all.  The new
    texts are in the full-text index after ``index.catch_up``.
    """
    minted = [item for item in placed if item.minted]
    again = [item for item in placed if not item.minted]
    with db.transaction() as connection:
        before = _kept_now(db, [item.card_id for item in again])
        if before:
            index.catch_up()
        _drop_other_languages(connection, again, before, file_id)
        # After rows were dropped: SQLite gives the number of the last one anew.
        index.expect()
        connection.executemany(_INSERT_CARD, (_card_row(item, deck_id, now) for item in minted))
        connection.executemany(_INSERT_TEXT, (_text_row(item) for item in minted))
        connection.executemany(_INSERT_LOCATOR, (_locator_row(item, file_id) for item in minted))
        added, changed = _put_again(connection, deck_id, file_id, again, before, now)
    return len(minted) + added, changed


def _put_again(
    connection: sqlite3.Connection,
    deck_id: int,
    file_id: int,
    placed: Sequence[Placed],
    before: _Kept,
    now: int,
) -> tuple[int, int]:
    """Keep cards that may have been kept before, in this file or another one, in this language or the other."""
    cards, texts, locators = [], [], []
    added = changed = 0
    for item in placed:
        card, text = _card_row(item, deck_id, now), _text_row(item)
        earlier = before.get(item.card_id, {}).get(item.language)
        same = earlier == _content(card, text)
        added += earlier is None
        changed += earlier is not None and not same
        cards.append({**dict(zip(_CARD_COLUMNS, card, strict=True)), "same": same, "language": item.language})
        texts.append(text)
        locators.append(_locator_row(item, file_id))
    connection.executemany(_UPSERT_CARD, cards)
    connection.executemany(_UPSERT_TEXT, texts)
    connection.executemany(_UPSERT_LOCATOR, locators)
    return added, changed


def _drop_other_languages(
    connection: sqlite3.Connection, placed: Sequence[Placed], before: _Kept, file_id: int
) -> None:
    """A file whose language is now detected otherwise must not leave its cards a second, stale text.

    Only a card that its author gave an id may stand in two files, one a language.
    """
    bilingual = [
        {
            "card_id": item.card_id,
            "language": item.language,
            "file_id": file_id,
            "single": item.draft.card_id is None,
        }
        for item in placed
        if before.get(item.card_id, {}).keys() - {item.language}
    ]
    for table in ("texts", "locators"):
        connection.executemany(_DROP_OTHER_LANGUAGE.format(table=table), bilingual)


def archive(db: Database, ids: Iterable[CardId], now: int) -> None:
    """Take cards out of every list; texts, places and answers stay."""
    with db.transaction() as connection:
        connection.executemany(
            "UPDATE cards SET archived_at = ? WHERE id = ? AND archived_at IS NULL", [(now, i) for i in ids]
        )


_CARD_COLUMNS = (
    "id", "deck_id", "kind", "form", "answered", "reviewed", "difficulty", "importance", "tags", "path", "demos",
    "extra", "position", "changed_at",
)  # fmt: skip
_TEXT_COLUMNS = ("card_id", "language", "question", "answer", "remarks", "context", "also")
_LOCATOR_COLUMNS = ("card_id", "language", "file_id", "position", "line", "end_line", "number", "path")


def _insert(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


_INSERT_CARD = _insert("cards", _CARD_COLUMNS)
_INSERT_TEXT = _insert("texts", _TEXT_COLUMNS)
_INSERT_LOCATOR = _insert("locators", _LOCATOR_COLUMNS)
_UPSERT_CARD = f"""
    INSERT INTO cards ({", ".join(_CARD_COLUMNS)}) VALUES ({", ".join(f":{c}" for c in _CARD_COLUMNS)})
    ON CONFLICT (id) DO UPDATE SET deck_id = :deck_id, kind = :kind, form = :form, reviewed = :reviewed,
        answered = :answered OR EXISTS (SELECT 1 FROM texts t WHERE t.card_id = :id AND t.answer != ''
                                        AND t.language != :language),
        difficulty = :difficulty, importance = :importance, tags = :tags, path = :path, demos = :demos,
        extra = :extra, position = :position, archived_at = NULL,
        changed_at = CASE WHEN :same THEN changed_at ELSE :changed_at END
"""
_DROP_OTHER_LANGUAGE = """
    DELETE FROM {table} WHERE card_id = :card_id AND language IN (
        SELECT language FROM locators WHERE card_id = :card_id AND language != :language
        AND (:single OR file_id IS NULL OR file_id = :file_id))
"""
_UPSERT_TEXT = (
    f"{_INSERT_TEXT} ON CONFLICT (card_id, language) DO UPDATE SET "
    f"{', '.join(f'{c} = excluded.{c}' for c in _TEXT_COLUMNS[2:])} "
    f"WHERE {' OR '.join(f'{c} IS NOT excluded.{c}' for c in _TEXT_COLUMNS[2:])}"
)
_UPSERT_LOCATOR = (
    f"{_INSERT_LOCATOR} ON CONFLICT (card_id, language) DO UPDATE SET "
    f"{', '.join(f'{c} = excluded.{c}' for c in _LOCATOR_COLUMNS[2:])}"
)
INDEX_NEW_TEXTS = (
    "INSERT INTO texts_fts (rowid, question, answer) SELECT id, question, answer FROM texts WHERE id > ?"
)
"""Changed and deleted texts are seen to by the schema's triggers."""
_KEPT = (
    "SELECT t.card_id, t.language, "
    + ", ".join(f"c.{column}" for column in _CARD_COLUMNS[1:-2])
    + ", "
    + ", ".join(f"t.{column}" for column in _TEXT_COLUMNS[2:])
    + " FROM texts t JOIN cards c ON c.id = t.card_id WHERE t.card_id IN ({marks})"
)

_Content: TypeAlias = tuple[object, ...]
"""What a card says, its place in the files left out: a change of it is a change of the card."""
_Kept: TypeAlias = dict[CardId, dict[Language, _Content]]
"""What is kept of cards, by language."""


def _content(card: _Content, text: _Content) -> _Content:
    return (*card[1:-2], *text[2:])


def _kept_now(db: Database, ids: Sequence[CardId]) -> _Kept:
    """What is kept of these cards, to tell what the new reading changes."""
    found: _Kept = {}
    answered = _CARD_COLUMNS.index("answered") - 1
    answer = len(_CARD_COLUMNS) - 3 + _TEXT_COLUMNS.index("answer") - 2
    for part in _portions(ids):
        for row in db.rows(_KEPT.format(marks=",".join("?" * len(part))), tuple(part)):
            content = list(row)[2:]
            # Whether the card is answered at all may depend on its other language.
            content[answered] = int(bool(content[answer].strip()))
            found.setdefault(CardId(row["card_id"]), {})[row["language"]] = tuple(content)
    return found


def _portions(ids: Sequence[CardId]) -> Iterator[Sequence[CardId]]:
    """Few enough at a time: SQLite's default limit on parameters is 999."""
    return (ids[start : start + 500] for start in range(0, len(ids), 500))


def _card_row(item: Placed, deck_id: int, now: int) -> _Content:
    """The values of ``_CARD_COLUMNS``."""
    draft = item.draft
    reviewed = draft.reviewed if draft.reviewed is not None else draft.form == "question"
    return (
        item.card_id,
        deck_id,
        draft.kind,
        draft.form,
        int(draft.answered),
        int(reviewed),
        draft.difficulty,
        draft.importance,
        _texts(draft.tags),
        _texts(draft.path),
        _demos(item.demos),
        _json(dict(draft.extra)) if draft.extra else "{}",
        item.position,
        now,
    )


def _text_row(item: Placed) -> _Content:
    """The values of ``_TEXT_COLUMNS``."""
    draft = item.draft
    return (
        item.card_id,
        item.language,
        draft.question,
        draft.answer,
        _texts(draft.remarks),
        draft.context,
        _texts(draft.also),
    )


def _locator_row(item: Placed, file_id: int) -> _Content:
    """The values of ``_LOCATOR_COLUMNS``."""
    draft = item.draft
    return (
        item.card_id,
        item.language,
        file_id,
        item.position,
        draft.line,
        draft.end_line,
        draft.number,
        _texts(draft.path),
    )


def _known(row: sqlite3.Row) -> Known:
    return Known(
        CardId(row["card_id"]),
        row["language"],
        row["file"] or "",
        row["position"],
        row["number"],
        tuple(json.loads(row["path"])),
        row["question"],
        row["answer"],
        row["archived_at"] is not None,
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _texts(values: Sequence[str]) -> str:
    """A JSON list of texts, as ``json.dumps`` writes it, which takes six times as long for a short one."""
    return f"[{', '.join(map(encode_basestring, values))}]" if values else "[]"


def concept_links(db: Database) -> list[tuple[CardId, Draft, list[str]]]:
    """Cards whose author linked no demo: id, what links it, and the slugs it is linked to now."""
    rows = db.rows(
        "SELECT c.id, c.form, c.path, c.demos, t.question, t.answer, t.context FROM cards c "
        "JOIN texts t ON t.card_id = c.id GROUP BY c.id"
    )
    found = []
    for row in rows:
        links = json.loads(row["demos"])
        if not any(link["explicit"] for link in links):
            path = tuple(json.loads(row["path"]))
            draft = Draft(
                row["question"], row["answer"], 0, 0, path=path, form=row["form"], context=row["context"]
            )
            found.append((CardId(row["id"]), draft, [link["slug"] for link in links]))
    return found


def put_links(db: Database, links: Iterable[tuple[CardId, Sequence[DemoLink]]]) -> None:
    """Link cards to demos; this is no change of content."""
    with db.transaction() as connection:
        connection.executemany(
            "UPDATE cards SET demos = ? WHERE id = ?", [(_demos(found), card_id) for card_id, found in links]
        )


def _demos(links: Iterable[DemoLink]) -> str:
    return f"[{', '.join([_demo(d.slug, d.explicit) if not d.params else _demo_with(d) for d in links])}]"


@cache
def _demo(slug: str, explicit: bool) -> str:
    """Most links have no parameters, so that there are few different ones."""
    return _json({"slug": slug, "params": {}, "explicit": explicit})


def _demo_with(link: DemoLink) -> str:
    return _json({"slug": link.slug, "params": dict(link.params), "explicit": link.explicit})


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
