"""Formulas: drawn where that is sure to be right, otherwise shown exactly as written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flashcards.text.blocks import Math, MathBlock, parse
from flashcards.text.cells import cell_width
from flashcards.text.linear_math import draw_line
from flashcards.text.maths import draw, render_math


@pytest.mark.parametrize(
    ("source", "row"),
    [
        (r"W = W_0 + \Delta W", "W=W₀+ΔW"),
        (r"\bm{x} \lVert y \rVert_2", "𝐱∥y∥₂"),
        (r"N \varpropto \sqrt{C}", "N∝√C\u0305"),
        (r"a × b · c ≤ d", "a×b⋅c≤d"),
        (r"\operatorname*{softmax}(z)", "softmax(z)"),
        ("\\text{显存} \\approx 2\u00a0\\text{字节}", "显存≈2字节"),
        (r"\color{red}{x}", "x"),
    ],
)
def test_a_formula_of_one_row_is_drawn_in_one_row(source: str, row: str) -> None:
    rows = draw(source)
    assert rows is not None
    assert [r.replace(" ", "") for r in rows] == [row]


def test_a_fraction_has_its_line_between_its_parts() -> None:
    rows = render_math(r"\dfrac{\alpha}{r}")
    assert [row.strip() for row in rows] == ["α", "╶─╴", "r"]


@pytest.mark.parametrize(
    "source", [r"\underbrace{a}_{b}", r"\unknowncommand{x}", r"\frac{a}{", "}{", r"x\tag", ""]
)
def test_what_cannot_be_drawn_is_shown_as_it_was_written(source: str) -> None:
    assert draw(source) is None
    assert render_math(source) == [source]


@pytest.mark.parametrize(
    ("source", "row"),
    [
        (r"T \times d_{model} \times 3", "T×d_model×3"),
        (r"\mathbf{v}_{w_i} \cdot \mathbf{u}_C", "𝐯_(wᵢ)⋅𝐮_C"),
        (r"C = \{w_{i-c}, \dots\}", "C={w_(i-c),…}"),
        (r"\frac{\alpha}{r}", "α/r"),
        (r"h + \frac{\alpha}{r} B A", "h+(α/r)BA"),
        (r"\frac{1}{1+e^{-x}}", "1/(1+e⁻ˣ)"),
        (r"\text{softmax}\left(\frac{QK^T}{\sqrt{d_k}}\right)V", "softmax(QKᵀ/(√dₖ))V"),
        (r"x = \frac{10^9 \times 4}{1024^3} + 1", "x=(10⁹×4)/1024³+1"),
        (r"x_i^2", "xᵢ^2"),
        (r"\sum_{i=1}^{N} y_i", "∑ᵢ₌₁^Nyᵢ"),
    ],
)
def test_a_formula_in_a_sentence_is_written_in_one_row(source: str, row: str) -> None:
    line = draw_line(source)
    assert line is not None and line.replace(" ", "") == row


@pytest.mark.parametrize("source", [r"\begin{matrix} a \\ b \end{matrix}", r"\frac{a}{\frown b}"])
def test_what_one_row_cannot_say_is_not_forced_into_it(source: str) -> None:
    assert draw_line(source) is None


def test_a_question_mark_of_the_author_is_no_failure() -> None:
    assert draw("x = ?") is not None


def test_a_formula_wider_than_its_place_is_shown_as_its_source() -> None:
    assert draw("a+b+c", 5) == ["a+b+c"]
    assert draw("a+b+c", 4) is None


@given(
    st.text(st.sampled_from(r"\{}^_&ab1+ frac sqrt left right ( ) | [ ] begin"), max_size=60),
    st.integers(5, 80),
)
@settings(max_examples=200, deadline=None)
def test_any_source_gives_rows_that_fit_or_the_source(source: str, width: int) -> None:
    rows = render_math(source, width)
    assert rows == source.split("\n") or all(cell_width(row) <= width for row in rows)


def formulas(block: object) -> Iterator[str]:
    if isinstance(block, Math | MathBlock):
        yield block.source
    elif isinstance(block, tuple):
        for child in block:
            yield from formulas(child)
    elif hasattr(block, "__slots__") and not isinstance(block, str):
        for name in block.__slots__:
            yield from formulas(getattr(block, name))


def test_the_formulas_of_real_notes_are_drawn(shared: Path) -> None:
    sources = {
        s for file in (shared / "seeds").glob("*.txt") for s in formulas(parse(file.read_text("utf-8")))
    }
    assert len(sources) == 47
    assert [source for source in sources if draw(source) is None] == []


def test_a_function_stands_apart_from_a_bare_argument() -> None:
    assert render_math(r"\cos m\theta") == ["cos mθ"]
    assert render_math(r"\log(x)") == ["log(x)"]
