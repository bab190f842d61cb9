"""Our own decks keep their promises: the same cards in both languages, each graded, asked on and linked to a demo.

What a card says is read by people; what can be counted is counted here, since a missing half is easy to overlook.
"""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from flashcards.cards import Draft
from flashcards.sources import Reading, read_path
from flashcards.text.key_points import key_points

DECKS = Path(__file__).resolve().parents[2] / "decks"
FILES = sorted(DECKS.glob("*/*.md"))
FOLLOW_UP = {"en": "> Follow-up: ", "zh": "> 追问："}
DEMO_LINE = {"en": "> Demo: `{slug}`", "zh": "> 演示：`{slug}`"}
UNWRITTEN: set[str] = {"data-pipeline", "evaluation", "python", "security", "sft"}
"""Topics of the wanted questions that our decks do not cover whole yet."""
SOURCE_LINE = {"en": "> Source: ", "zh": "> 出处："}


@cache
def read(file: Path) -> Reading:
    return read_path(file)


def cards() -> list[Any]:
    return [
        pytest.param(file, draft, id=f"{file.parent.name}:{draft.card_id}")
        for file in FILES
        for draft in read(file).drafts
    ]


def outside_code(answer: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", answer, flags=re.DOTALL)


def test_there_are_decks_in_both_languages() -> None:
    assert {file.parent.name for file in FILES} == {"en", "zh"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_deck_reads_without_a_problem_and_leaves_nothing_out(file: Path) -> None:
    reading = read(file)
    assert reading.dialect == "flashcards"
    assert reading.problems == ()
    assert reading.skipped == ()


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_deck_says_its_name_its_title_and_its_language(file: Path) -> None:
    header = read(file).header
    assert header is not None
    assert (header.id, header.language) == (file.stem, file.parent.name)
    assert header.title


@pytest.mark.parametrize("name", sorted({file.name for file in FILES}))
def test_both_languages_hold_the_same_cards_in_the_same_order(name: str) -> None:
    chinese, english = (
        [draft.card_id for draft in read(DECKS / lang / name).drafts] for lang in ("zh", "en")
    )
    assert chinese == english


@pytest.mark.parametrize("name", sorted({file.name for file in FILES}))
def test_what_is_not_language_is_equal_in_both_languages(name: str) -> None:
    def facts(language: str) -> list[Any]:
        return [
            (
                draft.demos,
                draft.difficulty,
                draft.tags,
                {k: v for k, v in draft.extra.items() if k != "numeric"},
            )
            for draft in read(DECKS / language / name).drafts
        ]

    assert facts("zh") == facts("en")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_card_has_an_id_of_its_own(language: str) -> None:
    ids = [draft.card_id for file in FILES if file.parent.name == language for draft in read(file).drafts]
    assert None not in ids
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("file", "draft"), cards())
def test_a_card_has_three_to_six_key_points(file: Path, draft: Draft) -> None:
    assert 3 <= len(key_points(draft.answer)) <= 6


@pytest.mark.parametrize(("file", "draft"), cards())
def test_a_card_has_a_difficulty_and_two_to_four_other_ways_to_ask(file: Path, draft: Draft) -> None:
    assert draft.difficulty in range(1, 6)
    assert 2 <= len(set(draft.also) - {draft.question}) == len(draft.also) <= 4


@pytest.mark.parametrize(("file", "draft"), cards())
def test_a_card_ends_with_follow_up_source_and_what_its_demo_shows(file: Path, draft: Draft) -> None:
    language = file.parent.name
    lines = iter(line for line in reversed(draft.answer.splitlines()) if line.startswith(">"))
    if draft.demos:
        assert next(lines).startswith(DEMO_LINE[language].format(slug=draft.demos[0].slug))
    else:
        assert draft.extra["no_demo"]
    assert next(lines).startswith(SOURCE_LINE[language])
    assert next(lines).startswith(FOLLOW_UP[language])


@pytest.mark.parametrize(("file", "draft"), cards())
def test_the_formulas_of_a_card_are_closed(file: Path, draft: Draft) -> None:
    answer = outside_code(draft.answer)
    for block in answer.split("\n\n"):
        displayed = re.findall(r"\$\$.+?\$\$", block, re.DOTALL)
        inline = re.sub(r"\$\$.+?\$\$", "", block, flags=re.DOTALL)
        assert inline.count("$") % 2 == 0, block
        for formula in [*displayed, *re.findall(r"\$[^$]+\$", inline)]:
            bare = formula.replace(r"\{", "").replace(r"\}", "")
            assert bare.count("{") == bare.count("}"), formula
            left, right = (re.findall(rf"\\{side}(?![a-z])", formula) for side in ("left", "right"))
            assert len(left) == len(right), formula
            assert formula.count(r"\begin") == formula.count(r"\end"), formula


@pytest.mark.parametrize(("file", "draft"), cards())
def test_a_chinese_card_is_chinese_and_an_english_card_has_no_chinese(file: Path, draft: Draft) -> None:
    text = draft.question + draft.answer + "".join(draft.also)
    han = len(re.findall(r"[\u4e00-\u9fff]", text))
    assert han > 100 if file.parent.name == "zh" else han == 0


def test_the_linter_finds_no_error() -> None:
    """Links, parameters, numbers with nothing behind them, lengths: what ``flashcards check decks`` finds."""
    run = subprocess.run(
        [sys.executable, "-m", "flashcards", "check", str(DECKS)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout[-4000:]


@cache
def ids_in(language: str) -> frozenset[str]:
    files = [file for file in FILES if file.parent.name == language]
    return frozenset(str(draft.card_id) for file in files for draft in read(file).drafts)


@cache
def coverage(shared: Path) -> dict[str, dict[str, Any]]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    entries = yaml.load((shared / "deck_coverage.yaml").read_text("utf-8"), Loader=loader)["questions"]
    return {entry["id"]: entry for entry in entries}


def test_every_wanted_question_of_a_written_topic_has_its_card_in_both_languages(shared: Path) -> None:
    """A topic that is complete in both languages has to leave ``UNWRITTEN``."""
    missing = {
        entry["topic"]
        for language in ("zh", "en")
        for card_id, entry in coverage(shared).items()
        if card_id not in ids_in(language)
    }
    assert missing == UNWRITTEN


@pytest.mark.parametrize(("file", "draft"), cards())
def test_a_card_covers_the_wanted_facts_with_at_least_as_many_points(
    shared: Path, file: Path, draft: Draft
) -> None:
    entry = coverage(shared)[str(draft.card_id)]
    assert len(key_points(draft.answer)) >= min(len(entry["key_facts"]), 6)
    assert draft.difficulty == entry["difficulty"]
    assert [link.slug for link in draft.demos[:1]] == [entry["demo"]] * bool(entry["demo"])
    assert ("numeric" in draft.extra) == bool(entry.get("numeric"))
