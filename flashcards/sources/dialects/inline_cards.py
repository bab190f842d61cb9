"""Cards written inside running notes, as Obsidian, RemNote and Logseq take them.

``question::answer`` on one line; a question, a line with ``?`` alone, an answer down to the next blank line;
a sentence with gaps, ``==gap==`` or ``{{c1::gap}}``.  A property (``id:: 65``, ``tags:: x``) is no card.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from flashcards.sources.drafting import HeadingPath, OpenCard, clean_question, form_of, leave_out, split_count
from flashcards.sources.reading import Extract
from flashcards.text.fences import Line, heading

NAME = "inline-cards"

_MARKER = re.compile(r"^\s*(?:[-*+]\s+|\d{1,3}[.)]\s+)?")
_PAIR = re.compile(r"^(?P<question>(?:[^`:]|`[^`]*`|:(?!:))+?):::?(?P<answer>.*\S)\s*$")
_PROPERTY = re.compile(r"^[a-z][a-z0-9_-]*::\s")
# Everything that looks for an end looks so far and no further: a line of a million openings must not be searched
# to its end from each of them.
_TAGS = re.compile(r"#(?:\[\[[^\]]{1,80}\]\]|(?:flashcards?|card|spaced)\b[\w/-]*)", re.I)
_COMMENT = re.compile(r"<!--.{0,200}?-->|\s\^[A-Za-z0-9-]+$")
_TURN = re.compile(r"^\s*\?{1,2}\s*$")
_GAP = re.compile(
    r"\{\{c\d{1,3}::(?P<anki>[^{}]{1,400}?)(?:::[^{}:]{0,200})?\}\}|==(?=\S)(?P<mark>[^=\n]{1,400})(?<=\S)=="
)


def starts_card(text: str) -> bool:
    """Whether the line starts a card, read outside a fence."""
    return _pair(text) is not None


def score(lines: Sequence[Line]) -> float:
    """Pairs, turns and numbered gaps; a highlight alone is no sign, for ordinary notes have them.

    Less than one heading that asks, and nothing for a line with several ``::``, which is more likely C++.
    """
    outside = [line.text for line in lines if not line.fence]
    tagged = any(_TAGS.search(text) for text in outside)
    return 1.9 * sum(
        _TURN.match(text) is not None
        or (text.count("::") == 1 and _pair(text) is not None)
        or any(tagged or match["anki"] for match in _GAP.finditer(text))
        for text in outside
    )


def read(lines: Sequence[Line], name: str) -> Extract:
    """All cards; lines that are in none are reported."""
    reader = _Reader(highlights=any(_TAGS.search(line.text) for line in lines if not line.fence))
    for line in lines:
        reader.step(line)
    reader.finish()
    return reader.extract


def _bare(text: str) -> str:
    """The words of a line: without marker, card tags, and what plugins keep at its end."""
    return _TAGS.sub(" ", _COMMENT.sub("", _MARKER.sub("", text, count=1))).strip()


def _is_property(text: str) -> bool:
    """Whether the line holds nothing but what a program keeps there: ``id:: 65``, ``#flashcards``."""
    bare = _bare(text)
    return not bare or _PROPERTY.match(bare) is not None


def _pair(text: str) -> tuple[str, str] | None:
    if "::" not in text or "{{c" in text:
        return None
    bare = _bare(text)
    if _PROPERTY.match(bare) or bare.startswith(("|", ">", "http")):
        return None
    match = _PAIR.match(bare)
    return (match["question"].strip(), match["answer"].strip()) if match else None


@dataclass(slots=True)
class _Reader:
    highlights: bool
    """Whether the file is tagged as cards, so that ``==words==`` are gaps."""
    extract: Extract = field(default_factory=Extract)
    _path: HeadingPath = field(default_factory=HeadingPath)
    _held: list[Line] = field(default_factory=list)
    """Lines of the paragraph so far: a question, if a ``?`` follows."""
    _open: OpenCard | None = None

    def step(self, line: Line) -> None:
        found = heading(line)
        if found is not None:
            self._end()
            self._path.enter(*found)
        elif line.blank and not line.fence:
            self._end()
        elif self._open is not None:
            self._open.body.append(line)
        elif not line.fence and _TURN.match(line.text) and self._held:
            self._turn()
        else:
            self._held.append(line)

    def finish(self) -> None:
        self._end()
        self.extract.title = self._path.title

    def _turn(self) -> None:
        """The lines since the last card are a question: the ``?`` ends it."""
        own = next((n for n in range(len(self._held), 0, -1) if self._is_card(self._held[n - 1])), 0)
        held = self._held[own:]
        del self._held[own:]
        self._end()
        question = clean_question(" ".join(_bare(line.text) for line in held))
        if held and question:
            number, question = split_count(question)
            self._open = OpenCard(question, held[0].number, number, self._path.texts, form_of(question))

    def _is_card(self, line: Line) -> bool:
        """Whether the line is a card by itself, or nothing but a property or a tag of the file."""
        if line.fence:
            return False
        gaps = any(self._is_gap(match) for match in _GAP.finditer(line.text))
        return gaps or _is_property(line.text) or _pair(line.text) is not None

    def _end(self) -> None:
        """A paragraph is over: the answer of the open card, or pairs, gaps and plain notes."""
        card, self._open = self._open, None
        held, self._held = self._held, []
        if card is not None:
            self.extract.drafts.append(card.close(dedent=True))
        current: OpenCard | None = None
        for line in held:
            pair = None if line.fence else _pair(line.text)
            if pair is not None:
                self._close(current)
                current = self._paired(line, *pair)
            elif current is not None and (line.fence or line.indent > 0):
                current.body.append(line)
            elif not line.fence and _is_property(line.text):
                self.extract.held.add(line.number)
            else:
                self._close(current)
                current = None
                self._plain(line)
        self._close(current)

    def _paired(self, line: Line, question: str, answer: str) -> OpenCard:
        number, words = split_count(clean_question(question))
        card = OpenCard(words, line.number, number, self._path.texts, "question")
        card.body.append(line._replace(text=answer))
        return card

    def _close(self, card: OpenCard | None) -> None:
        if card is not None:
            self.extract.drafts.append(card.close())

    def _plain(self, line: Line) -> None:
        gaps = [] if line.fence else [match for match in _GAP.finditer(line.text) if self._is_gap(match)]
        if not gaps:
            self.extract.skipped += leave_out([line], "text between cards")
            return
        bare = _bare(line.text)
        card = OpenCard(_GAP.sub("[…]", bare), line.number, path=self._path.texts)
        words = list(dict.fromkeys(match["anki"] or match["mark"] for match in gaps))
        whole = _GAP.sub(lambda match: f"**{match['anki'] or match['mark']}**", bare)
        card.body = [line._replace(text=f"- {word}") for word in words]
        card.body += [line._replace(text=""), line._replace(text=f"> {whole}")]
        self.extract.drafts.append(card.close())

    def _is_gap(self, match: re.Match[str]) -> bool:
        return self.highlights or match["anki"] is not None
