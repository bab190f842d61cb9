"""Measure, pad and cut text by terminal cells, never by ``len``.

The measure is ``rich.cells`` itself: Textual draws our lines with it, and any table of our own would
disagree somewhere (emoji, new scripts) and shift a table's border.  It comes with Textual and costs 5 ms
to import; nothing else of rich is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from rich.cells import cell_len

Align = Literal["left", "center", "right"]

_PLAIN = re.compile(r"[ -~]*\Z")
_JOINED = "\u200d"


def cell_width(text: str) -> int:
    """Cells that ``text`` (one line) takes in the terminal."""
    return len(text) if _PLAIN.match(text) else cell_len(text)


@lru_cache(maxsize=8192)
def _char_width(char: str) -> int:
    return cell_len(char)


def clusters(text: str) -> Iterator[tuple[str, int]]:
    """What must not be torn apart: a character with its marks, selectors and joined emoji, and its cells.

    The widths add up to ``cell_width(text)``.
    """
    if _PLAIN.match(text):
        yield from ((char, 1) for char in text)
        return
    start, end = 0, len(text)
    while start < end:
        stop = start + 1
        while stop < end and (
            text[stop - 1] == _JOINED or text[stop] == _JOINED or not _char_width(text[stop])
        ):
            stop += 1
        cluster = text[start:stop]
        yield cluster, _char_width(cluster) if stop == start + 1 else cell_len(cluster)
        start = stop


def pad(text: str, width: int, align: Align = "left") -> str:
    """``text`` filled with spaces to ``width`` cells; text that is wider already is returned as it is."""
    room = width - cell_width(text)
    if room <= 0:
        return text
    if align == "right":
        return " " * room + text
    if align == "center":
        return " " * (room // 2) + text + " " * (room - room // 2)
    return text + " " * room


def cut(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells; what does not fit is replaced by one ``…``."""
    if cell_width(text) <= width:
        return text
    if width <= 0:
        return ""
    kept: list[str] = []
    used = 1
    for cluster, cells in clusters(text):
        if used + cells > width:
            break
        kept.append(cluster)
        used += cells
    return "".join(kept) + "…"


def chop(text: str, width: int) -> list[str]:
    """``text`` in pieces of at most ``width`` cells, nothing left out; a cluster wider than that stands alone."""
    pieces: list[str] = []
    kept: list[str] = []
    used = 0
    for cluster, cells in clusters(text):
        if kept and used + cells > width:
            pieces.append("".join(kept))
            kept, used = [], 0
        kept.append(cluster)
        used += cells
    if kept:
        pieces.append("".join(kept))
    return pieces
