"""The card page offers our cards as twins of a question in the notes: a key links, a key parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flashcards.cards import CardId
from flashcards.store import twins
from flashcards.study import library as library_module
from flashcards.study.library import Library
from flashcards.text.lines import line_text
from flashcards.tui.screens.card_page import CardPage
from flashcards.tui.widgets.twin_panel import Twins, twin_lines
from tests.tui.conftest import DECK, press, screen_text, settle

OURS = """## How does a KV cache save work?
<!-- id: kv.idea -->
- keys and values of earlier tokens are kept

## How large is a KV cache?
<!-- id: kv.size, also: [What does the KV cache weigh?] -->
- 2 L h d T bytes
"""
NOTES = """# Notes

### 1. Why is a KV cache worth its memory?

### 2. What does the KV cache weigh?

### 3. Why rest a steak?

- juices
"""


@pytest.fixture
def library(tmp_path: Path, notes: Path, clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:  # type: ignore[no-untyped-def]
    """Three notes; our deck has the twin of one and two candidates for another."""
    (tmp_path / "decks" / "en").mkdir(parents=True)
    (tmp_path / "decks" / "en" / "kv.md").write_text(DECK.format(language="en", cards=OURS), "utf-8")
    monkeypatch.setattr(library_module, "shipped_folder", lambda name: tmp_path / name)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    (notes / "n.md").write_text(NOTES, "utf-8")
    with Library.open(tmp_path / "home", clock) as opened:
        opened.add([notes])
        yield opened


def own(library: Library, number: int) -> CardId:
    return next(c.id for c in library.find("is:own") if c.place and c.place.number == str(number))


async def page_of(pilot, card_id: CardId) -> CardPage:  # type: ignore[no-untyped-def]
    await settle(pilot)
    page = CardPage(card_id)
    pilot.app.push_screen(page)
    await settle(pilot)
    return page


async def test_a_key_links_an_offered_card_and_another_parts_it(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app, card_id = app_on(library), own(library, 1)
    async with app.run_test(size=(100, 40)) as pilot:
        page = await page_of(pilot, card_id)
        shown = screen_text(app)
        assert "1 to 2 links it" in shown and "How does a KV cache save work?" in shown
        likeliest = page.offered[0]
        await press(pilot, "1")
        assert twins.link_of(library.db, card_id) == twins.Link(card_id, likeliest, "chosen")
        shown = screen_text(app)
        assert "Same question as our card:" in shown and "the answer is our card's" in shown
        assert "links it" not in shown
        await press(pilot, "u")
        assert twins.link_of(library.db, card_id) is None
        assert "links it" in screen_text(app) and "the answer is our card's" not in screen_text(app)


async def test_a_card_linked_by_itself_shows_its_twin_and_its_answer(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(100, 40)) as pilot:
        await page_of(pilot, own(library, 2))
        shown = screen_text(app)
        assert "How large is a KV cache?" in shown and "2 L h d T bytes" in shown
        assert "u takes them apart" in shown


async def test_where_nothing_is_offered_the_panel_takes_no_room_and_its_keys_do_nothing(
    library: Library, app_on
) -> None:  # type: ignore[no-untyped-def]
    app, card_id = app_on(library), own(library, 3)
    async with app.run_test(size=(100, 40)) as pilot:
        page = await page_of(pilot, card_id)
        assert page.query_one("#twins").size.height == 0
        await press(pilot, "1", "u")
        assert twins.link_of(library.db, card_id) is None and app.screen is page


async def test_the_quiz_says_that_an_answer_is_our_cards(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True, query=f"id:{own(library, 2)}")
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        assert "What does the KV cache weigh?" in screen_text(app)
        assert "our card's" not in screen_text(app)
        await press(pilot, "space")
        assert "2 L h d T bytes" in screen_text(app) and "the answer is our card's" in screen_text(app)


async def test_writing_an_own_answer_begins_empty_and_takes_the_twins_place(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app, card_id = app_on(library), own(library, 2)
    async with app.run_test(size=(100, 40)) as pilot:
        await page_of(pilot, card_id)
        await press(pilot, "w", *"mine", "ctrl+s", "escape")
        variant = library.card(card_id).variants["en"]
        assert (variant.answer, variant.twin) == ("mine", None)


@pytest.mark.parametrize("width", [12, 40, 80])
def test_offered_questions_are_cut_to_the_width_and_made_safe(width: int) -> None:
    offered = tuple((str(n), f"\x1b[31m什么是缓存{n}" * 9) for n in range(1, 6))
    lines = twin_lines(Twins(offered=offered), width, brief=False)
    assert len(lines) == 6 and all("\x1b" not in line_text(row) for row in lines)
    from flashcards.text.cells import cell_width

    assert all(cell_width(line_text(row)) <= width for row in lines)
    assert len(twin_lines(Twins(offered=offered), width, brief=True)) == 1
