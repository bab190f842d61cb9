"""The person's collection: open it, add and remove notes, keep it in step with the files, look things up.

Both faces and the tests use this object; it owns the database, the settings and the clock.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flashcards import concepts, locale
from flashcards.cards import Card, CardId, Day, Language
from flashcards.errors import FlashcardsError, Message
from flashcards.scheduling.days import day_of
from flashcards.scheduling.fsrs import Model
from flashcards.scheduling.schedule import LEECH_LAPSES
from flashcards.shipped import shipped_folder
from flashcards.store import cards, meta, places, query, reviews, sources, statistics
from flashcards.store.cards import DeckCount, Standing
from flashcards.store.database import Database
from flashcards.store.sources import SourceRow
from flashcards.store.statistics import Scope
from flashcards.store.twins import counted_twice
from flashcards.study import twins
from flashcards.study.answers import follow_merge, read_answers
from flashcards.study.clock import Clock, milliseconds, system_clock
from flashcards.study.intake import Intake, ManyVanished, relink, take_in
from flashcards.study.links import available_demos
from flashcards.study.paths import Home, find_home
from flashcards.study.scan import FileStamp, Scan, scan_source, stamps
from flashcards.study.settings import Settings, read_settings


class LibraryError(FlashcardsError):
    """Something asked of the collection that it cannot do."""


@dataclass(frozen=True, slots=True)
class DeckSummary:
    """A deck as the home screen lists it."""

    id: int
    title: str
    shipped: bool
    source: str
    cards: int
    due: int
    new: int
    unanswered: int
    unreviewed: int
    suspended: int


@dataclass(frozen=True, slots=True)
class HomeSummary:
    """What is to be done today and what was done before."""

    due: int
    new: int
    """New cards that today's limit still allows."""
    reviewed_today: int
    streak_days: int
    """Study days in a row up to today (or yesterday, while today is still open)."""
    history: dict[Day, int]
    """Answers a day over the last year."""
    forecast: dict[Day, int]
    """Cards falling due on each of the next fourteen days; what is late counts as today."""
    reviews: int


class Library:
    """An open collection.  Close it, or use it as a context manager."""

    def __init__(self, db: Database, home: Home, settings: Settings, clock: Clock) -> None:
        self.db = db
        self.home = home
        self.settings = settings
        self.clock = clock
        self.model = Model()

    @classmethod
    def open(cls, home: Path | None = None, clock: Clock = system_clock) -> Library:
        """Open the collection in ``home`` (default: see ``find_home``), with our own decks in it and up to date.

        Raises:
            FlashcardsError: the settings are wrong, or the database cannot be opened.
        """
        place = find_home(home)
        settings = read_settings(place.settings)
        library = cls(Database.open(place.database), place, settings, clock)
        try:
            library._keep_shipped()
        except BaseException:
            library.close()
            raise
        return library

    def close(self) -> None:
        """Let go of the database."""
        self.db.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- time and language ------------------------------------------------------------------

    @property
    def now(self) -> int:
        """Unix milliseconds."""
        return milliseconds(self.clock())

    @property
    def today(self) -> Day:
        """The study day of now."""
        return day_of(self.clock())

    @property
    def language(self) -> Language:
        """The language of our own decks: as set, else by the locale."""
        return locale.chosen_by(self.settings.language, os.environ)

    # -- notes ------------------------------------------------------------------------------

    def add(self, paths: Sequence[Path], *, dialect: str | None = None, agreed: bool = False) -> Intake:
        """Add files or folders of notes, or read again what was added before.

        A folder that holds an earlier source takes it over; a file inside an earlier folder belongs to it.

        Raises:
            SourceError: a named file is missing or cannot be read as text.
            ManyVanished: see ``take_in``; nothing was changed.
        """
        resolved = [_existing(path) for path in paths]
        known = {s.path: s for s in sources.sources(self.db)}
        with self.db.transaction():
            chosen = {s.id: s for path in resolved for s in [self._source_for(path, known, dialect)]}
            if any(s.kind == "answers" for s in chosen.values()):
                raise LibraryError(
                    "{folder}: what you wrote inside the app is read by itself; name your notes.",
                    folder=self.home.answers,
                )
            scans = [self._scan(s, reread=dialect is not None) for s in chosen.values()]
            for scan in scans:
                if scan.problems and Path(scan.source.path).is_file():
                    raise LibraryError(scan.problems[0])
            return self._take_in(scans, agreed=agreed)

    def rescan(self, *, agreed: bool = False) -> Intake:
        """Look at every source and answer file again.

        A source that lost much is left as it was and named in ``problems``.
        """
        total = Intake()
        for source in self.sources():
            try:
                part = self._take_in([self._scan(source)], agreed=agreed)
            except ManyVanished as error:
                total.problems.append(error.message)
                continue
            total.merge(part)
        total.merge(read_answers(self.db, self.home.answers, self.now))
        return total

    def notes_stamp(self) -> tuple[FileStamp, ...]:
        """How the note and answer files stand, by stat alone: while it is the same, ``rescan`` finds nothing."""
        return stamps([*(Path(source.path) for source in self.sources()), self.home.answers])

    def remove(self, path: str) -> int:
        """Take a source out; its cards are archived, their history kept.  Returns how many cards.

        Raises:
            LibraryError: no such source; names those there are.
        """
        wanted = {path, str(Path(path).expanduser().resolve())}
        for source in self.sources():
            if source.path in wanted:
                return sources.drop_source(self.db, source.id, self.now)
        known = ", ".join(s.path for s in self.sources()) or Message("none")
        raise LibraryError("{path}: no such source. Sources: {known}.", path=path, known=known)

    def sources(self) -> list[SourceRow]:
        """What the person added; our own decks and their answer files left out."""
        return [s for s in sources.sources(self.db) if s.kind == "notes"]

    def merge(self, kept: CardId, duplicate: CardId) -> None:
        """Two cards of the notes are one: ``kept`` (with its history) takes text and place of ``duplicate``.

        Raises:
            LibraryError: an unknown id, or ``duplicate`` has answers of its own (the log is never re-pointed).
        """
        for card_id in (kept, duplicate):
            self.card(card_id)
        if reviews.answers_of(self.db, duplicate):
            raise LibraryError(
                "{duplicate}: has answers of its own, which are never moved. Name the card with the "
                "longer history first: flashcards merge {duplicate} {kept}.",
                duplicate=duplicate,
                kept=kept,
            )
        if kept == duplicate:
            raise LibraryError("{kept}: a card cannot be merged with itself.", kept=kept)
        with self.db.transaction():
            twins.follow_merge(self, kept, duplicate)
            places.take_over(self.db, kept, duplicate, self.now)
        follow_merge(self, kept, duplicate)

    # -- looking up -------------------------------------------------------------------------

    def card(self, card_id: CardId) -> Card:
        """One card.

        Raises:
            LibraryError: there is none with this id.
        """
        found = cards.load_cards(self.db, [card_id], self.language)
        if not found:
            raise LibraryError(
                "{card_id}: no card has this id. flashcards list shows them all.", card_id=card_id
            )
        return found[0]

    def cards(self, card_ids: Sequence[CardId]) -> list[Card]:
        """The cards with these ids, in the order asked."""
        return cards.load_cards(self.db, card_ids, self.language)

    def find(self, text: str = "", limit: int = -1) -> list[Card]:
        """The cards a query finds (``store.query`` has the language), in deck order.

        A deck's whole title stands for its cards, so that ``quiz LoRA in practice`` needs no quoting.
        """
        return cards.load_cards(self.db, self.find_ids(text, limit), self.language)

    def find_ids(self, text: str = "", limit: int = -1) -> list[CardId]:
        """Ids of the cards a query finds."""
        words = self.as_query(text)
        return query.find_cards(self.db, words, self.today, leech_lapses=LEECH_LAPSES, limit=limit)

    def as_query(self, text: str) -> str:
        """``text`` as a query: the whole title of a deck means that deck."""
        title = text.strip()
        if title and sources.has_deck(self.db, title):
            return shlex.quote(f"deck:{title}")
        return text

    def standing(self, card_id: CardId) -> Standing:
        """What the person decided about a card and how it is scheduled."""
        return cards.standing(self.db, card_id)

    def mark(self, card_ids: Sequence[CardId], **marks: Any) -> None:
        """Suspend, flag, tag … cards; ``marks`` are columns of the marks table."""
        cards.set_mark(self.db, card_ids, **marks)

    def add_tag(self, card_ids: Sequence[CardId], tag: str) -> int:
        """Give cards a tag of the person's own; returns how many did not have it."""
        return cards.change_tags(self.db, card_ids, add=tag)

    def remove_tag(self, card_ids: Sequence[CardId], tag: str) -> int:
        """Take a tag of the person's own away; one that the notes give stays.  Returns how many had it."""
        return cards.change_tags(self.db, card_ids, remove=tag)

    def decks(self) -> list[DeckSummary]:
        """Every deck, the person's own first."""
        return [self._summary(count) for count in cards.deck_counts(self.db, self.today)]

    def home_summary(self) -> HomeSummary:
        """What is to be done today and what was done before."""
        today = self.today
        history = reviews.counts_by_day(self.db, Day(today - 366))
        new_done, _ = reviews.done_today(self.db, today)
        decks = self.decks()
        left = max(self.settings.new_per_day - sum(new_done.values()), 0)
        due_twins, new_twins = counted_twice(self.db, today)
        return HomeSummary(
            due=sum(d.due for d in decks) - due_twins,
            new=min(sum(d.new for d in decks) - new_twins, left),
            reviewed_today=history.get(today, 0),
            streak_days=_streak(history, today),
            history=history,
            forecast=statistics.forecast(
                self.db, Scope(today, today, query.compile_query(""), LEECH_LAPSES), 14
            ),
            reviews=reviews.count_answers(self.db),
        )

    # -- what the person has seen -----------------------------------------------------------

    def has_seen(self, what: str) -> bool:
        """Whether something that is shown once (the tour) was shown in this collection."""
        return meta.get_meta(self.db, f"seen.{what}") is not None

    def remember_seen(self, what: str) -> None:
        """It need not be shown by itself again."""
        meta.put_meta(self.db, f"seen.{what}", "1")

    # -- inside -----------------------------------------------------------------------------

    def _summary(self, count: DeckCount) -> DeckSummary:
        title = count.titles.get(self.language) or next(iter(count.titles.values()))
        return DeckSummary(
            count.id, title, count.shipped, count.source, count.cards, count.due, count.new,
            count.unanswered, count.unreviewed, count.suspended,
        )  # fmt: skip

    def _take_in(self, scans: Sequence[Scan], *, agreed: bool) -> Intake:
        """Keep what the scans saw, and link what is new in them to its twins."""
        now = self.now
        with self.db.transaction():
            intake = take_in(self.db, scans, now, agreed=agreed)
            if intake.added or intake.changed:
                ours_changed = any(scan.source.kind == "shipped" for scan in scans)
                twins.link_equal(self.db, self.model, 0 if ours_changed else now, now)
        return intake

    def _scan(self, source: SourceRow, *, reread: bool = False) -> Scan:
        return scan_source(source, sources.files(self.db, source.id), reread=reread)

    def _source_for(self, path: Path, known: dict[str, SourceRow], dialect: str | None) -> SourceRow:
        for parent in path.parents:
            above = known.get(str(parent))
            if above and (above.kind == "answers" or (above.kind == "notes" and dialect is None)):
                return above
        source = sources.put_source(self.db, str(path), "notes", dialect, self.now)
        for other in known.values():
            if other.kind == "notes" and path in Path(other.path).parents:
                sources.move_files(self.db, other.id, source.id)
        return source

    def _keep_shipped(self) -> None:
        """Our own decks and the links to demos follow the installed program; looked at by stat alone."""
        folder = shipped_folder("decks")
        if folder.is_dir():
            source = self._shipped_source(folder)
            scan = self._scan(source)
            if scan.read or scan.gone:
                self._take_in([scan], agreed=True)
        concepts.extend_glossary(self.home.glossary)
        state = f"{concepts.glossary_state()}:{','.join(sorted(available_demos()))}"
        if meta.get_meta(self.db, "links") != state:
            with self.db.transaction():
                relink(self.db)
                meta.put_meta(self.db, "links", state)

    def _shipped_source(self, folder: Path) -> SourceRow:
        """The source of our own decks; it moves with the program (another venv, another checkout)."""
        shipped = [s for s in sources.sources(self.db) if s.kind == "shipped"]
        if shipped and shipped[0].path == str(folder):
            return shipped[0]
        if shipped:
            sources.move_source(self.db, shipped[0].id, shipped[0].path, str(folder))
        return sources.put_source(self.db, str(folder), "shipped", None, self.now)


def _existing(path: Path) -> Path:
    resolved = path.expanduser().resolve()
    if not resolved.exists():
        raise LibraryError("{path}: there is no such file or folder.", path=path)
    return resolved


def _streak(history: dict[Day, int], today: Day) -> int:
    day = today if history.get(today) else today - 1
    streak = 0
    while history.get(Day(day - streak)):
        streak += 1
    return streak
