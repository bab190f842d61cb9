"""The palette offers what the keys do: the screen's own actions first, then those that work everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from flashcards.locale import text
from flashcards.tui.actions import Action, in_scope
from flashcards.tui.screens.base import FlashcardsScreen


class Commands(Provider):
    """Actions by their label in the language in use, or by their id, each with the key that does it."""

    def _offered(self) -> Iterator[tuple[Action, Callable[[], Any], str]]:
        screen = self.screen
        if not isinstance(screen, FlashcardsScreen):
            return
        for action in in_scope(screen.SCOPE, "app"):
            if action.name != "palette" and screen.can_do(action):
                owner = screen.app if action.scope == "app" else screen
                help_text = f"{screen.key_names[action.id]} · {action.help}"
                yield action, getattr(owner, f"action_{action.name}"), help_text

    async def discover(self) -> Hits:
        for action, run, help_text in self._offered():
            yield DiscoveryHit(action.label, run, help=help_text)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        found = False
        for action, run, help_text in self._offered():
            score = max(matcher.match(action.label), matcher.match(action.name))
            if score > 0:
                found = True
                yield Hit(score, matcher.highlight(action.label), run, help=help_text)
        if not found:
            # Textual would say so too, in English.
            yield Hit(0.0, text("palette.nothing"), lambda: None)


def open_palette(screen: FlashcardsScreen[Any]) -> None:
    """Offer the actions of ``screen``."""
    screen.app.push_screen(CommandPalette(placeholder=text("palette.placeholder"), id="--command-palette"))
