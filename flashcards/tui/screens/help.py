"""Every key that works where the person came from, in words; and the tour, for those who want it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from flashcards.tui.actions import EVERYWHERE, Action, bindings, show_key
from flashcards.tui.widgets.drawing import COMPONENTS, line
from flashcards.tui.widgets.line_view import LineView
from flashcards.tui.widgets.tour import STEPS, tour_step


class HelpScreen(ModalScreen[None]):
    """Scrolls like a card; ``t`` turns to the tour and back, ``q`` or ``esc`` closes it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)
    BINDINGS: ClassVar[list[BindingType]] = bindings("help")
    CSS_PATH = "help.tcss"

    def __init__(self, keys: Mapping[Action, Sequence[str]]) -> None:
        super().__init__()
        self.keys = keys
        self.touring = False

    def compose(self) -> ComposeResult:
        with Vertical(id="help"):
            yield Static(id="help-title")
            yield LineView(id="keys")

    def on_mount(self) -> None:
        self.query_one(LineView).focus()

    def on_resize(self) -> None:
        self.call_after_refresh(self._fill)

    def _fill(self) -> None:
        title = text("help.tour_title" if self.touring else "help.title")
        keys = self.query_one(LineView).key_names
        hint = text("help.keys_hint" if self.touring else "help.tour_hint", keys=keys)
        heading = Content.assemble((title, "bold $primary"), (f"   {hint}", "$muted"))
        self.query_one("#help-title", Static).update(heading)
        view = self.query_one(LineView)
        view.lines = tuple(self._tour(view.text_width) if self.touring else self._lines(view.text_width))

    def _tour(self, width: int) -> Iterator[Line]:
        for step in range(STEPS):
            yield from tour_step(step, width, self.query_one(LineView).key_names)
            yield line()

    def _lines(self, width: int) -> Iterator[Line]:
        for scope in self._scopes():
            actions = [action for action in self.keys if action.scope == scope]
            yield line((text(f"scope.{scope}"), "title"))
            key_width = max(cell_width(self._keys(action)) for action in actions) + 2
            for action in actions:
                words = list(layout(parse(action.help), max(10, width - key_width)))
                for index, row in enumerate(words):
                    keys = self._keys(action) if index == 0 else ""
                    yield line((pad(keys, key_width), "key")) + row
            yield line()

    def _scopes(self) -> list[str]:
        """What is special to this place first."""
        found = dict.fromkeys(action.scope for action in self.keys)
        common = [*reversed(EVERYWHERE)]
        return [s for s in found if s not in common] + [s for s in common if s in found]

    def _keys(self, action: Action) -> str:
        return " ".join(show_key(key) for key in self.keys[action])

    def action_tour(self) -> None:
        self.touring = not self.touring
        self._fill()
        self.query_one(LineView).action_top()

    def action_close(self) -> None:
        self.dismiss()
