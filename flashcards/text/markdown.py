"""Markdown to blocks, on markdown-it-py with our rules (``rules``) after mending the lines (``repair``).

Indented code is off (in notes four spaces mean "belongs to the point above"), so are underlined heads (a
line of dashes is a rule) and link definitions (a list of sources would vanish).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from flashcards.text.blocks import (
    Block,
    Break,
    Code,
    ColumnAlign,
    Details,
    FootnoteDef,
    Heading,
    Image,
    InlineImage,
    Inlines,
    ListBlock,
    ListItem,
    Math,
    MathBlock,
    Paragraph,
    Quote,
    Rule,
    Table,
    Text,
)
from flashcards.text.inline import spans
from flashcards.text.repair import repair
from flashcards.text.rules import InlineState, install
from flashcards.text.sanitize import SafeText, sanitize

MAX_INLINE = 20_000
"""Characters; a longer paragraph is a dump, shown without looking for marks in it."""
_PLAIN = re.compile(r"[^\n\\`*_~=^$<>&\[!]*\Z")
_TASK = re.compile(r"\[([ xX])\](?: +|\Z)")


@cache
def _engine() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"maxNesting": 100, "html": True}).enable(["table", "strikethrough"])
    md.use(footnote_plugin, inline=False)
    md.disable(["code", "lheading", "html_block", "reference"])
    install(md)
    # Paths and addresses stay as they were written: percent signs would not find the file.
    md.normalizeLink = lambda url: url  # type: ignore[method-assign]
    return md


def parse_blocks(source: str) -> tuple[Block, ...]:
    """``blocks.parse`` without the lazy import."""
    env: dict[str, Any] = {}
    tokens: list[Token] = []
    md = _engine()
    md.block.parse(repair(sanitize(source)), md, env, tokens)
    return _Reader(md, tokens, env).blocks("")


class _Reader:
    """Walks markdown-it's flat tokens; recursion is bounded by ``MAX_DEPTH`` containers."""

    def __init__(self, md: MarkdownIt, tokens: list[Token], env: dict[str, Any]) -> None:
        self._md = md
        self._tokens = tokens
        self._env = env
        self._at = 0

    def blocks(self, closing: str) -> tuple[Block, ...]:
        """Everything up to the token that closes the container, which is consumed."""
        found: list[Block] = []
        while self._at < len(self._tokens):
            token = self._next()
            if token.type == closing:
                break
            found.append(self._block(token))
        return tuple(found)

    def _next(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _block(self, token: Token) -> Block:
        match token.type:
            case "paragraph_open":
                return _paragraph(self._line_of("paragraph_close"))
            case "heading_open":
                return Heading(int(token.tag[1:]), self._line_of("heading_close"))
            case "bullet_list_open":
                return ListBlock(False, 1, self._items("bullet_list_close"))
            case "ordered_list_open":
                return ListBlock(True, int(token.attrs.get("start", 1)), self._items("ordered_list_close"))
            case "fence":
                return _code(token)
            case "blockquote_open":
                return Quote(self.blocks("blockquote_close"))
            case "table_open":
                return self._table()
            case "math_block":
                return MathBlock(SafeText(token.content))
            case "details_open":
                return Details(self._inlines(self._next().content), self.blocks("details_close"))
            case "footnote_reference_open":
                label = SafeText(token.meta["label"])
                return FootnoteDef(label, self.blocks("footnote_reference_close"))
            case "hr":
                return Rule()
            case _:
                raise AssertionError(f"no block for markdown-it's {token.type}")

    def _line_of(self, closing: str) -> Inlines:
        inlines = self._inlines(self._next().content)
        assert self._next().type == closing
        return inlines

    def _items(self, closing: str) -> tuple[ListItem, ...]:
        items: list[ListItem] = []
        while self._next().type != closing:
            items.append(ListItem(*self._item()))
        return tuple(items)

    def _item(self) -> tuple[tuple[Block, ...], bool | None]:
        checked: bool | None = None
        if self._tokens[self._at].type == "paragraph_open":
            inline = self._tokens[self._at + 1]
            if task := _TASK.match(inline.content):
                checked = task[1] != " "
                inline.content = inline.content[task.end() :]
        return self.blocks("list_item_close"), checked

    def _table(self) -> Table:
        aligns: list[ColumnAlign] = []
        rows: list[tuple[Inlines, ...]] = []
        row: list[Inlines] = []
        while (token := self._next()).type != "table_close":
            if token.type == "inline":
                row.append(self._inlines(token.content))
            elif token.type == "th_open":
                aligns.append(_align(token))
            elif token.type == "tr_close":
                rows.append(tuple(row))
                row = []
        return Table(rows[0], tuple(rows[1:]), tuple(aligns))

    def _inlines(self, source: str) -> Inlines:
        if _PLAIN.match(source) and "http" not in source:
            return (Text(SafeText(source)),) if source else ()
        if len(source) > MAX_INLINE:
            return _lines(source)
        tokens: list[Token] = []
        state = InlineState(source, self._md, self._env, tokens)
        try:
            self._md.inline.tokenize(state)
            for rule in self._md.inline.ruler2.getRules(""):
                rule(state)
        except RecursionError:
            # Images inside images inside images …: markdown-it follows them without a bound.
            return _lines(source)
        return spans(tokens, source)


def _lines(source: str) -> Inlines:
    parts: list[Text | Break] = []
    for line in source.split("\n"):
        parts += [Break()] if parts else []
        parts += [Text(SafeText(line))] if line else []
    return tuple(parts)


def _paragraph(children: Inlines) -> Block:
    match children:
        case (InlineImage(alt, path),):
            return Image(alt, path)
        case (Math(source, True),):
            return MathBlock(source)
        case _:
            return Paragraph(children)


def _code(token: Token) -> Code:
    language = token.info.strip().split(maxsplit=1)
    return Code(SafeText(language[0] if language else ""), SafeText(token.content.removesuffix("\n")))


def _align(token: Token) -> ColumnAlign:
    style = str(token.attrs.get("style", ""))
    return "center" if "center" in style else "right" if "right" in style else "left"
