"""Which card of before is which card of now: places move, cards stay.

Pure.  A cascade from certain to likely; a match that is not sure is never guessed but listed for the
person to decide.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from flashcards.cards import CardId, Draft
from flashcards.store.places import Known

SAME_QUESTION = 90.0
"""rapidfuzz ratio of two questions with the same number from which on they are one question, reworded."""
SAME_TEXT = 80.0
"""Ratio of questions or of answers at the same place from which on a card is one edited in place."""
MARGIN = 10.0
"""How much better than the second best a likely match must be."""
COMPARED_CHARACTERS = 2000
"""An answer's beginning decides; comparing whole long answers is quadratic."""
COMPARED_NEIGHBOURS = 20
"""So many cards to either side of a place are compared with what stands there now: enough for a page
rewritten in one go, and a file exchanged for another of 10,000 cards still takes seconds, not hours."""


@dataclass(frozen=True, slots=True)
class Found:
    """A draft as it stands in a file now."""

    draft: Draft
    file: str
    position: int


@dataclass(slots=True)
class Matching:
    """Who is who, and what could not be told."""

    ids: dict[int, CardId] = field(default_factory=dict)
    """Index of the found draft -> the card it is."""
    unsure: list[tuple[int, list[CardId]]] = field(default_factory=list)
    """Index of a draft that may be one of several cards."""


def match(found: Sequence[Found], known: Sequence[Known]) -> Matching:
    """Give each draft the card it was before, where that is sure.

    In order: same text at the same place, same question and answer but for what carries no meaning, same
    question, same number and nearly the same question, same place between matched neighbours and similar
    text.  Within a step the same place is tried first, so that two cards with equal text under different
    headings are not exchanged.
    """
    state = _State(found, known)
    if not known:
        return state.matching
    state.pair(lambda side: side, in_order=True)
    if state.free_found and state.free_known:
        _pair_by_meaning(state)
        state.pair_same_number()
        state.pair_neighbours()
    return state.matching


class _Side(NamedTuple):
    """What a draft and a card are compared by."""

    question: str
    answer: str
    file: str
    path: tuple[str, ...]


def _pair_by_meaning(state: _State) -> None:
    """By fingerprints, made only for what is left: most of a file that was edited is as it was."""
    from flashcards.sources.fingerprint import content_fingerprint, question_fingerprint

    content = cache(lambda side: content_fingerprint(side.question, side.answer))
    question = cache(lambda side: question_fingerprint(side.question))
    for fingerprint in (content, question):
        state.pair(lambda side, of=fingerprint: (of(side), side.file, side.path), in_order=True)  # type: ignore[misc]
        state.pair(fingerprint, in_order=False)


class _State:
    """What is left to match."""

    def __init__(self, found: Sequence[Found], known: Sequence[Known]) -> None:
        self.found = found
        self.known = known
        self.matching = Matching()
        self.free_found = dict.fromkeys(range(len(found)))
        self.free_known = dict.fromkeys(range(len(known)))
        self.partner: dict[int, int] = {}
        """Found -> known."""
        self.sides_found = [_Side(f.draft.question, f.draft.answer, f.file, f.draft.path) for f in found]
        self.sides_known = [_Side(k.question, k.answer, k.file, k.path) for k in known]

    def take(self, f: int, k: int) -> None:
        self.matching.ids[f] = self.known[k].card_id
        self.partner[f] = k
        del self.free_found[f], self.free_known[k]

    def pair(self, key: Callable[[_Side], Hashable], *, in_order: bool) -> None:
        """Match those that alone have a key; with ``in_order`` also equally many of one key, first to first."""
        here, there = defaultdict(list), defaultdict(list)
        for f in self.free_found:
            here[key(self.sides_found[f])].append(f)
        for k in self.free_known:
            there[key(self.sides_known[k])].append(k)
        for value, fs in here.items():
            ks = there.get(value, [])
            # Living cards come before archived ones: the archived twin stays in the archive.
            living = [k for k in ks if not self.known[k].archived] or ks
            if len(fs) == len(living) and (len(fs) == 1 or in_order):
                for f, k in zip(fs, living, strict=True):
                    self.take(f, k)

    def pair_same_number(self) -> None:
        """The same number and a question that is nearly the same."""
        by_number = defaultdict(list)
        for k in self.free_known:
            if self.known[k].number:
                by_number[self.known[k].number].append(k)
        likeness = _Likeness(self)
        for f in list(self.free_found):
            number = self.found[f].draft.number
            near = [k for k in by_number.get(number, []) if k in self.free_known] if number else []
            near = [k for k in near if likeness.of_questions(f, k) >= SAME_QUESTION]
            if len(near) == 1:
                self.take(f, near[0])
            elif near:
                self.matching.unsure.append((f, [self.known[k].card_id for k in near]))

    def pair_neighbours(self) -> None:
        """Edited in place: between the same matched neighbours of one file, and alike enough."""
        likeness = _Likeness(self)
        for f, candidates in self._gaps():
            scored = sorted(((likeness.of_cards(f, k), k) for k in candidates), reverse=True)
            likely = [(score, k) for score, k in scored if score >= SAME_TEXT]
            if not likely:
                continue
            if len(likely) == 1 or likely[0][0] - likely[1][0] >= MARGIN:
                self.take(f, likely[0][1])
            else:
                self.matching.unsure.append((f, [self.known[k].card_id for _, k in likely]))

    def _gaps(self) -> Iterator[tuple[int, list[int]]]:
        """Each free draft with the free cards that stood between the cards its matched neighbours were.

        Drafts matched by the caller while it iterates are neighbours of those that follow.
        """
        shelves = _Shelves(self)
        for mine in _by_file(self.found):
            following = self._next_matched(mine)
            before: int | None = None
            since = 0
            for f, after in zip(mine, following, strict=True):
                if f in self.free_found:
                    files = {self.known[k].file for k in (before, after) if k is not None}
                    yield f, shelves.between(before, after, files or {self.found[f].file}, since)
                since += 1
                if f in self.partner:
                    before, since = self.partner[f], 0

    def _next_matched(self, mine: Sequence[int]) -> list[int | None]:
        """For each draft of a file in order: the card that the next matched draft after it is."""
        following: list[int | None] = []
        after: int | None = None
        for f in reversed(mine):
            following.append(after)
            after = self.partner.get(f, after)
        return following[::-1]


def _by_file(found: Sequence[Found]) -> Iterator[list[int]]:
    """Indices of the drafts of each file, in the order they stand there."""
    files: dict[str, list[int]] = defaultdict(list)
    for f in sorted(range(len(found)), key=lambda i: found[i].position):
        files[found[f].file].append(f)
    yield from files.values()


class _Shelves:
    """The free cards of each file in order, to be looked up by place."""

    def __init__(self, state: _State) -> None:
        self._state = state
        self._cards: dict[str, list[int]] = defaultdict(list)
        for k in sorted(state.free_known, key=lambda k: state.known[k].position):
            self._cards[state.known[k].file].append(k)
        self._places = {f: [state.known[k].position for k in ks] for f, ks in self._cards.items()}

    def between(self, before: int | None, after: int | None, files: set[str], since: int) -> list[int]:
        """Cards still free between two cards; of many, those nearest to ``since`` places after the first."""
        known = self._state.known
        found: list[int] = []
        for file in files & self._cards.keys():
            places = self._places[file]
            low = bisect_right(places, known[before].position) if before is not None else 0
            high = bisect_left(places, known[after].position) if after is not None else len(places)
            near = self._cards[file][
                max(low, low + since - COMPARED_NEIGHBOURS) : min(high, low + since + COMPARED_NEIGHBOURS + 1)
            ]
            found += [k for k in near if k in self._state.free_known]
        return found


class _Likeness:
    """How alike texts are, 0 to 100."""

    def __init__(self, state: _State) -> None:
        from rapidfuzz.fuzz import ratio

        from flashcards.sources.fingerprint import normal_question

        self._found, self._known = state.sides_found, state.sides_known
        self._ratio, self._normal = ratio, cache(normal_question)

    def of_questions(self, f: int, k: int) -> float:
        return self._ratio(self._normal(self._found[f].question), self._normal(self._known[k].question))

    def of_cards(self, f: int, k: int) -> float:
        """The better of the questions' likeness and the answers'."""
        mine = self._found[f].answer[:COMPARED_CHARACTERS].strip()
        theirs = self._known[k].answer[:COMPARED_CHARACTERS].strip()
        answers = self._ratio(mine, theirs, score_cutoff=SAME_TEXT) if mine and theirs else 0.0
        return max(self.of_questions(f, k), answers)
