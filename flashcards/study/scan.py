"""Read what changed in the person's files: stat first, bytes only where the stat moved, text only where they did.

No database here: a scan says what it saw; ``library`` decides what it means.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flashcards.sources import Reading, SourceError, read_path
from flashcards.store.sources import FileRow, SourceRow

NOTE_SUFFIXES = (".md", ".markdown", ".txt")


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that is new or changed, read."""

    path: str
    size: int
    mtime_ns: int
    digest: str
    reading: Reading | None
    """``None``: touched, but the bytes are the same."""


@dataclass(slots=True)
class Scan:
    """What a look at one source found."""

    source: SourceRow
    read: list[ReadFile] = field(default_factory=list)
    gone: list[FileRow] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """``file:line: what``."""
    unchanged: int = 0


def scan_source(source: SourceRow, known: Sequence[FileRow], *, reread: bool = False) -> Scan:
    """Look at a source's files; those whose size and time are as recorded are not opened."""
    scan = Scan(source)
    before = {row.path: row for row in known}
    seen: set[str] = set()
    for path in note_files(Path(source.path)):
        name = str(path)
        try:
            stat = path.stat()
        except OSError:
            continue  # removed between listing and looking: it counts as gone
        seen.add(name)
        row = before.get(name)
        if row and not reread and (row.size, row.mtime_ns) == (stat.st_size, stat.st_mtime_ns):
            scan.unchanged += 1
            continue
        try:
            scan.read.append(_read(path, source, row, stat.st_size, stat.st_mtime_ns, reread=reread))
        except SourceError as error:
            scan.problems.append(str(error))
    scan.gone = [row for name, row in before.items() if name not in seen]
    return scan


def note_files(path: Path) -> Iterator[Path]:
    """The note files at ``path``: itself, or those below it in order; hidden files and folders are left out."""
    if path.is_file():
        yield path
        return
    for found in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in found.relative_to(path).parts)
        if found.suffix.lower() in NOTE_SUFFIXES and not hidden and found.is_file():
            yield found


def _read(
    path: Path, source: SourceRow, row: FileRow | None, size: int, mtime_ns: int, *, reread: bool
) -> ReadFile:
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}).") from error
    if row and row.digest == digest and not reread:
        return ReadFile(str(path), size, mtime_ns, digest, None)
    return ReadFile(str(path), size, mtime_ns, digest, read_path(path, source.dialect))
