"""The linter of decks: what a card lacks, what in it nothing supports, and what to do about it.

Reads decks, demos and kept transcripts; changes nothing.  What is written where is said in ``docs/decks.md``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from flashcards.cards import Draft, Language
from flashcards.concepts import GLOSSARY, read_glossary
from flashcards.errors import FlashcardsError, Message
from flashcards.lab.catalogue import Catalogue
from flashcards.lab.params import resolve
from flashcards.sources.deck_format import NAME as DECK_FORMAT
from flashcards.sources.figures import calc_values, figures_in, numbers_in, supported
from flashcards.sources.numeric import Numeric, NumericError, read_numeric
from flashcards.sources.parts import LABELS, AnswerParts, Label, answer_parts
from flashcards.sources.read import read_path
from flashcards.sources.reading import Reading
from flashcards.study.templates import ANSWER, Filling, fill, names_in, readable, unknown_places
from flashcards.study.transcripts import transcript_numbers
from flashcards.text.fences import scan
from flashcards.text.key_points import key_points

Level = Literal["error", "note"]

FEWEST_POINTS, MOST_POINTS = 3, 6
FEWEST_WAYS, MOST_WAYS = 2, 4
LONGEST: Mapping[Language, int] = {"en": 2400, "zh": 1200}
"""Characters of an answer: about two minutes of speech."""
FEWEST_COMBINATIONS = 12
SAME_IN_BOTH = ("numeric", "calc", "no_demo")
"""Metadata that must not differ between the languages, beside demos, difficulty and tags."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend (``error``) or to know (``note``)."""

    file: str
    line: int
    message: str
    level: Level = "error"

    def located(self) -> Message:
        """``file:line: message``, as printed."""
        return Message("{name}:{line}: {message}", name=self.file, line=self.line, message=self.message)


@dataclass(slots=True)
class Linter:
    """Checks deck files one after the other; ids must be unique over all of one language."""

    catalogue: Catalogue
    _ids: dict[tuple[Language, str], str] = field(default_factory=dict)
    _shown: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """Numbers in the recordings of the demos met so far, by slug."""

    def check(self, reading: Reading, file: Path) -> list[Finding]:
        """What is to be said about a file; nothing about one that is not in the deck format."""
        if reading.dialect != DECK_FORMAT:
            return []
        findings = [Finding(str(file), problem.line, problem.message) for problem in reading.problems]
        other = _translation(file)
        for draft in reading.drafts:
            findings += [
                Finding(str(file), draft.line, message, level)
                for level, message in (
                    *self._about_id(draft, reading.language, f"{file}:{draft.line}"),
                    *_about_card(draft, reading.language, self.catalogue),
                    *_about_figures(draft, self._recorded),
                    *_about_translation(draft, other),
                )
            ]
        if other is not None and not other.file.exists():
            message = Message("there is no translation; write {file} with the same ids", file=other.file)
            findings.append(Finding(str(file), 1, message))
        return sorted(findings, key=lambda finding: finding.line)

    def _about_id(self, draft: Draft, language: Language, place: str) -> Iterator[_Said]:
        if draft.card_id is None:
            return  # the reader has said so
        first = self._ids.setdefault((language, draft.card_id), place)
        if first.rpartition(":")[0] != place.rpartition(":")[0]:
            yield _error(
                "id {card_id} is taken by {place}; ids are unique", card_id=draft.card_id, place=first
            )

    def _recorded(self, draft: Draft) -> list[float]:
        """The numbers in the recordings of the card's demos."""
        for slug in (link.slug for link in draft.demos):
            if slug not in self._shown:
                demo = self.catalogue.demos.get(slug)
                self._shown[slug] = transcript_numbers(demo) if demo else ()
        return [number for link in draft.demos for number in self._shown[link.slug]]


_Said = tuple[Level, Message]


def _error(template: str, /, **values: object) -> _Said:
    return "error", Message(template, **values)


# --- one card ----------------------------------------------------------------------------------------------


def _about_card(draft: Draft, language: Language, catalogue: Catalogue) -> Iterator[_Said]:
    parts = answer_parts(draft.answer)
    yield from _about_points(draft.answer)
    yield from _about_ways_to_ask(draft)
    yield from _about_length(draft.answer, language)
    yield from _about_parts(draft, parts, language)
    yield from _about_demos(draft, parts, catalogue)
    numeric = _numeric(draft)
    if numeric is not None:
        yield from _about_numeric(draft, numeric)


def _about_points(answer: str) -> Iterator[_Said]:
    points = key_points(answer)
    first = next((line for line in scan(answer).lines if not line.blank), None)
    if first is None or not _is_item(first.text):
        yield _error("the answer begins with no list; put the key points first, as list items")
        return
    if not FEWEST_POINTS <= len(points) <= MOST_POINTS:
        yield _error(
            "{count} key points; {fewest} to {most} are graded well, one idea each",
            count=len(points),
            fewest=FEWEST_POINTS,
            most=MOST_POINTS,
        )
    if _has_second_list(answer):
        yield _error(
            "a second list below the key points would be graded too; write prose, a table or a nested list"
        )


def _is_item(text: str) -> bool:
    number, _, rest = text.partition(".")
    return text.startswith(("- ", "* ", "+ ")) or (number.isdigit() and rest.startswith(" "))


def _has_second_list(answer: str) -> bool:
    """Whether a list follows after something at the left margin that is no item."""
    between = False
    for line in scan(answer).lines:
        if line.blank or line.fence in ("body", "close"):
            continue
        if not line.fence and _is_item(line.text):
            if between:
                return True
        elif not line.text.startswith(" "):
            between = True
    return False


def _about_ways_to_ask(draft: Draft) -> Iterator[_Said]:
    ways = set(draft.also) - {draft.question}
    if len(ways) != len(draft.also):
        yield _error("`also` repeats itself or the question; give other ways to ask")
    elif not FEWEST_WAYS <= len(ways) <= MOST_WAYS:
        yield _error(
            "`also` has {count} ways to ask; give {fewest} to {most}",
            count=len(ways),
            fewest=FEWEST_WAYS,
            most=MOST_WAYS,
        )
    if draft.difficulty is None:
        yield _error("no difficulty; add difficulty: 1 (warm-up) to 5 (hard)")


def _about_length(answer: str, language: Language) -> Iterator[_Said]:
    if len(answer) > LONGEST[language]:
        yield _error(
            "the answer has {count} characters, {limit} are enough; cut it or make two cards",
            count=len(answer),
            limit=LONGEST[language],
        )


def _about_parts(draft: Draft, parts: AnswerParts, language: Language) -> Iterator[_Said]:
    labels = LABELS[language]
    wanted: tuple[Label, ...] = ("follow_up", "source", "demo") if draft.demos else ("follow_up", "source")
    for label in wanted:
        if not parts.texts(label):
            yield _error("no line `> {label}…`; add it after the prose", label=labels[label])
    lines = draft.answer.splitlines()
    for part in parts.parts:
        if not lines[part.line - 1].startswith(f"> {labels[part.label]}"):
            yield _error(
                "line {line} of the answer is to begin with `> {label}`",
                line=part.line,
                label=labels[part.label],
            )
    order = [get_args(Label).index(part.label) for part in parts.parts]
    if order != sorted(order):
        names = ", ".join(text.strip(" :：") for text in labels.values())
        yield _error("the quoted lines stand in another order than {order}", order=names)


# --- demos -------------------------------------------------------------------------------------------------


@cache
def planned_demos() -> frozenset[str]:
    """Demos that the glossary names, built or not."""
    return frozenset(slug for concept in read_glossary(GLOSSARY) for slug in concept.demos or ())


def _about_demos(draft: Draft, parts: AnswerParts, catalogue: Catalogue) -> Iterator[_Said]:
    if not draft.demos and not draft.extra.get("no_demo"):
        yield _error("no demo; link one, or say in no_demo why there is none")
    shown = " ".join(parts.texts("demo"))
    for link in draft.demos:
        if shown and f"`{link.slug}`" not in shown:
            yield _error("the demo line does not name `{slug}`, which the card links", slug=link.slug)
        if link.slug not in catalogue.demos:
            if link.slug in planned_demos():
                yield "note", Message("the demo {slug} is planned, not built", slug=link.slug)
            else:
                yield _error("there is no demo {slug}; flashcards demo --list shows all", slug=link.slug)
            continue
        try:
            resolve(catalogue.demos[link.slug].params, link.params)
        except FlashcardsError as error:
            yield _error("demo {slug}: {error}", slug=link.slug, error=error)


# --- numeric cards -----------------------------------------------------------------------------------------


def _numeric(draft: Draft) -> Numeric | None:
    """The card's recipe; one that cannot be used was complained about by the reader."""
    try:
        return read_numeric(draft.extra["numeric"]) if "numeric" in draft.extra else None
    except NumericError:
        return None


def _about_numeric(draft: Draft, numeric: Numeric) -> Iterator[_Said]:
    asked = names_in(draft.question) | names_in(draft.context)
    for name in numeric.variables:
        if name not in asked:
            yield _error("the question does not say what {name} is; write {{{name}}} in it", name=name)
    if ANSWER in asked:
        yield _error("the question gives the answer away")
    known = frozenset((*numeric.variables, *(name for name, _ in numeric.steps)))
    for text in (draft.question, draft.context, draft.answer):
        for place in unknown_places(text, known):
            yield _error("{place} is no variable of the card", place=place)
    try:
        combinations = numeric.combinations
        for values in combinations:
            filling = Filling(numeric.with_steps(values), str(numeric.result(values)))
            fill(draft.question + draft.answer, filling)
    except FlashcardsError as error:
        yield _error("numeric: {error}", error=error)
        return
    if not combinations:
        yield _error("numeric: {error}", error=Message("no combination of the values fulfils `where`."))
    elif len(combinations) < FEWEST_COMBINATIONS:
        yield (
            "note",
            Message(
                "only {count} combinations; {fewest} keep the answer from being learnt by heart",
                count=len(combinations),
                fewest=FEWEST_COMBINATIONS,
            ),
        )


# --- numbers that nothing supports -------------------------------------------------------------------------


def _about_figures(draft: Draft, recorded: Callable[[Draft], list[float]]) -> Iterator[_Said]:
    parts, numeric = answer_parts(draft.answer), _numeric(draft)
    exact: list[float] = []
    entries = draft.extra.get("calc", [])
    for entry in entries if isinstance(entries, list) else [entries]:
        try:
            exact += calc_values(str(entry))
        except FlashcardsError as error:
            yield "error", error.message
    exact += numbers_in(f"{draft.question}\n{draft.context}\n" + "\n".join(parts.texts("source")))
    if numeric is not None:
        exact += _numbers_of(draft, numeric)
    claimed = _claimed_text(parts)
    figures = figures_in(readable(claimed) if numeric is not None else claimed)
    unsupported = [figure for figure in figures if not supported(figure, exact, ())]
    if not unsupported:
        return
    shown = recorded(draft)
    for text in dict.fromkeys(figure.text for figure in unsupported if not supported(figure, (), shown)):
        yield _error(
            "nothing supports {number}; add a calc entry, or list it on the source line", number=text
        )


def _claimed_text(parts: AnswerParts) -> str:
    """Everything that states numbers of its own: all but the source lines."""
    return "\n\n".join([parts.body, *(part.text for part in parts.parts if part.label != "source")])


def _numbers_of(draft: Draft, numeric: Numeric) -> list[float]:
    """What a numeric card computes with and comes to."""
    fields: Any = draft.extra["numeric"]
    found = numbers_in(f"{fields.get('vars')} {fields.get('formula')} {fields.get('steps', '')}")
    try:
        for values in numeric.combinations:
            known = numeric.with_steps(values)
            found += [float(step.value(known)) for _, step in numeric.steps]
            found.append(float(numeric.formula.value(known)))
    except FlashcardsError:
        return found  # said by _about_numeric
    return found


# --- the other language ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Translation:
    file: Path
    drafts: Mapping[str, Draft]


def _translation(file: Path) -> _Translation | None:
    """The same deck in the other language, for files in a folder called ``zh`` or ``en``."""
    languages: Sequence[str] = get_args(Language)
    folder = file.resolve().parent
    if folder.name not in languages:
        return None
    other = folder.parent / next(name for name in languages if name != folder.name) / file.name
    drafts = read_path(other).drafts if other.exists() else ()
    return _Translation(other, {str(draft.card_id): draft for draft in drafts})


def _about_translation(draft: Draft, other: _Translation | None) -> Iterator[_Said]:
    if other is None or not other.file.exists() or draft.card_id is None:
        return
    twin = other.drafts.get(draft.card_id)
    if twin is None:
        yield _error(
            "{card_id} is not in {file}; translate the card", card_id=draft.card_id, file=other.file.name
        )
        return
    pairs: dict[str, tuple[object, object]] = {
        "demo": (draft.demos, twin.demos),
        "difficulty": (draft.difficulty, twin.difficulty),
        "tags": (Counter(draft.tags), Counter(twin.tags)),
        "importance": (draft.importance, twin.importance),
    }
    pairs |= {key: (draft.extra.get(key), twin.extra.get(key)) for key in SAME_IN_BOTH}
    for key, (ours, theirs) in pairs.items():
        if ours != theirs:
            yield _error(
                "{key} differs from {file}; make both the same",
                key=key,
                file=f"{other.file.parent.name}/{other.file.name}",
            )
