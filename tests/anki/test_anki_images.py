"""Which pictures go into a package: those of the note's own folder, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from flashcards.anki.images import Pictures, picture_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of notes with pictures, beside files that are none of a note's business."""
    notes = tmp_path / "notes"
    (notes / "img").mkdir(parents=True)
    (notes / "img" / "loss curve.png").write_bytes(b"curve")
    (notes / "100%25.png").write_bytes(b"percent")
    (notes / "key.pem").write_bytes(b"private")
    (tmp_path / "outside.png").write_bytes(b"outside")
    return notes


@pytest.mark.parametrize(
    "path", ["img/loss curve.png", "img/loss%20curve.png", "./img/loss curve.png", "100%25.png"]
)
def test_a_picture_below_the_note_is_found(folder: Path, path: str) -> None:
    assert picture_file(folder, path) is not None


@pytest.mark.parametrize(
    "path",
    [
        "../outside.png",
        "img/../../outside.png",
        "..%2Foutside.png",
        "..\\outside.png",
        "key.pem",
        "img",
        "",
        "gone.png",
        "a\0b.png",
        "https://example.org/x.png",
        "data:image/png;base64,AAAA",
    ],
)
def test_anything_else_is_not_taken(folder: Path, path: str) -> None:
    assert picture_file(folder, path) is None


def test_an_absolute_path_is_not_taken_even_to_a_picture(folder: Path) -> None:
    assert picture_file(folder, str(folder / "img" / "loss curve.png")) is None
    assert picture_file(folder, "C:\\img\\loss curve.png") is None


def test_a_link_out_of_the_folder_is_not_followed(folder: Path) -> None:
    try:
        (folder / "link.png").symlink_to(folder.parent / "outside.png")
    except OSError:
        pytest.skip("links need a right that this account lacks")
    assert picture_file(folder, "link.png") is None


def test_equal_pictures_under_one_name_are_packed_once(folder: Path) -> None:
    pictures = Pictures()
    first = pictures.add(folder, "img/loss curve.png")
    again = pictures.add(folder, "./img/loss%20curve.png")
    assert first is not None
    assert first is again
    assert list(pictures.media) == [first.name]


def test_another_content_has_another_name(folder: Path) -> None:
    before = Pictures().add(folder, "img/loss curve.png")
    (folder / "img" / "loss curve.png").write_bytes(b"another curve")
    after = Pictures().add(folder, "img/loss curve.png")
    assert before is not None
    assert after is not None
    assert before.name != after.name
