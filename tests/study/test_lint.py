"""The linter of decks finds what a card lacks and says what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flashcards.lab.catalogue import Catalogue, read_catalogue
from flashcards.sources import read_path
from flashcards.sources.figures import figures_in
from flashcards.study.lint import Linter
from flashcards.study.transcripts import transcript_numbers

HEAD = "---\nid: caches\ntitle: Caches\nlanguage: en\n---\n\n"
META = 'id: cache.what, demo: rope, difficulty: 2, also: ["What is cached?", "Explain the cache."]'
POINTS = "- keys are kept\n- values are kept\n- queries are not"
QUOTES = """> Common mistake: counting queries too. They are needed once.

> Follow-up: Why not queries? (Only the newest one asks.)

> Source: Shazeer 2019, §2 (arXiv:1911.02150): 350 GB, 37.7M

> Demo: `rope` shows the stored keys."""
NUMERIC = 'numeric: {vars: {L: [16, 24, 32, 40], d: [64, 128, 256]}, formula: "2*L*d", unit: B}'


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue()


class Deck:
    """A deck file of one card, good unless a part of it is given otherwise."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self.folder, self.catalogue = folder, catalogue

    def findings(
        self,
        *,
        question: str = "What does a KV cache hold?",
        meta: str = META,
        points: str = POINTS,
        prose: str = "Nothing else is stored.",
        quotes: str = QUOTES,
    ) -> list[str]:
        file = self.folder / "caches.md"
        body = "\n\n".join(part for part in (points, prose, quotes) if part)
        file.write_text(f"{HEAD}## {question}\n<!-- {meta} -->\n{body}\n", "utf-8")
        return [f.message for f in Linter(self.catalogue).check(read_path(file), file)]


@pytest.fixture
def deck(tmp_path: Path, catalogue: Catalogue) -> Deck:
    return Deck(tmp_path, catalogue)


def test_nothing_is_said_about_a_card_that_has_everything(deck: Deck) -> None:
    assert deck.findings() == []


def test_a_finding_stands_at_the_line_of_its_card(deck: Deck, tmp_path: Path) -> None:
    deck.findings(points="- only one")
    file = tmp_path / "caches.md"
    (finding,) = Linter(deck.catalogue).check(read_path(file), file)
    assert finding.located() == f"{file}:7: 1 key points; 3 to 6 are graded well, one idea each"


@pytest.mark.parametrize(
    ("part", "text", "said"),
    [
        ("meta", META.replace("id: cache.what, ", ""), "has no id"),
        ("points", "- one\n- two", "2 key points"),
        ("points", "\n".join(f"- point {n}" for n in "abcdefg"), "7 key points"),
        ("points", "Keys and values.", "begins with no list"),
        ("prose", "Steps:\n\n- first\n- second", "second list"),
        ("prose", "word " * 500, "characters, 2400 are enough"),
        ("meta", META.replace(', "Explain the cache."', ""), "`also` has 1 ways"),
        ("meta", META.replace("Explain the cache.", "What is cached?"), "repeats itself"),
        ("meta", META.replace("difficulty: 2, ", ""), "no difficulty"),
        ("quotes", QUOTES.replace("> Follow-up:", "> Next:"), "no line `> Follow-up: …`"),
        ("quotes", QUOTES.replace("> Source:", "> From:"), "no line `> Source: …`"),
        ("quotes", QUOTES.partition("> Demo")[0], "no line `> Demo: …`"),
        ("quotes", QUOTES.replace("> Source: ", "> 出处："), "is to begin with `> Source: `"),
        ("quotes", "\n\n".join(reversed(QUOTES.split("\n\n"))), "stand in another order"),
        ("quotes", QUOTES.replace("`rope`", "`lora`"), "does not name `rope`"),
        ("meta", META.replace("demo: rope, ", ""), "no demo; link one"),
        ("meta", META.replace("rope", "no-such-thing"), "there is no demo no-such-thing"),
        ("meta", META.replace("demo: rope", "demo: {rope: {colour: 5}}"), "no parameter 'colour'"),
        ("meta", META.replace("demo: rope", "demo: {rope: {head_dim: -5}}"), "--head-dim takes"),
        ("prose", "It takes 2,147,483,648 bytes.", "nothing supports 2,147,483,648"),
        ("meta", META + ', calc: ["2*3 = 7"]', "is wrong: it is 6"),
        ("meta", META + ', numeric: {vars: {L: [1]}, formula: "L*x", unit: B}', "x, which is no variable"),
    ],
)
def test_what_a_card_lacks_is_said(deck: Deck, part: str, text: str, said: str) -> None:
    assert any(said in message for message in deck.findings(**{part: text})), deck.findings(**{part: text})


@pytest.mark.parametrize(
    "parts",
    [
        {"meta": META + ', calc: ["2**31/4*4 = 2147483648"]', "prose": "It takes 2,147,483,648 bytes."},
        {"prose": "The model had 350 GB; adapters had 37.7M."},
        {"question": "How large are 12345 tokens?", "prose": "For 12345 tokens it is large."},
        {"meta": META.replace("demo: rope", "no_demo: a survey"), "quotes": QUOTES.partition("> Demo")[0]},
    ],
)
def test_what_is_supported_or_explained_is_no_finding(deck: Deck, parts: dict[str, str]) -> None:
    parts = {k: v.strip() for k, v in parts.items()}
    assert deck.findings(**parts) == []


def test_a_number_that_the_demos_recording_states_is_supported(tmp_path: Path, catalogue: Catalogue) -> None:
    demo = catalogue.demos["rope"]
    numbers = transcript_numbers(demo)
    assert demo.params[0].default in numbers
    written = next(text for n in numbers if figures_in(text := f"{abs(n):.4g}") and "e" not in text)
    deck = Deck(tmp_path, catalogue)
    assert deck.findings(prose=f"It measures {written}.") == []
    assert deck.findings(prose=f"It measures {written}7.") != []


def test_a_planned_demo_is_a_note_and_no_error(tmp_path: Path) -> None:
    none_built = Catalogue({}, ())
    file = tmp_path / "caches.md"
    file.write_text(f"{HEAD}## What?\n<!-- {META} -->\n{POINTS}\n\n{QUOTES}\n", "utf-8")
    (finding,) = Linter(none_built).check(read_path(file), file)
    assert finding.level == "note" and "rope is planned" in finding.message


def test_a_numeric_card_must_say_what_it_gives(deck: Deck) -> None:
    meta = f"{META}, {NUMERIC}"
    good = "How many bytes do {L} layers of width {d} take?"
    assert deck.findings(question=good, meta=meta, points=POINTS + "\n- here {answer}, twice {= L*d}") == []
    assert any(
        "does not say what d is" in m for m in deck.findings(question="What do {L} layers take?", meta=meta)
    )
    assert any("{q} is no variable" in m for m in deck.findings(question=good, meta=meta, prose="It is {q}."))
    assert any("gives the answer away" in m for m in deck.findings(question=good + " {answer}", meta=meta))


def test_a_numeric_card_is_computed_for_every_combination(deck: Deck) -> None:
    question = "How much is {L} over {d}?"
    broken = META + ', numeric: {vars: {L: [1, 2], d: [1, 0]}, formula: "L/d", unit: ""}'
    assert any("divides by zero" in message for message in deck.findings(question=question, meta=broken))
    few = META + ', numeric: {vars: {L: [1, 2], d: [1, 3]}, formula: "L/d", unit: ""}'
    assert deck.findings(question=question, meta=few) == [
        "only 4 combinations; 12 keep the answer from being learnt by heart"
    ]


def test_ids_are_unique_over_all_files_of_a_language(tmp_path: Path, catalogue: Catalogue) -> None:
    linter = Linter(catalogue)
    messages = []
    for name in ("one.md", "two.md"):
        file = tmp_path / name
        file.write_text(f"{HEAD}## What?\n<!-- {META} -->\n{POINTS}\n\n{QUOTES}\n", "utf-8")
        messages += [f.message for f in linter.check(read_path(file), file)]
    assert messages == [f"id cache.what is taken by {tmp_path / 'one.md'}:7; ids are unique"]


ZH = {
    "language: en": "language: zh",
    "> Common mistake: ": "> 常见误区：",
    "> Follow-up: ": "> 追问：",
    "> Source: ": "> 出处：",
    "> Demo: ": "> 演示：",
}


def two_languages(folder: Path) -> tuple[Path, Path]:
    english, chinese = folder / "en" / "caches.md", folder / "zh" / "caches.md"
    text = f"{HEAD}## What?\n<!-- {META} -->\n{POINTS}\n\n{QUOTES}\n"
    english.parent.mkdir()
    chinese.parent.mkdir()
    english.write_text(text, "utf-8")
    for old, new in ZH.items():
        text = text.replace(old, new)
    chinese.write_text(text, "utf-8")
    return english, chinese


def check(catalogue: Catalogue, file: Path) -> list[str]:
    return [f.message for f in Linter(catalogue).check(read_path(file), file)]


def test_a_deck_with_its_translation_is_whole(tmp_path: Path, catalogue: Catalogue) -> None:
    english, chinese = two_languages(tmp_path)
    assert check(catalogue, english) == check(catalogue, chinese) == []


def test_a_missing_translation_of_a_deck_or_a_card_is_found(tmp_path: Path, catalogue: Catalogue) -> None:
    english, chinese = two_languages(tmp_path)
    chinese.write_text(chinese.read_text("utf-8").replace("cache.what", "cache.other"), "utf-8")
    assert check(catalogue, english) == ["cache.what is not in caches.md; translate the card"]
    chinese.unlink()
    assert check(catalogue, english) == [f"there is no translation; write {chinese} with the same ids"]


def test_what_is_not_language_must_be_the_same_in_both(tmp_path: Path, catalogue: Catalogue) -> None:
    english, chinese = two_languages(tmp_path)
    changed = (
        chinese.read_text("utf-8")
        .replace("difficulty: 2", "difficulty: 3")
        .replace("demo: rope", "demo: lora")
    )
    chinese.write_text(changed.replace("`rope`", "`lora`"), "utf-8")
    assert check(catalogue, english) == [
        "demo differs from zh/caches.md; make both the same",
        "difficulty differs from zh/caches.md; make both the same",
    ]


def test_nothing_is_said_about_notes_that_are_no_deck(tmp_path: Path, catalogue: Catalogue) -> None:
    file = tmp_path / "notes.md"
    file.write_text("# Notes\n\n## 1. What is LoRA?\n\nAn adapter of 12345 parts.\n", "utf-8")
    assert check(catalogue, file) == []
