"""Find the field's terms in a text: the glossary that demo links, twins and grading share.

The terms stand in ``concepts.yaml`` beside this module, a plain file that anyone can extend; a person's own
file is read after it (``extend_glossary``).  Both are read at the first question asked of them and never
before: listing due cards needs no glossary.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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

_SEAM = re.compile(r"(?<=[a-z0-9])(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])(?=[a-z0-9])")
"""Where Latin and Chinese meet in a name: people write KV缓存 and KV 缓存."""


class ConceptError(FlashcardsError):
    """The glossary file cannot be used as it stands."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One idea of the field and the names it goes by."""

    id: str
    zh: tuple[str, ...]
    en: tuple[str, ...]
    """English names and abbreviations; they occur in Chinese text as often as in English."""
    demos: tuple[str, ...] | None = None
    """Slugs of the demos that show it, best first; a demo may be named before it exists.  Empty: no program
    can show it.  ``None``: it says nothing about demos."""


def concepts_in(text: str) -> list[Concept]:
    """The concepts that ``text`` names, in the order of their first mention.

    Where names overlap the longer one is meant: "QLoRA" is not "LoRA", "prompt template" is not a prompt.
    """
    return list(dict.fromkeys(_mentions(text)))


def _mentions(text: str) -> Iterable[Concept]:
    return map(_named, _glossary().pattern.findall(text.translate(_LOWER)))


def demos_for(question: str, path: Sequence[str] = ()) -> list[str]:
    """Slugs of the demos that show what a question asks about, best first.

    The headings above the question (``path``, outermost first) speak, the nearest first, only where the
    question names nothing that has a demo: under "PEFT" a question about P-tuning must not lead to LoRA.
    Nor do they speak for a question that names something no program can show.
    """
    if slugs := _demos_of(question):
        return slugs
    if any(concept.demos == () for concept in concepts_in(question)):
        return []
    for text in reversed(path):
        if slugs := _demos_above(text):
            return list(slugs)
    return []


def _demos_of(text: str) -> list[str]:
    """What is named most often speaks first; in a question, where all are named once, what is named first."""
    named = Counter(_mentions(text))
    ranked = [concept.demos for concept, _ in named.most_common() if concept.demos]
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


_own_file: Path | None = None


def extend_glossary(file: Path) -> None:
    """Read the person's own terms in ``file``, if it exists, after ours.

    An id of ours gets their names added and, where they list demos, their demos in place of ours.
    """
    global _own_file
    if file != _own_file:
        _own_file = file
        forget_glossary()


def forget_glossary() -> None:
    """Read the files again at the next question."""
    for kept in (_glossary, _named, _demos_above):
        kept.cache_clear()


def glossary_state() -> str:
    """Changes whenever one of the files does; by their stat alone."""
    files = [file for file in (GLOSSARY, _own_file) if file is not None and file.is_file()]
    return ",".join(f"{stat.st_size}:{stat.st_mtime_ns}" for stat in map(Path.stat, files))


@cache
def _glossary() -> _Glossary:
    concepts = {concept.id: concept for concept in read_glossary(GLOSSARY)}
    if _own_file is not None and _own_file.is_file():
        for concept in read_glossary(_own_file):
            ours = concepts.get(concept.id)
            concepts[concept.id] = concept if ours is None else _extended(ours, concept)
    by_name: dict[str, Concept] = {}
    names: list[str] = []
    for concept in concepts.values():
        for name in (*concept.zh, *concept.en):
            owner = by_name.setdefault(_key(name), concept)
            if owner is not concept:
                raise ConceptError(
                    '{glossary}: "{name}" names both {first} and {second}; keep it in one of them.',
                    glossary=_own_file if _own_file and _own_file.is_file() else GLOSSARY,
                    name=name,
                    first=owner.id,
                    second=concept.id,
                )
            names.append(name)
    return _Glossary(by_name, _compile(names))


def _extended(ours: Concept, own: Concept) -> Concept:
    demos = ours.demos if own.demos is None else own.demos
    return replace(ours, zh=(*ours.zh, *own.zh), en=(*ours.en, *own.en), demos=demos)


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
    demos = tuple(entry["demos"]) if "demos" in entry else None
    return Concept(concept_id, tuple(entry.get("zh", ())), tuple(entry.get("en", ())), demos)


def _key(name: str) -> str:
    """One spelling for all the ways to write a name: case and separators do not count."""
    return _SEPARATORS.sub("", name.lower())


def _compile(names: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all names, longest first: a trie, for 700 alternatives in a row are too slow."""
    words: _Trie = {}
    phrases: _Trie = {}
    for name in names:
        spelling = _SEPARATORS.sub(" ", _SEAM.sub(" ", name.lower()))
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
    """What may follow at a node of the trie; the end of a shorter name is tried last.

    Just before it comes the separator: as it may be nothing, it would keep "k v cache" from leaving
    "kv cache quantization" to the longer name.
    """
    branches = [
        re.escape(character) + _alternatives(child)
        for character, child in node.items()
        if character not in (" ", "end")
    ]
    if " " in node:
        branches.append(_SEPARATOR + _alternatives(node[" "]))
    if "end" in node:
        branches.append("s?(?![a-z0-9])" if "latin" in node["end"] else "")
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
