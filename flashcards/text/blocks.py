"""What a card's markdown means: frozen blocks that hold inline spans, the same for screen and package.

``parse`` is total: any text gives blocks, nothing raises, no character of prose is dropped (comments and
the marks themselves aside).  Every string inside is ``SafeText``; nesting is bounded by ``MAX_DEPTH``.

Blocks and where they come from::

    Heading      # a head                   Rule        ---
    Paragraph    prose                      MathBlock   $$ … $$   \\[ … \\]   \\begin{align} … \\end{align}
    ListBlock    - a  1. b  - [x] done      Image       a paragraph that is one image
    Code         ``` fences                 Details     <details><summary>…</summary> … </details>
    Quote        > said                     FootnoteDef [^1]: …
    Table        | a | b |

Spans: ``Text InlineCode Math Break InlineImage FootnoteRef`` are leaves; ``Emphasis Strong Strike Mark Sup
Sub Link`` hold ``children``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from flashcards.text.sanitize import SafeText

MAX_DEPTH = 12
"""Containers (lists, quotes, details) inside each other; deeper text is shown as plain lines."""

ColumnAlign = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words; never holds a newline."""

    text: SafeText


@dataclass(frozen=True, slots=True)
class InlineCode:
    """`code` inside a line."""

    text: SafeText


@dataclass(frozen=True, slots=True)
class Math:
    """A formula inside a line."""

    source: SafeText
    """TeX without its delimiters."""
    display: bool = False
    """True where it was written ``$$…$$`` or ``\\[…\\]`` in the midst of a line."""


@dataclass(frozen=True, slots=True)
class Break:
    """A line end that the author meant: ``<br>``, two spaces, or lines that were not wrapped by hand."""


@dataclass(frozen=True, slots=True)
class InlineImage:
    """An image in a line; ``path`` as written."""

    alt: SafeText
    path: SafeText


@dataclass(frozen=True, slots=True)
class FootnoteRef:
    """``[^label]`` that has a definition somewhere in the card."""

    label: SafeText


@dataclass(frozen=True, slots=True)
class Emphasis:
    """*stress*, also ``<i>`` and ``<em>``."""

    children: Inlines


@dataclass(frozen=True, slots=True)
class Strong:
    """**bold**, also ``<b>`` and ``<strong>``."""

    children: Inlines


@dataclass(frozen=True, slots=True)
class Strike:
    """~~struck~~, also ``<del>``."""

    children: Inlines


@dataclass(frozen=True, slots=True)
class Mark:
    """==marked==, also ``<mark>``."""

    children: Inlines


@dataclass(frozen=True, slots=True)
class Sup:
    """``<sup>``."""

    children: Inlines


@dataclass(frozen=True, slots=True)
class Sub:
    """``<sub>``."""

    children: Inlines


@dataclass(frozen=True, slots=True)
class Link:
    """[words](url), a bare address, or ``<a href>``."""

    children: Inlines
    url: SafeText
    """As written, never opened by this room."""


Inline: TypeAlias = (
    Text
    | InlineCode
    | Math
    | Break
    | InlineImage
    | FootnoteRef
    | Emphasis
    | Strong
    | Strike
    | Mark
    | Sup
    | Sub
    | Link
)
Inlines: TypeAlias = tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Prose."""

    children: Inlines


@dataclass(frozen=True, slots=True)
class Heading:
    """A head inside a card."""

    level: int
    """1 to 6."""
    children: Inlines


@dataclass(frozen=True, slots=True)
class ListItem:
    """One point of a list."""

    blocks: tuple[Block, ...]
    checked: bool | None = None
    """State of a task (``[ ]`` or ``[x]``); None where the item is no task."""


@dataclass(frozen=True, slots=True)
class ListBlock:
    """Points or steps."""

    ordered: bool
    start: int
    """Number of the first item; 1 for points."""
    items: tuple[ListItem, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A fenced block."""

    language: SafeText
    """First word after the fence, ``""`` where there is none."""
    text: SafeText
    """The lines, without the last line end."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Lines after ``>``."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A grid; every row has as many cells as the header."""

    header: tuple[Inlines, ...]
    rows: tuple[tuple[Inlines, ...], ...]
    aligns: tuple[ColumnAlign, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


@dataclass(frozen=True, slots=True)
class MathBlock:
    """A formula of its own."""

    source: SafeText
    """TeX without its delimiters."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image that stands alone; ``path`` as written."""

    alt: SafeText
    path: SafeText


@dataclass(frozen=True, slots=True)
class Details:
    """Text behind a summary."""

    summary: Inlines
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class FootnoteDef:
    """What a ``FootnoteRef`` points to; stands where it was written."""

    label: SafeText
    blocks: tuple[Block, ...]


Block: TypeAlias = (
    Paragraph | Heading | ListBlock | Code | Quote | Table | Rule | MathBlock | Image | Details | FootnoteDef
)


def parse(markdown: str) -> tuple[Block, ...]:
    """Read ``markdown`` (raw, as it stands in the notes) into blocks; see the module for what is promised."""
    # Here, so that who only walks blocks does not pay 35 ms for markdown-it.
    from flashcards.text.markdown import parse_blocks

    return parse_blocks(markdown)


def plain_text(spans: Iterable[Inline]) -> SafeText:
    """The words of ``spans`` in one line, without marks; formulas as their source, images as their alt."""
    return SafeText("".join(_plain(span) for span in spans))


def _plain(span: Inline) -> str:
    match span:
        case Text(text) | InlineCode(text):
            return text
        case Math(source):
            return source
        case InlineImage(alt):
            return alt
        case FootnoteRef(label):
            return f"[{label}]"
        case Break():
            return " "
        case _:
            return plain_text(span.children)
