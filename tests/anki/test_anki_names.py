"""Names that Anki keeps for ever: a change in these tests is a change in people's collections."""

from __future__ import annotations

import pytest

from flashcards.anki import names


def test_the_guid_of_a_card_never_changes() -> None:
    assert names.guid("lora.what") == "3a83b7498ef6233d5658"


def test_different_cards_have_different_guids() -> None:
    assert len({names.guid(f"card{number}") for number in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("levels", "name"),
    [
        (("flashcards", "LoRA", "Init"), "flashcards::LoRA::Init"),
        (("flashcards", "大模型", "注意力机制"), "flashcards::大模型::注意力机制"),
        (("root", "a::b", "c:"), "root::a:b::c"),
        (("root", "", "  ", "\x00\x1f"), "root"),
        (("root", "LoRA", "lora", "LoRA"), "root::LoRA"),
        (("root", 'the "key"\tquestion\n'), "root::the 'key' question"),
        (("root", "a\u202eb\u200b"), "root::ab"),
    ],
)
def test_deck_levels_are_cleaned(levels: tuple[str, ...], name: str) -> None:
    assert names.deck_name(*levels) == name


def test_a_long_heading_is_cut_and_says_so() -> None:
    level = names.deck_name("很长的标题" * 40)
    assert len(level) == names.MAX_DECK_LEVEL
    assert level.endswith("…")


def test_tags_have_no_spaces_and_no_twins() -> None:
    assert names.tags(["KV cache", "peft", "PEFT", " ", "推理 优化"]) == ("KV-cache", "PEFT", "推理-优化")


def test_media_names_are_flat_and_end_as_the_file_does() -> None:
    assert names.media_name("fig 1/2", ".PNG", "1a2b3c4d5e6f") == "fig-1-2-1a2b3c4d.png"
    assert names.media_name("…", ".gif", "1a2b3c4d5e6f") == "image-1a2b3c4d.gif"
