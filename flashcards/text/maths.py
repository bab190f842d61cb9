"""Formulas as rows of text, drawn by ``texicode``; a formula it cannot draw is shown as it was written.

texicode prints ``?`` for what it does not know and a line ``TeXicode: … error`` instead of raising, so its
output is believed only when it holds neither.
"""

from __future__ import annotations

import re
import textwrap
from functools import lru_cache

from flashcards.text.cells import cell_width

MAX_SOURCE = 2_000
"""Characters of TeX; longer is a dump, and texicode's time grows with the square."""

_COMMANDS = {
    "bm": r"\mathbf",
    "boldsymbol": r"\mathbf",
    "pmb": r"\mathbf",
    "mathds": r"\mathbb",
    "mathrm": r"\text",
    "operatorname": r"\text",
    "textbf": r"\text",
    "textit": r"\text",
    "textrm": r"\text",
    "texttt": r"\text",
    "mbox": r"\text",
    "dfrac": r"\frac",
    "tfrac": r"\frac",
    "lVert": r"\|",
    "rVert": r"\|",
    "Vert": r"\|",
    "space": r"\ ",
    "varpropto": r"\propto",
    "leqslant": r"\leq",
    "geqslant": r"\geq",
    "argmax": r"\text{argmax}",
    "argmin": r"\text{argmin}",
    "implies": r"\Rightarrow",
    "lt": "<",
    "gt": ">",
    "colon": ":",
    "dotsc": r"\dots",
    "dotsb": r"\cdots",
    "displaystyle": "",
    "textstyle": "",
    "limits": "",
    "nolimits": "",
    "nonumber": "",
    "notag": "",
    "boxed": "",
    "underline": "",
    "mathop": "",
    "mathbin": "",
    "mathrel": "",
    "bigl": "",
    "bigr": "",
    "Bigl": "",
    "Bigr": "",
    "biggl": "",
    "biggr": "",
}
_SYMBOLS = {
    "×": r"\times ",
    "·": r"\cdot ",
    "≈": r"\approx ",
    "≤": r"\leq ",
    "≥": r"\geq ",
    "≠": r"\neq ",
    "…": r"\dots ",
}
_COMMAND = re.compile(r"\\(" + "|".join(sorted(_COMMANDS, key=len, reverse=True)) + r")(?![A-Za-z])\*?")
_DROPPED = re.compile(r"\\(?:color|textcolor|label|tag\*?)\s*\{[^{}]*\}")
_SYMBOL = re.compile("[" + "".join(_SYMBOLS) + "]")
_NUMBERED = re.compile(r"\\(begin|end)\{(?:equation|gather|gathered|multline)\*?\}")
_ALIGNED = re.compile(r"\\(begin|end)\{(?:aligned|alignat|flalign|eqnarray|split)\*?\}")
_STARRED = re.compile(r"\\(begin|end)\{(\w+)\*\}")


def render_math(source: str, width: int | None = None) -> list[str]:
    """Rows that show the formula ``source`` (TeX without delimiters) in at most ``width`` cells.

    The untouched lines of the source where it cannot be drawn.
    """
    rows = draw(source, width)
    return source.split("\n") if rows is None else rows


def draw(source: str, width: int | None = None) -> list[str] | None:
    """The rows of a drawn formula, or None where it cannot be drawn in ``width`` cells."""
    rows = _draw(source)
    if rows is None or (width is not None and any(cell_width(row) > width for row in rows)):
        return None
    return list(rows)


_FUNCTION = re.compile(
    r"(\\(?:log|ln|exp|sin|cos|tan|tanh|max|min|arg|det|dim)(?![A-Za-z]))\s*"
    r"(?=[A-Za-z0-9]|\\(?!left|big|Big|limits|,|;|:|!|space)[A-Za-z])"
)
"""A function whose argument stands bare: texicode sets ``\\cos m`` as "cosm"."""


def mapped(source: str) -> str:
    """``source`` in the words that texicode knows."""
    source = _DROPPED.sub("", source)
    source = _NUMBERED.sub("", source)
    source = _ALIGNED.sub(r"\\\1{align}", source)
    source = _STARRED.sub(r"\\\1{\2}", source)
    source = _COMMAND.sub(lambda match: _COMMANDS[match[1]], source)
    source = _FUNCTION.sub(r"\1\\ ", source)
    return (
        _SYMBOL.sub(lambda match: _SYMBOLS[match[0]], source)
        .replace("\n", " ")
        .replace("\u00a0", " ")
        .strip()
    )


@lru_cache(maxsize=512)
def _draw(source: str) -> tuple[str, ...] | None:
    if not source.strip() or len(source) > MAX_SOURCE:
        return None
    from texicode import arts
    from texicode.pipeline import render_tex_rows

    # Upright letters: the slanted ones of the mathematical plane are missing from many terminal fonts.
    arts.font = arts.font_normal
    try:
        rows = [str(row).rstrip() for row in render_tex_rows(mapped(source), False)]
    except Exception:
        # A third-party parser on foreign input; whatever it trips over, the source is what we show.
        return None
    drawn = "\n".join(rows)
    if drawn.startswith("TeXicode:") or drawn.count("?") > source.count("?") or not drawn.strip():
        return None
    return tuple(textwrap.dedent(drawn).strip("\n").split("\n"))
