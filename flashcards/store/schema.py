"""The schema, as migrations: functions named by number and intent, applied in order, recorded.

A database that already holds something is copied to ``backups/`` before each.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlite_utils

from flashcards.store.database import SCHEMA_VERSION

migrations = sqlite_utils.Migrations("flashcards")


def migrate(path: Path, version: int) -> None:
    """Bring the file at ``path`` from ``version`` to ``SCHEMA_VERSION``."""
    with closing(sqlite3.connect(path)) as connection:
        db = sqlite_utils.Database(connection)
        for migration in migrations.pending(db):
            if version:
                _back_up(connection, path, migration.name)
            version += 1
            migrations.apply(db, stop_before=[m.name for m in migrations.pending(db)[1:2]] or None)
            connection.execute(f"PRAGMA user_version={version}")
            connection.commit()
    assert version == SCHEMA_VERSION, "SCHEMA_VERSION counts the migrations"


def _back_up(connection: sqlite3.Connection, path: Path, name: str) -> None:
    folder = path.parent / "backups"
    folder.mkdir(exist_ok=True)
    with closing(sqlite3.connect(folder / f"before-{name}.db")) as copy:
        connection.backup(copy)


@migrations()
def m001_cards_places_reviews(db: sqlite_utils.Database) -> None:
    """Cards with their texts and places, the append-only log, and the schedules it leads to."""
    db.table("meta").create({"key": str, "value": str}, pk="key")
    db.table("sources").create(
        {"id": int, "path": str, "kind": str, "dialect": str, "added_at": int},
        pk="id",
        not_null={"path", "kind", "added_at"},
    )
    db.table("sources").create_index(["path"], unique=True)
    db.table("files").create(
        {
            "id": int,
            "source_id": int,
            "path": str,
            "size": int,
            "mtime_ns": int,
            "digest": str,
            "dialect": str,
            "scanned_at": int,
        },
        pk="id",
        foreign_keys=[("source_id", "sources", "id")],
        not_null={"source_id", "path", "size", "mtime_ns", "digest"},
    )
    db.table("files").create_index(["path"], unique=True)
    db.table("decks").create(
        {"id": int, "key": str, "titles": str, "source_id": int, "place": int},
        pk="id",
        not_null={"key", "titles", "place"},
    )
    db.table("decks").create_index(["key"], unique=True)
    _create_cards(db)
    _create_reviews(db)
    _create_written(db)
    _create_twins(db)
    _create_reading_indexes(db)


def _create_cards(db: sqlite_utils.Database) -> None:
    db.table("cards").create(
        {
            "id": str,
            "deck_id": int,
            "kind": str,
            "form": str,
            "answered": int,
            "reviewed": int,
            "difficulty": int,
            "importance": float,
            "tags": str,
            "path": str,
            "demos": str,
            "extra": str,
            "position": int,
            "changed_at": int,
            "archived_at": int,
        },
        pk="id",
        foreign_keys=[("deck_id", "decks", "id")],
        not_null={"deck_id", "kind", "form", "answered", "reviewed", "position", "changed_at"},
    )
    db.table("cards").create_index(["deck_id", "position"])
    db.table("texts").create(
        {
            "id": int,
            "card_id": str,
            "language": str,
            "question": str,
            "answer": str,
            "remarks": str,
            "context": str,
            "also": str,
        },
        pk="id",
        foreign_keys=[("card_id", "cards", "id")],
        not_null={"card_id", "language", "question", "answer"},
    )
    db.table("texts").create_index(["card_id", "language"], unique=True)
    # Where a card stands in the files, apart from what it is: all of this may change, its id may not.
    db.table("locators").create(
        {
            "id": int,
            "card_id": str,
            "language": str,
            "file_id": int,
            "position": int,
            "line": int,
            "end_line": int,
            "number": str,
            "path": str,
        },
        pk="id",
        foreign_keys=[("card_id", "cards", "id"), ("file_id", "files", "id")],
        not_null={"card_id", "language", "position", "line", "end_line"},
    )
    db.table("locators").create_index(["card_id", "language"], unique=True)
    db.table("locators").create_index(["file_id"])
    # What the person decided about a card; a rescan of the notes never touches it.
    db.table("marks").create(
        {
            "card_id": str,
            "suspended": int,
            "buried_until": int,
            "flagged": int,
            "tags": str,
            "importance": float,
            "reviewed": int,
        },
        pk="card_id",
        foreign_keys=[("card_id", "cards", "id")],
        not_null={"suspended", "flagged"},
        defaults={"suspended": 0, "flagged": 0},
    )
    # Trigrams find Chinese, which has no word borders.  detail=none halves the index; candidates are
    # checked against the text itself, so that no position is needed.  New texts are indexed by
    # ``store.places.TextIndex`` in one statement a scan, for by a trigger, once a row, it is five times as
    # slow.  columnsize=0: no ranking by length is asked of it.  A scan's trigrams fit in 64 MB and are
    # written once (the default 1 MB holds 500 cards), and sixteen segments are merged at a time, not four:
    # 10,000 cards are indexed in 0.19 s, else in 0.24.
    db.executescript(
        """
        CREATE VIRTUAL TABLE texts_fts USING fts5(
            question, answer, content='texts', content_rowid='id', tokenize='trigram', detail='none', columnsize=0);
        INSERT INTO texts_fts(texts_fts, rank) VALUES ('hashsize', 67108864), ('automerge', 16);
        CREATE TRIGGER texts_after_delete AFTER DELETE ON texts BEGIN
            INSERT INTO texts_fts(texts_fts, rowid, question, answer)
            VALUES ('delete', old.id, old.question, old.answer);
        END;
        CREATE TRIGGER texts_after_update AFTER UPDATE OF question, answer ON texts BEGIN
            INSERT INTO texts_fts(texts_fts, rowid, question, answer)
            VALUES ('delete', old.id, old.question, old.answer);
            INSERT INTO texts_fts(rowid, question, answer) VALUES (new.id, new.question, new.answer);
        END;
        """
    )


def _create_reviews(db: sqlite_utils.Database) -> None:
    db.table("reviews").create(
        {
            "id": int,
            "card_id": str,
            "kind": str,
            "rating": int,
            "day": int,
            "interval": int,
            "duration_ms": int,
            "undoes": int,
        },
        pk="id",
        foreign_keys=[("card_id", "cards", "id")],
        not_null={"card_id", "kind", "rating", "day", "interval", "duration_ms"},
    )
    db.table("reviews").create_index(["card_id", "id"])
    db.table("reviews").create_index(["day"])
    db.table("schedules").create(
        {
            "card_id": str,
            "stability": float,
            "difficulty": float,
            "due": int,
            "last_day": int,
            "reps": int,
            "lapses": int,
        },
        pk="card_id",
        foreign_keys=[("card_id", "cards", "id")],
        not_null={"stability", "difficulty", "due", "last_day", "reps", "lapses"},
    )
    db.table("schedules").create_index(["due"])
    db.executescript(
        """
        CREATE TRIGGER reviews_keep BEFORE DELETE ON reviews BEGIN
            SELECT RAISE(ABORT, 'the review log is append-only');
        END;
        CREATE TRIGGER reviews_fixed BEFORE UPDATE ON reviews BEGIN
            SELECT RAISE(ABORT, 'the review log is append-only');
        END;
        CREATE UNIQUE INDEX reviews_undone_once ON reviews(undoes) WHERE undoes IS NOT NULL;
        CREATE VIEW answers AS
            SELECT * FROM reviews WHERE kind = 'answer'
            AND id NOT IN (SELECT undoes FROM reviews WHERE undoes IS NOT NULL);
        """
    )


def _create_written(db: sqlite_utils.Database) -> None:
    """Answers the person wrote inside the app: kept beside the notes' texts, which they never replace."""
    # No foreign key on card_id: an answer whose card is not there yet waits for it.
    db.table("written").create(
        {
            "card_id": str,
            "language": str,
            "answer": str,
            "file_id": int,
            "line": int,
        },
        pk=("card_id", "language"),
        foreign_keys=[("file_id", "files", "id")],
        not_null={"answer", "file_id", "line"},
    )
    db.table("written").create_index(["file_id"])


def _create_twins(db: sqlite_utils.Database) -> None:
    """Which card of the person's notes asks the same as one of ours: ``linked`` holds those that do."""
    db.table("twins").create(
        {"card_id": str, "twin_id": str, "how": str},
        pk="card_id",
        foreign_keys=[("card_id", "cards", "id"), ("twin_id", "cards", "id")],
        not_null={"twin_id", "how"},
    )
    db.table("twins").create_index(["twin_id"])
    db.executescript("CREATE VIEW linked AS SELECT card_id, twin_id FROM twins WHERE how != 'apart';")


def _create_reading_indexes(db: sqlite_utils.Database) -> None:
    """What the browser reads at every key: living cards in order, and all questions without their answers."""
    db.executescript(
        """
        CREATE INDEX cards_living ON cards(deck_id, position) WHERE archived_at IS NULL;
        CREATE INDEX texts_questions ON texts(question, card_id);
        CREATE INDEX texts_tails ON texts(substr(answer, -2) COLLATE NOCASE);
        CREATE VIRTUAL TABLE texts_terms USING fts5vocab(texts_fts, 'row');
        """
    )
