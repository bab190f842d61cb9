"""Blocks to lines of cells: a card as it stands on a screen of a given width.

No line is wider than the width, no character of the text is left out, and the same blocks always give the
same lines; what cannot fit side by side is stacked.  Lists its links and footnotes at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flashcards.text.blocks import (
    Block,
    Break,
    Code,
    Details,
    FootnoteDef,
    Heading,
    Image,
    Inline,
    Inlines,
    Link,
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
from flashcards.text.cells import cell_width, clusters
from flashcards.text.highlight import highlight
from flashcards.text.inlines import Links, flow, image
from flashcards.text.linear_math import draw_line
from flashcards.text.lines import UNICODE, Glyphs, Line, Span, literal, merged, prefixed
from flashcards.text.maths import draw, render_math
from flashcards.text.sanitize import SafeText
from flashcards.text.tables import table_lines
from flashcards.text.wrap import wrap

__all__ = ["Glyphs", "Line", "Span", "layout"]

MIN_WIDTH = 10
"""Cells; nothing is laid out narrower: markers then stand on lines of their own."""
_CODE_INDENT = 2


def layout(blocks: Sequence[Block], width: int, *, glyphs: Glyphs = UNICODE) -> list[Line]:
    """The lines of a card in at most ``width`` cells (``MIN_WIDTH`` where less is asked)."""
    return _Layout(glyphs).card(blocks, max(width, MIN_WIDTH))


class _Layout:
    def __init__(self, glyphs: Glyphs) -> None:
        self._glyphs = glyphs
        self._links = Links()
        self._notes: list[FootnoteDef] = []

    def card(self, blocks: Sequence[Block], width: int) -> list[Line]:
        lines = self._stack(blocks, width)
        while self._notes:
            notes, self._notes = self._notes, []
            for number, note in enumerate(notes):
                lines += [()] if number == 0 and lines else []
                lines += self._hung(literal(f"[^{note.label}] ", "footnote"), note.blocks, width)
        for number, url in enumerate(self._links.urls, 1):
            lines += [()] if number == 1 and lines else []
            shown = Paragraph((Link((Text(url),), url),))
            lines += self._hung(literal(f"[{number}] ", "link.url", url), (shown,), width)
        return lines

    def _stack(
        self, blocks: Iterable[Block], width: int, inside_list: bool = False, depth: int = 0
    ) -> list[Line]:
        """Blocks below each other, with an empty line where the eye needs one."""
        lines: list[Line] = []
        before: Block | None = None
        for block in blocks:
            if isinstance(block, FootnoteDef):
                self._notes.append(block)
                continue
            if before is not None and _gap(before, block, inside_list):
                lines.append(())
            lines += self._block(block, width, depth)
            before = block
        return lines

    def _block(self, block: Block, width: int, depth: int) -> list[Line]:
        match block:
            case Paragraph(children):
                return self._paragraph(children, width)
            case Heading(level, children):
                return wrap(flow(children, self._links, f"heading{level}"), width)
            case ListBlock():
                return self._list(block, width, depth)
            case Code(language, text):
                return self._code(text, language, width)
            case Quote(blocks):
                return self._quote(blocks, width, depth)
            case Table():
                return self._table(block, width)
            case MathBlock(source):
                return _math(source, width)
            case Image(alt, path):
                return wrap(image(alt, path), width)
            case Details():
                return self._details(block, width, depth)
            case Rule():
                return [(literal(self._glyphs.across * width, "rule"),)]
            case FootnoteDef():
                raise AssertionError("footnotes are laid out at the end of the card")

    def _paragraph(self, children: Inlines, width: int) -> list[Line]:
        """Prose; a formula that has a line to itself and more than one row stands in two dimensions there."""
        lines: list[Line] = []
        prose: list[Inline] = []
        for row in _rows(children):
            if len(row) == 1 and isinstance(row[0], Math) and _is_tall(row[0], width):
                lines += wrap(flow(tuple(prose), self._links), width)
                lines += _math(row[0].source, width)
                prose = []
            else:
                prose += [Break(), *row] if prose else row
        return lines + wrap(flow(tuple(prose), self._links), width)

    def _list(self, block: ListBlock, width: int, depth: int) -> list[Line]:
        lines: list[Line] = []
        airy = depth == 0 and any(_is_long(item) for item in block.items)
        for number, item in enumerate(block.items, block.start):
            if lines and airy:
                lines.append(())
            bullets = self._glyphs.bullets
            marker = f"{number}." if block.ordered else bullets[depth % len(bullets)]
            if item.checked is not None:
                marker = self._glyphs.checked if item.checked else self._glyphs.unchecked
            label = literal(f"{marker} ", "task" if item.checked is not None else "list.marker")
            lines += self._hung(label, item.blocks, width, depth + 1)
        return lines

    def _hung(self, label: Span, blocks: Sequence[Block], width: int, depth: int = 1) -> list[Line]:
        """Blocks that hang to the right of ``label``; below it where there is no room beside it."""
        room = width - cell_width(label.text)
        if room < MIN_WIDTH:
            return [*wrap([label], width), *self._stack(blocks, width, True, depth)]
        lines = self._stack(blocks, room, True, depth) or [()]
        return prefixed(lines, label, literal(" " * cell_width(label.text)))

    def _quote(self, blocks: Sequence[Block], width: int, depth: int) -> list[Line]:
        if width - 2 < MIN_WIDTH:
            return self._stack(blocks, width, depth=depth)
        bar = literal(f"{self._glyphs.bar} ", "quote.bar")
        return [
            (bar, *(Span(text, f"quote {style}".strip(), link) for text, style, link in line))
            for line in self._stack(blocks, width - 2, depth=depth)
        ]

    def _table(self, table: Table, width: int) -> list[Line]:
        header = [flow(cell, self._links, "table.head") for cell in table.header]
        rows = [[flow(cell, self._links) for cell in row] for row in table.rows]
        return table_lines(header, rows, table.aligns, width, self._glyphs)

    def _details(self, block: Details, width: int, depth: int) -> list[Line]:
        summary = flow(block.summary, self._links, "details")
        fold = literal(f"{self._glyphs.fold} ", "details")
        lines = prefixed(wrap(summary, max(width - 2, 2)) or [()], fold, literal("  "))
        if width - 2 < MIN_WIDTH:
            return lines + self._stack(block.blocks, width, depth=depth)
        return lines + prefixed(
            self._stack(block.blocks, width - 2, depth=depth), literal("  "), literal("  ")
        )

    def _code(self, code: str, language: str, width: int) -> list[Line]:
        first = literal(" " * _CODE_INDENT, "code")
        rest = literal(f"{self._glyphs.wrapped} ", "code.wrap")
        lines: list[Line] = []
        for spans in highlight(code, language):
            lines += prefixed(_chopped(spans, width - _CODE_INDENT), first, rest)
        return lines
        return lines or [()]


def _rows(children: Inlines) -> list[list[Inline]]:
    """The lines that the author made, without the breaks between them."""
    rows: list[list[Inline]] = [[]]
    for inline in children:
        if isinstance(inline, Break):
            rows.append([])
        else:
            rows[-1].append(inline)
    return rows


def _is_tall(formula: Math, width: int) -> bool:
    """Whether it has a fraction, a sum or a matrix; mere scripts read well in one row."""
    return len(draw(formula.source, width - _CODE_INDENT) or ()) > 2


def _gap(before: Block, block: Block, inside_list: bool) -> bool:
    """Whether an empty line stands between two blocks: around what is no prose, and between paragraphs."""
    if isinstance(before, Heading):
        return False
    if isinstance(before, ListBlock) and isinstance(block, ListBlock):
        return before.ordered == block.ordered and not inside_list
    if isinstance(block, ListBlock):
        return not isinstance(before, Paragraph)
    return not inside_list or (isinstance(before, Paragraph) and isinstance(block, Paragraph))


def _is_long(item: ListItem) -> bool:
    """Whether an item is more than a line with points below it."""
    return sum(not isinstance(block, ListBlock) for block in item.blocks) > 1


def _math(source: str, width: int) -> list[Line]:
    """A formula in two dimensions; where that is too wide in one row, wrapped, and else its source."""
    room = width - _CODE_INDENT
    indent = literal(" " * _CODE_INDENT)
    rows = render_math(source, room)
    if draw(source, room) is not None:
        return [(indent, literal(row, "math")) if row else () for row in rows]
    row = draw_line(source)
    spans = [literal(row, "math")] if row else [literal(f"{line}\n", "math.source") for line in rows]
    return prefixed(wrap(spans, room), indent, indent)


def _chopped(spans: Sequence[Span], width: int) -> list[Line]:
    """One line of code in pieces of at most ``width`` cells, broken after a space or comma if one is near."""
    if sum(cell_width(span.text) for span in spans) <= width:
        return [tuple(spans)]
    pieces = [
        (Span(SafeText(cluster), style, link), cells)
        for text, style, link in spans
        for cluster, cells in clusters(text)
    ]
    lines: list[Line] = []
    start = used = 0
    for at, (_, cells) in enumerate(pieces):
        if used + cells > width:
            end = _break(pieces, start, at)
            lines.append(merged(span for span, _ in pieces[start:end]))
            start, used = end, sum(cells for _, cells in pieces[end:at])
        used += cells
    return [*lines, merged(span for span, _ in pieces[start:])]


def _break(pieces: Sequence[tuple[Span, int]], start: int, end: int) -> int:
    """Where to break code that runs from ``start`` and is full at ``end``: not before two thirds of the line."""
    for at in range(end, start + (end - start) * 2 // 3, -1):
        if pieces[at - 1][0].text in " ,;(":
            return at
    return end
