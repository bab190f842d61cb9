"""A typed number is compared by value and unit, whatever it looks like."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.grading.numbers import compare, matches, quantities

RIGHT = [
    ("2 GiB", 2**31, "B"),
    ("2147483648 B", 2**31, "B"),
    ("2.1e9 字节", 2**31, "B"),
    ("约2GB", 2, "GiB"),
    ("2", 2, "GiB"),
    ("2G", 2, "GiB"),
    ("2 gb", 2e9, "B"),
    ("1 byte", 8, "bit"),
    ("2^31 bytes", 2**31, "B"),
    ("2*32*8 = 512 B", 512, "B"),
    ("39%", 0.39, ""),
    ("0.39", 39, "%"),
    ("百分之三十", 30, "%"),
    ("1/3", 1 / 3, ""),
    ("8×10²² FLOPs", 8e22, "FLOP"),
    ("8 x 10^22", 8e22, "FLOP"),
    ("989 TFLOPS", 989e12, "FLOP/s"),
    ("3.35 TB/s", 3350, "GB/s"),
    ("5.2亿参数", 5.24e8, "parameters"),
    ("三亿", 3e8, "parameters"),
    ("两千四百", 2400, ""),
    ("0.52B", 5.24e8, "parameters"),
    ("524 million", 5.24e8, "parameters"),
    ("$24{,}576{,}000$", 24576000, "parameters"),
    ("65,536 个", 65536, "个参数"),
    ("239 tok/s", 239.3, "token/s"),
    ("每秒239个token", 239.3, "token/s"),
    ("128k tokens", 131072, "token"),
    ("4.2 ms", 0.0042, "s"),
    ("90 min", 1.5, "h"),
    ("636 days", 636, "GPU-day"),
    ("$576", 576, "USD"),
    ("3 倍", 3, "times"),
    ("4.127 bits", 4.127, "bit/weight"),
    ("2 GB, since there are 32 layers", 2e9, "B"),
]
WRONG = [
    ("2 MB", 2**31, "B"),
    ("2 Gib", 2, "GiB"),
    ("16 GiB", 2, "GiB"),
    ("4.2 s", 0.0042, "s"),
    ("3350 GB", 3350, "GB/s"),
    ("0.5", -0.5, ""),
    ("12 tokens", 12, "parameters"),
    ("0.1", 0, ""),
    ("5.2B", 5.24e8, "parameters"),
    ("1 GB or 2 GB or 3 GB", 2e9, "B"),
]


@pytest.mark.parametrize(("typed", "value", "unit"), RIGHT)
def test_the_same_quantity_is_right(typed: str, value: float, unit: str) -> None:
    assert compare(typed, value, unit).right


@pytest.mark.parametrize(("typed", "value", "unit"), WRONG)
def test_another_quantity_is_wrong(typed: str, value: float, unit: str) -> None:
    assert not compare(typed, value, unit).right


def test_another_dimension_is_told_apart_from_another_value() -> None:
    assert compare("2 s", 2, "GiB").outcome == "unit"
    assert compare("4 GiB", 2, "GiB").outcome == "wrong"
    assert compare("no idea", 2, "GiB").outcome == "none"


def test_a_wrong_number_says_how_far_it_is_off() -> None:
    assert compare("16 GiB", 2, "GiB").off_by == pytest.approx(8)


def test_the_tolerance_is_the_one_asked_for() -> None:
    assert compare("104", 100).right and not compare("106", 100).right
    assert not compare("101", 100, "", 0.0).right and compare("100", 100, "", 0.0).right


def test_a_reference_that_says_about_is_taken_less_strictly() -> None:
    about, exact = matches("about 100 ms", "108 ms"), matches("100 ms", "108 ms")
    assert about and exact and about.right and not exact.right
    assert matches("no number here", "3") is None


def test_every_numeric_answer_of_the_development_set_is_judged_as_labelled(shared: Path) -> None:
    lines = (shared / "grading_dev.jsonl").read_text("utf-8").splitlines()
    items = [item for item in map(json.loads, lines) if item["kind"] == "numeric"]
    assert len(items) == 24
    for item in items:
        verdict = matches(item["key_points"][0], item["typed"])
        assert verdict is not None and verdict.right == item["match"], item["id"]


@given(st.floats(1e-6, 1e15), st.sampled_from(["", "B", "GiB", "token/s", "%", "s", "FLOP", "个参数"]))
def test_a_number_written_out_is_itself(value: float, unit: str) -> None:
    assert compare(f"{value!r} {unit}", value, unit, 1e-9).right


@given(st.text(max_size=200), st.text(max_size=20))
def test_no_text_breaks_the_comparison(typed: str, unit: str) -> None:
    assert compare(typed, 5.0, unit).outcome in ("right", "wrong", "unit", "none")
    quantities(typed)


@given(st.text(alphabet="0123456789.,e+-^*×/ 十百千万亿点零一GiB$%每秒=约", max_size=60))
def test_no_number_like_text_breaks_the_reader(typed: str) -> None:
    quantities(typed)
