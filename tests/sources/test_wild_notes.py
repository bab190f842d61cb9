"""Notes as other programs write them: cards inside running text, nested bullets, toggles, gaps."""

from __future__ import annotations

import textwrap
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.sources import Reading, read_text
from flashcards.sources.dialects import DIALECTS


def read(notes: str, dialect: str | None = None) -> Reading:
    return read_text(textwrap.dedent(notes), name="notes.md", dialect=dialect)


def cards(notes: str) -> list[tuple[str, str]]:
    return [(draft.question, draft.answer) for draft in read(notes).drafts]


# --- cards inside running notes ----------------------------------------------------------------------------


def test_two_colons_part_question_and_answer() -> None:
    notes = "# N\nLoRA 的秩::中间那一维\n\nWhat is PPO::: clipped policy steps <!--SR:!2030-01-01,3,250-->\n"
    assert cards(notes) == [("LoRA 的秩", "中间那一维"), ("What is PPO", "clipped policy steps")]


def test_colons_in_code_part_nothing() -> None:
    notes = "Which call is static? `std::move(x)`::the one with colons\n\nA::B\n"
    assert cards(notes)[0] == ("Which call is static? std::move(x)", "the one with colons")


def test_a_property_of_the_page_is_no_card() -> None:
    notes = "tags:: peft, llm\nid:: 65a\n\nrank::inner width\nAdam::two means\n"
    assert cards(notes) == [("rank", "inner width"), ("Adam", "two means")]


def test_a_question_mark_alone_turns_to_the_answer() -> None:
    notes = """\
        What does the factor
        alpha over r do?
        ?
        - it scales the update

        为什么要缩放？
        ??
        | r | α |
        | --- | --- |
        | 8 | 16 |
        """
    assert cards(notes) == [
        ("What does the factor alpha over r do?", "- it scales the update"),
        ("为什么要缩放？", "| r | α |\n| --- | --- |\n| 8 | 16 |"),
    ]


def test_a_blank_line_inside_a_fence_ends_no_answer() -> None:
    notes = "How is it called?\n?\n```py\na = 1\n\nb::c\n```\n$$x^2$$\n\nNext::one\n"
    assert cards(notes) == [("How is it called?", "```py\na = 1\n\nb::c\n```\n$$x^2$$"), ("Next", "one")]


def test_a_pair_above_a_question_is_a_card_of_its_own() -> None:
    assert cards("A::1\nWhy B?\n?\n- so\n") == [("A", "1"), ("Why B?", "- so")]


def test_numbered_gaps_are_asked_and_answered() -> None:
    (draft,) = read("RoPE 旋转 {{c1::查询}} 和 {{c2::键::另一个}}。\n").drafts
    assert draft.question == "RoPE 旋转 […] 和 […]。"
    assert draft.answer == "- 查询\n- 键\n\n> RoPE 旋转 **查询** 和 **键**。"


def test_highlights_are_gaps_only_where_the_file_is_tagged() -> None:
    line = "The cache keeps ==keys== and ==values==.\n"
    assert cards(f"#flashcards\n\n{line}")[0][0] == "The cache keeps […] and […]."
    assert cards(f"A::1\n\nB::2\n\n{line}") == [("A", "1"), ("B", "2")]


def test_scope_operators_in_prose_do_not_make_notes_of_headings_into_cards_of_lines() -> None:
    prose = "std::vector::push_back copies, torch::jit::load reads, at::Tensor is older\n" * 9
    reading = read(f"## What is std::move?\n\n{prose}\n## Why is it cheap?\n\na cast\n")
    assert [draft.question for draft in reading.drafts] == ["What is std::move?", "Why is it cheap?"]


def test_what_is_no_card_is_reported() -> None:
    (skipped,) = read("A::1\n\nplain words\n").skipped
    assert (skipped.line, skipped.reason) == (3, "text between cards")


# --- nested bullets ----------------------------------------------------------------------------------------

TREE = """\
    # 笔记
    - 注意力
        - 什么是注意力？
            - 加权平均
                - 权重之和为 1
            - $QK^\\top$ 给出权重
        - 为什么除以 √d？ #card
          collapsed:: true
            ```py
            scores / d**0.5

            softmax(scores)
            ```
    - LoRA
        - LoRA 是什么
            - 低秩
    """


def test_the_level_that_asks_holds_the_cards_and_the_bullets_above_are_their_path() -> None:
    reading = read(TREE)
    assert reading.dialect == "bullet-tree"
    assert [(d.question, d.path) for d in reading.drafts] == [
        ("什么是注意力？", ("笔记", "注意力")),
        ("为什么除以 √d？", ("笔记", "注意力")),
        ("LoRA 是什么", ("笔记", "LoRA")),
    ]
    assert reading.drafts[0].answer == "- 加权平均\n    - 权重之和为 1\n- $QK^\\top$ 给出权重"
    assert reading.drafts[1].answer == "```py\nscores / d**0.5\n\nsoftmax(scores)\n```"
    assert reading.skipped == ()


def test_toggles_with_bold_questions_are_cards() -> None:
    notes = """\
        - **What is a KV cache?**
            keys and values

            | a | b |
            | - | - |
        - **Why does it grow?**
            one row a token
        """
    assert cards(notes) == [
        ("What is a KV cache?", "keys and values\n\n| a | b |\n| - | - |"),
        ("Why does it grow?", "one row a token"),
    ]


def test_plain_toggles_are_cards_and_a_statement_is_not() -> None:
    notes = "- What is a KV cache?\n    - keys and values\n- It grows with the text.\n- Why?\n    - a row a token\n"
    reading = read(notes)
    assert [draft.question for draft in reading.drafts] == ["What is a KV cache?", "Why?"]
    assert [block.line for block in reading.skipped] == [3]


def test_headings_that_ask_win_over_bullets_that_ask() -> None:
    notes = "## What is LoRA?\n- why low rank?\n    - few directions\n\n## What is QLoRA?\n- 4 bits\n"
    assert [draft.question for draft in read(notes).drafts] == ["What is LoRA?", "What is QLoRA?"]


# --- hostile lines -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("piece", ["::", "{{c1::", "==", "#[[", "<!--", "- ", "? ", "`", "**", "a:: b ", " "])
def test_a_line_of_many_openings_is_read_like_any_other(dialect: str, piece: str) -> None:
    # Were the time quadratic, these 300,000 characters would take minutes.
    text = f"- Q1 **x**\n{piece * (300_000 // len(piece))}\n?\n- a\n"
    reading = read_text(text, name="n.md", dialect=dialect)
    kept = [(draft.line, draft.end_line) for draft in reading.drafts]
    kept += [(block.line, block.end_line) for block in reading.skipped]
    assert any(first <= 4 <= last for first, last in kept), "the line after it is lost"


@given(st.text(alphabet=":?={}c1- \n#[]`*aé。", max_size=300))
def test_any_text_is_read_and_no_line_is_in_two_cards(text: str) -> None:
    for dialect in ("inline-cards", "bullet-tree"):
        drafts = read_text(text, name="n.md", dialect=dialect).drafts
        assert all(a.end_line < b.line for a, b in pairwise(drafts))
        assert all(draft.question.strip() for draft in drafts)
