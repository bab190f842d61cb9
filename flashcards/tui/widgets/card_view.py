"""The card on the screen: one widget whatever the card holds, its layout cached, with find."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

from textual import events
from textual.cache import LRUCache
from textual.strip import Strip

from flashcards.text.lines import Line, Span, literal
from flashcards.tui.widgets.card_lines import Face, card_lines
from flashcards.tui.widgets.line_view import LineView

MEASURE: Final = 96
"""Cells.  Longer lines lose the eye on its way back; on a wide terminal the text stands in the middle."""
LAYOUTS_KEPT: Final = 32
Hit = tuple[int, int, int]
"""Line, first and last character (exclusive) of a piece of a match."""


class CardView(LineView):
    """Shows a :class:`Face`."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.face: Face | None = None
        self._layouts: LRUCache[tuple[Face, int], Sequence[Line]] = LRUCache(LAYOUTS_KEPT)
        self._wanted = ""
        self._matches: list[list[Hit]] = []
        self._match = 0
        self._marked: dict[int, list[tuple[int, int, str]]] = {}

    @property
    def margin(self) -> int:
        return max(self.MARGIN, (self.size.width - MEASURE) // 2)

    def show(self, face: Face, *, keep_place: bool = False) -> None:
        """Show ``face``; ``keep_place`` where more of the same card becomes visible."""
        self.face = face
        self._clear_matches()
        self._lay_out()
        if not keep_place:
            self.scroll_to(y=0, animate=False)

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()
        if self._wanted:
            self._matches = find_in_lines(self.lines, self._wanted)
            self._go_to_match(min(self._match, max(0, len(self._matches) - 1)))

    def _lay_out(self) -> None:
        if self.face is None or not self.size.width:
            return
        key = (self.face, self.text_width)
        if (lines := self._layouts.get(key)) is None:
            lines = self._layouts[key] = card_lines(*key)
        self.lines = lines

    # Finding

    def find(self, wanted: str) -> int:
        """Mark every place that reads ``wanted``, case and spaces aside, and go to the first; how many there are.

        Spaces do not count, so that a match goes on over the end of a line in Chinese as in English.
        """
        self._wanted = wanted
        self._matches = find_in_lines(self.lines, wanted)
        self._go_to_match(0)
        return len(self._matches)

    def find_next(self, step: int) -> int:
        """Go ``step`` matches on, round and round; the number of the match now shown, 0 where there is none."""
        if not self._matches:
            return 0
        self._go_to_match((self._match + step) % len(self._matches))
        return self._match + 1

    def _clear_matches(self) -> None:
        self._wanted, self._matches, self._match, self._marked = "", [], 0, {}

    def _go_to_match(self, number: int) -> None:
        self._match, self._marked = number, {}
        for index, match in enumerate(self._matches):
            for row, start, end in match:
                style = "match-now" if index == number else "match"
                self._marked.setdefault(row, []).append((start, end, style))
        self.forget_strips()
        if self._matches:
            row = self._matches[number][0][0]
            if not self.scroll_offset.y <= row < self.scroll_offset.y + self.size.height:
                self.scroll_to(y=max(0, row - self.size.height // 3), animate=False)

    def strip_at(self, index: int) -> Strip:
        if index not in self._marked:
            return super().strip_at(index)
        return self.strip_of(restyle(self.lines[index], self._marked[index]))

    @property
    def plain(self) -> str:
        """What is shown, as text without styles."""
        return "\n".join("".join(span.text for span in row).rstrip() for row in self.lines)


def find_in_lines(lines: Sequence[Line], wanted: str) -> list[list[Hit]]:
    """The places where ``lines`` read ``wanted``, each as pieces within lines."""
    needle = "".join(wanted.lower().split())
    if not needle:
        return []
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for row, laid_out in enumerate(lines):
        for column, char in enumerate("".join(span.text for span in laid_out)):
            if not char.isspace():
                lowered = char.lower()
                letters.append(lowered if len(lowered) == 1 else char)
                places.append((row, column))
    haystack, found, start = "".join(letters), [], 0
    while (start := haystack.find(needle, start)) >= 0:
        found.append(_pieces(places[start : start + len(needle)]))
        start += len(needle)
    return found


def _pieces(places: Sequence[tuple[int, int]]) -> list[Hit]:
    pieces: list[Hit] = []
    for row, column in places:
        if pieces and pieces[-1][0] == row:
            pieces[-1] = (row, pieces[-1][1], column + 1)
        else:
            pieces.append((row, column, column + 1))
    return pieces


def restyle(laid_out: Line, marks: Sequence[tuple[int, int, str]]) -> Line:
    """``laid_out`` with the characters ``start`` to ``end`` of each mark in the mark's style."""
    spans: list[Span] = []
    position = 0
    for span in laid_out:
        cuts = {0, len(span.text)}
        for start, end, _ in marks:
            cuts |= {cut - position for cut in (start, end) if 0 < cut - position < len(span.text)}
        edges = sorted(cuts)
        for left, right in itertools.pairwise(edges):
            at = position + left
            style = next((mark for start, end, mark in marks if start <= at < end), span.style)
            spans.append(literal(span.text[left:right], style, span.link))
        position += len(span.text)
    return tuple(spans)
