"""Cloze marks survive markdown, whatever braces stand around them."""

from __future__ import annotations

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.anki.cloze import CLOSE, has_cloze, protect, restore


@pytest.mark.parametrize(
    "text",
    [
        "{{c1::rank}} of the update {{c2::ΔW::which matrix?}}",
        r"{{c1::$\frac{a}{b}$}} and {{c12::\frac{a}{b}}}",
        "{{c1::outer {{c2::inner}} rest}}",
        "an open {brace} and {{c1::低秩}}",
    ],
)
def test_marks_come_back_as_they_were(text: str) -> None:
    assert "{{c" not in protect(text)
    assert unescape(restore(protect(text))) == text


def test_a_fraction_inside_a_cloze_keeps_all_its_braces() -> None:
    assert protect(r"{{c1::\frac{a}{b}}} rest").endswith("{b}" + CLOSE + " rest")


def test_unbalanced_braces_end_at_the_first_double_brace() -> None:
    assert protect("{{c1::the { sign}} rest").endswith("the { sign" + CLOSE + " rest")


@pytest.mark.parametrize(
    "text", ["{{c1::never closed", "{{x}}", "{{c0::zero}}", "{{c500::too high}}", "c1::x}}"]
)
def test_what_is_no_cloze_is_left_alone(text: str) -> None:
    assert protect(text) == text
    assert not has_cloze(text)


@given(st.text(alphabet="{}c1:a ", max_size=60))
def test_any_mix_of_braces_comes_back_unchanged(text: str) -> None:
    assert unescape(restore(protect(text))) == text
