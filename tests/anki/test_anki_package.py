"""The package file itself: what is in it, and that writing it is repeatable and all or nothing."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zipfile
from pathlib import Path

import pytest

from flashcards.anki import note_types
from flashcards.anki.collection import FIRST_DAY, ID_WINDOW_MS, NoteOut, build_collection, card_ordinals
from flashcards.anki.errors import AnkiError
from flashcards.anki.note_types import BASIC, CLOZE
from flashcards.anki.package import MediaOut, write_package


def note(
    guid: str, question: str = "Why?", deck: str = "root::peft", changed_at: int = 1_763_000_000_500
) -> NoteOut:
    return NoteOut(guid, BASIC, (question, *[""] * (len(BASIC.fields) - 1)), deck, ("peft",), changed_at)


def cloze(guid: str, text: str) -> NoteOut:
    return NoteOut(guid, CLOZE, (text, *[""] * (len(CLOZE.fields) - 1)), "root")


def open_collection(notes: list[NoteOut]) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.deserialize(build_collection(notes)[0])
    return database


def test_the_note_types_still_have_the_ids_and_fields_of_the_first_release() -> None:
    fields = ["Context", "Answer", "KeyPoints", "Remarks", "Source", "Demo", "CardId"]
    spare = ["Spare1", "Spare2", "Spare3", "Spare4", "Spare5", "Spare6"]
    assert (BASIC.id, list(BASIC.fields)) == (1_732_406_400_017, ["Question", *fields, *spare])
    assert (CLOZE.id, list(CLOZE.fields)) == (1_732_406_400_029, ["Text", *fields, *spare])


def test_templates_and_css_do_not_change_without_a_newer_revision() -> None:
    """Anki ignores new templates under an old date: change both lines together."""
    looks = [(kind.question, kind.answer, kind.as_json()["css"]) for kind in note_types.NOTE_TYPES]
    digest = hashlib.sha256(repr(looks).encode()).hexdigest()[:16]
    assert (note_types.REVISED_AT, digest) == (1_764_000_000, "242cf0033baab402")


def test_new_cards_are_due_in_the_order_of_the_notes() -> None:
    with open_collection([note("c"), note("a"), note("b")]) as database:
        rows = database.execute(
            "SELECT guid, type, queue, due FROM cards JOIN notes ON notes.id = nid ORDER BY due"
        ).fetchall()
    assert rows == [("c", 0, 0, 1), ("a", 0, 0, 2), ("b", 0, 0, 3)]


def test_ids_depend_on_the_guid_alone_and_lie_in_the_past() -> None:
    def ids(notes: list[NoteOut]) -> dict[str, int]:
        with open_collection(notes) as database:
            return dict(database.execute("SELECT guid, id FROM notes"))

    alone, together = ids([note("b")]), ids([note("a"), note("b"), note("c")])
    assert alone["b"] == together["b"]
    assert all(FIRST_DAY * 1000 <= one < FIRST_DAY * 1000 + ID_WINDOW_MS + 3 for one in together.values())


def test_ten_thousand_notes_have_ten_thousand_ids() -> None:
    with open_collection([note(f"g{number}") for number in range(10_000)]) as database:
        assert database.execute("SELECT count(*) FROM notes").fetchone() == (10_000,)
        assert database.execute("SELECT count(DISTINCT nid) FROM cards").fetchone() == (10_000,)


def test_mod_is_the_second_of_the_last_change_of_content() -> None:
    with open_collection([note("a", changed_at=1_763_000_000_999)]) as database:
        assert database.execute("SELECT mod FROM notes").fetchone() == (1_763_000_000,)


def test_a_cloze_note_makes_one_card_for_each_number() -> None:
    assert card_ordinals(cloze("a", "{{c1::x}} {{c3::y}} {{c1::z}}")) == [0, 2]


def test_deck_names_that_differ_in_case_only_are_one_deck() -> None:
    with open_collection(
        [note("a", deck="Root::LoRA::Init"), note("b", deck="root::lora::init")]
    ) as database:
        decks = json.loads(database.execute("SELECT decks FROM col").fetchone()[0])
    assert sorted(deck["name"] for deck in decks.values()) == [
        "Default",
        "Root",
        "Root::LoRA",
        "Root::LoRA::Init",
    ]


def test_a_field_cannot_spill_into_the_next_one() -> None:
    with open_collection([note("a", question="one\x1ftwo")]) as database:
        fields = database.execute("SELECT flds FROM notes").fetchone()[0].split("\x1f")
    assert len(fields) == len(BASIC.fields)


def test_the_zip_is_deflated_and_holds_the_old_collection_form(tmp_path: Path) -> None:
    picture = tmp_path / "loss.png"
    picture.write_bytes(b"\x89PNG not really" * 50)
    write_package(tmp_path / "deck.apkg", [note("a")], [MediaOut("loss-12345678.png", picture)])
    with zipfile.ZipFile(tmp_path / "deck.apkg") as package:
        assert package.namelist() == ["collection.anki2", "media", "0"]
        assert json.loads(package.read("media")) == {"0": "loss-12345678.png"}
        assert package.read("0") == picture.read_bytes()
        assert {entry.compress_type for entry in package.infolist()} == {zipfile.ZIP_DEFLATED}


def test_equal_input_gives_an_equal_file(tmp_path: Path) -> None:
    for name in ("one.apkg", "two.apkg"):
        write_package(tmp_path / name, [note("a"), cloze("b", "{{c1::x}}")])
    assert (tmp_path / "one.apkg").read_bytes() == (tmp_path / "two.apkg").read_bytes()


def test_a_failed_export_leaves_the_old_package_and_no_litter(tmp_path: Path) -> None:
    target = tmp_path / "deck.apkg"
    write_package(target, [note("a")])
    before = target.read_bytes()
    with pytest.raises(AnkiError, match=r"gone\.png.*no package was written"):
        write_package(target, [note("b")], [MediaOut("gone.png", tmp_path / "gone.png")])
    assert target.read_bytes() == before
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("target", ["no/such/folder/deck.apkg", "taken.apkg"])
def test_a_target_that_cannot_be_written_is_one_line_with_its_name(tmp_path: Path, target: str) -> None:
    (tmp_path / "taken.apkg").mkdir()
    with pytest.raises(AnkiError) as error:
        write_package(tmp_path / target, [note("a")])
    assert str(tmp_path / target) in str(error.value)
    assert "\n" not in str(error.value)


def test_an_ending_that_anki_would_take_for_a_whole_collection_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnkiError, match=r"deck\.apkg"):
        write_package(tmp_path / "deck.colpkg", [note("a")])
    assert list(tmp_path.iterdir()) == []
