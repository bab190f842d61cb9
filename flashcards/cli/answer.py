"""``flashcards answer``: write, edit or take away your own answer to a card."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flashcards.cards import CardId, Language
from flashcards.cli.output import echo_json
from flashcards.locale import text
from flashcards.study.answers import remove_answer, write_answer, written_answer
from flashcards.study.library import Library
from flashcards.text.sanitize import sanitize_line

MARK = "<!-- flashcards: "
"""What stands below it in the editor is left out."""


@click.command("answer")
@click.argument("card_id", metavar="ID")
@click.option(
    "--text", "given", help="The answer itself (markdown); without it your editor opens, or stdin is read."
)
@click.option("--language", type=click.Choice(["zh", "en"]), help="For a card in both languages.")
@click.option("--remove", is_flag=True, help="Take your answer away; the notes' own shows again.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(
    home: Path | None, card_id: str, given: str | None, language: Language | None, remove: bool, as_json: bool
) -> None:
    """Write your own answer to a card.

    It is kept as plain text in the answers folder (see flashcards paths), stands above what the notes say,
    and holds until you take it away.
    """
    with Library.open(home) as library:
        card = library.card(CardId(card_id))
        if remove:
            card = remove_answer(library, card.id, language)
        else:
            if given is None:
                given = _from_editor(library, card.id, language) if sys.stdin.isatty() else sys.stdin.read()
            if given is None:
                click.echo(text("cli.answer.unchanged"), err=True)
                raise click.exceptions.Exit(1)
            card = write_answer(library, card.id, given, language)
        kept = written_answer(library, card.id, language)
        if as_json:
            place = f"{kept.file}:{kept.line}" if kept else None
            echo_json({"id": card.id, "answered": card.answered, "file": place})
        elif kept:
            place = f"{kept.file}:{kept.line}"
            click.echo(sanitize_line(text("cli.answer.kept", card_id=card.id, place=place)))
        else:
            removed = "cli.answer.removed" if card.answered else "cli.answer.removed_only"
            click.echo(text(removed, card_id=card.id))


def _from_editor(library: Library, card_id: CardId, language: Language | None) -> str | None:
    """What the person writes in ``$EDITOR``; ``None`` where they left without a change."""
    present = written_answer(library, card_id, language)
    before = present.answer if present else ""
    question = sanitize_line(library.card(card_id).variant(language or library.language).question)
    note = f"{MARK}{text('cli.answer.mark')}\n{question.replace('--', '- -')}\n-->"
    after = click.edit(f"{before}\n\n{note}\n", extension=".md")
    if after is None:
        return None
    answer = after.partition(MARK)[0].strip("\n")
    return None if not answer.strip() or answer == before else answer
