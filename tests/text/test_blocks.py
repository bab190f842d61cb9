"""Markdown as people write it: notes break CommonMark, and nothing they say may vanish for that."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flashcards.text.blocks import (
    MAX_DEPTH,
    Block,
    Break,
    Code,
    Details,
    Emphasis,
    FootnoteDef,
    FootnoteRef,
    Image,
    InlineCode,
    InlineImage,
    Inlines,
    Link,
    ListBlock,
    Mark,
    Math,
    MathBlock,
    Paragraph,
    Quote,
    Rule,
    Strong,
    Table,
    Text,
    parse,
    plain_text,
)
from flashcards.text.repair import repair


def only(markdown: str) -> Block:
    (block,) = parse(markdown)
    return block


def inlines(markdown: str) -> Inlines:
    block = only(markdown)
    assert isinstance(block, Paragraph)
    return block.children


def strong(markdown: str) -> list[str]:
    return [plain_text(span.children) for span in inlines(markdown) if isinstance(span, Strong)]


@pytest.mark.parametrize(
    ("markdown", "bold"),
    [
        ("**注意：**文本", ["注意："]),
        ("这是**“引号”**的例子", ["“引号”"]),
        ("前文**（括号）**后文", ["（括号）"]),
        ("** 粗体 ** 文本", ["粗体"]),
        ("文本 ** 粗体 ** 文本", ["粗体"]),
        ("**甲** 和 **乙**", ["甲", "乙"]),
        ("**one** and **two**", ["one", "two"]),
        ("2 ** 3 ** 4", []),
        ("f(*args, **kwargs) and g(**kwargs)", []),
        ("snake_case_name 和 __init__.py", []),
    ],
)
def test_bold_beside_chinese_and_spaces(markdown: str, bold: list[str]) -> None:
    assert [text.strip() for text in strong(markdown)] == bold


@pytest.mark.parametrize(
    ("markdown", "sources"),
    [
        ("$a_1 * b_1$ 与 $c_2 * d_2$", ["a_1 * b_1", "c_2 * d_2"]),
        (r"\(x_1\) and \[y^2\] here", ["x_1", "y^2"]),
        ("费用是$5，不是$6", []),
        ("from $5 to $10 a month", []),
        ("$HOME/bin and $USER", []),
        (r"共 \(2 L h d T\) 个", ["2 L h d T"]),
        (r"\[见下文\] \(see below\)", []),
        ("设 $ x_i $ 为输入", ["x_i"]),
        (r"\[1\] 参考文献", []),
        (r"\$5 and \$6", []),
        ("`$a$` stays code", []),
        ("中文$6$中文", ["6"]),
    ],
)
def test_maths_is_found_and_money_is_not(markdown: str, sources: list[str]) -> None:
    assert [span.source for span in inlines(markdown) if isinstance(span, Math)] == sources


@pytest.mark.parametrize(
    "markdown",
    ["$$\na = b\n- c\n$$", "$$a = b\n- c$$", "\\[\na = b\n- c\n\\]", "text\n\n$$\n  a = b\n  - c\n$$"],
)
def test_a_display_formula_keeps_its_lines(markdown: str) -> None:
    assert parse(markdown)[-1] == MathBlock("a = b\n- c")


def test_an_environment_needs_no_delimiters() -> None:
    assert only("\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}") == MathBlock(
        "\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}"
    )


def test_a_formula_right_after_its_sentence_and_inside_a_point_is_found() -> None:
    lists = only("- 公式：\n  $$\n  x\n  $$\n  其中")
    assert isinstance(lists, ListBlock)
    assert [type(block) for block in lists.items[0].blocks] == [Paragraph, MathBlock, Paragraph]


def test_dollars_that_never_close_stay_text() -> None:
    assert plain_text(inlines("$$ 一\n二")) == "$$ 一 二"


def test_code_that_slid_out_of_its_point_is_brought_back() -> None:
    lists = only("- 代码\n    ```py\n    def f():\n\nx = f(\n    1,\n)\n    ```\n- 后面")
    assert isinstance(lists, ListBlock) and len(lists.items) == 2
    assert lists.items[0].blocks[1] == Code("py", "def f():\n\nx = f(\n    1,\n)")


def test_code_inside_its_point_is_not_touched() -> None:
    markdown = "- a\n\n  ```\n  x\n    y\n  ```\n\n1. b\n\n   ~~~\n   z\n   ~~~"
    assert repair(markdown) == markdown


def test_four_spaces_are_prose_and_not_code() -> None:
    assert parse("句子\n\n    四个空格的句子") == (
        Paragraph((Text("句子"),)),
        Paragraph((Text("四个空格的句子"),)),
    )


def test_points_four_spaces_in_are_points() -> None:
    lists = parse("    - a\n    - b\n\n后")[0]
    assert isinstance(lists, ListBlock) and len(lists.items) == 2


def test_a_list_right_after_text_is_a_list() -> None:
    assert [type(block) for block in parse("分为：\n- 一\n- 二")] == [Paragraph, ListBlock]


@pytest.mark.parametrize(("after", "kind"), [("- 点", ListBlock), ("表后的话", Paragraph), ("> 引", Quote)])
def test_what_is_glued_to_a_table_is_no_row(after: str, kind: type) -> None:
    table, rest = parse(f"| a | b |\n|--|--|\n| 1 | 2 |\n{after}")
    assert isinstance(table, Table) and len(table.rows) == 1
    assert isinstance(rest, kind)


def test_a_row_with_more_cells_than_its_head_keeps_them_in_the_last() -> None:
    table = only("| a | b |\n|--|--|\n| 1 | 2 | 3 | 4 |\n| 5 |")
    assert isinstance(table, Table)
    assert [[plain_text(cell) for cell in row] for row in table.rows] == [["1", "2 | 3 | 4"], ["5", ""]]


def test_pipes_in_code_and_maths_do_not_split_a_cell() -> None:
    table = only("| a | b |\n|:-:|--:|\n| `x|y` | $p(a|b)$ |")
    assert isinstance(table, Table)
    assert table.rows == (((InlineCode("x|y"),), (Math("p(a|b)"),)),)
    assert table.aligns == ("center", "right")


def test_dashes_under_text_are_a_rule_and_no_heading() -> None:
    assert parse("一段\n---\n二段") == (Paragraph((Text("一段"),)), Rule(), Paragraph((Text("二段"),)))


def test_tasks_know_their_state() -> None:
    lists = only("- [ ] a\n- [x] b\n- c\n- [link](u)")
    assert isinstance(lists, ListBlock)
    assert [item.checked for item in lists.items] == [False, True, None, None]


def test_html_counts_by_its_meaning() -> None:
    assert inlines("<b>粗</b><i>斜</i><mark>亮</mark>a<br/>b <kbd>Ctrl</kbd>") == (
        Strong((Text("粗"),)),
        Emphasis((Text("斜"),)),
        Mark((Text("亮"),)),
        Text("a"),
        Break(),
        Text("b "),
        InlineCode("Ctrl"),
    )
    assert inlines('<img src="a/b.png" alt="图"/> x')[0] == InlineImage("图", "a/b.png")
    assert inlines('<font color="red">红</font> <span>span</span>') == (Text("红 <span>span</span>"),)


@pytest.mark.parametrize(
    "text", ["<s>你好</s>", "vector<int> v", "<|im_start|>user", "<b>never closed", "a </i> b", "<div>块"]
)
def test_other_tags_are_text(text: str) -> None:
    assert inlines(text) == (Text(text),)


def test_comments_are_not_shown() -> None:
    assert parse("<!-- id: x,\n\n demo: y -->\n答 <!-- z -->案") == (Paragraph((Text("答 案"),)),)


def test_a_callout_of_notion_is_set_apart() -> None:
    expected = Quote((Paragraph((Text("💡 注意"),)), Paragraph((Text("答"),))))
    assert only("<aside>\n💡 注意\n\n答\n</aside>") == expected
    assert only("<aside>\n💡 注意\n\n答") == expected
    assert only("```\n<aside>\n```") == Code("", "<aside>")


def test_folds_are_read_however_their_tags_are_laid_out() -> None:
    expected = Details((Text("问"),), (Paragraph((Text("答"),)),))
    assert only("<details><summary>问</summary>答</details>") == expected
    assert only("<details>\n<summary>问</summary>\n\n答\n\n</details>") == expected
    assert only("<details open>\n<summary>问</summary>\n答") == expected
    assert only("```\n<details><summary>问</summary>答</details>\n```") == Code(
        "", "<details><summary>问</summary>答</details>"
    )


def test_marks_of_outliners_are_marks_and_comparisons_are_not() -> None:
    assert inlines("==重点== ^^^**追加**^^^ x==1 and y==2") == (
        Mark((Text("重点"),)),
        Text(" "),
        Mark((Strong((Text("追加"),)),)),
        Text(" x==1 and y==2"),
    )


def test_a_bare_address_is_a_link_that_ends_before_chinese() -> None:
    assert inlines("见https://a.org/x_y_z?q=1，或 (https://b.org/w).") == (
        Text("见"),
        Link((Text("https://a.org/x_y_z?q=1"),), "https://a.org/x_y_z?q=1"),
        Text("，或 ("),
        Link((Text("https://b.org/w"),), "https://b.org/w"),
        Text(")."),
    )


def test_an_image_alone_is_a_block_and_its_path_is_as_written() -> None:
    assert only("![](图片/流程%20一.png)") == Image("", "图片/流程%20一.png")


def test_footnotes_stand_where_they_were_written() -> None:
    assert parse("a[^n] b[^no]\n\n[^n]: 注") == (
        Paragraph((Text("a"), FootnoteRef("n"), Text(" b[^no]"))),
        FootnoteDef("n", (Paragraph((Text("注"),)),)),
    )


def test_a_list_of_sources_is_not_taken_for_definitions() -> None:
    assert "https://a.org" in plain_text(inlines("[1]: https://a.org"))


def depth(block: object) -> int:
    children = getattr(block, "blocks", getattr(block, "items", ()))
    return 1 + max((depth(child) for child in children), default=0)


@pytest.mark.parametrize("one", ["> ", "- ", "1. ", "<details>\n", "<aside>\n"])
def test_nesting_is_bounded_and_the_innermost_text_is_kept(one: str) -> None:
    blocks = parse(one * 500 + "底")
    assert max(depth(block) for block in blocks) <= 2 * MAX_DEPTH + 2
    assert "底" in repr(blocks)


HOSTILE = [
    *(
        "[",
        "![",
        "![a](",
        "`",
        "``x`",
        "<b>",
        "<a href='",
        "$",
        "$$\n",
        "\\[\n",
        "\\(",
        "**a ",
        "*a _b ",
        "==a",
        "> ",
    ),
    *(
        "- ",
        "|-|\n",
        "| a\n",
        "```\n",
        "<details>\n",
        "<!--\n",
        "[^1]: x\n",
        "&#x1b;",
        "\\",
        "~~a",
        "http://",
        "1. ",
    ),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_long_repetition_is_read_to_the_end(piece: str) -> None:
    assert "终" in repr(parse(piece * (15_000 // len(piece)) + "\n\n终"))


def test_an_entity_cannot_smuggle_what_the_gate_keeps_out() -> None:
    assert plain_text(inlines("a&#x202e;b&lt;c&amp;d")) == "a\\u202eb<c&d"


@given(st.text(st.sampled_from("ab字 \n`~-*|$\\<>[]()#:1.^=!&;"), max_size=120))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_read(markdown: str) -> None:
    assert isinstance(parse(markdown), tuple)


def test_a_label_that_lost_its_first_stars_is_bold() -> None:
    (block,) = parse("- reward model**: scores answers")
    assert isinstance(block, ListBlock)
    (paragraph,) = block.items[0].blocks
    assert isinstance(paragraph, Paragraph) and isinstance(paragraph.children[0], Strong)
