"""The browser: found as one types, changed in bulk, opened card by card."""

from __future__ import annotations

from pathlib import Path

import pytest

from flashcards.cards import Rating
from flashcards.study.library import Library
from flashcards.study.session import Session
from flashcards.tui.screens.browse import BrowseScreen
from flashcards.tui.screens.card_page import CardPage
from flashcards.tui.screens.home import HomeScreen
from flashcards.tui.screens.quiz import QuizScreen
from tests.tui.conftest import press, screen_text, settle

SIZE = (100, 24)


async def browsing(pilot, *keys: str) -> BrowseScreen:  # type: ignore[no-untyped-def]
    await settle(pilot)
    await press(pilot, "slash")
    screen = pilot.app.screen
    assert isinstance(screen, BrowseScreen)
    await press(pilot, *keys)
    return screen


async def test_every_card_is_listed_with_its_deck_and_when_it_is_due(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        await browsing(pilot)
        shown = screen_text(app)
        assert (
            "Why does a stock simmer" in shown
            and "厨房 Kitchen" in shown
            and "new" in shown
            and "2 cards" in shown
        )


async def test_the_list_follows_what_is_typed(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        screen = await browsing(pilot, "slash", *"mayon", "enter")
        assert "1 card" in screen_text(app) and screen.card_list.current == "mayo"
        assert screen.card_list.has_focus


async def test_escape_empties_the_search_and_then_goes_to_the_list(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        screen = await browsing(pilot, "slash", *"mayo", "escape")
        assert screen.card_list.row_count == 2
        await press(pilot, "escape")
        assert screen.card_list.has_focus


async def test_a_term_that_makes_no_sense_is_said_and_the_list_stays(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "slash", "slash")
        for key in "is:odd":
            await pilot.press(key)
        await pilot.pause(0.3)
        assert "unknown state" in screen_text(app) and app.screen.card_list.row_count == 2


async def test_chosen_cards_are_suspended_together_and_let_back_in(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        await browsing(pilot, "A", "s")
        assert len(library.find("is:suspended")) == 2 and "suspended" in screen_text(app)
        await press(pilot, "s")
        assert library.find("is:suspended") == []


async def test_without_a_choice_keys_work_on_the_card_under_the_cursor(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        await browsing(pilot, "j", "f")
        assert [card.id for card in library.find("is:flagged")] == ["mayo"]


async def test_space_chooses_and_goes_on(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        screen = await browsing(pilot, "space")
        assert screen.card_list.chosen == {"stock"} and screen.card_list.cursor == 1
        assert "1 chosen" in screen_text(app)


async def test_a_tag_is_given_to_all_chosen(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        await browsing(pilot, "A", "t", *"#sauce", "enter")
        assert len(library.find("tag:sauce")) == 2


async def test_importance_takes_a_number_and_refuses_words(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await browsing(pilot, "i", "3", "enter")
        assert [card.id for card in library.find("prop:importance>2")] == ["stock"]
        await press(pilot, "i", "x", "enter")
        assert "A number from 0 to 10 is needed." in screen_text(app)


async def test_a_studies_what_was_found(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        await browsing(pilot, "slash", *"mayon", "enter", "a")
        assert isinstance(app.screen, QuizScreen)
        assert app.screen.session.card.id == "mayo" and app.screen.session.progress.left == 1


async def test_from_a_deck_only_its_cards_are_listed(library: Library, notes: Path, app_on) -> None:  # type: ignore[no-untyped-def]
    (notes / "other.md").write_text(
        "---\nid: o\ntitle: Other\n---\n\n## Far?\n<!-- id: far -->\n- yes\n", "utf-8"
    )
    library.rescan()
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "G", "slash")
        assert app.screen.card_list.row_count == 1 and "Far?" in screen_text(app)


async def test_the_card_page_shows_text_schedule_and_answers(library: Library, clock, app_on) -> None:  # type: ignore[no-untyped-def]
    session = Session.start(library)
    session.reveal()
    session.grade(Rating.GOOD)
    app = app_on(library)
    async with app.run_test(size=(100, 40)) as pilot:
        await browsing(pilot, "enter")
        assert isinstance(app.screen, CardPage)
        shown = screen_text(app)
        assert "gelatine" in shown and "2030-05-06" in shown and "Good" in shown and "1 answers" in shown


async def test_the_card_page_flips_flags_suspends_and_goes_back(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(100, 40)) as pilot:
        screen = await browsing(pilot, "enter", "L")
        assert "高汤为什么" in screen_text(app)
        await press(pilot, "f", "s")
        standing = library.standing("stock")
        assert standing.flagged and standing.suspended
        await press(pilot, "escape")
        assert app.screen is screen and "suspended" in screen_text(app)
        await press(pilot, "q")
        assert isinstance(app.screen, HomeScreen)


async def test_only_what_is_drawn_is_read(library: Library, notes: Path, app_on) -> None:  # type: ignore[no-untyped-def]
    cards = "".join(f"## Number {n}?\n<!-- id: many.{n} -->\n- {n}\n\n" for n in range(1500))
    (notes / "many.md").write_text(f"---\nid: many\ntitle: Many\n---\n\n{cards}", encoding="utf-8")
    library.rescan()
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        screen = await browsing(pilot)
        assert screen.card_list.row_count == 1502
        await press(pilot, "G")
        assert "Number 1499?" in screen_text(app)
        assert len(screen.card_list._windows) <= 3


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 15)])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_rows_fit_every_size_in_both_languages(library: Library, app_on, size, language) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, language=language)
    async with app.run_test(size=size) as pilot:
        await browsing(pilot)
        shown = screen_text(app)
        assert "▌" in shown and "Why does a" in shown and ("新卡" if language == "zh" else "new") in shown


async def test_a_hostile_card_is_words_in_the_list_and_on_its_page(
    library: Library, notes: Path, app_on
) -> None:  # type: ignore[no-untyped-def]
    (notes / "bad.md").write_text(
        "## [@click=app.quit]go[/] [/x] \x1b]0;t\x07?\n\n- \x1b[2J gone\n", encoding="utf-8"
    )
    library.rescan()
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        await browsing(pilot, "slash", *"go", "enter")
        assert "[@click=app.quit]go[/] [/x] \\x1b]0;t" in screen_text(app)
        await press(pilot, "enter")
        assert "\\x1b[2J gone" in screen_text(app) and "\x1b" not in screen_text(app)
