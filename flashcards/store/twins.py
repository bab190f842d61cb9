"""Which cards of the person's notes ask the same as one of ours.

A link points from the person's card to ours; all cards linked to one of ours are twins of each other and have
one schedule, made of the answers to all of them.  The answers themselves stay with the card that was asked.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from flashcards.cards import CardId, Day
from flashcards.store.database import Database

How = Literal["equal", "chosen", "apart"]
"""Linked by itself, as the questions are the same; linked by the person; or the person said that they differ."""

MEMBERS = """SELECT COALESCE((SELECT twin_id FROM linked WHERE card_id = {card}), {card})
    UNION SELECT card_id FROM linked
          WHERE twin_id = COALESCE((SELECT twin_id FROM linked WHERE card_id = {card}), {card})"""
"""The ids of a card and its twins; ``{card}`` is a column or a parameter."""

STOOD_FOR = """SELECT l.twin_id FROM linked l JOIN cards own ON own.id = l.card_id
    LEFT JOIN marks om ON om.card_id = own.id
    WHERE own.archived_at IS NULL AND own.answered AND COALESCE(om.reviewed, own.reviewed)
    AND NOT COALESCE(om.suspended, 0)"""
"""Ids of those cards of ours that are asked in the person's words."""


@dataclass(frozen=True, slots=True)
class Link:
    """What is known of a card and its twin."""

    card_id: CardId
    """Of the person's notes."""
    twin_id: CardId
    """One of ours."""
    how: How


@dataclass(frozen=True, slots=True)
class Asked:
    """A living card and the ways it asks."""

    card_id: CardId
    question: str
    path: tuple[str, ...]
    also: tuple[str, ...]


def link_of(db: Database, card_id: CardId) -> Link | None:
    """What was decided about a card of the person's notes, by itself or by them."""
    rows = db.rows("SELECT card_id, twin_id, how FROM twins WHERE card_id = ?", (card_id,))
    return _read(rows[0]) if rows else None


def put_link(db: Database, link: Link) -> None:
    """Keep a link in place of the card's earlier one."""
    with db.transaction() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO twins (card_id, twin_id, how) VALUES (?, ?, ?)",
            (link.card_id, link.twin_id, link.how),
        )


def drop_link(db: Database, card_id: CardId) -> None:
    """Forget what was decided about a card."""
    with db.transaction() as connection:
        connection.execute("DELETE FROM twins WHERE card_id = ?", (card_id,))


def members(db: Database, card_id: CardId) -> list[CardId]:
    """The card and its twins; itself alone where it has none."""
    return [CardId(row[0]) for row in db.rows(MEMBERS.format(card=":card"), {"card": card_id})]


def heads(db: Database) -> dict[CardId, CardId]:
    """Every card that has a twin -> the card of ours that the twins have in common."""
    rows = db.rows("SELECT card_id, twin_id FROM linked UNION SELECT twin_id, twin_id FROM linked")
    return {CardId(row[0]): CardId(row[1]) for row in rows}


def answered_elsewhere(db: Database, ids: Collection[CardId]) -> dict[CardId, CardId]:
    """Of these cards (at most 500) those linked to one of ours, with its id."""
    marks = ",".join("?" * len(ids))
    rows = db.rows(f"SELECT card_id, twin_id FROM linked WHERE card_id IN ({marks})", tuple(ids))
    return {CardId(row["card_id"]): CardId(row["twin_id"]) for row in rows}


def questions(db: Database, *, ours: bool, since: int = 0, card_id: CardId | None = None) -> list[Asked]:
    """The living cards of our decks or of the person's notes, an entry a language.

    Cards with fresh numbers at each showing are left out: no note asks what they ask.  ``since``: only those
    whose text changed at this moment (Unix ms) or later.  ``card_id``: only this one.
    """
    rows = db.rows(
        """SELECT c.id, c.path, t.question, t.also FROM cards c JOIN texts t ON t.card_id = c.id
           JOIN decks d ON d.id = c.deck_id JOIN sources s ON s.id = d.source_id
           WHERE c.archived_at IS NULL AND c.kind != 'numeric' AND (s.kind = 'shipped') = :ours
           AND c.changed_at >= :since AND (:card IS NULL OR c.id = :card)
           ORDER BY d.place, d.id, c.position, t.language""",
        {"ours": ours, "since": since, "card": card_id},
    )
    return [
        Asked(
            CardId(row["id"]),
            row["question"],
            tuple(json.loads(row["path"])),
            tuple(json.loads(row["also"])),
        )
        for row in rows
    ]


def is_ours(db: Database, card_id: CardId) -> bool:
    """Whether a card stands in our decks."""
    return bool(
        db.rows(
            "SELECT 1 FROM cards c JOIN decks d ON d.id = c.deck_id JOIN sources s ON s.id = d.source_id "
            "WHERE c.id = ? AND s.kind = 'shipped'",
            (card_id,),
        )
    )


def links(db: Database) -> dict[CardId, Link]:
    """What was decided, by card of the person's notes."""
    found = [_read(row) for row in db.rows("SELECT card_id, twin_id, how FROM twins")]
    return {link.card_id: link for link in found}


def counted_twice(db: Database, today: Day) -> tuple[int, int]:
    """How many due and how many new cards are another card's twin: of twins one is asked."""
    rows = db.rows(
        """SELECT COALESCE(SUM((n - 1) * (due IS NOT NULL AND due <= :today)), 0) AS due,
                  COALESCE(SUM((n - 1) * (due IS NULL)), 0) AS new
           FROM (SELECT COUNT(*) AS n, MAX(sc.due) AS due
                 FROM (SELECT card_id, twin_id FROM linked UNION SELECT twin_id, twin_id FROM linked) g
                 JOIN cards c ON c.id = g.card_id LEFT JOIN marks m ON m.card_id = c.id
                 LEFT JOIN schedules sc ON sc.card_id = c.id
                 WHERE c.archived_at IS NULL AND c.answered AND COALESCE(m.reviewed, c.reviewed)
                 AND NOT COALESCE(m.suspended, 0) AND COALESCE(m.buried_until, 0) <= :today
                 GROUP BY g.twin_id)""",
        {"today": today},
    )
    return rows[0]["due"], rows[0]["new"]


def _read(row: sqlite3.Row) -> Link:
    return Link(CardId(row["card_id"]), CardId(row["twin_id"]), row["how"])
