"""What every screen with a card on it can do: its demos, its source, its editor, finding and copying."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual import on
from textual.app import SuspendNotSupported

from flashcards import locale
from flashcards.cards import Card, DemoLink, Rating
from flashcards.errors import FlashcardsError
from flashcards.locale import text
from flashcards.tui import editor
from flashcards.tui.actions import Action
from flashcards.tui.screens.base import FlashcardsScreen
from flashcards.tui.widgets.card_view import CardView
from flashcards.tui.widgets.prompt import Prompt


class CardScreen(FlashcardsScreen[None]):
    """Subclasses say which card is shown and how to read it again; they compose a CardView and a Prompt."""

    def shown_card(self) -> Card:
        """The card on the screen; asked for only while there is one."""
        raise NotImplementedError

    def card_edited(self) -> None:
        """The card's note has been edited and read again."""
        raise NotImplementedError

    def can_do(self, action: Action) -> bool:
        """The key bar names the demo key only on a card that has one; the key itself always answers."""
        possible = super().can_do(action)
        return possible and (action.name != "demo" or bool(self.shown_card().demos))

    @property
    def card_view(self) -> CardView:
        return self.query_one(CardView)

    def demo_hints(self, card: Card) -> tuple[str, ...]:
        """A line for each demo of the card that says which key runs it."""
        key = self.key_names[f"{self.SCOPE}.demo"]
        return tuple(text("card.demo", key=key, title=self.demo_title(link)) for link in card.demos)

    def demo_title(self, link: DemoLink) -> str:
        """A demo's name in the language in use; its slug where there is no such demo here."""
        info = self.program.demos.get(link.slug)
        return info.titles[locale.language()] if info else link.slug

    def action_demo(self) -> None:
        links = sorted(self.shown_card().demos, key=lambda link: not link.explicit)
        if not links:
            self.tell(text("quiz.no_demo"))
        elif len(links) == 1:
            self.program.open_demo(links[0], self.demo_answered())
        else:
            from flashcards.tui.screens.choose import ChooseScreen

            titles = [self.demo_title(link) for link in links]
            self.app.push_screen(
                ChooseScreen(text("quiz.which_demo"), titles),
                lambda row: (
                    self.program.open_demo(links[row], self.demo_answered()) if row is not None else None
                ),
            )

    def demo_answered(self) -> Callable[[Rating | None], None] | None:
        """What is told the grade that guesses in a demo deserve, where the card is being graded."""
        return None

    def action_open_source(self) -> None:
        self._in_editor()

    def action_edit(self) -> None:
        if self._in_editor():
            self.program.library.rescan()
            self.card_edited()
            self.tell(text("quiz.reread"))

    def _in_editor(self) -> bool:
        """Open the card's place in the person's editor; whether that was possible."""
        place = self.shown_card().place
        if place is None:
            self.tell(text("quiz.no_source"))
            return False
        try:
            with self.app.suspend():
                editor.edit(Path(place.file), place.line)
        except (FlashcardsError, SuspendNotSupported) as error:
            self.tell(
                locale.said(error) if isinstance(error, FlashcardsError) else text("error.no_suspend"),
                wrong=True,
            )
            return False
        self.refresh(layout=True)
        return True

    def action_find(self) -> None:
        self.query_one(Prompt).open(text("quiz.find"))

    @on(Prompt.Answered)
    def find_answered(self, event: Prompt.Answered) -> None:
        self.card_view.focus()
        if event.text and not self.card_view.find(event.text):
            self.tell(text("quiz.not_found"))

    def action_find_next(self) -> None:
        self.card_view.find_next(1)

    def action_find_previous(self) -> None:
        self.card_view.find_next(-1)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self.card_view.plain)
        self.tell(text("quiz.copied"))
