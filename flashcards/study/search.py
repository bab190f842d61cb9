"""Search as one types, and a window into the list it gives.

A ``Search`` is one look at the collection: it is made anew for every query and does not change while a
list shows it, so that rows do not jump when their cards are suspended or tagged.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import cast

from flashcards.cards import CardId, Day, Language
from flashcards.scheduling.schedule import LEECH_LAPSES
from flashcards.store import search as store
from flashcards.store.query import CardState, Found, find_cards, split_query
from flashcards.store.search import Candidate, HitRow, Words
from flashcards.study.library import Library

CANDIDATES = 400
"""So many cards are ranked at most; ranking 50,000 takes a quarter of a second, these a few milliseconds."""
LIKENESS = 70.0
"""rapidfuzz partial ratio from which on a question is offered for a mistyped word."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of a list of cards."""

    card_id: CardId
    question: str
    """In the library's language if the card has it; not sanitised, symbols where a numeric card has values."""
    deck: str
    state: CardState
    due_in_days: int | None
    """Negative: late.  ``None``: never answered."""
    flagged: bool
    suspended: bool
    importance: float
    tags: tuple[str, ...]
    demos: tuple[str, ...]
    """Slugs of linked demos."""


class Search:
    """What ``query`` finds: ``count`` cards, read in windows.

    Free words are ranked: the question before the answer, the phrase as typed before scattered words, its
    beginning before its middle; terms (``store.query`` has the language) only narrow.  Without free words
    the cards stand in deck order.  Where no card holds the words, questions that are nearly so are offered.

    Raises:
        QueryError: a term that cannot be understood; while one is being typed, keep the list of before.
    """

    def __init__(self, library: Library, query: str = "") -> None:
        self._library = library
        self.query = query
        narrowed, words = split_query(query)
        self._shelves: _Shelves | None = None
        self._ids: Sequence[CardId] = ()
        self.capped = False
        """Whether more cards hold the words than were ranked."""
        if words:
            self._ids = self._ranked(narrowed, words)
        elif narrowed.narrows:
            self._ids = find_cards(library.db, narrowed, library.today, leech_lapses=LEECH_LAPSES)
        else:
            self._shelves = _Shelves(library)
        self.count: int = self._shelves.count if self._shelves else len(self._ids)
        """How many cards the list has; at most ``CANDIDATES`` where words are ranked."""

    def window(self, offset: int, size: int) -> list[Hit]:
        """The lines ``offset`` to ``offset + size``; fewer at the end of the list."""
        return hits(self._library, self.ids(offset, size))

    def ids(self, offset: int = 0, size: int | None = None) -> list[CardId]:
        """Ids of these lines; without arguments those of the whole list, for ``Library.mark`` and its like."""
        offset = max(offset, 0)
        end = self.count if size is None else min(offset + size, self.count)
        if self._shelves:
            return self._shelves.ids(offset, end)
        return list(self._ids[offset:end])

    def _ranked(self, narrowed: Found, words: Sequence[str]) -> list[CardId]:
        db = self._library.db
        wanted = Words(words, narrowed, self._library.today, LEECH_LAPSES, CANDIDATES)
        found = store.in_questions(db, wanted)
        self.capped = len(found) >= CANDIDATES
        if not self.capped:
            more = store.in_answers(db, wanted)
            self.capped = len(more) >= CANDIDATES
            found += store.in_written(db, wanted) + more
        if not found:
            return _alike(store.like_questions(db, wanted), wanted.phrase)
        return rank(found, wanted.phrase)[:CANDIDATES]


def rank(candidates: Sequence[Candidate], phrase: str) -> list[CardId]:
    """Cards that hold the words of ``phrase``, best first; of equal ones the first given.

    A candidate in whose question the words are comes before one that needs its answer.
    """
    from rapidfuzz.fuzz import ratio

    typed = phrase.casefold()

    def score(candidate: Candidate) -> tuple[int, float]:
        question = candidate.question.casefold()
        if question.startswith(typed):
            place = 4
        elif typed in question:
            place = 3
        elif candidate.answer is None:
            place = 2
        else:
            place = int(typed in candidate.answer.casefold())
        return place, ratio(typed, question)

    best: dict[CardId, tuple[int, float]] = {}
    for candidate in candidates:
        best[candidate.card_id] = max(score(candidate), best.get(candidate.card_id, (-1, 0.0)))
    return sorted(best, key=lambda card_id: best[card_id], reverse=True)


def hits(library: Library, ids: Sequence[CardId]) -> list[Hit]:
    """The lines of these cards, in the order asked; unknown ids are left out."""
    today, language = library.today, library.language
    return [_hit(row, today, language) for row in store.hit_rows(library.db, ids, today)]


def _alike(candidates: Sequence[Candidate], phrase: str) -> list[CardId]:
    """Questions nearly like what was typed, best first."""
    from rapidfuzz.fuzz import partial_ratio

    typed = phrase.casefold()
    scores = {c.card_id: partial_ratio(typed, c.question.casefold()) for c in candidates}
    return sorted((i for i, s in scores.items() if s >= LIKENESS), key=lambda i: scores[i], reverse=True)


class _Shelves:
    """All living cards deck after deck, known by their number alone until a window is asked for."""

    def __init__(self, library: Library) -> None:
        self._db = library.db
        decks = store.living_by_deck(library.db)
        self._decks = [deck for deck, _ in decks]
        self._ends = list(accumulate(cards for _, cards in decks))
        self.count = self._ends[-1] if decks else 0

    def ids(self, offset: int, end: int) -> list[CardId]:
        found: list[CardId] = []
        shelf = bisect_right(self._ends, offset)
        while offset < end and shelf < len(self._decks):
            start = self._ends[shelf - 1] if shelf else 0
            take = min(end, self._ends[shelf]) - offset
            found += store.living_in_deck(self._db, self._decks[shelf], offset - start, take)
            offset, shelf = offset + take, shelf + 1
        return found


def _hit(row: HitRow, today: Day, language: Language) -> Hit:
    return Hit(
        row.card_id,
        _question(row, language),
        _in(row.titles, language),
        cast(CardState, row.state),
        None if row.due is None else row.due - today,
        row.flagged,
        row.suspended,
        row.importance,
        row.tags,
        row.demos,
    )


def _question(row: HitRow, language: Language) -> str:
    if not row.numeric:
        return _in(row.questions, language)
    from flashcards.study.templates import readable  # few lists hold such a card on their first page

    return readable(_in(row.questions, language))


def _in(texts: Mapping[Language, str], language: Language) -> str:
    return texts.get(language) or next(iter(texts.values()))
