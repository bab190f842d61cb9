"""What every screen has: a scope of actions, a title bar, a key bar, and words that follow the language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from flashcards.text.sanitize import sanitize, sanitize_line
from flashcards.tui.actions import ACTIONS, BY_ID, Action, KeyNames, Scope, keys_of, writes
from flashcards.tui.widgets.bars import KeyBar, TitleBar
from flashcards.tui.widgets.drawing import COMPONENTS

if TYPE_CHECKING:
    from flashcards.tui.app import FlashcardsApp

Result = TypeVar("Result")


def takes_letters(widget: Widget | None) -> bool:
    """Whether letters that are pressed are written into this widget, which has the focus."""
    return widget is not None and widget.check_consume_key("a", "a")


class FlashcardsScreen(Screen[Result]):
    """A screen of this program; subclasses set ``SCOPE`` and bind its actions with :func:`bindings`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)
    SCOPE: ClassVar[Scope]
    AUTO_FOCUS = ""

    @property
    def program(self) -> FlashcardsApp:
        """The app, under its own type."""
        from flashcards.tui.app import FlashcardsApp

        assert isinstance(self.app, FlashcardsApp)
        return self.app

    @property
    def keymap(self) -> Mapping[str, str]:
        """The person's own keys, by action id."""
        return self.program.keymap

    @property
    def key_names(self) -> KeyNames:
        """The keys as they are written in words, as remapped."""
        return KeyNames(self.keymap)

    @property
    def types(self) -> bool:
        """Whether somebody types here: keys that are letters then write."""
        return takes_letters(self.focused)

    def working_keys(self) -> dict[Action, list[str]]:
        """What a key press does now, with the keys that do it: as remapped, for what has the focus."""
        found: dict[str, list[str]] = {}
        for key, active in self.active_bindings.items():
            action_id = active.binding.id or ""
            if action_id in BY_ID and not (self.types and writes(key)):
                found.setdefault(action_id, []).append(key)
        return {
            action: sorted(found[action.id], key=self._order_of_keys(action))
            for action in ACTIONS
            if action.id in found
        }

    def _order_of_keys(self, action: Action) -> Callable[[str], int]:
        keys = keys_of(action, self.keymap)
        return lambda key: keys.index(key) if key in keys else len(keys)

    def can_do(self, action: Action) -> bool:
        """Whether the action makes sense now; the key bar shows only those that do."""
        owner: Any = self.app if action.scope == "app" else self if action.scope == self.SCOPE else None
        return owner is None or bool(owner.check_action(action.name, ()))

    def label_of(self, action: Action) -> str:
        """The action's label; screens whose actions change meaning say which one holds now."""
        return action.label

    def refresh_bars(self) -> None:
        """Draw title and keys again after the state they speak of has changed."""
        self.refresh_bindings()
        for title in self.query(TitleBar):
            title.left, title.right = self.title_left(), self.title_right()
        for bar in self.query(KeyBar):
            bar.refresh()

    def title_left(self) -> Content:
        return Content("")

    def title_right(self) -> Content:
        return Content("")

    def notes_changed(self) -> None:
        """The note files were read again: what is shown may read otherwise now."""

    @property
    def unsaved(self) -> bool:
        """Whether leaving the program now would lose something the person typed."""
        return False

    def action_close(self) -> None:
        """Leave, and ask first what shall become of what is unsaved."""
        self.dismiss()

    def on_descendant_focus(self) -> None:
        """Other keys work where something else has the focus."""
        for bar in self.query(KeyBar):
            bar.refresh()

    def language_changed(self) -> None:
        """Say everything again in the language now in use."""
        self.refresh_bars()

    @staticmethod
    def safe(words: str) -> str:
        """Words that may hold foreign text, on one line."""
        return sanitize_line(words)

    def tell(self, message: str, *, wrong: bool = False) -> None:
        """A short note in the corner; never read as markup."""
        self.app.notify(
            sanitize(message),
            markup=False,
            severity="error" if wrong else "information",
            timeout=6 if wrong else 3,
        )
