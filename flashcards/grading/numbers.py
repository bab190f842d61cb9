"""Is a typed number the right one?  Value and unit compared, never the text: ``2 GiB`` is ``2147483648 字节``.

A reference is a value with the unit it was asked in.  A typed answer may hold prose around its number; its unit may
be left out, must fit the dimension where it is given, and may have several meanings, any of which may be right.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from flashcards.grading.units import BARE, Unit, divided, units

TOLERANCE = 0.05
"""Relative: two significant digits, as one computes in the head."""
ABOUT_TOLERANCE = 0.1
"""Where the reference itself says about."""

MAX_TYPED = 2000
"""Characters looked at; a number is not further down than this."""

Outcome = Literal["right", "wrong", "unit", "none"]
"""``unit``: a number whose unit does not fit what was asked; ``none``: no number at all."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written, with all meanings of what stands behind it."""

    number: float
    units: tuple[Unit, ...] = (BARE,)
    about: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a typed number compares with the right one."""

    outcome: Outcome
    tolerance: float
    """The share by which it may be off, to be stated."""
    off_by: float | None = None
    """Typed divided by right, in one unit; ``None`` where they cannot be compared."""

    @property
    def right(self) -> bool:
        """Whether it counts as the right number."""
        return self.outcome == "right"


def compare(typed: str, value: float, unit: str = "", tolerance: float = TOLERANCE) -> Verdict:
    """Compare what was typed with ``value`` in ``unit``; bare numbers are taken in that unit."""
    asked = units(unit) or (Unit(noun=unit),)
    return _best(typed, Quantity(value, asked), tolerance)


def matches(reference: str, typed: str) -> Verdict | None:
    """Compare with a reference written as text (``about 524 million``); ``None`` where that is no number."""
    found = quantities(reference)
    if not found:
        return None
    asked = found[0]
    return _best(typed, asked, ABOUT_TOLERANCE if asked.about else TOLERANCE)


def _best(typed: str, asked: Quantity, tolerance: float) -> Verdict:
    candidates = _answers(quantities(typed[:MAX_TYPED]), asked)
    verdicts = [_compared(candidate, asked, tolerance) for candidate in candidates]
    if not verdicts:
        return Verdict("none", tolerance)
    order: dict[Outcome, int] = {"right": 0, "wrong": 1, "unit": 2, "none": 3}
    return min(verdicts, key=lambda verdict: order[verdict.outcome])


def _answers(found: list[Quantity], asked: Quantity) -> list[Quantity]:
    """The number meant as the answer: the first in a unit that fits, else the last of them.

    Only one is looked at, so that listing many numbers gains nothing.
    """
    fitting = [q for q in found if any(u.said and _fits(u, a) for u in q.units for a in asked.units)]
    with_unit = [q for q in fitting if any(u.dimension or u.noun for u in q.units)]
    return (with_unit or fitting or found[-1:])[:1]


def _compared(typed: Quantity, asked: Quantity, tolerance: float) -> Verdict:
    ratios: list[float] = []
    for right in asked.units:
        for meaning in typed.units:
            ratios += _ratios(typed.number, meaning, asked.number, right)
    if not ratios:
        return Verdict("unit", tolerance)
    nearest = min(ratios, key=_distance)
    # A value rounded to the tolerance's edge is meant to be inside.
    close = abs(nearest - 1) <= tolerance + 1e-9
    return Verdict("right" if close else "wrong", tolerance, nearest)


def _ratios(number: float, meaning: Unit, value: float, right: Unit) -> Iterator[float]:
    """Typed over right, in every reading of the two units that fits; nothing where none does."""
    if not meaning.said:
        yield _ratio(number, value)
        if right.factor == 0.01 and not right.dimension:
            yield _ratio(number, value * right.factor)  # 0.0006 for 0.06 %
        return
    if not _fits(meaning, right):
        return
    yield _ratio(number * meaning.factor, value * right.factor)
    if meaning.loose != meaning.factor and _binary(right):
        yield _ratio(number * meaning.loose, value * right.factor)  # GB typed where GiB is right
    if right.loose != right.factor and _binary(meaning):
        yield _ratio(number * meaning.factor, value * right.loose)


def _binary(unit: Unit) -> bool:
    """Whether the unit counts in powers of 1024."""
    size = abs(unit.factor) / 8
    return size > 1 and math.log2(size).is_integer()


def _fits(meaning: Unit, right: Unit) -> bool:
    same_kind = (
        not meaning.noun
        or not right.noun
        or meaning.noun == right.noun
        or "time" in (meaning.noun, right.noun)
    )
    return meaning.dimension == right.dimension and same_kind


def _ratio(typed: float, right: float) -> float:
    if right == 0:
        return 1.0 if abs(typed) < 1e-9 else math.copysign(math.inf, typed)
    return typed / right


def _distance(ratio: float) -> float:
    return abs(math.log(ratio)) if 0 < ratio < math.inf else math.inf


# --- reading numbers ---------------------------------------------------------------------------------------

_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_RAISED = re.compile(r"(?<=[\d)])([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+"
_MARKED = rf"[-+−]?(?:{_DIGITS})(?:[eE][-+]?\d{{1,3}})?"
_TIMES_POWER = r"(?:\s*(?:[x×*·]|\\times|\\cdot)\s*10\s*(?:\^|\*\*)\s*[({]?\s*(?P<ten>[-+]?\d{1,3})[)}]?)?"
_POWER = r"(?:\s*(?:\^|\*\*)\s*[({]?\s*(?P<power>[-+]?\d{1,3})[)}]?)?"
_HAN_DIGITS = "零〇一二两三四五六七八九"
_HAN_VALUES = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_HAN_STEPS = {"十": 10, "百": 100, "千": 1000}
_HAN_GROUPS = {"万": 10**4, "亿": 10**8}
_HAN = rf"[{_HAN_DIGITS}十百千万亿]+(?:点[{_HAN_DIGITS}]+)?"
_NUMBER = re.compile(
    rf"(?<![A-Za-z_\d.])(?P<percent>百分之)?(?:(?P<number>{_MARKED})(?:{_POWER}){_TIMES_POWER}"
    rf"(?:\s*/\s*(?P<below>\d+(?:\.\d+)?))?|(?P<han>{_HAN}))"
)
_WORD = r"[A-Za-zµμ%％‰$\u4e00-\u9fff×]+"
_UNIT = re.compile(
    rf"\s*(?P<first>{_WORD})(?P<rest>(?:\s*(?:/|·|\*|-|\bper\b)\s*{_WORD}|\s+{_WORD}|每{_WORD})*)"
)
_EACH = re.compile(r"(?:每|一)\s*(秒|分钟|小时|天)[^\d]{0,4}$")
_ABOUT = re.compile(r"(?:约|大约|大概|左右|近|差不多|≈|~|∼|about|approx\w*\.?|around|roughly|ca\.)", re.I)


def quantities(text: str) -> list[Quantity]:
    """Every number of a text with the meanings of its unit, in order; after an ``=`` only what follows it."""
    text = _RAISED.sub(
        lambda m: "^" + m[1].translate(_SUPERSCRIPT), text.replace("{,}", ",").replace("\\,", "")
    )
    text = unicodedata.normalize("NFKC", text).replace("−", "-")
    text = text.replace("$", " " if text.count("$") > 1 else " $ ")  # two are maths, one is money
    about = _ABOUT.search(text) is not None
    for sign in ("=", "≈"):
        _, found, tail = text.rpartition(sign)
        if found and _NUMBER.search(tail):
            text = tail
    found_all = []
    for match in _NUMBER.finditer(text):
        number = _value(match)
        if number is None or not math.isfinite(number):
            continue
        found_all.append(Quantity(number, _unit_behind(text, match.end(), match), about))
    return found_all


def _value(match: re.Match[str]) -> float | None:
    if match["han"] is not None:
        return _han_value(match["han"])
    number = float(match["number"].replace(",", "").replace("−", "-"))
    try:
        if match["power"] is not None:
            number **= int(match["power"])
        if match["ten"] is not None:
            number *= 10.0 ** int(match["ten"])
        if match["below"] is not None:
            number /= float(match["below"])
    except (OverflowError, ZeroDivisionError):
        return None
    return None if isinstance(number, complex) else number


def _han_value(text: str) -> float | None:
    """二十四, 三千两百, 一亿五千万, 零点五; a lone multiple (``千``) is no number."""
    whole, _, decimals = text.partition("点")
    if not any(c in _HAN_VALUES for c in whole) and not whole.startswith("十"):
        return None
    total, group, digit = 0, 0, 0
    for character in whole:
        if character in _HAN_VALUES:
            digit = _HAN_VALUES[character]
        elif character in _HAN_STEPS:
            group, digit = group + (digit or 1) * _HAN_STEPS[character], 0
        else:
            total, group, digit = (total + group + digit) * _HAN_GROUPS[character], 0, 0
    value = float(total + group + digit)
    return value + float("0." + "".join(str(_HAN_VALUES[c]) for c in decimals)) if decimals else value


def _unit_behind(text: str, end: int, match: re.Match[str]) -> tuple[Unit, ...]:
    """The meanings of the longest run of words behind a number that is a unit; a bare number if none is."""
    if match["percent"]:
        return units("%")
    above = _unit_after(text, end, match)
    each = _EACH.search(text, 0, match.start())
    return tuple(divided(unit, below) for unit in above for below in units(each[1])) if each else above


def _unit_after(text: str, end: int, match: re.Match[str]) -> tuple[Unit, ...]:
    found = _UNIT.match(text, end)
    if found is None:
        before = text[: match.start()].rstrip()
        return units("$") if before.endswith("$") else (BARE,)
    written = found[0].strip()
    cuts = [m.start() for m in re.finditer(r"[\s/·*-]+|每|(?<=[\u4e00-\u9fff])(?=\S)", written)]
    for cut in [len(written), *reversed(cuts)]:
        candidate = written[:cut].strip(" -·*/")
        meanings = units(candidate) if candidate else ()
        if meanings:
            return meanings
    return (BARE,)
