"""Numbers as people write them: commas from five digits on, powers of ten where digits would not be read."""

from __future__ import annotations

import math
from typing import Literal

Notation = Literal["text", "tex", "code"]

LARGEST_WRITTEN_OUT = 10**15
SMALLEST_WRITTEN_OUT = 1e-3
_COMMAS_FROM = 10_000
"""Model sizes (4096, 8192) are read as words, without a comma."""
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def numeral(value: float, digits: int | None = None, notation: Notation = "text") -> str:
    """``value`` written out, fractions rounded to ``digits`` significant digits (all of them if ``None``).

    ``tex`` is for the inside of a formula, ``code`` for what a program reads.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    rounded = rounded_to(value, digits)
    if notation == "code":
        return repr(rounded)
    if isinstance(rounded, int) and abs(rounded) < LARGEST_WRITTEN_OUT:
        return _grouped(str(rounded), notation)
    if rounded == 0 or SMALLEST_WRITTEN_OUT <= abs(rounded) < LARGEST_WRITTEN_OUT:
        return _grouped(_plain_decimal(float(rounded)), notation)
    return _power_of_ten(rounded, notation)


def rounded_to(value: float, digits: int | None) -> float:
    """``value`` to so many significant digits; whole numbers stay as they are, 4.0 becomes 4."""
    if isinstance(value, int):
        return value
    if digits is not None and value != 0 and math.isfinite(value):
        value = float(f"{value:.{digits - 1}e}")
    return int(value) if value.is_integer() and abs(value) < LARGEST_WRITTEN_OUT else value


def _plain_decimal(value: float) -> str:
    text = repr(value)
    if "e" in text:
        text = f"{value:.17f}".rstrip("0")
    return text.removesuffix(".0")


def _grouped(text: str, notation: Notation) -> str:
    whole, point, fraction = text.partition(".")
    if len(whole.lstrip("-")) >= len(str(_COMMAS_FROM)):
        whole = f"{int(whole):,}".replace(",", "{,}" if notation == "tex" else ",")
    return whole + point + fraction


def _power_of_ten(value: float, notation: Notation) -> str:
    mantissa, _, exponent = f"{value:.15e}".partition("e")
    for places in range(16):  # the fewest digits that say the same number
        shorter = f"{value:.{places}e}"
        if float(shorter) == float(value) or places == 5:
            mantissa, _, exponent = shorter.partition("e")
            break
    power = str(int(exponent))
    if float(mantissa) == 1:  # 10⁻⁸, not 1×10⁻⁸
        return f"10^{{{power}}}" if notation == "tex" else "10" + power.translate(_SUPERSCRIPTS)
    if notation == "tex":
        return rf"{mantissa} \times 10^{{{power}}}"
    return f"{mantissa}×10{power.translate(_SUPERSCRIPTS)}"
