"""Spans of meaning to spans of look: what a paragraph says, in styles, before it is wrapped."""

from __future__ import annotations

from collections.abc import Iterable

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
from flashcards.text.linear_math import draw_line
from flashcards.text.lines import Span, literal, styled
from flashcards.text.sanitize import SafeText

_SUP = str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
_SUB = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_STYLES: dict[type, str] = {
    Emphasis: "emphasis",
    Strong: "strong",
    Strike: "strike",
    Mark: "mark",
    Sup: "sup",
    Sub: "sub",
}


class Links:
    """The addresses of a card in the order of their first use; shown at its end."""

    def __init__(self) -> None:
        self.urls: list[SafeText] = []
        self._numbers: dict[str, int] = {}

    def number(self, url: SafeText) -> int:
        """The number, from 1, under which ``url`` is listed."""
        if url not in self._numbers:
            self.urls.append(url)
            self._numbers[url] = len(self.urls)
        return self._numbers[url]


def flow(inlines: Inlines, links: Links, style: str = "") -> list[Span]:
    """``inlines`` as styled spans for ``wrap``; an address that the text does not show goes to ``links``."""
    return [span for inline in inlines for span in _spans(inline, links, style)]


def _spans(inline: Inline, links: Links, style: str) -> Iterable[Span]:
    match inline:
        case Text(text):
            return (Span(text, style),)
        case InlineCode(text):
            return (Span(text, styled(style, "code")),)
        case Math():
            return (_math(inline, style),)
        case Break():
            return (literal("\n", style),)
        case InlineImage(alt, path):
            return image(alt, path, style)
        case FootnoteRef(label):
            return (literal(f"[^{label}]", styled(style, "footnote")),)
        case Link():
            return _link(inline, links, style)
        case Sup(children):
            return _raised(children, links, styled(style, "sup"), _SUP, "^")
        case Sub(children):
            return _raised(children, links, styled(style, "sub"), _SUB, "_")
        case _:
            return flow(inline.children, links, styled(style, _STYLES[type(inline)]))


def _math(math: Math, style: str) -> Span:
    row = draw_line(math.source)
    if row is not None:
        return literal(row, styled(style, "math"))
    return literal(math.source.replace("\n", " "), styled(style, "math.source"))


def image(alt: SafeText, path: SafeText, style: str = "") -> list[Span]:
    """An image in words: what it shows, and where it lies."""
    look = styled(style, "image")
    label = literal(f"[image: {alt}]" if alt else "[image]", look, path)
    return [label, literal(f" {path}", look, path)] if path else [label]


def _link(link: Link, links: Links, style: str) -> list[Span]:
    words = flow(link.children, links, styled(style, "link"))
    pointed = [Span(span.text, span.style, link.url) for span in words]
    if not link.url or plain_text(link.children) in (link.url, link.url.removeprefix("mailto:")):
        return pointed
    return [*pointed, literal(f"[{links.number(link.url)}]", styled(style, "link.url"), link.url)]


def _raised(children: Inlines, links: Links, style: str, table: dict[int, int], sign: str) -> list[Span]:
    """Raised characters where Unicode has all of them, else ``^(th)``."""
    spans = flow(children, links, style)
    text = "".join(span.text for span in spans)
    if text and all(ord(char) in table for char in text):
        return [Span(SafeText(span.text.translate(table)), span.style, span.link) for span in spans]
    return [literal(f"{sign}(", style), *spans, literal(")", style)]
