"""Read what changed in the person's files: stat first, bytes only where the stat moved, text only where they did.

No database here: a scan says what it saw; ``library`` decides what it means.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from flashcards.errors import Message, system_reason
from flashcards.store.sources import FileRow, SourceRow

if TYPE_CHECKING:
    from flashcards.sources import Reading

NOTE_SUFFIXES = (".md", ".markdown", ".txt")
FileStamp = tuple[str, int, int]
"""Path, bytes, time of the last change in nanoseconds."""


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
        _read(scan, path, row, stat.st_size, stat.st_mtime_ns, reread=reread)
    scan.gone = [row for name, row in before.items() if name not in seen]
    return scan


def stamps(paths: Iterable[Path]) -> tuple[FileStamp, ...]:
    """How the note files at ``paths`` stand now, by stat alone; equal where none was edited, added or removed."""
    found = []
    for path in (file for place in paths for file in note_files(place)):
        try:
            stat = path.stat()
        except OSError:
            continue
        found.append((str(path), stat.st_size, stat.st_mtime_ns))
    return tuple(found)


def note_files(path: Path) -> Iterator[Path]:
    """The note files at ``path``: itself, or those below it in order; hidden files and folders are left out."""
    if path.is_file():
        yield path
        return
    for found in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in found.relative_to(path).parts)
        if found.suffix.lower() in NOTE_SUFFIXES and not hidden and found.is_file():
            yield found


@contextmanager
def _without_sweeps() -> Iterator[None]:
    """Lines and drafts hold no cycles, and looking for some is a sixth of the time it takes to read a file."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _read(scan: Scan, path: Path, row: FileRow | None, size: int, mtime_ns: int, *, reread: bool) -> None:
    # The readers and what they import load in 28 ms; most starts of the program find nothing to read.
    import hashlib

    from flashcards.sources import SourceError, read_path

    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        same = row is not None and row.digest == digest and not reread
        with _without_sweeps():
            reading = None if same else read_path(path, scan.source.dialect)
    except OSError as error:
        scan.problems.append(
            Message("{path}: cannot be read ({reason}).", path=path, reason=system_reason(error))
        )
    except SourceError as error:
        scan.problems.append(error.message)
    else:
        scan.read.append(ReadFile(str(path), size, mtime_ns, digest, reading))
