"""A quiz: question -> (typed answer) -> answer -> grade -> next.  The one state machine of every face.

Each answer is committed, log row and schedule in one transaction, before the next card is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from flashcards.cards import Card, CardId, Day, Language, Rating, Review
from flashcards.errors import FlashcardsError, Message
from flashcards.scheduling.days import day_of
from flashcards.scheduling.queue import Candidate, Limits, build_queue
from flashcards.scheduling.schedule import LEECH_LAPSES, after_review, next_intervals, replay
from flashcards.store import cards, reviews, twins
from flashcards.store.cards import Askable, Standing
from flashcards.study.clock import milliseconds
from flashcards.study.library import Library
from flashcards.study.twins import one_each

if TYPE_CHECKING:
    from flashcards.study.numeric import Drawn

Phase = Literal["question", "answer", "done"]

LONGEST_ANSWER_MS = 120_000
"""A longer pause is a break, not thinking; it would distort the person's learnt pace."""


class SessionError(FlashcardsError):
    """Something asked of a session in the wrong phase."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the session is."""

    done: int
    """Answers in this session that count."""
    left: int
    """Cards still to come, the present one included."""
    left_new: int
    saved: int
    """Answers kept in the collection in all."""


@dataclass(frozen=True, slots=True)
class _Step:
    """Something that ``undo`` takes back: an answer (the log knows it), or a change of marks."""

    card_id: CardId
    restore: Callable[[], None]


class Session:
    """One quiz over one choice of cards."""

    def __init__(
        self,
        library: Library,
        queue: list[CardId],
        new: set[CardId],
        *,
        cram: bool = False,
        minutes: float | None = None,
    ) -> None:
        self.library = library
        self.cram = cram
        self.typed: str | None = None
        """What the person typed for the present card, once revealed."""
        self._queue = queue
        self._ends_at = None if minutes is None else milliseconds(library.clock()) + minutes * 60_000
        self._new = new
        self._steps: list[_Step] = []
        self._answered: list[CardId] = []
        self._saved = reviews.count_answers(library.db)
        self._flipped: dict[CardId, Language] = {}
        self._card: Card | None = None
        self._drawn: Drawn | None = None
        self._standing = Standing()
        self._revealed = False
        self._shown_at = 0
        self._show_next()

    @classmethod
    def start(
        cls,
        library: Library,
        query: str = "",
        *,
        limit: int | None = None,
        ahead: bool = False,
        cram: bool = False,
        minutes: float | None = None,
    ) -> Session:
        """A session over the cards that ``query`` finds (all for ``""``).

        Args:
            limit: At most so many cards.
            ahead: Go on with cards that are not due yet.
            cram: Every card found, due or not, without limits; the schedule is not touched.
            minutes: The session is over with the first card that ends after so long.

        Raises:
            QueryError: the query cannot be understood.
        """
        wanted = set(library.find_ids(query)) if query.strip() else None
        found = cards.askable(library.db, library.today, unreviewed="is:unreviewed" in query)
        chosen = [a for a in found if wanted is None or a.card_id in wanted]
        # Of twins one is asked: the first, which is the person's own.
        first = set(one_each(library.db, [a.card_id for a in chosen]))
        chosen = [a for a in chosen if a.card_id in first]
        if cram:
            queue = [a.card_id for a in chosen]
        else:
            candidates = [_candidate(a) for a in chosen]
            queue = build_queue(candidates, library.today, _limits(library, found), ahead=ahead)
        return cls(
            library, queue[:limit], {a.card_id for a in chosen if a.due is None}, cram=cram, minutes=minutes
        )

    # -- what is on the screen --------------------------------------------------------------

    @property
    def phase(self) -> Phase:
        """``question``, ``answer`` (revealed, waiting for a grade) or ``done``."""
        if not self._queue:
            return "done"
        return "answer" if self._revealed else "question"

    @property
    def card(self) -> Card | None:
        """The present card, a numeric one with the values of this showing; ``None`` when done."""
        return self._card

    @property
    def asks_number(self) -> bool:
        """Whether the present card has fresh values and wants a number."""
        return self._drawn is not None

    @property
    def verdict(self) -> Message | None:
        """What there is to say about the number typed for the present card, once revealed."""
        if self._drawn is None or self.typed is None or not self.typed.strip():
            return None
        return self._drawn.said_of(self.typed, self.language)

    @property
    def language(self) -> Language:
        """The language the present card is shown in."""
        if self._card is None:
            return self.library.language
        wanted = self._flipped.get(self._card.id, self.library.language)
        return wanted if wanted in self._card.variants else next(iter(self._card.variants))

    @property
    def standing(self) -> Standing:
        """Marks and schedule of the present card."""
        return self._standing

    @property
    def progress(self) -> Progress:
        """How far the session is."""
        new = sum(1 for card_id in self._queue if card_id in self._new)
        return Progress(len(self._answered), len(self._queue), new, self._saved)

    @property
    def is_new(self) -> bool:
        """Whether the present card was never answered."""
        return self._standing.schedule is None

    @property
    def is_leech(self) -> bool:
        """Whether the present card was forgotten so often that rewriting it would help more."""
        schedule = self._standing.schedule
        return schedule is not None and schedule.lapses >= LEECH_LAPSES

    def intervals(self) -> dict[Rating, int]:
        """Days until the present card comes back, for each grade."""
        card = self._present()
        return next_intervals(
            self.library.model,
            self._standing.schedule,
            self._today,
            desired_retention=self.library.settings.desired_retention,
            card_id=card.id,
            fuzz=self.library.settings.fuzz,
        )

    # -- what the person does ---------------------------------------------------------------

    def reveal(self, typed: str | None = None) -> None:
        """Show the answer; ``typed`` is kept beside it until the card is graded."""
        self._present()
        self.typed = typed
        self._revealed = True

    def grade(self, rating: Rating) -> Review:
        """Commit the answer and go to the next card.

        Raises:
            SessionError: the answer has not been revealed.
            StoreError: it could not be kept; the session stands where it stood.
        """
        card = self._present()
        if not self._revealed:
            raise SessionError("A card is graded after its answer was shown.")
        now = milliseconds(self.library.clock())
        duration = min(max(now - self._shown_at, 0), LONGEST_ANSWER_MS)
        # A card crammed is not asked again for it: its next showing stays where it was.
        interval = 0 if self.cram else self.intervals()[rating]
        review = Review(now, card.id, rating, self._today, interval, duration)
        with self.library.db.transaction():
            review = reviews.append_review(self.library.db, review, "cram" if self.cram else "answer")
            if not self.cram:
                schedule = after_review(self.library.model, self._standing.schedule, review)
                reviews.put_schedule(self.library.db, card.id, schedule)
                if not card.reviewed:
                    cards.set_mark(self.library.db, [card.id], reviewed=1)
        self._answered.append(card.id)
        if not self.cram:
            self._saved += 1
            self._steps.append(_Step(card.id, lambda: take_back(self.library, review)))
        self._advance()
        return review

    def undo(self) -> bool:
        """Take back the last step: an answer of this session or, where there is none, the last one of all.

        The card comes back as the present one.  False when there is nothing to take back.
        """
        if self._steps:
            step = self._steps.pop()
            step.restore()
            card_id = step.card_id
        else:
            last = reviews.last_answer(self.library.db)
            if last is None:
                return False
            take_back(self.library, last)
            card_id = last.card_id
        if card_id in self._answered:
            del self._answered[len(self._answered) - 1 - self._answered[::-1].index(card_id)]
        self._saved = reviews.count_answers(self.library.db)
        self._queue = [card_id, *(c for c in self._queue if c != card_id)]
        self._show_next()
        return True

    def bury(self) -> None:
        """Let the present card rest until tomorrow."""
        self._set_aside(buried_until=self._today + 1)

    def suspend(self) -> None:
        """Take the present card out of every session until it is unsuspended."""
        self._set_aside(suspended=1)

    def flag(self) -> bool:
        """Flag the present card, or take its flag away; returns whether it is flagged now."""
        card = self._present()
        flagged = not self._standing.flagged
        cards.set_mark(self.library.db, [card.id], flagged=int(flagged))
        self._standing = cards.standing(self.library.db, card.id)
        return flagged

    def skip(self) -> None:
        """Put the present card at the end of this session."""
        self._present()
        self._queue.append(self._queue.pop(0))
        self._show_next()

    def flip_language(self) -> None:
        """Show the present card in its other language, if it has one."""
        card = self._present()
        others = [language for language in card.variants if language != self.language]
        if others:
            self._flipped[card.id] = others[0]

    def refresh(self) -> None:
        """Read the present card again after its notes were edited; a vanished card is passed over."""
        revealed, typed, shown_at = self._revealed, self.typed, self._shown_at
        before = self._card.id if self._card else None
        self._show_next()
        if self._card is not None and self._card.id == before:
            self._revealed, self.typed, self._shown_at = revealed, typed, shown_at

    # -- inside -----------------------------------------------------------------------------

    @property
    def _today(self) -> Day:
        return day_of(self.library.clock())

    def _present(self) -> Card:
        if self._card is None:
            raise SessionError("The session is over.")
        return self._card

    def _set_aside(self, **marks: int) -> None:
        card = self._present()
        db = self.library.db
        # Its twin would only ask the same in its place.
        before = {one: cards.standing(db, one) for one in twins.members(db, card.id)}
        cards.set_mark(db, list(before), **marks)

        def restore() -> None:
            with db.transaction():
                for one, standing in before.items():
                    cards.set_mark(db, [one], **{name: getattr(standing, name) for name in marks})

        self._steps.append(_Step(card.id, restore))
        self._advance()

    def _advance(self) -> None:
        """Leave the present card; when the minutes are over, the session is too."""
        self._queue.pop(0)
        if self._ends_at is not None and milliseconds(self.library.clock()) >= self._ends_at:
            self._queue.clear()
        self._show_next()

    def _show_next(self) -> None:
        """Load the card at the head of the queue; one archived meanwhile is passed over."""
        self._revealed = False
        self.typed = None
        self._card = self._drawn = None
        self._standing = Standing()
        while self._queue:
            found = cards.load_cards(self.library.db, self._queue[:1], self.library.language)
            standing = cards.standing(self.library.db, self._queue[0])
            if found and found[0].answered and not standing.archived:
                self._drawn = self._draw(found[0])
                self._card = self._drawn.card if self._drawn else found[0]
                self._standing = standing
                break
            self._queue.pop(0)
        self._shown_at = milliseconds(self.library.clock())

    def _draw(self, card: Card) -> Drawn | None:
        """The values of this showing, which the log counts; ``None`` for a card without any."""
        if card.kind != "numeric":
            return None
        from flashcards.study.numeric import drawn  # arithmetic and units, which other cards need not pay for

        return drawn(card, reviews.times_answered(self.library.db, card.id))


def take_back(library: Library, review: Review) -> None:
    """Undo one answer by a compensating row; the card's schedule is what the rest of its log leads to."""
    with library.db.transaction():
        reviews.append_undo(library.db, review, library.now, library.today)
        left = reviews.shared_answers(library.db, review.card_id)
        reviews.put_schedule(library.db, review.card_id, replay(library.model, left))


def undo_last(library: Library) -> Review | None:
    """Take back the last answer given in any session; ``None`` where there is none."""
    last = reviews.last_answer(library.db)
    if last is not None:
        take_back(library, last)
    return last


def _candidate(askable: Askable) -> Candidate:
    sibling = f"{askable.deck_id}:{askable.path[-1]}" if askable.path else ""
    return Candidate(
        askable.card_id, str(askable.deck_id), askable.place, askable.due, askable.last_day, sibling
    )


def _limits(library: Library, found: list[Askable]) -> Limits:
    settings = library.settings
    new_done, reviews_done = reviews.done_today(library.db, library.today)
    own = settings.deck_new_per_day
    per_deck = {str(a.deck_id): own[t] for a in found for t in a.titles.values() if t in own}
    return Limits(
        new_per_day=settings.new_per_day,
        reviews_per_day=settings.reviews_per_day,
        new_done=sum(new_done.values()),
        reviews_done=reviews_done,
        new_per_deck=per_deck,
        new_done_per_deck={str(deck): n for deck, n in new_done.items()},
    )
