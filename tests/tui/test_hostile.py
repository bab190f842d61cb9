"""Text from elsewhere is shown, never obeyed: no escape reaches the terminal, no markup runs an action."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from flashcards.study.library import Library
from tests.tui.conftest import press, screen_text, settle

HOSTILE = (
    "## [@click=app.quit]Press me[/] [/foo] [red]list[int][/red] \x1b]0;owned\x07?\n\n"
    "- \x1b]52;c;b3duZWQ=\x07 clipboard\n- \x1b[2J clear\n- \x9b31m C1\n- \u202egnp.exe reversed\n"
    "- [@click=app.quit]leave[/] and [/foo]\n- z\u0335\u0336\u0337\u0338\u0334\u0333\u0332algo\n"
)


async def test_a_hostile_card_is_shown_as_it_is_written(library: Library, notes: Path, app_on) -> None:  # type: ignore[no-untyped-def]
    (notes / "hostile.md").write_text(HOSTILE, encoding="utf-8")
    library.rescan()
    app = app_on(library, quiz=True, query="clipboard", cram=True)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "space")
        shown = screen_text(app)
        assert "[@click=app.quit]Press me[/]" in shown and "[/foo]" in shown and "list[int]" in shown
        assert "\\x1b]52" in shown and "\\u202e" in shown
        assert not any(char in shown for char in "\x1b\x07\x9b\u202e")
        await pilot.click("#card", offset=(6, 1))
        await settle(pilot)
        assert app.is_running and app.clipboard == ""


async def test_a_hostile_deck_title_stands_on_the_home_screen_untouched(
    library: Library, notes: Path, app_on
) -> None:  # type: ignore[no-untyped-def]
    deck = '---\nid: bad\ntitle: "[@click=app.quit]T[/] [/foo]"\n---\n\n## q\n<!-- id: bad.q -->\n- a\n'
    (notes / "bad.md").write_text(deck, encoding="utf-8")
    library.rescan()
    app = app_on(library)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        assert "[@click=app.quit]T[/] [/foo]" in screen_text(app)
        await press(pilot, "G", "enter")
        assert "[@click=app.quit]T[/] [/foo]" in screen_text(app)


async def test_a_message_with_markup_is_words(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        app.screen.tell("\x1b]0;owned\x07 [/foo] [@click=app.quit]x[/]", wrong=True)
        await settle(pilot)
        assert "[/foo]" in screen_text(app) and "\x1b" not in screen_text(app)


@pytest.mark.parametrize(
    "keys", [("slash", "slash"), ("a", "t"), ("slash", "t")], ids=["search", "answer", "prompt"]
)
async def test_what_is_pasted_is_made_safe_wherever_one_types(library: Library, app_on, keys) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(100, 24)) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        app.post_message(events.Paste("\x1b]0;OWNED\x07 \x9b2J \u202e pasted"))
        await settle(pilot)
        shown = screen_text(app)
        assert "pasted" in shown and "\\x1b]0;OWNED" in shown
        assert not {"\x1b", "\x9b", "\u202e"} & set(shown)
