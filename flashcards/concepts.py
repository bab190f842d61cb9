"""Find the field's terms in a text: the glossary that demo links, twins and grading share.

The terms stand in ``concepts.yaml`` beside this module, a plain file that anyone can extend.  It is read at
the first question asked of it and never before: listing due cards needs no glossary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase
from typing import Any, TypeAlias

from flashcards.errors import FlashcardsError

GLOSSARY = Path(__file__).with_suffix(".yaml")

_SEPARATOR = r"[\s_-]?"
"""What a space in a name stands for: ``kv cache`` is written KV-cache, kv_cache and kvcache as well."""

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
"""ASCII alone: in Unicode "\u212a" becomes k and "İ" becomes i, and no name is meant by them."""

_SEPARATORS = re.compile(r"[\s_-]+")


class ConceptError(FlashcardsError):
    """The glossary file cannot be used as it stands."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One idea of the field and the names it goes by."""

    id: str
    zh: tuple[str, ...]
    en: tuple[str, ...]
    """English names and abbreviations; they occur in Chinese text as often as in English."""
    demos: tuple[str, ...] = ()
    """Slugs of the demos that show it, best first; a demo may be named before it exists."""


def concepts_in(text: str) -> list[Concept]:
    """The concepts that ``text`` names, in the order of their first mention.

    Where names overlap the longer one is meant: "QLoRA" is not "LoRA", "prompt template" is not a prompt.
    """
    return list(dict.fromkeys(map(_named, _glossary().pattern.findall(text.translate(_LOWER)))))


def demos_for(question: str, path: Sequence[str] = ()) -> list[str]:
    """Slugs of the demos that show what a question asks about, best first.

    The headings above the question (``path``, outermost first) speak, the nearest first, only where the
    question names nothing that has a demo: under "PEFT" a question about P-tuning must not lead to LoRA.
    """
    if slugs := _demos_of(question):
        return slugs
    for text in reversed(path):
        if slugs := _demos_above(text):
            return list(slugs)
    return []


def _demos_of(text: str) -> list[str]:
    ranked = [concept.demos for concept in concepts_in(text) if concept.demos]
    return list(ranked[0]) if len(ranked) == 1 else list(dict.fromkeys(_by_turns(ranked)))


@lru_cache(maxsize=256)
def _demos_above(heading: str) -> list[str]:
    """Kept, for one heading stands above many cards."""
    return _demos_of(heading)


def _by_turns(ranked: Sequence[Sequence[str]]) -> Iterable[str]:
    """Every list's best, then every list's second best, and so on."""
    for place in range(max(map(len, ranked), default=0)):
        yield from (slugs[place] for slugs in ranked if place < len(slugs))


_Trie: TypeAlias = dict[str, "_Trie"]
"""Characters to what may follow them; the key ``end`` closes a name."""


@dataclass(frozen=True, slots=True)
class _Glossary:
    by_name: dict[str, Concept]
    pattern: re.Pattern[str]


@cache
def _named(mention: str) -> Concept:
    """The concept that a stretch of text found by the pattern names, in the singular or the plural.

    Kept, for there are few spellings: normalising one took half the time of finding them all.
    """
    key, by_name = _key(mention), _glossary().by_name
    return by_name.get(key) or by_name[key.removesuffix("s")]


@cache
def _glossary() -> _Glossary:
    by_name: dict[str, Concept] = {}
    names: list[str] = []
    for concept in read_glossary(GLOSSARY):
        for name in (*concept.zh, *concept.en):
            owner = by_name.setdefault(_key(name), concept)
            if owner is not concept:
                raise ConceptError(
                    '{glossary}: "{name}" names both {first} and {second}; keep it in one of them.',
                    glossary=GLOSSARY,
                    name=name,
                    first=owner.id,
                    second=concept.id,
                )
            names.append(name)
    return _Glossary(by_name, _compile(names))


def read_glossary(file: Path) -> list[Concept]:
    """The concepts of a glossary file, in its order.

    Raises ConceptError, with the line where YAML knows it, if the file is not a mapping of
    ``id: {zh: [...], en: [...], demos: [...]}``.
    """
    import yaml  # 15 ms that only the first lookup pays

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where it is built
    try:
        entries = yaml.load(file.read_text("utf-8"), Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConceptError(
            "{file}:{line}: {reason}; write id: {{zh: [...], en: [...]}}.",
            file=file,
            line=line,
            reason=error.problem,
        ) from error
    if not isinstance(entries, dict):
        raise ConceptError("{file}: expected one concept a line, id: {{zh: [...], en: [...]}}.", file=file)
    return [_concept(file, str(concept_id), entry) for concept_id, entry in entries.items()]


def _concept(file: Path, concept_id: str, entry: Any) -> Concept:
    known = {"zh", "en", "demos"}
    lists = entry.values() if isinstance(entry, dict) else [None]
    if not all(
        isinstance(names, list) and all(isinstance(n, str) and _key(n) for n in names) for names in lists
    ):
        raise ConceptError(
            "{file}: {concept_id}: zh, en and demos must be lists of text.", file=file, concept_id=concept_id
        )
    if unknown := sorted(set(entry) - known):
        raise ConceptError(
            "{file}: {concept_id}: unknown key {key}; known are zh, en and demos.",
            file=file,
            concept_id=concept_id,
            key=unknown[0],
        )
    return Concept(
        concept_id, tuple(entry.get("zh", ())), tuple(entry.get("en", ())), tuple(entry.get("demos", ()))
    )


def _key(name: str) -> str:
    """One spelling for all the ways to write a name: case and separators do not count."""
    return _SEPARATORS.sub("", name.lower())


def _compile(names: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all names, longest first: a trie, for 700 alternatives in a row are too slow."""
    words: _Trie = {}
    phrases: _Trie = {}
    for name in names:
        spelling = _SEPARATORS.sub(" ", name.lower())
        node = words if _is_latin(spelling[0]) else phrases
        for character in spelling:
            node = node.setdefault(character, {})
        node["end"] = {"latin" if _is_latin(spelling[-1]) else "other": {}}
    # It reads text in lower case, for re.IGNORECASE would keep the engine from what follows.  Every branch
    # begins with its first character and looks back only then, so that the engine skips to such characters:
    # together three times faster.
    branches = [f"{first}(?<![a-z0-9]{first}){_alternatives(rest)}" for first, rest in words.items()]
    branches += [re.escape(first) + _alternatives(rest) for first, rest in phrases.items()]
    return re.compile("|".join(branches), re.ASCII)


def _alternatives(node: _Trie) -> str:
    """What may follow at a node of the trie; the end of a shorter name is tried last."""
    branches = [
        (_SEPARATOR if character == " " else re.escape(character)) + _alternatives(child)
        for character, child in node.items()
        if character != "end"
    ]
    if "end" in node:
        branches.append("s?(?![a-z0-9])" if "latin" in node["end"] else "")
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
