"""Commands that look at cards and set what the person decides about them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from flashcards.cards import CardId
from flashcards.cli.output import echo_columns, echo_json, markdown_lines, terminal_width
from flashcards.locale import text
from flashcards.study.library import Library
from flashcards.study.search import Hit, hits
from flashcards.study.twins import offered, twin_of
from flashcards.text.sanitize import sanitize_line

_query = click.argument("query", nargs=-1)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command("list")
@_query
@_json
@click.pass_obj
def list_cards(home: Path | None, query: tuple[str, ...], as_json: bool) -> None:
    """List the cards a QUERY finds.

    Words are searched in questions and answers; deck:lora tag:peft is:due|new|suspended|unanswered|leech
    prop:s>30 rated:7 demo:rope narrow it, a minus before a term excludes.
    """
    with Library.open(home) as library:
        found = [_entry(hit) for hit in hits(library, library.find_ids(" ".join(query)))]
        if as_json:
            echo_json(found)
        elif found:
            rows = [(e["id"], _state(e), e["question"], ",".join(e["demos"])) for e in found]
            echo_columns(rows, wide=2)
        else:
            click.echo(text("cli.list.none"))


@click.command()
@click.argument("card_id", metavar="ID")
@_json
@click.pass_obj
def show(home: Path | None, card_id: str, as_json: bool) -> None:
    """Show one card with its schedule, place and demos."""
    from flashcards.study.numeric import readable_card  # arithmetic and units, which a list need not pay for

    with Library.open(home) as library:
        card = library.card(CardId(card_id))
        variant = readable_card(card).variant(library.language)
        schedule = library.standing(card.id).schedule
        entry = _entry(hits(library, [card.id])[0])
        if as_json:
            echo_json(
                {
                    **entry,
                    "answer": variant.answer,
                    "written": variant.notes_answer is not None,
                    "notes_answer": variant.notes_answer,
                    "twin": twin_of(library, card.id),
                    "offered": offered(library, card.id),
                    "key_points": list(variant.key_points),
                    "remarks": list(variant.remarks),
                    "context": variant.context,
                    "path": list(card.path),
                    "tags": list(card.tags),
                    "source": f"{card.place.file}:{card.place.line}" if card.place else None,
                    "stability": schedule and schedule.memory.stability,
                    "difficulty": schedule and schedule.memory.difficulty,
                    "due_in_days": schedule and schedule.due - library.today,
                    "reps": schedule.reps if schedule else 0,
                    "lapses": schedule.lapses if schedule else 0,
                }
            )
            return
        width = terminal_width()
        click.echo(sanitize_line(f"{card.deck}  {' › '.join(card.path)}".rstrip()))
        notes = f"> {text('cli.show.in_the_notes')}\n\n{variant.notes_answer}" if variant.notes_answer else ""
        for part in (f"## {variant.question}", variant.context, variant.answer, notes, *variant.remarks):
            if part:
                click.echo("\n" + "\n".join(markdown_lines(part, width)))
        if variant.twin:
            click.echo("\n" + sanitize_line(text("plain.by_twin", card_id=variant.twin)))
        facts = [text("cli.show.id", card_id=card.id), _state(entry)]
        if twin := twin_of(library, card.id):
            facts.append(text("cli.show.twin", card_id=twin))
        if schedule:
            facts.append(text("cli.show.stability", days=schedule.memory.stability))
        if card.place:
            facts.append(f"{card.place.file}:{card.place.line}")
        facts += [f"flashcards demo {link.slug}" for link in card.demos]
        click.echo("\n" + sanitize_line(" · ".join(facts)))


@click.command()
@_query
@_json
@click.pass_obj
def due(home: Path | None, query: tuple[str, ...], as_json: bool) -> None:
    """Say what is to be done today."""
    from flashcards.study.session import Session

    with Library.open(home) as library:
        progress = Session.start(library, " ".join(query)).progress
        old = progress.left - progress.left_new
        if as_json:
            echo_json({"due": old, "new": progress.left_new, "reviews": progress.saved})
        elif not progress.left:
            click.echo(text("cli.due.nothing"))
        else:
            click.echo(text("cli.due.some", due=old, new=progress.left_new))


@click.command("set")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--suspend/--unsuspend", default=None, help="Take out of every quiz, or back in.")
@click.option("--flag/--unflag", default=None, help="Mark for yourself.")
@click.option("--bury", is_flag=True, help="Let rest until tomorrow.")
@click.option(
    "--reviewed/--unreviewed", default=None, help="Take a statement or topic into the quiz, or out."
)
@click.option("--tag", multiple=True, help="Add a tag.")
@click.option("--untag", multiple=True, help="Take away a tag that you added.")
@click.option("--importance", type=click.FloatRange(0, 100), help="Weight of the cards; 1 is usual.")
@click.pass_obj
def set_marks(
    home: Path | None,
    /,
    ids: tuple[str, ...],
    tag: tuple[str, ...],
    untag: tuple[str, ...],
    bury: bool,
    **given: Any,
) -> None:
    """Set what you decide about cards; a rescan of the notes never changes it."""
    names = {"suspend": "suspended", "flag": "flagged", "reviewed": "reviewed", "importance": "importance"}
    marks = {names[name]: value for name, value in given.items() if value is not None}
    with Library.open(home) as library:
        cards = [library.card(CardId(card_id)).id for card_id in ids]
        if bury:
            marks["buried_until"] = library.today + 1
        if not (marks or tag or untag):
            raise click.UsageError(text("cli.set.nothing"))
        if marks:
            library.mark(cards, **marks)
        for name in tag:
            library.add_tag(cards, name)
        for name in untag:
            library.remove_tag(cards, name)
        click.echo(text("cli.set.done", count=len(cards)))


@click.command()
@click.argument("kept", metavar="ID")
@click.argument("duplicate", metavar="ID")
@click.option("--undo", is_flag=True, help="Take a card of your notes and its twin apart.")
@click.pass_obj
def merge(home: Path | None, kept: str, duplicate: str, undo: bool) -> None:
    """Say that two cards are one.

    Of two cards of your notes the first keeps its history and takes the second's text and place.  A card of
    your notes and one of ours become twins: they have one schedule, and a question without an answer shows ours.
    """
    from flashcards.study import twins

    with Library.open(home) as library:
        pair = twins.note_and_ours(library, CardId(kept), CardId(duplicate))
        if undo:
            twins.part_pair(library, CardId(kept), CardId(duplicate))
            click.echo(text("cli.merge.parted", card_id=kept, twin_id=duplicate))
            return
        if pair is not None:
            twins.accept(library, *pair)
            click.echo(text("cli.merge.linked", card_id=pair[0], twin_id=pair[1]))
            return
        library.merge(CardId(kept), CardId(duplicate))
        click.echo(text("cli.merge.done", duplicate=duplicate, kept=kept))


def _state(entry: dict[str, Any]) -> str:
    return text(f"cli.state.{entry['state']}")


def _entry(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.card_id,
        "question": hit.question,
        "deck": hit.deck,
        "demos": list(hit.demos),
        "state": hit.state,
    }
