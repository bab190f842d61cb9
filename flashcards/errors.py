"""What is said to the person, template and values apart, and the one root of the errors that say it.

A room writes its sentence in English where it is raised; ``str()`` gives it in English, for logs, tests and
``--json``.  A face shows it in the person's language (``flashcards.locale.said``): rooms know no language.

Each room has its own family below ``FlashcardsError`` (``SourceError``, ``StoreError`` …).  A face prints it as
one line and exits with ``exit_code``; anything else is a bug and shows its traceback only with ``--debug``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Self


class Message(str):
    """An English sentence that remembers its template and the values in it; a value may be a message too.

    Without values the template is the sentence, braces and all.
    """

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> Self:
        if isinstance(template, cls) and not values:
            return template
        # An error among the values stands for what it says.
        values = {n: v.message if isinstance(v, FlashcardsError) else v for n, v in values.items()}
        message = super().__new__(cls, template.format(**values) if values else template)
        message.template, message.values = str(template), values
        return message

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        return (self.template,), dict(self.values)

    def in_language(self, translate: Callable[[str], str]) -> str:
        """The sentence, its template and those of the messages in it put through ``translate``."""
        if not self.values:
            return translate(self.template)
        values = {
            name: value.in_language(translate) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return translate(self.template).format(**values)


class FlashcardsError(Exception):
    """Says what is wrong, where (``file:line``), and what to do about it, on one line."""

    exit_code = 2
    """2: the input was wrong.  Families whose failure means something else override it."""

    def __init__(self, template: str, /, **values: object) -> None:
        self.message = Message(template, **values)
        super().__init__(self.message)


def system_reason(error: OSError) -> Message:
    """Why the system refused, in its own few words (``Permission denied``)."""
    return Message(error.strerror or str(error))
