"""Split a file into lines that know whether they stand inside a code fence.

The one place that deals with line ends, byte order marks, tabs and no-break spaces, so that no reader
ever sees them.  Linear in the length of the text; line numbers are those of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import Literal, NamedTuple

FencePart = Literal["", "open", "body", "close"]
CardTest = Callable[[str], bool]
"""Whether a line, read outside a fence, starts a card in the dialect at hand."""

TAB = "    "
_FENCE = re.compile(r"^(?P<lead>(?:\s|>|[-*+]\s|\d{1,3}[.)]\s)*)(?P<mark>`{3,}|~{3,})(?P<info>.*)$")
_HEADING = re.compile(r"^ {0,3}(#{1,6})(?:\s+(.*))?$")
_CLOSING_HASHES = re.compile(r"\s+#+\s*$")


class Line(NamedTuple):
    """One line of a file, normalised."""

    number: int
    """1-based."""
    text: str
    fence: FencePart = ""
    """Which part of a code fence the line is; empty outside."""

    @property
    def blank(self) -> bool:
        """Whether nothing stands on the line (a blank line of code counts too)."""
        return not self.text or self.text.isspace()

    @property
    def indent(self) -> int:
        """Leading spaces."""
        return len(self.text) - len(self.text.lstrip(" "))


class Heading(NamedTuple):
    """An ATX heading outside any fence."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Scan:
    """A whole file as lines."""

    lines: tuple[Line, ...]
    unclosed: tuple[int, ...] = ()
    """Line numbers of fences that never close."""


class _Fence(NamedTuple):
    mark: str
    length: int
    bare: bool
    """No info string and no list marker before it: the line can close a fence."""


def split_lines(text: str) -> list[str]:
    """Lines without their ends, whatever the ends were; tabs and no-break spaces become spaces.

    A tab in the indent runs to the next multiple of four, as in CommonMark; a later one is four spaces.
    """
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\u00a0", " ")
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return [_expand(line) for line in lines] if "\t" in text else lines


def scan(text: str, starts_card: CardTest | None = None) -> Scan:
    """All lines of ``text`` with their fence state.

    A fence closes at the first bare fence of its kind that is at least as long, at any indent: notes
    pasted from editors open and close one block at different depths.  A fence that another one opens
    inside of, or that nothing closes, ends before the next line that ``starts_card``: one forgotten
    fence must not swallow the cards after it.
    """
    texts = split_lines(text)
    fences = {i: f for i in _marked(texts, text) if (f := _fence(texts[i]))}
    following = _next_at_least(fences, bare_only=False)
    closing = _next_at_least(fences, bare_only=True)
    lines = _outside(texts)
    unclosed: list[int] = []
    resume = 0
    for opened in fences:
        if opened < resume:  # inside the block before
            continue
        end = closing.get(opened, len(texts))
        after = following.get(opened, len(texts))
        if after != end or end == len(texts):
            end_of_card = _next_card(texts, opened + 1, after, starts_card)
            if end_of_card is not None or end == len(texts):
                unclosed.append(opened + 1)
            resume = end if end_of_card is None else end_of_card
        else:
            resume = end
        lines[opened] = Line(opened + 1, texts[opened], "open")
        for i in range(opened + 1, resume):
            lines[i] = Line(i + 1, texts[i], "body")
        if resume == end < len(texts):
            lines[end] = Line(end + 1, texts[end], "close")
            resume += 1
    return Scan(tuple(lines), tuple(unclosed))


def _marked(texts: Sequence[str], text: str) -> list[int]:
    """Lines that hold a fence's mark; most files have one kind alone, and looking for it is half of a scan."""
    found = [i for mark in ("```", "~~~") if mark in text for i, line in enumerate(texts) if mark in line]
    return sorted(set(found))


def _outside(texts: Sequence[str]) -> list[Line]:
    """Lines that are in no fence, blank ones empty; made without a Python call each, half the time of a scan."""
    make = partial(tuple.__new__, Line)
    shown = ["" if text.isspace() else text for text in texts]
    return list(map(make, zip(range(1, len(texts) + 1), shown, repeat(""), strict=False)))


def _next_card(texts: Sequence[str], start: int, stop: int, starts_card: CardTest | None) -> int | None:
    if starts_card is None:
        return None
    return next((i for i in range(start, stop) if starts_card(texts[i])), None)


def _expand(line: str) -> str:
    if "\t" not in line:
        return line
    body = line.lstrip(" \t")
    return line[: len(line) - len(body)].expandtabs(4) + body.replace("\t", TAB)


def _fence(text: str) -> _Fence | None:
    match = _FENCE.match(text)
    if match is None or (match["mark"][0] == "`" and "`" in match["info"]):
        return None
    bare = not match["info"].strip() and not match["lead"].strip(" >")
    return _Fence(match["mark"][0], len(match["mark"]), bare)


def _next_at_least(fences: dict[int, _Fence], *, bare_only: bool) -> dict[int, int]:
    """For each fence line the next one of its kind that is at least as long (a monotone stack: linear)."""
    found: dict[int, int] = {}
    stacks: dict[str, list[tuple[int, int]]] = {"`": [], "~": []}
    for i in sorted(fences, reverse=True):
        fence = fences[i]
        stack = stacks[fence.mark]
        if bare_only and not fence.bare:
            # Not a candidate itself, so the stack must stay whole for the lines before it.
            if (j := _first_long_enough(stack, fence.length)) is not None:
                found[i] = j
            continue
        while stack and stack[-1][1] < fence.length:
            stack.pop()
        if stack:
            found[i] = stack[-1][0]
        stack.append((i, fence.length))
    return found


def _first_long_enough(stack: Sequence[tuple[int, int]], length: int) -> int | None:
    """The nearest entry of a stack whose lengths grow towards its bottom."""
    low, high = 0, len(stack)
    while low < high:
        middle = (low + high) // 2
        if stack[middle][1] >= length:
            low = middle + 1
        else:
            high = middle
    return stack[low - 1][0] if low else None


def heading(line: Line) -> Heading | None:
    """The ATX heading on this line, if it is one and stands outside a fence."""
    if line.fence or "#" not in line.text:
        return None
    match = _HEADING.match(line.text)
    if match is None:
        return None
    return Heading(len(match[1]), _CLOSING_HASHES.sub("", match[2] or "").strip())


def headings(lines: Sequence[Line]) -> list[tuple[int, Heading]]:
    """All headings with their index; most lines are told to be none without a call."""
    return [
        (i, found)
        for i, (_, text, fence) in enumerate(lines)
        if "#" in text and not fence and (found := heading(lines[i])) is not None
    ]


def trimmed(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines from the first to the last that is not blank."""
    first, end = 0, len(lines)
    while end > first and lines[end - 1].blank:
        end -= 1
    while first < end and lines[first].blank:
        first += 1
    return lines[first:end]


def body_text(lines: Sequence[Line], *, dedent: bool = False) -> str:
    """The markdown of some lines, trimmed of blank lines; with ``dedent`` their common indent removed.

    What stands inside a fence never sets the common indent: a block may be opened at depth and pasted at
    column 0.
    """
    if not (kept := trimmed(lines)):
        return ""
    _, texts, parts = zip(*kept, strict=True)
    if not dedent:
        return "\n".join(texts)
    outside = (
        [t for t, part in zip(texts, parts, strict=True) if part in ("", "open")] if any(parts) else texts
    )
    # A space sorts before all that is written, so that the line least indented is the last in order.
    least = max(outside, default="")
    margin = least[: len(least) - len(least.lstrip(" "))]
    return "\n".join([t.removeprefix(margin) if t.startswith(margin) else t.lstrip(" ") for t in texts])
