"""Commands about where cards come from: add, remove, check, decks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flashcards.cli.output import echo_columns, echo_json
from flashcards.locale import said, text
from flashcards.study.library import Library
from flashcards.text.sanitize import sanitize_line

if TYPE_CHECKING:
    from flashcards.cards import Draft
    from flashcards.study.lint import Finding

_paths = click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
_dialect = click.option("--dialect", help="Read the files as this dialect instead of detecting it.")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@_paths
@_dialect
@click.option("--yes", is_flag=True, help="Archive even where much of a source is no longer there.")
@_json
@click.pass_obj
def add(home: Path | None, paths: tuple[Path, ...], dialect: str | None, yes: bool, as_json: bool) -> None:
    """Add notes: files, or folders read with all below them.  Adding again reads what changed."""
    _known_dialect(dialect)
    with Library.open(home) as library:
        intake = library.add(paths, dialect=dialect, agreed=yes)
        if as_json:
            echo_json(
                {
                    "added": intake.added,
                    "changed": intake.changed,
                    "archived": intake.archived,
                    "unchanged_files": intake.unchanged_files,
                    "problems": intake.problems,
                    "unsure": [{"card": place, "maybe": ids} for place, ids in intake.unsure],
                }
            )
            return
        click.echo(text("cli.add.done", count=intake.added, changed=intake.changed, archived=intake.archived))
        for problem in intake.problems:
            click.echo(f"  {sanitize_line(said(problem))}")
        for place, ids in intake.unsure:
            click.echo(f"  {sanitize_line(place)}\n    {text('cli.add.unsure', ids=', '.join(ids))}")
        if intake.added:
            click.echo(text("cli.add.next"))


@click.command()
@click.argument("source")
@click.pass_obj
def remove(home: Path | None, source: str) -> None:
    """Take a SOURCE (a path given to add) out.  Its cards are archived, their history is kept."""
    with Library.open(home) as library:
        click.echo(text("cli.archived", count=library.remove(source)))


@click.command()
@_paths
@_dialect
@click.option("--skipped", is_flag=True, help="Also show what is in no card, and why.")
@_json
def check(paths: tuple[Path, ...], dialect: str | None, skipped: bool, as_json: bool) -> None:
    """Show how files are read, without keeping anything.

    Decks in our own format are checked through and through (docs/decks.md); exit code 1 where one has errors.
    """
    from flashcards.lab.catalogue import read_catalogue
    from flashcards.sources import read_path
    from flashcards.sources.check import report, skipped_report
    from flashcards.study.lint import Linter
    from flashcards.study.scan import note_files

    _known_dialect(dialect)
    cards: list[dict[str, Any]] = []
    left_out: list[dict[str, Any]] = []
    findings: list[Finding] = []
    linter = Linter(read_catalogue())
    for path in paths:
        for file in note_files(path) if path.is_dir() else [path]:
            reading = read_path(file, dialect)
            found = linter.check(reading, file)
            findings += found
            cards += _with_findings(report(reading, file), reading.drafts, found)
            left_out += skipped_report(reading, file)
            if not as_json:
                answered = sum(draft.answered for draft in reading.drafts)
                read = text(
                    "cli.check.file",
                    file=file,
                    dialect=reading.dialect,
                    cards=len(reading.drafts),
                    answered=answered,
                    skipped=len(reading.skipped),
                )
                click.echo(sanitize_line(read))
            for line in [f.located() for f in found] or [p.located(str(file)) for p in reading.problems]:
                click.echo(sanitize_line(said(line)), err=as_json)
    errors = sum(finding.level == "error" for finding in findings)
    if as_json:
        every = [_finding_entry(finding) for finding in findings]
        echo_json({"cards": cards, "skipped": left_out, "findings": every} if skipped else cards)
    elif skipped:
        for block in left_out:
            content = " ".join(str(block["text"]).split())
            place, reason = f"{block['file']}:{block['line']}", said(str(block["reason"]))
            click.echo(sanitize_line(f"{place}: {reason}: {content[:80]}"))
    if findings and not as_json:
        click.echo(text("cli.check.findings", errors=errors, notes=len(findings) - errors))
    if errors:
        raise click.exceptions.Exit(1)


def _with_findings(
    entries: list[dict[str, Any]], drafts: Sequence[Draft], findings: Sequence[Finding]
) -> list[dict[str, Any]]:
    """The report's entries, each with what the linter found between its lines; untouched where it found nothing."""
    for entry, draft in zip(entries, drafts, strict=True):
        inside = [f for f in findings if draft.line <= f.line <= draft.end_line]
        if inside:
            entry["findings"] = [_finding_entry(finding) for finding in inside]
    return entries


def _finding_entry(finding: Finding) -> dict[str, Any]:
    return {
        "file": finding.file,
        "line": finding.line,
        "level": finding.level,
        "message": str(finding.message),
    }


@click.command()
@_json
@click.pass_obj
def decks(home: Path | None, as_json: bool) -> None:
    """List the decks and how many of their cards wait."""
    with Library.open(home) as library:
        found = library.decks()
        if as_json:
            echo_json(
                [
                    {
                        "deck": d.title,
                        "cards": d.cards,
                        "due": d.due,
                        "new": d.new,
                        "unanswered": d.unanswered,
                        "unreviewed": d.unreviewed,
                        "suspended": d.suspended,
                        "shipped": d.shipped,
                        "source": d.source,
                    }
                    for d in found
                ]
            )
            return
        heads = ("deck", "cards", "due", "new", "unanswered")
        rows: list[tuple[object, ...]] = [tuple(text(f"cli.column.{name}") for name in heads)]
        rows += [(d.title, d.cards, d.due, d.new, d.unanswered) for d in found]
        echo_columns(rows, right=(1, 2, 3, 4))


def _known_dialect(dialect: str | None) -> None:
    """Refuse an unknown dialect before any file is read."""
    if dialect is not None:
        from flashcards.sources.detect import dialect_named

        dialect_named(dialect)
