"""Formulas in one row, for the midst of a sentence: ``d_{model}`` as d_model, ``\\frac{a}{b}`` as a/b.

A formula that needs two rows only for its scripts, fractions or roots is rewritten in TeX first, and the
result is drawn by ``maths``; brackets are added wherever the reading would not be plain without them.
"""

from __future__ import annotations

import re
from functools import lru_cache

from flashcards.text.maths import draw, mapped

# texicode draws sums and products on three rows; these stand in for them, and for the sign of a power that
# has no raised letter, and are put right in the drawn row.
_STAND_INS = {r"\sum": r"\wr ", r"\prod": r"\amalg ", r"\int": r"\smallint ", "^": r"\frown "}
_PUT_RIGHT = str.maketrans({"≀": "∑", "⨿": "∏", "⌢": "^"})
_TAKEN = re.compile(r"\\(?:wr|amalg|frown|begin)(?![A-Za-z])")
_TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|.", re.DOTALL)
_SYMBOL = re.compile(r"\s*(?:[A-Za-z0-9]+|\\[A-Za-z]+)\s*\Z")
_SCRIPTED = re.compile(r"\s*(?:[A-Za-z0-9]+|\\[A-Za-z]+)\s*(?:[_^](?:[A-Za-z0-9]|\{[A-Za-z0-9]+\}))?\s*\Z")
_OPEN_BEFORE = re.compile(r"(?:\A|[=+\-(\[{,<>&|:])\s*(?:\\[ ,;:!]|\s)*\Z")
_OPEN_AFTER = re.compile(r"\s*(?:\\[ ,;:!]|\\right)*\s*(?:\Z|[=+\-)\]},<>&|.:])")


@lru_cache(maxsize=512)
def draw_line(source: str) -> str | None:
    """The formula in one row, or None where that cannot be done without changing what it says."""
    rows = draw(source)
    if rows is None or len(rows) == 1:
        return rows[0] if rows else None
    tex = mapped(source)
    if _TAKEN.search(tex):
        return None
    try:
        rows = draw(_linear(tex))
    except (IndexError, RecursionError):
        return None
    return rows[0].translate(_PUT_RIGHT) if rows and len(rows) == 1 else None


def _linear(tex: str) -> str:
    """``tex`` without what needs a second row; raises IndexError where an argument is missing."""
    out: list[str] = []
    at = 0
    scripted = False
    while at < len(tex):
        token = _next(tex, at)
        at += len(token)
        if token == r"\frac":
            above, at = _argument(tex, at)
            below, at = _argument(tex, at)
            fraction = f"{_bracketed(above)}/{_bracketed(below)}"
            alone = _OPEN_BEFORE.search("".join(out)) and _OPEN_AFTER.match(tex, at)
            out.append(fraction if alone else f"({fraction})")
        elif token == r"\sqrt" and not tex[at:].lstrip().startswith("["):
            inside, at = _argument(tex, at)
            out.append(rf"\surd {_bracketed(inside)}")
        elif token in ("_", "^"):
            script, at = _argument(tex, at)
            out.append(_script(token, script, scripted))
            scripted = True
            continue
        elif token in (r"\left", r"\right"):
            at += tex[at : at + 1] == "."
        else:
            out.append(_STAND_INS.get(token, token))
        scripted = False
    return "".join(out)


def _next(tex: str, at: int) -> str:
    match = _TOKEN.match(tex, at)
    if match is None:
        raise IndexError(at)
    return match[0]


def _argument(tex: str, at: int) -> tuple[str, int]:
    """What a command at ``at`` applies to, without its braces, and where the rest begins."""
    while tex[at] == " ":
        at += 1
    first = _next(tex, at)
    if first != "{":
        return first, at + len(first)
    depth, start = 1, at + 1
    at = start
    while True:
        token = _next(tex, at)
        depth += (token == "{") - (token == "}")
        if depth == 0:
            return tex[start:at], at + 1
        at += len(token)


def _bracketed(tex: str, bare: re.Pattern[str] = _SCRIPTED) -> str:
    return f"{{{tex}}}" if bare.match(tex) else f"({_linear(tex)})"


def _script(sign: str, script: str, scripted: bool) -> str:
    """A script as raised or lowered letters if they exist and the place is free, else after its sign."""
    rows = None if scripted else draw(f"x{sign}{{{script}}}")
    if rows and len(rows) == 1:
        return f"{sign}{{{script}}}"
    return (r"\_" if sign == "_" else _STAND_INS["^"]) + _bracketed(script, _SYMBOL)
