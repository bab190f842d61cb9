"""Our own decks keep their promises: the same cards in both languages, each graded, asked on and linked to a demo.

What a card says is read by people; what can be counted is counted here, since a missing half is easy to overlook.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from flashcards.cards import Draft
from flashcards.lab.catalogue import read_catalogue
from flashcards.lab.params import resolve
from flashcards.sources import Reading, read_path
from flashcards.text.key_points import key_points

DECKS = Path(__file__).resolve().parents[2] / "decks"
FILES = sorted(DECKS.glob("*/*.md"))
FOLLOW_UP = {"en": "> Follow-up: ", "zh": "> 追问："}
DEMO_LINE = {"en": "> Demo: `{slug}`", "zh": "> 演示：`{slug}`"}
SOURCE_LINE = {"en": "> Source: ", "zh": "> 出处："}
BUILT = ("attention", "rope", "lora", "lora-merge", "kv-cache")


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
    quotes = [line for line in draft.answer.splitlines() if line.startswith(">")]
    assert quotes[-3].startswith(FOLLOW_UP[language])
    assert quotes[-2].startswith(SOURCE_LINE[language])
    (demo,) = draft.demos
    assert quotes[-1].startswith(DEMO_LINE[language].format(slug=demo.slug))


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
            assert formula.count(r"\left") == formula.count(r"\right"), formula
            assert formula.count(r"\begin") == formula.count(r"\end"), formula


@pytest.mark.parametrize(("file", "draft"), cards())
def test_a_chinese_card_is_chinese_and_an_english_card_has_no_chinese(file: Path, draft: Draft) -> None:
    text = draft.question + draft.answer + "".join(draft.also)
    han = len(re.findall(r"[\u4e00-\u9fff]", text))
    assert han > 100 if file.parent.name == "zh" else han == 0


@pytest.mark.parametrize(("file", "draft"), cards())
def test_a_link_to_a_demo_names_one_that_exists_with_parameters_it_takes(file: Path, draft: Draft) -> None:
    catalogue = read_catalogue()
    for link in draft.demos:
        resolve(catalogue.find(link.slug).params, link.params)  # raises where a name or a value is refused


@cache
def coverage(shared: Path) -> dict[str, dict[str, Any]]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    entries = yaml.load((shared / "deck_coverage.yaml").read_text("utf-8"), Loader=loader)["questions"]
    return {entry["id"]: entry for entry in entries}


def test_every_wanted_question_about_a_demo_that_exists_has_its_card(shared: Path) -> None:
    wanted = {entry["id"] for entry in coverage(shared).values() if entry["demo"] in BUILT}
    ours = {draft.card_id for file in FILES for draft in read(file).drafts}
    assert wanted
    assert wanted <= ours


@pytest.mark.parametrize(("file", "draft"), cards())
def test_a_card_covers_the_wanted_facts_with_at_least_as_many_points(
    shared: Path, file: Path, draft: Draft
) -> None:
    entry = coverage(shared)[str(draft.card_id)]
    assert len(key_points(draft.answer)) >= len(entry["key_facts"])
    assert draft.difficulty == entry["difficulty"]
    assert draft.demos[0].slug == entry["demo"]
    assert ("numeric" in draft.extra) == bool(entry.get("numeric"))
