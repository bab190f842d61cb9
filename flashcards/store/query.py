"""The small query language of ``list``, ``quiz`` and the browser, and the cards it finds.

``deck:lora tag:peft is:due prop:s>30 rated:7 demo:rope "exact words" -is:suspended text``
Terms are joined by *and*; ``-`` negates one; anything that is no known ``key:`` is searched in
question and answer.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import Literal

from flashcards.cards import CardId, Day
from flashcards.errors import FlashcardsError
from flashcards.store.database import Database

_PROPERTY = re.compile(r"(s|d|lapses|reps|ivl|importance)(<=|>=|!=|<|>|=)(-?\d+(?:\.\d+)?)$")
_COLUMNS = {
    "s": "sc.stability",
    "d": "sc.difficulty",
    "lapses": "sc.lapses",
    "reps": "sc.reps",
    "ivl": "(sc.due - sc.last_day)",
    "importance": "COALESCE(m.importance, c.importance, 1.0)",
}
_STATES = {
    "due": "sc.due <= :today AND c.answered AND NOT COALESCE(m.suspended, 0)",
    "new": "sc.due IS NULL AND c.answered AND NOT COALESCE(m.suspended, 0)",
    "learned": "sc.due IS NOT NULL",
    "suspended": "COALESCE(m.suspended, 0)",
    "buried": "COALESCE(m.buried_until, 0) > :today",
    "flagged": "COALESCE(m.flagged, 0)",
    "unanswered": "NOT c.answered",
    "answered": "c.answered",
    "unreviewed": "NOT COALESCE(m.reviewed, c.reviewed)",
    "leech": "sc.lapses >= :leech",
    "shipped": "src.kind = 'shipped'",
    "own": "src.kind != 'shipped'",
    "written": "EXISTS (SELECT 1 FROM written w WHERE w.card_id = c.id)",
}
CARDS = """cards c JOIN decks dk ON dk.id = c.deck_id LEFT JOIN sources src ON src.id = dk.source_id
    LEFT JOIN marks m ON m.card_id = c.id LEFT JOIN schedules sc ON sc.card_id = c.id"""
"""The tables a condition speaks of; every query that uses one selects from these."""

DECK_ORDER = "COALESCE(src.kind, '') = 'shipped', dk.place, dk.id"
"""The person's own decks first, in the order they were added."""

CardState = Literal["unanswered", "suspended", "unreviewed", "buried", "new", "due", "learned"]
STATE = """CASE WHEN NOT c.answered THEN 'unanswered' WHEN COALESCE(m.suspended, 0) THEN 'suspended'
    WHEN NOT COALESCE(m.reviewed, c.reviewed) THEN 'unreviewed'
    WHEN COALESCE(m.buried_until, 0) > :today THEN 'buried' WHEN sc.due IS NULL THEN 'new'
    WHEN sc.due <= :today THEN 'due' ELSE 'learned' END"""
"""The one word that says most about how a card stands; every card has exactly one."""

_EVERYTHING = "1"
_KEYS = ("is", "prop", "rated", "deck", "tag", "demo", "id")


class QueryError(FlashcardsError):
    """A search that cannot be understood."""


@dataclass(frozen=True, slots=True)
class Found:
    """What selects cards: a condition and its parameters."""

    where: str
    parameters: dict[str, object]

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return self.where != _EVERYTHING


def find_cards(
    db: Database, query: str | Found, today: Day, *, leech_lapses: int, limit: int = -1
) -> list[CardId]:
    """Ids of the cards that ``query`` finds, the person's own first, in deck order; all of them for ``""``.

    Raises:
        QueryError: an unknown ``is:`` or ``prop:``, or a number that is none.
    """
    found = compile_query(query) if isinstance(query, str) else query
    rows = db.rows(
        f"""SELECT c.id FROM {CARDS} WHERE c.archived_at IS NULL AND {found.where}
            ORDER BY {DECK_ORDER}, c.position LIMIT :limit""",
        {**found.parameters, "today": today, "leech": leech_lapses, "limit": limit},
    )
    return [CardId(row["id"]) for row in rows]


def compile_query(query: str) -> Found:
    """The SQL condition of a query."""
    return _compile(_words(query))


def split_query(query: str) -> tuple[Found, list[str]]:
    """A query being typed: the condition of its terms, and its free words, which are to be ranked.

    A term whose value is still to be typed (``deck:``) narrows nothing yet.
    """
    terms, free = [], []
    for word in _words(query):
        key, colon, value = word.removeprefix("-").partition(":")
        if colon and key in _KEYS:
            terms += [word] if value else []
        elif word.startswith("-"):
            terms += [word] if len(word) > 1 else []
        else:
            free.append(word)
    return _compile(terms), free


def _compile(words: list[str]) -> Found:
    conditions: list[str] = []
    parameters: dict[str, object] = {}
    for number, word in enumerate(words):
        negated = word.startswith("-") and len(word) > 1
        condition = _term(word[1:] if negated else word, f"p{number}", parameters)
        # COALESCE: a card without schedule has NULLs, and NOT NULL is still NULL.  Not around what must hold:
        # inside a function ``c.id IN (…)`` cannot lead the query, and every card would be looked at.
        conditions.append(f"NOT COALESCE(({condition}), 0)" if negated else f"({condition})")
    return Found(" AND ".join(conditions) or _EVERYTHING, parameters)


def _words(query: str) -> list[str]:
    lexer = shlex.shlex(query, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    lexer.escape = ""  # a backslash is TeX, not an escape
    try:
        return list(lexer)
    except ValueError:  # an open quote, or an apostrophe: take the words as they are
        return query.split()


def _term(word: str, name: str, parameters: dict[str, object]) -> str:
    key, colon, value = word.partition(":")
    if colon and value:
        if key == "is":
            if value not in _STATES:
                raise QueryError(
                    "is:{value}: unknown state. Known: {known}.",
                    value=value,
                    known=", ".join(sorted(_STATES)),
                )
            return _STATES[value]
        if key == "prop":
            return _property(value, name, parameters)
        if key == "rated":
            parameters[name] = _whole_number(key, value)
            return f"EXISTS (SELECT 1 FROM answers a WHERE a.card_id = c.id AND a.day > :today - :{name})"
        if key == "deck":
            return _deck(value, name, parameters)
        if key == "tag":
            parameters[name] = f'%"{escaped(value)}"%'
            return f"(c.tags LIKE :{name} ESCAPE '\\' OR m.tags LIKE :{name} ESCAPE '\\')"
        if key == "demo":
            parameters[name] = f'%"slug": "{escaped(value)}"%'
            return f"c.demos LIKE :{name} ESCAPE '\\'"
        if key == "id":
            parameters[name] = value
            return f"c.id = :{name}"
    return _text(word, name, parameters)


def _deck(value: str, name: str, parameters: dict[str, object]) -> str:
    """The decks of exactly this title, in either language; where there is none, those that contain it."""
    parameters[name], parameters[f"{name}_like"] = value, f"%{escaped(value)}%"
    exact = f"SELECT x.id FROM decks x, json_each(x.titles) t WHERE t.value = :{name} COLLATE NOCASE"
    like = f"SELECT x.id FROM decks x WHERE x.titles LIKE :{name}_like ESCAPE '\\'"
    return f"dk.id IN ({exact}) OR (NOT EXISTS ({exact}) AND dk.id IN ({like}))"


def _text(word: str, name: str, parameters: dict[str, object]) -> str:
    parameters[name] = f"%{escaped(word)}%"
    # One list of ids for both: two lists joined by OR would each be made twice.
    written = f"UNION ALL SELECT w.card_id FROM written w WHERE w.answer LIKE :{name} ESCAPE '\\'"
    # The trigram index answers LIKE without ESCAPE from three characters on; the check beside it keeps
    # the result exact for words with % or _ in them.
    check = f"(t.question LIKE :{name} ESCAPE '\\' OR t.answer LIKE :{name} ESCAPE '\\')"
    if len(word) >= 3 and not set(word) & set("%_"):
        parameters[f"{name}_plain"] = f"%{word}%"
        indexed = (
            f"t.id IN (SELECT rowid FROM texts_fts WHERE question LIKE :{name}_plain "
            f"UNION SELECT rowid FROM texts_fts WHERE answer LIKE :{name}_plain)"
        )
        return f"c.id IN (SELECT t.card_id FROM texts t WHERE {indexed} AND {check} {written})"
    return f"c.id IN (SELECT t.card_id FROM texts t WHERE {check} {written})"


def _property(value: str, name: str, parameters: dict[str, object]) -> str:
    match = _PROPERTY.match(value)
    if not match or match[1] not in _COLUMNS:
        raise QueryError(
            "prop:{value}: write it like prop:s>30. Known: {known}.", value=value, known=", ".join(_COLUMNS)
        )
    parameters[name] = float(match[3])
    return f"{_COLUMNS[match[1]]} {match[2]} :{name}"


def _whole_number(key: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 6:
        raise QueryError(
            "{key}:{value}: a whole number of days is needed, such as {key}:7.", key=key, value=value
        )
    return int(value)


def escaped(value: str) -> str:
    """``value`` as it stands in a LIKE pattern with ``ESCAPE '\\'``."""
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
