"""What the browser reads at every key: living cards by place, and at most a few hundred candidates for words.

Questions are looked through in an index that holds nothing else (50,000 take 5 ms); answers through the
trigram index, which has no positions: every trigram of a word must occur, then the text itself is checked.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flashcards.cards import CardId, Day, Language
from flashcards.store.database import Database
from flashcards.store.query import CARDS, DECK_ORDER, STATE, Found, escaped

TRIGRAM = 3
"""Characters a word needs before the trigram index knows it."""
NOWHERE = '"\ufffe\ufffe\ufffe"'
"""A trigram that no text holds, for a word that begins none: FTS5 takes no empty query."""
FREQUENT = 4000
"""Texts that hold a short word, from which on reading the texts finds enough of them sooner than the index."""


@dataclass(frozen=True, slots=True)
class HitRow:
    """A card as a line of a list needs it."""

    card_id: CardId
    questions: Mapping[Language, str]
    titles: Mapping[Language, str]
    """Of the deck."""
    state: str
    """``store.query.STATE``."""
    due: Day | None
    flagged: bool
    suspended: bool
    importance: float
    tags: tuple[str, ...]
    demos: tuple[str, ...]
    """Slugs."""
    numeric: bool = False
    """Its texts have places for values."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A card whose text holds the words, with the text to rank it by."""

    card_id: CardId
    question: str
    answer: str | None
    """``None``: the question alone holds the words, and the answer was not read."""


def living_by_deck(db: Database) -> list[tuple[int, int]]:
    """Deck id and number of living cards, in the order of the list; decks without cards are left out."""
    rows = db.rows(
        f"""SELECT dk.id, n FROM decks dk LEFT JOIN sources src ON src.id = dk.source_id
            JOIN (SELECT deck_id, COUNT(*) AS n FROM cards WHERE archived_at IS NULL GROUP BY deck_id)
            ON deck_id = dk.id ORDER BY {DECK_ORDER}"""
    )
    return [(row["id"], row["n"]) for row in rows]


def living_in_deck(db: Database, deck_id: int, offset: int, size: int) -> list[CardId]:
    """Ids of ``size`` living cards of a deck from place ``offset`` on, by index alone."""
    rows = db.rows(
        "SELECT id FROM cards WHERE archived_at IS NULL AND deck_id = ? ORDER BY position LIMIT ? OFFSET ?",
        (deck_id, size, offset),
    )
    return [CardId(row["id"]) for row in rows]


def hit_rows(db: Database, ids: Sequence[CardId], today: Day) -> list[HitRow]:
    """The lines of these cards, in the order asked; unknown ids are left out."""
    found: dict[CardId, HitRow] = {}
    for start in range(0, len(ids), 500):  # SQLite's default limit on parameters is 999
        part = {f"i{n}": card_id for n, card_id in enumerate(ids[start : start + 500])}
        rows = db.rows(
            f"""SELECT c.id, {STATE} AS state, sc.due, COALESCE(m.flagged, 0) AS flagged,
                       COALESCE(m.suspended, 0) AS suspended,
                       COALESCE(m.importance, c.importance, 1.0) AS importance, c.tags, m.tags AS own_tags,
                       c.demos, c.kind, dk.titles,
                       (SELECT json_group_object(t.language, t.question) FROM texts t WHERE t.card_id = c.id)
                       AS questions
                FROM {CARDS} WHERE c.id IN ({", ".join(f":{name}" for name in part)})""",
            {**part, "today": today},
        )
        found |= {CardId(row["id"]): _hit_row(row) for row in rows}
    return [found[i] for i in ids if i in found]


@dataclass(frozen=True, slots=True)
class Words:
    """What is looked for: free words, all of which must occur, among the cards that the terms leave."""

    words: Sequence[str]
    narrowed: Found
    today: Day
    leech_lapses: int
    limit: int
    """At most so many candidates."""

    @property
    def phrase(self) -> str:
        """The words as they were typed."""
        return " ".join(self.words)

    def parameters(self) -> dict[str, object]:
        """The values of the placeholders in every query below."""
        likes: dict[str, object] = {f"w{n}": f"%{escaped(word)}%" for n, word in enumerate(self.words)}
        fixed = {"today": self.today, "leech": self.leech_lapses, "limit": self.limit}
        return {**self.narrowed.parameters, **likes, **fixed}

    def all_in(self, *columns: str) -> str:
        """The condition that every word occurs in one of ``columns``."""
        return " AND ".join(
            "(" + " OR ".join(f"{column} LIKE :w{n} ESCAPE '\\'" for column in columns) + ")"
            for n in range(len(self.words))
        )


def in_questions(db: Database, wanted: Words) -> list[Candidate]:
    """Cards whose question holds every word; of too many those that begin with the phrase, then short ones."""
    rows = db.rows(
        f"""SELECT c.id, t.question, NULL AS answer FROM texts t CROSS JOIN {CARDS}
            WHERE c.id = t.card_id AND {wanted.all_in("t.question")}
              AND c.archived_at IS NULL AND {wanted.narrowed.where}
            ORDER BY t.question LIKE :prefix ESCAPE '\\' DESC, length(t.question) LIMIT :limit""",
        {**wanted.parameters(), "prefix": f"{escaped(wanted.phrase)}%"},
    )
    return _candidates(rows)


def in_answers(db: Database, wanted: Words) -> list[Candidate]:
    """Cards that hold every word in the question or the notes' answer."""
    parameters = wanted.parameters()
    conditions = [
        condition for n in range(len(wanted.words)) if (condition := _indexed(db, wanted, n, parameters))
    ]
    rows = db.rows(
        f"""SELECT c.id, t.question, t.answer FROM texts t CROSS JOIN {CARDS}
            WHERE {" AND ".join([*conditions, wanted.all_in("t.question", "t.answer")])}
              AND c.id = t.card_id AND c.archived_at IS NULL AND {wanted.narrowed.where} LIMIT :limit""",
        parameters,
    )
    return _candidates(rows)


def _indexed(db: Database, wanted: Words, n: int, parameters: dict[str, object]) -> str:
    """Which texts the index gives for word ``n``, some of them wrongly; ``""`` where it is of no use.

    A word of two characters, as most Chinese words are, is looked up as the beginning of trigrams; where
    nothing follows it, it stands at the end of the text.
    """
    word = wanted.words[n]
    if len(word) >= TRIGRAM:
        parts = {word[i : i + TRIGRAM] for i in range(len(word) - TRIGRAM + 1)}
        parameters[f"m{n}"] = " AND ".join(map(_quoted, parts))
        return f"t.id IN (SELECT rowid FROM texts_fts WHERE texts_fts MATCH :m{n})"
    if len(word) < TRIGRAM - 1:
        return ""
    first = word.lower()
    terms = db.rows(
        "SELECT term, doc FROM texts_terms WHERE term >= ? AND term < ?", (first, first + chr(0x10FFFF))
    )
    if sum(row["doc"] for row in terms) > FREQUENT:
        return ""
    parameters[f"m{n}"] = " OR ".join(_quoted(row["term"]) for row in terms) or NOWHERE
    parameters[f"t{n}"] = word
    return f"""t.id IN (SELECT rowid FROM texts_fts WHERE texts_fts MATCH :m{n}
        UNION ALL SELECT id FROM texts WHERE substr(answer, -2) COLLATE NOCASE = :t{n}
        UNION ALL SELECT id FROM texts WHERE question LIKE :w{n} ESCAPE '\\')"""


def in_written(db: Database, wanted: Words) -> list[Candidate]:
    """Cards that hold every word in the question or the answer the person wrote."""
    rows = db.rows(
        f"""SELECT c.id, t.question, w.answer FROM written w CROSS JOIN texts t CROSS JOIN {CARDS}
            WHERE t.card_id = w.card_id AND c.id = w.card_id AND {wanted.all_in("t.question", "w.answer")}
              AND c.archived_at IS NULL AND {wanted.narrowed.where} LIMIT :limit""",
        wanted.parameters(),
    )
    return _candidates(rows)


def like_questions(db: Database, wanted: Words) -> list[Candidate]:
    """Cards whose question holds one half of every word: what is left where a word was mistyped.

    Words under four characters have no halves that mean anything.
    """
    if all(len(word) < 4 for word in wanted.words):
        return []
    parameters = wanted.parameters()
    conditions = []
    for n, word in enumerate(wanted.words):
        middle = len(word) // 2
        parameters |= {f"a{n}": f"%{escaped(word[:middle])}%", f"b{n}": f"%{escaped(word[middle:])}%"}
        conditions.append(
            f"(t.question LIKE :a{n} ESCAPE '\\' OR t.question LIKE :b{n} ESCAPE '\\')" if middle > 1
            else f"t.question LIKE :w{n} ESCAPE '\\'"
        )  # fmt: skip
    rows = db.rows(
        f"""SELECT c.id, t.question, NULL AS answer FROM texts t CROSS JOIN {CARDS}
            WHERE c.id = t.card_id AND {" AND ".join(conditions)}
              AND c.archived_at IS NULL AND {wanted.narrowed.where}
            ORDER BY length(t.question) LIMIT :limit""",
        parameters,
    )
    return _candidates(rows)


def _quoted(term: str) -> str:
    """A term as FTS5 takes it."""
    return '"' + term.replace("\0", "").replace('"', '""') + '"'


def _candidates(rows: Sequence[sqlite3.Row]) -> list[Candidate]:
    return [Candidate(CardId(row["id"]), row["question"], row["answer"]) for row in rows]


def _hit_row(row: sqlite3.Row) -> HitRow:
    return HitRow(
        CardId(row["id"]),
        json.loads(row["questions"]),
        json.loads(row["titles"]),
        row["state"],
        row["due"],
        bool(row["flagged"]),
        bool(row["suspended"]),
        row["importance"],
        tuple(dict.fromkeys([*json.loads(row["tags"]), *json.loads(row["own_tags"] or "[]")])),
        tuple(link["slug"] for link in json.loads(row["demos"])),
        row["kind"] == "numeric",
    )
