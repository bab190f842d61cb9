"""Notes that change while the app runs: shown on every screen, said in one line, never while somebody types."""

from __future__ import annotations

from pathlib import Path

from flashcards.study.library import Library
from flashcards.tui.screens.browse import BrowseScreen
from flashcards.tui.screens.card_page import CardPage
from flashcards.tui.screens.quiz import QuizScreen
from tests.tui.conftest import press, screen_text, settle

SIZE = (80, 24)


def rewrite(notes: Path, old: str, new: str) -> None:
    path = notes / "kitchen-en.md"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


async def look(pilot) -> None:  # type: ignore[no-untyped-def]
    """What the app does every few seconds."""
    pilot.app.notes_watch._rest_until = 0.0
    pilot.app.look_at_notes()
    await settle(pilot)


async def test_the_quiz_shows_the_new_words_of_the_present_card(
    library: Library, notes: Path, app_on
) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "space")
        rewrite(notes, "A cloudy stock tastes of fat.", "A cloudy stock tastes of tallow.")
        await look(pilot)
        assert isinstance(app.screen, QuizScreen) and app.screen.session.phase == "answer"
        assert "tastes of tallow" in screen_text(app) and "0 new, 1 changed, 0 gone" in screen_text(app)


async def test_a_card_that_is_gone_gives_way_to_the_next(library: Library, notes: Path, app_on) -> None:  # type: ignore[no-untyped-def]
    more = "".join(f"## Filler {n}?\n<!-- id: filler.{n} -->\n- yes\n\n" for n in range(8))
    (notes / "more.md").write_text(f"---\nid: more\ntitle: More\n---\n\n{more}", encoding="utf-8")
    library.rescan()
    app = app_on(library, quiz=True, query="Filler")
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert app.screen.session.card.id == "filler.0"
        left = more[more.index("## Filler 1") :]
        (notes / "more.md").write_text(f"---\nid: more\ntitle: More\n---\n\n{left}", encoding="utf-8")
        await look(pilot)
        assert app.screen.session.card.id == "filler.1" and app.screen.session.phase == "question"


async def test_nothing_is_looked_at_or_changed_while_somebody_types(
    library: Library, notes: Path, app_on
) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "t", *"fat")
        rewrite(notes, "a stock simmer", "a broth simmer")
        await look(pilot)
        assert "a stock simmer" in screen_text(app)
        await press(pilot, "escape")
        await look(pilot)
        assert "a broth simmer" in screen_text(app)


async def test_news_that_come_while_somebody_types_wait(library: Library, notes: Path, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        rewrite(notes, "a stock simmer", "a broth simmer")
        await press(pilot, "t")
        app.read_notes(asked=False)  # a look that began before the box was opened
        await settle(pilot)
        assert "a stock simmer" in screen_text(app) and "changed" not in screen_text(app)
        await press(pilot, "escape")
        await look(pilot)
        assert "a broth simmer" in screen_text(app) and "1 changed" in screen_text(app)


async def test_the_browser_keeps_its_card_under_the_cursor(library: Library, notes: Path, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "b", "j")
        assert isinstance(app.screen, BrowseScreen) and app.screen.card_list.current == "mayo"
        rewrite(notes, "## What keeps", "## Between?\n<!-- id: between -->\n- yes\n\n## What keeps")
        await look(pilot)
        assert app.screen.card_list.row_count == 3 and app.screen.card_list.current == "mayo"


async def test_the_card_page_shows_the_new_words(library: Library, notes: Path, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "b", "enter")
        rewrite(notes, "a stock simmer", "a broth simmer")
        await look(pilot)
        assert isinstance(app.screen, CardPage) and "a broth simmer" in screen_text(app)


async def test_screens_below_are_in_step_when_one_comes_back(library: Library, notes: Path, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "comma")
        rewrite(notes, "## What keeps", "## Between?\n<!-- id: between -->\n- yes\n\n## What keeps")
        await look(pilot)
        await press(pilot, "q")
        assert "3 new" in screen_text(app)


def test_a_file_that_nobody_touched_is_not_opened(library: Library) -> None:
    from flashcards.tui.watch import NotesWatch

    watch = NotesWatch(library)
    assert watch.look(asked=False) is not None
    watch._rest_until = 0.0
    assert watch.look(asked=False) is None
    assert watch.look(asked=True) is not None


def test_a_touched_file_is_read_again(library: Library, notes: Path) -> None:
    from flashcards.tui.watch import NotesWatch

    watch = NotesWatch(library)
    watch.look(asked=False)
    rewrite(notes, "a stock simmer", "a broth simmer")
    watch._rest_until = 0.0
    report = watch.look(asked=False)
    assert report is not None and report.changed == 1


def test_after_a_slow_look_the_files_are_left_alone_for_a_while(library: Library, notes: Path) -> None:
    from flashcards.tui.watch import NotesWatch

    watch = NotesWatch(library)
    watch.look(asked=False)
    rewrite(notes, "a stock simmer", "a broth simmer")
    watch._rest_until = float("inf")
    assert watch.look(asked=False) is None


def test_a_problem_is_said_once_until_it_is_gone_and_comes_again(library: Library) -> None:
    from flashcards.tui.watch import NotesWatch

    watch = NotesWatch(library)
    assert watch.new_problems(["a", "b", "a"], asked=False) == ["a", "b"]
    assert watch.new_problems(["a", "b"], asked=False) == []
    assert watch.new_problems(["a"], asked=True) == ["a"]
    assert watch.new_problems([], asked=False) == [] and watch.new_problems(["b"], asked=False) == ["b"]
