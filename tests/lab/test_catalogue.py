"""Demos are read as text: what they are called, what they take, and what is wrong with them, without running."""

from __future__ import annotations

from pathlib import Path

import pytest

from flashcards.lab.catalogue import read_catalogue, read_demo
from flashcards.lab.errors import LabError
from flashcards.lab.params import resolve, smaller

from .conftest import HONEST, WriteDemo, demo_source


def test_a_demo_is_read_without_being_run(write_demo: WriteDemo) -> None:
    path = write_demo()
    source = path.read_text(encoding="utf-8")
    path.write_text(source.replace("import os", "import no_such_library, os"), encoding="utf-8")
    demo = read_demo(path)
    assert (demo.slug, demo.topic, demo.tier) == ("halves", "numbers", "tok")
    assert demo.titles == {"zh": "一半", "en": "Halves"}
    assert (demo.proves, demo.paper) == ("a number is twice its half", "Euclid, book 1")
    size, kind, deep = demo.params
    assert (size.name, size.type, size.default, size.low, size.tiny) == ("size", "int", 8, 1, 2)
    assert kind.choices == ("even", "odd") and deep.type == "bool"


def test_a_slug_has_dashes_and_is_found_by_either_spelling(write_demo: WriteDemo, tmp_path: Path) -> None:
    write_demo(name="two_halves.py")
    catalogue = read_catalogue(tmp_path)
    assert catalogue.find("Two_Halves").slug == catalogue.find("two-halves").slug == "two-halves"


def test_an_unknown_name_suggests_the_nearest(write_demo: WriteDemo, tmp_path: Path) -> None:
    write_demo()
    with pytest.raises(LabError, match=r"halfs.*Did you mean halves"):
        read_catalogue(tmp_path).find("halfs")


def test_one_broken_file_hides_no_other(write_demo: WriteDemo, tmp_path: Path) -> None:
    write_demo()
    write_demo("x = (", name="broken.py")
    catalogue = read_catalogue(tmp_path)
    assert list(catalogue.demos) == ["halves"]
    with pytest.raises(LabError, match=r"broken\.py:\d+: not valid Python"):
        catalogue.find("broken")


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("param(8, low=1", "param(2**3, low=1", r"halves\.py:11: param.* literals only"),
        ("param(8, low=1", "param(0, low=1", r"halves\.py:11: parameter size: --size takes .*not '0'"),
        ("size: int", "seed: int", r"halves\.py:11: --seed is an option of every demo"),
        ("size: int", "bench_gpu: int", r"--bench_gpu is an option of every demo"),
        ("size: int", "size: bytes", r"halves\.py:11: parameter size wants a type"),
        ('tier="tok"', 'tier="gpu"', r"halves\.py:6: DEMO wants"),
        ('"""Halves', "x = 1  # ", r"halves\.py:"),
    ],
)
def test_a_breach_of_the_contract_names_its_line(
    tmp_path: Path, before: str, after: str, complaint: str
) -> None:
    path = tmp_path / "halves.py"
    path.write_text(demo_source(HONEST).replace(before, after, 1), encoding="utf-8")
    with pytest.raises(LabError, match=complaint):
        read_demo(path)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({"size": "12"}, 12),
        ({"size": 12}, 12),
        ({"size": "1e3"}, 1000),
        ({"size": "1_000"}, 1000),
        ({}, 8),
    ],
)
def test_numbers_are_taken_as_people_write_them(
    write_demo: WriteDemo, given: dict[str, object], value: int
) -> None:
    assert resolve(read_demo(write_demo()).params, given)["size"] == value


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"size": "0"}, "--size takes a whole number, 1 to 1,000,000, not '0'"),
        ({"size": "2.5"}, "not '2.5'"),
        ({"size": "many"}, "not 'many'"),
        ({"size": "nan"}, "not 'nan'"),
        ({"size": True}, "not 'True'"),
        ({"kind": "evn"}, "--kind takes even, odd, not 'evn'. Did you mean even"),
        ({"deep": "maybe"}, "--deep takes on or off"),
        ({"sise": 3}, "no parameter 'sise'. Did you mean size"),
    ],
)
def test_a_wrong_parameter_is_one_clear_line(
    write_demo: WriteDemo, given: dict[str, object], complaint: str
) -> None:
    with pytest.raises(LabError) as refusal:
        resolve(read_demo(write_demo()).params, given)
    assert complaint in str(refusal.value) and "\n" not in str(refusal.value)


def test_a_preset_changes_what_it_names_and_a_given_value_wins(write_demo: WriteDemo) -> None:
    params = read_demo(write_demo()).params
    assert resolve(params, {}, "tiny") == {"size": 2, "kind": "even", "deep": False}
    assert resolve(params, {"size": 5}, "tiny")["size"] == 5


def test_what_was_raised_is_what_should_shrink(write_demo: WriteDemo) -> None:
    params = read_demo(write_demo()).params
    assert smaller(params, {"size": 100, "kind": "even", "deep": True}) == {"size": 50}
    assert smaller(params, {"size": 8}) == {"size": 4}
    assert smaller(params, {"size": 1}) == {}
