"""Break a paragraph into lines as its languages want it.

Chinese breaks between any two characters, but no line starts with ``，。）`` or ends with ``（``; Latin words
stay whole unless one is longer than the line.  Only spaces at a break are lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from flashcards.text.cells import cell_width, clusters
from flashcards.text.lines import Line, Span, merged
from flashcards.text.rules import CJK
from flashcards.text.sanitize import SafeText

NO_START = frozenset("，。、；：？！）］｝〕〉》」』】〗〙〛”’…—～·％‰℃々ー,.;:!?)]}%>、。」｣､｡゛゜ヽヾ")
"""Never first in a line (kinsoku)."""
NO_END = frozenset("（［｛〔〈《「『【〖〘〚“‘([{<＄￥$｢")
"""Never last in a line."""

_TOKEN = re.compile(f"\n| +|[{CJK}“”‘’…—][\u0300-\u036f\u3099\u309a\ufe0e\ufe0f]*|[^ \n{CJK}“”‘’…—]+")


@dataclass(slots=True)
class _Box:
    """What stays on one line: a word, or a Chinese character with its punctuation."""

    parts: list[Span] = field(default_factory=list)
    width: int = 0
    space: Span | None = None
    """The spaces before it, lost where the line breaks here."""
    breaks: bool = False
    """Whether the author ended the line before it."""

    def add(self, span: Span) -> None:
        self.parts.append(span)
        self.width += cell_width(span.text)


def wrap(spans: Iterable[Span], width: int) -> list[Line]:
    """Lines of at most ``width`` cells (two or more); a span ``"\\n"`` ends a line."""
    lines: list[Line] = []
    line: list[Span] = []
    used = 0
    for box in _boxes(spans):
        room = (cell_width(box.space.text) if box.space and line else 0) + box.width
        if box.breaks or (line and used + room > width):
            lines.append(merged(line))
            line, used = [], 0
        elif box.space and line:
            line.append(box.space)
            used += cell_width(box.space.text)
        if box.width > width:
            *full, line = _chopped(box.parts, width)
            lines.extend(merged(piece) for piece in full)
            used = sum(cell_width(part.text) for part in line)
        else:
            line.extend(box.parts)
            used += box.width
    if line:
        lines.append(merged(line))
    return lines


def natural_width(spans: Iterable[Span]) -> tuple[int, int]:
    """Cells of the longest line if nothing is wrapped, and of the widest box."""
    longest = used = widest = 0
    for box in _boxes(spans):
        if box.breaks:
            used = 0
        used += box.width + (cell_width(box.space.text) if box.space and used else 0)
        longest = max(longest, used)
        widest = max(widest, box.width)
    return longest, widest


def _boxes(spans: Iterable[Span]) -> Iterator[_Box]:
    box: _Box | None = None
    glued = False
    """Whether the box so far ends with what must not end a line."""
    latin = False
    space: Span | None = None
    breaks = False
    for span in spans:
        for token in _TOKEN.findall(span.text):
            if token == "\n":
                if box:
                    yield box
                    box = None
                elif breaks:
                    yield _Box(breaks=True)
                space, breaks = None, True
                continue
            if token[0] == " ":
                space = Span(SafeText(token), span.style, span.link)
                continue
            is_latin = len(token) > 1 or token.isascii()
            part = Span(SafeText(token), span.style, span.link)
            joins = glued or token[0] in NO_START or (latin and is_latin)
            if box is None or space is not None or not joins:
                if box:
                    yield box
                box = _Box(space=space, breaks=breaks)
                breaks, space = False, None
            box.add(part)
            glued, latin = token[-1] in NO_END, is_latin
    if box:
        yield box


def _chopped(parts: Iterable[Span], width: int) -> list[list[Span]]:
    """Lines of a box that fits nowhere; the last one may have room left."""
    lines: list[list[Span]] = [[]]
    used = 0
    for part in parts:
        for cluster, cells in clusters(part.text):
            if used + cells > width and lines[-1]:
                lines.append([])
                used = 0
            lines[-1].append(Span(SafeText(cluster), part.style, part.link))
            used += cells
    return lines
