"""Numeric cards in a quiz: fresh values each time, the same after undo and restart, the working shown."""

from __future__ import annotations

import sqlite3
import zipfile
from pathlib import Path

import pytest

from flashcards.cards import Card, CardId, Rating, Variant
from flashcards.study.exchange import export_to_anki
from flashcards.study.library import Library
from flashcards.study.numeric import drawn, readable_card
from flashcards.study.search import hits
from flashcards.study.session import Session
from tests.study.conftest import StoppedClock

DECK = """---
id: caches
title: Caches
language: en
---

## {L} layers, {h} heads of width {d}: how many bytes does one token take?
<!-- id: cache.token,
  numeric: {vars: {L: [16, 24, 32], "h, d": [[8, 128], [32, 64]]}, formula: "2*L*h*d*2", unit: B} -->
- keys and values, hence a factor {= 1+1}
- here {answer}
"""


@pytest.fixture
def studied(library: Library, notes: Path) -> Library:
    (notes / "caches.md").write_text(DECK, "utf-8")
    library.add([notes])
    return library


def question(session: Session) -> str:
    assert session.card is not None
    return session.card.variant("en").question


def found(library: Library) -> Session:
    return Session.start(library, "deck:caches", ahead=True)


def test_each_showing_has_other_values(studied: Library, clock: StoppedClock) -> None:
    asked = []
    for _ in range(6):
        session = found(studied)
        asked.append(question(session))
        session.reveal()
        session.grade(Rating.GOOD)
        clock.forward(days=1)
    assert len(set(asked)) == 6


def test_the_same_values_come_after_a_restart_and_after_undo(studied: Library) -> None:
    session = found(studied)
    first = question(session)
    assert question(found(studied)) == first
    session.reveal()
    session.grade(Rating.GOOD)
    session.undo()
    assert question(session) == first


def test_cramming_draws_anew_each_time(studied: Library) -> None:
    asked = []
    for _ in range(3):
        session = Session.start(studied, "deck:caches", cram=True)
        asked.append(question(session))
        session.reveal()
        session.grade(Rating.GOOD)
    assert len(set(asked)) == 3


def test_the_answer_shows_the_working_above_the_points(studied: Library) -> None:
    session = found(studied)
    assert session.card is not None
    variant = session.card.variant("en")
    block, _, points = variant.answer.removeprefix("```\n").partition("\n```\n\n")
    lines = block.splitlines()
    assert lines[0] == "2·L·h·d·2" and lines[-1].startswith("= ") and lines[-1].endswith(" B")
    assert points == f"- keys and values, hence a factor 2\n- here {lines[-1][2:]}"
    assert variant.key_points == ("keys and values, hence a factor 2", f"here {lines[-1][2:]}")


def test_a_typed_number_is_judged_by_value_and_unit(studied: Library) -> None:
    session = found(studied)
    assert session.asks_number and session.card is not None
    right = session.card.variant("en").key_points[1].removeprefix("here ")
    value = int(right.removesuffix(" B").replace(",", ""))
    for typed, beginning in [
        (right, "right"),
        (f"{value / 1024:.1f} KiB", "right"),
        (str(value), "right"),
        (str(value * 2), "not right"),
        (f"{value} s", "the unit does not fit"),
        ("no idea", "no number found"),
    ]:
        session.reveal(typed)
        assert session.verdict is not None and session.verdict.startswith(beginning), typed
        assert right in session.verdict


def test_nothing_is_said_where_nothing_was_typed(studied: Library) -> None:
    session = found(studied)
    session.reveal()
    assert session.verdict is None


def test_lists_and_pages_show_symbols_for_values(studied: Library) -> None:
    card_id = CardId("cache.token")
    assert (
        hits(studied, [card_id])[0].question
        == "L layers, h heads of width d: how many bytes does one token take?"
    )
    variant = readable_card(studied.card(card_id)).variant("en")
    assert variant.answer == "- keys and values, hence a factor 1+1\n- here …"


def test_both_languages_are_filled_with_the_same_values_each_with_its_unit() -> None:
    numeric = {"vars": {"n": [3, 4]}, "formula": "n*2", "unit": {"en": "pairs", "zh": "对"}}
    variants = {"en": Variant("{n} of them", "- {answer}"), "zh": Variant("{n} 个", "- {answer}")}
    one = drawn(Card(CardId("x"), "d", variants, kind="numeric", extra={"numeric": numeric}), 0)  # type: ignore[arg-type]
    assert one is not None
    n = one.values["n"]
    assert (one.card.variants["en"].question, one.card.variants["zh"].question) == (f"{n} of them", f"{n} 个")
    assert (one.answer("en"), one.answer("zh")) == (f"{one.value} pairs", f"{one.value} 对")


@pytest.mark.parametrize(
    "numeric", [{"vars": {}}, {"vars": {"n": [0]}, "formula": "1/n", "unit": ""}, "nonsense"]
)
def test_a_card_with_a_recipe_that_cannot_be_used_is_asked_as_it_is_written(numeric: object) -> None:
    card = Card(CardId("x"), "d", {"en": Variant("{n}?", "- a")}, kind="numeric", extra={"numeric": numeric})
    assert drawn(card, 0) is None


def test_values_that_the_question_does_not_state_stand_below_it() -> None:
    numeric = {"vars": {"n": [3], "theta": [0.5]}, "formula": "n*theta", "unit": ""}
    card = Card(
        CardId("x"), "d", {"en": Variant("{n} of it?", "- a")}, kind="numeric", extra={"numeric": numeric}
    )
    one = drawn(card, 0)
    assert one is not None and one.card.variant("en").question == "3 of it?\n\n`θ` = 0.5"


def test_a_tolerance_of_nought_wants_the_number_itself() -> None:
    numeric = {"vars": {"n": [100]}, "formula": "n+1", "unit": "", "tolerance": 0}
    one = drawn(
        Card(CardId("x"), "d", {"en": Variant("{n}?", "- a")}, kind="numeric", extra={"numeric": numeric}), 0
    )
    assert one is not None
    assert one.judge("101", "en").right and not one.judge("102", "en").right


def test_anki_gets_one_draw_with_its_working(studied: Library, tmp_path: Path) -> None:
    target = tmp_path / "caches.apkg"
    export_to_anki(studied, ["deck:caches"], target)
    with zipfile.ZipFile(target) as package:
        package.extract("collection.anki2", tmp_path)
    (fields,) = sqlite3.connect(tmp_path / "collection.anki2").execute("SELECT flds FROM notes").fetchone()
    first = drawn(studied.card(CardId("cache.token")), 0)
    assert first is not None
    assert first.card.variant("en").question in fields and first.answer("en") in fields
    assert "2·L·h·d·2" in fields and "{L}" not in fields
