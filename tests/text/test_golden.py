"""Cards of every shape as they look on three screens, kept as text one can read.

Written anew with ``UPDATE_GOLDEN=1 pytest tests/text/test_golden.py``; read the difference before keeping it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flashcards.text.blocks import parse
from flashcards.text.layout import layout
from flashcards.text.lines import line_text

GOLDEN = Path(__file__).with_name("golden")


@pytest.mark.parametrize("width", [34, 60, 100])
@pytest.mark.parametrize("name", ["shapes.zh", "shapes.en"])
def test_a_card_of_every_shape_looks_as_it_was_approved(name: str, width: int) -> None:
    markdown = (GOLDEN / f"{name}.md").read_text("utf-8")
    text = "\n".join(line_text(line).rstrip() for line in layout(parse(markdown), width)) + "\n"
    approved = GOLDEN / f"{name}.{width}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        approved.write_text(text, "utf-8", newline="\n")
    assert text == approved.read_text("utf-8")
