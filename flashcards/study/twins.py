"""Twins: a question of the person's notes that asks the same as one of our cards.

Linked by itself only where the questions are equal but for their form; otherwise up to five of our cards are
offered, and the person decides.  Twins have one schedule, replayed from the answers to all of them: an answer
stays with the card that was asked, so that parting twins gives each back what it had.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from flashcards.cards import Card, CardId, Language
from flashcards.errors import FlashcardsError
from flashcards.scheduling.fsrs import Model
from flashcards.scheduling.schedule import replay
from flashcards.store import reviews, twins, written
from flashcards.store.database import Database
from flashcards.store.twins import How, Link

if TYPE_CHECKING:
    from flashcards.study.library import Library

MOST_OFFERED = 5
AROUND_WEIGHT = 0.3
"""What a term in the headings above a question, or in what it talks about, counts beside one in the question."""
ASPECT_WEIGHT = 0.2
"""What it counts to ask the same of the terms; on 230 real questions it puts the right card first in 72 of
100 cases, and without it in 69."""
LIKE_WORDING = 0.6
"""rapidfuzz ratio, 0 to 1, from which on a card is offered that names none of the question's terms."""

_COURTESY = re.compile(r"^(?:请问|请)\s*[,:]?\s*")
_PARTICLE = re.compile(r"[呢啊呀]$")
_END = re.compile(r"[\s?!.。:]+$")
_WHAT_IS = re.compile(r"什么是\s*([^?!。;,]+)")
_ASKS_MORE = re.compile(r"什么|怎|如何|哪|吗|么$")
"""Words that make what follows 什么是 a question of its own, which cannot be turned round."""
_WHATS = re.compile(r"^what['’]s\s+", re.IGNORECASE)

_ASPECTS = (
    r"什么是|是什么[?。]?$|概念|含义|指什么|^what (?:is|are)\b|meaning",
    r"为什么|为何|为啥|原因|\bwhy\b|reason",
    r"思路|原理|机理|做法|idea|principle",
    r"优点|好处|优势|特点|收益|advantage|benefit|strength|propert",
    r"缺点|局限|不足|短板|代价|drawback|limit|weakness",
    r"区别|不同|差别|差异|异同|相比|比较|对比|differ|compare|versus",
    r"公式|推导|formula|derive",
    r"缓解|解决|减轻|降低|改善|mitigat|reduc|fix",
    r"哪些|哪种|举例|which|example",
)
"""What can be asked of a term: what it is, why, its idea, its good and bad, differences, formula, cure, kinds."""


class TwinError(FlashcardsError):
    """Two cards that cannot be twins."""


def question_key(question: str) -> str:
    """Equal for two questions that are the same but for their form: ``什么是 LoRA？`` and ``LoRA 是什么``.

    The fingerprint of the question, which ignores case, spaces and marks and never digits, code or negations;
    before it 什么是X is turned into X是什么 and what carries no meaning is taken off both ends.
    """
    from flashcards.sources.fingerprint import question_fingerprint

    text = unicodedata.normalize("NFKC", question).strip()
    text = _PARTICLE.sub("", _END.sub("", _COURTESY.sub("", text)))
    if (match := _WHAT_IS.fullmatch(text)) and not _ASKS_MORE.search(match[1]):
        text = f"{match[1].rstrip()}是什么"
    return question_fingerprint(_WHATS.sub("what is ", text))


# -- linked by itself -------------------------------------------------------------------------


def link_equal(db: Database, model: Model, since: int, now: int) -> int:
    """Link the cards of the person's notes that changed at ``since`` (Unix ms) or later, where that is certain.

    A card linked by itself whose question is no longer the same is parted again; what the person decided
    stays.  A question that two of our cards ask is not linked.  Returns how many links changed.
    """
    asked = twins.questions(db, ours=False, since=since)
    if not asked:
        return 0
    by_key: dict[str, set[CardId]] = defaultdict(set)
    for card in twins.questions(db, ours=True):
        for question in (card.question, *card.also):
            by_key[question_key(question)].add(card.card_id)
    known = twins.links(db)
    equal: dict[CardId, set[CardId]] = defaultdict(set)
    for card in asked:
        equal[card.card_id] |= by_key.get(question_key(card.question), set())
    changed = 0
    for card_id, found in equal.items():
        link = known.get(card_id)
        twin = next(iter(found)) if len(found) == 1 else None
        if link is None and twin is not None:
            _link(db, model, Link(card_id, twin, "equal"), now)
        elif link is not None and link.how == "equal" and link.twin_id != twin:
            _unlink(db, model, link, now)
            if twin is not None:
                _link(db, model, Link(card_id, twin, "equal"), now)
        else:
            continue
        changed += 1
    return changed


# -- offered to the person --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Wording:
    """One way in which one of our cards asks."""

    card_id: CardId
    text: str
    concepts: frozenset[str]
    aspects: frozenset[int]


class OurCards:
    """Our cards as candidates; read once, asked for many questions.

    Args:
        also: Whether the other ways to ask count, or the questions alone.
    """

    def __init__(self, db: Database, *, also: bool = True) -> None:
        self._wordings = [
            _Wording(card.card_id, _folded(text), _concepts(text), _aspects(_folded(text)))
            for card in twins.questions(db, ours=True)
            for text in (card.question, *(card.also if also else ()))
        ]

    @property
    def count(self) -> int:
        """How many cards there are."""
        return len({wording.card_id for wording in self._wordings})

    @cached_property
    def _rarity(self) -> Mapping[str, float]:
        """What a term says: the fewer of our cards name it, the more."""
        named: dict[str, set[CardId]] = defaultdict(set)
        for wording in self._wordings:
            for concept in wording.concepts:
                named[concept].add(wording.card_id)
        count = self.count
        return {concept: math.log(1 + count / len(ids)) for concept, ids in named.items()}

    def ranked(self, question: str, around: Sequence[str] = ()) -> list[CardId]:
        """Up to five of our cards that may ask the same, the likeliest first.

        By the share of the question's terms that a card names, the rare ones counting more, by the likeness of
        the wording (rapidfuzz) and by what is asked of the terms: none alone tells P-tuning from prompt tuning
        and 优点 from 缺点.  ``around``: what stands above the question or is talked about in it.
        """
        from rapidfuzz.fuzz import ratio

        weights = self._weights(question, around)
        total, folded = sum(weights.values()) or 1.0, _folded(question)
        aspects = _aspects(folded)
        best: dict[CardId, float] = {}
        for wording in self._wordings:
            shared = sum(weight for concept, weight in weights.items() if concept in wording.concepts)
            likeness = ratio(folded, wording.text) / 100
            if shared or likeness >= LIKE_WORDING:
                either = len(aspects | wording.aspects) or 1
                aspect = len(aspects & wording.aspects) / either
                score = shared / total + likeness + ASPECT_WEIGHT * aspect
                best[wording.card_id] = max(score, best.get(wording.card_id, 0.0))
        return sorted(best, key=lambda card_id: -best[card_id])[:MOST_OFFERED]

    def _weights(self, question: str, around: Sequence[str]) -> dict[str, float]:
        """The question's terms with what each counts; a term that no card of ours names counts most."""
        own = _concepts(question)
        above = frozenset().union(*map(_concepts, around)) - own
        rarest = max(self._rarity.values(), default=1.0)
        weights = {concept: self._rarity.get(concept, rarest) for concept in own}
        weights |= {c: AROUND_WEIGHT * self._rarity[c] for c in above if c in self._rarity}
        return weights


def offered(library: Library, card_id: CardId, ours: OurCards | None = None) -> list[CardId]:
    """Up to five of our cards that may be the twin of a card of the person's notes, the likeliest first.

    None for one of our own, or for one that has its twin.
    """
    link = twins.link_of(library.db, card_id)
    if twins.is_ours(library.db, card_id) or (link is not None and link.how != "apart"):
        return []
    question, around = asked_with(library.card(card_id), library.language)
    return (ours or OurCards(library.db)).ranked(question, around)


def asked_with(card: Card, language: Language) -> tuple[str, list[str]]:
    """A card's question and what tells, beside its words, what it is about; for a topic also its points."""
    variant = card.variant(language)
    points = variant.key_points if card.form in ("topic", "note") else ()
    return variant.question, [*card.path, variant.context, *points]


def twin_of(library: Library, card_id: CardId) -> CardId | None:
    """The card of ours that a card of the person's notes is linked to."""
    link = twins.link_of(library.db, card_id)
    return link.twin_id if link is not None and link.how != "apart" else None


# -- decided by the person --------------------------------------------------------------------


def accept(library: Library, card_id: CardId, twin_id: CardId) -> None:
    """The person says that a card of theirs and one of ours ask the same; any earlier link gives way.

    Raises:
        LibraryError: there is no such card.
        TwinError: not one of theirs and one of ours.
    """
    for one in (card_id, twin_id):
        library.card(one)
    if twins.is_ours(library.db, card_id) or not twins.is_ours(library.db, twin_id):
        raise TwinError(
            "{card_id} and {twin_id}: twins are a card of your notes and one of ours.",
            card_id=card_id,
            twin_id=twin_id,
        )
    with library.db.transaction():
        before = twins.link_of(library.db, card_id)
        if before is not None:
            _unlink(library.db, library.model, before, library.now)
        _link(library.db, library.model, Link(card_id, twin_id, "chosen"), library.now)


def part(library: Library, card_id: CardId) -> CardId:
    """Take a card of the person's notes and its twin apart; each has the schedule of its own answers again.

    Twins that were linked by themselves stay apart from then on.  Returns the twin.

    Raises:
        TwinError: it has no twin.
    """
    link = twins.link_of(library.db, card_id)
    if link is None or link.how == "apart":
        raise TwinError("{card_id}: is linked to no card of ours.", card_id=card_id)
    with library.db.transaction():
        _unlink(library.db, library.model, link, library.now)
        if _equal(library.db, link):
            twins.put_link(library.db, Link(card_id, link.twin_id, "apart"))
    return link.twin_id


def note_and_ours(library: Library, one: CardId, other: CardId) -> tuple[CardId, CardId] | None:
    """The two cards, that of the notes first; ``None`` where they are not one of theirs and one of ours."""
    ours = twins.is_ours(library.db, one), twins.is_ours(library.db, other)
    return None if ours[0] == ours[1] else (other, one) if ours[0] else (one, other)


def part_pair(library: Library, one: CardId, other: CardId) -> None:
    """Take these two apart, named in either order.

    Raises:
        TwinError: they are no twins.
    """
    pair = note_and_ours(library, one, other)
    if pair is None or twin_of(library, pair[0]) != pair[1]:
        raise TwinError("{card_id} and {twin_id}: are no twins.", card_id=one, twin_id=other)
    part(library, pair[0])


def follow_merge(library: Library, kept: CardId, duplicate: CardId) -> None:
    """``duplicate`` is about to become ``kept``, which takes over its twin unless it has its own."""
    link = twins.link_of(library.db, duplicate)
    if link is None:
        return
    _unlink(library.db, library.model, link, library.now)
    if twins.link_of(library.db, kept) is None:
        _link(library.db, library.model, Link(kept, link.twin_id, link.how), library.now)


def one_each(db: Database, card_ids: Iterable[CardId]) -> list[CardId]:
    """The cards, of twins only the first."""
    heads = twins.heads(db)
    first: dict[CardId, CardId] = {}
    for card_id in card_ids:
        first.setdefault(heads.get(card_id, card_id), card_id)
    return list(first.values())


# -- inside -----------------------------------------------------------------------------------


def _link(db: Database, model: Model, link: Link, now: int) -> None:
    twins.put_link(db, link)
    _settle(db, model, [link.card_id], link.card_id, link.how, now)


def _unlink(db: Database, model: Model, link: Link, now: int) -> None:
    twins.drop_link(db, link.card_id)
    _settle(db, model, [link.card_id, link.twin_id], link.card_id, link.how, now)


def _settle(
    db: Database, model: Model, roots: Collection[CardId], card_id: CardId, how: How, now: int
) -> None:
    """What follows from a link: the schedules, and whether the person's card is answered."""
    if how == "apart":
        return
    for root in roots:
        reviews.put_schedule(db, root, replay(model, reviews.shared_answers(db, root)))
    written.settle(db, [card_id], now)


def _equal(db: Database, link: Link) -> bool:
    """Whether the two would be linked by themselves."""
    theirs = twins.questions(db, ours=False, card_id=link.card_id)
    ours = twins.questions(db, ours=True, card_id=link.twin_id)
    keys = {question_key(card.question) for card in theirs}
    return any(question_key(text) in keys for card in ours for text in (card.question, *card.also))


def _concepts(text: str) -> frozenset[str]:
    from flashcards.concepts import concepts_in

    return frozenset(concept.id for concept in concepts_in(text))


def _aspects(folded: str) -> frozenset[int]:
    # By re's own cache: compiled when first needed, and not when a quiz merely asks who is whose twin.
    return frozenset(number for number, pattern in enumerate(_ASPECTS) if re.search(pattern, folded))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
