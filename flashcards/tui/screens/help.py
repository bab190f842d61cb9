"""Every key that works on the screen the person came from, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from flashcards.locale import text
from flashcards.text.blocks import parse
from flashcards.text.cells import cell_width, pad
from flashcards.text.layout import layout
from flashcards.text.lines import Line
from flashcards.tui.actions import Action, Scope, bindings, in_scope, keys_of, show_key
from flashcards.tui.widgets.drawing import COMPONENTS, line
from flashcards.tui.widgets.line_view import LineView


class HelpScreen(ModalScreen[None]):
    """Scrolls like a card; any of ``? q esc`` closes it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)
    BINDINGS: ClassVar[list[BindingType]] = bindings("help")
    CSS_PATH = "help.tcss"

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def compose(self) -> ComposeResult:
        with Vertical(id="help"):
            yield Static(Content.styled(text("help.title"), "bold $primary"))
            yield LineView(id="keys")

    def on_mount(self) -> None:
        self.query_one(LineView).focus()

    def on_resize(self) -> None:
        self.call_after_refresh(self._fill)

    def _fill(self) -> None:
        view = self.query_one(LineView)
        view.lines = tuple(self._lines(view.text_width))

    def _lines(self, width: int) -> Iterator[Line]:
        for scope in (self.scope, "view", "app"):
            yield line((text(f"scope.{scope}"), "title"))
            actions = in_scope(scope)
            key_width = max(cell_width(self._keys(action)) for action in actions) + 2
            for action in actions:
                words = list(layout(parse(action.help), max(10, width - key_width)))
                for index, row in enumerate(words):
                    keys = self._keys(action) if index == 0 else ""
                    yield line((pad(keys, key_width), "key")) + row
            yield line()

    def _keys(self, action: Action) -> str:
        from flashcards.tui.app import FlashcardsApp

        keymap = self.app.keymap if isinstance(self.app, FlashcardsApp) else {}
        return " ".join(show_key(key) for key in keys_of(action, keymap))

    def action_close(self) -> None:
        self.dismiss()
