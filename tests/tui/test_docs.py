"""Pages of the documentation that are made from the program say what the program says now."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from docs import keys
from flashcards.tui.actions import ACTIONS
from tests.conftest import ROOT


def test_the_page_of_keys_is_what_the_registry_says() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        keys.PAGE.write_text(keys.page(), "utf-8", newline="\n")
    assert keys.PAGE.read_text("utf-8") == keys.page(), "run: python docs/keys.py"


def test_the_page_of_keys_names_every_action_in_both_languages() -> None:
    assert [keys.page().count(f"| `{action.id}` |") for action in ACTIONS] == [2] * len(ACTIONS)


@pytest.mark.parametrize("picture", sorted((ROOT / "docs" / "img").glob("*.svg")), ids=lambda path: path.name)
def test_a_picture_asks_for_nothing_from_the_web_and_the_readme_shows_it(picture: Path) -> None:
    drawn = picture.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|@font-face|@import|<script", drawn)
    assert f"docs/img/{picture.name}" in (ROOT / "README.md").read_text("utf-8")
