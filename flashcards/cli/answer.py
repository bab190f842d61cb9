"""``flashcards answer``: write, edit or take away your own answer to a card."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flashcards.cards import CardId, Language
from flashcards.cli.output import echo_json
from flashcards.study.answers import remove_answer, write_answer, written_answer
from flashcards.study.library import Library
from flashcards.text.sanitize import sanitize_line

MARK = "<!-- flashcards: your answer goes above this line"
"""What stands below it in the editor is left out."""


@click.command("answer")
@click.argument("card_id", metavar="ID")
@click.option("--text", help="The answer itself (markdown); without it your editor opens, or stdin is read.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="For a card in both languages.")
@click.option("--remove", is_flag=True, help="Take your answer away; the notes' own shows again.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(
    home: Path | None, card_id: str, text: str | None, language: Language | None, remove: bool, as_json: bool
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
            if text is None:
                text = _from_editor(library, card.id, language) if sys.stdin.isatty() else sys.stdin.read()
            if text is None:
                click.echo("nothing was changed.", err=True)
                raise click.exceptions.Exit(1)
            card = write_answer(library, card.id, text, language)
        kept = written_answer(library, card.id, language)
        if as_json:
            place = f"{kept.file}:{kept.line}" if kept else None
            echo_json({"id": card.id, "answered": card.answered, "file": place})
        elif kept:
            click.echo(sanitize_line(f"{card.id} is answered: {kept.file}:{kept.line}"))
        else:
            click.echo(f"{card.id}: your answer is taken away.{'' if card.answered else ' It has no other.'}")


def _from_editor(library: Library, card_id: CardId, language: Language | None) -> str | None:
    """What the person writes in ``$EDITOR``; ``None`` where they left without a change."""
    present = written_answer(library, card_id, language)
    before = present.answer if present else ""
    question = library.card(card_id).variant(language or library.language).question
    said = sanitize_line(question).replace("--", "- -")
    after = click.edit(f"{before}\n\n{MARK}. The card asks:\n{said}\n-->\n", extension=".md")
    if after is None:
        return None
    answer = after.partition(MARK)[0].strip("\n")
    return None if not answer.strip() or answer == before else answer
