"""The numbers in a card's text, and what supports them: ``calc`` entries, stated values, sources.

A figure is a number with three or more significant digits: what an author computed or looked up, not a round example.
Two numbers agree when one is the other rounded as far as it is written.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flashcards.errors import FlashcardsError
from flashcards.formula import FormulaError, parse

FIGURE_DIGITS = 3
LARGEST_EXEMPT_POWER = 8192
"""Powers of two up to here are sizes that are chosen, as 100 is elsewhere."""


class CalcError(FlashcardsError):
    """A ``calc`` entry that cannot be read, or that is wrong."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as written."""

    text: str
    value: float
    step: float
    """One unit of its last written digit, trailing noughts of a whole number not counted."""

    @property
    def digits(self) -> int:
        """Significant digits."""
        return len(_significant(self.text))

    def is_rounded(self, exact: float, *, any_power: bool = False) -> bool:
        """Whether it is ``exact`` as far as it is written; with ``any_power`` also in another unit (524k, 0.39 %)."""
        if exact == 0 or self.value == 0:
            return exact == self.value
        scale = 10.0 ** (_exponent(self.value) - _exponent(exact)) if any_power else 1.0
        shifts = (0.1, 1.0, 10.0) if any_power else (1.0,)  # 9.996 rounds to 10.0
        half = self.step * 0.5 * (1 + 1e-9)
        return any(abs(abs(exact) * scale * shift - abs(self.value)) <= half for shift in shifts)


_NUMBER = re.compile(
    r"(?<![\d.])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?|\.\d+)(?:[eE](?P<e>[-+]?\d{1,3})(?![\w]))?"
    r"(?:\s*(?:×|\\times|\\cdot|·)\s*10\s*\^\s*\{?\s*(?P<ten>[-+]?\d{1,3})\s*\}?)?"
)
_SUPERSCRIPT = re.compile(r"(?<=10)[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_FROM_SUPERSCRIPT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_CODE = re.compile(
    r"^[ ]*(`{3,}|~{3,}).*?(?:^[ ]*\1[ ]*$|\Z)|(`+)(?!`).+?(?<!`)\2(?!`)", re.DOTALL | re.MULTILINE
)
_NOT_FIGURES = re.compile(
    r"https?://\S+"
    r"|arXiv:\s*[\w./-]+|\b\d{4}\.\d{4,5}\b"  # papers
    r"|\b\d{4}-\d{2}-\d{2}\b|\bv?\d+\.\d+\.\d+[\w.]*"  # dates, versions, sections
    r"|§+\s*[\d.]+"
    r"|(?<![\\A-Za-z0-9])[A-Za-z][A-Za-z0-9_.]*(?:-[A-Za-z0-9_.]+)*\d[A-Za-z0-9_.]*(?:-[A-Za-z0-9_.]+)*"  # GPT-3.5
)
_YEAR = re.compile(r"(?:19|20)\d\d")


def figures_in(markdown: str) -> list[Figure]:
    """All numbers of a text that need support, in order; code, names, years, versions and round numbers need none."""
    return [
        figure
        for figure in _numbers(_without_code(markdown))
        if figure.digits >= FIGURE_DIGITS and not _is_chosen_size(figure) and not _YEAR.fullmatch(figure.text)
    ]


def numbers_in(markdown: str) -> list[float]:
    """Every number that a text states, whatever its digits."""
    return [figure.value for figure in _numbers(markdown)]


def calc_values(entry: str) -> list[float]:
    """Check one ``expression = value`` and give all the numbers it supports: both sides, and those in it.

    Raises CalcError: it has no ``=``, one side cannot be computed, or the two do not agree as far as is written.
    """
    expression, equals, written = (part.strip() for part in entry.rpartition("="))
    if not equals or not expression:
        raise CalcError("calc `{entry}` is not written as expression = value", entry=entry)
    stated = _stated(written, entry)
    try:
        formula = parse(expression)
        computed = float(formula.value())
    except FormulaError as error:
        raise CalcError("calc: {error}", error=error) from None
    if isinstance(formula.tree, ast.Constant):
        raise CalcError(
            "calc `{entry}` computes nothing; write the expression that gives the number", entry=entry
        )
    figure, percent = stated
    value = computed * 100 if percent else computed
    decimals = len(written.rstrip("% ").replace(",", "").lower().partition("e")[0].partition(".")[2])
    half = 0.5 * 10.0 ** (_written_exponent(written) - decimals) * (1 + 1e-9)
    if abs(value - figure) > half:
        raise CalcError("calc `{entry}` is wrong: it is {value}", entry=entry, value=f"{value:.10g}")
    return [computed, value, figure, *numbers_in(expression)]


def _stated(written: str, entry: str) -> tuple[float, bool]:
    bare = written.rstrip("% ").replace(",", "")
    try:
        return float(bare), written.endswith("%")
    except ValueError:
        raise CalcError(
            "calc `{entry}`: the value behind = is no plain number; units are not written here", entry=entry
        ) from None


def _written_exponent(written: str) -> int:
    exponent = written.rstrip("% ").lower().partition("e")[2]
    return int(exponent) if exponent else 0


def supported(figure: Figure, exact: Iterable[float], stated: Iterable[float]) -> bool:
    """Whether one of the values is the figure: ``exact`` in any unit, ``stated`` (from a transcript) as it stands."""
    return any(figure.is_rounded(value, any_power=True) for value in exact) or any(
        figure.is_rounded(value) for value in stated
    )


def _numbers(text: str) -> Iterator[Figure]:
    text = text.replace("{,}", ",").replace("\\,", "").replace("\\ ", " ").replace("\\%", "%")
    text = _SUPERSCRIPT.sub(lambda match: "^" + match[0].translate(_FROM_SUPERSCRIPT), text)
    for match in _NUMBER.finditer(_NOT_FIGURES.sub(" ", text)):
        digits = match["digits"].replace(",", "")
        power = int(match["e"] or 0) + int(match["ten"] or 0)
        decimals = len(digits.partition(".")[2])
        noughts = 0 if decimals else len(digits) - len(digits.rstrip("0"))
        try:
            yield Figure(match["digits"], float(digits) * 10.0**power, 10.0 ** (power - decimals + noughts))
        except OverflowError:
            continue


def _without_code(markdown: str) -> str:
    return _CODE.sub(" ", markdown)


def _significant(text: str) -> str:
    return text.replace(",", "").replace(".", "").lstrip("0").rstrip("0")


def _exponent(value: float) -> int:
    return int(f"{abs(value):e}".partition("e")[2])


def _is_chosen_size(figure: Figure) -> bool:
    value = figure.value
    return value.is_integer() and value <= LARGEST_EXEMPT_POWER and int(value).bit_count() == 1
