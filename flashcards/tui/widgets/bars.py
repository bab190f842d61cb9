"""The top line of a screen, and the bottom line that says which keys do what here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from flashcards.tui.actions import BAR_ITEMS, Action, show_key

if TYPE_CHECKING:
    from flashcards.tui.screens.base import FlashcardsScreen


class TitleBar(Widget):
    """One line: where the person is on the left, how far on the right.  The right side never gives way."""

    left: reactive[Content] = reactive(Content(""))
    right: reactive[Content] = reactive(Content(""))

    def render(self) -> Content:
        width = self.size.width
        right = self.right.truncate(width, ellipsis=True)
        room = max(0, width - right.cell_length - 2)
        left = self.left.truncate(room, ellipsis=True)
        gap = " " * max(0, width - left.cell_length - right.cell_length)
        return Content.assemble(left, gap, right)


class KeyBar(Widget):
    """At most six keys of the screen it stands on, the most wanted first; help and leaving are never cut."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-bar--key"}

    _keys: Mapping[Action, Sequence[str]] = MappingProxyType({})

    def render(self) -> Content:
        self._keys = self.flashcards_screen.working_keys()
        items = self._fitting(self._wanted())
        return Content(" ").join(self._item(action) for action in items)

    def _wanted(self) -> list[Action]:
        screen = self.flashcards_screen
        shown = [a for a in self._keys if a.bar is not None and screen.can_do(a)]
        shown.sort(key=lambda action: action.bar or 0)
        last = [a for a in shown if (a.bar or 0) >= 80]
        return [*shown[: BAR_ITEMS - len(last)][: max(0, len(shown) - len(last))], *last]

    def _fitting(self, items: list[Action]) -> list[Action]:
        """Drop from the middle until the line fits: what matters stands first, the way out last."""
        items = list(items)
        while len(items) > 1 and sum(self._item(a).cell_length + 1 for a in items) > self.size.width:
            ways_out = [a for a in items if (a.bar or 0) >= 80]
            droppable = [a for a in items if a not in ways_out][1:] or ways_out[:1]
            items.remove(droppable[-1])
        return items

    def _item(self, action: Action) -> Content:
        screen = self.flashcards_screen
        click = Style.from_meta({"@click": f"{'' if '.' in action.command else 'screen.'}{action.command}"})
        label = screen.label_of(action)
        key_style = self.get_visual_style("key-bar--key")
        return Content.assemble((f" {show_key(self._keys[action][0])}", key_style), (f" {label} ", click))

    @property
    def flashcards_screen(self) -> FlashcardsScreen[Any]:
        from flashcards.tui.screens.base import FlashcardsScreen

        screen = self.screen
        assert isinstance(screen, FlashcardsScreen)
        return screen
