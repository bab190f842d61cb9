"""Metadata that is plain words is read without YAML, to the same values."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from flashcards.sources.metadata import MetadataError, load_mapping, load_pairs

PIECES = (
    "id",
    "kv.bytes",
    "2",
    "1.50",
    "no",
    "two words",
    ": ",
    ":",
    ", ",
    ",",
    " ",
    "\n",
    "[",
    "]",
    "{",
    "}",
)
PIECES += ('"', "#", "-", "+", "~", "&a", "*a", "<<", "词", "tags: [", "demo: ")


def outcome(read: Any, text: str) -> Any:
    """The values with their types (plain words are told from quoted ones), or what is wrong and where."""
    try:
        fields = read(text)
    except MetadataError as error:
        return str(error), error.line
    return [
        (key, repr(value), [type(part) for part in (value if isinstance(value, list) else [value])])
        for key, value in fields.items()
    ]


@given(st.lists(st.sampled_from(PIECES), max_size=16).map("".join))
@example("id: bench.7, difficulty: 2, tags: [peft, two words], also: [one]")
@example(" id: a,")
@example("id: a, id: b\n")
@example("tags: [" + ", ".join(["many"] * 20_000) + "]")
def test_a_mapping_reads_the_same_with_and_without_yaml(text: str) -> None:
    assert outcome(load_pairs, text) == outcome(lambda inside: load_mapping("{" + inside + "\n}"), text)
