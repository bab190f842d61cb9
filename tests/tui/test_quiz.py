"""Every key of the quiz does what the help says, on a real session over a real database."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from flashcards.cards import Rating
from flashcards.study.library import Library
from flashcards.tui.screens.choose import ChooseScreen
from flashcards.tui.screens.demo import DemoScreen
from flashcards.tui.screens.home import HomeScreen
from flashcards.tui.screens.quiz import QuizScreen
from flashcards.tui.widgets.prompt import AnswerBox, Prompt
from tests.tui.conftest import press, screen_text, settle

SIZE = (80, 24)


def quiz_of(app) -> QuizScreen:  # type: ignore[no-untyped-def]
    assert isinstance(app.screen, QuizScreen)
    return app.screen


async def test_the_question_stands_alone_until_space(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        assert "Why does a stock simmer" in screen_text(app) and "gelatine" not in screen_text(app)
        assert "Think first" in screen_text(app)
        await press(pilot, "space")
        shown = screen_text(app)
        assert "gelatine" in shown and "1 Forgot" in shown and "4 Easy" in shown and " day" in shown


async def test_enter_reveals_too(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        assert quiz_of(app).session.phase == "answer"


@pytest.mark.parametrize(("key", "rating"), [("1", 1), ("2", 2), ("3", 3), ("4", 4)])
async def test_a_digit_keeps_the_grade_before_the_next_card_shows(
    library: Library, app_on, key, rating
) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "space")
        promised = quiz_of(app).session.intervals()[Rating(rating)]
        await press(pilot, key)
        assert "mayonnaise" in screen_text(app)
        schedule = library.standing("stock").schedule
        assert schedule is not None and schedule.due - schedule.last_day == promised
        assert library.home_summary().reviews == 1


async def test_a_digit_before_the_answer_does_nothing(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "3")
        assert quiz_of(app).session.phase == "question" and library.home_summary().reviews == 0


async def test_undo_brings_the_card_back_and_its_answer_is_gone(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "space", "3", "u")
        assert "Why does a stock simmer" in screen_text(app)
        assert library.home_summary().reviews == 0 and library.standing("stock").schedule is None


async def test_undo_with_nothing_to_take_back_says_so(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "u")
        assert "Nothing to take back" in screen_text(app)


async def test_bury_puts_the_card_aside_until_tomorrow(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "b")
        assert quiz_of(app).session.card.id == "mayo"
        assert [c.id for c in library.find("is:buried")] == ["stock"]


async def test_suspend_is_taken_back_by_undo(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "s")
        assert [c.id for c in library.find("is:suspended")] == ["stock"]
        await press(pilot, "u")
        assert library.find("is:suspended") == [] and quiz_of(app).session.card.id == "stock"


async def test_flag_marks_the_card_and_takes_the_mark_away(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "f")
        assert library.standing("stock").flagged and "flagged" in screen_text(app)
        await press(pilot, "f")
        assert not library.standing("stock").flagged


async def test_flip_turns_the_card_to_its_other_language(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "L")
        assert "高汤为什么" in screen_text(app)
        await press(pilot, "L")
        assert "Why does a stock" in screen_text(app)


async def test_a_written_answer_stands_beside_the_key_points(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=(80, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "t")
        assert app.screen.query_one(AnswerBox).has_focus
        await press(pilot, *"fat qu")
        await press(pilot, "enter")
        shown = screen_text(app)
        assert "Your answer" in shown and "fat qu" in shown and "Key points" in shown
        assert quiz_of(app).session.typed == "fat qu"


async def test_escape_from_writing_leaves_the_question(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "t", "x", "escape")
        assert quiz_of(app).session.phase == "question"
        assert not app.screen.query_one(AnswerBox).display


async def test_asked_to_write_every_card_begins_with_the_box(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True, type_answers=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        assert app.screen.query_one(AnswerBox).has_focus


async def test_find_goes_from_match_to_match(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "space", "slash", "F", "a", "t", "enter")
        view = quiz_of(app).card_view
        assert view.has_focus and len(view._matches) == 2
        await press(pilot, "n")
        assert view._match == 1
        await press(pilot, "N")
        assert view._match == 0


async def test_find_without_a_match_says_so(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "slash", "z", "z", "enter")
        assert "Not in this card." in screen_text(app) and not app.screen.query_one(Prompt).display


async def test_copy_takes_what_is_shown(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "y")
        assert "Why does a stock simmer" in app.clipboard and "gelatine" not in app.clipboard


async def test_d_opens_the_demo_of_the_card(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("d")
        await pilot.pause()
        assert isinstance(app.screen, DemoScreen) and app.screen.info.slug == "attention"
        await press(pilot, "escape")
        assert isinstance(app.screen, QuizScreen)


async def test_d_asks_which_where_a_card_has_several(library: Library, notes: Path, app_on) -> None:  # type: ignore[no-untyped-def]
    path = notes / "kitchen-en.md"
    path.write_text(
        path.read_text("utf-8").replace("demo: attention", "demo: [attention, rope]"), encoding="utf-8"
    )
    library.rescan()
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "d")
        assert isinstance(app.screen, ChooseScreen)
        await pilot.press("j", "enter")
        await pilot.pause()
        assert isinstance(app.screen, DemoScreen) and app.screen.info.slug == "rope"


async def test_d_without_a_demo_says_so(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        assert "d Demo" in screen_text(app)
        await press(pilot, "b", "d")
        assert "d Demo" not in screen_text(app)
        assert "No demo belongs to this card." in screen_text(app)


async def test_editing_the_note_shows_the_new_words(library: Library, app_on, monkeypatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    editor = tmp_path / "editor.py"
    editor.write_text(
        "import pathlib, sys\n"
        "path = pathlib.Path(sys.argv[-1])\n"
        "path.write_text(path.read_text('utf-8').replace('a stock simmer', 'a broth simmer'), 'utf-8')\n",
        encoding="utf-8",
    )
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {editor}")
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        monkeypatch.setattr(app, "suspend", _no_terminal)
        await press(pilot, "e")
        assert "Why does a broth simmer" in screen_text(app)
        assert quiz_of(app).session.card.id == "stock"


async def test_an_editor_that_is_not_there_is_a_message_not_a_crash(
    library: Library, app_on, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "no-such-editor-anywhere")
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        monkeypatch.setattr(app, "suspend", _no_terminal)
        await press(pilot, "o")
        assert "no-such-editor-anywhere could not be started" in " ".join(screen_text(app).split())


def _no_terminal():  # type: ignore[no-untyped-def]
    """The test's app has no terminal to hand over."""
    import contextlib

    return contextlib.nullcontext()


async def test_the_last_page_says_what_was_done_and_undo_still_works(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "space", "3", "space", "4")
        assert "2 answers saved." in screen_text(app) and "Nothing else is due today." in screen_text(app)
        await press(pilot, "u")
        assert quiz_of(app).session.card.id == "mayo"


async def test_leaving_goes_home_with_everything_saved(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "space", "2", "escape")
        assert isinstance(app.screen, HomeScreen) and library.home_summary().reviews == 1


async def test_a_wrong_query_is_a_message(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True, query="is:nonsense")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.pause()
        await pilot.pause(0.3)
        assert isinstance(app.screen, HomeScreen) and "nonsense" in screen_text(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 15)])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_question_answer_and_grades_are_whole_at_every_size(
    library: Library, app_on, size, language
) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True, language=language)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        if language == "zh":
            await press(pilot, "L")
        await press(pilot, "space", "G")
        shown = screen_text(app).split("\n")
        assert len(shown) == size[1]
        grades = ("忘了", "吃力", "记得", "轻松") if language == "zh" else ("Forgot", "Hard", "Good", "Easy")
        assert all(grade in "\n".join(shown) for grade in grades)
        last = "油味" if language == "zh" else "tastes of fat"
        assert any(last in row for row in shown)
        assert quiz_of(app).card_view.has_focus


async def test_a_new_width_lays_the_card_out_again(library: Library, app_on) -> None:  # type: ignore[no-untyped-def]
    app = app_on(library, quiz=True)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "space")
        before = len(quiz_of(app).card_view.lines)
        await pilot.resize_terminal(40, 15)
        await settle(pilot)
        view = quiz_of(app).card_view
        assert len(view.lines) > before
        assert max(sum(len(span.text) for span in row) for row in view.lines) <= 40


async def test_the_quiz_is_a_handful_of_widgets_whatever_the_card(
    library: Library, notes: Path, app_on
) -> None:  # type: ignore[no-untyped-def]
    rows = "\n".join(f"| {n} | {n * n} |" for n in range(400))
    (notes / "big.md").write_text(f"## Squares?\n\n| n | n² |\n|---|---|\n{rows}\n", encoding="utf-8")
    library.rescan()
    app = app_on(library, quiz=True, query="Squares", cram=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "space", "G")
        assert "159201" in screen_text(app)
        assert len(app.screen.query("*")) <= 60


async def test_remapped_keys_work_and_are_shown(library: Library) -> None:
    from flashcards.tui.app import FlashcardsApp, Preferences

    app = FlashcardsApp(
        library, start="quiz", preferences=Preferences(keymap={"quiz.reveal": "w", "quiz.good": "x"})
    )
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        assert "w shows the answer" in screen_text(app)
        await press(pilot, "w")
        assert "x Good" in screen_text(app)
        await press(pilot, "x")
        assert library.home_summary().reviews == 1
