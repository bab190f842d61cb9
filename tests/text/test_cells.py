"""Widths are Textual's widths; cutting never tears a wide character or an emoji apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from textual._cells import cell_len

from flashcards.text.cells import cell_width, chop, clusters, cut, pad
from flashcards.text.sanitize import sanitize_line

SAFE = st.text(st.characters() | st.sampled_from("字，👨👩\u200d❤\ufe0f\u0301🇨🇳ｱ한가"), max_size=40).map(
    sanitize_line
)


@given(SAFE)
def test_the_measure_is_textuals(text: str) -> None:
    assert cell_width(text) == cell_len(text)


@given(SAFE)
def test_clusters_hold_the_whole_text_and_its_whole_width(text: str) -> None:
    pieces = list(clusters(text))
    assert "".join(piece for piece, _ in pieces) == text
    assert sum(width for _, width in pieces) == cell_width(text)


@given(SAFE, st.integers(0, 30))
def test_cut_text_fits(text: str, width: int) -> None:
    short = cut(text, width)
    assert cell_width(short) <= width
    assert short == text or short.endswith("…") or width == 0


@given(SAFE, st.integers(2, 30))
def test_chopped_text_fits_and_loses_nothing(text: str, width: int) -> None:
    pieces = chop(text, width)
    assert "".join(pieces) == text
    assert all(cell_width(piece) <= width for piece in pieces)


def test_padding_counts_cells() -> None:
    assert pad("显存", 6) == "显存  "
    assert pad("显存", 6, "right") == "  显存"
    assert pad("显存", 7, "center") == " 显存  "
    assert pad("显存", 3) == "显存"


def test_a_wide_character_is_not_cut_in_half() -> None:
    assert cut("注意力机制", 6) == "注意…"
    assert cut("a👨‍👩‍👧b", 3) == "a…"
