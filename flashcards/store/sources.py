"""Where cards come from: sources (what the person added), their files, and the decks made of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from flashcards.cards import CardId, Language
from flashcards.store.database import Database
from flashcards.store.places import archive

SourceKind = Literal["notes", "answers", "shipped"]
"""``notes``: the person's files; ``answers``: what they wrote inside the app; ``shipped``: our own decks."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A file or folder the person added."""

    id: int
    path: str
    kind: SourceKind
    dialect: str | None
    """The person's choice over detection."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file as it was when last read."""

    id: int
    source_id: int
    path: str
    size: int
    mtime_ns: int
    digest: str


def sources(db: Database) -> list[SourceRow]:
    """All sources in the order they were added."""
    return [
        SourceRow(row["id"], row["path"], row["kind"], row["dialect"])
        for row in db.rows("SELECT * FROM sources ORDER BY id")
    ]


def put_source(db: Database, path: str, kind: SourceKind, dialect: str | None, now: int) -> SourceRow:
    """The source at ``path``, made if it is new; a given dialect replaces the earlier choice."""
    with db.transaction() as connection:
        connection.execute(
            "INSERT INTO sources (path, kind, dialect, added_at) VALUES (?,?,?,?) "
            "ON CONFLICT (path) DO UPDATE SET dialect = COALESCE(excluded.dialect, dialect)",
            (path, kind, dialect, now),
        )
    row = db.rows("SELECT * FROM sources WHERE path = ?", (path,))[0]
    return SourceRow(row["id"], row["path"], row["kind"], row["dialect"])


def move_files(db: Database, from_source: int, to_source: int) -> None:
    """A folder was added that holds an earlier source: its files go over, the smaller source ends."""
    with db.transaction() as connection:
        connection.execute("UPDATE files SET source_id = ? WHERE source_id = ?", (to_source, from_source))
        connection.execute("UPDATE decks SET source_id = ? WHERE source_id = ?", (to_source, from_source))
        connection.execute("DELETE FROM sources WHERE id = ?", (from_source,))


def drop_source(db: Database, source_id: int, now: int) -> int:
    """Forget a source: its cards are archived with their history.  Returns how many."""
    with db.transaction() as connection:
        ids = [
            CardId(row["card_id"])
            for row in db.rows(
                "SELECT DISTINCT l.card_id FROM locators l JOIN files f ON f.id = l.file_id "
                "WHERE f.source_id = ?",
                (source_id,),
            )
        ]
        archive(db, ids, now)
        for row in db.rows("SELECT id FROM files WHERE source_id = ?", (source_id,)):
            drop_file(db, row["id"])
        connection.execute("UPDATE decks SET source_id = NULL WHERE source_id = ?", (source_id,))
        connection.execute("DELETE FROM sources WHERE id = ?", (source_id,))
    return len(ids)


def files(db: Database, source_id: int | None = None) -> list[FileRow]:
    """The files of one source, or of all."""
    where, parameters = ("", ()) if source_id is None else (" WHERE source_id = ?", (source_id,))
    return [
        FileRow(r["id"], r["source_id"], r["path"], r["size"], r["mtime_ns"], r["digest"])
        for r in db.rows(f"SELECT * FROM files{where} ORDER BY path", parameters)
    ]


def put_file(
    db: Database, source_id: int, path: str, *, size: int, mtime_ns: int, digest: str, dialect: str, now: int
) -> int:
    """Record a file as read; returns its id."""
    with db.transaction() as connection:
        connection.execute(
            "INSERT INTO files (source_id, path, size, mtime_ns, digest, dialect, scanned_at) "
            "VALUES (?,?,?,?,?,?,?) ON CONFLICT (path) DO UPDATE SET size = excluded.size, "
            "mtime_ns = excluded.mtime_ns, digest = excluded.digest, dialect = excluded.dialect, "
            "scanned_at = excluded.scanned_at",
            (source_id, path, size, mtime_ns, digest, dialect, now),
        )
        return int(connection.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchone()[0])


def drop_file(db: Database, file_id: int) -> None:
    """Forget a file; the cards keep a locator without a file, so that they can be found again."""
    with db.transaction() as connection:
        connection.execute("UPDATE locators SET file_id = NULL WHERE file_id = ?", (file_id,))
        connection.execute("DELETE FROM files WHERE id = ?", (file_id,))


def put_deck(db: Database, key: str, titles: Mapping[Language, str], source_id: int) -> int:
    """The deck with this key, made if it is new; titles in other languages are kept.  Returns its id."""
    with db.transaction() as connection:
        known = db.rows("SELECT id, titles FROM decks WHERE key = ?", (key,))
        merged = {**(json.loads(known[0]["titles"]) if known else {}), **titles}
        connection.execute(
            "INSERT INTO decks (key, titles, source_id, place) "
            "VALUES (?, ?, ?, (SELECT COALESCE(MAX(place), 0) + 1 FROM decks)) "
            "ON CONFLICT (key) DO UPDATE SET titles = excluded.titles, source_id = excluded.source_id",
            (key, json.dumps(merged, ensure_ascii=False), source_id),
        )
        return int(connection.execute("SELECT id FROM decks WHERE key = ?", (key,)).fetchone()[0])


def has_deck(db: Database, title: str) -> bool:
    """Whether a deck has exactly this title in one of its languages, upper and lower case alike."""
    wanted = title.casefold()
    titles = (json.loads(row["titles"]) for row in db.rows("SELECT titles FROM decks"))
    return any(wanted == known.casefold() for languages in titles for known in languages.values())


def renew_stat(db: Database, path: str, size: int, mtime_ns: int, now: int) -> None:
    """A file was touched but holds the same bytes."""
    with db.transaction() as connection:
        connection.execute(
            "UPDATE files SET size = ?, mtime_ns = ?, scanned_at = ? WHERE path = ?",
            (size, mtime_ns, now, path),
        )


def count_cards(db: Database, source_id: int) -> int:
    """How many living cards a source has."""
    return int(
        db.rows(
            "SELECT COUNT(DISTINCT l.card_id) FROM locators l JOIN files f ON f.id = l.file_id "
            "JOIN cards c ON c.id = l.card_id WHERE f.source_id = ? AND c.archived_at IS NULL",
            (source_id,),
        )[0][0]
    )


def move_source(db: Database, source_id: int, old: str, new: str) -> None:
    """A source was moved as a whole: its files are the same ones at the new place."""
    with db.transaction() as connection:
        connection.execute("UPDATE sources SET path = ? WHERE id = ?", (new, source_id))
        connection.execute(
            "UPDATE files SET path = :new || substr(path, length(:old) + 1) WHERE source_id = :id "
            "AND substr(path, 1, length(:old)) = :old",
            {"old": old, "new": new, "id": source_id},
        )
