"""The day's cards in order: gather, sort, limit, interleave, space siblings.  A pipeline of named stages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flashcards.cards import CardId, Day

SIBLING_WINDOW = 8
"""How many places a card may be brought forward to keep two of the same heading apart; small, so that
the order by overdueness still holds by and large."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the queue needs to know of a card that may be asked."""

    card_id: CardId
    deck: str
    position: int
    """Place in its deck."""
    due: Day | None
    """``None``: never answered."""
    last_day: Day | None = None
    sibling_of: str = ""
    """Cards with the same value give each other's answers away when they follow directly."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a day may hold, and how much of it is already used."""

    new_per_day: int = 20
    reviews_per_day: int = 200
    new_done: int = 0
    reviews_done: int = 0
    new_per_deck: Mapping[str, int] = field(default_factory=dict)
    """Deck -> its own limit for new cards, on top of the global one."""
    new_done_per_deck: Mapping[str, int] = field(default_factory=dict)


def build_queue(
    candidates: Iterable[Candidate], today: Day, limits: Limits, *, ahead: bool = False
) -> list[CardId]:
    """The cards to ask today, in order.

    ``ahead`` adds what is not due yet, nearest due date first, after the day's own cards and without limit.
    """
    gathered = list(candidates)
    due = [c for c in gathered if c.due is not None and c.due <= today]
    due = sorted(due, key=lambda c: (-_overdueness(c, today), c.deck, c.position))
    due = due[: max(limits.reviews_per_day - limits.reviews_done, 0)]
    new = _limit_new(sorted((c for c in gathered if c.due is None), key=lambda c: (c.position,)), limits)
    order = _space_siblings(_interleave(due, new))
    if ahead:
        later = [c for c in gathered if c.due is not None and c.due > today]
        order += _space_siblings(sorted(later, key=lambda c: (c.due or 0, c.deck, c.position)))
    return [c.card_id for c in order]


def _overdueness(candidate: Candidate, today: Day) -> float:
    """How late, relative to the interval: two days late matters more after three days than after sixty."""
    due = candidate.due if candidate.due is not None else today
    interval = max(due - (candidate.last_day if candidate.last_day is not None else due), 1)
    return (today - due) / interval


def _limit_new(new: Sequence[Candidate], limits: Limits) -> list[Candidate]:
    left = max(limits.new_per_day - limits.new_done, 0)
    used = Counter(limits.new_done_per_deck)
    chosen: list[Candidate] = []
    for candidate in new:
        if len(chosen) >= left:
            break
        deck_limit = limits.new_per_deck.get(candidate.deck)
        if deck_limit is not None and used[candidate.deck] >= deck_limit:
            continue
        used[candidate.deck] += 1
        chosen.append(candidate)
    return chosen


def _interleave(due: Sequence[Candidate], new: Sequence[Candidate]) -> list[Candidate]:
    """Spread the new cards evenly among the due ones; a due card opens, since forgetting is under way."""
    if not due or not new:
        return [*due, *new]
    merged: list[tuple[float, int, Candidate]] = [((i + 0.5) / len(due), 0, c) for i, c in enumerate(due)]
    merged += [((i + 0.75) / len(new), 1, c) for i, c in enumerate(new)]
    merged.sort(key=lambda entry: entry[:2])
    return [candidate for _, _, candidate in merged]


def _space_siblings(order: Sequence[Candidate]) -> list[Candidate]:
    """No two cards of one heading in a row where another card stands near enough to come between."""
    waiting = list(order)
    spaced: list[Candidate] = []
    while waiting:
        last = spaced[-1].sibling_of if spaced else ""
        pick = next(
            (i for i, c in enumerate(waiting[:SIBLING_WINDOW]) if not last or c.sibling_of != last),
            0,
        )
        spaced.append(waiting.pop(pick))
    return spaced
