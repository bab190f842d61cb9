"""``<details><summary>question</summary> answer </details>``, as folded answers are written on GitHub."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flashcards.sources.drafting import LineReader, OpenCard, clean_question, leave_out, split_count
from flashcards.sources.reading import Extract
from flashcards.text.fences import Line, heading

NAME = "details-summary"

_DETAILS = re.compile(r"<details\b[^>]*>", re.I)
_END = re.compile(r"</details\s*>", re.I)
_SUMMARY = re.compile(r"<summary\b[^>]*>(.*?)(</summary\s*>|$)", re.I)
_SUMMARY_END = re.compile(r"</summary\s*>", re.I)
_TAGS = re.compile(r"</?(?:h[1-6]|p|div|em|i|br|code|li|ul)\b[^>]*>", re.I)


def starts_card(text: str) -> bool:
    """Whether the line starts a card, read outside a fence."""
    return _DETAILS.match(text.lstrip()) is not None


def score(lines: Sequence[Line]) -> float:
    """How many folded blocks have a summary."""
    return 8.0 * sum(not line.fence and "<summary" in line.text.lower() for line in lines)


def read(lines: Sequence[Line], name: str) -> Extract:
    """All cards; a block folded inside an answer belongs to that answer."""
    return _Reader().read(lines, dedent=True)


@dataclass(slots=True)
class _Reader(LineReader):
    _depth: int = 0
    _opened: int = 0
    _question: list[str] | None = None
    """The words of a summary that has not ended yet."""

    def step(self, line: Line) -> None:
        if line.fence and self._current is not None:
            self._current.body.append(line)
        elif self._depth == 0:
            self._outside(line)
        elif self._question is not None or (self._current is None and "<summary" in line.text.lower()):
            self._summary(line)
        else:
            self._inside(line)

    def finish(self) -> None:
        """A summary that never ends is still a question."""
        if self._question:
            self._ask()

    def _outside(self, line: Line) -> None:
        match = None if line.fence else _DETAILS.search(line.text)
        if match is not None:
            self._depth, self._opened, self._current = 1, line.number, None
            rest = line.text[match.end() :]
            self.extract.skipped += leave_out(
                [line._replace(text=line.text[: match.start()])], "text between questions"
            )
            if rest.strip():
                self.step(line._replace(text=rest))
        elif (found := heading(line)) is not None:
            self._current = None
            self.path.enter(*found)
        else:
            self.extract.skipped += leave_out([line], "text between questions")

    def _summary(self, line: Line) -> None:
        if self._question is None:
            match = _SUMMARY.search(line.text)
            self._question, self._opened = [], line.number
            text = line.text[match.start() :] if match else line.text
            line = line._replace(text=re.sub(r"^<summary\b[^>]*>", "", text, flags=re.I))
        words, end, rest = _partition(line.text)
        self._question.append(words)
        if end:
            self._ask()
            if rest.strip():
                self._inside(line._replace(text=rest))

    def _ask(self) -> None:
        words = " ".join(part.strip() for part in self._question or [] if part.strip())
        self._question = None
        number, question = split_count(clean_question(_TAGS.sub("", words)))
        if not question:
            return
        self._current = OpenCard(question, self._opened, number=number, path=self.path.texts)
        self.cards.append(self._current)

    def _inside(self, line: Line) -> None:
        self._depth += len(_DETAILS.findall(line.text)) - len(_END.findall(line.text))
        if self._depth <= 0:
            self._depth = 0
            cut = list(_END.finditer(line.text))[-1]
            before, after = line.text[: cut.start()], line.text[cut.end() :]
            self._keep(line._replace(text=before))
            self._current = None
            if after.strip():
                self._outside(line._replace(text=after))
        else:
            self._keep(line)

    def _keep(self, line: Line) -> None:
        if self._current is not None:
            self._current.body.append(line)
        else:
            self.extract.skipped += leave_out([line], "a folded block without a summary")


def _partition(text: str) -> tuple[str, bool, str]:
    match = _SUMMARY_END.search(text)
    return (text, False, "") if match is None else (text[: match.start()], True, text[match.end() :])
