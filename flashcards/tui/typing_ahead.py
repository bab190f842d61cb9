"""Keys in order: each is looked at when the one before has done its work, by the screen that it opened.

Textual forwards a key to whatever has the focus when it arrives.  Who knows the way types ``a``, ``space``,
``3`` in one go; without this the second key would reach the screen that the first is about to leave.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Final

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

LOOK_AGAIN: Final = 0.01
"""Seconds until it is asked again whether the next screen is there."""
PATIENCE: Final = 2.0
"""Seconds after which keys go to whatever is there: whoever wants to leave a stuck screen must be able to."""


class TypingAheadApp(App[None]):
    """Holds back what is typed until it can be understood."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Key | events.Paste] = deque()
        self._at_work_since: float | None = None
        """When the key that is being dealt with was handed on."""
        self._waiting_since: float | None = None
        """When a key first had to wait for its screen."""

    def screen_on_its_way(self) -> bool:
        """Whether the screen that the last key asked for is not there yet."""
        return not self.screen_stack or not self.screen.is_mounted

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self._typed.append(event)
            await self._next_key()
        else:
            await super().on_event(event)

    async def _next_key(self) -> None:
        if not self._typed or _recent(self._at_work_since):
            return
        if self.screen_on_its_way():
            self._waiting_since = self._waiting_since or time.monotonic()
            if _recent(self._waiting_since):
                self.set_timer(LOOK_AGAIN, self._next_key)
                return
        self._waiting_since, self._at_work_since = None, time.monotonic()
        target = self.focused or self.screen
        await super().on_event(self._typed.popleft())
        self._follow(target)

    def _follow(self, pump: MessagePump) -> None:
        """Walk up the way a key bubbles, behind it; at the top it has been dealt with."""
        parent = pump._parent
        if not pump.call_later(self._behind_key, parent):
            self._key_dealt_with()

    def _behind_key(self, parent: MessagePump | None) -> None:
        if parent is None:
            self._key_dealt_with()
        else:
            self._follow(parent)

    def _key_dealt_with(self) -> None:
        self._at_work_since = None
        self.call_later(self._next_key)


def _recent(since: float | None) -> bool:
    return since is not None and time.monotonic() - since < PATIENCE
