"""``--help`` and click's own complaints in the language in use.

Help stands in English where the option is defined; Chinese is looked up when help is shown.  Lines are broken
by cells: a Chinese letter takes two, and no space stands between words.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable

import click

from flashcards import locale
from flashcards.locale import translated
from flashcards.text.cells import cell_width, pad
from flashcards.text.lines import Span
from flashcards.text.sanitize import sanitize_line
from flashcards.text.wrap import wrap

COLUMN = 30
"""Cells an option may take; what explains a longer one starts on the next line."""
_SUFFIX = re.compile(r"(?s)(.*?)(?:  \[([^\[\]]*)\])?")
"""A help text and what click adds to it: ``[x>=1; required]``."""


class Formatter(click.HelpFormatter):
    """Click's page of help, translated and laid out by cells."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line that shows the order of the words."""
        words = re.sub(r"OPTIONS|COMMAND|ARGS", lambda word: translated(word[0]), args)
        super().write_usage(prog, words, translated("Usage: "))

    def write_heading(self, heading: str) -> None:
        """A section's title."""
        self.write(f"{'':{self.current_indent}}{translated(heading)}{translated(':')}\n")

    def write_text(self, text: str) -> None:
        """Paragraphs."""
        room = self.width - self.current_indent
        paragraphs = [" ".join(part.split()) for part in translated(text).split("\n\n")]
        self.write("\n".join(self._lines(part, room, self.current_indent) for part in paragraphs))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = COLUMN, col_spacing: int = 2) -> None:
        """Options or commands, each with what it does beside it."""
        rows = list(rows)
        first = min(max(cell_width(name) for name, _ in rows), col_max) + col_spacing
        indent = self.current_indent + first
        for name, about in rows:
            fits = cell_width(name) <= first - col_spacing
            head = f"{'':{self.current_indent}}{pad(name, first) if fits else name}"
            said = self._lines(_explained(about), max(self.width - indent, 20), indent)
            self.write(head + (said[indent:] if fits else f"\n{said}"))

    def _lines(self, text: str, room: int, indent: int) -> str:
        lines = ["".join(span.text for span in line) for line in wrap([Span(sanitize_line(text))], room)]
        return "".join(f"{'':{indent}}{line.rstrip()}\n" for line in lines)


class _Context(click.Context):
    formatter_class = Formatter


def speak() -> None:
    """Show help in the language in use: click's own page where that is English."""
    click.Command.context_class = _Context if locale.language() == "zh" else click.Context


def first_sentence(help_text: str) -> str:
    """What a command does, in one sentence."""
    paragraph = " ".join(translated(inspect.cleandoc(help_text)).partition("\n\n")[0].split())
    return re.split(r"(?<=\.)\s|(?<=。)", paragraph)[0]


def _explained(about: str) -> str:
    match = _SUFFIX.fullmatch(about)
    assert match is not None
    words, added = translated(match[1]), match[2]
    if added is None:
        return words
    parts = [translated(part) for part in added.split("; ")]
    return f"{words}  [{'; '.join(parts)}]"


USAGE = (
    (r"Missing argument '(?P<name>.+?)'\.(?P<rest>.*)", "Missing argument {name}."),
    (r"Missing option '(?P<name>.+?)'\.(?P<rest>.*)", "Missing option {name}."),
    (r"Missing command\.", "Missing command."),
    (r"No such option '?(?P<name>[^'\s]+?)'?\.(?P<rest>.*)", "No such option {name}."),
    (r"No such command '(?P<name>.+?)'\.(?P<rest>.*)", "No such command {name}."),
    (r"Option '(?P<name>.+?)' requires an argument\.", "Option {name} requires an argument."),
    (r"Option '(?P<name>.+?)' does not take a value\.", "Option {name} does not take a value."),
    (r"Got unexpected extra arguments? \((?P<name>.+)\)", "Got unexpected extra arguments ({name})"),
    (
        r"Invalid value for '(?P<name>.+?)': '?(?P<given>.+?)'? is not one of (?P<choices>.+)\.",
        "Invalid value for {name}: {given} is not one of {choices}.",
    ),
    (
        r"Invalid value for '(?P<name>.+?)': (?P<given>.+?) is not in the range (?P<range>.+)\.",
        "Invalid value for {name}: {given} is not in the range {range}.",
    ),
    (
        r"Invalid value for '(?P<name>.+?)': '?(?P<given>.+?)'? is not a valid (?P<kind>.+)\.",
        "Invalid value for {name}: {given} is not a valid {kind}.",
    ),
    (r"Invalid value for '(?P<name>.+?)': (?P<reason>.+)", "Invalid value for {name}: {reason}"),
)
"""What click says of a wrong command line, in this order; it offers no values apart, so they are read off."""


def usage_error(message: str) -> str:
    """Click's complaint in the language in use; its own words where we do not know it."""
    if locale.language() == "en":
        return message
    for pattern, template in USAGE:
        if match := re.fullmatch(pattern, message, re.DOTALL):
            return translated(template).format(**match.groupdict())
    return message
