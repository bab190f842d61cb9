"""Turn markdown-it's inline tokens into spans: HTML by its meaning, anything else in angle brackets as text.

A tag counts only where it is closed in the same paragraph; ``vector<int>``, ``<|im_start|>`` or the ``<s>``
of a tokenizer stay what they are.  Marks may be lost on hopelessly nested input, words never.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from markdown_it.token import Token

from flashcards.text.blocks import (
    Break,
    Emphasis,
    FootnoteRef,
    Inline,
    InlineCode,
    InlineImage,
    Inlines,
    Link,
    Mark,
    Math,
    Strike,
    Strong,
    Sub,
    Sup,
    Text,
    plain_text,
)
from flashcards.text.cells import cell_width
from flashcards.text.rules import CJK
from flashcards.text.sanitize import SafeText, sanitize_line

MAX_SPAN_DEPTH = 8
"""Marks inside marks; beyond it the words are kept and the mark is dropped."""

Build = Callable[[Inlines], Inline]

_MARKDOWN: dict[str, Build] = {"em": Emphasis, "strong": Strong, "s": Strike, "mark": Mark}


def _code(children: Inlines) -> Inline:
    return InlineCode(plain_text(children))


_HTML: dict[str, Build] = {
    "b": Strong,
    "strong": Strong,
    "i": Emphasis,
    "em": Emphasis,
    "sup": Sup,
    "sub": Sub,
    "mark": Mark,
    "del": Strike,
    "code": _code,
    "kbd": _code,
    "tt": _code,
}
# Layout without meaning; dropped only where an attribute shows that it is HTML and not the topic.
_WRAPPERS = {"font", "span", "p", "div", "u", "center", "small", "big"}

_TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z][\w-]*)(?P<attributes>[^>]*?)/?>\Z", re.DOTALL)
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_BARE_URL = re.compile(r"https?://[!#-;=?-Z\\\]_a-z~%\[]+")
_URL_TAIL = re.compile(r"[.,;:!?'\]*_~]+\Z")
_CJK = re.compile(f"[{CJK}]")
_NEW_POINT = re.compile(
    r"\s*(?:[-*+•·]\s|\(?\d{1,3}[.)、）：:]|（\d|[（(]?[一二三四五六七八九十]+[、）)]|[①-⑳])"
)
_SENTENCE_END = re.compile(r"[。！？；：….!?;:][”’」』\"')）*]*\s*\Z")


@dataclass
class _Frame:
    """A mark that has been opened."""

    name: str
    """Token tag, or ``<name>`` for HTML."""
    literal: str
    """What to show if the mark is never closed."""
    build: Build | None
    """None: the children stand for themselves."""
    children: list[Inline] = field(default_factory=list)


def spans(tokens: Iterable[Token], source: str) -> Inlines:
    """Spans of one paragraph; ``source`` is its raw text, asked only whether it was wrapped by hand."""
    return _Builder(list(tokens), _hand_wrapped(source)).build()


class _Builder:
    def __init__(self, tokens: list[Token], wrapped: bool) -> None:
        self._tokens = tokens
        self._wrapped = wrapped
        self._stack = [_Frame("", "", None)]

    def build(self) -> Inlines:
        for index, token in enumerate(self._tokens):
            self._add(index, token)
        while len(self._stack) > 1:
            self._flatten()
        return tuple(self._stack[0].children)

    def _add(self, index: int, token: Token) -> None:
        match token.type:
            case "text":
                self._text(token.content)
            case "text_special":
                self._text(sanitize_line(token.content) if token.content.strip() else " ")
            case "softbreak":
                self._soft_break(index)
            case "hardbreak":
                self._append(Break())
            case "code_inline":
                self._append(InlineCode(SafeText(token.content)))
            case "maths":
                self._append(Math(SafeText(token.content), token.meta["display"]))
            case "image":
                self._append(_image(token.content, str(token.attrs.get("src", ""))))
            case "footnote_ref":
                self._append(FootnoteRef(SafeText(token.meta["label"])))
            case "html_inline":
                self._html(token.content)
            case "link_open":
                url = sanitize_line(str(token.attrs.get("href", "")))
                self._open("a", "", lambda children: Link(children, url))
            case _ if token.nesting == 1:
                self._open(token.tag, "", _MARKDOWN[token.tag])
            case _ if token.nesting == -1:
                self._close(token.tag)
            case _:
                self._text(token.content)

    def _append(self, span: Inline) -> None:
        self._stack[-1].children.append(span)

    def _text(self, text: str) -> None:
        if not text:
            return
        if "http" in text and not any(frame.name in ("a", "<a>") for frame in self._stack):
            for piece in _linked(text):
                self._merge(piece)
        else:
            self._merge(Text(SafeText(text)))

    def _merge(self, span: Inline) -> None:
        children = self._stack[-1].children
        if isinstance(span, Text) and children and isinstance(children[-1], Text):
            children[-1] = Text(SafeText(children[-1].text + span.text))
        else:
            children.append(span)

    def _soft_break(self, index: int) -> None:
        before = next((t.content for t in reversed(self._tokens[max(0, index - 4) : index]) if t.content), "")
        after = next((t.content for t in self._tokens[index + 1 : index + 5] if t.content), "")
        if not self._wrapped or _NEW_POINT.match(after):
            self._append(Break())
        elif not (_CJK.match(before[-1:]) and _CJK.match(after[:1])):
            self._text(" ")

    def _open(self, name: str, literal: str, build: Build | None) -> None:
        self._stack.append(_Frame(name, literal, build if len(self._stack) <= MAX_SPAN_DEPTH else None))

    def _close(self, name: str) -> None:
        """Close a mark of markdown; those are balanced, what HTML left open inside them is not."""
        while len(self._stack) > 1 and self._stack[-1].name != name:
            self._flatten()
        self._pop()

    def _pop(self) -> None:
        if len(self._stack) == 1:
            return
        frame = self._stack.pop()
        if frame.build is None:
            for child in frame.children:
                self._merge(child)
        elif frame.children:
            self._append(frame.build(tuple(frame.children)))

    def _flatten(self) -> None:
        """Take the innermost mark back: its literal tag, then its children."""
        frame = self._stack.pop()
        self._text(frame.literal)
        for child in frame.children:
            self._merge(child)

    def _html(self, tag: str) -> None:
        if tag.startswith("<!--"):
            return
        match = _TAG.match(tag)
        name = match["name"].lower() if match else ""
        if match is None:
            self._text(tag)
        elif name == "br":
            self._append(Break())
        elif match["close"]:
            self._close_html(f"<{name}>", tag)
        elif name == "img":
            attributes = _attributes(match["attributes"])
            self._append(_image(attributes.get("alt", ""), attributes.get("src", "")))
        else:
            self._open_html(name, tag, _attributes(match["attributes"]))

    def _open_html(self, name: str, tag: str, attributes: dict[str, str]) -> None:
        if name in _HTML:
            self._open(f"<{name}>", tag, _HTML[name])
        elif name in _WRAPPERS and attributes:
            self._open(f"<{name}>", tag, None)
        elif name == "a" and "href" in attributes:
            url = sanitize_line(attributes["href"])
            self._open("<a>", tag, lambda children: Link(children, url))
        else:
            self._text(tag)

    def _close_html(self, name: str, tag: str) -> None:
        for frame in reversed(self._stack):
            if frame.name == name:
                self._close(name)
                return
            if not frame.name.startswith("<"):
                break
        self._text(tag)


def _attributes(text: str) -> dict[str, str]:
    return {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(text)}


def _image(alt: str, path: str) -> InlineImage:
    return InlineImage(sanitize_line(alt), sanitize_line(path))


def _linked(text: str) -> Iterable[Inline]:
    """``text`` with its bare addresses as links; an address ends before Chinese and before punctuation."""
    at = 0
    for match in _BARE_URL.finditer(text):
        url = _trimmed(match[0])
        if match.start() > at:
            yield Text(SafeText(text[at : match.start()]))
        yield Link((Text(SafeText(url)),), SafeText(url))
        at = match.start() + len(url)
    if at < len(text):
        yield Text(SafeText(text[at:]))


def _trimmed(url: str) -> str:
    while True:
        shorter = _URL_TAIL.sub("", url)
        if shorter.endswith(")") and shorter.count(")") > shorter.count("("):
            shorter = shorter[:-1]
        if shorter == url:
            return url
        url = shorter


def _hand_wrapped(source: str) -> bool:
    """Whether lines end where an editor's margin was rather than where the author meant it.

    Wrapped by hand: all lines but the last about equally long, 40 to 110 cells, and not each a sentence.
    Notes on the other hand put a thought on a line; joining those would make one wall of text.
    """
    lines = source.split("\n")
    if len(lines) < 2:
        return False
    widths = [cell_width(line) for line in lines]
    *body, last = widths
    if min(body) < 40 or max(body) > 110 or min(body) < 0.7 * max(body) or last > 1.1 * max(body):
        return False
    return not all(_SENTENCE_END.search(line) for line in lines[:-1])
