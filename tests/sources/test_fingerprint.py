"""A fingerprint changes exactly when what the card says changes."""

from __future__ import annotations

import pytest

from flashcards.sources.fingerprint import content_fingerprint, normal_question, question_fingerprint


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("什么是 LoRA ?", "什么是**lora**？"),
        ("What  is\nRoPE", "what is rope?"),
        ("（ＡＢ）", "(ab)"),
    ],
)
def test_case_spaces_emphasis_and_width_of_a_question_do_not_count(one: str, other: str) -> None:
    assert question_fingerprint(one) == question_fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("- a\n- b", "1. A\n\n2. b"),
        ("- 甲 乙", "* 甲乙"),
        ("**a** 和 *b* 和 _c_", "a和b和c"),
        ("    ```py\n    x\n    ```", "    ```py\n    x\n    ```  "),
    ],
)
def test_list_marks_and_emphasis_of_an_answer_do_not_count(one: str, other: str) -> None:
    assert content_fingerprint("q", one) == content_fingerprint("q", other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1 2", "12"),
        ("- -1", "- 1"),
        ("a - b", "a b"),
        ("`X`", "`x`"),
        ("```\nA b\n```", "```\na b\n```"),
        ("```\nif x:\n    y\n```", "```\nif x:\ny\n```"),
        ("is not able", "is notable"),
        ("不需要", "需要"),
        ("2**3", "23"),
        ("a*b*c", "abc"),
        ("0.1", "01"),
        ("__init__ 很重要", "init 很重要"),
    ],
)
def test_code_digits_minus_and_negation_count(one: str, other: str) -> None:
    assert content_fingerprint("q", one) != content_fingerprint("q", other)


def test_question_and_answer_do_not_run_into_each_other() -> None:
    assert content_fingerprint("ab", "c") != content_fingerprint("a", "bc")


def test_the_matching_key_keeps_letters_digits_and_plus() -> None:
    assert normal_question("C++：什么是 GPT-4？") == "c++什么是gpt4"
