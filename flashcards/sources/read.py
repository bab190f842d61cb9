"""Read notes and decks: bytes to text, text to cards.  Never writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from flashcards.cards import Draft, Language
from flashcards.errors import Message, system_reason
from flashcards.sources.detect import detect, dialect_named
from flashcards.sources.drafting import clean_question
from flashcards.sources.fingerprint import normal_question
from flashcards.sources.reading import Extract, Problem, Reading, Skipped, SourceError
from flashcards.text.fences import Line, scan

HEAD_CHARS = 60_000
"""Enough for 200 lines of content, by which dialect and language are told."""

_CHINESE = re.compile("[\u3400-\u9fff]+")
_LATIN = re.compile("[A-Za-z]+")
_TAG = re.compile(r"<[^>]*>")
_MARKERS = re.compile(r"^\s*(?:[-*+]\s+|#{1,6}\s+)?(?:\d{1,4}(?:\.\d{1,4})*[.、]?\s+)?|\s+#+\s*$")

MAX_BYTES = 64 * 1024 * 1024
"""No notes are this long; a log or a database renamed to .md may be."""


def read_path(path: Path, dialect: str | None = None) -> Reading:
    """Read a file of notes or a deck.  ``SourceError`` where it cannot be read as text at all."""
    return read_text(_decode(_bytes(path), path), name=str(path), dialect=dialect)


def read_text(text: str, *, name: str, dialect: str | None = None) -> Reading:
    """Turn notes into drafts, with everything left out and everything odd reported.  Pure, linear in time.

    ``name`` is only quoted in messages.  ``dialect`` overrides detection.
    """
    chosen = dialect_named(dialect) if dialect is not None else detect(scan(text[:HEAD_CHARS]).lines)
    scanned = scan(text, chosen.starts_card)
    extract = chosen.read(scanned.lines, name)
    drafts = tuple(extract.drafts)
    problems = [*extract.problems, *_unclosed(scanned.unclosed, drafts)]
    if not drafts:
        problems.append(_no_cards(text, dialect))
    return Reading(
        name=name,
        dialect=chosen.NAME,
        title=extract.title,
        header=extract.header,
        drafts=drafts,
        skipped=_merged([*extract.skipped, *_unclaimed(scanned.lines, extract)]),
        problems=tuple(sorted(problems, key=lambda problem: problem.line)),
        language=_language(extract, text),
    )


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise SourceError("{path}: this is a folder; name a file in it", path=path)
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise SourceError(
                "{path}: {size} MB is too large for notes (limit {limit} MB)",
                path=path,
                size=size // 2**20,
                limit=MAX_BYTES // 2**20,
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise SourceError("{path}: there is no such file", path=path) from None
    except (OSError, ValueError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else str(error)
        raise SourceError("{path}: cannot be read ({reason})", path=path, reason=reason) from None


def _decode(raw: bytes, path: Path) -> str:
    """UTF-8 with or without BOM, UTF-16 with BOM, then the Chinese legacy encodings."""
    utf16 = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not utf16 and b"\0" in raw:
        raise SourceError("{path}: this is a binary file, not text", path=path)
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise SourceError("{path}: neither UTF-8, UTF-16 nor GB18030 text; save it as UTF-8", path=path)


def _unclaimed(lines: Sequence[Line], extract: Extract) -> list[Skipped]:
    """Lines that no card, path, title or skipped block holds: mostly headings without a question below."""
    covered = bytearray(len(lines) + 2)
    spans = [(d.line, d.end_line) for d in extract.drafts] + [(s.line, s.end_line) for s in extract.skipped]
    for first, last in spans:
        covered[first : last + 1] = b"\1" * (last + 1 - first)
    for number in extract.held:
        covered[number] = 1
    above = {part for draft in extract.drafts for part in draft.path} | {extract.title}
    return [
        Skipped(line.number, line.number, "a heading or label without questions", line.text.strip())
        for line, claimed in zip(lines, covered[1:], strict=False)
        if not claimed
        and line.text
        and normal_question(_TAG.sub("", line.text))
        and clean_question(_MARKERS.sub("", line.text)) not in above
    ]


def _merged(blocks: Iterable[Skipped]) -> tuple[Skipped, ...]:
    """In file order, neighbouring lines that were left out for one reason as one block."""
    merged: list[Skipped] = []
    run: list[Skipped] = []
    for block in sorted(blocks, key=lambda block: block.line):
        if run and (run[-1].reason != block.reason or run[-1].end_line + 1 < block.line):
            merged.append(_joined(run))
            run = []
        run.append(block)
    return (*merged, *([_joined(run)] if run else []))


def _joined(run: list[Skipped]) -> Skipped:
    return replace(run[0], end_line=run[-1].end_line, text="\n".join(block.text for block in run))


def _unclosed(lines: tuple[int, ...], drafts: tuple[Draft, ...]) -> list[Problem]:
    problems = []
    for line in lines:
        around = next((d for d in reversed(drafts) if d.line <= line <= d.end_line), None)
        what = (
            Message("the card “{question}” may swallow what follows", question=_short(around.question))
            if around
            else Message("text may be swallowed")
        )
        problems.append(
            Problem(
                line,
                Message(
                    "this code fence never closes; {what}. Close it with ``` or pass --dialect", what=what
                ),
            )
        )
    return problems


def _short(question: str) -> str:
    return question if len(question) <= 40 else question[:39] + "…"


def _no_cards(text: str, dialect: str | None) -> Problem:
    if not text.strip("\ufeff \t\r\n"):
        return Problem(1, Message("the file is empty"))
    hint = (
        Message("try another --dialect")
        if dialect
        else Message("pass --dialect NAME if the questions are marked in some other way")
    )
    return Problem(1, Message("no questions found; {hint}", hint=hint))


def _language(extract: Extract, text: str) -> Language:
    """As the header says; otherwise Chinese where one letter in ten is a Chinese character."""
    if extract.header is not None and extract.header.language is not None:
        return extract.header.language
    head = text[:HEAD_CHARS]
    chinese, latin = (sum(map(len, letters.findall(head))) for letters in (_CHINESE, _LATIN))
    return "zh" if chinese * 9 >= latin and chinese else "en"
