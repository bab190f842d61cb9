"""Lines know their fence; one forgotten fence must not swallow the cards after it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.sources import read_text
from flashcards.text.fences import body_text, heading, scan, split_lines


def fences(text: str) -> list[str]:
    return [line.fence for line in scan(text).lines]


def test_a_fence_closes_at_a_bare_fence_that_is_as_long() -> None:
    assert fences("````\n```\n# no heading\n````\nout") == ["open", "body", "body", "close", ""]


def test_tildes_do_not_close_backticks() -> None:
    assert fences("```\n~~~\n```") == ["open", "body", "close"]


def test_inline_code_of_three_backticks_opens_nothing() -> None:
    assert fences("```x``` is inline\nnext") == ["", ""]


def test_a_fence_opened_deep_and_closed_elsewhere_is_one_block() -> None:
    assert fences("- .\n    ```\n  a\n\nb\n    ```\n- next") == [
        "",
        "open",
        "body",
        "body",
        "body",
        "close",
        "",
    ]


def test_a_fence_can_open_beside_a_list_marker() -> None:
    assert fences("1. ```py\n   x\n   ```") == ["open", "body", "close"]


def test_a_fence_that_never_closes_is_told_with_its_line() -> None:
    assert scan("a\n```\nb").unclosed == (2,)


def test_a_fence_that_never_closes_ends_before_the_next_card() -> None:
    scanned = scan("```\ncode\n## card", lambda text: text.startswith("## "))
    assert [line.fence for line in scanned.lines] == ["open", "body", ""]
    assert scanned.unclosed == (1,)


def test_a_forgotten_close_is_seen_when_the_next_fence_opens() -> None:
    text = "## a\n```py\nx\n## b\n```py\ny\n```"
    scanned = scan(text, lambda line: line.startswith("## "))
    assert scanned.unclosed == (2,)
    assert [line.fence for line in scanned.lines] == ["", "open", "body", "", "open", "body", "close"]


def test_a_closed_fence_hides_what_looks_like_a_card() -> None:
    assert scan("```\n## x\n```", lambda line: line.startswith("## ")).unclosed == ()


def test_tabs_no_break_spaces_and_line_ends_become_ordinary() -> None:
    assert split_lines("\ufeff\tone\r\n- \ttwo\rthree\u00a0four\n") == ["    one", "-     two", "three four"]


def test_seven_hashes_or_no_space_are_no_heading() -> None:
    assert [heading(line) for line in scan("####### x\n#x\n    # x").lines] == [None, None, None]


def test_dedent_never_looks_at_code() -> None:
    lines = scan("    - a\n      ```\nflush left\n      ```\n    - b").lines
    assert body_text(lines, dedent=True) == "- a\n  ```\nflush left\n  ```\n- b"


@given(st.text(alphabet="`~# \nab->*1.", max_size=200))
def test_scanning_keeps_every_line_and_its_number(text: str) -> None:
    lines = scan(text, lambda line: line.startswith("#")).lines
    kept = zip(lines, split_lines(text), strict=True)
    assert all(line.text == (was if line.fence or was.strip() else "") for line, was in kept)
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))


def calls_during(action: Callable[[], Any]) -> int:
    """Python-level calls and executed lines: a count of work that no clock disturbs."""
    count = 0

    def trace(frame: Any, event: str, arg: Any) -> Any:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "unit",
    [
        "- ask{i} >>>\n    - answer\n- \n- orphan words\n",
        "### {i}. ask\n\n1. a\n2. b\n\n```\n# x\n```\n",
        "## 1.{i} part\n\n ### 1.{i}.1 ask?\n\n  - **label**\n\n",
        "- Q{i} **ask**\n\n    - a\n        - b\n",
        "## ask {i}?\n\n提问者: a?<br>\n\n解答:<br>\n\nb<br>\n",
        "## ask?\n```py\n",
        "```\n~~~x\n````y\n## ask {i}?\n",
        "Q: ask {i}\nA: b\n",
        "<details><summary>ask {i}</summary>\nb\n</details>\n",
        "**ask {i}?**\n\nb\n",
    ],
)
def test_twice_the_text_is_twice_the_work(unit: str) -> None:
    def work(n: int) -> int:
        text = "".join(unit.replace("{i}", str(i)) for i in range(n))
        return calls_during(lambda: read_text(text, name="n"))

    work(10)  # caches of the regular expressions fill once
    assert work(240) <= 2.2 * work(120)
