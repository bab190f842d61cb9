"""Key points are the outermost points of an answer, without their markdown marks."""

from __future__ import annotations

import pytest

from flashcards.text.key_points import key_points


@pytest.mark.parametrize(
    ("answer", "points"),
    [
        ("- a\n    - deep\n- b", ("a", "b")),
        ("intro\n\n1. a\n\n2. b\n   - deep\n\noutro", ("a", "b")),
        ("1. a\n```py\n- x\n```\n2. b", ("a", "b")),
        (" 1. slipped\n2. not", ("slipped", "not")),
        ("一、甲\n说明\n二、乙\n说明", ("甲", "乙")),
        ("### 甲\n一\n#### 子\n### 乙\n二", ("甲", "乙")),
        ("先对齐。再训练！为什么？因为稳定", ("先对齐。", "再训练！", "为什么？", "因为稳定")),
        (
            "It scales, e.g. By d. Then it adds 0.5 more. Done",
            ("It scales, e.g. By d.", "Then it adds 0.5 more.", "Done"),
        ),
        ("- one\n\n> Common mistake: two", ("one",)),
        ("one\n\n> aside", ("one",)),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ()),
        ("![alt](x.png)", ()),
        ("```\ncode\n```", ()),
        ("", ()),
    ],
)
def test_points(answer: str, points: tuple[str, ...]) -> None:
    assert key_points(answer) == points


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("**GPT 系列**：", "GPT 系列"),
        ("`a*b*c` 与 *强调*", "a*b*c 与 强调"),
        ("学习率*一个batch", "学习率*一个batch"),
        ("[论文](https://x.org) ![](y.png)", "论文"),
        ("Q3_K_S.gguf 和 $d_{model}$", "Q3_K_S.gguf 和 $d_{model}$"),
        ("一行<br>", "一行"),
        ("a <-> b < c", "a <-> b < c"),
    ],
)
def test_marks_go_and_what_only_looks_like_one_stays(marked: str, plain: str) -> None:
    assert key_points(f"- {marked}") == (plain,)
