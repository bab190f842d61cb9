"""The glossary finds the terms people write, in either language, and leads to the demo that shows them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flashcards import concepts
from flashcards.concepts import ConceptError, concepts_in, demos_for, read_glossary
from flashcards.study.links import available_demos

from .seed_labels import DEMOS, coverage_entries


def ids(text: str) -> list[str]:
    return [concept.id for concept in concepts_in(text)]


@pytest.mark.parametrize("text", ["RoPE", "rope", "What is RoPE?", "讲讲RoPE的思路", "(rope)", "rope_theta"])
def test_a_short_latin_name_is_found_in_any_case_and_next_to_chinese(text: str) -> None:
    assert ids(text) == ["rope"]


@pytest.mark.parametrize(
    "text", ["Europe", "properties", "a ropeway", "grope", "exploration", "Florida", "RoPE2"]
)
def test_a_short_latin_name_inside_another_word_is_not_meant(text: str) -> None:
    assert ids(text) == []


@pytest.mark.parametrize(
    "text", ["KV cache", "kv-cache", "KVCache", "kv_cache", "KV caches", "KV缓存", "KV 缓存"]
)
def test_separators_and_the_plural_do_not_hide_a_name(text: str) -> None:
    assert ids(text) == ["kv-cache"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("QLoRA 比 LoRA 省在哪里", ["qlora", "lora"]),
        ("AdaLoRA", ["adalora"]),
        ("Attention with Linear Biases", ["alibi"]),
        ("相对位置编码", ["relative-position"]),
        ("prompt template", ["prompt-template"]),
        ("P-tuning 与 Prefix-tuning", ["p-tuning", "prefix-tuning"]),
        ("Do Transformers need BPE?", ["transformers-library", "bpe"]),
    ],
)
def test_the_longer_name_is_meant_where_two_overlap(text: str, found: list[str]) -> None:
    assert ids(text) == found


def test_a_concept_named_twice_is_listed_once_in_the_order_of_first_mention() -> None:
    assert ids("注意力机制为什么慢，KV cache 怎样加快 attention？") == ["attention", "kv-cache"]


@pytest.mark.parametrize("text", ["ropeſ", "attentıon", "attentİon", "\u212av cache"])
def test_letters_that_only_look_like_a_name_do_no_harm(text: str) -> None:
    assert ids(text) in ([], ["rope"])


def test_text_without_a_term_of_the_field_names_nothing() -> None:
    assert ids("") == ids("今天天气很好，我们去公园散步。") == ids("A walk in the park.") == []


def test_the_question_decides_before_the_headings_above_it() -> None:
    assert demos_for("什么是 RoPE？", ["参数高效微调", "LoRA 篇"]) == ["rope"]


def test_headings_speak_nearest_first_where_the_question_names_nothing() -> None:
    assert demos_for("它有什么优点？", ["参数高效微调", "旋转位置编码"])[0] == "rope"
    assert demos_for("它有什么优点？", ["旋转位置编码", "参数高效微调"])[0] == "lora"


def test_a_question_about_something_else_is_not_linked_by_a_wide_heading() -> None:
    assert "lora" not in demos_for("P-tuning 的思路是什么？", ["参数高效微调 PEFT"])


def test_each_concept_gives_its_best_demo_before_any_gives_its_second() -> None:
    assert demos_for("GQA 和 FlashAttention") == ["gqa", "flash-attention", "kv-cache"]


def test_a_question_without_terms_and_headings_has_no_demo() -> None:
    assert demos_for("谢谢") == []


def test_every_name_finds_its_own_concept() -> None:
    for concept in read_glossary(concepts.GLOSSARY):
        for name in (*concept.zh, *concept.en):
            assert ids(name) == [concept.id], name


def test_a_name_given_to_two_concepts_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    glossary = tmp_path / "terms.yaml"
    glossary.write_text("a: {en: [kv cache]}\nb: {en: [KV-Cache]}\n", "utf-8")
    monkeypatch.setattr(concepts, "GLOSSARY", glossary)
    concepts.forget_glossary()
    try:
        with pytest.raises(ConceptError, match=r"KV-Cache.*both a and b"):
            concepts_in("anything")
    finally:
        concepts.forget_glossary()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: {en: [x", r"terms\.yaml:\d+: "),
        ("- a\n- b\n", "one concept a line"),
        ("a: [x]\n", "a: zh, en and demos must be lists of text"),
        ("a: {en: x}\n", "a: zh, en and demos must be lists of text"),
        ("a: {en: [1]}\n", "a: zh, en and demos must be lists of text"),
        ("a: {en: [x], demo: [y]}\n", "a: unknown key demo"),
    ],
)
def test_a_broken_glossary_is_one_clear_line(tmp_path: Path, text: str, said: str) -> None:
    glossary = tmp_path / "terms.yaml"
    glossary.write_text(text, "utf-8")
    with pytest.raises(ConceptError, match=said) as caught:
        read_glossary(glossary)
    assert "\n" not in str(caught.value)


def test_importing_the_module_reads_no_yaml() -> None:
    code = "import sys, flashcards.concepts; sys.exit('yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_nine_of_ten_questions_of_the_list_lead_to_their_demo_among_three(shared: Path) -> None:
    """The list's own wording, in both languages: it was written apart from the glossary."""
    entries = [entry for entry in coverage_entries(shared) if entry["demo"] in DEMOS]
    for language, share in (("zh", 0.9), ("en", 0.85)):
        found = [
            entry["demo"] in [slug for slug in demos_for(entry[language]) if slug in DEMOS][:3]
            for entry in entries
        ]
        assert sum(found) >= share * len(found), f"{language}: {sum(found)} of {len(found)}"


def test_every_topic_of_the_list_has_its_terms(shared: Path) -> None:
    """Of each topic's questions, nearly all name a term of the field that the glossary knows, in either language."""
    topics: dict[str, list[bool]] = {}
    for entry in coverage_entries(shared):
        topics.setdefault(entry["topic"], []).extend(bool(concepts_in(entry[lang])) for lang in ("zh", "en"))
    bare = {
        topic: sum(known) / len(known) for topic, known in topics.items() if sum(known) < 0.65 * len(known)
    }
    assert bare == {}


def test_the_glossary_holds_several_hundred_concepts_in_both_languages() -> None:
    glossary = read_glossary(concepts.GLOSSARY)
    assert len(glossary) >= 350
    assert all(concept.zh or concept.en for concept in glossary)
    assert sum(bool(concept.zh and concept.en) for concept in glossary) >= 350


def test_every_demo_that_the_glossary_names_is_planned_or_there(shared: Path) -> None:
    planned = set(re.findall(r"`([a-z0-9-]+)`", (shared / "specs" / "demos.md").read_text("utf-8")))
    planned |= {entry["demo"] for entry in coverage_entries(shared)} | available_demos()
    named = {slug for concept in read_glossary(concepts.GLOSSARY) for slug in concept.demos or ()}
    assert named - planned == set()
    assert named >= DEMOS


def test_ids_are_unique_and_no_demo_is_listed_twice() -> None:
    text = concepts.GLOSSARY.read_text("utf-8")
    ids_as_written = re.findall(r"^([^\s#:]+):", text, re.MULTILINE)
    assert len(ids_as_written) == len(set(ids_as_written)) == len(read_glossary(concepts.GLOSSARY))
    for concept in read_glossary(concepts.GLOSSARY):
        assert len(concept.demos or ()) == len(set(concept.demos or ())), concept.id


@pytest.fixture
def own_terms(tmp_path: Path) -> Iterator[Path]:
    """Where a person's own terms are read from, for one test."""
    file = tmp_path / "concepts.yaml"
    concepts.extend_glossary(file)
    yield file
    concepts.extend_glossary(tmp_path / "none.yaml")


def test_a_person_adds_terms_and_names_of_their_own(own_terms: Path) -> None:
    own_terms.write_text(
        "kv-cache: {zh: [小抄], en: [memo of keys]}\nour-thing: {en: [frobnication], demos: [rope]}\n",
        "utf-8",
    )
    assert ids("小抄和 frobnication，还有 KV cache") == ["kv-cache", "our-thing"]
    assert demos_for("什么是 frobnication？") == ["rope"]
    assert demos_for("小抄是什么？") == ["kv-cache"]


def test_a_persons_demos_take_the_place_of_ours(own_terms: Path) -> None:
    own_terms.write_text("rope: {demos: [sinusoidal]}\n", "utf-8")
    assert demos_for("RoPE") == ["sinusoidal"]


def test_a_persons_name_that_is_ours_already_is_one_clear_line(own_terms: Path) -> None:
    own_terms.write_text("mine: {en: [KV-cache]}\n", "utf-8")
    with pytest.raises(ConceptError, match=r"concepts\.yaml: \"KV-cache\" names both kv-cache and mine"):
        concepts_in("anything")


def test_a_changed_file_of_terms_is_noticed_by_its_state(own_terms: Path) -> None:
    before = concepts.glossary_state()
    own_terms.write_text("mine: {en: [frobnication]}\n", "utf-8")
    assert concepts.glossary_state() != before


def test_a_question_no_program_can_show_is_not_linked_by_its_heading() -> None:
    assert demos_for("LangChain 替代品有哪些？", ["LangChain 面试题"]) == []
    assert demos_for("它有哪些组件？", ["LangChain 面试题"]) == ["chain"]


def test_what_a_long_note_names_most_often_comes_first() -> None:
    assert demos_for("先用 BPE 切分。然后 RoPE 旋转查询，RoPE 也旋转键。")[0] == "rope"


def test_a_longer_name_wins_over_a_shorter_one_written_without_a_separator() -> None:
    assert ids("KV cache quantization") == ids("KV缓存量化") == ids("KV 缓存量化") == ["kv-quant"]


def test_hostile_repetition_of_how_a_name_begins_is_passed_over() -> None:
    """A pattern that looks at a stretch again and again would not come back from these."""
    for text in ("kv ca" * 20_000, "注意" * 50_000, "a" * 200_000, "-" * 200_000, "low rank " * 20_000):
        assert len(concepts_in(text)) <= 1
