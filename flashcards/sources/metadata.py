"""The metadata of decks: YAML in which a plain word stays the word it is until a number is asked for.

YAML 1.1 reads ``2.10`` as 2.1, ``003`` as 3, ``no`` as False and ``1e6`` as text.  Here every plain scalar
is kept as written; ``resolved`` turns it into a number, a truth value or null where a value is wanted, and
text fields take it as it stands.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from flashcards.errors import Message

MAX_VALUES = 10_000
MAX_DEPTH = 20
"""Bounds on one mapping: aliases could otherwise unfold without end."""

_INT = re.compile(r"[-+]?(?:0|[1-9]\d{0,30})")
_FLOAT = re.compile(r"[-+]?(?:\d{1,30}\.\d{0,30}|\.\d{1,30}|\d{1,30})(?:[eE][-+]?\d{1,4})?")
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
_PLAIN = re.compile(r"[A-Za-z\u4e00-\u9fff][\w./+-]*(?: [\w./+-]+)*")
_WORDS_IN_FLOW = r"[A-Za-z0-9][\w./+-]*(?: [A-Za-z0-9][\w./+-]*)*"
_SIMPLE_PAIR = re.compile(
    rf" *([A-Za-z]\w{{0,60}}): +(?:({_WORDS_IN_FLOW})|\[({_WORDS_IN_FLOW}(?:, *{_WORDS_IN_FLOW})*)\]) *(?:,|$)",
    re.ASCII,
)
"""``key: some words`` or ``key: [some words, others]``, which YAML reads as they stand."""


class MetadataError(Exception):
    """Bad YAML: what is wrong, and on which line of the text (0-based)."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class Plain(str):
    """A scalar that was written without quotes."""

    __slots__ = ()


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Resolves nothing: every scalar is text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the name and type are PyYAML's


def _construct_text(loader: Any, node: yaml.ScalarNode) -> str:
    return str(node.value) if node.style else Plain(node.value)


_Loader.add_constructor("tag:yaml.org,2002:str", _construct_text)


def load_pairs(text: str) -> dict[str, Any]:
    """The pairs of a flow mapping, written without its braces; like ``load_mapping``.

    Most metadata is plain words, which a pattern reads in a tenth of YAML's 40 us; all else is left to YAML.
    """
    fields: dict[str, Any] = {}
    at = 0
    line = text.rstrip(" \n")
    while at < len(line):
        pair = _SIMPLE_PAIR.match(line, at)
        if pair is None or len(line) > MAX_VALUES:  # so long, it may hold more values than are allowed
            return load_mapping("{" + text + "\n}")
        key, words, several = pair.groups()
        fields[key] = Plain(words) if words else [Plain(part.strip(" ")) for part in several.split(",")]
        at = pair.end()
    return fields


def load_mapping(text: str) -> dict[str, Any]:
    """A YAML mapping with text keys and unresolved scalars.  ``MetadataError`` says what is wrong."""
    try:
        loaded = yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise MetadataError(
            getattr(error, "problem", None) or Message("not YAML"), mark.line if mark else 0
        ) from None
    except (RecursionError, ValueError, TypeError) as error:
        raise MetadataError(Message("not YAML ({kind})", kind=type(error).__name__)) from None
    if loaded is None or (isinstance(loaded, str) and not loaded.strip()):
        return {}
    if not isinstance(loaded, dict):
        raise MetadataError(Message("expected `key: value` pairs"))
    _check_size(loaded)
    return {str(key): value for key, value in loaded.items()}


def _check_size(value: Any) -> None:
    waiting, seen = [(value, 0)], 0
    while waiting:
        current, depth = waiting.pop()
        seen += 1
        if seen > MAX_VALUES or depth > MAX_DEPTH:
            raise MetadataError(Message("too many or too deeply nested values"))
        if isinstance(current, Mapping):
            waiting += [(part, depth + 1) for pair in current.items() for part in pair]
        elif isinstance(current, Sequence) and not isinstance(current, str):
            waiting += [(part, depth + 1) for part in current]


def resolved(value: Any) -> Any:
    """Plain scalars as numbers, truth values and null where they are one; quoted text stays text."""
    if isinstance(value, Plain):
        return _scalar(str(value))
    if isinstance(value, Mapping):
        return {str(key): resolved(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [resolved(part) for part in value]
    return value


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text


def dump_flow(value: Any) -> str:
    """A value as flow YAML on one line that reads back the same, safe in a comment."""
    if isinstance(value, Mapping):
        return "{" + dump_pairs(value) + "}"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Sequence):
        return "[" + ", ".join(dump_flow(part) for part in value) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return repr(value)


def dump_pairs(mapping: Mapping[str, Any]) -> str:
    """The inside of a flow mapping, without its braces."""
    return ", ".join(f"{_quoted(key)}: {dump_flow(value)}" for key, value in mapping.items())


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text) and "--" not in text and _scalar(text) == text and len(text) < 80:
        return text
    escaped = json.dumps(text, ensure_ascii=False)
    # `-->` would end the comment; the rest is what YAML does not allow to stand unescaped.
    escaped = escaped.replace("--", "-\\u002d")
    return "".join(c if c.isprintable() else _escape(c) for c in escaped)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
