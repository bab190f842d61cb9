"""Every label, help text and message, in Chinese and English, under one key.

The faces' own words stand in two plain dictionaries with the same keys and the same placeholders (a test
compares them); no gettext, because two languages that change while the program runs need no build step.  What
the rooms say stands in English where it is said (``flashcards.errors``); ``said`` translates it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from flashcards.errors import FlashcardsError, Message
from flashcards.locale import commands, en, lab, statistics, twins, zh

if TYPE_CHECKING:
    from flashcards.cards import Language

MESSAGES: Final[Mapping[Language, Mapping[str, str]]] = {
    "zh": zh.MESSAGES | statistics.ZH | lab.ZH | twins.ZH | commands.ZH,
    "en": en.MESSAGES | statistics.EN | lab.EN | twins.EN | commands.EN,
}


class _Choice:
    """The language now in use; one per process, because the terminal has one reader."""

    language: Language | None = None
    setting: Callable[[], str] = staticmethod(lambda: "auto")


def detect(environ: Mapping[str, str]) -> Language:
    """The language the environment asks for: ``FLASHCARDS_LANG``, else ``LC_ALL``, ``LC_MESSAGES``, ``LANG``."""
    for name in ("FLASHCARDS_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name, ""):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def language() -> Language:
    """The language in which :func:`text` answers now."""
    if _Choice.language is None:
        _Choice.language = chosen_by(_Choice.setting(), os.environ)
    return _Choice.language


def chosen_by(setting: str, environ: Mapping[str, str]) -> Language:
    """What the setting ``language`` means: ``zh``, ``en``, or (``auto``) as the environment asks."""
    return "zh" if setting == "zh" else "en" if setting == "en" else detect(environ)


def ask(setting: Callable[[], str]) -> None:
    """Let ``setting`` tell the setting ``language`` when the first word is to be said, and not before."""
    _Choice.language, _Choice.setting = None, setting


def set_language(chosen: Language) -> None:
    """Answer in ``chosen`` from now on."""
    _Choice.language = chosen


def other(chosen: Language) -> Language:
    """The language that is not ``chosen``."""
    return "en" if chosen == "zh" else "zh"


def text(key: str, /, **values: object) -> str:
    """The message ``key`` in the language in use, its placeholders filled with ``values``.

    A message with a ``key#1`` sibling uses that one where ``count`` is 1 ("1 card", "2 cards").
    """
    messages = MESSAGES[language()]
    if values.get("count") == 1:
        key = f"{key}#1" if f"{key}#1" in messages else key
    return messages[key].format(**values) if values else messages[key]


def said(message: str | FlashcardsError) -> str:
    """What a room says (an error, a problem, a reason), in the language in use."""
    return Message(message.message if isinstance(message, FlashcardsError) else message).in_language(
        translated
    )


def translated(template: str) -> str:
    """The template in the language in use; as it is where that is English, or where no translation exists."""
    if language() == "en":
        return template
    from flashcards.locale import zh_errors, zh_help  # most runs say nothing of these

    return zh_errors.SAID.get(template) or zh_help.SAID.get(template) or template
