"""Every trap of the dialects as a small note of our own."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.cards import Draft
from flashcards.sources import Reading, SourceError, read_text
from flashcards.sources.dialects import DIALECTS


def read(notes: str, dialect: str | None = None) -> Reading:
    return read_text(textwrap.dedent(notes), name="notes.md", dialect=dialect)


def cards(notes: str, dialect: str | None = None) -> list[tuple[str, str]]:
    return [(d.question, d.answer) for d in read(notes, dialect).drafts]


def only(notes: str, dialect: str | None = None) -> Draft:
    (draft,) = read(notes, dialect).drafts
    return draft


# --- outlines with >>> ------------------------------------------------------------------------------------


def test_an_outline_question_needs_no_question_mark() -> None:
    assert cards("- 学习率的作用 >>>\n    - 控制步长\n        - 太大会发散\n- \n") == [
        ("学习率的作用", "- 控制步长\n    - 太大会发散")
    ]


def test_a_bullet_without_the_mark_is_a_remark_on_the_card_above() -> None:
    draft = only("- 批大小 >>>\n    - 一次更新的样本数\n- \n- ^^^**显存**不够时用梯度累积^^^ \n- \n- \n")
    assert draft.answer == "- 一次更新的样本数"
    assert draft.remarks == ("**显存**不够时用梯度累积",)
    assert draft.end_line == 4


def test_a_statement_before_the_first_card_goes_with_the_first_card() -> None:
    assert only("- 先装好依赖\n- \n- 怎么装 >>>\n    - 用 pip\n").remarks == ("先装好依赖",)


def test_a_fence_pasted_at_column_0_inside_a_bullet_is_one_code_note() -> None:
    notes = (
        "- 甲 >>>\n    - 子\n- \n- .\n    ```\n    import x\n\n"
        "# 注释\n- y >>>\n\n    ```\n- \n- 乙 >>>\n    - 丑\n"
    )
    first, second = read(notes).drafts
    assert (first.question, second.question) == ("甲", "乙")
    assert "# 注释" in first.remarks[0] and "- y >>>" in first.remarks[0]


def test_explain_the_code_above_is_a_card_with_that_code_as_context() -> None:
    notes = (
        "- 问 >>>\n    - 答\n- \n- 训练\n- \n- .\n"
        "    ```\n    loss.backward()\n    ```\n- \n- 说明上面这段\n- 求梯度\n- 存进 grad\n"
    )
    draft = read(notes).drafts[1]
    assert (draft.question, draft.answer) == ("说明上面这段", "- 求梯度\n- 存进 grad")
    assert draft.context == "```\nloss.backward()\n```"
    assert draft.path == ("训练",)


# --- numbered headings ------------------------------------------------------------------------------------

NUMBERED = """\
# 笔记
### 1. 为什么要归一化
1. 稳定
2. 更快
```py
# 1. 不是标题
```
### 2. dropout=0 就是关闭它
### 评估小结
    4. 续行
3 张卡跑了一天
## TLS
先握手
# 个人经历
很长的一段
"""


def test_numbered_notes_hold_questions_statements_topics_and_long_notes() -> None:
    found = read(NUMBERED)
    assert found.dialect == "numbered-heading-notes"
    assert [(d.number, d.question, d.form) for d in found.drafts] == [
        ("1", "为什么要归一化", "question"),
        ("2", "dropout=0 就是关闭它", "statement"),
        (None, "评估小结", "topic"),
        (None, "TLS", "topic"),
        (None, "个人经历", "note"),
    ]


def test_lists_and_comments_inside_an_answer_start_no_card() -> None:
    first, second, third, *_ = read(NUMBERED).drafts
    assert first.answer == "1. 稳定\n2. 更快\n```py\n# 1. 不是标题\n```"
    assert second.answer == ""
    assert third.answer.endswith("3 张卡跑了一天")


def test_a_second_title_leaves_the_first_one() -> None:
    assert [d.path for d in read(NUMBERED).drafts] == [("笔记",)] * 4 + [()]


def test_a_number_is_taken_off_but_a_size_is_not() -> None:
    found = cards("### 1. 甲是什么\n### 2、乙是什么\n### 1.5B 模型要多少显存\n")
    assert [question for question, _ in found] == ["甲是什么", "乙是什么", "1.5B 模型要多少显存"]


# --- headings with dialogue -------------------------------------------------------------------------------


def test_a_dialogue_gives_context_and_answer() -> None:
    draft = only(
        "# 记\n## 量化报错:\n提问者: 为什么 int8 会报错？<br>\n\n项目维护者: 换一个版本:<br>\n"
        "\n```txt\nprompt: a\nanswer: b\n```\n"
    )
    assert (draft.question, draft.form) == ("量化报错", "question")
    assert draft.context == "为什么 int8 会报错？"
    assert draft.answer == "换一个版本:\n\n```txt\nprompt: a\nanswer: b\n```"


def test_a_break_is_dropped_at_line_ends_but_kept_in_tables() -> None:
    draft = only("## 甲是什么<br>\n\n一<br>\n\n| a | b<br>c |\n| - | - |\n| 1 | 2<br>\n")
    assert draft.answer == "一\n\n| a | b<br>c |\n| - | - |\n| 1 | 2<br>"


def test_sub_headings_and_hash_comments_stay_in_the_answer() -> None:
    draft = only("## 甲？<br>\n### 子标题\n```python\n# 注释\n## 注释\n```\n一<br>\n二<br>\n")
    assert draft.answer == "### 子标题\n```python\n# 注释\n## 注释\n```\n一\n二"


def test_a_topic_with_a_question_below_it_and_only_a_picture_asks_that_question() -> None:
    draft = only("## 合并:\n\n怎样把两组权重并起来？<br>\n\n![](a.png)\n\n", "heading-with-dialogue")
    assert (draft.question, draft.answer, draft.line) == ("合并: 怎样把两组权重并起来？", "![](a.png)", 1)


def test_a_quote_before_the_speaker_is_a_remark() -> None:
    draft = only("## 如何读？\n> 读音说明\n\n作者: 这样读<br>\n", "heading-with-dialogue")
    assert (draft.answer, draft.remarks) == ("这样读", ("读音说明",))


# --- hierarchical numbers ---------------------------------------------------------------------------------

HIERARCHY = """\

[![stars](https://img.shields.io/x)](https://example.org)

## 1.1 基础 面
 ### 1.1.1 甲是什么?
 一、第一
1. 生成
  ### 1.1.2  乙是什么?

  - **进阶**

###  1.1.3 丙是什么?

## 1.3 词表篇
 ### 1.3.1 BPE 篇
 #### 1.3.1.1 如何合并?
  - **空组**

  - **对比**

 ### 1.3.2 哪个好?
"""


def test_hierarchical_numbers_give_paths_from_sections_labels_and_parents() -> None:
    found = read(HIERARCHY)
    assert [(d.number, d.question, d.path) for d in found.drafts] == [
        ("1.1.1", "甲是什么?", ("基础 面",)),
        ("1.1.2", "乙是什么?", ("基础 面",)),
        ("1.1.3", "丙是什么?", ("基础 面", "进阶")),
        ("1.3.1.1", "如何合并?", ("词表篇", "BPE 篇")),
        ("1.3.2", "哪个好?", ("词表篇", "对比")),
    ]


def test_a_label_below_an_unanswered_question_is_not_its_answer() -> None:
    assert [d.answered for d in read(HIERARCHY).drafts] == [True, False, False, False, False]


def test_badges_and_empty_labels_are_reported() -> None:
    assert [(s.line, s.reason) for s in read(HIERARCHY).skipped] == [
        (2, "a badge"),
        (17, "a heading or label without questions"),
    ]


def test_a_bold_bullet_that_ends_a_list_is_no_label() -> None:
    notes = "## 1.1 节\n### 1.1.1 问?\n- **一**\n- **二**\n\n### 1.1.2 再问?\n"
    assert read(notes).drafts[0].answer == "- **一**\n- **二**"


# --- Qn bullets -------------------------------------------------------------------------------------------


def test_q_bullets_hold_their_indented_answers() -> None:
    notes = (
        "# 题\n- Q1 **`LoRA` 是什么?**\n    \n    - Q2, Q3: 不是题\n        | a | b |\n"
        "        |---|---|\n    Q3 **也不是**\n- Q2 **没有答案**\n\n- Q7 **乱序.**\n    一\n"
    )
    found = read(notes)
    assert [(d.number, d.question, d.path) for d in found.drafts] == [
        ("1", "LoRA 是什么?", ("题",)),
        ("2", "没有答案", ("题",)),
        ("7", "乱序.", ("题",)),
    ]
    assert found.drafts[0].answer == "- Q2, Q3: 不是题\n    | a | b |\n    |---|---|\nQ3 **也不是**"
    assert [d.answered for d in found.drafts] == [True, False, True]


def test_a_deep_fence_with_a_blank_line_stays_whole() -> None:
    notes = (
        "- Q1 **a?**\n    - x\n            ```\n            {\n"
        "\n- Q2 **no card**\n            ```\n- Q2 **b?**\n"
    )
    assert [d.question for d in read(notes).drafts] == ["a?", "b?"]


# --- anything else ----------------------------------------------------------------------------------------


def test_headings_are_questions_where_nothing_better_is_found() -> None:
    found = read(
        "# Prep\n## Attention\n### What is attention?\nA weighted sum.\n"
        "#### Detail\nmore\n### Why scale?\nVariance.\n"
    )
    assert [(d.question, d.path) for d in found.drafts] == [
        ("What is attention?", ("Prep", "Attention")),
        ("Why scale?", ("Prep", "Attention")),
    ]
    assert found.drafts[0].answer == "A weighted sum.\n#### Detail\nmore"


def test_q_and_a_lines() -> None:
    assert cards(
        "# T\nQ: What is a token?\nA: A unit of text.\nIt has an id.\n\n**Q2：** 什么是词表？\n答：所有词元\n"
    ) == [
        ("What is a token?", "A unit of text.\nIt has an id."),
        ("什么是词表？", "所有词元"),
    ]


def test_folded_answers() -> None:
    notes = (
        "## S\n<details>\n<summary><b>1. What is KL?</b></summary>\n\n"
        "A divergence.\n\n</details>\n<details><summary>Why?</summary>Because.</details>\n"
    )
    found = read(notes)
    assert [(d.question, d.answer, d.path) for d in found.drafts] == [
        ("What is KL?", "A divergence.", ("S",)),
        ("Why?", "Because.", ("S",)),
    ]


def test_bold_lines_that_ask() -> None:
    assert cards("**1. What is RoPE?**\n\nA rotation.\n\n**Note**\n\n**2. 为什么用它？**\n\n相对位置\n") == [
        ("What is RoPE?", "A rotation.\n\n**Note**"),
        ("为什么用它？", "相对位置"),
    ]


def test_the_person_can_name_the_dialect() -> None:
    assert read("## 甲\n乙\n", "q-numbered-bullets").drafts == ()
    with pytest.raises(SourceError, match="no dialect 'nope'; known: flashcards, remnote-outline"):
        read("x", "nope")


def test_a_file_without_questions_says_so() -> None:
    found = read("just prose\nand more\n")
    assert found.problems[0].located("notes.md").startswith("notes.md:1: no questions found")
    assert found.skipped[0].text == "just prose\nand more"


def test_an_unclosed_fence_is_reported_and_the_next_card_survives() -> None:
    found = read("### 1. 甲是什么\n```py\nx = 1\n### 2. 乙是什么\n答\n")
    assert [d.question for d in found.drafts] == ["甲是什么", "乙是什么"]
    (problem,) = found.problems
    assert problem.located("n.md").startswith("n.md:2: this code fence never closes; the card “甲是什么”")


SHAPES = [
    "- ask {} >>>",
    "    - answer {}",
    "- ",
    "- orphan {}",
    "- .",
    "# title {}",
    "## 2.1 section {}",
    "## topic {}",
    " ### 2.1.3 question {}?",
    "### 4. question {}",
    "#### 2.1.3.1 deep {}?",
    "  - **label {}**",
    "- Q3 **question {}?**",
    "    text {}",
    "plain {}",
    "plain {}<br>",
    "> quote {}",
    "**bold {}?**",
    "Q: ask {}?",
    "A: answer {}",
    "```py {}",
    "```",
    "<details>",
    "<summary>sum {}</summary>",
    "</details>",
    "| cell {} |",
    "1. item {}",
    "",
]


@given(st.lists(st.sampled_from(SHAPES), max_size=25), st.sampled_from([None, *DIALECTS]))
def test_no_text_is_lost_in_any_dialect(shapes: list[str], dialect: str | None) -> None:
    words = [f"w{i}w" for i in range(len(shapes))]
    text = "\n".join(shape.format(word) for shape, word in zip(shapes, words, strict=True))
    found = read_text(text, name="n", dialect=dialect)
    parts = [found.title or "", *(block.text for block in found.skipped)]
    for draft in found.drafts:
        parts += [draft.question, draft.answer, draft.context, *draft.remarks, *draft.path]
    kept = "\n".join(parts)
    assert [w for shape, w in zip(shapes, words, strict=True) if "{}" in shape and w not in kept] == []
