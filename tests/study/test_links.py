"""Cards of real notes lead to the demo that proves them; an author's own link wins."""

from __future__ import annotations

from pathlib import Path

from flashcards.study.intake import relink
from flashcards.study.library import Library
from flashcards.study.links import available_demos

from ..test_concepts import BUILT, _label, _wanted


def test_nine_of_ten_questions_of_the_real_notes_are_linked_as_the_coverage_list_says(
    library: Library, shared: Path
) -> None:
    import json

    library.add(sorted((shared / "seeds").glob("*.txt")))
    at = {(Path(c.place.file).name, c.place.line): c for c in library.find("is:own") if c.place}
    wanted, linked = _wanted(shared), {}
    for note in json.loads((shared / "seed_truth.json").read_text("utf-8")):
        for card in note["cards"]:
            label = _label(note["file"], card)
            if label in wanted:
                slugs = {link.slug for link in at[note["file"], card["line"]].demos}
                linked[label] = bool(slugs & wanted[label])
    assert len(linked) >= 25
    missed = [label for label, fits in linked.items() if not fits]
    assert len(missed) <= len(linked) // 10, missed


def test_only_demos_there_are_get_linked(library: Library) -> None:
    slugs = {link.slug for card in library.find() for link in card.demos if not link.explicit}
    assert slugs.issubset(available_demos())
    assert BUILT.issubset(available_demos())


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
