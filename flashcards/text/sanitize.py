"""The one gate for foreign text: whatever passes is safe to send to a terminal.

Cards, notes, model and demo output may carry escape sequences that set the window title, write the
clipboard or clear the screen; Textual passes them on.  Here they become readable text (``\\x1b``), what
re-orders a line is shown as ``\\u202e``, what cannot be seen is dropped, and nothing else is changed.
Idempotent and linear in the length of the text.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NewType

SafeText = NewType("SafeText", str)
"""Text that holds no control character but the newline, nothing invisible and nothing that re-orders."""

MAX_CHARS = 200_000
"""Twenty times the longest answer in notes we know; lays out in a second, so a screen never hangs."""
MAX_MARKS = 4
"""Combining marks kept on one base: Vietnamese needs two, Hebrew and Tibetan up to four, zalgo dozens."""
TAB_STOP = 4

_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u2460-\u27bf\u2900-\u29ff\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"
_REORDERING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = (
    "\u00ad\u034f\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u2060-\u2065\u206a-\u206f\u3164"
    "\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Scripts and symbols without combining marks; only a long run outside of them can be zalgo.
_UNMARKED = (
    "\x00-\u02ff\u0370-\u0482\u2000-\u20cf\u2100-\u2bff\u3000-\u3029\u3030-\u3098\u309b-\ua66e\uac00-\ud7a3"
    "\uf900-\ufaff\uff00-\uffef\U0001f000-\U0001faff\U00020000-\U0003ffff"
)

_SHOWN = re.compile(f"[{_CONTROL}{_REORDERING}]")
_DROPPED = re.compile(f"[{_INVISIBLE}]")
_LINE_END = re.compile("\r\n?|[\u2028\u2029]")
_STRAY_SELECTOR = re.compile(f"(?<![{_EMOJI}0-9#*])[\ufe0e\ufe0f]")
_STRAY_JOINER = re.compile(f"(?<![{_EMOJI}\ufe0f])\u200d|\u200d(?![{_EMOJI}])")
_LONG_RUN = re.compile(f"[^{_UNMARKED}]{{{MAX_MARKS + 1},}}")
_SUSPECT = re.compile(
    f"[\t\r\u2028\u2029\u200d\ufe0e\ufe0f{_CONTROL}{_REORDERING}{_INVISIBLE}]|{_LONG_RUN.pattern}"
)


def sanitize(text: str, *, max_chars: int = MAX_CHARS) -> SafeText:
    """Make ``text`` safe to show, keeping its lines; longer than ``max_chars`` it is cut, and says so.

    Tabs become spaces up to the next stop of four, every kind of line end becomes ``\\n``.
    """
    if len(text) > max_chars:
        return _cut(_clean(text[:max_chars]), max_chars, len(text))
    clean = _clean(text)
    return _cut(clean, max_chars, len(clean)) if len(clean) > max_chars else SafeText(clean)


def sanitize_line(text: str, *, max_chars: int = MAX_CHARS) -> SafeText:
    """``sanitize`` for a place that has one line: line ends and the spaces around them become one space."""
    lines = (line.strip(" ") for line in sanitize(text, max_chars=max_chars).split("\n"))
    return SafeText(" ".join(line for line in lines if line))


def _clean(text: str) -> str:
    if not _SUSPECT.search(text):
        return text
    text = _LINE_END.sub("\n", text)
    text = _DROPPED.sub("", text)
    text = _SHOWN.sub(_visible, text)
    text = _STRAY_SELECTOR.sub("", text)
    text = _STRAY_JOINER.sub("", text)
    text = _LONG_RUN.sub(_cap_marks, text)
    return text.expandtabs(TAB_STOP)


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _cap_marks(match: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for char in match[0]:
        marks = marks + 1 if unicodedata.category(char).startswith("M") else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def _cut(text: str, max_chars: int, length: int) -> SafeText:
    """At most ``max_chars`` including the mark, so that a second pass has nothing left to cut."""
    mark = f"\n… [{length:,} characters, only the beginning is shown]"
    if len(mark) >= max_chars:
        mark = "…"[:max_chars]
    # A joiner or a selector must not lose what it belongs to.
    return SafeText(text[: max_chars - len(mark)].rstrip("\u200d") + mark)
