"""Cards in and out of the database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flashcards.cards import Card, CardId, Day, DemoLink, Language, MemoryState, Place, Schedule, Variant
from flashcards.store.database import Database
from flashcards.store.twins import answered_elsewhere
from flashcards.store.written import written_of

_SELECT = """
    SELECT c.id, c.kind, c.form, c.difficulty, c.path, c.tags, c.demos, c.extra, c.changed_at,
           COALESCE(m.reviewed, c.reviewed) AS reviewed, COALESCE(m.importance, c.importance, 1.0) AS importance,
           m.tags AS own_tags, d.titles
    FROM cards c JOIN decks d ON d.id = c.deck_id LEFT JOIN marks m ON m.card_id = c.id
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a card stands with the person: what they decided and what is scheduled."""

    suspended: bool = False
    buried_until: Day | None = None
    """The card rests before this day."""
    flagged: bool = False
    schedule: Schedule | None = None
    """``None``: never answered."""
    archived: bool = False
    """It stands in no note file any more."""


@dataclass(frozen=True, slots=True)
class DeckCount:
    """A deck with how many of its cards wait."""

    id: int
    titles: Mapping[Language, str]
    shipped: bool
    source: str
    """Path of the file or folder it was read from."""
    cards: int
    due: int
    new: int
    unanswered: int
    unreviewed: int
    suspended: int


def load_cards(db: Database, ids: Sequence[CardId], language: Language) -> list[Card]:
    """The cards with these ids, in the order asked; unknown ids are left out.  Archived cards are included."""
    found: dict[CardId, Card] = {}
    for part in _portions(ids):
        marks = ",".join("?" * len(part))
        texts = _variants(db, marks, part)
        places = _places(db, marks, part, language)
        for row in db.rows(f"{_SELECT} WHERE c.id IN ({marks})", tuple(part)):
            found[CardId(row["id"])] = _card(row, texts[row["id"]], places.get(row["id"]), language)
    return [found[i] for i in ids if i in found]


def standing(db: Database, card_id: CardId) -> Standing:
    """The person's marks on a card and its schedule."""
    rows = db.rows(
        """SELECT m.suspended, m.buried_until, m.flagged, c.archived_at, s.* FROM cards c
           LEFT JOIN marks m ON m.card_id = c.id LEFT JOIN schedules s ON s.card_id = c.id WHERE c.id = ?""",
        (card_id,),
    )
    if not rows:
        return Standing()
    row = rows[0]
    return Standing(
        bool(row["suspended"]),
        row["buried_until"],
        bool(row["flagged"]),
        schedule_of(row),
        row["archived_at"] is not None,
    )


def schedule_of(row: sqlite3.Row) -> Schedule | None:
    """The schedule in a row that holds the columns of ``schedules``."""
    if row["stability"] is None:
        return None
    return Schedule(
        MemoryState(row["stability"], row["difficulty"]),
        Day(row["due"]),
        Day(row["last_day"]),
        row["reps"],
        row["lapses"],
    )


def set_mark(db: Database, card_ids: Iterable[CardId], **marks: Any) -> None:
    """Set columns of ``marks`` (suspended, buried_until, flagged, tags, importance, reviewed) for cards."""
    columns = list(marks)
    values = [
        json.dumps(v, ensure_ascii=False) if isinstance(v, (list, tuple)) else v for v in marks.values()
    ]
    sql = (
        f"INSERT INTO marks (card_id, {', '.join(columns)}) VALUES (?{', ?' * len(columns)}) "
        f"ON CONFLICT (card_id) DO UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in columns)}"
    )
    with db.transaction() as connection:
        connection.executemany(sql, [(card_id, *values) for card_id in card_ids])


def change_tags(db: Database, card_ids: Sequence[CardId], *, add: str = "", remove: str = "") -> int:
    """Add a tag of the person's own to cards, take one away; the notes' tags stay.  Returns how many changed.

    One transaction, whatever the number of cards.
    """
    changed = 0
    with db.transaction():
        for part in _portions(card_ids):
            before = own_tags(db, part)
            for card_id in part:
                tags = [tag for tag in before.get(card_id, []) if tag not in (add, remove)]
                tags += [add] if add else []
                if set(tags) != set(before.get(card_id, [])):
                    set_mark(db, [card_id], tags=tags)
                    changed += 1
    return changed


def own_tags(db: Database, card_ids: Sequence[CardId]) -> dict[CardId, list[str]]:
    """The tags the person gave these cards (at most 500), apart from those of the notes."""
    rows = db.rows(
        f"SELECT card_id, tags FROM marks WHERE card_id IN ({','.join('?' * len(card_ids))})", tuple(card_ids)
    )
    return {CardId(row["card_id"]): json.loads(row["tags"] or "[]") for row in rows}


def _portions(ids: Sequence[CardId]) -> Iterator[Sequence[CardId]]:
    """Few enough at a time: SQLite's default limit on parameters is 999."""
    return (ids[start : start + 500] for start in range(0, len(ids), 500))


def deck_counts(db: Database, today: Day) -> list[DeckCount]:
    """Every deck that has cards, the person's own first, in the order they were added."""
    rows = db.rows(
        """
        SELECT d.id, d.titles, s.kind AS source_kind, s.path AS source_path, COUNT(*) AS cards,
               COALESCE(SUM(playable AND due <= :today), 0) AS due,
               SUM(playable AND due IS NULL) AS new,
               SUM(NOT answered) AS unanswered,
               SUM(answered AND NOT is_reviewed) AS unreviewed,
               SUM(suspended) AS suspended
        FROM (SELECT c.deck_id, c.answered, COALESCE(m.reviewed, c.reviewed) AS is_reviewed,
                     COALESCE(m.suspended, 0) AS suspended, sc.due,
                     c.answered AND COALESCE(m.reviewed, c.reviewed) AND NOT COALESCE(m.suspended, 0)
                     AND COALESCE(m.buried_until, 0) <= :today AS playable
              FROM cards c LEFT JOIN marks m ON m.card_id = c.id LEFT JOIN schedules sc ON sc.card_id = c.id
              WHERE c.archived_at IS NULL)
        JOIN decks d ON d.id = deck_id LEFT JOIN sources s ON s.id = d.source_id
        GROUP BY d.id ORDER BY s.kind = 'shipped', d.place, d.id
        """,
        {"today": today},
    )
    return [
        DeckCount(
            row["id"],
            json.loads(row["titles"]),
            row["source_kind"] == "shipped",
            row["source_path"] or "",
            row["cards"],
            row["due"],
            row["new"],
            row["unanswered"],
            row["unreviewed"],
            row["suspended"],
        )
        for row in rows
    ]


def _variants(db: Database, marks: str, ids: Sequence[CardId]) -> dict[str, dict[Language, Variant]]:
    # Its patterns compile in milliseconds, which a list of due cards need not pay.
    from flashcards.text.key_points import key_points

    texts: dict[str, dict[Language, Variant]] = {i: {} for i in ids}
    for row in db.rows(f"SELECT * FROM texts WHERE card_id IN ({marks}) ORDER BY language", tuple(ids)):
        texts[row["card_id"]][row["language"]] = Variant(
            row["question"],
            row["answer"],
            key_points(row["answer"]),
            tuple(json.loads(row["remarks"])),
            row["context"],
            tuple(json.loads(row["also"])),
        )
    for written in written_of(db, ids):
        if variants := texts[written.card_id]:
            # The notes may be read as another language than when the answer was written.
            language = written.language if written.language in variants else next(iter(variants))
            notes = variants[language]
            if notes.notes_answer is None:
                variants[language] = replace(
                    notes,
                    answer=written.answer,
                    key_points=key_points(written.answer),
                    notes_answer=notes.answer,
                )
    _answer_by_twins(db, texts)
    return texts


def _answer_by_twins(db: Database, texts: dict[str, dict[Language, Variant]]) -> None:
    """A question without an answer shows that of its twin, in its own language where the twin has it."""
    open_questions = [
        CardId(card_id)
        for card_id, variants in texts.items()
        if variants and not any(variant.answer.strip() for variant in variants.values())
    ]
    linked = answered_elsewhere(db, open_questions) if open_questions else {}
    if not linked:
        return
    ours = list(dict.fromkeys(linked.values()))
    answers = _variants(db, ",".join("?" * len(ours)), ours)
    for card_id, twin in linked.items():
        for language, variant in texts[card_id].items():
            found = answers[twin].get(language) or next(iter(answers[twin].values()), None)
            if found is not None:
                texts[card_id][language] = replace(
                    variant,
                    answer=found.answer,
                    key_points=found.key_points,
                    remarks=(*variant.remarks, *found.remarks),
                    twin=twin,
                )


def _places(db: Database, marks: str, ids: Sequence[CardId], language: Language) -> dict[str, Place]:
    rows = db.rows(
        f"""SELECT l.card_id, l.language, l.line, l.end_line, l.number, f.path FROM locators l
            JOIN files f ON f.id = l.file_id WHERE l.card_id IN ({marks}) ORDER BY l.language = ?""",
        (*ids, language),
    )
    return {r["card_id"]: Place(r["path"], r["line"], r["end_line"], r["number"]) for r in rows}


def _card(
    row: sqlite3.Row, variants: Mapping[Language, Variant], place: Place | None, language: Language
) -> Card:
    titles = json.loads(row["titles"])
    tags = dict.fromkeys([*json.loads(row["tags"]), *json.loads(row["own_tags"] or "[]")])
    return Card(
        id=CardId(row["id"]),
        deck=titles.get(language) or next(iter(titles.values())),
        variants=variants,
        path=tuple(json.loads(row["path"])),
        tags=tuple(tags),
        kind=row["kind"],
        form=row["form"],
        reviewed=bool(row["reviewed"]),
        difficulty=row["difficulty"],
        importance=row["importance"],
        demos=tuple(DemoLink(d["slug"], d["params"], d["explicit"]) for d in json.loads(row["demos"])),
        place=place,
        changed_at=row["changed_at"],
        extra=json.loads(row["extra"]),
    )


@dataclass(frozen=True, slots=True)
class Askable:
    """A card that may be asked, with what the queue needs to know of it."""

    card_id: CardId
    deck_id: int
    titles: Mapping[Language, str]
    path: tuple[str, ...]
    place: int
    """Order over all decks: the person's own first, then as the notes stand."""
    due: Day | None
    last_day: Day | None


def askable(db: Database, today: Day, *, unreviewed: bool = False) -> list[Askable]:
    """Every card that has an answer and is neither suspended, buried nor archived.

    ``unreviewed`` includes statements, topics and notes that the person has not taken in yet.
    """
    rows = db.rows(
        """SELECT c.id, c.deck_id, c.path, d.titles, s.due, s.last_day FROM cards c
           JOIN decks d ON d.id = c.deck_id LEFT JOIN sources src ON src.id = d.source_id
           LEFT JOIN marks m ON m.card_id = c.id LEFT JOIN schedules s ON s.card_id = c.id
           WHERE c.archived_at IS NULL AND c.answered AND NOT COALESCE(m.suspended, 0)
             AND COALESCE(m.buried_until, 0) <= :today AND (:unreviewed OR COALESCE(m.reviewed, c.reviewed))
           ORDER BY COALESCE(src.kind, '') = 'shipped', d.place, d.id, c.position""",
        {"today": today, "unreviewed": unreviewed},
    )
    return [
        Askable(
            CardId(row["id"]),
            row["deck_id"],
            json.loads(row["titles"]),
            tuple(json.loads(row["path"])),
            place,
            row["due"],
            row["last_day"],
        )
        for place, row in enumerate(rows)
    ]
