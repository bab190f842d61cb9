"""The root command: finds the family of a verb without importing the others, and says errors in one line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from flashcards import __version__, locale
from flashcards.errors import FlashcardsError
from flashcards.locale import text

COMMANDS = {
    "quiz": "quiz",
    "demo": "demo:command",
    "add": "notes",
    "remove": "notes",
    "check": "notes",
    "decks": "notes",
    "list": "browse:list_cards",
    "show": "browse",
    "due": "browse",
    "stats": "stats",
    "answer": "answer:command",
    "set": "browse:set_marks",
    "merge": "browse",
    "undo": "quiz",
    "export": "exchange",
    "config": "system",
    "paths": "system",
}
"""Verb -> module of this package, with the name in it where that differs from the verb."""


HELP = frozenset({"-h", "--help"})


class Family(click.Group):
    """Commands that stand together."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every verb with its first sentence, whole and in the language in use."""
        from flashcards.cli.help import first_sentence

        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, first_sentence(c.help or "")) for name, c in commands if c])


class Lazy(Family):
    """Imports a command's module when the command is asked for: ``due`` loads no textual, ``--version`` nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All verbs, in the order of a first day."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a verb."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"flashcards.cli.{module}"), name or cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, and names the nearest verb for one mistyped."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            if near:
                raise click.UsageError(text("cli.no_command_but", name=args[0], near=near[0]))
            raise click.UsageError(text("cli.no_command", name=args[0]))
        return super().resolve_command(ctx, args)


@click.group(cls=Lazy, invoke_without_command=True, context_settings={"help_option_names": sorted(HELP)})
@click.option("--home", type=click.Path(path_type=Path), help="Data directory (also FLASHCARDS_HOME).")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.version_option(__version__, prog_name="flashcards", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, home: Path | None, debug: bool) -> None:
    """LLM interview flashcards in which every card can be run.

    Without a command: the app.  `flashcards add DIR` reads your notes, `flashcards demo lora` runs a demo.
    """
    ctx.obj = home
    if ctx.invoked_subcommand is None:
        if sys.stdin.isatty() and sys.stdout.isatty():
            from flashcards.tui import run as run_app

            ctx.exit(run_app(home))
        from flashcards.cli.browse import due

        ctx.invoke(due, query=(), as_json=False)


def run(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code (0 ok, 1 failed or false, 2 wrong input, 130 interrupted)."""
    if list(arguments) in (["--version"], ["-V"]):
        print(f"flashcards {__version__}")
        return 0
    debug = "--debug" in arguments
    locale.ask(partial(_language_setting, arguments))
    try:
        if not HELP.isdisjoint(arguments):
            from flashcards.cli.help import speak

            speak()
        result: Any = cli.main(list(arguments), prog_name="flashcards", standalone_mode=False)
        _flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Abort:
        print(f"\n{text('cli.interrupted')}", file=sys.stderr)
        return 130
    except click.exceptions.Exit as stop:
        return int(stop.exit_code)
    except click.ClickException as error:
        from flashcards.cli.help import usage_error

        _say(usage_error(error.format_message()))
        return error.exit_code
    except FlashcardsError as error:
        if debug:
            raise
        _say(locale.said(error))
        return error.exit_code
    except BrokenPipeError:
        # The reader (head, less) has seen enough.  The interpreter's own flush at exit would complain.
        sys.stderr.close()
        return 0
    except Exception as error:
        if debug:
            raise
        _say(text("cli.bug", kind=type(error).__name__, error=error))
        return 1


def _language_setting(arguments: Sequence[str]) -> str:
    """The setting ``language`` of the data directory in use, ``auto`` where the file cannot be read.

    Read beside the command line's own parsing: a word may have to be said (help, a wrong option) before that
    has got to ``--home``.
    """
    from flashcards.study.paths import find_home
    from flashcards.study.settings import read_settings

    homes = [value for name, value in pairwise(arguments) if name == "--home"]
    homes += [word.removeprefix("--home=") for word in arguments if word.startswith("--home=")]
    try:
        return read_settings(find_home(Path(homes[0]) if homes else None).settings).language
    except FlashcardsError:
        return "auto"


def _say(message: str) -> None:
    from flashcards.text.sanitize import sanitize_line

    print(f"flashcards: {sanitize_line(message)}", file=sys.stderr)


def _flush() -> None:
    sys.stdout.flush()
