"""Places for values in a card's text."""

from __future__ import annotations

import pytest

from flashcards.formula import FormulaError
from flashcards.study.templates import Filling, fill, names_in, readable, unknown_places

FILLING = Filling({"L": 32, "T": 50257, "tied": True, "cfg": [28, 4], "lr": 3.5e-4}, "2 GiB")


@pytest.mark.parametrize(
    ("template", "filled", "shown"),
    [
        ("{L} layers, {T} tokens", "32 layers, 50,257 tokens", "L layers, T tokens"),
        ("{cfg[1]} of {cfg}", "4 of 28, 4", "cfg[1] of cfg"),
        ("at T = {T}, L={L}", "at T = 50,257, L=32", "at T, L"),
        ("rate {lr}", "rate 3.5×10⁻⁴", "rate lr"),
        ("{= L*T} and {= T/7}", "1,608,224 and 7180", "L*T and T/7"),
        ("{tied ? one matrix : two}", "one matrix", "one matrix / two"),
        ("it is {answer}", "it is 2 GiB", "it is …"),
        (r"$\frac{L}{{{T}}}$", r"$\frac{L}{50{,}257}$", r"$\frac{L}{T}$"),
        ("`{L} {{L}}`", "`{L} 32`", "`{L} L`"),
        ("```\nx = {T}, {{T}}\n```\n{L}", "```\nx = {T}, 50257\n```\n32", "```\nx = {T}, T\n```\nL"),
        ("no places", "no places", "no places"),
    ],
)
def test_places_are_filled_or_shown_as_symbols(template: str, filled: str, shown: str) -> None:
    assert fill(template, FILLING) == filled
    assert readable(template) == shown


def test_what_names_no_variable_stays_and_is_reported() -> None:
    assert fill("{user} has {L}", FILLING) == "{user} has 32"
    assert unknown_places("{user} has {L} {answer}", frozenset({"L"})) == ["{user}"]
    assert unknown_places("{= L*}", frozenset({"L"})) == ["{= L*}"]


def test_the_variables_of_a_text_are_those_in_all_its_places() -> None:
    assert names_in("{L} {= T*n} {tied ? a : b} $x_{k}$") == {"L", "T", "n", "tied"}


def test_a_place_that_cannot_be_computed_is_an_error() -> None:
    with pytest.raises(FormulaError):
        fill("{= L/0}", FILLING)
