"""Commands that carry cards to other programs."""

from __future__ import annotations

from pathlib import Path

import click

from flashcards.cli.output import echo_json
from flashcards.study.exchange import export_to_anki
from flashcards.study.library import Library
from flashcards.text.sanitize import sanitize_line


@click.group()
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
    click.echo(f"{output}: {report.notes} notes, {report.media} media files.")
    if report.left_out:
        click.echo(
            f"{len(report.left_out)} cards left out (no answer yet); --include-unanswered takes them along."
        )
    for missing in report.missing_media:
        click.echo(sanitize_line(f"  image not found, its name is kept: {missing.file}: {missing.path}"))
