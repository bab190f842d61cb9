"""A numeric card on the screen: values in the question, a typed number judged, the working shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from flashcards.study.library import Library
from flashcards.tui.screens.quiz import QuizScreen
from flashcards.tui.widgets.prompt import AnswerBox
from tests.tui.conftest import press, screen_text, settle

DECK = """---
id: caches
title: Caches
language: en
---

## {L} layers of width {d}, 2-byte values: how many bytes?
<!-- id: cache.token, numeric: {vars: {L: [16], d: [64]}, formula: "2*L*d*2", unit: B} -->
- keys and values, hence a factor 2
"""


@pytest.fixture
def caches(empty: Library, notes: Path) -> Library:
    (notes / "caches.md").write_text(DECK, "utf-8")
    empty.add([notes])
    return empty


async def test_a_typed_number_is_judged_beside_the_working(caches: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(caches, quiz=True)
    async with app.run_test(size=(80, 30)) as pilot:
        await settle(pilot)
        assert "16 layers of width 64" in screen_text(app) and "type the number" in screen_text(app)
        assert isinstance(app.screen, QuizScreen)
        app.screen.action_type_answer()
        await settle(pilot)
        app.screen.query_one(AnswerBox).text = "4 KiB"
        await press(pilot, "enter")
        shown = screen_text(app)
        assert "right: 4096 B (within 5 %)" in shown
        assert "2·L·d·2" in shown and "= 2·16·64·2" in shown and "= 4096 B" in shown


async def test_a_cards_page_shows_symbols(caches: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(caches)
    async with app.run_test(size=(80, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"layers", "enter")
        await settle(pilot)
        assert "L layers of width d" in screen_text(app) and "{L}" not in screen_text(app)
