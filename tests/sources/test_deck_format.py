"""Our deck format: what is written is read back the same, and one mistake never costs another card."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from flashcards.cards import CardId, DemoLink, Draft
from flashcards.sources import DeckHeader, Reading, read_text
from flashcards.sources.deck_format import write_deck
from flashcards.text.fences import body_text, scan
from flashcards.text.key_points import key_points

FRONT = "---\nid: demo\ntitle: Demo deck\nlanguage: en\ntags: [one, 003, 2.10]\nauthor: {name: x}\n---\n"


def read(cards: str) -> Reading:
    return read_text(FRONT + textwrap.dedent(cards), name="deck.md")


def problems(cards: str) -> list[str]:
    return [p.located("deck.md") for p in read(cards).problems]


def test_front_matter_is_the_header_and_digits_stay_as_written() -> None:
    header = read("\n## q?\n<!-- id: a -->\nx\n").header
    assert header == DeckHeader("demo", "Demo deck", "en", ("one", "003", "2.10"), {"author": {"name": "x"}})


def test_a_card_has_metadata_points_and_prose() -> None:
    found = read(
        '\n## What is W?\n<!-- id: w.what, difficulty: 2, tags: [formula], also: [W?, "a, b"] -->\n'
        "- frozen\n- dense\n\n> Common mistake: none.\n"
    )
    (draft,) = found.drafts
    assert found.dialect == "flashcards"
    assert (draft.card_id, draft.difficulty, draft.tags) == ("w.what", 2, ("formula",))
    assert draft.also == ("W?", "a, b")
    assert draft.answer == "- frozen\n- dense\n\n> Common mistake: none."
    assert key_points(draft.answer) == ("frozen", "dense")
    assert found.problems == ()


def test_demo_parameters_are_numbers() -> None:
    (draft,) = read(
        '\n## q?\n<!-- id: a, demo: {rope: {theta: 1e6, dim: 8, name: "1e6", on: true}} -->\n'
    ).drafts
    assert draft.demos == (DemoLink("rope", {"theta": 1e6, "dim": 8, "name": "1e6", "on": True}),)


def test_a_card_may_have_several_demos() -> None:
    (draft,) = read("\n## q?\n<!-- id: a, demo: [lora, {rope: {theta: 2}}] -->\n").drafts
    assert draft.demos == (DemoLink("lora"), DemoLink("rope", {"theta": 2}))


def test_metadata_may_span_lines_and_unknown_keys_are_kept() -> None:
    (draft,) = read(
        '\n## {n} layers?\n<!-- id: a,\n  numeric: {vars: {n: [1, 2]}, formula: "2*n", unit: B},\n  mood: blue -->\n'
    ).drafts
    assert draft.kind == "numeric"
    assert draft.extra == {"numeric": {"vars": {"n": [1, 2]}, "formula": "2*n", "unit": "B"}, "mood": "blue"}


def test_a_heading_or_comment_inside_a_fence_is_code() -> None:
    (draft,) = read("\n## q?\n<!-- id: a -->\n```md\n## no card\n<!-- id: b -->\n```\n").drafts
    assert draft.answer == "```md\n## no card\n<!-- id: b -->\n```"


def test_broken_yaml_is_one_problem_and_the_other_cards_load() -> None:
    cards = "\n## a?\n<!-- id: a, tags: [x -->\nanswer\n\n## b?\n<!-- id: b -->\nanswer\n"
    assert [(d.card_id, d.answer) for d in read(cards).drafts] == [(None, "answer"), ("b", "answer")]
    (problem,) = problems(cards)
    assert problem.startswith("deck.md:10: the metadata of “a?” is not valid")


def test_a_missing_id_a_doubled_id_and_a_wrong_value_are_problems() -> None:
    cards = "\n## a?\nx\n\n## b?\n<!-- id: k -->\n## c?\n<!-- id: k, difficulty: 9 -->\n"
    assert problems(cards) == [
        "deck.md:9: “a?” has no id; add <!-- id: … --> below it",
        "deck.md:14: id k is taken by the card on line 12; ids are unique",
        "deck.md:15: difficulty must be a whole number from 1 to 5",
    ]
    assert len(read(cards).drafts) == 3


def test_broken_front_matter_keeps_the_cards() -> None:
    found = read_text("---\nid: [x\n---\n## a?\n<!-- id: a -->\nb\n", name="d")
    assert [d.card_id for d in found.drafts] == ["a"]
    assert found.header is None
    assert "front matter is not valid" in found.problems[0].message


def test_an_alias_bomb_is_a_problem_not_a_hang() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]"
    for new, old in zip("bcdefgh", "abcdefg", strict=True):
        bomb += f", {new}: &{new} [{', '.join([f'*{old}'] * 10)}]"
    assert "too many" in problems(f"\n## q?\n<!-- id: q, {bomb} -->\n")[0]


def test_an_ordinary_comment_belongs_to_the_answer() -> None:
    (draft,) = read("\n## q?\n<!-- draw this again -->\nx\n").drafts
    assert draft.answer == "<!-- draw this again -->\nx"


def test_a_comment_that_never_ends_is_told_and_ends_at_the_next_card() -> None:
    cards = "\n## q?\n<!-- id: a\n\n## r?\n<!-- id: r -->\n"
    assert problems(cards)[0] == "deck.md:9: “q?” has no id; add <!-- id: … --> below it"
    assert problems(cards)[1] == "deck.md:10: this comment never ends; close it with -->"
    assert [d.question for d in read(cards).drafts] == ["q?", "r?"]


def test_a_written_deck_is_plain_yaml_for_everyone_else() -> None:
    draft = Draft("q?", "a", 1, 1, card_id=CardId("x"), also=("yes: no", "a --> b"), importance=1.5)
    text = write_deck(DeckHeader("d", "T: t", "zh"), [draft])
    comment = text[text.index("<!--") + 4 : text.index("-->")]
    assert yaml.safe_load("{" + comment + "}") == {
        "id": "x",
        "importance": 1.5,
        "also": ["yes: no", "a --> b"],
    }
    assert yaml.safe_load(text.split("---")[1]) == {"id": "d", "title": "T: t", "language": "zh"}


def test_an_answer_that_leaves_a_fence_open_does_not_eat_the_next_card() -> None:
    drafts = [Draft("a?", "```py\nx", 1, 1), Draft("b?", "y", 1, 1)]
    found = read_text(write_deck(DeckHeader("d"), drafts), name="d")
    assert [d.question for d in found.drafts] == ["a?", "b?"]


# --- round trip -------------------------------------------------------------------------------------------

ALPHABET = "ab Z09.-_:,#>*`'\"[]{}<>!?\\&|%@=~是什么？：，注意力é\u200b"
words = (
    st.text(ALPHABET, min_size=1, max_size=20)
    .map(str.strip)
    .filter(lambda s: s and "```" not in s and "~~~" not in s)
)
short_texts = st.one_of(
    words, st.sampled_from(["a --> b", "yes", "null", "1e6", "2.10", "<!-- x", "x\ny", "- a"])
)
values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**12), 10**12),
        st.floats(allow_nan=False, allow_infinity=False),
        short_texts,
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=5,
)
answer_lines = st.one_of(
    words,
    st.sampled_from(
        [
            "",
            "# one",
            "## two",
            " ## two",
            "### three",
            "#",
            "- a",
            "```py\n## code\n# c\n```",
            "~~~\n<!--\n~~~",
            "<!-- c -->",
            "---",
            "> q",
        ]
    ),
)
answers = st.lists(answer_lines, max_size=6).map(lambda parts: body_text(scan("\n".join(parts)).lines))
known_keys = {
    "id",
    "demo",
    "demos",
    "difficulty",
    "importance",
    "tags",
    "also",
    "kind",
    "reviewed",
    "number",
    "path",
    "form",
    "remarks",
    "context",
}
text_tuples = st.lists(short_texts, max_size=3).map(tuple)
drafts_strategy = st.builds(
    Draft,
    question=words,
    answer=answers,
    line=st.just(0),
    end_line=st.just(0),
    number=st.none() | words,
    path=text_tuples,
    form=st.sampled_from(["question", "statement", "topic", "note"]),
    remarks=text_tuples,
    context=st.just("") | short_texts,
    card_id=st.none() | words.map(CardId),
    kind=st.sampled_from(["qa", "cloze", "numeric"]),
    tags=text_tuples,
    difficulty=st.none() | st.integers(1, 5),
    importance=st.none() | st.floats(0, 100),
    demos=st.lists(st.builds(DemoLink, words, st.dictionaries(words, values, max_size=2)), max_size=2).map(
        tuple
    ),
    also=text_tuples,
    reviewed=st.none() | st.booleans(),
    extra=st.dictionaries(words.filter(lambda key: key not in known_keys), values, max_size=2),
)
headers = st.builds(
    DeckHeader,
    id=words,
    title=st.none() | short_texts,
    language=st.sampled_from([None, "zh", "en"]),
    tags=text_tuples,
    extra=st.dictionaries(
        words.filter(lambda key: key not in {"id", "title", "language", "tags"}), values, max_size=2
    ),
)


def without_place(drafts: Iterable[Draft]) -> list[Any]:
    return [replace(d, line=0, end_line=0) for d in drafts]


@given(headers, st.lists(drafts_strategy, min_size=1, max_size=4))
def test_what_is_written_is_read_back_the_same(header: DeckHeader, drafts: list[Draft]) -> None:
    found = read_text(write_deck(header, drafts), name="d", dialect="flashcards")
    assert found.header == header
    assert without_place(found.drafts) == without_place(drafts)


@given(st.text(alphabet="-#<>! \nid:[]{}&*ab,\"'`~", max_size=120))
def test_any_text_can_be_read_as_a_deck(text: str) -> None:
    found = read_text(FRONT + text, name="d", dialect="flashcards")
    again = read_text(
        write_deck(found.header or DeckHeader("x"), found.drafts), name="d", dialect="flashcards"
    )
    assert without_place(again.drafts) == without_place(found.drafts)
