"""Short hashes that tell whether a card still says the same.

They ignore case, spaces, list markers and emphasis, and normalise with NFKC (full width = half width);
they never ignore code, digits, a minus sign or a negation: those change what is true.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from flashcards.text.fences import scan, split_lines

DIGITS = 16
"""Hex digits of a fingerprint: 64 bits, a collision among a million cards is a one in 37 million chance."""

_MARKER = re.compile(r"^\s*(?:(?:[-*+]|\d{1,3}[.)]|#{1,6}|>)(?:\s+|$))+")
_STRONG = re.compile(r"(?<![0-9A-Za-z*])(\*{1,3})(?=[^\s*])(.+?)(?<=[^\s*])\1(?![0-9A-Za-z*])")
_UNDERSCORE = re.compile(r"(?<![\w`])_(?=[^\s_])([^_\n]+?)(?<=[^\s_])_(?!\w)")
_CODE = re.compile(r"`(`*)(.+?)`\1")
_JOINING_SPACE = re.compile(r" (?:(?<![0-9a-z] )|(?![0-9a-z]))")
"""A space that separates nothing: between two Latin words or two numbers it must stay (``1 2`` is not 12)."""


def question_fingerprint(question: str) -> str:
    """The fingerprint of a question alone."""
    return _hash("q", _canonical(question).rstrip("?:"))


def content_fingerprint(question: str, answer: str) -> str:
    """The fingerprint of a question with its answer."""
    return _hash("qa", _canonical(question).rstrip("?:"), _canonical(answer))


def normal_question(text: str) -> str:
    """The matching key of a question: NFKC, lower case, letters, digits and ``+`` only."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum() or c == "+")


def _hash(*parts: str) -> str:
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:DIGITS]


def _canonical(markdown: str) -> str:
    """The text with everything taken out that does not change its meaning; code verbatim."""
    if "```" not in markdown and "~~~" not in markdown:
        return _fold_prose(split_lines(markdown))
    parts: list[str] = []
    prose: list[str] = []
    for line in scan(markdown).lines:
        if line.fence:
            parts.append(_fold_prose(prose))
            prose.clear()
            parts.append("\x1e" if line.fence != "body" else line.text.rstrip() + "\n")
        else:
            prose.append(line.text)
    parts.append(_fold_prose(prose))
    return "".join(parts)


def _fold_prose(lines: Iterable[str]) -> str:
    """Fold everything between the inline code."""
    text = "\n".join([_MARKER.sub("", line) for line in lines])
    if "`" not in text:
        return _fold(text)
    parts: list[str] = []
    at = 0
    for code in _CODE.finditer(text):
        parts += [_fold(text[at : code.start()]), "\x1e", code[2], "\x1e"]
        at = code.end()
    return "".join([*parts, _fold(text[at:])])


def _fold(text: str) -> str:
    # Most text holds none of these marks; looking for a character costs a fiftieth of a substitution.
    if "*" in text:
        text = _STRONG.sub(r"\2", text)
    if "_" in text:
        text = _UNDERSCORE.sub(r"\1", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return _JOINING_SPACE.sub("", " ".join(text.lower().split()))
