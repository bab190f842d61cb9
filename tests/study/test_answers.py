"""Answers written inside the app: plain text of the person's own, above the notes and out of reach of a rescan."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flashcards.cards import Card, CardId, Rating
from flashcards.sources import read_path
from flashcards.store import reviews
from flashcards.study.answers import (
    LONGEST_ANSWER,
    AnswerError,
    file_stem,
    remove_answer,
    write_answer,
    written_answer,
)
from flashcards.study.library import Library, LibraryError
from flashcards.study.session import Session

from .conftest import StoppedClock

NOTES = """# 优化器

### 1. What is weight decay?

- it shrinks the weights

### 2. 动量有什么用？

### 3. What is EMA?
"""


@pytest.fixture
def file(notes: Path) -> Path:
    path = notes / "opt.md"
    path.write_text(NOTES, "utf-8")
    return path


@pytest.fixture
def filled(library: Library, file: Path) -> Library:
    library.add([file])
    return library


def numbered(library: Library, number: str) -> Card:
    """The card of the notes above with this number."""
    return next(card for card in library.find("is:own") if card.place and card.place.number == number)


def shown(library: Library, number: str) -> tuple[str, str | None]:
    """What the card says and, where that is the person's own, what the notes say."""
    card = numbered(library, number)
    variant = card.variant(library.language)
    return variant.answer, variant.notes_answer


def answer_file(library: Library) -> Path:
    (found,) = library.home.answers.glob("*.md")
    return found


def test_a_written_answer_makes_the_card_askable_at_once(filled: Library) -> None:
    card = numbered(filled, "2")
    after = write_answer(filled, card.id, "- 减小震荡\n- 加速收敛\n")
    assert (after.id, after.place, after.answered) == (card.id, card.place, True)
    variant = after.variants["zh"]
    assert (variant.answer, variant.key_points) == ("- 减小震荡\n- 加速收敛", ("减小震荡", "加速收敛"))
    assert Session.start(filled, f"id:{card.id}").card == after
    assert filled.find_ids("is:own is:unanswered") == [numbered(filled, "3").id]


def test_the_answer_is_plain_text_with_the_id_of_the_card(filled: Library) -> None:
    card = numbered(filled, "3")
    write_answer(filled, card.id, "an average that forgets")
    path = answer_file(filled)
    assert path.name == "优化器.md"
    text = path.read_text("utf-8")
    assert "## What is EMA?" in text and f"id: {card.id}" in text and "an average that forgets" in text
    found = written_answer(filled, card.id)
    assert found is not None and (found.file, found.answer) == (str(path), "an average that forgets")
    assert text.splitlines()[found.line - 1] == "## What is EMA?"


def test_the_notes_are_not_touched(filled: Library, file: Path) -> None:
    write_answer(filled, numbered(filled, "2").id, "快")
    assert file.read_text("utf-8") == NOTES


def test_a_deck_has_one_answer_file(filled: Library) -> None:
    for number in ("2", "3"):
        write_answer(filled, numbered(filled, number).id, f"answer {number}")
    assert len(read_path(answer_file(filled), "flashcards").drafts) == 2


def test_an_answer_can_be_edited_and_keeps_its_place(filled: Library) -> None:
    for number in ("2", "3"):
        write_answer(filled, numbered(filled, number).id, "first")
    write_answer(filled, numbered(filled, "2").id, "second")
    assert (shown(filled, "2")[0], shown(filled, "3")[0]) == ("second", "first")
    drafts = read_path(answer_file(filled), "flashcards").drafts
    assert [draft.answer for draft in drafts] == ["second", "first"]


def test_a_rescan_of_the_notes_does_not_take_it_away(filled: Library, file: Path) -> None:
    card = numbered(filled, "2")
    write_answer(filled, card.id, "快")
    file.write_text(NOTES.replace("shrinks", "slowly shrinks"), "utf-8")
    assert filled.rescan().changed == 1
    assert numbered(filled, "2") == filled.card(card.id) and shown(filled, "2") == ("快", "")
    assert filled.find_ids("is:own is:written") == [card.id]


def test_a_rescan_finds_nothing_new_after_writing(filled: Library) -> None:
    write_answer(filled, numbered(filled, "2").id, "快")
    assert not filled.rescan().anything


def test_an_answer_in_the_notes_comes_second_until_the_written_one_is_removed(
    filled: Library, file: Path
) -> None:
    card = numbered(filled, "3")
    write_answer(filled, card.id, "mine")
    file.write_text(NOTES + "\n- theirs\n", "utf-8")
    filled.rescan()
    assert shown(filled, "3") == ("mine", "- theirs")
    assert remove_answer(filled, card.id).answered and shown(filled, "3") == ("- theirs", None)


def test_removing_it_makes_the_card_unanswered_and_keeps_its_history(filled: Library) -> None:
    card = numbered(filled, "2")
    write_answer(filled, card.id, "快")
    session = Session.start(filled, f"id:{card.id}")
    session.reveal()
    session.grade(Rating.GOOD)
    schedule = filled.standing(card.id).schedule
    assert not remove_answer(filled, card.id).answered
    assert not filled.home.answers.exists() or list(filled.home.answers.glob("*.md")) == []
    assert len(reviews.answers_of(filled.db, card.id)) == 1 and filled.standing(card.id).schedule == schedule
    assert Session.start(filled, f"id:{card.id}", ahead=True).card is None
    write_answer(filled, card.id, "again")
    assert filled.standing(card.id).schedule == schedule


def test_an_answer_file_edited_by_hand_is_picked_up(filled: Library) -> None:
    card = numbered(filled, "2")
    write_answer(filled, card.id, "快")
    path = answer_file(filled)
    path.write_text(path.read_text("utf-8").replace("快", "更快一些"), "utf-8")
    assert filled.rescan().changed == 1
    assert shown(filled, "2")[0] == "更快一些"


def test_an_answer_file_deleted_by_hand_takes_its_answers_along(filled: Library) -> None:
    write_answer(filled, numbered(filled, "2").id, "快")
    answer_file(filled).unlink()
    assert filled.rescan().changed == 1
    assert not numbered(filled, "2").answered


def test_an_answer_moved_between_two_files_stays(filled: Library) -> None:
    write_answer(filled, numbered(filled, "2").id, "快")
    path = answer_file(filled)
    path.rename(path.with_name("renamed.md"))
    filled.rescan()
    assert shown(filled, "2")[0] == "快"
    write_answer(filled, numbered(filled, "3").id, "slow")
    assert answer_file(filled).name == "renamed.md"


def test_a_card_of_the_notes_that_goes_and_comes_back_has_its_answer_again(
    filled: Library, file: Path
) -> None:
    card = numbered(filled, "3")
    write_answer(filled, card.id, "mine")
    file.write_text(NOTES.replace("### 3. What is EMA?\n", ""), "utf-8")
    filled.rescan()
    assert card.id not in filled.find_ids()
    file.write_text(NOTES, "utf-8")
    filled.rescan()
    assert numbered(filled, "3").id == card.id and shown(filled, "3") == ("mine", "")


def test_two_answers_to_one_card_are_said_with_their_line(filled: Library) -> None:
    write_answer(filled, numbered(filled, "2").id, "快")
    path = answer_file(filled)
    path.with_name("z.md").write_text(path.read_text("utf-8").replace("快", "慢"), "utf-8")
    (problem,) = filled.rescan().problems
    assert problem.startswith(f"{path.with_name('z.md')}:7: {path} answers")
    assert shown(filled, "2")[0] == "快"


def test_an_answer_to_no_card_is_said_and_kept_in_its_file(filled: Library) -> None:
    write_answer(filled, numbered(filled, "2").id, "快")
    path = answer_file(filled)
    path.write_text(path.read_text("utf-8") + "\n## Who?\n<!-- id: nobody -->\nme\n", "utf-8")
    assert any("nobody" in problem for problem in filled.rescan().problems)
    write_answer(filled, numbered(filled, "2").id, "更快")
    assert "<!-- id: nobody -->\nme" in path.read_text("utf-8")


def test_a_file_with_text_that_would_be_lost_is_not_written(filled: Library) -> None:
    write_answer(filled, numbered(filled, "2").id, "快")
    path = answer_file(filled)
    spoilt = path.read_text("utf-8").replace("## ", "a remark of mine\n\n## ", 1)
    path.write_text(spoilt, "utf-8")
    with pytest.raises(AnswerError, match=f"{path.name}:7"):
        write_answer(filled, numbered(filled, "2").id, "慢")
    assert path.read_text("utf-8") == spoilt and shown(filled, "2")[0] == "快"


def test_an_answer_beside_the_notes_own_shows_both(filled: Library) -> None:
    write_answer(filled, numbered(filled, "1").id, "in my words")
    assert shown(filled, "1") == ("in my words", "- it shrinks the weights")


def test_a_topic_is_taken_in_by_its_answer(library: Library, notes: Path) -> None:
    (notes / "t.md").write_text("# T\n\n### 1. 梯度裁剪总结\n\n### 2. Why?\n\n- so\n", "utf-8")
    library.add([notes])
    card = numbered(library, "1")
    assert not card.reviewed
    assert write_answer(library, card.id, "两种").reviewed


def test_our_own_cards_take_an_answer_in_the_language_shown(library: Library) -> None:
    card = next(card for card in library.find("is:shipped") if set(card.variants) == {"zh", "en"})
    after = write_answer(library, card.id, "用我的话说", "zh")
    assert after.variants["zh"].answer == "用我的话说" and after.variants["en"] == card.variants["en"]
    write_answer(library, card.id, "in my words", "en")
    assert len(list(library.home.answers.glob("*.md"))) == 2
    assert remove_answer(library, card.id, "zh").variants["zh"] == card.variants["zh"]
    assert library.card(card.id).variants["en"].answer == "in my words"


def test_a_merge_takes_the_answer_along(filled: Library, notes: Path) -> None:
    kept, duplicate = numbered(filled, "2").id, numbered(filled, "3").id
    write_answer(filled, duplicate, "mine")
    filled.merge(kept, duplicate)
    found = written_answer(filled, kept)
    assert filled.card(kept).answered and found is not None and found.answer == "mine"
    assert written_answer(filled, duplicate) is None


def test_the_data_directory_can_be_moved(filled: Library, tmp_path: Path, clock: StoppedClock) -> None:
    card_id = numbered(filled, "2").id
    write_answer(filled, card_id, "快")
    filled.close()
    filled.home.folder.rename(tmp_path / "moved")
    with Library.open(tmp_path / "moved", clock) as moved:
        moved.rescan()
        assert shown(moved, "2")[0] == "快"
        write_answer(moved, card_id, "更快")
        assert "更快" in answer_file(moved).read_text("utf-8")


def test_answers_are_no_source_of_notes(filled: Library) -> None:
    write_answer(filled, numbered(filled, "2").id, "快")
    assert [source.kind for source in filled.sources()] == ["notes"]
    for place in (filled.home.answers, answer_file(filled)):
        with pytest.raises(LibraryError, match="read by itself"):
            filled.add([place])


@pytest.mark.parametrize("text", ["", " \n\t\n", "x" * (LONGEST_ANSWER + 1)])
def test_what_cannot_be_an_answer_is_refused(filled: Library, text: str) -> None:
    with pytest.raises(AnswerError):
        write_answer(filled, numbered(filled, "2").id, text)
    assert not filled.home.answers.exists() and not numbered(filled, "2").answered


def test_taking_away_what_is_not_there_is_said(filled: Library) -> None:
    with pytest.raises(AnswerError, match="you wrote no answer"):
        remove_answer(filled, numbered(filled, "1").id)
    with pytest.raises(LibraryError):
        write_answer(filled, CardId("nobody"), "x")


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("优化器", "优化器"),
        ("a/b\\c: d?", "a b c d"),
        ("..", "answers"),
        ("../../etc", "etc"),
        ("NUL", "NUL_"),
        ("x" * 200, "x" * 60),
    ],
)
def test_a_title_becomes_a_name_every_system_takes(title: str, stem: str) -> None:
    assert file_stem(title) == stem


LINES = st.lists(
    st.sampled_from(
        [
            "- one",
            "## two",
            "# three",
            "<!-- id: x -->",
            "```",
            "    indented",
            "---",
            "",
            "| a | b |",
            "$x$",
            "重",
        ]
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(lines=LINES)
def test_whatever_markdown_is_written_stays_one_answer(lines: list[str]) -> None:
    with Library.open() as library:
        one, two = library.find_ids("is:shipped")[:2]
        text = "\n".join(["begin", *lines, "end"])
        write_answer(library, two, "the next card", "en")
        write_answer(library, one, text, "en")
        assert library.card(one).variants["en"].answer.splitlines()[: len(lines) + 2] == text.splitlines()
        assert library.card(two).variants["en"].answer == "the next card"
