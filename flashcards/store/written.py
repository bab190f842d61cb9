"""Answers the person wrote inside the app, beside the notes' own texts.

``texts`` holds what the notes say, ``written`` what the person wrote; whoever reads a card sees the
written answer above the notes'.  So a scan of the notes cannot take an answer away, and an answer cannot
make the notes look changed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flashcards.cards import CardId, Language
from flashcards.store.database import Database

_BY_TWIN = "SELECT l.card_id FROM linked l JOIN cards o ON o.id = l.twin_id AND o.answered"
"""Cards that one of ours answers."""


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as it stands in one of the person's answer files."""

    card_id: CardId
    language: Language
    answer: str
    file: str
    line: int
    """Of the question above it."""


def written_of(db: Database, ids: Sequence[CardId] | None = None) -> list[Written]:
    """The written answers of these cards (at most 500), or all there are."""
    where = "" if ids is None else f" WHERE w.card_id IN ({','.join('?' * len(ids))})"
    rows = db.rows(
        f"SELECT w.*, f.path FROM written w JOIN files f ON f.id = w.file_id{where} ORDER BY w.rowid",
        tuple(ids or ()),
    )
    return [
        Written(
            CardId(row["card_id"]),
            row["language"],
            row["answer"],
            row["path"],
            row["line"],
        )
        for row in rows
    ]


def put_written(db: Database, file_id: int, answers: Sequence[Written]) -> None:
    """Keep the answers of one file; those it held before must have been forgotten."""
    with db.transaction() as connection:
        connection.executemany(
            "INSERT INTO written (card_id, language, answer, file_id, line) VALUES (?,?,?,?,?)",
            [(a.card_id, a.language, a.answer, file_id, a.line) for a in answers],
        )


def forget_written(db: Database, file_id: int) -> None:
    """Forget what one file held."""
    with db.transaction() as connection:
        connection.execute("DELETE FROM written WHERE file_id = ?", (file_id,))


def known_ids(db: Database, ids: Sequence[CardId]) -> set[CardId]:
    """Which of these ids (at most 500) are cards'."""
    marks = ",".join("?" * len(ids))
    return {CardId(row["id"]) for row in db.rows(f"SELECT id FROM cards WHERE id IN ({marks})", tuple(ids))}


def settle(db: Database, changed: Collection[CardId], now: int) -> None:
    """Cards whose written answer or twin changed: they are answered if the notes, the person or a twin do."""
    with db.transaction() as connection:
        connection.executemany(
            "UPDATE cards SET changed_at = :now, answered = EXISTS (SELECT 1 FROM written WHERE card_id = :id) "
            "OR EXISTS (SELECT 1 FROM texts WHERE card_id = :id AND trim(answer) != '') "
            f"OR id IN ({_BY_TWIN}) WHERE id = :id",
            [{"id": card_id, "now": now} for card_id in changed],
        )


def keep_answered(db: Database) -> None:
    """After a scan of notes, which says of a card only what the notes say."""
    with db.transaction() as connection:
        connection.execute(
            f"UPDATE cards SET answered = 1 WHERE NOT answered AND id IN (SELECT card_id FROM written "
            f"UNION {_BY_TWIN})"
        )


def answer_file(db: Database, deck_id: int, language: Language) -> str | None:
    """Path of the file that holds answers to this deck's cards in this language, if there is one."""
    rows = db.rows(
        "SELECT f.path FROM written w JOIN cards c ON c.id = w.card_id JOIN files f ON f.id = w.file_id "
        "WHERE c.deck_id = ? AND w.language = ? ORDER BY w.rowid LIMIT 1",
        (deck_id, language),
    )
    return rows[0]["path"] if rows else None


def deck_of(db: Database, card_id: CardId) -> int:
    """Id of the deck that a card, which must exist, is in."""
    return int(db.rows("SELECT deck_id FROM cards WHERE id = ?", (card_id,))[0][0])
