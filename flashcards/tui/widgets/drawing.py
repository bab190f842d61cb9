"""From laid-out lines to Textual's strips: semantic style names are looked up in the style sheet.

``heat:2`` (background) and ``heat:2/5`` (upper and lower half of a block) name steps of the theme's
heat ramp and are the one family of names that is computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from flashcards.text.lines import Line, Span, literal
from flashcards.tui.actions import KeyNames
from flashcards.tui.themes import HEAT_STEPS

TEXT_STYLES: Final = (
    *(f"heading{level}" for level in range(1, 7)), "strong", "emphasis", "strike", "mark", "sup", "sub", "code",
    "math", "math.source", "link", "link.url", "quote", "quote.bar", "list.marker", "task", "table.border",
    "table.head", "image", "details", "rule", "footnote", "code.wrap", "syntax.keyword", "syntax.string",
    "syntax.comment", "syntax.number", "syntax.function", "syntax.class", "syntax.decorator", "syntax.builtin",
    "syntax.operator",
)  # fmt: skip
"""The names that ``flashcards.text.lines`` lists."""
OWN_STYLES: Final = (
    "muted", "number", "key", "cursor", "cursor-muted", "match", "match-now", "good", "bad", "warn",
    "accent", "due", "fresh", "rule", "title", "value", *(f"heat-{step}" for step in range(HEAT_STEPS)),
    *(f"square-{step}" for step in range(HEAT_STEPS)), *(f"curve-{number}" for number in range(5)),
)  # fmt: skip
"""Styles the screens use beside those of the text layout."""


def component(style: str) -> str:
    """The style sheet's class for a semantic style name."""
    return f"line--{style.replace('.', '-')}"


COMPONENTS: Final = frozenset(component(name) for name in (*TEXT_STYLES, *OWN_STYLES))


def line(*parts: str | tuple[str, str]) -> Line:
    """A line of plain texts and ``(text, style)`` pairs, which are our own words or safe already."""
    return tuple(literal(part) if isinstance(part, str) else literal(*part) for part in parts)


def overlay(strip: Strip, style: Style) -> Strip:
    """``strip`` with the background and weight of ``style`` laid over whatever it had."""
    over = Style(bgcolor=style.bgcolor, bold=style.bold, reverse=style.reverse)
    return Strip(Segment.apply_style(strip, post_style=over), strip.cell_length)


def restyled(spans: Line, style: str) -> Line:
    """``spans`` with ``style`` wherever they had none of their own."""
    return tuple(Span(span.text, span.style or style, span.link) for span in spans)


class DrawsLines(Widget):
    """A widget that draws lines of spans.

    The screen carries the component classes of all its widgets: Textual resolves each of them at every
    change of style, which for eighty styles in each of five widgets was a fifth of the first frame.
    """

    def line_style(self, names: str) -> Style:
        """How the theme draws ``names``, laid over each other; a name it does not know changes nothing."""
        style = self.rich_style
        for name in names.split():
            if name.startswith("heat:"):
                style += self._heat_style(name.removeprefix("heat:"))
            elif component(name) in COMPONENTS:
                style += self.screen.get_component_rich_style(component(name), partial=True)
        return style

    def _heat_style(self, steps: str) -> Style:
        upper, _, lower = steps.partition("/")
        top = self.screen.get_component_rich_style(component(f"heat-{upper}"))
        if not lower:
            return top
        bottom = self.screen.get_component_rich_style(component(f"heat-{lower}"))
        return Style(color=top.bgcolor, bgcolor=bottom.bgcolor)

    @property
    def key_names(self) -> KeyNames:
        """The keys as they are written in words, as the person remapped them."""
        from flashcards.tui.app import FlashcardsApp

        assert isinstance(self.app, FlashcardsApp)
        return KeyNames(self.app.keymap)

    def strip_of(self, spans: Iterable[Span]) -> Strip:
        """One line as Textual draws it; a row of squares has many spans and few styles."""
        styles: dict[str, Style] = {}
        segments = []
        for span in spans:
            if (style := styles.get(span.style)) is None:
                style = styles[span.style] = self.line_style(span.style)
            segments.append(Segment(span.text, style))
        return Strip(segments)

    @property
    def colourless(self) -> bool:
        """Whether shades must say what colours would: without colour, or with the terminal's own sixteen."""
        return self.app.no_color or self.app.current_theme.ansi
