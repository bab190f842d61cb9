"""The small query language, over real cards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flashcards.cards import Rating
from flashcards.store.query import QueryError
from flashcards.study.library import Library
from flashcards.study.session import Session

NOTES = """# 训练技巧

### 1. 什么是梯度累积？

- 多个小批次的梯度相加后再更新 100%

### 2. Why is warm_up used?

- the first steps are small

### 3. What is dropout?

### 4. LoRA 的秩怎么选？

- 看任务离预训练有多远
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("query")
    (folder / "notes.md").write_text(NOTES, "utf-8")
    with Library.open(folder / "home") as opened:
        opened.add([folder / "notes.md"])
        session = Session.start(opened, 'is:own "warm_up"')
        session.reveal()
        session.grade(Rating.EASY)
        session = Session.start(opened, "is:own 梯度累积")
        session.flag()
        session.suspend()
        yield opened


def numbers(library: Library, query: str) -> list[int]:
    """Numbers of the cards found among the notes above."""
    return [int(c.place.number or 0) for c in library.find(f"is:own {query}") if c.place]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [1, 2, 3, 4]),
        ("梯度", [1]),
        ("秩", [4]),
        ("warm_up", [2]),
        ("warmXup", []),
        ("100%", [1]),
        ("DROPOUT", [3]),
        ('"first steps"', [2]),
        ("is:unanswered", [3]),
        ("is:new", [4]),
        ("is:learned", [2]),
        ("is:suspended", [1]),
        ("is:flagged", [1]),
        ("-is:suspended", [2, 3, 4]),
        ("-is:learned -is:unanswered", [1, 4]),
        ("prop:s>5", [2]),
        ("prop:lapses>0", []),
        ("rated:1", [2]),
        ("deck:训练", [1, 2, 3, 4]),
        ("deck:训练技巧", [1, 2, 3, 4]),
        ("deck:none", []),
        ("-LoRA -梯度", [2, 3]),
    ],
)
def test_a_query_finds_its_cards(library: Library, query: str, expected: list[int]) -> None:
    assert numbers(library, query) == expected


def test_a_card_is_found_by_its_demo(library: Library) -> None:
    assert 4 in numbers(library, "demo:lora")


def test_own_tags_are_found_beside_those_of_the_notes(library: Library) -> None:
    card = library.find("is:own 秩")[0]
    library.add_tag([card.id], "周五")
    assert numbers(library, "tag:周五") == [4]
    assert "周五" in library.card(card.id).tags


@pytest.mark.parametrize("query", ["is:dull", "prop:x>1", "prop:s>many", "rated:soon"])
def test_a_term_that_cannot_be_understood_is_refused(library: Library, query: str) -> None:
    with pytest.raises(QueryError, match=query.split(":")[0]):
        library.find(query)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=30))
def test_no_text_breaks_the_search(library: Library, text: str) -> None:
    with suppress(QueryError):
        library.find(text)


def test_a_deck_named_in_full_is_that_deck_alone(library: Library, tmp_path: Path) -> None:
    (tmp_path / "more.md").write_text(
        "# 训练技巧续\n\n### 1. 什么是早停？\n\n- 验证损失不再下降就停\n", "utf-8"
    )
    library.add([tmp_path / "more.md"])
    assert len(library.find("deck:训练技巧")) == 4
    assert len(library.find("deck:训练技巧续")) == 1
    assert len(library.find("is:own deck:训练")) == 5
