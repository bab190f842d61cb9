"""The gate for foreign text: Textual passes escape sequences on, so a hole here reaches the terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.text.sanitize import MAX_MARKS, sanitize, sanitize_line

NASTY = st.sampled_from(
    "\x1b\x07\x00\r\n\t\x7f\x9b\x9d\u202e\u2066\u200d\u200b\ufe0f\ufeff\u0301\u0489\ud800\U000e0041👨👩❤1a字"
)
OVERRIDES = {"RLO", "LRO", "RLE", "LRE", "RLI", "LRI", "FSI", "PDF", "PDI"}
HOSTILE = st.text(NASTY | st.characters(), max_size=60)


@pytest.mark.parametrize(
    ("attack", "shown"),
    [
        ("\x1b]0;owned\x07", r"\x1b]0;owned\x07"),
        ("\x1b]52;c;aGk=\x1b\\", r"\x1b]52;c;aGk=\x1b" + "\\"),
        ("\x1b[2J\x1b[H", r"\x1b[2J\x1b[H"),
        ("\x9b2J\x9d0;x\x9c", r"\x9b2J\x9d0;x\x9c"),
        ("a\x08b\x7fc\x00", r"a\x08b\x7fc\x00"),
        ("abc\u202edef\u2066g", r"abc\u202edef\u2066g"),
        ("lone \ud83d half", r"lone \ud83d half"),
    ],
)
def test_an_attack_on_the_terminal_becomes_readable_text(attack: str, shown: str) -> None:
    assert sanitize(attack) == shown


def test_ordinary_text_in_any_script_is_left_alone() -> None:
    text = "自注意力 softmax(QKᵀ/√d) — naïve, Tiếng Việt, ไทย, العربية, हिन्दी, 한국어 [@click=app.quit] [/foo] 👍🏽"
    assert sanitize(text) == text


def test_every_kind_of_line_end_becomes_a_newline_and_tabs_become_spaces() -> None:
    assert sanitize("a\r\nb\rc\u2028d\n\te\tf") == "a\nb\nc\nd\n    e   f"


def test_what_cannot_be_seen_is_dropped() -> None:
    assert sanitize("\ufeffpass\u200bword\u00ad\u2060\U000e0041!") == "password!"


def test_a_joiner_is_kept_inside_an_emoji_and_nowhere_else() -> None:
    assert sanitize("👨‍👩‍👧 ❤️‍🔥 1️⃣") == "👨‍👩‍👧 ❤️‍🔥 1️⃣"
    assert sanitize("a\u200db 字\u200d字 c\ufe0f") == "ab 字字 c"


def test_zalgo_keeps_a_few_marks_on_each_letter() -> None:
    clean = sanitize("Z" + "\u0301\u0316" * 40 + "a" + "\u0489" * 9)
    assert clean == "Z" + "\u0301\u0316" * 2 + "a" + "\u0489" * MAX_MARKS


def test_oversized_text_is_cut_and_says_so() -> None:
    clean = sanitize("x" * 5000, max_chars=1000)
    assert len(clean) == 1000
    assert clean.startswith("xxx") and clean.endswith("… [5,000 characters, only the beginning is shown]")


def test_a_place_of_one_line_gets_one_line() -> None:
    assert sanitize_line("  first\r\n\n   second \x1b\n") == r"first second \x1b"


@given(HOSTILE)
def test_a_second_pass_changes_nothing(text: str) -> None:
    once = sanitize(text)
    assert sanitize(once) == once
    line = sanitize_line(text)
    assert sanitize_line(line) == line and "\n" not in line


@given(HOSTILE, st.integers(0, 80))
def test_a_second_pass_changes_nothing_in_cut_text(text: str, max_chars: int) -> None:
    once = sanitize(text, max_chars=max_chars)
    assert len(once) <= max_chars
    assert sanitize(once, max_chars=max_chars) == once


@given(HOSTILE)
def test_nothing_that_steers_a_terminal_survives(text: str) -> None:
    for char in sanitize(text):
        assert char == "\n" or unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"}
        assert unicodedata.bidirectional(char) not in OVERRIDES


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=60))
def test_letters_digits_and_symbols_all_survive(text: str) -> None:
    invisible = "\u115f\u1160\u3164\uffa0"
    assert sanitize(text) == "".join(char for char in text if char not in invisible)
