"""Who is who after an edit: certain before likely, near before far, and never by guessing."""

from __future__ import annotations

from flashcards.cards import CardId, Draft
from flashcards.store.places import Known
from flashcards.study.matching import COMPARED_NEIGHBOURS, Found, match

ANSWER = "- the block table maps each logical block of the cache to a physical one, wherever that lies"


def found(
    position: int, question: str, answer: str = "", file: str = "a.md", path: tuple[str, ...] = ()
) -> Found:
    return Found(Draft(question, answer, position, position, path=path), file, position)


def known(card_id: str, position: int, question: str, answer: str = "", file: str = "a.md") -> Known:
    return Known(CardId(card_id), "en", file, position, None, (), question, answer, archived=False)


def test_the_same_text_wins_over_text_that_differs_in_case() -> None:
    matching = match(
        [found(0, "what is rope?"), found(1, "What is RoPE?")],
        [known("upper", 0, "What is RoPE?"), known("lower", 1, "what is rope?")],
    )
    assert matching.ids == {0: "lower", 1: "upper"}


def test_case_and_emphasis_do_not_make_another_card() -> None:
    assert match([found(0, "What is **RoPE**?")], [known("rope", 5, "what is rope?")]).ids == {0: "rope"}


def test_two_cards_with_one_text_in_another_file_are_not_guessed() -> None:
    matching = match([found(0, "Why?", file="b.md")], [known("one", 0, "Why?"), known("two", 1, "Why?")])
    assert matching.ids == {}


def test_a_card_reworded_between_its_neighbours_is_the_same() -> None:
    before = [
        known("a", 0, "Alpha?"),
        known("b", 1, "How are pages mapped?", ANSWER),
        known("c", 2, "Gamma?"),
    ]
    after = [found(0, "Alpha?"), found(1, "Who finds the memory?", ANSWER + "."), found(2, "Gamma?")]
    assert match(after, before).ids == {0: "a", 1: "b", 2: "c"}


def test_a_card_edited_among_very_many_new_ones_is_found_by_its_place() -> None:
    """Between two matched neighbours more cards stand than are compared with each other."""
    many = 3 * COMPARED_NEIGHBOURS
    before = [known(f"k{i}", i, f"{i:03} {chr(0x4E00 + i) * 12}") for i in range(many)]
    after = [found(i, f"{i:03} {chr(0x4E00 + i) * 12} {chr(0x4E00 + i)}") for i in range(many)]
    assert match(after, before).ids == {i: f"k{i}" for i in range(many)}


def test_likely_cards_that_are_all_alike_are_left_to_the_person() -> None:
    before = [known("a", 0, "How are pages mapped here?"), known("b", 1, "How are pages mapped there?")]
    matching = match([found(0, "How are pages mapped where?")], before)
    assert matching.ids == {}
    assert {card_id for _, candidates in matching.unsure for card_id in candidates} == {"a", "b"}
