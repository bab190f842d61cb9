"""Carry cloze marks (``{{c1::answer::hint}}``) unharmed through markdown.

Each mark is swapped for one private character before the text is read as markdown (one, so that no
highlighter can split it) and swapped back in the HTML; every other double brace is broken up on the way,
because Anki would end the cloze there.  Linear in the length of the text.
"""

from __future__ import annotations

import re

MAX_NUMBER = 499
"""The highest cloze number Anki accepts."""

CLOSE = "\ue0ff"
FIRST_OPEN = 0xE100
_PRIVATE = re.compile(f"[{CLOSE}-{chr(FIRST_OPEN + MAX_NUMBER)}]")
_TOKEN = re.compile(r"\{\{c(\d{1,3})::|\}\}|[{}]")


def has_cloze(markdown: str) -> bool:
    """Whether at least one complete cloze mark stands in the text."""
    return CLOSE in protect(markdown)


def protect(markdown: str) -> str:
    """The text with its cloze marks as private characters; a mark that never closes stays as it is.

    Braces inside a cloze are counted, so that ``{{c1::\\frac{a}{b}}}`` ends after the fraction; where they
    do not balance, the first ``}}`` ends it, as in Anki.
    """
    text = _PRIVATE.sub("", markdown)
    swaps, unclosed = _marks(text, count_braces=True)
    if unclosed:
        swaps, _ = _marks(text, count_braces=False)
    out, place = [], 0
    for start, end, character in sorted(swaps):
        out += [text[place:start], character]
        place = end
    return "".join(out) + text[place:]


def restore(html: str) -> str:
    """HTML made from protected text, with the marks as Anki reads them."""
    html = html.replace(
        "}" + CLOSE, "&#125;" + CLOSE
    )  # three braces in a row would end the cloze one too early
    return _PRIVATE.sub(
        lambda mark: "}}" if mark[0] == CLOSE else f"{{{{c{ord(mark[0]) - FIRST_OPEN}::", html
    )


def _marks(text: str, *, count_braces: bool) -> tuple[list[tuple[int, int, str]], bool]:
    """Where complete marks open and close (start, end, private character), and whether one stays open."""
    swaps: list[tuple[int, int, str]] = []
    open_marks: list[tuple[int, int, str]] = []
    depths: list[int] = []
    place = 0
    while token := _TOKEN.search(text, place):
        place = token.end()
        if token[1] and 0 < int(token[1]) <= MAX_NUMBER:
            open_marks.append((token.start(), place, chr(FIRST_OPEN + int(token[1]))))
            depths.append(0)
        elif not open_marks:
            continue
        elif token[0] == "}}" and depths[-1] == 0:
            swaps += [open_marks.pop(), (token.start(), place, CLOSE)]
            depths.pop()
        elif token[0][0] == "}":
            depths[-1] = max(0, depths[-1] - 1)
            place = token.start() + 1
        elif count_braces:
            depths[-1] += 1
            place = token.start() + 1
    return swaps, bool(open_marks)
