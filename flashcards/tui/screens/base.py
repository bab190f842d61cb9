"""What every screen has: a scope of actions, a title bar, a key bar, and words that follow the language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.content import Content
from textual.screen import Screen

from flashcards.text.sanitize import sanitize, sanitize_line
from flashcards.tui.actions import Action, Scope
from flashcards.tui.widgets.bars import KeyBar, TitleBar
from flashcards.tui.widgets.drawing import COMPONENTS

if TYPE_CHECKING:
    from flashcards.tui.app import FlashcardsApp

Result = TypeVar("Result")


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

    def can_do(self, action: Action) -> bool:
        """Whether the action makes sense now; the key bar shows only those that do."""
        owner: Any = self.app if action.scope == "app" else self
        return bool(owner.check_action(action.name, ()))

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
