"""The home screen: what is due, what is new in the notes, and what to press when there is nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from flashcards import locale
from flashcards.cards import Rating
from flashcards.study.library import Library
from flashcards.study.session import Session
from flashcards.tui.screens.help import HelpScreen
from flashcards.tui.screens.home import HomeScreen
from flashcards.tui.screens.lab import LabScreen
from flashcards.tui.screens.quiz import QuizScreen
from flashcards.tui.widgets.deck_list import DeckList
from tests.tui.conftest import press, screen_text, settle


async def test_home_shows_decks_and_what_is_new_in_them(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        shown = screen_text(app)
        assert "厨房 Kitchen" in shown and "2 new" in shown and "0 answers today" in shown


async def test_what_falls_due_is_counted_and_the_streak_goes_on(library: Library, clock, app_on) -> None:  # type: ignore[no-untyped-def]
    session = Session.start(library)
    session.reveal()
    session.grade(Rating.AGAIN)
    clock.next_day(1)
    app = app_on(library)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        assert "1 due" in screen_text(app)
        assert "1 day in a row" in screen_text(app)


async def test_an_empty_collection_says_what_to_press(empty: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(empty)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        shown = screen_text(app)
        assert "There are no cards yet." in shown and "flashcards add" in shown
        await press(pilot, "enter", "a")
        assert isinstance(app.screen, HomeScreen)


async def test_enter_studies_the_deck_under_the_cursor(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "j", "enter")
        assert isinstance(app.screen, QuizScreen)
        assert app.screen.session.progress.left == 2


async def test_a_studies_everything_and_q_comes_back_with_new_numbers(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "a", "space", "3", "q")
        assert isinstance(app.screen, HomeScreen)
        assert "1 answer today" in screen_text(app)


async def test_rescan_says_quietly_what_changed(library: Library, notes: Path, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        (notes / "more.md").write_text(
            "## Why salt pasta water?\n\n- it seasons from inside\n", encoding="utf-8"
        )
        await press(pilot, "r")
        await settle(pilot)
        assert "1 new, 0 changed, 0 gone" in screen_text(app)


async def test_a_note_that_cannot_be_read_is_said_once_until_asked_again(
    library: Library, notes: Path, app_on
) -> None:  # type: ignore[no-untyped-def]
    (notes / "broken.md").write_bytes(b"## What?\n\n- \xff\xfe\x80\x81 \x9b\n")
    app = app_on(library)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        assert len(app._notifications) == 1 and "broken.md" in screen_text(app)
        app.look_at_notes()
        await settle(pilot)
        assert len(app._notifications) == 1
        await press(pilot, "r")
        assert len(app._notifications) == 3


async def test_the_language_of_the_app_switches_at_once(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "f2")
        assert "张新卡" in screen_text(app) and "卡组" in screen_text(app)
        assert locale.language() == "zh"


async def test_every_theme_draws_the_screen(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        seen = []
        for _ in range(4):
            seen.append(app.theme)
            assert "厨房 Kitchen" in screen_text(app)
            await press(pilot, "f3")
        assert seen == ["dark", "light", "contrast", "ansi"]


async def test_without_colour_the_calendar_speaks_in_shades(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    session = Session.start(library)
    session.reveal()
    session.grade(Rating.GOOD)
    app = app_on(library)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        assert "■" in screen_text(app)
        app.theme = "ansi"
        await settle(pilot)
        assert "■" not in screen_text(app) and "· · ·" in screen_text(app)


async def test_help_names_every_key_of_the_screen_and_closes(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(80, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark")
        assert isinstance(app.screen, HelpScreen)
        assert "study everything that is due" in screen_text(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, HomeScreen)


async def test_the_palette_offers_the_actions_of_the_screen(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "colon")
        shown = screen_text(app)
        assert "type what you want to do" in shown and "enter · study the deck under the cursor" in shown
        await press(pilot, *"lab", "enter")
        assert isinstance(app.screen, LabScreen)


async def test_d_opens_the_lab(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "d")
        assert isinstance(app.screen, LabScreen)
        await press(pilot, "q")
        assert isinstance(app.screen, HomeScreen)


async def test_q_leaves_the_program(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("q")
        await pilot.pause()
        assert not app.is_running or app._exit


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 15)])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_nothing_is_cut_and_the_cursor_is_seen(library: Library, app_on, size, language) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, language=language)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        rows = screen_text(app).split("\n")
        assert len(rows) == size[1]
        assert any("▌" in row for row in rows)
        assert any("厨房 Kitchen" in row for row in rows)
        assert any("Quit" in row or "退出" in row for row in rows)
        assert app.screen.query_one(DeckList).has_focus


async def test_the_tour_takes_the_calendars_place_on_the_first_day_and_blocks_no_key(
    library: Library, app_on
) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "Decks and keys." in screen_text(app) and "1/3" in screen_text(app)
        await press(pilot, "t")
        assert "flashcards add DIR" in screen_text(app)
        await press(pilot, "t", "t")
        assert "3/3" not in screen_text(app) and not app.screen.has_class("-touring")
        await press(pilot, "t", "a")
        assert isinstance(app.screen, QuizScreen)


async def test_the_tour_can_be_put_away_and_is_not_shown_again(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "x")
        assert "1/3" not in screen_text(app)
    again = app_on(library)
    async with again.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "1/3" not in screen_text(again)


async def test_who_has_answered_before_is_not_shown_the_tour(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    session = Session.start(library)
    session.reveal()
    session.grade(Rating.GOOD)
    app = app_on(library)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "1/3" not in screen_text(app) and not library.has_seen("tour")


async def test_the_help_opens_the_tour_again_from_any_screen(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=(80, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark", "t")
        assert "The lab." in screen_text(app) and "Your notes." in screen_text(app)
        await press(pilot, "t")
        assert "show the answer" in screen_text(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 15)])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_step_of_the_tour_is_whole_and_a_deck_stays_in_sight(
    library: Library, app_on, size, language
) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, language=language)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        for step in ("1/3", "2/3", "3/3"):
            shown = screen_text(app)
            assert step in shown and "▌" in shown and ("退出" if language == "zh" else "Quit") in shown
            assert app.screen.tour.region.bottom < size[1] and app.screen.decks.size.height > 0
            await press(pilot, "t")


async def test_what_waits_to_be_taken_in_is_listed_and_taken_in(
    library: Library, notes: Path, app_on
) -> None:  # type: ignore[no-untyped-def]
    (notes / "facts.md").write_text("# Kitchen\n\n### 1. Knives want whetstones\n\n- of two grits\n", "utf-8")
    library.rescan()
    assert [deck.unreviewed for deck in library.decks() if deck.title == "Kitchen"] == [1]
    app = app_on(library)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        assert "1 note to take in: press i" in screen_text(app)
        await press(pilot, "i")
        assert "c Take in" in screen_text(app) and "unchecked" in screen_text(app)
        await press(pilot, "c")
        assert "1 taken into the quiz" in screen_text(app) and library.find("is:unreviewed") == []
        await press(pilot, "c")
        assert len(library.find("is:unreviewed")) == 1
        await press(pilot, "a", "space", "3")
        assert library.find("is:unreviewed") == []


async def test_a_plain_question_is_never_left_out_by_taking_in(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "b", "c")
        assert "in the quiz already" in screen_text(app) and library.find("is:unreviewed") == []


async def test_a_search_without_a_hit_says_what_to_press(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "b", "slash", *"is:leech", "enter")
        assert "No card is like that. / changes the search" in screen_text(app)


async def test_a_lab_without_demos_says_so(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    app.__dict__["demos"] = {}
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "d")
        assert "No demos came with this program." in screen_text(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, LabScreen)
