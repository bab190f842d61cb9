"""The glossary finds the terms people write, in either language, and leads to the demo that shows them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flashcards import concepts
from flashcards.concepts import ConceptError, concepts_in, demos_for, read_glossary

BUILT = {"attention", "rope", "lora", "lora-merge", "kv-cache"}


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
        ("P-tuning 与 Prefix-tuning", ["soft-prompt", "prefix-tuning"]),
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
    concepts._glossary.cache_clear()
    try:
        with pytest.raises(ConceptError, match=r"KV-Cache.*both a and b"):
            concepts_in("anything")
    finally:
        concepts._glossary.cache_clear()


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


def _label(file: str, card: dict[str, Any]) -> str:
    """A card's label in the coverage list: ``003:2.7.1``, ``004:Q19``, ``000:q21``, ``001:6``."""
    note = file[:3]
    if note != "000":
        return f"{note}:{card['number'] or card['n']}"
    # the list counts the remark between the questions 18 and 19 of this note, and the one before the last
    n = card["n"]
    return f"{note}:q{n + (n > 18) + (n > 25)}"


def _wanted(shared: Path) -> dict[str, set[str]]:
    """Label of a question -> the built demos that the coverage list's entries name for it."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    entries = yaml.load((shared / "deck_coverage.yaml").read_text("utf-8"), Loader=loader)["questions"]
    named = {"001:6.2": "001:6", "001:6.3": "001:6", "002:weight-merge": "002:6"}
    wanted: dict[str, set[str]] = {}
    for entry in entries:
        for label in entry["seeds"] if entry["demo"] in BUILT else ():
            wanted.setdefault(named.get(label, label), set()).add(entry["demo"])
    return wanted


def test_at_least_nine_of_ten_real_questions_are_linked_to_the_demo_that_fits(shared: Path) -> None:
    wanted = _wanted(shared)
    linked: dict[str, bool] = {}
    for note in json.loads((shared / "seed_truth.json").read_text("utf-8")):
        for card in note["cards"]:
            label = _label(note["file"], card)
            if label in wanted:
                linked[label] = not wanted[label].isdisjoint(demos_for(card["question"], card["path"]))
    assert len(linked) >= 25  # the labels were understood
    missed = [label for label, fits in linked.items() if not fits]
    assert len(missed) <= len(linked) // 10, missed


def test_real_questions_about_other_things_are_left_alone(shared: Path) -> None:
    """Notes on LangChain, tokenizers, normalisation and reward models, 50 questions, need none of the five."""
    strangers = ("2.5.", "2.6.", "2.9.", "2.10.", "2.11.", "2.12.", "2.13.", "2.17.", "2.18.")
    notes = json.loads((shared / "seed_truth.json").read_text("utf-8"))
    others = [c for note in notes for c in note["cards"] if (c["number"] or "").startswith(strangers)]
    assert len(others) > 50
    assert [c["question"] for c in others if BUILT & set(demos_for(c["question"], c["path"]))] == []
