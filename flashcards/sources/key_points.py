"""What a good answer mentions: the outermost points of a markdown answer, as plain text.

The outermost list items; without a list, the numbered lines or ``###`` heads; without those, the sentences.
Code, tables, images and quotations are shown with an answer but are never points of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from flashcards.sources.lines import Line, heading, scan

_ITEM = re.compile(r"^(\s*)(?:[-*+]|\d{1,3}[.)])\s+(\S.*)$")
_NUMBERED = re.compile(
    r"^\s{0,3}(?:\*\*)?(?:\d{1,2}[.、)）](?!\d)|[一二三四五六七八九十]{1,3}[、.]|[（(]\d{1,2}[)）])\s*(\S.*)$"
)
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)|<img\b[^>]*>", re.I)
_LINK = re.compile(r"\[([^\]\n]+)\]\([^)\n]*\)")
_TAG = re.compile(r"</?(?:br|b|i|u|em|strong|span|font|p|sub|sup|mark|kbd|div|center)\b[^>]*>", re.I)
_STRONG = re.compile(r"\*\*|\^\^\^|==(?=\S)|(?<=\S)==")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])")
_CODE = re.compile(r"(`+)(.+?)\1")
_SENTENCE_END = re.compile(
    r"(?<=[。！？；])[”』」）)\"']*\s*|(?<=[!?])(?:\s+|(?=[^\x00-\x7f]))|(?<=[^.]\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)(?<!\bal\.)(?<!\bcf\.)\s+(?=[^\sa-z])"
)
_RULE = re.compile(r"^\s*(?:[-*_]\s*){3,}$")


def key_points(answer: str) -> tuple[str, ...]:
    """The points of an answer in order, markdown marks stripped; empty where there is no text at all."""
    lines = [line for line in scan(answer).lines if not line.fence]
    return _list_items(lines) or _numbered_lines(lines) or _heads(lines) or _sentences(lines)


def plain_text(markdown: str) -> str:
    """One line of markdown without its marks; code, maths and underscores keep their characters."""
    text = _TAG.sub("", _LINK.sub(r"\1", _IMAGE.sub("", markdown)))
    parts = []
    at = 0
    for code in _CODE.finditer(text):
        parts += [_without_emphasis(text[at : code.start()]), code[2]]
        at = code.end()
    parts.append(_without_emphasis(text[at:]))
    return "".join(parts).strip().rstrip(":：").strip()


def _without_emphasis(text: str) -> str:
    return _EMPHASIS.sub(r"\1", _STRONG.sub("", text))


def _points(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(point for text in texts if (point := plain_text(text)))


def _list_items(lines: Sequence[Line]) -> tuple[str, ...]:
    items = [match for line in lines if not _RULE.match(line.text) and (match := _ITEM.match(line.text))]
    if not items:
        return ()
    # One space more than the shallowest is a slip, two start a nested list.
    outermost = min(len(item[1]) for item in items) + 1
    return _points(item[2] for item in items if len(item[1]) <= outermost)


def _numbered_lines(lines: Sequence[Line]) -> tuple[str, ...]:
    found = [match[1] for line in lines if (match := _NUMBERED.match(line.text))]
    return _points(found) if len(found) > 1 else ()


def _heads(lines: Sequence[Line]) -> tuple[str, ...]:
    found = [head for line in lines if (head := heading(line))]
    top = min((head.level for head in found), default=0)
    return _points(head.text for head in found if head.level == top)


def _sentences(lines: Sequence[Line]) -> tuple[str, ...]:
    prose = [line.text for line in lines if not line.text.lstrip().startswith(("|", ">", "<!--"))]
    return _points(sentence for text in prose for sentence in _SENTENCE_END.split(_IMAGE.sub("", text)))
