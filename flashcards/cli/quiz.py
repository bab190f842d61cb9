"""``quiz``: in the app, or as plain lines for screen readers, SSH and scripts.  ``undo`` takes an answer back."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flashcards.cards import Card, Rating
from flashcards.cli.output import markdown_lines, terminal_width
from flashcards.locale import said, text
from flashcards.study.library import Library
from flashcards.study.session import Session, undo_last
from flashcards.text.sanitize import sanitize_line


@click.command()
@click.argument("query", nargs=-1)
@click.option("--plain", is_flag=True, help="Lines of text instead of the app.")
@click.option("--type", "typed", is_flag=True, help="Type the answer before it is shown.")
@click.option("--minutes", type=click.FloatRange(0, min_open=True), help="Stop after so many minutes.")
@click.option("--limit", type=click.IntRange(1), help="At most so many cards.")
@click.option("--ahead", is_flag=True, help="Go on with cards that are not due yet.")
@click.option("--cram", is_flag=True, help="Every card found, without touching the schedule.")
@click.pass_obj
def quiz(
    home: Path | None,
    query: tuple[str, ...],
    plain: bool,
    typed: bool,
    minutes: float | None,
    limit: int | None,
    ahead: bool,
    cram: bool,
) -> None:
    """Ask what is due: all of it, one DECK, or the cards a QUERY finds (see `flashcards list --help`)."""
    words = " ".join(query)
    if not plain:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise click.UsageError(text("cli.quiz.no_terminal"))
        from flashcards.tui import run as run_app

        code = run_app(
            home,
            start="quiz",
            query=words,
            limit=limit,
            ahead=ahead,
            cram=cram,
            minutes=minutes,
            type_answers=typed,
        )
        raise click.exceptions.Exit(code)
    with Library.open(home) as library:
        for problem in library.rescan().problems:
            click.echo(sanitize_line(said(problem)), err=True)
        session = Session.start(library, words, limit=limit, ahead=ahead, cram=cram, minutes=minutes)
        PlainQuiz(session, typed=typed).run()


@click.command()
@click.pass_obj
def undo(home: Path | None) -> None:
    """Take back the last answer, whenever it was given."""
    with Library.open(home) as library:
        review = undo_last(library)
        if review is None:
            click.echo(text("plain.no_answer"))
            raise click.exceptions.Exit(1)
        question = library.card(review.card_id).variant(library.language).question
        click.echo(sanitize_line(text("plain.undone", grade=_name(review.rating), question=question)))


class PlainQuiz:
    """The session as lines: a question, Enter, the answer, a grade and Enter, ``saved N``."""

    def __init__(self, session: Session, *, typed: bool) -> None:
        self.session = session
        self.typed = typed
        self.width = terminal_width()
        self.quit = False

    def run(self) -> None:
        """Ask until the cards, the minutes or the person's patience are over."""
        if self.session.phase == "done":
            click.echo(text("plain.nothing_due"))
        while self.session.phase != "done" and not self.quit:
            self._ask()
        progress = self.session.progress
        click.echo(text("plain.summary", done=progress.done, left=progress.left))

    def _ask(self) -> None:
        card = self.session.card
        assert card is not None
        variant = card.variant(self.session.language)
        progress = self.session.progress
        click.echo(
            f"\n[{progress.done + 1}/{progress.done + progress.left}] " + sanitize_line(_heading(card))
        )
        self._show(variant.question)
        if variant.context:
            self._show(variant.context)
        number = self.session.asks_number
        prompt = "plain.your_answer" if self.typed else "plain.your_number" if number else "plain.reveal"
        reply = self._read(text(prompt))
        if reply is None or (not self.typed and self._other_key(reply)):
            return
        self.session.reveal(reply if self.typed or (number and reply.strip()) else None)
        if self.session.verdict:
            click.echo(sanitize_line(said(self.session.verdict)))
        if variant.twin:
            click.echo(sanitize_line(text("plain.by_twin", card_id=variant.twin)))
        self._show(variant.answer)
        for remark in variant.remarks:
            self._show(f"> {remark}")
        if card.demos:
            commands = ", ".join(f"flashcards demo {link.slug}" for link in card.demos)
            click.echo(sanitize_line(text("plain.see_it_run", commands=commands)))
        while self.session.phase == "answer" and not self.quit and self.session.card is card:
            self._grade()

    def _grade(self) -> None:
        days = self.session.intervals()
        offers = (f"{r.value} {_name(r)} ({text('plain.days', days=days[r])})" for r in Rating)
        reply = self._read("  ".join(offers) + ": ")
        if reply is None or self._other_key(reply):
            return
        if reply.strip() not in {"1", "2", "3", "4"}:
            click.echo(_keys())
            return
        self.session.grade(Rating(int(reply)))
        if self.session.cram:
            click.echo(text("plain.not_counted"))
        else:
            click.echo(text("plain.saved", saved=self.session.progress.saved))

    def _other_key(self, reply: str) -> bool:
        """A letter instead of a grade; True when it was one and is done."""
        key = reply.strip().lower()
        if key == "q":
            self.quit = True
        elif key == "u":
            click.echo(text("plain.taken_back" if self.session.undo() else "plain.nothing_to_take_back"))
        elif key == "b":
            self.session.bury()
        elif key == "s":
            self.session.suspend()
        elif key == "f":
            click.echo(text("plain.flagged" if self.session.flag() else "plain.unflagged"))
        elif key == "?":
            click.echo(_keys())
        else:
            return False
        return True

    def _read(self, prompt: str) -> str | None:
        click.echo(prompt, nl=False)
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not line:  # end of input: whatever was graded is saved
            self.quit = True
            click.echo()
            return None
        return line.rstrip("\r\n")

    def _show(self, markdown: str) -> None:
        click.echo("\n".join(markdown_lines(markdown, self.width)))


def _name(rating: Rating) -> str:
    return text(f"plain.rating.{rating.name.lower()}")


def _keys() -> str:
    """The keys of an answer, on one line."""
    return "  ".join(f"{r.value} {_name(r)}" for r in Rating) + "   " + text("plain.keys")


def _heading(card: Card) -> str:
    return " › ".join((card.deck, *card.path))
