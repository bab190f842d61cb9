"""The one registry of what a person can do: it feeds bindings, the key bar, help, the palette and remapping.

An action's labels are looked up in ``flashcards.locale`` as ``action.<id>`` and ``action.<id>.help``;
the method that does it is ``action_<name>`` on the screen (or app) that owns the scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from textual.binding import Binding, BindingType
from textual.keys import key_to_character

from flashcards.errors import FlashcardsError
from flashcards.locale import text

Scope = Literal[
    "app", "view", "home", "quiz", "browse", "search", "card", "answer", "settings", "lab", "demo", "choose",
    "help", "prompt", "write", "statistics",
]  # fmt: skip
"""Where an action's keys work; ``app`` and ``view`` (moving and scrolling) work on every screen."""

EVERYWHERE: Final[tuple[Scope, ...]] = ("app", "view")
TYPING: Final[tuple[Scope, ...]] = ("search", "prompt", "write", "answer")
"""Where one types: keys that are letters write, and nothing scrolls but the text."""
BAR_ITEMS: Final = 6
"""A longer key bar is read by nobody; the rest is one key away, in the help."""


class KeymapError(FlashcardsError):
    """A remapping that names no action, or gives two actions of one screen the same key."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do, and the keys that do it unless remapped."""

    id: str
    """``scope.name``; what a remapping refers to, so it never changes."""
    keys: tuple[str, ...]
    """Textual's names of keys; the first is the one shown."""
    bar: int | None = None
    """Rank in the key bar (lower stands further left); ``None`` keeps it to the help and the palette."""
    priority: bool = False
    """Whether the key wins over the widget that has the focus."""

    @property
    def scope(self) -> str:
        return self.id.partition(".")[0]

    @property
    def name(self) -> str:
        return self.id.partition(".")[2]

    @property
    def command(self) -> str:
        """Textual's name of the action: the app's own carry their namespace."""
        return f"app.{self.name}" if self.scope == "app" else self.name

    @property
    def label(self) -> str:
        return text(f"action.{self.id}")

    @property
    def help(self) -> str:
        return text(f"action.{self.id}.help")


ACTIONS: Final[tuple[Action, ...]] = (
    Action("app.help", ("question_mark", "f1"), bar=90),
    Action("app.palette", ("colon", "ctrl+p")),
    Action("app.language", ("f2",)),
    Action("app.theme", ("f3",)),
    Action("app.quit", ("ctrl+q",)),
    Action("view.down", ("j", "down")),
    Action("view.up", ("k", "up")),
    Action("view.page_down", ("pagedown", "ctrl+f")),
    Action("view.page_up", ("pageup", "ctrl+b")),
    Action("view.top", ("g", "home")),
    Action("view.bottom", ("G", "end")),
    Action("home.study", ("enter",), bar=10),
    Action("home.study_all", ("a",), bar=20),
    Action("home.lab", ("d",), bar=30),
    Action("home.browse", ("slash", "b"), bar=25),
    Action("home.rescan", ("r",)),
    Action("home.settings", ("comma",)),
    Action("home.statistics", ("S", "s")),
    Action("home.unanswered", ("w",)),
    Action("home.unreviewed", ("i",)),
    Action("home.tour", ("t",)),
    Action("home.close_tour", ("x", "escape")),
    Action("home.leave", ("q",), bar=80),
    Action("quiz.reveal", ("space",), bar=10),
    Action("quiz.accept", ("enter",), bar=5),
    Action("quiz.again", ("1",)),
    Action("quiz.hard", ("2",)),
    Action("quiz.good", ("3",)),
    Action("quiz.easy", ("4",)),
    Action("quiz.undo", ("u",), bar=50),
    Action("quiz.type_answer", ("t",), bar=20),
    Action("quiz.demo", ("d",), bar=30),
    Action("quiz.flip", ("L",), bar=60),
    Action("quiz.edit", ("e",), bar=40),
    Action("quiz.open_source", ("o",)),
    Action("quiz.bury", ("b",)),
    Action("quiz.suspend", ("s",)),
    Action("quiz.flag", ("f",)),
    Action("quiz.find", ("slash",)),
    Action("quiz.find_next", ("n",)),
    Action("quiz.find_previous", ("N",)),
    Action("quiz.copy", ("y",)),
    Action("quiz.leave", ("q", "escape"), bar=80),
    Action("browse.open", ("enter",), bar=10),
    Action("browse.search", ("slash",), bar=20),
    Action("browse.choose", ("space",), bar=30),
    Action("browse.choose_all", ("A",)),
    Action("browse.study", ("a",), bar=40),
    Action("browse.suspend", ("s",)),
    Action("browse.flag", ("f",)),
    Action("browse.tag", ("t",)),
    Action("browse.importance", ("i",)),
    Action("browse.answer", ("w",), bar=15),
    Action("browse.take_in", ("c",), bar=16),
    Action("browse.leave", ("q", "escape"), bar=80),
    Action("search.to_list", ("enter", "down"), bar=10),
    Action("search.clear", ("escape",), bar=20),
    Action("prompt.done", ("enter",), bar=10),
    Action("prompt.cancel", ("escape",), bar=20),
    Action("write.done", ("enter",), bar=10, priority=True),
    Action("write.new_line", ("alt+enter", "shift+enter", "ctrl+j"), bar=20, priority=True),
    Action("write.cancel", ("escape",), bar=30, priority=True),
    Action("answer.save", ("ctrl+s", "f4"), bar=10),
    Action("answer.preview", ("f5",), bar=20),
    Action("answer.close", ("escape",), bar=80),
    Action("card.flip", ("L",), bar=20),
    Action("card.demo", ("d",), bar=30),
    Action("card.edit", ("e",), bar=40),
    Action("card.open_source", ("o",)),
    Action("card.suspend", ("s",), bar=50),
    Action("card.flag", ("f",)),
    Action("card.find", ("slash",)),
    Action("card.find_next", ("n",)),
    Action("card.find_previous", ("N",)),
    Action("card.copy", ("y",)),
    Action("card.answer", ("w",), bar=10),
    Action("card.take_in", ("c",), bar=11),
    Action("card.history", ("h",), bar=35),
    *(Action(f"card.twin_{n}", (str(n),)) for n in range(1, 6)),
    Action("card.part", ("u",), bar=45),
    Action("card.leave", ("q", "escape"), bar=80),
    Action("statistics.next_period", ("p", "l", "right"), bar=10),
    Action("statistics.previous_period", ("P", "h", "left"), bar=20),
    Action("statistics.leave", ("q", "escape"), bar=80),
    Action("settings.edit_value", ("enter",), bar=10),
    Action("settings.decrease", ("h", "left"), bar=20),
    Action("settings.increase", ("l", "right"), bar=21),
    Action("settings.edit_file", ("e",), bar=30),
    Action("settings.leave", ("q", "escape"), bar=80),
    Action("lab.open", ("enter",), bar=10),
    Action("lab.leave", ("q", "escape"), bar=80),
    Action("demo.run", ("r",), bar=10),
    Action("demo.edit_value", ("enter",), bar=20),
    Action("demo.decrease", ("h", "left")),
    Action("demo.increase", ("l", "right")),
    Action("demo.predict", ("p",), bar=25),
    Action("demo.control", ("c",), bar=30),
    Action("demo.cancel", ("x",), bar=15),
    Action("demo.smaller", ("a",), bar=5),
    Action("demo.source", ("v",), bar=40),
    Action("demo.switch_pane", ("tab",), bar=35, priority=True),
    Action("demo.leave", ("q", "escape"), bar=80),
    Action("choose.pick", ("enter",)),
    Action("choose.leave", ("q", "escape")),
    Action("help.tour", ("t",)),
    Action("help.close", ("q", "escape")),
)

BY_ID: Final[Mapping[str, Action]] = {action.id: action for action in ACTIONS}

KEY_NAMES: Final[Mapping[str, str]] = {
    "question_mark": "?",
    "colon": ":",
    "slash": "/",
    "comma": ",",
    "escape": "esc",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
}


def show_key(key: str) -> str:
    """A key as people write it: ``question_mark`` is ``?``, ``ctrl+p`` is ``^p``."""
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+')}"
    if key[:1] == "f" and key[1:].isdigit():
        return key.upper()
    return KEY_NAMES.get(key, key)


def writes(key: str) -> bool:
    """Whether the key puts a character where one types."""
    # Textual has no character for the name it gives the slash.
    char = "/" if key == "slash" else key_to_character(key)
    return char is not None and char.isprintable()


def in_scope(*scopes: str) -> list[Action]:
    """The actions of these scopes, in the order of the registry."""
    return [action for action in ACTIONS if action.scope in scopes]


def bindings(*scopes: str) -> list[BindingType]:
    """Textual's bindings of these scopes.  The ids let :meth:`App.set_keymap` remap them."""
    return [
        Binding(
            ",".join(action.keys),
            action.command,
            description=action.id,
            show=False,
            id=action.id,
            priority=action.priority,
        )
        for action in in_scope(*scopes)
    ]


def keys_of(action: Action, keymap: Mapping[str, str]) -> tuple[str, ...]:
    """The keys that do ``action`` now."""
    remapped = keymap.get(action.id)
    return tuple(remapped.split(",")) if remapped else action.keys


@dataclass(frozen=True, slots=True)
class KeyNames:
    """How the keys of the actions are written now: a message names them as ``{keys[home.study]}``."""

    keymap: Mapping[str, str]

    def __getitem__(self, action_id: str) -> str:
        return show_key(keys_of(BY_ID[action_id], self.keymap)[0])


def _meet(one: str, two: str) -> bool:
    """Whether keys of both scopes can be pressed in one place; where one types, nothing scrolls."""
    if "view" in (one, two) and (one in TYPING or two in TYPING):
        return False
    return one == two or one in EVERYWHERE or two in EVERYWHERE


def conflicts(keymap: Mapping[str, str], actions: Iterable[Action] = ACTIONS) -> list[tuple[str, str, str]]:
    """Pairs of actions that answer to one key on one screen, as ``(key, id, id)``."""
    actions = list(actions)
    found = []
    for index, one in enumerate(actions):
        for two in actions[index + 1 :]:
            if _meet(one.scope, two.scope):
                shared = set(keys_of(one, keymap)) & set(keys_of(two, keymap))
                found += [(key, one.id, two.id) for key in sorted(shared)]
    return found


def check_keymap(keymap: Mapping[str, str], place: str) -> None:
    """Refuse a remapping that cannot work, naming ``place`` (the file it stands in)."""
    for action_id in keymap:
        if action_id not in BY_ID:
            raise KeymapError("{place}: keys: no action is called {action!r}.", place=place, action=action_id)
    for key, one, two in conflicts(keymap):
        raise KeymapError(
            "{place}: keys: {key} would mean both {one} and {two}. Give one of them another key.",
            place=place,
            key=show_key(key),
            one=one,
            two=two,
        )
