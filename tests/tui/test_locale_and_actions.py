"""The registry and the messages keep each other honest: a label for every action, in both languages."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from flashcards import locale, tui
from flashcards.locale import MESSAGES, detect, text
from flashcards.tui.actions import (
    ACTIONS,
    BAR_ITEMS,
    KeymapError,
    bindings,
    check_keymap,
    conflicts,
    in_scope,
)
from flashcards.tui.app import FlashcardsApp
from flashcards.tui.screens.answer import AnswerScreen
from flashcards.tui.screens.browse import BrowseScreen, SearchLine
from flashcards.tui.screens.card_page import CardPage
from flashcards.tui.screens.choose import ChooseScreen
from flashcards.tui.screens.demo import DemoScreen
from flashcards.tui.screens.help import HelpScreen
from flashcards.tui.screens.home import HomeScreen
from flashcards.tui.screens.lab import LabScreen
from flashcards.tui.screens.quiz import QuizScreen
from flashcards.tui.screens.settings import SettingsScreen
from flashcards.tui.screens.statistics import StatisticsScreen
from flashcards.tui.widgets.line_view import LineView
from flashcards.tui.widgets.prompt import AnswerBox, Prompt
from flashcards.tui.widgets.row_list import RowList

OWNERS = {
    "app": (FlashcardsApp,),
    "view": (LineView, RowList),
    "home": (HomeScreen,),
    "quiz": (QuizScreen,),
    "browse": (BrowseScreen,),
    "search": (SearchLine,),
    "card": (CardPage,),
    "settings": (SettingsScreen,),
    "statistics": (StatisticsScreen,),
    "lab": (LabScreen,),
    "demo": (DemoScreen,),
    "choose": (ChooseScreen,),
    "help": (HelpScreen,),
    "answer": (AnswerScreen,),
    "prompt": (Prompt,),
    "write": (AnswerBox,),
}


def placeholders(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


def test_both_languages_have_the_same_messages() -> None:
    assert MESSAGES["zh"].keys() == MESSAGES["en"].keys()


@pytest.mark.parametrize("key", [k for k in MESSAGES["en"] if not k.startswith("date.")])
def test_a_message_has_the_same_placeholders_in_both_languages(key: str) -> None:
    assert placeholders(MESSAGES["zh"][key]) == placeholders(MESSAGES["en"][key])


def test_the_language_follows_the_environment_and_our_own_variable_wins() -> None:
    assert detect({"LANG": "zh_CN.UTF-8"}) == "zh"
    assert detect({"LC_ALL": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"}) == "en"
    assert detect({"FLASHCARDS_LANG": "zh", "LC_ALL": "C"}) == "zh"
    assert detect({}) == "en"


def test_one_of_a_thing_has_its_own_words() -> None:
    assert text("interval.days", count=1) == "1 day"
    assert text("interval.days", count=3) == "3 days"
    locale.set_language("zh")
    assert text("interval.days", count=3) == "3 天"


def test_every_message_named_in_the_screens_exists() -> None:
    named = set()
    for path in Path(tui.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text":
                named |= {n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)}
    whole = {
        name for name in named if isinstance(name, str) and re.fullmatch(r"[a-z]+(\.[a-z_]*[a-z])+", name)
    }
    assert whole, "the screens say something"
    assert whole - MESSAGES["en"].keys() == set()


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_every_action_has_a_method_a_label_and_a_help(action) -> None:  # type: ignore[no-untyped-def]
    assert action.label and action.help
    for owner in OWNERS[action.scope]:
        assert callable(getattr(owner, f"action_{action.name}"))


def test_no_two_actions_of_a_screen_share_a_key() -> None:
    assert conflicts({}) == []


def test_nothing_is_reached_by_ctrl_alone_but_leaving_which_q_does_too() -> None:
    only_ctrl = [a.id for a in ACTIONS if all(key.startswith("ctrl+") for key in a.keys)]
    assert only_ctrl == ["app.quit"]
    assert all("q" in a.keys for a in ACTIONS if a.name == "leave")


def test_bindings_carry_the_ids_that_remapping_uses() -> None:
    assert [b.id for b in bindings("quiz")] == [a.id for a in in_scope("quiz")]  # type: ignore[union-attr]


def test_vim_keys_move_everywhere() -> None:
    keys = {a.id: a.keys for a in ACTIONS}
    assert "j" in keys["view.down"] and "k" in keys["view.up"] and "G" in keys["view.bottom"]


def test_a_remapping_that_gives_a_key_twice_is_refused_with_its_place() -> None:
    with pytest.raises(KeymapError, match=r"config\.toml: keys: u would mean both quiz\.undo and quiz\.bury"):
        check_keymap({"quiz.bury": "u"}, "config.toml")


def test_a_remapping_of_an_unknown_action_is_refused() -> None:
    with pytest.raises(KeymapError, match=r"no action is called .quiz\.dance."):
        check_keymap({"quiz.dance": "w"}, "config.toml")


def test_the_key_bar_never_asks_for_more_than_six() -> None:
    for scope in ("home", "quiz", "browse", "card", "statistics", "settings", "lab", "demo"):
        ways_out = [a for a in in_scope(scope, "app") if a.bar is not None and a.bar >= 80]
        assert len(ways_out) < BAR_ITEMS
