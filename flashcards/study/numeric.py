"""A numeric card as it is asked: values drawn, texts filled in, the working shown, a typed number judged.

A draw is a function of the card's id and of how often it was shown, so that undo and a restart show the same again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flashcards.cards import Card, Language, Variant
from flashcards.errors import FlashcardsError, Message
from flashcards.formula import Number, Value
from flashcards.grading.numbers import TOLERANCE, Verdict, compare
from flashcards.sources.numeric import Numeric, read_numeric
from flashcards.study.templates import Filling, fill, names_in, readable
from flashcards.study.working import result_line, symbol, working
from flashcards.text.key_points import key_points
from flashcards.text.numerals import numeral

ATTEMPTS = 10
"""Draws that are tried before a card is asked as it is written: a formula may have no value for some of them."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A numeric card with the values of one showing."""

    card: Card
    """Its texts filled in, the working above the answer."""
    numeric: Numeric
    values: Mapping[str, Value]
    value: Number

    def answer(self, language: Language) -> str:
        """The result with its unit: ``536,870,912 B``."""
        return _with_unit(result_line(self.value)[2:], self.numeric.unit(language))

    def judge(self, typed: str, language: Language) -> Verdict:
        """What was typed against the result; a bare number is taken in the unit asked for."""
        tolerance = TOLERANCE if self.numeric.tolerance is None else self.numeric.tolerance
        return compare(typed, self.value, self.numeric.unit(language), tolerance)

    def said_of(self, typed: str, language: Language) -> Message:
        """The verdict on what was typed, in a line: right or not, the right value, how far off."""
        verdict, answer = self.judge(typed, language), self.answer(language)
        tolerance = numeral(100 * verdict.tolerance)
        if verdict.right:
            exact = not verdict.tolerance
            return (
                Message("right: {answer}", answer=answer)
                if exact
                else Message("right: {answer} (within {tolerance} %)", answer=answer, tolerance=tolerance)
            )
        if verdict.outcome == "none":
            return Message("no number found; it is {answer}", answer=answer)
        if verdict.outcome == "unit":
            return Message("the unit does not fit; it is {answer}", answer=answer)
        return Message("not right: it is {answer}{gap}", answer=answer, gap=_gap(verdict.off_by))


def drawn(card: Card, showing: int) -> Drawn | None:
    """The card with the values of its ``showing``-th showing (from 0); ``None`` where it draws none.

    A card whose recipe cannot be used is asked as it is written; ``flashcards check`` says why.
    """
    numeric = numeric_of(card)
    if numeric is None:
        return None
    for attempt in range(ATTEMPTS):
        try:
            values = numeric.with_steps(numeric.draw(card.id, showing + attempt))
            return _drawn(card, numeric, values)
        except FlashcardsError:
            continue
    return None


def numeric_of(card: Card) -> Numeric | None:
    """The card's recipe, if it has one that can be used."""
    fields = card.extra.get("numeric")
    if fields is None:
        return None
    try:
        return read_numeric(fields)
    except FlashcardsError:
        return None


def readable_card(card: Card) -> Card:
    """The card for lists and pages where nothing is drawn: ``{L} layers`` reads "L layers"."""
    if "numeric" not in card.extra:
        return card
    return replace(card, variants={language: _readable(v) for language, v in card.variants.items()})


def working_block(numeric: Numeric, values: Mapping[str, Value], unit: str) -> str:
    """The working as a block of code: steps first, then the formula line by line, the last with its unit."""
    lines = [f"{symbol(name)} = {' '.join(working(step, values))}" for name, step in numeric.steps]
    lines += working(numeric.formula, values)
    lines[-1] = _with_unit(lines[-1], unit)
    return "\n".join(["```", *lines, "```"])


def _drawn(card: Card, numeric: Numeric, values: Mapping[str, Value]) -> Drawn:
    value = numeric.formula.value(values)
    result = result_line(value)[2:]
    variants = {}
    for language, variant in card.variants.items():
        unit = numeric.unit(language)
        filling = Filling(values, _with_unit(result, unit))
        block = working_block(numeric, values, unit)
        filled = _filled(variant, filling, block)
        variants[language] = replace(filled, question=filled.question + _unsaid(variant, numeric, filling))
    return Drawn(replace(card, variants=variants), numeric, values, value)


def _filled(variant: Variant, filling: Filling, block: str) -> Variant:
    body = fill(variant.answer, filling)
    return replace(
        variant,
        question=fill(variant.question, filling),
        context=fill(variant.context, filling),
        answer=f"{block}\n\n{body}".rstrip(),
        key_points=key_points(body),
        remarks=tuple(fill(remark, filling) for remark in variant.remarks),
    )


def _unsaid(variant: Variant, numeric: Numeric, filling: Filling) -> str:
    """A line with the values that the question does not state: nobody can compute with what is not given."""
    said = names_in(variant.question) | names_in(variant.context)
    missing = [name for name in numeric.variables if name not in said]
    given = ", ".join(f"`{symbol(name)}` = {fill(f'{{{name}}}', filling)}" for name in missing)
    return f"\n\n{given}" if given else ""


def _readable(variant: Variant) -> Variant:
    body = readable(variant.answer)
    return replace(
        variant,
        question=readable(variant.question),
        context=readable(variant.context),
        answer=body,
        key_points=key_points(body),
        remarks=tuple(map(readable, variant.remarks)),
    )


def _with_unit(number: str, unit: str) -> str:
    return f"{number} {unit}".rstrip()


def _gap(off_by: float | None) -> str:
    """How far a wrong number is off, where that teaches something."""
    if off_by is None or not 1e-12 < off_by < 1e12:
        return ""
    if off_by > 1:
        return Message("; yours is {factor} times as large", factor=numeral(off_by, 3))
    return Message("; yours is {factor} times too small", factor=numeral(1 / off_by, 3))
