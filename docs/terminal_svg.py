"""Draw a running app's screen as an SVG in which every glyph keeps to its cells, whatever font the reader has.

Textual's own export loads a font from the web, which GitHub does not do, and gives a Chinese character the
width of a Latin one.  Here words carry the length they must take, a wide glyph stands in the middle of its two
cells, and block and braille characters are drawn as shapes, so that charts have no seams.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from typing import Final

from rich.color import blend_rgb
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DIMMED_MONOKAI
from textual.app import App
from textual.strip import Strip

from flashcards.text.cells import cell_width, clusters

CELL: Final = 12
"""Width of a cell; monospace fonts are 0.6 em wide, and the font is 20 units high."""
ROW: Final = 24
BASELINE: Final = 18
PADDING: Final = 14
SEAM: Final = 0.4
"""Filled cells reach so far under the next row; scaled down, a hair of paper would show between them."""
FONTS: Final = (
    "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Noto Sans Mono CJK SC',"
    "'PingFang SC','Microsoft YaHei',monospace"
)
LOWER: Final = "▁▂▃▄▅▆▇"
LEFT: Final = "▏▎▍▌▋▊▉"
BLOCKS: Final = {
    "█": (0, 0, 1, 1), "▀": (0, 0, 1, 0.5), "▐": (0.5, 0, 0.5, 1), "▔": (0, 0, 1, 0.125), "▕": (0.875, 0, 0.125, 1),
    "■": (0.08, 0.24, 0.84, 0.48),
    **{char: (0, 0, eighths / 8, 1) for eighths, char in enumerate(LEFT, 1)},
    **{char: (0, 1 - eighths / 8, 1, eighths / 8) for eighths, char in enumerate(LOWER, 1)},
}  # fmt: skip
"""Characters that are rectangles: left, top, width, height in parts of the cell."""
LINES: Final = {
    "─": "rl", "│": "ud", "┌": "rd", "┐": "dl", "└": "ur", "┘": "ul", "├": "urd", "┤": "udl", "┬": "rdl", "┴": "url",
    "┼": "urdl", "╭": "rd", "╮": "dl", "╰": "ur", "╯": "ul", "╴": "l", "╵": "u", "╶": "r", "╷": "d",
    "━": "RL", "┃": "UD", "╸": "L", "╺": "R", "┰": "rDl", "┸": "Url",
}  # fmt: skip
"""Box drawing: the sides that a line goes to from the middle of the cell; capitals are heavy."""
DOT_BITS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Braille: bit of the dot in each row and column."""


@dataclass
class Sheet:
    """The drawing as it grows."""

    backgrounds: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    classes: dict[str, str] = field(default_factory=dict)

    def style_class(self, rules: str) -> str:
        """The short name of a style."""
        return self.classes.setdefault(rules, f"s{len(self.classes)}")


def screen_svg(app: App[None]) -> str:
    """The screen of ``app`` now, with whatever lies beneath a dialog."""
    strips = _strips(app)
    paper = app.current_theme.background or "#000000"
    sheet = Sheet()
    for y, strip in enumerate(strips):
        x = 0
        for text, style in _runs(strip):
            _draw(sheet, text, style, x, y, paper)
            x += cell_width(text)
    width = app.size.width * CELL + 2 * PADDING
    height = app.size.height * ROW + 2 * PADDING
    rules = "\n".join(f".{name}{{{rule}}}" for rule, name in sheet.classes.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-size="20">\n'
        f"<style>\ntext{{font-family:{FONTS};white-space:pre}}\n.w{{text-anchor:middle}}\n{rules}\n</style>\n"
        f'<rect x="1" y="1" width="{width - 2}" height="{height - 2}" rx="10" fill="{paper}" stroke="#8886"/>\n'
        f'<g transform="translate({PADDING} {PADDING})">\n'
        + "\n".join((*sheet.backgrounds, *sheet.marks, *sheet.texts))
        + "\n</g>\n</svg>\n"
    )


def _strips(app: App[None]) -> list[Strip]:
    update = app.screen._compositor.render_update(
        full=True, screen_stack=app._background_screens, simplify=True
    )
    return [Strip.join(parts) for parts in update.strips]  # type: ignore[union-attr]


def _runs(strip: Strip) -> Iterator[tuple[str, Style]]:
    for segment in Segment.simplify(strip):
        if segment.text and not segment.control:
            yield segment.text, segment.style or Style()


def _colours(style: Style, paper: str) -> tuple[str, str]:
    """Foreground and background as they are seen."""
    theme = DIMMED_MONOKAI
    front = style.color.get_truecolor(theme) if style.color else theme.foreground_color
    back = style.bgcolor.get_truecolor(theme, foreground=False) if style.bgcolor else None
    if style.dim and back:
        front = blend_rgb(front, back, 0.4)
    colours = front.hex, back.hex if back else paper
    return (colours[1], colours[0]) if style.reverse else colours


def _draw(sheet: Sheet, text: str, style: Style, x: int, y: int, paper: str) -> None:
    front, back = _colours(style, paper)
    if back.lower() != paper.lower():
        size = f'width="{cell_width(text) * CELL}" height="{ROW + SEAM}"'
        sheet.backgrounds.append(f'<rect x="{x * CELL}" y="{y * ROW}" {size} fill="{back}"/>')
    if path := _shapes(text, x, y):
        sheet.marks.append(f'<path fill="{front}" d="{path}"/>')
    rules = f"fill:{front}"
    rules += ";font-weight:bold" if style.bold else ""
    rules += ";font-style:italic" if style.italic else ""
    lines = [name for name, on in (("underline", style.underline), ("line-through", style.strike)) if on]
    rules += f";text-decoration:{' '.join(lines)}" if lines else ""
    sheet.texts += _words(sheet, text, rules, x, y)


def _is_shape(cluster: str) -> bool:
    return cluster in BLOCKS or cluster in LINES or 0x2800 <= ord(cluster[0]) <= 0x28FF


def _shapes(text: str, x: int, y: int) -> str:
    """Path of the characters that are rectangles or dots."""
    path = ""
    for cluster, width in clusters(text):
        left, top = x * CELL, y * ROW
        if cluster in BLOCKS:
            parts = BLOCKS[cluster]
            seam = SEAM if parts[1] + parts[3] == 1 else 0
            path += _box(left + parts[0] * CELL, top + parts[1] * ROW, parts[2] * CELL, parts[3] * ROW + seam)
        elif cluster in LINES:
            path += "".join(_arm(left, top, side) for side in LINES[cluster])
        elif _is_shape(cluster):
            bits = ord(cluster[0]) - 0x2800
            for row, pair in enumerate(DOT_BITS):
                for column, bit in enumerate(pair):
                    if bits & bit:
                        path += _box(left + 1.5 + column * 6, top + 1.5 + row * 6, 3, 3)
        x += width
    return path


def _arm(left: float, top: float, side: str) -> str:
    """A line from the middle of the cell to one side."""
    across, down, half = left + CELL / 2, top + ROW / 2, 1.5 if side.isupper() else 0.75
    match side.lower():
        case "l":
            return _box(left, down - half, CELL / 2 + half, 2 * half)
        case "r":
            return _box(across - half, down - half, CELL / 2 + half, 2 * half)
        case "u":
            return _box(across - half, top, 2 * half, ROW / 2 + half)
        case _:
            return _box(across - half, down - half, 2 * half, ROW / 2 + half)


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:g} {y:g}h{width:g}v{height:g}h{-width:g}z"


def _words(sheet: Sheet, text: str, rules: str, x: int, y: int) -> Iterator[str]:
    """Latin words with the length they take; every other glyph in the middle of its cells, one by one."""
    baseline = y * ROW + BASELINE
    placed = []
    for cluster, width in clusters(text):
        placed.append((_kind(cluster), cluster, x, width))
        x += width
    for kind, group in groupby(placed, key=lambda entry: entry[0]):
        glyphs = list(group)
        if kind == "word":
            name, start = sheet.style_class(rules), glyphs[0][2] * CELL
            word = escape("".join(glyph[1] for glyph in glyphs), quote=False)
            length = f'textLength="{len(glyphs) * CELL}" lengthAdjust="spacingAndGlyphs"'
            yield f'<text class="{name}" x="{start}" y="{baseline}" {length}>{word}</text>'
        elif kind == "glyph":
            name = sheet.style_class(rules)
            middles = [(escape(g, quote=False), at * CELL + width * CELL / 2) for _, g, at, width in glyphs]
            body = "".join(f'<tspan x="{middle:g}">{glyph}</tspan>' for glyph, middle in middles)
            yield f'<text class="w {name}" y="{baseline}">{body}</text>'


def _kind(cluster: str) -> str:
    """Latin letters are in every monospace font; the rest may come from another one, as wide as it likes."""
    if cluster.isspace() or _is_shape(cluster):
        return ""
    return "word" if all(ord(char) < 0x250 for char in cluster) else "glyph"
