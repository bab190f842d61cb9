"""Cards of real notes lead to the demo that proves them; an author's own link wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from flashcards.study import links
from flashcards.study.intake import relink
from flashcards.study.library import Library
from flashcards.study.links import available_demos

from ..seed_labels import DEMOS, Question, labelled_questions


@pytest.fixture
def linked(
    library: Library, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[Question, list[str]]]:
    """The labelled questions of the real notes with the demos each is linked to, as if all thirty were there."""
    monkeypatch.setattr(links, "available_demos", lambda: DEMOS)
    library.add(sorted((shared / "seeds").glob("*.txt")))
    at = {(Path(c.place.file).name, c.place.line): c for c in library.find("is:own") if c.place}
    return [
        (question, [link.slug for link in at[question.file, question.line].demos])
        for question in labelled_questions(shared)
    ]


def test_nine_of_ten_real_questions_are_linked_to_their_demo_among_three(
    linked: list[tuple[Question, list[str]]],
) -> None:
    wanted = [(question, slugs) for question, slugs in linked if question.demos & DEMOS]
    assert len(wanted) >= 150
    assert all(len(slugs) <= 3 for _, slugs in linked)
    missed = [question.text for question, slugs in wanted if question.demos.isdisjoint(slugs)]
    assert len(missed) <= len(wanted) // 10, missed


def test_no_real_question_without_a_demo_is_linked(linked: list[tuple[Question, list[str]]]) -> None:
    bare = [(question, slugs) for question, slugs in linked if not question.demos]
    assert len(bare) >= 6
    assert [question.text for question, slugs in bare if slugs] == []


def test_only_demos_there_are_get_linked(library: Library) -> None:
    slugs = {link.slug for card in library.find() for link in card.demos if not link.explicit}
    assert slugs.issubset(available_demos())


def test_the_authors_link_wins_over_the_words(library: Library, notes: Path) -> None:
    (notes / "d.md").write_text(
        "---\nid: d\ntitle: D\nlanguage: en\n---\n\n## What does LoRA train?\n"
        "<!-- id: d.one, demo: {rope: {dim: 32}} -->\n- A and B\n\n"
        "## What does LoRA freeze?\n<!-- id: d.two -->\n- W\n",
        "utf-8",
    )
    library.add([notes])
    one, two = library.find("is:own")
    assert [(link.slug, dict(link.params), link.explicit) for link in one.demos] == [
        ("rope", {"dim": 32}, True)
    ]
    assert two.demos[0].slug == "lora" and not two.demos[0].explicit


def test_a_question_about_the_code_above_is_linked_by_the_code(library: Library, notes: Path) -> None:
    (notes / "o.md").write_text(
        "- .\n    ```python\n    config = LoraConfig(r=4)\n    ```\n- \n"
        "- 解释上面的代码\n- 先建一个配置\n- \n- 秩是什么 >>>\n    - 容量\n",
        "utf-8",
    )
    library.add([notes])
    card = library.find("is:own 解释上面的代码")[0]
    assert "lora" in [link.slug for link in card.demos]
    assert relink(library.db) == 0
