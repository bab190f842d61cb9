"""Commands about the program itself: config, paths."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import click

from flashcards.cli.output import echo_columns, echo_json
from flashcards.locale import text
from flashcards.shipped import shipped_folder
from flashcards.study.paths import find_home
from flashcards.study.settings import Settings, check_value, read_settings, write_setting
from flashcards.text.sanitize import sanitize_line

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.argument("key", required=False)
@click.argument("value", required=False)
@_json
@click.pass_obj
def config(home: Path | None, key: str | None, value: str | None, as_json: bool) -> None:
    """Show the settings, one of them, or set it: config new_per_day 30."""
    place = find_home(home).settings
    if key is not None and value is not None:
        click.echo(f"{key} = {write_setting(place, key, value)}")
        return
    settings = read_settings(place)
    names = [f.name for f in fields(Settings)] if key is None else [key]
    if key is not None and not hasattr(settings, key):
        check_value(key, None, "config")
    if as_json:
        echo_json({name: getattr(settings, name) for name in names})
    elif key is not None:
        click.echo(getattr(settings, key))
    else:
        rows = [(name, getattr(settings, name), text(f"setting.{name}.help")) for name in names]
        echo_columns(rows, wide=2)


@click.command()
@_json
@click.pass_obj
def paths(home: Path | None, as_json: bool) -> None:
    """Show where your data, the settings and our decks and demos lie."""
    place = find_home(home)
    found = {
        "home": place.folder,
        "database": place.database,
        "config": place.settings,
        "answers": place.answers,
        "decks": shipped_folder("decks"),
        "demos": shipped_folder("demos"),
    }
    if as_json:
        echo_json({name: str(path) for name, path in found.items()})
    else:
        for name, path in found.items():  # never cut: a path is there to be copied
            click.echo(f"{name:9} {sanitize_line(str(path))}")
