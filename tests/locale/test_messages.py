"""Whatever the code can say has a Chinese translation: read off the code itself, so that none is forgotten."""

from __future__ import annotations

import ast
import copy
import inspect
import re
import string
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import flashcards
from flashcards import locale
from flashcards.cli.help import USAGE
from flashcards.cli.root import cli
from flashcards.errors import FlashcardsError, Message, system_reason
from flashcards.lab.events import Error, decode, encode
from flashcards.locale import said, zh_errors, zh_help

PACKAGE = Path(flashcards.__file__).parent
PLACES = {"Message": 0, "_said": 0, "Problem": 1, "_problem": 1, "leave_out": 1, "Skipped": 2, "Error": 0}
"""Which argument of a call is a template; the errors themselves are added to these."""


def trees() -> dict[Path, ast.Module]:
    paths = [p for p in PACKAGE.rglob("*.py") if "_shipped" not in p.parts]
    return {path: ast.parse(path.read_text("utf-8")) for path in paths}


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def error_names() -> set[str]:
    classes = [n for tree in trees().values() for n in ast.walk(tree) if isinstance(n, ast.ClassDef)]
    return {c.name for c in classes if "FlashcardsError" in map(name_of, c.bases)}


def template_arguments() -> Iterator[tuple[str, ast.expr]]:
    """``file:line`` and the expression that is the template, for every call that says something."""
    places = PLACES | dict.fromkeys(error_names(), 0)
    for path, tree in trees().items():
        for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
            at = places.get(name_of(call.func))
            if at is not None and len(call.args) > at:
                yield f"{path.relative_to(PACKAGE)}:{call.lineno}", call.args[at]


def templates() -> dict[str, str]:
    return {
        argument.value: place
        for place, argument in template_arguments()
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def has_words(template: str) -> bool:
    return re.search("[A-Za-z]", re.sub(r"\{\w[^{}]*\}", "", template)) is not None


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    locale.set_language("en")
    yield
    locale.set_language("en")


def test_every_message_has_a_translation() -> None:
    found = templates()
    assert len(found) > 100
    known = zh_errors.SAID | zh_help.SAID
    missing = {place: t for t, place in found.items() if has_words(t) and t not in known}
    assert missing == {}


def test_no_message_is_put_together_before_it_is_said() -> None:
    """An f-string or a sum has no template that could be looked up."""
    glued = [place for place, a in template_arguments() if isinstance(a, ast.JoinedStr | ast.BinOp)]
    assert glued == []


def test_no_translation_outlives_its_message() -> None:
    code = "\n".join(ast.unparse(tree) for path, tree in trees().items() if path.parent.name != "locale")
    stale = [t for t in zh_errors.SAID if repr(t) not in code and t not in zh_errors._SYSTEM]
    assert stale == []


@pytest.mark.parametrize("template", sorted(zh_errors.SAID))
def test_a_translation_has_the_placeholders_of_its_message(template: str) -> None:
    assert placeholders(zh_errors.SAID[template]) == placeholders(template)


def commands(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found)


def test_every_help_text_has_a_translation() -> None:
    texts = set()
    for command in commands(cli):
        assert command.help, command.name
        texts.add(inspect.cleandoc(command.help))
        texts |= {p.help for p in command.params if isinstance(p, click.Option) and p.help}
    assert len(texts) > 40
    assert {t for t in texts if t not in zh_help.SAID} == set()


def test_every_complaint_about_the_command_line_has_a_translation_with_its_parts() -> None:
    for pattern, template in USAGE:
        chinese = zh_help.SAID[template]
        assert placeholders(chinese) == placeholders(template) <= set(re.compile(pattern).groupindex)


def test_an_error_is_english_until_a_face_says_it_in_the_language_in_use() -> None:
    error = FlashcardsError("{path}: there is no such file", path="a.md")
    locale.set_language("zh")
    assert str(error) == "a.md: there is no such file" and said(error) == "a.md：没有这个文件"
    locale.set_language("en")
    assert said(error) == "a.md: there is no such file"


def test_a_message_within_a_message_and_the_systems_reason_are_translated_too() -> None:
    inner = system_reason(PermissionError(13, "Permission denied"))
    error = FlashcardsError("{path}: cannot be read ({reason})", path="a.md", reason=inner)
    outer = FlashcardsError("{error}. Mend or move the file; nothing was changed.", error=error)
    locale.set_language("zh")
    assert said(outer) == "a.md：无法读取（没有权限）。请修好或移走文件；没有任何改动。"


@pytest.mark.parametrize("name", ["{0}", "{path}", "}{", "{path.__class__}", "{{}}"])
def test_braces_in_a_value_stay_what_they_are(name: str) -> None:
    error = FlashcardsError("{path}: there is no such file", path=name)
    locale.set_language("zh")
    assert str(error) == f"{name}: there is no such file" and said(error) == f"{name}：没有这个文件"
    assert said(FlashcardsError(name)) == name
    assert said(copy.deepcopy(error.message)) == said(error)


def test_what_nobody_translated_is_said_as_it_is() -> None:
    locale.set_language("zh")
    assert said("a sentence from elsewhere") == "a sentence from elsewhere"


def test_a_demos_error_keeps_its_template_between_our_processes_and_not_on_the_outside() -> None:
    message = Message("{slug} needs {what}: not installed, or too old.", slug="lora", what="torch")
    event = Error(message, Message("Try {flags}.", flags="--dim 8"), "dependency")
    inside, outside = (decode(encode(event, 0, templates=flag)) for flag in (True, False))
    assert inside == outside == event
    assert "said" not in encode(event, 0)
    assert isinstance(inside, Error) and isinstance(outside, Error)
    locale.set_language("zh")
    assert (
        said(inside.message) == "lora 需要 torch：没有安装，或版本太旧。"
        and said(inside.hint) == "试试 --dim 8。"
    )
    assert said(outside.message) == str(message)
