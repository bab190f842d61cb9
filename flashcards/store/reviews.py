"""The append-only log of answers, and the schedules kept beside it.

A row is never changed or deleted (the schema's triggers see to it); undo appends a row that names the
answer it takes back.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Literal

from flashcards.cards import CardId, Day, Rating, Review, Schedule
from flashcards.store.database import Database
from flashcards.store.twins import MEMBERS, members
from flashcards.store.twins import heads as twin_heads

ReviewKind = Literal["answer", "cram"]
"""``cram`` rows are kept for the record and change no schedule."""


def append_review(db: Database, review: Review, kind: ReviewKind = "answer") -> Review:
    """Add one answer to the log; its id is moved on when another answer already has it."""
    with db.transaction() as connection:
        moment = max(review.id, _last_id(db) + 1)
        connection.execute(
            "INSERT INTO reviews (id, card_id, kind, rating, day, interval, duration_ms) VALUES (?,?,?,?,?,?,?)",
            (
                moment,
                review.card_id,
                kind,
                int(review.rating),
                review.day,
                review.interval,
                review.duration_ms,
            ),
        )
    return Review(moment, review.card_id, review.rating, review.day, review.interval, review.duration_ms)


def append_undo(db: Database, review: Review, moment: int, today: Day) -> None:
    """Take back ``review`` by a compensating row."""
    with db.transaction() as connection:
        connection.execute(
            "INSERT INTO reviews (id, card_id, kind, rating, day, interval, duration_ms, undoes) "
            "VALUES (?, ?, 'undo', 0, ?, 0, 0, ?)",
            (max(moment, _last_id(db) + 1), review.card_id, today, review.id),
        )


def answers_of(db: Database, card_id: CardId) -> list[Review]:
    """The answers of one card that count, oldest first."""
    return _reviews(db, "SELECT * FROM answers WHERE card_id = ? ORDER BY id", (card_id,))


def shared_answers(db: Database, card_id: CardId) -> list[Review]:
    """The answers that a card's schedule follows from, oldest first: its own and its twins'."""
    ids = MEMBERS.format(card=":card")
    return _reviews(db, f"SELECT * FROM answers WHERE card_id IN ({ids}) ORDER BY id", {"card": card_id})


def all_answers(db: Database) -> Iterator[tuple[CardId, list[Review]]]:
    """The answers of every card that count, card by card, oldest first; twins are one card, under our id."""
    heads = twin_heads(db)

    def head(review: Review) -> CardId:
        return heads.get(review.card_id, review.card_id)

    answers = _reviews(db, "SELECT * FROM answers ORDER BY card_id, id", ())
    if heads:
        answers.sort(key=lambda review: (head(review), review.id))
    for card_id, group in groupby(answers, key=head):
        yield card_id, list(group)


def last_answer(db: Database) -> Review | None:
    """The most recent answer that counts, whatever session or process gave it."""
    found = _reviews(db, "SELECT * FROM answers ORDER BY id DESC LIMIT 1", ())
    return found[0] if found else None


def put_schedule(db: Database, card_id: CardId, schedule: Schedule | None) -> None:
    """Keep the schedule that the log leads to, for the card and its twins; ``None`` makes them new again."""
    with db.transaction() as connection:
        ids = members(db, card_id)
        if schedule is None:
            connection.executemany("DELETE FROM schedules WHERE card_id = ?", [(one,) for one in ids])
            return
        state = (
            schedule.memory.stability,
            schedule.memory.difficulty,
            schedule.due,
            schedule.last_day,
            schedule.reps,
            schedule.lapses,
        )
        connection.executemany(
            "INSERT OR REPLACE INTO schedules (card_id, stability, difficulty, due, last_day, reps, lapses) "
            "VALUES (?,?,?,?,?,?,?)",
            [(one, *state) for one in ids],
        )


def counts_by_day(db: Database, since: Day) -> dict[Day, int]:
    """Answers given on each study day from ``since`` on."""
    rows = db.rows(
        "SELECT day, COUNT(*) AS n FROM answers WHERE day >= ? GROUP BY day ORDER BY day", (since,)
    )
    return {Day(row["day"]): row["n"] for row in rows}


def times_answered(db: Database, card_id: CardId) -> int:
    """How often a card was answered, crammed or not; an answer that was taken back is not counted."""
    crammed = "SELECT COUNT(*) FROM reviews WHERE card_id = :id AND kind = 'cram'"
    found = db.rows(
        f"SELECT (SELECT COUNT(*) FROM answers WHERE card_id = :id) + ({crammed})", {"id": card_id}
    )
    return int(found[0][0])


def count_answers(db: Database) -> int:
    """How many answers count in all."""
    return int(db.rows("SELECT COUNT(*) FROM answers")[0][0])


def done_today(db: Database, today: Day) -> tuple[dict[int, int], int]:
    """What of the day's limits is used: new cards begun today by deck id, and reviews of older cards."""
    rows = db.rows(
        f"""SELECT c.deck_id, a.card_id, EXISTS (
                SELECT 1 FROM answers b WHERE b.card_id IN ({MEMBERS.format(card="a.card_id")})
                AND b.day < :today) AS known
           FROM answers a JOIN cards c ON c.id = a.card_id WHERE a.day = :today
           GROUP BY a.card_id""",
        {"today": today},
    )
    new: dict[int, int] = {}
    for row in rows:
        if not row["known"]:
            new[row["deck_id"]] = new.get(row["deck_id"], 0) + 1
    return new, sum(1 for row in rows if row["known"])


def _last_id(db: Database) -> int:
    return db.rows("SELECT COALESCE(MAX(id), 0) FROM reviews")[0][0]  # type: ignore[no-any-return]


def _reviews(db: Database, sql: str, parameters: tuple[object, ...] | dict[str, object]) -> list[Review]:
    return [
        Review(
            row["id"],
            CardId(row["card_id"]),
            Rating(row["rating"]),
            Day(row["day"]),
            row["interval"],
            row["duration_ms"],
        )
        for row in db.rows(sql, parameters)
    ]
