"""Our own decks: front matter, ``## question``, one comment of metadata, the answer.

An answer holds three to six key points as a list, prose, then labelled quotes (``sources.parts``): common
mistake, follow-up, source, demo.  ``calc`` (``sources.figures``) says where its numbers come from, ``numeric``
(``sources.numeric``) draws fresh ones.  All of it, for people who write decks: docs/decks.md.

What is written is read back the same.  Headings of level 1 and 2 inside an answer are written with one
space before them (still headings for every markdown reader, but not the start of a card) and read without.
A mistake in one card's metadata is reported with its line; the other cards still load.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from flashcards.cards import CardId, DemoLink, Draft, Form, Kind, Language
from flashcards.errors import Message
from flashcards.sources.drafting import leave_out
from flashcards.sources.metadata import MetadataError, dump_pairs, load_mapping, load_pairs, resolved
from flashcards.sources.reading import DeckHeader, Extract, Problem
from flashcards.text.fences import Line, body_text, scan

NAME = "flashcards"

State = Literal["front", "above", "metadata", "answer"]

_ID_KEY = re.compile(r"^id\s*:")
_LEVEL_1_OR_2 = re.compile(r"^ *#{1,2}(?:\s|$)")
_CARD_OR_PART = re.compile(r"^#{1,2}(?:\s|$)")
_DIFFICULTIES = range(1, 6)
_FORMS: tuple[str, ...] = get_args(Form)
_KINDS: tuple[str, ...] = get_args(Kind)


def starts_card(text: str) -> bool:
    """Whether the line starts a card, read outside a fence."""
    return text.startswith("## ")


def score(lines: Sequence[Line]) -> float:
    """Certain where front matter with an ``id`` is followed by cards."""
    end = _front_matter_end(lines)
    has_id = any(_ID_KEY.match(line.text) for line in lines[1:end])
    has_cards = any(not line.fence and starts_card(line.text) for line in lines[end:])
    return 1e9 if has_id and has_cards else 0.0


def read(lines: Sequence[Line], name: str) -> Extract:
    """All cards of a deck file."""
    reader = _Reader()
    end = _front_matter_end(lines)
    reader.front_matter(lines[1 : end - 1] if end else [])
    for line in lines[end:]:
        reader.step(line)
    return reader.finish()


def write_deck(header: DeckHeader, drafts: Iterable[Draft]) -> str:
    """A deck file that reads back as the same header and drafts (lines and key points aside)."""
    fields: dict[str, Any] = {"id": header.id, "title": header.title, "language": header.language}
    fields = {key: value for key, value in fields.items() if value is not None}
    if header.tags:
        fields["tags"] = list(header.tags)
    fields.update(header.extra)
    front = ["---", *(dump_pairs({key: value}) for key, value in fields.items()), "---"]
    return "\n".join([*front, *(part for draft in drafts for part in ("", *_card_lines(draft)))]) + "\n"


def _front_matter_end(lines: Sequence[Line]) -> int:
    """Index of the first line after the front matter; 0 where there is none."""
    if not lines or lines[0].text.rstrip() != "---":
        return 0
    for i, line in enumerate(lines[1:], start=1):
        if line.text.rstrip() == "---":
            return i + 1
    return 0


# --- reading ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _OpenCard:
    question: str
    line: int
    path: tuple[str, ...]
    comment: list[Line] = field(default_factory=list)
    body: list[Line] = field(default_factory=list)


class _Reader:
    def __init__(self) -> None:
        self.extract = Extract()
        self._state: State = "above"
        self._card: _OpenCard | None = None
        self._path: tuple[str, ...] = ()
        self._ids: dict[str, int] = {}

    def front_matter(self, lines: Sequence[Line]) -> None:
        if not lines:
            return
        try:
            fields = load_mapping("\n".join(line.text for line in lines))
        except MetadataError as error:
            self._problem(
                lines[0].number + error.line, "the front matter is not valid: {reason}", reason=error.reason
            )
            return
        self.extract.header = _header(fields)
        self.extract.title = self.extract.header.title
        self.extract.held.update(range(1, lines[-1].number + 2))
        if self.extract.header.language is None and "language" in fields:
            self._problem(
                lines[0].number,
                "language {language!r} is neither zh nor en",
                language=str(fields["language"]),
            )

    def step(self, line: Line) -> None:
        if line.text[:1] == "#" and not line.fence and _CARD_OR_PART.match(line.text):
            self._head(line)
        elif self._card is None:
            self.extract.skipped += leave_out([line], "text above the first card")
        elif self._state == "metadata":
            self._metadata(self._card, line)
        else:
            self._card.body.append(line)

    def finish(self) -> Extract:
        self._close()
        if self.extract.header is None and not self.extract.problems:
            self._problem(
                1, "this deck has no front matter; add `---`, `id: …`, `title: …`, `---` at the top"
            )
        return self.extract

    def _head(self, line: Line) -> None:
        self._close()
        text = line.text.lstrip("#").strip()
        if not line.text.startswith("##"):
            if self.extract.title is None:
                self.extract.title = text or None
            self._path = (text,) if text else ()
        elif not text:
            self.extract.skipped += leave_out([line], "a card without a question")
            self._problem(line.number, "a card without a question; write it after the ##")
        else:
            self._card = _OpenCard(text, line.number, self._path)
            self._state = "metadata"

    def _metadata(self, card: _OpenCard, line: Line) -> None:
        """Before the answer: blank lines, then perhaps one comment, perhaps over several lines."""
        if not card.comment:
            if line.blank:
                return
            if line.fence or not line.text.startswith("<!--"):
                self._state = "answer"
                card.body.append(line)
                return
        before, end, after = line.text.partition("-->")
        card.comment.append(line._replace(text=before))
        if end:
            self._state = "answer"
            card.body.append(line._replace(text=after))

    def _close(self) -> None:
        card, self._card = self._card, None
        if card is None:
            return
        if card.comment and self._state == "metadata":
            self._problem(card.comment[0].number, "this comment never ends; close it with -->")
            card.body, card.comment = [*card.comment, *card.body], []
        fields = self._fields(card)
        draft = self._draft(card, fields or {})
        self.extract.drafts.append(draft)
        if fields is not None:
            self._check_id(draft)

    def _fields(self, card: _OpenCard) -> dict[str, Any] | None:
        """The metadata, empty where there is none; None where it is broken (reported once)."""
        if not card.comment:
            return {}
        text = "\n".join(line.text for line in card.comment).removeprefix("<!--")
        try:
            fields = load_pairs(text)
        except MetadataError as error:
            last = len(card.comment) - 1
            self._problem(
                card.comment[min(error.line, last)].number,
                "the metadata of “{question}” is not valid: {reason}; quote , : [ ] {{ }}",
                question=card.question[:40],
                reason=error.reason,
            )
            self.extract.skipped += leave_out(card.comment, "metadata that is not valid")
            return None
        if fields and all(value is None or value == "" for value in fields.values()) and "id" not in fields:
            # An ordinary comment: words without a value.  It belongs to the answer.
            remark = [line._replace(text=line.text) for line in card.comment]
            remark[-1] = remark[-1]._replace(text=remark[-1].text + "-->")
            card.body = (
                [*remark, *card.body[1:]] if card.body and card.body[0].blank else [*remark, *card.body]
            )
            return {}
        return fields

    def _draft(self, card: _OpenCard, fields: dict[str, Any]) -> Draft:
        body = [_unshifted(line) if line.text[:1] == " " else line for line in card.body]
        answer = body_text(body)
        filled = (line.number for line in reversed([*card.comment, *card.body]) if not line.blank)
        last = next(filled, card.line)
        known = _Fields(fields)
        draft = Draft(
            question=card.question,
            answer=answer,
            line=card.line,
            end_line=max(last, card.line),
            number=known.text("number"),
            path=known.texts("path") if "path" in fields else card.path,
            form=cast(Form, known.choice("form", _FORMS) or "question"),
            remarks=known.texts("remarks"),
            context=known.text("context") or "",
            card_id=CardId(identity) if (identity := known.text("id")) else None,
            kind=cast(Kind, known.choice("kind", _KINDS) or ("numeric" if "numeric" in fields else "qa")),
            tags=known.texts("tags"),
            difficulty=known.difficulty(),
            importance=known.number("importance"),
            demos=known.demos(),
            also=known.texts("also"),
            reviewed=known.truth("reviewed"),
            extra={key: resolved(value) for key, value in fields.items() if key not in _KNOWN},
        )
        if "numeric" in draft.extra:
            known.complaints += _numeric_complaints(draft.extra["numeric"])
        for complaint in known.complaints:
            self._problem(card.comment[0].number if card.comment else card.line, complaint)
        return draft

    def _check_id(self, draft: Draft) -> None:
        if draft.card_id is None:
            self._problem(
                draft.line,
                "“{question}” has no id; add <!-- id: … --> below it",
                question=draft.question[:40],
            )
        elif (first := self._ids.setdefault(draft.card_id, draft.line)) != draft.line:
            self._problem(
                draft.line,
                "id {card_id} is taken by the card on line {first}; ids are unique",
                card_id=draft.card_id,
                first=first,
            )

    def _problem(self, line: int, template: str, **values: object) -> None:
        self.extract.problems.append(Problem(line, Message(template, **values)))


def _numeric_complaints(fields: Any) -> list[str]:
    from flashcards.sources.numeric import (
        NumericError,
        read_numeric,
    )  # arithmetic, which most decks need not load

    try:
        read_numeric(fields)
    except NumericError as error:
        return [error.message]
    return []


_TEXT_KEYS = ("id", "number", "path", "form", "kind", "tags", "also", "remarks", "context")
_KNOWN = frozenset((*_TEXT_KEYS, "demo", "demos", "difficulty", "importance", "reviewed"))


class _Fields:
    """Typed access to one card's metadata; what does not fit is a complaint, not an exception."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = fields
        self.complaints: list[str] = []

    def text(self, key: str) -> str | None:
        value = self._fields.get(key)
        if value is None or isinstance(value, str):
            return str(value) if value else None
        self.complaints.append(Message("{key} must be one text", key=key))
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._fields.get(key)
        if value is None:
            return ()
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            return tuple(str(part) for part in value)
        if isinstance(value, str):
            return (str(value),) if value else ()
        self.complaints.append(Message("{key} must be a list of texts", key=key))
        return ()

    def choice(self, key: str, allowed: Sequence[str]) -> str | None:
        value = self.text(key)
        if value is None or value in allowed:
            return value
        self.complaints.append(
            Message(
                "{key}: {value} is not one of {allowed}", key=key, value=value, allowed=", ".join(allowed)
            )
        )
        return None

    def number(self, key: str) -> float | None:
        value = resolved(self._fields.get(key))
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            return None if value is None else float(value)
        self.complaints.append(Message("{key} must be a number", key=key))
        return None

    def difficulty(self) -> int | None:
        value = resolved(self._fields.get("difficulty"))
        if value is None or (
            isinstance(value, int) and not isinstance(value, bool) and value in _DIFFICULTIES
        ):
            return value
        self.complaints.append(Message("difficulty must be a whole number from 1 to 5"))
        return None

    def truth(self, key: str) -> bool | None:
        value = resolved(self._fields.get(key))
        if value is None or isinstance(value, bool):
            return value
        self.complaints.append(Message("{key} must be true or false", key=key))
        return None

    def demos(self) -> tuple[DemoLink, ...]:
        """``lora``, ``{rope: {theta: 1e6}}``, or a list of either."""
        value = self._fields.get("demo", self._fields.get("demos"))
        links: list[DemoLink] = []
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, str) and part:
                links.append(DemoLink(str(part)))
            elif isinstance(part, Mapping) and all(
                v is None or v == "" or isinstance(v, Mapping) for v in part.values()
            ):
                links += [DemoLink(str(slug), resolved(params or {})) for slug, params in part.items()]
            elif part is not None and part != "":
                self.complaints.append(
                    Message("demo must be a name, {name: {parameter: value}}, or a list of these")
                )
        return tuple(links)


def _header(fields: Mapping[str, Any]) -> DeckHeader:
    known = _Fields(fields)
    language = str(fields.get("language"))
    return DeckHeader(
        id=known.text("id"),
        title=known.text("title"),
        language=cast(Language, language) if language in get_args(Language) else None,
        tags=known.texts("tags"),
        extra={k: resolved(v) for k, v in fields.items() if k not in ("id", "title", "language", "tags")},
    )


def _unshifted(line: Line) -> Line:
    """Undo ``_shifted``."""
    if line.fence or not line.text.startswith(" ") or _LEVEL_1_OR_2.match(line.text) is None:
        return line
    return line._replace(text=line.text[1:])


# --- writing ---------------------------------------------------------------------------------------------


def _card_lines(draft: Draft) -> list[str]:
    answer = _shifted(draft.answer)
    fields = _metadata_of(draft)
    lines = [f"## {draft.question}"]
    if fields or draft.answer.startswith("<!--"):
        pairs = dump_pairs(fields)
        lines.append(f"<!-- {pairs} -->" if pairs else "<!-- -->")
    return [*lines, *answer]


def _metadata_of(draft: Draft) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": draft.card_id,
        "demo": _demo_value(draft.demos),
        "difficulty": draft.difficulty,
        "importance": draft.importance,
        "kind": draft.kind if draft.kind != _implied_kind(draft) else None,
        "form": draft.form if draft.form != "question" else None,
        "reviewed": draft.reviewed,
        "number": draft.number,
        "path": list(draft.path),
        "tags": list(draft.tags),
        "also": list(draft.also),
        "context": draft.context or None,
        "remarks": list(draft.remarks),
    }
    return {key: value for key, value in fields.items() if value not in (None, [])} | dict(draft.extra)


def _implied_kind(draft: Draft) -> Kind:
    return "numeric" if "numeric" in draft.extra else "qa"


def _demo_value(demos: Sequence[DemoLink]) -> Any:
    values: list[Any] = [{demo.slug: dict(demo.params)} if demo.params else demo.slug for demo in demos]
    return values[0] if len(values) == 1 else values


def _shifted(answer: str) -> list[str]:
    """Answer lines that cannot start a card; a fence left open is closed, or it would eat the next."""
    if not answer:
        return []
    scanned = scan(answer)
    lines = [
        " " + line.text if not line.fence and _LEVEL_1_OR_2.match(line.text) else line.text
        for line in scanned.lines
    ]
    if scanned.unclosed:
        opened = scanned.lines[scanned.unclosed[-1] - 1].text
        mark = re.search(r"`{3,}|~{3,}", opened)
        lines.append(mark[0] if mark else "```")
    return lines
