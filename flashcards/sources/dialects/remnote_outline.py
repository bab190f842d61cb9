"""RemNote outlines: ``- question >>>`` with the answer one level deeper.

``>>>`` is the only question mark.  Bullets without it are statements about the card above, a short one
before a code note (``- .`` with a fence below) is a label for what follows, and an unmarked bullet that
asks about the code just above it is a question whose answer stands in the bullets beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from flashcards.sources.drafting import HeadingPath, OpenCard, clean_question, leave_out
from flashcards.sources.reading import Extract
from flashcards.text.fences import Line, body_text, heading

NAME = "remnote-outline"

Kind = Literal["card", "code", "separator", "bullet", "heading", "inside"]

_BULLET = re.compile(r"^[-*+](?:\s+(.*))?$")
_CARD = re.compile(r"^[-*+]\s+(.*\S)\s*>>>\s*$")
_HIGHLIGHT = re.compile(r"\^\^\^\s*(.+?)\s*\^\^\^")
_ABOUT_CODE = re.compile(r"上面|以上|上述|前面|这段|该段|\b(?:above|this (?:code|snippet))\b", re.I)
_LABEL_LENGTH = 24


def starts_card(text: str) -> bool:
    """Whether the line starts a card, read outside a fence."""
    return text.rstrip().endswith(">>>") and _CARD.match(text) is not None


def score(lines: Sequence[Line]) -> float:
    """How much of the file's bullets at column 0 are marked as questions."""
    marked = sum(not line.fence and starts_card(line.text) for line in lines)
    return 10.0 * marked


def read(lines: Sequence[Line], name: str) -> Extract:
    """All cards of an outline."""
    outline = _Outline()
    for line in lines:
        outline.step(line)
    return outline.finish()


@dataclass(slots=True)
class _Bullet:
    """A bullet at column 0 with everything nested below it."""

    kind: Kind
    text: str
    line: Line
    body: list[Line] = field(default_factory=list)

    @property
    def end_line(self) -> int:
        return max((x.number for x in self.body if not x.blank), default=self.line.number)

    def statement(self) -> str:
        below = body_text(self.body, dedent=True)
        return _emphasise("\n".join(part for part in (self.text.strip(), below) if part))


def _classify(line: Line) -> Kind:
    if line.fence or line.text[:1] == " " or line.blank:
        return "inside"
    if heading(line):
        return "heading"
    bullet = _BULLET.match(line.text)
    if bullet is None:
        return "bullet"
    text = (bullet[1] or "").strip()
    if not text:
        return "separator"
    if text == ".":
        return "code"
    return "card" if starts_card(line.text) else "bullet"


def _emphasise(text: str) -> str:
    """RemNote's ``^^^highlight^^^`` as bold, unless it holds bold already."""
    return _HIGHLIGHT.sub(lambda m: m[1] if "**" in m[1] else f"**{m[1]}**", text)


class _Outline:
    """Collects bullets into groups (runs without a separator between them) and turns groups into cards."""

    def __init__(self) -> None:
        self.extract = Extract()
        self._group: list[_Bullet] = []
        self._cards: list[OpenCard] = []
        self._headings = HeadingPath()
        self._group_label: tuple[str, ...] = ()
        self._open_section = False
        """Whether a card stands above, below the same heading; statements belong to it."""
        self._waiting: list[_Bullet] = []
        """Statements above the first card of a section: they go with that card."""
        self._code: _Bullet | None = None
        """The code note directly above, while it may still be what a question is about."""
        self._label: _Bullet | None = None
        """A short bullet directly above, while it may still be the label of what follows."""

    def step(self, line: Line) -> None:
        kind = _classify(line)
        if kind == "inside":
            if self._group:
                self._group[-1].body.append(line)
            else:
                self.extract.skipped += leave_out([line], "text outside any bullet")
        elif kind == "separator":
            self._end_group()
        elif kind == "heading":
            self._end_group()
            self._under(line)
        else:
            match = _BULLET.match(line.text)
            self._group.append(_Bullet(kind, (match[1] or "") if match else line.text, line))

    def finish(self) -> Extract:
        self._end_group()
        self._settle()
        self._leave_section()
        self.extract.title = self._headings.title
        self.extract.drafts = [card.close(dedent=True) for card in self._cards]
        return self.extract

    def _under(self, line: Line) -> None:
        found = heading(line)
        if found is None or not found.text:
            return
        self._settle()
        self._leave_section()
        self._headings.enter(*found)
        self._group_label = ()

    def _leave_section(self) -> None:
        for bullet in self._waiting:
            self.extract.skipped += leave_out([bullet.line, *bullet.body], "a statement without a card")
        self._waiting.clear()
        self._open_section = False

    def _end_group(self) -> None:
        group, self._group = self._group, []
        if not group:
            return
        if self._code and len(group) > 1 and group[0].kind == "bullet" and _ABOUT_CODE.search(group[0].text):
            self._explain(group)
            return
        only_label = len(group) == 1 and group[0].kind == "bullet" and not group[0].body
        for bullet in group:
            if bullet.kind == "card":
                self._settle()
                self._open(bullet)
            elif bullet.kind == "code":
                self._take_label()
                self._settle()
                self._code = bullet
            else:
                self._settle()
                if only_label and len(bullet.text.strip()) <= _LABEL_LENGTH:
                    self._label = bullet
                else:
                    self._remark(bullet)

    def _hold(self, bullet: _Bullet) -> None:
        self.extract.held.update(line.number for line in (bullet.line, *bullet.body))

    def _path(self) -> tuple[str, ...]:
        return (*self._headings.texts, *self._group_label)

    def _open(self, bullet: _Bullet) -> None:
        question = clean_question(bullet.text.strip().removesuffix(">>>"))
        if not question:
            self.extract.skipped += leave_out(
                [bullet.line, *bullet.body], "a question mark without a question"
            )
            return
        body = [
            x._replace(text=_emphasise(x.text)) if "^^^" in x.text and not x.fence else x for x in bullet.body
        ]
        self._add(OpenCard(question, bullet.line.number, path=self._path(), body=body))

    def _explain(self, group: list[_Bullet]) -> None:
        """A question about the code note above, answered by the bullets beside it."""
        first, code, self._code = group[0], self._code, None
        card = OpenCard(
            clean_question(first.text), first.line.number, path=self._path(), body=list(first.body)
        )
        if code is not None:
            card.context = body_text(code.body, dedent=True)
            self._hold(code)
        for bullet in group[1:]:
            card.body += [bullet.line._replace(text=_emphasise(bullet.line.text)), *bullet.body]
        self._add(card)

    def _add(self, card: OpenCard) -> None:
        for bullet in self._waiting:
            if statement := bullet.statement():
                card.remarks.append(statement)
            self._hold(bullet)
        self._waiting.clear()
        self._open_section = True
        self._cards.append(card)

    def _take_label(self) -> None:
        if self._label is not None:
            self._group_label = (clean_question(self._label.text),)
            self._label = None

    def _settle(self) -> None:
        """What was still open (a label, a code note) is now known to be a mere statement."""
        label, self._label = self._label, None
        code, self._code = self._code, None
        for bullet in (label, code):
            if bullet is not None:
                self._remark(bullet)

    def _remark(self, bullet: _Bullet) -> None:
        if bullet.kind == "code":
            bullet.text = ""
        if not self._open_section:
            self._waiting.append(bullet)
        elif statement := bullet.statement():
            self._cards[-1].note(statement, bullet.end_line)
