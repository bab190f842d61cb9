"""From scans to kept cards: match drafts with the cards of before, mint ids, archive what vanished.

One transaction: a scan is kept whole or not at all.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from flashcards.cards import CardId, Language
from flashcards.errors import FlashcardsError, Message
from flashcards.store import places, sources, written
from flashcards.store.database import Database
from flashcards.store.places import Known, Placed
from flashcards.study.links import linked_demos
from flashcards.study.matching import Found, Matching, match
from flashcards.study.scan import ReadFile, Scan

ARCHIVE_SHARE = 0.2
"""A scan that would archive more of a source than this stops and asks: more likely a folder was moved,
a disk not mounted or a file emptied by mistake than a fifth of the notes given up."""


class ManyVanished(FlashcardsError):
    """A scan would archive a large part of a source."""


@dataclass(slots=True)
class Intake:
    """What a scan changed."""

    added: int = 0
    changed: int = 0
    archived: int = 0
    unchanged_files: int = 0
    read_files: int = 0
    problems: list[str] = field(default_factory=list)
    unsure: list[tuple[str, list[CardId]]] = field(default_factory=list)
    """``file:line: question`` and the archived cards it may be."""

    def merge(self, other: Intake) -> None:
        """Add what another scan changed."""
        self.added += other.added
        self.changed += other.changed
        self.archived += other.archived
        self.unchanged_files += other.unchanged_files
        self.read_files += other.read_files
        self.problems += other.problems
        self.unsure += other.unsure

    @property
    def anything(self) -> bool:
        """Whether the cards are other than before."""
        return bool(self.added or self.changed or self.archived)


def mint_id() -> CardId:
    """A new id for a card of the person's own notes: random, since nothing about a note is for ever."""
    return CardId(f"n{_random.getrandbits(48):012x}")


_random = Random(os.urandom(16))
"""Asking the system for each id takes a fifth of the time that matching and placing a new card does."""


@dataclass(frozen=True, slots=True)
class _Identities:
    """Who the drafts of a scan are."""

    ids: dict[tuple[str, int], CardId]
    """By file and position; every draft has one."""
    minted: set[CardId]
    """Those made for drafts that were never seen before."""
    vanished: list[Known]
    """Cards that stood in the files of the scan and are in none of them any more."""


def take_in(
    db: Database,
    scans: Sequence[Scan],
    now: int,
    *,
    agreed: bool = False,
    mint: Callable[[], CardId] = mint_id,
) -> Intake:
    """Keep what the scans saw.

    ``agreed``: the person has agreed to archive a large part of a source.

    Raises:
        ManyVanished: more than a fifth of a source's cards would be archived; nothing was changed.
    """
    intake = Intake(problems=[p for scan in scans for p in scan.problems])
    intake.unchanged_files = sum(scan.unchanged for scan in scans)
    with db.transaction():
        _keep_untouched(db, scans, now)
        read = [(scan, file) for scan in scans for file in scan.read if file.reading is not None]
        gone = [row for scan in scans for row in scan.gone]
        if not read and not gone:
            return intake
        intake.read_files = len(read)
        identities = _identify(db, read, gone, intake, mint)
        if not agreed:
            _refuse_many(db, scans, identities.vanished)
        # Old places go first: a card that moved between two files of one scan must not meet its own shadow.
        for row in gone:
            sources.drop_file(db, row.id)
        index = places.TextIndex(db)
        for scan, file in read:
            _keep_file(db, index, scan, file, identities, intake, now)
        index.catch_up()
        archived = _still_gone(db, identities)
        places.archive(db, archived, now)
        written.keep_answered(db)
        intake.archived = len(archived)
    return intake


def _keep_untouched(db: Database, scans: Sequence[Scan], now: int) -> None:
    """Files whose bytes are the same: only their stat is renewed."""
    for scan in scans:
        for file in scan.read:
            if file.reading is None:
                sources.renew_stat(db, file.path, file.size, file.mtime_ns, now)


def _identify(
    db: Database,
    read: Sequence[tuple[Scan, ReadFile]],
    gone: Sequence[sources.FileRow],
    intake: Intake,
    mint: Callable[[], CardId],
) -> _Identities:
    rows = {row.path: row for row in sources.files(db)}
    reread = {file.path for _, file in read}
    missing = [row for row in rows.values() if row.path not in reread and not Path(row.path).exists()]
    standing = [row.id for row in (*gone, *missing, *(rows[p] for p in reread if p in rows))]
    known = places.known_cards(db, list(dict.fromkeys(standing)))
    archived = places.known_cards(db, archived=True)
    ids: dict[tuple[str, int], CardId] = {}
    free: list[Found] = []
    for _, file in read:
        for position, draft in enumerate(file.reading.drafts if file.reading is not None else ()):
            if draft.card_id is None:
                free.append(Found(draft, file.path, position))
            else:
                ids[file.path, position] = draft.card_id
    explicit = set(ids.values())
    before = [k for k in (*known, *archived) if k.card_id not in explicit]
    matching = match(free, before) if before else Matching()
    minted: set[CardId] = set()
    for index, item in enumerate(free):
        card_id = matching.ids.get(index)
        if card_id is None:
            card_id = mint()
            minted.add(card_id)
        ids[item.file, item.position] = card_id
    for index, candidates in matching.unsure:
        if index not in matching.ids:
            item = free[index]
            intake.unsure.append((f"{item.file}:{item.draft.line}: {item.draft.question[:60]}", candidates))
    kept = set(ids.values())
    in_scan = {row.path for row in gone} | reread
    return _Identities(ids, minted, [k for k in known if k.card_id not in kept and k.file in in_scan])


def _refuse_many(db: Database, scans: Sequence[Scan], vanished: Sequence[Known]) -> None:
    owner = {row.path: row.source_id for row in sources.files(db)}
    lost = Counter(owner[k.file] for k in vanished)
    for scan in scans:
        if scan.source.kind == "shipped" or not lost[scan.source.id]:
            continue
        total = sources.count_cards(db, scan.source.id)
        if lost[scan.source.id] > max(ARCHIVE_SHARE * total, 1):
            raise ManyVanished(
                "{path}: {lost} of {total} cards are no longer there. Nothing was changed. If they "
                "moved, add their new place; if they are to be archived (their history is kept), run "
                "flashcards add again with --yes.",
                path=scan.source.path,
                lost=lost[scan.source.id],
                total=total,
            )


def _keep_file(
    db: Database,
    index: places.TextIndex,
    scan: Scan,
    file: ReadFile,
    identities: _Identities,
    intake: Intake,
    now: int,
) -> None:
    reading = file.reading
    assert reading is not None
    file_id = sources.put_file(
        db,
        scan.source.id,
        file.path,
        size=file.size,
        mtime_ns=file.mtime_ns,
        digest=file.digest,
        dialect=reading.dialect,
        now=now,
    )
    header = reading.header
    title = (header and header.title) or reading.title or Path(file.path).stem
    language: Language = (header and header.language) or reading.language
    key = f"{scan.source.kind}:{header.id}" if header and header.id else f"file:{file.path}"
    deck_id = sources.put_deck(db, key, {language: title}, scan.source.id)
    ids = [identities.ids[file.path, position] for position in range(len(reading.drafts))]
    old = [card_id for card_id in ids if card_id not in identities.minted]
    elsewhere = places.standing_elsewhere(db, old, file_id)
    placed: list[Placed] = []
    taken: set[CardId] = set()
    for position, (card_id, draft) in enumerate(zip(ids, reading.drafts, strict=True)):
        if card_id in taken or (card_id, language) in elsewhere:
            intake.problems.append(
                Message(
                    "{file}:{line}: the id {card_id} is already another card's; this one was left out. "
                    "Give it an id of its own.",
                    file=file.path,
                    line=draft.line,
                    card_id=card_id,
                )
            )
            continue
        taken.add(card_id)
        new = card_id in identities.minted
        placed.append(Placed(card_id, draft, language, position, linked_demos(draft), new))
    added, changed = places.put_cards(db, index, deck_id, file_id, placed, now)
    intake.added += added
    intake.changed += changed
    intake.problems += [problem.located(file.path) for problem in reading.problems]


def _still_gone(db: Database, identities: _Identities) -> list[CardId]:
    """Vanished cards that stand in no other file either (a card of ours stands in two, one a language)."""
    kept = set(identities.ids.values())
    file_ids = {row.path: row.id for row in sources.files(db)}
    vanished: dict[int | None, list[CardId]] = {}
    for card_id, file in {k.card_id: k.file for k in identities.vanished}.items():
        if card_id not in kept:
            vanished.setdefault(file_ids.get(file), []).append(card_id)
    found: list[CardId] = []
    for file_id, ids in vanished.items():
        elsewhere = {card_id for card_id, _ in places.standing_elsewhere(db, ids, file_id)}
        found += [card_id for card_id in ids if card_id not in elsewhere]
    return found


def relink(db: Database) -> int:
    """Give every card without an author's link the demos there are now; returns how many cards changed.

    Needed when the glossary or the demos changed, not the notes.
    """
    changed = []
    for card_id, draft, slugs in places.concept_links(db):
        links = linked_demos(draft)
        if [link.slug for link in links] != slugs:
            changed.append((card_id, links))
    places.put_links(db, changed)
    return len(changed)
