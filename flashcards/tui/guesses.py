"""Predict, then run: what a run says is held back until the person has guessed its numbers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from flashcards.cards import Rating
from flashcards.lab.events import Claim, End, Event, Start
from flashcards.lab.predict import can_predict, grade_guess
from flashcards.tui.widgets.event_lines import Guess, Shown


class Guesses:
    """Between a run and the screen.  Every method answers with what may be shown now."""

    def __init__(self) -> None:
        self._held: list[Event] = []
        self._questions: deque[Claim] = deque()
        self._guesses: dict[str, Guess] = {}
        self._ended = self._given_up = False

    @property
    def question(self) -> Claim | None:
        """The claim whose number is asked for now."""
        return self._questions[0] if self._questions else None

    @property
    def grade(self) -> Rating | None:
        """What all guesses together deserve: the worst of them, because a card that is half known comes back."""
        return min((guess.rating for guess in self._guesses.values()), default=None)

    def hear(self, events: Iterable[Event]) -> list[Shown]:
        """More of the run.  Its first line shows at once, the rest when all is guessed and the run is over."""
        shown: list[Shown] = []
        for event in events:
            if isinstance(event, Start):
                shown.append(event)
                continue
            self._held.append(event)
            self._ended = self._ended or isinstance(event, End)
            if isinstance(event, Claim) and can_predict(event) and not self._given_up:
                self._questions.append(event)
        return shown + self._released()

    def answer(self, number: float | None) -> list[Shown]:
        """The person's number for the present question; ``None`` passes it over."""
        claim = self._questions.popleft()
        if number is not None:
            self._guesses[claim.id] = Guess(number, grade_guess(number, claim), claim.unit)
        return self._released()

    def give_up(self) -> list[Shown]:
        """No more questions: the rest shows as it comes."""
        self._given_up = True
        self._questions.clear()
        return self._released()

    def _released(self) -> list[Shown]:
        if self._questions or not (self._ended or self._given_up):
            return []
        shown: list[Shown] = []
        for event in self._held:
            shown.append(event)
            if isinstance(event, Claim) and event.id in self._guesses:
                shown.append(self._guesses[event.id])
        self._held.clear()
        return shown
