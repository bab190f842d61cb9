"""From laid-out lines to Textual's strips: semantic style names are looked up in the style sheet.

``heat:2`` (background) and ``heat:2/5`` (upper and lower half of a block) name steps of the theme's
heat ramp and are the one family of names that is computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from flashcards.text.layout import STYLES, Line, Span
from flashcards.tui.themes import HEAT_STEPS

OWN_STYLES: Final = (
    "muted", "number", "key", "cursor", "cursor-muted", "match", "match-now", "good", "bad", "warn",
    "accent", "rule", "title", "value", *(f"heat-{step}" for step in range(HEAT_STEPS)),
    *(f"square-{step}" for step in range(HEAT_STEPS)), *(f"curve-{number}" for number in range(5)),
)  # fmt: skip
"""Styles the screens use beside those of the text layout."""


def component(style: str) -> str:
    """The style sheet's class for a semantic style name."""
    return f"line--{style.replace('.', '-')}"


def line(*parts: str | tuple[str, str]) -> Line:
    """A line of plain texts and ``(text, style)`` pairs."""
    return tuple(Span(part, "") if isinstance(part, str) else Span(*part) for part in parts)


def overlay(strip: Strip, style: Style) -> Strip:
    """``strip`` with the background and weight of ``style`` laid over whatever it had."""
    over = Style(bgcolor=style.bgcolor, bold=style.bold, reverse=style.reverse)
    return Strip(Segment.apply_style(strip, post_style=over), strip.cell_length)


def restyled(spans: Line, style: str) -> Line:
    """``spans`` with ``style`` wherever they had none of their own."""
    return tuple(Span(span.text, span.style or style, span.link) for span in spans)


class DrawsLines(Widget):
    """A widget that draws lines of spans."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {component(name) for name in (*STYLES, *OWN_STYLES)}

    def line_style(self, name: str) -> Style:
        """How the theme draws ``name``; a name the style sheet does not know is drawn as plain text."""
        if name.startswith("heat:"):
            return self._heat_style(name.removeprefix("heat:"))
        if not name or component(name) not in self._get_component_classes():
            return self.rich_style
        return self.get_component_rich_style(component(name))

    def _heat_style(self, steps: str) -> Style:
        upper, _, lower = steps.partition("/")
        top = self.get_component_rich_style(component(f"heat-{upper}"))
        if not lower:
            return top
        bottom = self.get_component_rich_style(component(f"heat-{lower}"))
        return Style(color=top.bgcolor, bgcolor=bottom.bgcolor)

    def strip_of(self, spans: Iterable[Span]) -> Strip:
        """One line as Textual draws it."""
        return Strip([Segment(span.text, self.line_style(span.style)) for span in spans])

    @property
    def colourless(self) -> bool:
        """Whether shades must say what colours would: without colour, or with the terminal's own sixteen."""
        return self.app.no_color or self.app.current_theme.ansi
