"""Open the database file and run transactions on it.

The hot path is plain ``sqlite3``; sqlite-utils (and the numpy it imports) is loaded only when the
schema is to be made or migrated.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from flashcards.errors import FlashcardsError, system_reason

SCHEMA_VERSION = 1
"""Number of migrations; kept in ``PRAGMA user_version`` so that opening needs no look at the schema."""

BUSY_SECONDS = 10.0
"""A second copy of the app holds the file only for one answer; longer than this, something is stuck."""


class StoreError(FlashcardsError):
    """The database cannot be opened, read or written."""


class Database:
    """One connection, shared by the threads of a process under one lock."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection
        self._lock = RLock()
        self._depth = 0

    @classmethod
    def open(cls, path: Path) -> Database:
        """Open ``path``, creating or migrating it as needed.

        Raises:
            StoreError: not writable, not a database, or written by a newer version.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = _connect(path)
            version = connection.execute("PRAGMA user_version").fetchone()[0]
        except OSError as error:
            raise StoreError(
                "{folder}: cannot create the data directory ({reason}). Choose another with --home DIR "
                "or FLASHCARDS_HOME.",
                folder=path.parent,
                reason=system_reason(error),
            ) from error
        except sqlite3.Error as error:
            raise _explained(path, error) from error
        if version > SCHEMA_VERSION:
            connection.close()
            raise StoreError(
                "{path}: written by a newer version of flashcards (schema {version}, this one knows "
                "{ours}). Upgrade with pip install -U flashcards; nothing was changed.",
                path=path,
                version=version,
                ours=SCHEMA_VERSION,
            )
        if version < SCHEMA_VERSION:
            connection.close()
            from flashcards.store.schema import migrate

            try:
                migrate(path, version)
                connection = _connect(path)
            except sqlite3.Error as error:
                raise _explained(path, error) from error
        return cls(path, connection)

    def close(self) -> None:
        """Fold the write-ahead log into the file and let go of it."""
        with self._lock:
            self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; the file is on the disk when the block has ended.  Nested use joins the outer one.

        Raises:
            StoreError: the disk is full, the file read-only, or another process holds it too long.
        """
        with self._lock:
            if self._depth:
                yield self.connection
                return
            try:
                self.connection.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                raise _explained(self.path, error) from error
            self._depth = 1
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except sqlite3.DatabaseError as error:
                self._roll_back()
                if isinstance(error, sqlite3.IntegrityError):
                    raise
                raise _explained(self.path, error) from error
            except BaseException:
                self._roll_back()
                raise
            finally:
                self._depth = 0

    def rows(self, sql: str, parameters: tuple[object, ...] | dict[str, object] = ()) -> list[sqlite3.Row]:
        """Everything a query finds."""
        with self._lock:
            try:
                return self.connection.execute(sql, parameters).fetchall()
            except sqlite3.OperationalError as error:
                raise _explained(self.path, error) from error

    def _roll_back(self) -> None:
        # A full disk may have rolled back already; a second ROLLBACK must not hide the first error.
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


def _explained(path: Path, error: sqlite3.Error) -> StoreError:
    reason = str(error)
    if "readonly" in reason or "unable to open" in reason:
        return StoreError(
            "{path}: cannot be written ({reason}). Check its permissions, or choose another data "
            "directory with --home DIR or FLASHCARDS_HOME.",
            path=path,
            reason=reason,
        )
    if "full" in reason:
        return StoreError(
            "{path}: the disk is full. Free some space; answers up to the last “saved” are kept.", path=path
        )
    if "locked" in reason or "busy" in reason:
        return StoreError(
            "{path}: another process has held the database for too long. Close it and try again.", path=path
        )
    if "not a database" in reason or "malformed" in reason:
        return StoreError(
            "{path}: damaged, or not a flashcards database ({reason}). Put a backup in its place.",
            path=path,
            reason=reason,
        )
    return StoreError("{path}: {reason}.", path=path, reason=reason)
