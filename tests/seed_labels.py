"""What the coverage list says of the five real note files: which question belongs to which of its entries.

The list labels a question by its note and its place there: ``003:2.7.1``, ``004:Q19``, ``001:16.8`` (the eighth
item under section 16), ``002:qlora`` (a heading), ``000:q21`` (counted from the top).  Several labels may lie in
one card, and one question may belong to several entries.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEMOS = frozenset({
    "attention", "masks", "gqa", "flash-attention", "rope", "sinusoidal", "alibi", "length-extrapolation",
    "kv-cache", "paged-attention", "sampling", "lora", "lora-merge", "qlora", "soft-prompts", "adapter",
    "bpe", "tokenizer-compare", "word2vec", "norm", "ffn-activation", "collator", "train-eval",
    "optimizers", "memory", "mixed-precision", "scaling-law", "params-count", "rag", "bleu-rouge",
})  # fmt: skip
"""The thirty demos that come first; the list names some that follow."""

_HEADINGS_OF_001 = {"CLM": "17", "QA": "18", "https": "19", "proj": "20"}
_HEADINGS_OF_002 = {
    "dataclass": "1", "field": "1", "sft-concept": "2", "sft-llm": "3", "pretrain": "4", "rlhf": "5",
    "weight-merge": "6", "qlora": "7", "int4": "8", "multi-turn": "9", "stream": "10", "domain-pretrain": "11",
    "sha256": "12",
}  # fmt: skip
_REMARKS_OF_000 = (19, 27)
"""The list counts two remarks of this note among its questions."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the real notes and the entries of the coverage list that it belongs to."""

    file: str
    line: int
    text: str
    path: tuple[str, ...]
    entries: tuple[dict[str, Any], ...]

    @property
    def demos(self) -> set[str]:
        """The demos its entries name."""
        return {entry["demo"] for entry in self.entries if entry["demo"]}


def coverage_entries(shared: Path) -> list[dict[str, Any]]:
    """The entries of the coverage list."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    entries = yaml.load((shared / "deck_coverage.yaml").read_text("utf-8"), Loader=loader)["questions"]
    assert len(entries) >= 380
    return entries  # type: ignore[no-any-return]


def labelled_questions(shared: Path) -> list[Question]:
    """The questions of the real notes that the list labels, in file order."""
    of: dict[str, list[dict[str, Any]]] = {}
    for entry in coverage_entries(shared):
        for label in entry["seeds"]:
            if (place := _place(label)) is not None:
                of.setdefault(place, []).append(entry)
    questions = []
    for place, note, card in _cards(shared):
        if entries := of.pop(place, None):
            questions.append(
                Question(note["file"], card["line"], card["question"], tuple(card["path"]), tuple(entries))
            )
    assert not of, f"no question has these labels: {sorted(of)}"
    return questions


def _cards(shared: Path) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for note in json.loads((shared / "seed_truth.json").read_text("utf-8")):
        for card in note["cards"]:
            yield f"{note['file'][:3]}:{card['number'] or card['n']}", note, card


def _place(label: str) -> str | None:
    """The card a label lies in, as ``note:number``; ``None`` for the remarks."""
    note, _, rest = label.partition(":")
    if note == "000":
        count = int(rest.removeprefix("q"))
        if count in _REMARKS_OF_000:
            return None
        return f"{note}:{count - sum(count > remark for remark in _REMARKS_OF_000)}"
    if note == "001":
        section = rest.split(".")[0]
        return f"{note}:{_HEADINGS_OF_001.get(section, section)}"
    return f"{note}:{_HEADINGS_OF_002[rest]}" if note == "002" else label
