"""Numbers in a card's text and what supports them."""

from __future__ import annotations

import pytest

from flashcards.sources.figures import CalcError, calc_values, figures_in, numbers_in, supported


def figures(text: str) -> list[str]:
    return [figure.text for figure in figures_in(text)]


def test_numbers_of_three_digits_are_figures_however_they_are_written() -> None:
    assert figures("12,288 and $2{,}147{,}483{,}648$, 0.0625, 175B, 1890 万") == [
        "12,288", "2,147,483,648", "0.0625", "175", "1890",
    ]  # fmt: skip
    assert [f.value for f in figures_in(r"$1.234 \times 10^{-5}$ or 3.35×10⁻⁴")] == pytest.approx(
        [1.234e-5, 3.35e-4]
    )


@pytest.mark.parametrize(
    "text",
    [
        "0.39, 14 GB, 50,000, 3e-4, 1.50",
        "4096 and 512 and 8192",
        "Vaswani et al. 2017",
        "arXiv:1706.03762, §3.2.1",
        "GPT-3.5, Llama-3.1-405B, H100, SHA-256, GPT2-124M",
        "torch 2.13.1 of 2026-11-24",
        "`n = 12345`",
        "```python\nx = 98765\n```",
    ],
)
def test_round_numbers_sizes_names_and_code_are_no_figures(text: str) -> None:
    assert figures(text) == []


@pytest.mark.parametrize(
    "entry",
    [
        "2*32*32*128*2 = 524288",
        "2*32*32*128*2 = 524,288",
        "1/3 = 0.33",
        "65536/4096**2 = 0.39 %",
        "3*1e8 = 3.0e8",
    ],
)
def test_a_calc_entry_that_is_right_as_far_as_it_is_written_supports_its_numbers(entry: str) -> None:
    assert calc_values(entry)


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ("1/3 = 0.334", "is wrong: it is 0.3333"),
        ("5 = 5", "computes nothing"),
        ("2*3", "not written as"),
        ("2*3 = 6 GB", "no plain number"),
        ("a*2 = 4", "needs a value for a"),
        ("open('f') = 4", "not among the functions"),
    ],
)
def test_a_calc_entry_that_is_wrong_says_so(entry: str, complaint: str) -> None:
    with pytest.raises(CalcError, match=complaint):
        calc_values(entry)


def test_a_figure_may_be_rounded_or_in_another_unit_but_not_more_precise() -> None:
    exact = calc_values("2*32*32*128*2 = 524288")
    assert all(supported(figure, exact, ()) for figure in figures_in("524,288, 524k, 0.524 MB, 524,300"))
    assert not any(supported(figure, exact, ()) for figure in figures_in("525k, 524,281"))


def test_a_number_from_a_transcript_counts_as_it_stands_only() -> None:
    (figure,) = figures_in("0.123")
    assert supported(figure, (), [0.1234]) and not supported(figure, (), [1.234])


def test_all_numbers_of_a_text_can_be_listed() -> None:
    assert numbers_in("8 heads, 175B, 0.5") == [8, 175, 0.5]
