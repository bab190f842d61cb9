"""Answers a person writes inside the app: deck files of theirs, one a deck, that stand above the notes.

The files are the truth, plain text in our deck format with the ids of the cards they answer; the store
keeps what they say.  A written answer holds until it is taken out of its file, whatever a later scan finds
in the notes; what the notes say is shown beside it (``Variant.notes_answer``).
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flashcards.cards import Card, CardId, Draft, Language
from flashcards.errors import FlashcardsError, Message, system_reason
from flashcards.store import cards, sources, written
from flashcards.store.database import Database
from flashcards.store.sources import SourceRow
from flashcards.store.written import Written
from flashcards.study.intake import Intake
from flashcards.study.scan import ReadFile, scan_source

if TYPE_CHECKING:
    from flashcards.sources import Reading
    from flashcards.study.library import Library

LONGEST_ANSWER = 100_000
"""Characters; ten times the longest answer in notes we know."""

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*#%&{}$!\'`@+=^]+')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
"""Names Windows keeps for devices."""


class AnswerError(FlashcardsError):
    """An answer that cannot be kept."""


def write_answer(library: Library, card_id: CardId, text: str, language: Language | None = None) -> Card:
    """Keep the person's answer to a card, new or edited; the card can be asked at once.  Returns the card.

    ``text`` is markdown as in our deck format.  A statement or topic that waited to be taken in is taken
    in: who writes its answer wants it asked.

    Args:
        language: Which of the card's languages the answer is in; by default the one it is shown in.

    Raises:
        LibraryError: there is no such card.
        AnswerError: empty or too long, or the answer file cannot be read or written; nothing was changed.
    """
    card = library.card(card_id)
    language = _language(library, card, language)
    draft = Draft(
        question=" ".join(card.variant(language).question.split()),
        answer=_checked(text),
        line=0,
        end_line=0,
        card_id=card_id,
    )
    path = _file_for(library, card, language)
    _change_file(path, card.deck, language, card_id, draft)
    intake = read_answers(library.db, library.home.answers, library.now, reread=True)
    if not any(w.card_id == card_id for w in written.written_of(library.db, [card_id])):
        if intake.problems:
            raise AnswerError(intake.problems[0])
        raise AnswerError("{path}: the answer was not read back.", path=path)
    if not card.reviewed:
        cards.set_mark(library.db, [card_id], reviewed=1)
    return library.card(card_id)


def remove_answer(library: Library, card_id: CardId, language: Language | None = None) -> Card:
    """Take the person's answer away; the notes' own shows again, and without one the card is unanswered.

    Its history and schedule stay.  Returns the card.

    Raises:
        LibraryError: there is no such card.
        AnswerError: the person wrote no answer to it, or the file cannot be written.
    """
    card = library.card(card_id)
    found = written_answer(library, card_id, language)
    if found is None:
        raise AnswerError(
            "{card_id}: you wrote no answer to this card. flashcards list is:written shows which.",
            card_id=card_id,
        )
    _change_file(Path(found.file), card.deck, found.language, card_id, None)
    read_answers(library.db, library.home.answers, library.now, reread=True)
    return library.card(card_id)


def written_answer(library: Library, card_id: CardId, language: Language | None = None) -> Written | None:
    """The person's own answer to a card and where it stands; ``None`` where they wrote none.

    Without ``language``: the answer in the library's language, else in the other.
    """
    found = written.written_of(library.db, [card_id])
    found.sort(key=lambda answer: answer.language != library.language)
    return next((answer for answer in found if language in (None, answer.language)), None)


def follow_merge(library: Library, kept: CardId, duplicate: CardId) -> None:
    """``duplicate`` became ``kept``: an answer written to it is now one to ``kept``, unless that has its own."""
    moved = written_answer(library, duplicate)
    if moved is not None:
        if written_answer(library, kept, moved.language) is None:
            write_answer(library, kept, moved.answer, moved.language)
        remove_answer(library, duplicate, moved.language)
    written.settle(library.db, [kept], library.now)


def read_answers(db: Database, folder: Path, now: int, *, reread: bool = False) -> Intake:
    """Take in what changed in the answer files since they were last read, edited by hand or by us."""
    source = _source(db, folder, now)
    if source is None:
        return Intake()
    scan = scan_source(source, sources.files(db, source.id), reread=reread)
    intake = Intake(problems=list(scan.problems), unchanged_files=scan.unchanged)
    if not scan.read and not scan.gone:
        return intake
    with db.transaction():
        before = _content(db)
        for row in scan.gone:
            written.forget_written(db, row.id)
            sources.drop_file(db, row.id)
        read = [(file, reading) for file in scan.read if (reading := file.reading) is not None]
        ids = {file.path: _record(db, source, file, reading, now) for file, reading in read}
        for file in scan.read:
            if file.reading is None:
                sources.renew_stat(db, file.path, file.size, file.mtime_ns, now)
        for file, reading in read:
            _keep(db, ids[file.path], file.path, reading, intake)
        after = _content(db)
        changed = {card_id for card_id, _ in (before.items() ^ after.items())}
        written.settle(db, {card_id for card_id, _ in changed}, now)
    intake.read_files, intake.changed = len(read), len(changed)
    return intake


# -- the store --------------------------------------------------------------------------------


def _source(db: Database, folder: Path, now: int) -> SourceRow | None:
    """The source of the answer files; it moves with the data directory.  ``None`` while nothing was written."""
    known = [source for source in sources.sources(db) if source.kind == "answers"]
    if known and known[0].path != str(folder):
        sources.move_source(db, known[0].id, known[0].path, str(folder))
    if known or folder.is_dir():
        return sources.put_source(db, str(folder), "answers", "flashcards", now)
    return None


def _content(db: Database) -> dict[tuple[CardId, Language], str]:
    return {(w.card_id, w.language): w.answer for w in written.written_of(db)}


def _record(db: Database, source: SourceRow, file: ReadFile, reading: Reading, now: int) -> int:
    """Record a file as read and forget what it held: an answer may have moved between two files."""
    file_id = sources.put_file(
        db, source.id, file.path, size=file.size, mtime_ns=file.mtime_ns, digest=file.digest,
        dialect=reading.dialect, now=now,
    )  # fmt: skip
    written.forget_written(db, file_id)
    return file_id


def _keep(db: Database, file_id: int, path: str, reading: Reading, intake: Intake) -> None:
    """Keep the answers of a file; what cannot be one is said with its line."""
    intake.problems += [problem.located(path) for problem in reading.problems]
    answers = [draft for draft in reading.drafts if draft.card_id is not None and draft.answered]
    taken: dict[CardId, str] = {}
    known: set[CardId] = set()
    for start in range(0, len(answers), 500):
        ids = [draft.card_id for draft in answers[start : start + 500] if draft.card_id is not None]
        known |= written.known_ids(db, ids)
        taken |= {w.card_id: w.file for w in written.written_of(db, ids) if w.language == reading.language}
    kept: list[Written] = []
    for draft in answers:
        card_id = CardId(draft.card_id or "")
        if card_id in taken:
            intake.problems.append(
                Message(
                    "{file}:{line}: {other} answers {card_id} already; this one was left out. Keep one of them.",
                    file=path,
                    line=draft.line,
                    other=taken[card_id],
                    card_id=card_id,
                )
            )
            continue
        if card_id not in known:
            intake.problems.append(
                Message(
                    "{file}:{line}: no card has the id {card_id}; the answer waits for it.",
                    file=path,
                    line=draft.line,
                    card_id=card_id,
                )
            )
        taken[card_id] = path
        kept.append(Written(card_id, reading.language, draft.answer, path, draft.line))
    written.put_written(db, file_id, kept)


# -- the files --------------------------------------------------------------------------------


def _language(library: Library, card: Card, wanted: Language | None) -> Language:
    if wanted is None:
        own = written_answer(library, card.id)
        wanted = own.language if own else library.language
    return wanted if wanted in card.variants else next(iter(card.variants))


def _checked(text: str) -> str:
    from flashcards.text.sanitize import sanitize

    if len(text) > LONGEST_ANSWER:
        raise AnswerError(
            "the answer has {length:,} characters; {limit:,} are kept at most. Shorten it.",
            length=len(text),
            limit=LONGEST_ANSWER,
        )
    clean = sanitize(text).strip("\n")
    if not clean.strip():
        raise AnswerError(
            "the answer is empty; nothing was changed. flashcards answer ID --remove takes one away."
        )
    return clean


def _file_for(library: Library, card: Card, language: Language) -> Path:
    """The file that holds the answer now, else the one of its deck, else a new name."""
    if present := written_answer(library, card.id, language):
        return Path(present.file)
    if known := written.answer_file(library.db, written.deck_of(library.db, card.id), language):
        return Path(known)
    stem = file_stem(card.deck)
    names = (stem, *(f"{stem} {n}" for n in range(2, 1000)))
    return next(p for name in names if not (p := library.home.answers / f"{name}.md").exists())


def file_stem(title: str) -> str:
    """A deck's title as a file name that every system takes."""
    stem = _UNSAFE.sub(" ", title).strip(" .")
    stem = " ".join(stem.split())[:60].rstrip(" .") or "answers"
    return f"{stem}_" if _RESERVED.match(stem) else stem


def _change_file(path: Path, title: str, language: Language, card_id: CardId, answer: Draft | None) -> None:
    """Put one answer into a file, or take it out; a file that would hold nothing is removed."""
    from flashcards.sources.deck_format import write_deck
    from flashcards.sources.reading import DeckHeader

    reading = _present(path)
    header = (reading and reading.header) or DeckHeader(id=path.stem, title=title, language=language)
    before = list(reading.drafts) if reading else []
    drafts = [d for d in before if d.card_id != card_id]
    if answer is not None:
        place = next((n for n, d in enumerate(before) if d.card_id == card_id), len(drafts))
        drafts.insert(place, answer)
    try:
        if drafts:
            _write(path, write_deck(header, drafts))
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise AnswerError(
            "{path}: the answer cannot be written ({reason}); nothing was changed.",
            path=path,
            reason=system_reason(error),
        ) from error


def _present(path: Path) -> Reading | None:
    """The file as it stands now; ``None`` where there is none yet.

    It is written anew as a whole, so a part that no card holds would be lost: the person mends it first.
    """
    from flashcards.sources import SourceError, read_path

    if not path.exists():
        return None
    try:
        reading = read_path(path, "flashcards")
    except SourceError as error:
        raise AnswerError("{error}. Mend or move the file; nothing was changed.", error=error) from error
    lost: Sequence[int] = [block.line for block in reading.skipped]
    if reading.header is None or lost:
        raise AnswerError(
            "{path}:{line}: this part of the file is no answer to a card and would be lost. Mend or "
            "move it; nothing was changed.",
            path=path,
            line=lost[0] if lost else 1,
        )
    return reading


def _write(path: Path, text: str) -> None:
    """All or nothing: a crash leaves the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    with draft.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
