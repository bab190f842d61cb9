"""Build the SQLite file inside a package: schema 11, the form that every Anki since 2.1 reads.

Knows notes, decks and rows of Anki; knows no cards of ours, no clock and no markdown.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from flashcards.anki.note_types import NOTE_TYPES, NoteType

FIRST_DAY = 1_704_081_600
"""Unix seconds, 04:00 UTC of 2024-01-01, the collection's day 0.  Only cards with a schedule count their
due dates from it; it is fixed so that equal input gives an equal file."""

ID_WINDOW_MS = 86_400_000
"""Ids are Unix milliseconds to Anki, shown as the date of creation; it refuses a package with an id more than
a day ahead of the clock.  Ours are spread by hash over the first day: a card has the same id in every package
(but for a rare collision inside one), and one that is older than any review it will get."""

DEFAULT_DECK = 1
ROLLOVER_HOUR = 4
FIELD_SEPARATOR = "\x1f"
CLOZE_MARK = re.compile(r"\{\{c(\d+)::")


@dataclass(frozen=True, slots=True)
class NoteOut:
    """One note as it goes into a package."""

    guid: str
    """By this alone Anki finds the note again on the next import."""
    note_type: NoteType
    fields: tuple[str, ...]
    """HTML, one for each field of the note type, in its order; the first is not empty."""
    deck: str
    """Full name, levels joined by ``::``; Anki matches decks by name."""
    tags: tuple[str, ...] = ()
    """Without spaces."""
    changed_at: int = 0
    """Unix milliseconds of the last change of content: Anki updates a note only if its second moved."""


def build_collection(notes: Sequence[NoteOut]) -> tuple[bytes, int]:
    """The database of a collection with ``notes`` in their order, and the number of its cards."""
    decks = DeckTree()
    note_ids, card_ids = _Ids(), _Ids()
    note_rows: list[tuple[Any, ...]] = []
    card_rows: list[tuple[Any, ...]] = []
    for position, note in enumerate(notes, start=1):
        note_id = note_ids.take(note.guid)
        note_rows.append(_note_row(note_id, note))
        for ordinal in card_ordinals(note):
            card_id = card_ids.take(note.guid if ordinal == 0 else f"{note.guid}/{ordinal}")
            card_rows.append(
                (card_id, note_id, decks.id_of(note.deck), ordinal, note.changed_at // 1000, position)
            )
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(SCHEMA)
        database.executemany("INSERT INTO notes VALUES (?,?,?,?,-1,?,?,?,?,0,'')", note_rows)
        database.executemany("INSERT INTO cards VALUES (?,?,?,?,?,-1,0,0,?,0,0,0,0,0,0,0,0,'')", card_rows)
        database.execute(
            "INSERT INTO col VALUES (1,?,?,?,11,0,0,0,?,?,?,?,'{}')",
            (
                FIRST_DAY,
                max((note.changed_at for note in notes), default=0),
                FIRST_DAY * 1000,
                json.dumps(_CONFIG),
                json.dumps({str(kind.id): kind.as_json() for kind in NOTE_TYPES}),
                json.dumps(decks.as_json()),
                json.dumps({"1": _DEFAULT_PRESET}),
            ),
        )
        database.commit()
        return database.serialize(), len(card_rows)


def card_ordinals(note: NoteOut) -> list[int]:
    """Which cards a note makes: one, or one for each cloze number in its first field."""
    if not note.note_type.is_cloze:
        return [0]
    return sorted({int(number) - 1 for number in CLOZE_MARK.findall(note.fields[0]) if int(number) > 0}) or [
        0
    ]


def stable_id(name: str) -> int:
    """An id in Anki's form that depends on ``name`` alone; see ID_WINDOW_MS."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return FIRST_DAY * 1000 + int.from_bytes(digest, "big") % ID_WINDOW_MS


class _Ids:
    """Hands out stable ids of one table; on a collision the later name takes the next free one."""

    def __init__(self) -> None:
        self._taken: set[int] = set()

    def take(self, name: str) -> int:
        candidate = stable_id(name)
        while candidate in self._taken:
            candidate += 1
        self._taken.add(candidate)
        return candidate


class DeckTree:
    """The decks of a package by name, parents included.

    Anki compares deck names without regard to case, so the first spelling of a name wins.
    """

    def __init__(self) -> None:
        self._by_folded: dict[str, tuple[int, str]] = {}
        self._ids = _Ids()

    def id_of(self, name: str) -> int:
        """The id of the deck ``name``, which is added with its parents if it is new."""
        if known := self._by_folded.get(name.casefold()):
            return known[0]
        parent, separator, leaf = name.rpartition("::")
        if separator:
            self.id_of(parent)
            parent = self._by_folded[parent.casefold()][1]
        deck_id = self._ids.take(f"deck {name.casefold()}")
        self._by_folded[name.casefold()] = (deck_id, f"{parent}{separator}{leaf}")
        return deck_id

    def as_json(self) -> dict[str, Any]:
        """The ``decks`` column, Anki's obligatory default deck included."""
        named = [(DEFAULT_DECK, "Default"), *self._by_folded.values()]
        return {str(deck_id): _deck(deck_id, name) for deck_id, name in named}


def _note_row(note_id: int, note: NoteOut) -> tuple[Any, ...]:
    sort_field = plain_text(note.fields[0])
    return (
        note_id,
        note.guid,
        note.note_type.id,
        note.changed_at // 1000,
        f" {' '.join(note.tags)} " if note.tags else "",
        FIELD_SEPARATOR.join(field.replace(FIELD_SEPARATOR, " ") for field in note.fields),
        sort_field,
        first_field_checksum(sort_field),
    )


def plain_text(field: str) -> str:
    """A field without its tags, as Anki sorts by it and compares it."""
    return html.unescape(re.sub(r"<[^>]*>", "", field)).strip()


def first_field_checksum(text: str) -> int:
    """First 32 bits of the SHA-1, by which Anki looks for notes with the same first field."""
    return int(hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:8], 16)


def _deck(deck_id: int, name: str) -> dict[str, Any]:
    today = {key: [0, 0] for key in ("newToday", "revToday", "lrnToday", "timeToday")}
    return today | {
        "id": deck_id,
        "name": name,
        "mod": FIRST_DAY,
        "usn": -1,
        "desc": "",
        "dyn": 0,
        "conf": 1,
        "collapsed": False,
        "browserCollapsed": False,
        "extendNew": 0,
        "extendRev": 0,
    }


_CONFIG = {
    # Without schedVer 2 a package with progress goes through an upgrade that drops it.
    "schedVer": 2,
    "sched2021": True,
    "creationOffset": 0,
    "rollover": ROLLOVER_HOUR,
    "curDeck": DEFAULT_DECK,
    "activeDecks": [DEFAULT_DECK],
    "curModel": NOTE_TYPES[0].id,
    "nextPos": 1,
    "newSpread": 0,
    "collapseTime": 1200,
    "timeLim": 0,
    "estTimes": True,
    "dueCounts": True,
    "sortType": "noteFld",
    "sortBackwards": False,
    "addToCur": True,
    "dayLearnFirst": False,
}

_DEFAULT_PRESET = {
    "id": 1,
    "name": "Default",
    "mod": 0,
    "usn": 0,
    "dyn": False,
    "maxTaken": 60,
    "timer": 0,
    "autoplay": True,
    "replayq": True,
    "new": {
        "delays": [1, 10],
        "ints": [1, 4, 0],
        "initialFactor": 2500,
        "perDay": 20,
        "order": 1,
        "bury": False,
        "separate": True,
    },
    "rev": {
        "perDay": 200,
        "ease4": 1.3,
        "ivlFct": 1,
        "maxIvl": 36500,
        "hardFactor": 1.2,
        "bury": False,
        "fuzz": 0.05,
    },
    "lapse": {"delays": [10], "mult": 0, "minInt": 1, "leechFails": 8, "leechAction": 1},
}

SCHEMA = """
CREATE TABLE col (
   id integer PRIMARY KEY, crt integer NOT NULL, mod integer NOT NULL, scm integer NOT NULL, ver
  integer NOT NULL, dty integer NOT NULL, usn integer NOT NULL, ls integer NOT NULL, conf text NOT
  NULL, models text NOT NULL, decks text NOT NULL, dconf text NOT NULL, tags text NOT NULL);
CREATE TABLE notes (
   id integer PRIMARY KEY, guid text NOT NULL, mid integer NOT NULL, mod integer NOT NULL, usn
  integer NOT NULL, tags text NOT NULL, flds text NOT NULL, sfld integer NOT NULL, csum integer NOT
  NULL, flags integer NOT NULL, data text NOT NULL);
CREATE TABLE cards (
   id integer PRIMARY KEY, nid integer NOT NULL, did integer NOT NULL, ord integer NOT NULL, mod
  integer NOT NULL, usn integer NOT NULL, type integer NOT NULL, queue integer NOT NULL, due integer
  NOT NULL, ivl integer NOT NULL, factor integer NOT NULL, reps integer NOT NULL, lapses integer NOT
  NULL, left integer NOT NULL, odue integer NOT NULL, odid integer NOT NULL, flags integer NOT NULL,
  data text NOT NULL);
CREATE TABLE revlog (
   id integer PRIMARY KEY, cid integer NOT NULL, usn integer NOT NULL, ease integer NOT NULL, ivl
  integer NOT NULL, lastIvl integer NOT NULL, factor integer NOT NULL, time integer NOT NULL, type
  integer NOT NULL);
CREATE TABLE graves (
  usn integer NOT NULL, oid integer NOT NULL, type integer NOT NULL);
CREATE INDEX ix_notes_usn ON notes (usn);
CREATE INDEX ix_notes_csum ON notes (csum);
CREATE INDEX ix_cards_usn ON cards (usn);
CREATE INDEX ix_cards_nid ON cards (nid);
CREATE INDEX ix_cards_sched ON cards (did, queue, due);
CREATE INDEX ix_revlog_usn ON revlog (usn);
CREATE INDEX ix_revlog_cid ON revlog (cid);
"""
