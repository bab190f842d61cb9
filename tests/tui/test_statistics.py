"""The statistics: two months of answers on a real collection, counted again by hand and read off the screen."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from flashcards import locale
from flashcards.cards import CardId
from flashcards.scheduling.days import date_of
from flashcards.study import library as library_module
from flashcards.study.library import Library
from flashcards.study.statistics import Period, card_history, statistics_of, true_retention
from flashcards.text.cells import cell_width
from flashcards.text.lines import line_text
from flashcards.tui.screens.card_page import CardPage
from flashcards.tui.screens.home import HomeScreen
from flashcards.tui.screens.statistics import StatisticsScreen
from flashcards.tui.widgets.statistics_lines import PERIODS, Learnt, statistics_lines, time_words
from tests.tui.conftest import (
    CHINESE,
    DECK,
    ENGLISH,
    StoppedClock,
    press,
    screen_text,
    settle,
    study_for_days,
)

NOTES = "# Bread\n\n" + "\n".join(f"### {n}. What is fact {n}?\n\n- it is {n}\n" for n in range(1, 31))
DAYS = 60


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """32 cards in two decks, studied on the last sixty days but one a week; the tests only read it."""
    folder = tmp_path_factory.mktemp("studied")
    (folder / "bread.md").write_text(NOTES, "utf-8")
    (folder / "kitchen-en.md").write_text(DECK.format(language="en", cards=ENGLISH), "utf-8")
    (folder / "kitchen-zh.md").write_text(DECK.format(language="zh", cards=CHINESE), "utf-8")
    clock = StoppedClock()
    clock.next_day(-DAYS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library_module, "shipped_folder", lambda name: folder / "nothing-shipped")
        patch.setenv("LC_ALL", "en_US.UTF-8")
        with Library.open(folder / "home", clock) as library:
            library.add([folder])
            study_for_days(library, clock, DAYS, random.Random(7))
            yield library


def page(library: Library, period: Period, width: int, *, shades: bool = False) -> list[str]:
    history = {date_of(day): count for day, count in library.home_summary().history.items()}
    learnt = Learnt(statistics_of(library, period), history, 0.9, "p")
    return [line_text(row) for row in statistics_lines(learnt, width, shades=shades)]


# The page, without a screen


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [36, 75, 116, 150])
@pytest.mark.parametrize("period", PERIODS)
def test_no_line_is_wider_than_the_page(studied: Library, period: Period, width: int, language) -> None:  # type: ignore[no-untyped-def]
    locale.set_language(language)
    assert max(map(cell_width, page(studied, period, width))) <= width


def test_the_facts_are_the_numbers_of_the_period(studied: Library) -> None:
    numbers = statistics_of(studied, "month")
    facts = page(studied, "month", 200)[0]
    remembered = true_retention(numbers.retention)
    assert remembered is not None and numbers.reviews > 20
    assert f"{numbers.reviews} answers" in facts and f"{numbers.cards_answered} cards" in facts
    assert f"{remembered:.0%} remembered" in facts and time_words(numbers.time_ms) in facts


def test_retention_says_its_share_and_how_many_answers_it_is_made_of(studied: Library) -> None:
    shown = "\n".join(page(studied, "all", 60))
    for bucket in statistics_of(studied, "all").retention:
        assert bucket.total
        assert f"{bucket.passed / bucket.total:.0%} · {bucket.passed} of {bucket.total}" in shown


def test_every_grade_and_every_state_has_its_number(studied: Library) -> None:
    rows = page(studied, "all", 60)
    numbers = statistics_of(studied, "all")
    for name, count in zip(("Forgot", "Hard", "Good", "Easy"), numbers.grades.values(), strict=True):
        assert any(row.startswith(name) and f" {count} · " in row for row in rows)
    for state, count in numbers.states.items():
        bars = [row for row in rows if row.startswith(f"{state} ") and row.endswith(f" {count}")]
        assert len(bars) == (1 if count else 0)
    assert sum(numbers.states.values()) == 32


def test_charts_stand_side_by_side_where_there_is_room(studied: Library) -> None:
    wide, narrow = page(studied, "month", 116), page(studied, "month", 60)
    assert any("Answers a day" in row and "Seconds spent" in row for row in wide)
    assert not any("Answers a day" in row and "Seconds spent" in row for row in narrow)
    assert len(wide) < len(narrow)


def test_a_year_is_counted_by_months_a_season_by_weeks_and_a_month_by_days(studied: Library) -> None:
    assert any("Answers a week" in row for row in page(studied, "season", 80))
    assert any("Coming back, by week" in row for row in page(studied, "season", 80))
    assert any("Answers a month" in row for row in page(studied, "year", 80))
    assert any("Coming back, by month" in row for row in page(studied, "all", 80))
    assert any("Answers a day" in row for row in page(studied, "month", 80))


def test_a_period_without_answers_says_which_key_looks_further(studied: Library) -> None:
    rows = page(studied, "day", 80)
    assert rows[0] == "No answers in this time. p looks further back."
    assert any(row.startswith("Stability, days") for row in rows)


def test_decks_and_topics_are_listed_with_their_answers(studied: Library) -> None:
    shown = "\n".join(page(studied, "all", 116))
    for deck in statistics_of(studied, "all").decks:
        assert f"{deck.deck} " in shown and f"{deck.learned}/{deck.cards}" in shown


@pytest.mark.parametrize(
    ("ms", "words"),
    [(0, "0 s"), (59_000, "59 s"), (61_000, "1 min"), (5_400_000, "1.5 h"), (36_000_000, "10 h")],
)
def test_time_is_said_in_the_unit_that_fits(ms: int, words: str) -> None:
    assert time_words(ms) == words


# The screen


async def test_s_opens_the_statistics_p_walks_through_the_periods_and_q_goes_back(
    studied: Library, app_on
) -> None:  # type: ignore[no-untyped-def]
    app = app_on(studied)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "S")
        assert isinstance(app.screen, StatisticsScreen)
        assert "[30 days]" in screen_text(app) and "2030-04-07 to 2030-05-06" in screen_text(app)
        seen = []
        for _ in range(5):
            await press(pilot, "p")
            seen.append(app.screen.tabs.period)
            assert app.screen.page.learnt.numbers.period == seen[-1]
        assert seen == ["season", "year", "all", "day", "month"]
        await press(pilot, "h")
        assert "[Today]" in screen_text(app)
        await press(pilot, "q")
        assert isinstance(app.screen, HomeScreen)


async def test_on_a_deck_only_its_cards_are_counted(studied: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(studied)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        titles = [deck.title for deck in studied.decks()]
        await press(pilot, *"j" * (titles.index("厨房 Kitchen") + 1), "S", "p")
        assert "Statistics  厨房 Kitchen" in screen_text(app)
        assert sum(app.screen.page.learnt.numbers.states.values()) == 2
        assert app.screen.page.learnt.numbers.cards_answered == 2


async def test_the_statistics_scroll_and_speak_the_language_in_use(studied: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(studied, language="zh")
    async with app.run_test(size=(40, 15)) as pilot:
        await settle(pilot)
        await press(pilot, "S")
        assert "每天回答" in screen_text(app) and "[30 天]" in screen_text(app)
        await press(pilot, "G")
        assert "每天回答" not in screen_text(app) and "[30 天]" in screen_text(app)
        locale.set_language("en")
        app.screen.language_changed()
        await settle(pilot)
        await press(pilot, "g")
        assert "Answers a day" in screen_text(app)


async def test_without_colour_the_charts_still_say_everything(studied: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(studied)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.theme = "ansi"
        await press(pilot, "S", "pagedown")
        shown = screen_text(app)
        assert "░" in shown and "■" not in shown


async def test_before_the_first_answer_the_page_says_how_to_begin(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "S")
        assert "Nothing has been answered yet." in screen_text(app)
        await press(pilot, "q")
        assert isinstance(app.screen, HomeScreen)


# The page of a card


async def test_the_card_page_shows_both_languages_and_where_stability_went(studied: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(studied)
    async with app.run_test(size=(80, 50)) as pilot:
        await settle(pilot)
        app.push_screen(CardPage(CardId("stock")))
        await settle(pilot)
        shown = screen_text(app)
        assert shown.index("Why does a stock simmer") < shown.index("高汤为什么要小火慢炖")
        assert "In Chinese" in shown and "Stability, days" in shown
        await press(pilot, "L")
        shown = screen_text(app)
        assert shown.index("高汤为什么要小火慢炖") < shown.index("Why does a stock simmer")


async def test_h_shows_every_answer_with_the_memory_it_left_and_the_source(studied: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    steps = card_history(studied, CardId("stock"))
    assert len(steps) > 2
    app = app_on(studied)
    async with app.run_test(size=(120, 60)) as pilot:
        await settle(pilot)
        app.push_screen(CardPage(CardId("stock")))
        await settle(pilot)
        await press(pilot, "h")
        shown = screen_text(app)
        for step in steps:
            assert date_of(step.review.day).isoformat() in shown and f"{step.memory.stability:.1f}" in shown
        assert "kitchen-en.md:" in shown and "English · Chinese" in shown and "stock" in shown
        assert "lecithin" not in shown and "boiling breaks" not in shown
        await press(pilot, "slash", *"boil", "enter")
        assert "boiling breaks" in screen_text(app)


async def test_on_a_small_screen_the_card_keeps_the_room_and_the_history_is_a_key_away(
    studied, app_on
) -> None:  # type: ignore[no-untyped-def]
    app = app_on(studied)
    async with app.run_test(size=(40, 15)) as pilot:
        await settle(pilot)
        app.push_screen(CardPage(CardId("stock")))
        await settle(pilot)
        assert "→" not in screen_text(app) and "next:" in screen_text(app)
        await press(pilot, "h", "G")
        assert "stock" in screen_text(app)


# Home


async def test_home_says_how_many_of_the_new_cards_today_has_room_for(
    library: Library, notes: Path, app_on
) -> None:  # type: ignore[no-untyped-def]
    (notes / "bread.md").write_text(NOTES, "utf-8")
    library.add([notes])
    app = app_on(library)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "20 of 32 new today" in screen_text(app)
        locale.set_language("zh")
        app.screen.language_changed()
        await settle(pilot)
        assert "20 张今日新卡（共 32 张）" in screen_text(app)


def test_a_day_of_rest_breaks_the_simulated_streak(studied: Library) -> None:
    """The history these tests read is what its maker says: six days in a row, then one without."""
    numbers = statistics_of(studied, "all")
    assert numbers.streak.longest == 6
    assert numbers.today - numbers.since == DAYS and timedelta(milliseconds=numbers.time_ms) < timedelta(
        hours=3
    )
