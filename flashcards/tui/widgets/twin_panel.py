"""Beneath a card of the person's notes: its twin among our cards, or those that may be it, a key each.

Pure lines: what is known comes in as a :class:`Twins`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flashcards.locale import text
from flashcards.text.cells import cut
from flashcards.text.lines import Line
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.widgets.drawing import line
from flashcards.tui.widgets.lines_widget import LinesWidget


@dataclass(frozen=True, slots=True)
class Twins:
    """What there is to say of a card's twins; nothing where it has none and none is offered."""

    twin: str = ""
    """The question of the card it is linked to."""
    part_key: str = ""
    offered: tuple[tuple[str, str], ...] = ()
    """Key and question of each card that may be the twin, the likeliest first."""


def twin_lines(twins: Twins, width: int, *, brief: bool) -> Sequence[Line]:
    """At most a line for each offered card and one above them; ``brief``: the likeliest alone."""
    if twins.twin:
        said = f"{text('page.twin')} {sanitize_line(twins.twin)}"
        hint = text("page.part", key=twins.part_key)
        return [line((cut(said, width), "muted")), line((cut(hint, width), "muted"))][: 1 if brief else 2]
    if not twins.offered:
        return []
    keys = [key for key, _ in twins.offered]
    head = text("page.offered", count=len(keys), first=keys[0], last=keys[-1])
    rows = [
        line((f"{key} ", "accent"), cut(sanitize_line(question), max(width - len(key) - 1, 1)))
        for key, question in twins.offered
    ]
    return rows[:1] if brief else [line((cut(head, width), "muted")), *rows]


class TwinPanel(LinesWidget):
    """Takes no room while there is nothing to say."""

    twins = Twins()

    def show(self, twins: Twins) -> None:
        """Say this from now on."""
        self.twins = twins
        self.draw_again()

    def lines_for(self, width: int) -> Sequence[Line]:
        return twin_lines(self.twins, width, brief=self.screen.has_class("-short"))
