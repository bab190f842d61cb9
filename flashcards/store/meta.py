"""Remembered facts about the collection as a whole."""

from __future__ import annotations

from flashcards.store.database import Database


def get_meta(db: Database, key: str) -> str | None:
    """A remembered fact about the collection as a whole."""
    rows = db.rows("SELECT value FROM meta WHERE key = ?", (key,))
    return rows[0]["value"] if rows else None


def drop_meta(db: Database, key: str) -> None:
    """Forget a fact; nothing happens where it was not remembered."""
    with db.transaction() as connection:
        connection.execute("DELETE FROM meta WHERE key = ?", (key,))


def put_meta(db: Database, key: str, value: str) -> None:
    """Remember a fact about the collection as a whole."""
    with db.transaction() as connection:
        connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))
