"""Texts with places for values: ``{L}``, ``{cfg[0]}``, ``{= 2*L}``, ``{tied ? one text : another}``, ``{answer}``.

Single braces outside maths and code, double ones (``{{L}}``) inside, where single ones belong to TeX or to a program.
What is not a place for a value stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from flashcards.formula import FormulaError, Value, parse
from flashcards.text.numerals import Notation, numeral

COMPUTED_DIGITS = 4
"""Significant digits of ``{= …}``: what one would say."""

# Code fence, code span, display and inline maths: the parts in which single braces mean something else.
_PARTS = re.compile(
    r"(?P<code>^[ ]*(?P<fence>`{3,}|~{3,}).*?(?:^[ ]*(?P=fence)[ ]*$|\Z)|(?P<tick>`+)(?!`).+?(?<!`)(?P=tick)(?!`))"
    r"|(?P<tex>\$\$.+?\$\$|(?<![\\$])\$(?!\s)[^$\n]+?(?<![\s\\])\$(?!\d))",
    re.DOTALL | re.MULTILINE,
)
_SINGLE = re.compile(r"(?<!\{)\{([^{}\n]{1,200})\}(?!\})")
_DOUBLE = re.compile(r"\{\{([^{}\n]{1,200})\}\}")
_PLACE = re.compile(r"(?P<name>[A-Za-z_]\w*)(?P<index>\[\d+\])?")
_NAMED_ALREADY = re.compile(r"\b([A-Za-z_]\w*) ?= ?\{\1\}")
_CHOICE = re.compile(r"(?P<test>[^?]+?)\s*\?\s*(?P<yes>.*?)\s+:\s+(?P<no>.*)", re.DOTALL)

ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Filling:
    """What goes into the places."""

    values: Mapping[str, Value]
    answer: str = ""
    """The result with its unit."""


def fill(template: str, filling: Filling) -> str:
    """The text with its values.  Raises FormulaError where a place cannot be computed."""

    def one(inside: str, notation: Notation) -> str | None:
        return _filled(inside, filling, notation)

    return _replaced(template, one)


def readable(template: str) -> str:
    """The text with symbols instead of values, for lists and searches: ``{L} layers`` is "L layers".

    What is named already is not named twice: ``T = {T}`` is "T".
    """
    return _replaced(_NAMED_ALREADY.sub(r"{\1}", template), lambda inside, _: _named(inside))


def unknown_places(template: str, known: frozenset[str]) -> list[str]:
    """Places of a numeric card's text that name no variable of it, as written."""
    wrong: list[str] = []
    for inside, _ in _places(template):
        try:
            names = _names(inside)
        except FormulaError:
            names = None
        if names is None or not names <= known | {ANSWER}:
            wrong.append("{" + inside + "}")
    return wrong


def names_in(template: str) -> frozenset[str]:
    """The variables that a text shows or uses."""
    return frozenset(name for inside, _ in _places(template) for name in _names(inside) or ())


def computed_in(template: str) -> list[str]:
    """The expressions of its ``{= …}``."""
    return [inside[1:].strip() for inside, _ in _places(template) if inside.startswith("=")]


def _places(template: str) -> Iterator[tuple[str, Notation]]:
    found: list[tuple[str, Notation]] = []

    def keep(inside: str, notation: Notation) -> None:
        found.append((inside, notation))

    _replaced(template, keep)
    return iter(found)


def _replaced(template: str, replace: Callable[[str, Notation], str | None]) -> str:
    """Each place handed to ``replace`` with the notation around it; ``None`` keeps it."""
    if "{" not in template:
        return template
    made: list[str] = []
    at = 0
    for part in _PARTS.finditer(template):
        made.append(_part(template[at : part.start()], "text", replace))
        made.append(_part(part[0], "tex" if part["tex"] else "code", replace))
        at = part.end()
    made.append(_part(template[at:], "text", replace))
    return "".join(made)


def _part(text: str, notation: Notation, replace: Callable[[str, Notation], str | None]) -> str:
    def put(match: re.Match[str]) -> str:
        made = replace(match[1].strip(), notation)
        return match[0] if made is None else made

    text = _DOUBLE.sub(put, text)
    return _SINGLE.sub(put, text) if notation == "text" else text


def _filled(inside: str, filling: Filling, notation: Notation) -> str | None:
    if inside == ANSWER:
        return filling.answer
    if inside.startswith("="):
        return numeral(parse(inside[1:].strip()).value(filling.values), COMPUTED_DIGITS, notation)
    if choice := _CHOICE.fullmatch(inside):
        return choice["yes"] if parse(choice["test"].strip()).value(filling.values) else choice["no"]
    place = _PLACE.fullmatch(inside)
    if place is None or place["name"] not in filling.values:
        return None
    value = filling.values[place["name"]]
    if place["index"] and isinstance(value, list):
        index = int(place["index"][1:-1])
        return _shown(value[index], notation) if index < len(value) else None
    return _shown(value, notation)


def _shown(value: Value, notation: Notation) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        shown = [f"({_shown(v, notation)})" if isinstance(v, list) else _shown(v, notation) for v in value]
        return ", ".join(shown)
    return numeral(value, None, notation)


def _named(inside: str) -> str | None:
    if inside == ANSWER:
        return "…"
    if inside.startswith("="):
        return inside[1:].strip()
    if choice := _CHOICE.fullmatch(inside):
        return f"{choice['yes']} / {choice['no']}"
    return inside if _PLACE.fullmatch(inside) else None


def _names(inside: str) -> frozenset[str] | None:
    """The variables of a place; ``None`` where it is none at all.  Raises FormulaError."""
    if inside.startswith("="):
        return parse(inside[1:].strip()).names
    if choice := _CHOICE.fullmatch(inside):
        return parse(choice["test"].strip()).names
    place = _PLACE.fullmatch(inside)
    return frozenset((place["name"],)) if place else None
