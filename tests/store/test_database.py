"""Opening the file: what can be wrong with it is said in one line, and nothing is lost."""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path

import pytest

from flashcards.store import database
from flashcards.store.database import SCHEMA_VERSION, Database, StoreError
from flashcards.store.schema import migrations


def test_commits_reach_the_disk_before_they_return(tmp_path: Path) -> None:
    db = Database.open(tmp_path / "f.db")
    assert db.rows("PRAGMA synchronous")[0][0] == 2  # FULL
    assert db.rows("PRAGMA journal_mode")[0][0] == "wal"


def test_the_version_counts_the_migrations(tmp_path: Path) -> None:
    db = Database.open(tmp_path / "f.db")
    assert db.rows("PRAGMA user_version")[0][0] == SCHEMA_VERSION == len(migrations._migrations)


def test_opening_again_imports_no_sqlite_utils(tmp_path: Path) -> None:
    import subprocess

    path = tmp_path / "f.db"
    Database.open(path).close()
    code = (
        "import sys; from pathlib import Path; from flashcards.store.database import Database;"
        f"Database.open(Path({str(path)!r})); print('sqlite_utils' in sys.modules, 'numpy' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["False", "False"]


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "f.db"
    Database.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    with pytest.raises(StoreError, match="newer version"):
        Database.open(path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 99


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.db"
    path.write_bytes(b"these are notes, not a database. " * 99)
    with pytest.raises(StoreError, match="not a flashcards database"):
        Database.open(path)
    assert path.read_bytes().startswith(b"these are notes")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StoreError, match="data directory"):
        Database.open(tmp_path / "taken" / "f.db")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StoreError, match="cannot be written"):
            Database.open(tmp_path / "f.db")
    finally:
        tmp_path.chmod(0o700)


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    db = Database.open(tmp_path / "f.db")
    with pytest.raises(RuntimeError), db.transaction() as connection:
        connection.execute("INSERT INTO meta VALUES ('a', 'b')")
        raise RuntimeError
    assert db.rows("SELECT * FROM meta") == []
    with db.transaction() as connection:
        connection.execute("INSERT INTO meta VALUES ('a', 'c')")
    assert db.rows("SELECT value FROM meta")[0]["value"] == "c"


def test_a_full_disk_is_said_and_undone(tmp_path: Path) -> None:
    db = Database.open(tmp_path / "f.db")
    pages = db.rows("PRAGMA page_count")[0][0]
    db.connection.execute(f"PRAGMA max_page_count={pages}")  # SQLite's own way to stand for a full disk
    with pytest.raises(StoreError, match="disk is full"), db.transaction() as connection:
        connection.execute("INSERT INTO meta VALUES ('a', ?)", ("x" * 9_000_000,))
    assert db.rows("SELECT * FROM meta") == []


def test_a_second_process_holding_the_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    mine = Database.open(tmp_path / "f.db")
    other = Database.open(tmp_path / "f.db")
    with other.transaction(), pytest.raises(StoreError, match="another process"), mine.transaction():
        pass
