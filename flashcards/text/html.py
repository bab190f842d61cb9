"""Blocks as HTML that an Anki field holds unharmed.

Anki runs commands it finds anywhere in a field (``[sound:…]``, ``[latex]``, ``{{c1::…}}``) and lets MathJax
loose on every ``\\(``: what the author meant as text must stay text.  Nothing of the input reaches the output
unescaped, no scheme but http, https and mailto becomes a link, and pictures come from the caller alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby
from operator import itemgetter

from flashcards.text.blocks import (
    Block,
    Break,
    Code,
    Details,
    Emphasis,
    FootnoteDef,
    FootnoteRef,
    Heading,
    Image,
    Inline,
    InlineCode,
    InlineImage,
    Link,
    ListBlock,
    ListItem,
    Mark,
    Math,
    MathBlock,
    Paragraph,
    Quote,
    Rule,
    Strike,
    Strong,
    Sub,
    Sup,
    Table,
    Text,
)

ImageResolver = Callable[[str], str | None]
"""From a path as written to the file name Anki knows the picture by; None where there is no picture."""

SAFE_LINK = re.compile(r"(?:https?://|mailto:)", re.I)

LITERAL_DELIMITER = re.compile(r"\\(?=\(|&#91;)")
LITERAL_BACKSLASH = r'<span class="tex2jax_ignore">\\</span>'
"""Around the backslash alone: then neither MathJax nor Anki's editor sees a delimiter."""

TOKEN_CLASSES = (
    ("Comment", "c"),
    ("Literal.String", "s"),
    ("Literal.Number", "m"),
    ("Keyword", "k"),
    ("Operator.Word", "k"),
    ("Name.Builtin", "n"),
    ("Name.Class", "n"),
    ("Name.Decorator", "n"),
    ("Name.Function", "n"),
)
"""Kinds of token and their CSS class; the colours live in the note type, for light and dark."""


def to_html(blocks: Iterable[Block], *, image: ImageResolver | None = None, cloze: bool = False) -> str:
    """HTML of ``blocks``; ``image`` finds the pictures, without it all are shown as text.

    With ``cloze`` the HTML is for a cloze field: double braces of the text are broken up, so that none of
    them can open or end a cloze.
    """
    return _Writer(image or (lambda path: None), cloze).blocks(blocks)


@dataclass(frozen=True, slots=True)
class _Writer:
    image: ImageResolver
    cloze: bool

    def blocks(self, blocks: Iterable[Block]) -> str:
        return "\n".join(map(self.block, blocks))

    def block(self, block: Block) -> str:
        match block:
            case Paragraph(children):
                return f"<p>{self.spans(children)}</p>"
            case Heading(level, children):
                return f"<h{level}>{self.spans(children)}</h{level}>"
            case ListBlock():
                return self.list(block)
            case Code(language, text):
                return f"<pre><code>{self.highlighted(language, text)}</code></pre>"
            case Quote(blocks):
                return f"<blockquote>{self.blocks(blocks)}</blockquote>"
            case Table():
                return self.table(block)
            case Rule():
                return "<hr>"
            case MathBlock(source):
                return f'<div class="fc-maths">\\[{self.maths(source)}\\]</div>'
            case Image(alt, path):
                return f"<p>{self.picture(alt, path)}</p>"
            case Details(summary, blocks):
                return f"<details><summary>{self.spans(summary)}</summary>{self.blocks(blocks)}</details>"
            case FootnoteDef(label, blocks):
                return f'<div class="fc-footnote"><sup>{self.text(label)}</sup> {self.blocks(blocks)}</div>'

    def list(self, block: ListBlock) -> str:
        items = "".join(map(self.item, block.items))
        if not block.ordered:
            return f"<ul>{items}</ul>"
        start = f' start="{block.start}"' if block.start != 1 else ""
        return f"<ol{start}>{items}</ol>"

    def item(self, item: ListItem) -> str:
        box = "" if item.checked is None else "☑ " if item.checked else "☐ "
        match item.blocks:
            case (Paragraph(children), *rest) if not any(isinstance(block, Paragraph) for block in rest):
                return f"<li>{box}{self.spans(children)}{self.blocks(rest)}</li>"
            case _:
                return f"<li>{box}{self.blocks(item.blocks)}</li>"

    def table(self, table: Table) -> str:
        def row(cells: tuple[tuple[Inline, ...], ...], tag: str) -> str:
            aligned = zip(cells, table.aligns, strict=False)
            return "<tr>" + "".join(self.cell(cell, tag, align) for cell, align in aligned) + "</tr>"

        head = row(table.header, "th")
        body = "".join(row(cells, "td") for cells in table.rows)
        return f'<div class="fc-table"><table><thead>{head}</thead><tbody>{body}</tbody></table></div>'

    def cell(self, cell: tuple[Inline, ...], tag: str, align: str) -> str:
        style = "" if align == "left" else f' style="text-align: {align}"'
        return f"<{tag}{style}>{self.spans(cell)}</{tag}>"

    def spans(self, spans: Iterable[Inline]) -> str:
        return "".join(map(self.span, spans))

    def span(self, span: Inline) -> str:
        match span:
            case Text(text):
                return self.text(text)
            case InlineCode(text):
                return f"<code>{self.code(text)}</code>"
            case Math(source, display):
                return f"\\[{self.maths(source)}\\]" if display else f"\\({self.maths(source)}\\)"
            case Break():
                return "<br>"
            case InlineImage(alt, path):
                return self.picture(alt, path)
            case FootnoteRef(label):
                return f"<sup>{self.text(label)}</sup>"
            case Link(children, url):
                return self.link(self.spans(children), url)
            case Emphasis(children):
                return f"<em>{self.spans(children)}</em>"
            case Strong(children):
                return f"<strong>{self.spans(children)}</strong>"
            case Strike(children):
                return f"<s>{self.spans(children)}</s>"
            case Mark(children):
                return f"<mark>{self.spans(children)}</mark>"
            case Sup(children):
                return f"<sup>{self.spans(children)}</sup>"
            case Sub(children):
                return f"<sub>{self.spans(children)}</sub>"

    def link(self, words: str, url: str) -> str:
        """A link to the web; a path into the person's own notes leads nowhere in Anki, so only its words."""
        return f'<a href="{self.code(url)}">{words}</a>' if SAFE_LINK.match(url) else words

    def picture(self, alt: str, path: str) -> str:
        if name := self.image(path):
            return f'<img src="{escape(name)}" alt="{self.code(alt)}">'
        return f'<span class="fc-missing">{self.text(f"{alt} ({path})" if alt else path)}</span>'

    def text(self, text: str) -> str:
        """Prose: the words as they are, hints of a cloze (``::``) included."""
        escaped = LITERAL_DELIMITER.sub(LITERAL_BACKSLASH, _without_commands(escape(text)))
        return _split_braces(escaped) if self.cloze else escaped

    def code(self, text: str) -> str:
        """Code, or the value of an attribute."""
        escaped = _without_commands(escape(text)).replace("\\(", "\\&#40;")
        if not self.cloze:
            return escaped
        # Anki would take what follows the colons of a covered `std::vector` for its hint.
        return _split_braces(escaped.replace("::", ":&#58;"))

    def maths(self, source: str) -> str:
        """TeX for MathJax, which reads it after the browser has undone the escapes and skips spaces."""
        escaped = _without_commands(escape(source, quote=False))
        return re.sub(r"([{}])(?=\1)", r"\1 ", escaped) if self.cloze else escaped

    def highlighted(self, language: str, text: str) -> str:
        """Code with a class on every token that has a colour."""
        return "".join(
            f'<span class="{css_class}">{self.code(part)}</span>' if css_class else self.code(part)
            for css_class, part in _coloured(language, text)
        )


def _without_commands(escaped: str) -> str:
    """Anki looks for ``[sound:``, ``[latex]`` and the like in the stored text, with entities as they are."""
    return escaped.replace("[", "&#91;")


def _split_braces(escaped: str) -> str:
    return re.sub(r"(?<=\{)\{", "&#123;", re.sub(r"(?<=\})\}", "&#125;", escaped))


def _coloured(language: str, text: str) -> Iterator[tuple[str, str]]:
    """(CSS class or ``""``, piece) for all of ``text``; one plain piece where no lexer knows the language."""
    if not language:
        yield "", text
        return
    from pygments.lexers import get_lexer_by_name  # 30 ms that plain prose does not pay
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        yield "", text
        return
    classed = ((_css_class(str(token)), piece) for token, piece in lexer.get_tokens(text))
    for css_class, run in groupby(classed, key=itemgetter(0)):
        yield css_class, "".join(piece for _, piece in run)


def _css_class(token: str) -> str:
    """``Token.Name.Function.Magic`` has the class of ``Name.Function``."""
    return next(
        (css_class for kind, css_class in TOKEN_CLASSES if f"{token}.".startswith(f"Token.{kind}.")), ""
    )
