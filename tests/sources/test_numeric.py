"""The recipe of a numeric card: what may be drawn, in which order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.sources.numeric import NumericError, read_numeric

RECIPE = {"vars": {"L": [16, 32], "h, d": [[8, 128], [32, 64]]}, "formula": "2*L*h*d", "unit": "B"}


def test_names_in_one_key_are_drawn_together() -> None:
    combinations = read_numeric(RECIPE).combinations
    assert len(combinations) == 4
    assert {(c["h"], c["d"]) for c in combinations} == {(8, 128), (32, 64)}


def test_a_condition_leaves_out_what_does_not_fulfil_it() -> None:
    recipe = read_numeric(
        {"vars": {"n": [2, 5], "k": [1, 3]}, "formula": "comb(n, k)", "unit": "", "where": "k <= n"}
    )
    assert [(c["n"], c["k"]) for c in recipe.combinations] == [(2, 1), (5, 1), (5, 3)]


def test_steps_build_on_each_other() -> None:
    recipe = read_numeric(
        {
            "vars": {"a": [3]},
            "steps": {"b": "2*a", "c": "b+1"},
            "formula": "c*b",
            "unit": {"en": "pairs", "zh": "对"},
        }
    )
    assert recipe.with_steps({"a": 3}) == {"a": 3, "b": 6, "c": 7}
    assert recipe.result({"a": 3}) == 42
    assert (recipe.unit("en"), recipe.unit("zh")) == ("pairs", "对")


@given(st.text(max_size=20), st.integers(0, 100))
def test_a_draw_depends_on_seed_and_count_alone_and_two_in_a_row_differ(seed: str, showing: int) -> None:
    recipe = read_numeric(RECIPE)
    assert recipe.draw(seed, showing) == read_numeric(RECIPE).draw(seed, showing)
    assert recipe.draw(seed, showing) != recipe.draw(seed, showing + 1)


def test_every_combination_comes_before_any_comes_again() -> None:
    recipe = read_numeric(RECIPE)
    shown = [recipe.draw("kv.bytes", showing) for showing in range(4)]
    assert all(combination in shown for combination in recipe.combinations)


def test_two_cards_draw_in_orders_of_their_own() -> None:
    recipe = read_numeric({"vars": {"a": list(range(50))}, "formula": "a", "unit": ""})
    first, second = ([recipe.draw(seed, n) for n in range(50)] for seed in ("one", "two"))
    assert first != second


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"vars": {}}, "needs vars"),
        ({"vars": {"L": 5}}, "list of values"),
        ({"vars": {"L": [None]}}, "must be numbers"),
        ({"vars": {"sqrt": [1]}}, "choose another name"),
        ({"vars": {"h, d": [[1]]}}, "lists of 2"),
        ({"vars": {"a": [1], "a, b": [[1, 2]]}}, "draws a twice"),
        ({"vars": {"a": list(range(100)), "b": list(range(100))}}, "more than 5000"),
        ({"formula": "2*x"}, "x, which is no variable"),
        ({"formula": "L.real"}, "L.real"),
        ({"formula": None}, "needs a formula"),
        ({"unit": 5}, "needs a unit"),
        ({"where": "y"}, "no variable"),
        ({"steps": {"L": "1"}}, "cannot call a step"),
        ({"tolerance": 5}, "tolerance"),
        ({"colour": "red"}, "unknown key colour"),
    ],
)
def test_a_recipe_that_cannot_be_used_says_why(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(NumericError, match=complaint):
        read_numeric(RECIPE | change)
