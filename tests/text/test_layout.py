"""A card on a screen: never wider than the screen, nothing left out, broken where a reader of Chinese breaks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flashcards.text.blocks import parse
from flashcards.text.layout import layout
from flashcards.text.lines import ASCII, Line, line_text, line_width
from flashcards.text.tables import MAX_WORD, MIN_COLUMN, _shared
from flashcards.text.wrap import NO_END, NO_START

WIDTHS = st.integers(20, 200)
WORD = "W"
PROSE = [WORD] * 6 + [
    "\n",
    "\n\n",
    " ",
    "**",
    "*",
    "，",
    "（",
    "）",
    "。",
    "- ",
    "1. ",
    "> ",
    "# ",
    "  ",
    "---\n",
    "long-latin-word",
]
MARKS = [
    *PROSE,
    *(
        "`",
        "~~",
        "==",
        "^^",
        "_",
        "$",
        "$$",
        "\\(",
        "\\)",
        "\\[",
        "\\]",
        "\\",
        "^",
        "[",
        "](",
        ")",
        "![",
        "[^W]",
        "[^W]: ",
    ),
    *(
        "| ",
        "|\n|-|-|\n",
        "|",
        "<b>",
        "</b>",
        "<sup>",
        "</sup>",
        "<br>",
        "<s>",
        "<W>",
        "<details>",
        "<summary>",
    ),
    *(
        "</summary>",
        "</details>\n",
        "```\n",
        "    ",
        "- [ ] ",
        "\\begin{align}",
        "\\end{align}",
        "\\frac{",
        "}{",
        "}",
        "&",
    ),
]


def numbered(tokens: Sequence[str]) -> str:
    """The tokens as one text in which every ``W`` is a Chinese character of its own."""
    parts = "".join(tokens).split(WORD)
    return "".join(part + (chr(0x4E00 + n) if n < len(parts) - 1 else "") for n, part in enumerate(parts))


def shown(lines: Sequence[Line]) -> str:
    return unicodedata.normalize("NFKC", "\n".join(line_text(line) for line in lines))


def screen(markdown: str, width: int) -> list[str]:
    return [line_text(line) for line in layout(parse(markdown), width)]


@given(st.lists(st.sampled_from(MARKS), max_size=60).map(numbered), WIDTHS)
@settings(max_examples=400, deadline=None)
def test_no_line_is_wider_than_the_screen_and_no_word_is_lost(markdown: str, width: int) -> None:
    # What stands after a fence is the name of a language; what stands second in a link's brackets is a title.
    assume(not re.search(r"(```|~~~)[^\n]*[\u4e00-\u9fff]", markdown))
    lines = layout(parse(markdown), width)
    assert all(line_width(line) <= width for line in lines)
    text = shown(lines)
    assert [char for char in markdown if "\u4e00" <= char <= "\u9fff" and char not in text] == []


@given(st.lists(st.sampled_from(PROSE), max_size=60).map(numbered), WIDTHS)
@settings(max_examples=200, deadline=None)
def test_words_keep_their_order(markdown: str, width: int) -> None:
    words = [char for char in markdown if "\u4e00" <= char <= "\u9fff"]
    assert [char for char in shown(layout(parse(markdown), width)) if "\u4e00" <= char <= "\u9fff"] == words


@given(st.text(max_size=300), WIDTHS)
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_laid_out(markdown: str, width: int) -> None:
    assert all(line_width(line) <= width for line in layout(parse(markdown), width))


@given(
    st.text(st.sampled_from("注意力机制，。（）、：的 softmaxQK"), min_size=1, max_size=200),
    st.integers(20, 60),
)
@settings(deadline=None)
def test_punctuation_stands_where_chinese_wants_it(text: str, width: int) -> None:
    assume(not re.search(r"[，。）、：（]{3}|[A-Za-z]{15}| [，。）、：]|（ ", text))
    for line in screen(text, width)[1:]:
        assert line[0] not in NO_START
    for line in screen(text, width)[:-1]:
        assert line[-1] not in NO_END


def test_latin_words_stay_whole_and_chinese_fills_the_line() -> None:
    assert screen("使用Transformer架构的模型在推理时需要KV cache来避免重复计算", 20) == [
        "使用Transformer架构",
        "的模型在推理时需要KV",
        "cache来避免重复计算",
    ]


def test_a_word_longer_than_the_line_is_broken_and_complete() -> None:
    lines = screen("x" * 50, 20)
    assert lines == ["x" * 20, "x" * 20, "x" * 10]


def test_hand_wrapped_chinese_is_joined_without_a_space() -> None:
    first = "低秩适配把权重的更新写成两个小矩阵的乘积，训练时原来的权重保持"
    second = "不变，因此只需要保存很少的参数，推理之前还可以把更新合并到原来的"
    assert "".join(screen(f"{first}\n{second}\n权重里。", 200)) == f"{first}{second}权重里。"


def test_hand_wrapped_english_is_joined_with_a_space() -> None:
    first = "The optimiser keeps two moments for every trained weight, so memory"
    second = "grows with the number of weights that are trained and not with all"
    assert screen(f"{first}\n{second}\nof them.", 200) == [f"{first} {second} of them."]


def test_lines_of_notes_stay_lines() -> None:
    assert screen("训练目标\nGLUE：九个任务\nMRPC：两句同义否", 80) == [
        "训练目标",
        "GLUE：九个任务",
        "MRPC：两句同义否",
    ]


def test_a_table_wider_than_the_screen_folds_its_cells() -> None:
    table = (
        "| 方法 | 说明 | 参数 |\n|:--|:-:|--:|\n"
        "| LoRA | 冻结原权重，只训练低秩的增量矩阵，秩通常取八到六十四 | 0.1% |\n| 全量 | 所有权重都训练 | 100% |"
    )
    assert screen(table, 52) == [
        "┌──────┬────────────────────────────────────┬──────┐",
        "│ 方法 │                说明                │ 参数 │",
        "├──────┼────────────────────────────────────┼──────┤",
        "│ LoRA │ 冻结原权重，只训练低秩的增量矩阵， │ 0.1% │",
        "│      │         秩通常取八到六十四         │      │",
        "├──────┼────────────────────────────────────┼──────┤",
        "│ 全量 │           所有权重都训练           │ 100% │",
        "└──────┴────────────────────────────────────┴──────┘",
    ]


@given(
    st.lists(st.tuples(st.integers(4, 90), st.integers(0, 60)), min_size=1, max_size=9),
    st.integers(50, 120),
)
def test_the_columns_of_a_folded_table_fill_the_screen(measures: list[tuple[int, int]], room: int) -> None:
    natural = [full for full, _ in measures]
    least = [min(full, max(MIN_COLUMN, min(MAX_WORD, word))) for full, word in measures]
    assume(sum(least) <= room < sum(natural))
    widths = _shared(natural, least, room)
    assert sum(widths) == room
    assert all(low <= width <= full for low, width, full in zip(least, widths, natural, strict=True))


def test_a_table_on_a_narrow_screen_becomes_records() -> None:
    table = "| 方法 | 说明 |\n|--|--|\n| LoRA | 冻结原权重，只训练低秩的增量 |\n| 全量 | 都训练 |"
    assert screen(table, 24) == [
        "▪ 方法: LoRA",
        "  说明: 冻结原权重，只",
        "    训练低秩的增量",
        "",
        "▪ 方法: 全量",
        "  说明: 都训练",
    ]


def test_a_table_with_many_columns_is_reachable_in_every_cell() -> None:
    head = "|" + "|".join(f"列{n}" for n in range(40)) + "|\n|" + "-|" * 40
    lines = screen(head + "\n|" + "|".join(f"值{n}" for n in range(40)) + "|", 80)
    assert lines[0] == "▪ 列0: 值0" and lines[39] == "  列39: 值39"


def test_code_keeps_its_spaces_and_a_long_line_is_continued_with_a_mark() -> None:
    code = "```python\nif x:\n    return compute_something(alpha, beta)\n```"
    assert screen(code, 24) == [
        "  if x:",
        "      return compute_som",
        "↳ ething(alpha, beta)",
    ]


def test_code_is_coloured_by_its_language() -> None:
    (line,) = layout(parse("```python\ndef f(): return 'x'  # why\n```"), 80)
    styles = {span.text: span.style for span in line}
    assert styles["def"] == "code syntax.keyword"
    assert styles["f"] == "code syntax.function"
    assert styles["# why"] == "code syntax.comment"


def test_an_unknown_language_is_shown_plain() -> None:
    (line,) = layout(parse("```no-such-language\ndef f()\n```"), 80)
    assert {span.style for span in line} == {"code"}


def test_lists_nest_with_hanging_indents() -> None:
    markdown = (
        "- 第一点很长需要换行才能放下\n  - 里面一层\n    - 再里面\n- [x] 做完了\n- [ ] 没做\n\n9. 九\n10. 十"
    )
    assert screen(markdown, 20) == [
        "• 第一点很长需要换行",
        "  才能放下",
        "  ◦ 里面一层",
        "    ▪ 再里面",
        "☑ 做完了",
        "☐ 没做",
        "9. 九",
        "10. 十",
    ]


def test_links_and_footnotes_are_listed_at_the_end() -> None:
    markdown = "见 [论文](https://arxiv.org/abs/2106.09685)[^a] 和 https://example.org/x\n\n[^a]: 第 4 节"
    assert screen(markdown, 80) == [
        "见 论文[1][^a] 和 https://example.org/x",
        "",
        "[^a] 第 4 节",
        "",
        "[1] https://arxiv.org/abs/2106.09685",
    ]


def test_a_link_points_where_it_was_written_to_point() -> None:
    (line, *_) = layout(parse("[x](docs/图 一.md) [y](<docs/图 一.md>)"), 80)
    assert [span.link for span in line if span.text == "y"] == ["docs/图 一.md"]


def test_html_counts_by_its_meaning_and_unknown_tags_are_text() -> None:
    assert screen(
        "H<sub>2</sub>O、x<sup>2</sup>、2<sup>th</sup>、<b>粗</b><br>用 <s> 和 vector<int>、<|im_start|>", 80
    ) == [
        "H₂O、x²、2^(th)、粗",
        "用 <s> 和 vector<int>、<|im_start|>",
    ]


def test_a_fold_shows_its_summary_and_its_text() -> None:
    assert screen(
        "<details><summary>为什么？</summary>\n\n因为 **秩** 低。\n\n- 一\n</details>\n后面", 80
    ) == [
        "▾ 为什么？",
        "  因为 秩 低。",
        "  • 一",
        "",
        "后面",
    ]


def test_an_inline_formula_is_one_row_or_its_source() -> None:
    (line,) = layout(parse(r"其中 $W_0$、$d_{model}$ 与 $\begin{matrix} a \\ b \end{matrix}$"), 80)
    assert [(span.text, span.style) for span in line if span.style] == [
        ("W₀", "math"),
        ("d_model", "math"),
        (r"\begin{matrix} a \\ b \end{matrix}", "math.source"),
    ]


def test_a_tall_formula_that_has_its_line_to_itself_stands_in_two_dimensions() -> None:
    assert screen("缩放：\n$\\frac{\\alpha}{r}$\n其中", 80) == ["缩放：", "   α", "  ╶─╴", "   r", "其中"]


def test_a_formula_of_its_own_stands_in_two_dimensions() -> None:
    assert screen("$$\n\\frac{\\alpha}{r}\n$$", 80) == ["   α", "  ╶─╴", "   r"]


def test_a_formula_too_wide_for_two_dimensions_is_one_row_wrapped() -> None:
    formula = "$$ a = \\frac{b + c + d + e}{f} + \\frac{g}{h} + \\frac{i}{j} $$"
    assert screen(formula, 20) == ["  a=(b+c+d+e)/f+g/h+", "  i/j"]


def test_an_image_is_its_words_and_its_path() -> None:
    (line,) = layout(parse("![损失曲线](img/loss.png)"), 80)
    assert line_text(line) == "[image: 损失曲线] img/loss.png"
    assert {span.link for span in line} == {"img/loss.png"}


@pytest.mark.parametrize("width", [20, 40, 80])
def test_the_ascii_glyphs_draw_everything_in_ascii(width: int) -> None:
    markdown = (
        "- a\n  - b\n    - c\n\n> q\n\n| a | b |\n|--|--|\n| c | d |\n\n---\n\n- [x] t\n\n```\n"
        + "x" * 99
        + "\n```"
    )
    assert "".join(line_text(line) for line in layout(parse(markdown), width, glyphs=ASCII)).isascii()


def test_a_line_of_a_megabyte_is_shown_up_to_its_cut() -> None:
    lines = screen("注意" * 500_000, 80)
    assert lines[0] == "注意" * 20
    assert lines[-1] == "… [1,000,000 characters, only the beginning is shown]"


def test_every_row_of_a_table_of_ten_thousand_is_there() -> None:
    lines = screen("| n | m |\n|--|--|\n" + "".join(f"| {n} | x |\n" for n in range(10_000)), 40)
    assert len(lines) == 10_004
    assert lines[-2] == "│ 9999 │ x    │"
