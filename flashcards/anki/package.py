"""Write an Anki package: a collection and its media in one deflated zip.

Equal input gives an equal file, byte for byte; the target is replaced whole or not at all.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flashcards.anki.collection import NoteOut, build_collection
from flashcards.anki.errors import AnkiError
from flashcards.errors import system_reason

ZIP_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest date a zip can hold; a real one would make equal exports differ."""

UNIX = 3
"""What wrote the zip, in its own numbers: fixed, or the file would differ between Windows and the rest."""


@dataclass(frozen=True, slots=True)
class MediaOut:
    """A file that notes refer to by its bare name."""

    name: str
    source: Path


def write_package(target: Path, notes: Sequence[NoteOut], media: Sequence[MediaOut] = ()) -> int:
    """Write ``notes``, introduced in the order given, and ``media``; return the number of cards they make.

    Raises AnkiError if the target cannot be written or a media file cannot be read.
    """
    if target.suffix.lower() != ".apkg":
        raise AnkiError(
            "{target}: Anki opens a package by its ending; name it {name}",
            target=target,
            name=target.with_suffix(".apkg").name,
        )
    collection, n_cards = build_collection(notes)
    # A sibling: a rename stays on one file system.  Not mkstemp: its files are for the owner's eyes only.
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            with unfinished.open("xb") as out:
                _write_zip(out, collection, media)
                out.flush()
                os.fsync(out.fileno())
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        at_fault = Path(error.filename) if error.filename else target
        place = target if at_fault == unfinished else at_fault
        raise AnkiError(
            "{place}: {reason}; no package was written", place=place, reason=system_reason(error)
        ) from error
    return n_cards


def _write_zip(out: BinaryIO, collection: bytes, media: Sequence[MediaOut]) -> None:
    index = {str(number): item.name for number, item in enumerate(media)}
    with zipfile.ZipFile(out, "w") as package:
        package.writestr(_entry("collection.anki2"), collection)
        package.writestr(_entry("media"), json.dumps(index, ensure_ascii=False))
        for number, item in enumerate(media):
            with item.source.open("rb") as content, package.open(_entry(str(number)), "w") as copy:
                shutil.copyfileobj(content, copy)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = UNIX
    entry.external_attr = 0o644 << 16
    return entry
