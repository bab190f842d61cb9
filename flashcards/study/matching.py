"""Which card of before is which card of now: places move, cards stay.

Pure.  A cascade from certain to likely; a match that is not sure is never guessed but listed for the
person to decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

from flashcards.cards import CardId, Draft
from flashcards.sources.fingerprint import content_fingerprint, normal_question, question_fingerprint
from flashcards.store.places import Known

SAME_QUESTION = 90.0
"""rapidfuzz ratio of two questions with the same number from which on they are one question, reworded."""
SAME_TEXT = 80.0
"""Ratio of questions or of answers at the same place from which on a card is one edited in place."""
MARGIN = 10.0
"""How much better than the second best a likely match must be."""
COMPARED_CHARACTERS = 2000
"""An answer's beginning decides; comparing whole long answers is quadratic."""


@dataclass(frozen=True, slots=True)
class Found:
    """A draft as it stands in a file now."""

    draft: Draft
    file: str
    position: int
    content_print: str
    question_print: str

    @classmethod
    def of(cls, draft: Draft, file: str, position: int) -> Found:
        """The draft with its fingerprints."""
        content = content_fingerprint(draft.question, draft.answer)
        return cls(draft, file, position, content, question_fingerprint(draft.question))


@dataclass(slots=True)
class Matching:
    """Who is who, and what could not be told."""

    ids: dict[int, CardId] = field(default_factory=dict)
    """Index of the found draft -> the card it is."""
    unsure: list[tuple[int, list[CardId]]] = field(default_factory=list)
    """Index of a draft that may be one of several cards."""


def match(found: Sequence[Found], known: Sequence[Known]) -> Matching:
    """Give each draft the card it was before, where that is sure.

    In order: same question and answer, same question, same number and nearly the same question, same
    place between matched neighbours and similar text.  Within a step the same place is tried first, so
    that two cards with equal text under different headings are not exchanged.
    """
    state = _State(found, known)
    for place in (True, False):
        state.pair(
            lambda f, place=place: (f.content_print, *((f.file, f.draft.path) if place else ())),  # type: ignore[misc]
            lambda k, place=place: (k.content_print, *((k.file, k.path) if place else ())),  # type: ignore[misc]
            in_order=place,
        )
    for place in (True, False):
        state.pair(
            lambda f, place=place: (f.question_print, *((f.file, f.draft.path) if place else ())),  # type: ignore[misc]
            lambda k, place=place: (k.question_print, *((k.file, k.path) if place else ())),  # type: ignore[misc]
            in_order=place,
        )
    state.pair_same_number()
    state.pair_neighbours()
    return state.matching


class _State:
    """What is left to match."""

    def __init__(self, found: Sequence[Found], known: Sequence[Known]) -> None:
        self.found = found
        self.known = known
        self.matching = Matching()
        self.free_found = dict.fromkeys(range(len(found)))
        self.free_known = dict.fromkeys(range(len(known)))
        self.partner: dict[int, int] = {}  # known -> found

    def take(self, f: int, k: int) -> None:
        self.matching.ids[f] = self.known[k].card_id
        self.partner[k] = f
        del self.free_found[f], self.free_known[k]

    def pair(
        self, of_found: Callable[[Found], Hashable], of_known: Callable[[Known], Hashable], *, in_order: bool
    ) -> None:
        """Match those that alone have a key; with ``in_order`` also equally many of one key, first to first."""
        here, there = defaultdict(list), defaultdict(list)
        for f in self.free_found:
            here[of_found(self.found[f])].append(f)
        for k in self.free_known:
            there[of_known(self.known[k])].append(k)
        for key, fs in here.items():
            ks = there.get(key, [])
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
        for f in list(self.free_found):
            number = self.found[f].draft.number
            near = [k for k in by_number.get(number, []) if k in self.free_known] if number else []
            near = [k for k in near if self._question_ratio(f, k) >= SAME_QUESTION]
            if len(near) == 1:
                self.take(f, near[0])
            elif near:
                self.matching.unsure.append((f, [self.known[k].card_id for k in near]))

    def pair_neighbours(self) -> None:
        """Edited in place: between the same matched neighbours of one file, and alike enough."""
        for f in list(self.free_found):
            if f not in self.free_found:
                continue
            scored = sorted(
                ((self._likeness(f, k), k) for k in self._gap(f) if k in self.free_known), reverse=True
            )
            likely = [(score, k) for score, k in scored if score >= SAME_TEXT]
            if not likely:
                continue
            if len(likely) == 1 or likely[0][0] - likely[1][0] >= MARGIN:
                self.take(f, likely[0][1])
            else:
                self.matching.unsure.append((f, [self.known[k].card_id for _, k in likely]))

    def _gap(self, f: int) -> list[int]:
        """Free cards that stood between the cards that ``f``'s matched neighbours were."""
        file = self.found[f].file
        mine = sorted((i for i in range(len(self.found)) if self.found[i].file == file), key=self._position)
        at = mine.index(f)
        matched = {g: k for k, g in self.partner.items()}
        before = next((matched[g] for g in reversed(mine[:at]) if g in matched), None)
        after = next((matched[g] for g in mine[at + 1 :] if g in matched), None)
        files = {self.known[k].file for k in (before, after) if k is not None} or {file}
        low = self.known[before].position if before is not None else -1
        high = self.known[after].position if after is not None else float("inf")
        return [
            k for k in self.free_known if self.known[k].file in files and low < self.known[k].position < high
        ]

    def _position(self, f: int) -> int:
        return self.found[f].position

    def _question_ratio(self, f: int, k: int) -> float:
        from rapidfuzz.fuzz import ratio

        return ratio(normal_question(self.found[f].draft.question), normal_question(self.known[k].question))

    def _likeness(self, f: int, k: int) -> float:
        from rapidfuzz.fuzz import ratio

        mine = self.found[f].draft.answer[:COMPARED_CHARACTERS].strip()
        theirs = self.known[k].answer[:COMPARED_CHARACTERS].strip()
        answers = ratio(mine, theirs) if mine and theirs else 0.0
        return max(self._question_ratio(f, k), answers)
