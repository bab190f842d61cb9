"""The plain face: nothing hostile reaches the terminal, columns stand in line, claims say what was expected."""

from __future__ import annotations

import pytest

from flashcards.cards import Rating
from flashcards.lab.charts import number, wrap
from flashcards.lab.errors import LabError
from flashcards.lab.events import Claim, End, Error, Event, Log, Matrix, Say, Series, Start, Table, Tokens
from flashcards.lab.plain import PlainFace, Style
from flashcards.lab.predict import grade_guess, parse_guess
from flashcards.text.cells import cell_width


def shown(event: Event, width: int = 80) -> list[str]:
    return PlainFace(width=width).lines(event)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4608, "4,608"),
        (1.0, "1"),
        (0.00001234, "1.234e-5"),
        (123456.0, "123,456"),
        (0.5, "0.5"),
        ([1, 2.5], "[1, 2.5]"),
        (True, "True"),
        (float("nan"), "nan"),
        (3e20, "3e20"),
    ],
)
def test_numbers_read_well(value: object, text: str) -> None:
    assert number(value) == text


def test_a_tables_columns_stand_in_line_whatever_the_script() -> None:
    lines = shown(Table("表", ["层", "numbers"], [["查询投影", 4096], ["v_proj", 16]]))[2:]
    assert lines[2].endswith("4,096") and lines[3].endswith("   16")
    assert cell_width(lines[2]) == cell_width(lines[3]) == cell_width(lines[1])


@pytest.mark.parametrize("width", [20, 33, 80])
def test_wrapping_keeps_every_character_and_the_width(width: int) -> None:
    text = "LoRA 冻结预训练权重，只训练低秩矩阵 B·A；supercalifragilisticexpialidocious words follow."
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(cell_width(line) <= width for line in lines)
    assert not any(line.startswith(("，", "；")) for line in lines)


def test_a_bar_is_as_long_as_its_value() -> None:
    lines = shown(Series("s", [1, 2], {"a": [1.0, 2.0]}))[-2:]
    assert 2 * lines[0].count("█") == lines[1].count("█") > 0


def test_a_long_curve_is_one_line_with_its_range() -> None:
    (line, axis) = shown(Series("s", list(range(100)), {"loss": [1.0 / (i + 1) for i in range(100)]}))[-2:]
    assert "█" in line and "▁" in line and "0.01 to 1" in line and "0 to 99" in axis


def test_a_large_matrix_is_a_heat_map_with_its_scale() -> None:
    values = [[1.0 if i == j else 0.0 for j in range(12)] for i in range(12)]
    lines = shown(Matrix("m", values))
    assert sum("██" in line for line in lines) == 12 and lines[-1].endswith("█ 1")


def test_tokens_carry_their_weights() -> None:
    assert "lora▁ 低秩█" in "\n".join(shown(Tokens("t", ["lora", "低秩"], [0.0, 1.0])))


HOSTILE = "\x1b]0;owned\x07 \x9b2J \u202e"


@pytest.mark.parametrize(
    "event",
    [
        Say(HOSTILE),
        Log(HOSTILE),
        Error(HOSTILE, HOSTILE),
        Table(HOSTILE, [HOSTILE], [[HOSTILE]]),
        Claim("c", HOSTILE, "eq", HOSTILE, HOSTILE, None, True, None, HOSTILE),
        Start("x", {"en": HOSTILE}, HOSTILE, {HOSTILE: HOSTILE}, 0, "cpu", "float32"),
    ],
)
def test_escape_sequences_of_a_demo_never_reach_the_terminal(event: Event) -> None:
    text = "\n".join(shown(event))
    assert not set("\x1b\x07\x9b\u202e") & set(text) and "owned" in text


def test_a_claim_shows_measured_expected_and_tolerance() -> None:
    text = "\n".join(shown(Claim("c", "Near", "close", 1.0, 1.1, 0.2, True, None, "MiB")))
    assert "✓ Near" in text and "measured 1 MiB, expected 1.1 MiB ± 0.2" in text


def test_the_end_names_what_broke() -> None:
    face = PlainFace()
    face.lines(Claim("a", "Holds", "eq", 1, 1, None, True))
    face.lines(Claim("b", "Breaks", "at_most", 2, 1, None, False))
    text = "\n".join(face.lines(End("failed", 1, 1)))
    assert "1 of 2 claims broke" in text and "✗ Breaks" in text and "Holds" not in text


def test_colour_is_used_only_when_asked_for() -> None:
    claim = Claim("c", "C", "eq", 1, 1, None, True)
    assert "\x1b[32m✓" in "\n".join(PlainFace(Style(True)).lines(claim))
    assert "\x1b" not in "\n".join(PlainFace().lines(claim))


def test_bold_text_that_wraps_stays_bold() -> None:
    lines = PlainFace(Style(True), width=30).lines(
        Say("plain **many bold words that do not fit on one line** end")
    )
    assert len(lines) > 2 and all("**" not in line for line in lines)


@pytest.mark.parametrize(
    ("guess", "rating"),
    [
        (105, Rating.GOOD),
        (91, Rating.GOOD),
        (150, Rating.HARD),
        (51, Rating.HARD),
        (49, Rating.AGAIN),
        (201, Rating.AGAIN),
        (-100, Rating.AGAIN),
        (0, Rating.AGAIN),
    ],
)
def test_a_guess_is_graded_by_how_far_off_it_is(guess: float, rating: Rating) -> None:
    assert grade_guess(guess, Claim("c", "C", "eq", 100, 100, None, True)) is rating


def test_zero_is_a_good_guess_of_a_rounding_error() -> None:
    claim = Claim("c", "C", "at_most", 3e-7, 1e-5, None, True)
    assert grade_guess(0.0, claim) is Rating.GOOD
    assert grade_guess(0.1, claim) is Rating.AGAIN


def test_a_guess_may_carry_commas_and_the_unit() -> None:
    assert parse_guess(" 4,608 MiB", "MiB") == parse_guess("4_608") == 4608
    for text in ("lots", "nan", ""):
        with pytest.raises(LabError):
            parse_guess(text)
