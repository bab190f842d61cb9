"""The working of a formula: every line says the same number, and the last one is the answer."""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.formula import FormulaError, evaluate, parse
from flashcards.grading.numbers import compare
from flashcards.study.working import symbols, working

RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def as_python(line: str) -> str:
    """A written line as a formula again."""
    line = re.sub(r"[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda m: f"**({m[0].translate(RAISED)})", line)
    line = line.removeprefix("= ").removeprefix("≈ ").replace(",", "")
    swaps = {
        "·": "*",
        "×": "*",
        "^": "**",
        "⌈": "ceil(",
        "⌉": ")",
        "⌊": "floor(",
        "⌋": ")",
        "[": "(",
        "]": ")",
    }
    for sign, python in (swaps | {"≤": "<=", "≠": "!="}).items():
        line = line.replace(sign, python)
    return line


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.sampled_from(["+", "-", "*", "/", "//", "<", "<="])
    return st.one_of(
        st.tuples(inner, signs, inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
        st.tuples(inner, signs, inner)
        .map(lambda t: f"{t[0]} {t[1]} {t[2]}")
        .filter(lambda t: t.count("<") < 2),
        st.tuples(inner, st.integers(-2, 3)).map(lambda t: f"({t[0]})**{t[1]}"),
        inner.map(lambda t: f"2**({t})"),
        inner.map(lambda t: f"-({t})"),
        inner.map(lambda t: f"ceil({t})"),
    )


@given(
    st.recursive(st.sampled_from(["a", "b", "3", "0.5"]), larger, max_leaves=7),
    st.integers(-4, 9),
    st.sampled_from([-2.5, 0.25, 3.0]),
)
def test_every_line_of_a_working_is_worth_the_same(text: str, a: int, b: float) -> None:
    values = {"a": a, "b": b}
    try:
        value = evaluate(text, values)
        lines = working(parse(text), values)
    except FormulaError:
        return
    if not 1e-3 < abs(value) < 1e12:
        return
    steps = [as_python(line) for line in lines]
    first = evaluate(steps[0], values)
    assert math.isclose(first, value, rel_tol=1e-9), (lines, steps)
    # The line with the numbers put in is exact; later ones are rounded to six digits.
    second = evaluate(steps[min(1, len(steps) - 1)], values)
    assert math.isclose(second, value, rel_tol=1e-5), (lines, steps)


def test_a_working_goes_from_symbols_over_numbers_to_the_value() -> None:
    assert working(parse("r*(d_in+d_out)"), {"r": 8, "d_in": 4096, "d_out": 512}) == [
        "r·(d_in + d_out)",
        "= 8·(4096 + 512)",
        "= 8·4608",
        "= 36,864",
    ]


def test_a_chain_of_factors_is_one_step() -> None:
    assert working(parse("2*L*h*d"), {"L": 32, "h": 8, "d": 128}) == ["2·L·h·d", "= 2·32·8·128", "= 65,536"]


def test_a_condition_is_decided_before_anything_is_shown() -> None:
    formula = parse("V*d*(1 if tied else 2)")
    assert working(formula, {"V": 100, "d": 8, "tied": True})[0] == "V·d·1"
    assert working(formula, {"V": 100, "d": 8, "tied": False})[0] == "V·d·2"
    assert symbols(formula) == "V·d·(1 if tied else 2)"


def test_lists_are_written_out() -> None:
    assert working(parse("sum(recipe)/2"), {"recipe": [4, 4, 0, 8]})[1] == "= (4 + 4 + 0 + 8) / 2"
    assert working(parse("log(prod(ps))"), {"ps": [0.1, 0.2]})[1] == "= ln(0.1·0.2)"
    assert working(parse("dot(a, b)"), {"a": [1, 2], "b": [3, -4]})[1] == "= 1·3 + 2·(-4)"


def test_a_root_reaches_over_what_it_covers_and_no_further() -> None:
    assert working(parse("sqrt(a+b)*sqrt(a)"), {"a": 4, "b": 5})[:2] == ["√(a + b)·√a", "= √(4 + 5)·√4"]
    assert working(parse("sqrt(x)"), {"x": 2e20})[1] == "= √(2×10²⁰)"


def test_comparisons_count_in_brackets() -> None:
    lines = working(parse("(0 < r <= k) + (0 < s <= k)"), {"r": 1, "s": 7, "k": 3})
    assert lines == ["[0 < r ≤ k] + [0 < s ≤ k]", "= [0 < 1 ≤ 3] + [0 < 7 ≤ 3]", "= 1 + 0", "= 1"]


def test_a_rounded_result_says_so_and_a_floats_noise_does_not_count() -> None:
    assert working(parse("1/3"), {})[-1] == "≈ 0.333333"
    assert working(parse("0.1+0.2"), {})[-1] == "= 0.3"
    assert working(parse("x"), {"x": 4})[-1] == "= 4"


def test_greek_names_are_greek_letters() -> None:
    assert working(parse("theta_0*alpha"), {"theta_0": 2, "alpha": 3})[0] == "θ_0·α"


def test_the_working_of_every_wanted_combination_ends_with_its_value(shared: Path) -> None:
    checked = 0
    for entry in wanted(shared):
        try:
            formula = parse(entry["formula"])
        except FormulaError:
            continue
        names = list(entry["vars"])
        for chosen in itertools.islice(itertools.product(*entry["vars"].values()), 60):
            values = dict(zip(names, chosen, strict=True))
            try:
                value = formula.value(values)
            except FormulaError:
                continue  # not every combination of the list makes sense
            last = working(formula, values)[-1]
            assert last[0] in "=≈" and compare(last[1:], value, "", 1e-5).right, (entry["id"], last, value)
            checked += 1
    assert checked > 1500


def wanted(shared: Path) -> list[dict[str, Any]]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    entries = yaml.load((shared / "deck_coverage.yaml").read_text("utf-8"), Loader=loader)["questions"]
    return [entry for entry in entries if entry.get("numeric")]


def test_a_formula_without_a_value_has_no_working() -> None:
    with pytest.raises(FormulaError, match="divides by zero"):
        working(parse("1/(a-a)"), {"a": 1})
