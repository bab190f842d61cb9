"""What a good answer mentions: the outermost points of a markdown answer, as plain text.

The outermost list items; without a list, the numbered lines or ``###`` heads; without those, the sentences.
Code, tables, images and quotations are shown with an answer but are never points of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from flashcards.text.fences import Line, heading, scan, split_lines

# The line end before it is part of the pattern: a search for a literal skips to it.
_ITEM = re.compile(r"\n([^\S\n]*)([-*+]|\d{1,3}[.)])[^\S\n]+(\S.*)")
_NUMBERED = re.compile(
    r"^\s{0,3}(?:\*\*)?(?:\d{1,2}[.、)）](?!\d)|[一二三四五六七八九十]{1,3}[、.]|[（(]\d{1,2}[)）])\s*(\S.*)$"
)
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)|<img\b[^>\n]*>", re.I)
_LINK = re.compile(r"\[([^\]\n]+)\]\([^)\n]*\)")
_TAG = re.compile(r"</?(?:br|b|i|u|em|strong|span|font|p|sub|sup|mark|kbd|div|center)\b[^>\n]*>", re.I)
_HIGHLIGHT = re.compile(r"==(?=\S)|(?<=\S)==")
# A pattern that starts with its literal is searched for ten times faster than one that starts by looking back.
_EMPHASIS = re.compile(r"\*(?<![\w*]\*)(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])")
_CODE = re.compile(r"`(`*)(.+?)`\1")
_SENTENCE_END = re.compile(
    r"(?<=[。！？；])[”』」）)\"']*\s*|(?<=[!?])(?:\s+|(?=[^\x00-\x7f]))|(?<=[^.]\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)(?<!\bal\.)(?<!\bcf\.)\s+(?=[^\sa-z])"
)
_RULE = re.compile(r"^\s*(?:[-*_]\s*){3,}$")


def key_points(answer: str) -> tuple[str, ...]:
    """The points of an answer in order, markdown marks stripped; empty where there is no text at all."""
    if "```" in answer or "~~~" in answer:
        answer = "\n".join([line.text for line in scan(answer).lines if not line.fence])
    elif "\t" in answer or "\r" in answer or "\u00a0" in answer or answer[:1] == "\ufeff":
        answer = "\n".join(split_lines(answer))
    if points := _list_items(answer):
        return points
    lines = answer.split("\n")
    return _numbered_lines(lines) or _heads(lines) or _sentences(lines)


def _plain(markdown: str) -> str:
    """Markdown without its marks, line by line; code, maths and underscores keep their characters."""
    text = markdown
    # Most text holds none of these; looking for a character costs a fiftieth of a substitution.
    if "<" in text or "](" in text:
        text = _TAG.sub("", _LINK.sub(r"\1", _IMAGE.sub("", text)))
    return _unmarked(text) if "`" in text else _without_emphasis(text)


def _unmarked(text: str) -> str:
    """Without the marks of code, and of emphasis outside code."""
    parts = _CODE.split(text)  # outside, ticks, code, outside, ticks, code, ..., outside
    parts[0::3] = map(_without_emphasis, parts[0::3])
    del parts[1::3]
    return "".join(parts)


def _without_emphasis(text: str) -> str:
    text = text.replace("**", "").replace("^^^", "")
    if "==" in text:
        text = _HIGHLIGHT.sub("", text)
    return _EMPHASIS.sub(r"\1", text) if "*" in text else text


def _points(texts: Iterable[str]) -> tuple[str, ...]:
    # No mark spans lines, so that all points lose theirs at one go: a third of the time.
    lines = [line.strip() for line in _plain("\n".join(texts)).split("\n")]
    return tuple([point for line in lines if (point := line.rstrip(":：").rstrip())])


def _list_items(text: str) -> tuple[str, ...]:
    found: list[tuple[str, str, str]] = _ITEM.findall("\n" + text)
    items = [i for i in found if i[2][0] not in "-*_" or not _RULE.match(f"{i[1]} {i[2]}")]
    if not items:
        return ()
    # One space more than the shallowest is a slip, two start a nested list.
    outermost = min([len(indent) for indent, _, _ in items]) + 1
    return _points([words for indent, _, words in items if len(indent) <= outermost])


def _numbered_lines(lines: Sequence[str]) -> tuple[str, ...]:
    found = [match[1] for text in lines if (match := _NUMBERED.match(text))]
    return _points(found) if len(found) > 1 else ()


def _heads(lines: Sequence[str]) -> tuple[str, ...]:
    found = [head for text in lines if "#" in text and (head := heading(Line(0, text)))]
    top = min((head.level for head in found), default=0)
    return _points(head.text for head in found if head.level == top)


def _sentences(lines: Sequence[str]) -> tuple[str, ...]:
    prose = [text for text in lines if not text.lstrip().startswith(("|", ">", "<!--"))]
    shown = [_IMAGE.sub("", text) if "![" in text or "<" in text else text for text in prose]
    return _points([sentence for text in shown for sentence in _SENTENCE_END.split(text)])
