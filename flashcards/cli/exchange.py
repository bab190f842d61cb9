"""Commands that carry cards to other programs."""

from __future__ import annotations

from pathlib import Path

import click

from flashcards.cli.output import echo_json
from flashcards.cli.root import Family
from flashcards.locale import text
from flashcards.study.exchange import export_to_anki
from flashcards.study.library import Library
from flashcards.text.sanitize import sanitize_line


@click.group(cls=Family)
def export() -> None:
    """Write cards to a file for another program."""


@export.command()
@click.argument("query", nargs=-1)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="The .apkg file to write."
)
@click.option(
    "--language", type=click.Choice(["zh", "en", "both"]), default="both", help="For cards in both."
)
@click.option("--include-unanswered", is_flag=True, help="Also cards without an answer, tagged.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def anki(
    home: Path | None,
    query: tuple[str, ...],
    output: Path,
    language: str,
    include_unanswered: bool,
    as_json: bool,
) -> None:
    """Write an Anki package of all cards, of a DECK, of note files (PATH), or of what a QUERY finds."""
    with Library.open(home) as library:
        report = export_to_anki(
            library, query, output, language=language, include_unanswered=include_unanswered
        )
    if as_json:
        echo_json(
            {
                "notes": report.notes,
                "cards": report.cards,
                "media": report.media,
                "left_out": len(report.left_out),
                "missing_media": [{"file": m.file, "path": m.path} for m in report.missing_media],
            }
        )
        return
    click.echo(sanitize_line(text("cli.export.done", file=output, notes=report.notes, media=report.media)))
    if report.left_out:
        click.echo(text("cli.export.left_out", count=len(report.left_out)))
    for missing in report.missing_media:
        image = text("cli.export.no_image", file=missing.file, path=missing.path)
        click.echo(f"  {sanitize_line(image)}")
