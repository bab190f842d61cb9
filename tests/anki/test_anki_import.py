"""Our packages in a real Anki: the official package imports them, renders them and checks its database.

The oracle is slow to import, so this module opens few collections and asks several things of each.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flashcards.anki.export import export_package
from flashcards.cards import Card, CardId, DemoLink, Place, Variant

pytest.importorskip("anki", reason="the test oracle is not installed")

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c4890000000d49444154789c63606060f8"
    "0f0001040100 5fe5c34b0000000049454e44ae426082".replace(" ", "")
)
EDITED_AT = 1_763_000_500_000

FORMULAS = r"""Scores are divided by $\sqrt{d_k}$ and $a_{i} < b_{j}$ holds:

$$
\mathrm{softmax}\left(\frac{QK^\top}{\sqrt{d_k}}\right)V
$$

It costs 5$ here and 6$ there."""

CODE = """```cpp
std::vector<int> v{1}; // [sound:boom.mp3] $PID and $HOME
auto f = [&](auto x) { return map<int, pair<int, int>>{{x, {1, 2}}}; };
```

Inline `a[i] < b` and `{{x}}` too, but [latex]no[/latex] and \\\\(no maths\\\\)."""

TABLE = """| 方法 | 参数量 |
|---|---|
| LoRA | $r(d+k)$ |
| 全量 | `d*k` |

1. 外层
   - 内层 **加粗**
   - 内层二"""


def card(name: str, question: str, answer: str, **changes: Any) -> Card:
    language = changes.pop("language", "en")
    base = Card(
        id=CardId(name),
        deck="Anki trial",
        variants={language: Variant(question, answer, changes.pop("key_points", ()))},
        changed_at=1_763_000_000_000,
    )
    return replace(base, **changes)


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> list[Card]:
    """A small deck with everything that has broken converters before."""
    folder = tmp_path_factory.mktemp("notes")
    (folder / "img").mkdir()
    (folder / "img" / "loss curve.png").write_bytes(PNG)
    place = Place(str(folder / "notes.md"), 3, 9, number="2.1")
    return [
        card(
            "maths",
            "Why divide by $\\sqrt{d_k}$?",
            FORMULAS,
            path=("Attention", "Scaling"),
            tags=("core idea",),
        ),
        card("code", "What does `v<int>` hold?", CODE, path=("Attention",), key_points=("a lambda", "a map")),
        card("table", "LoRA 训练多少参数?", TABLE, language="zh", demos=(DemoLink("lora", {"rank": 8}),)),
        card(
            "image", "What does the curve show?", "![loss](img/loss%20curve.png)", place=place, reviewed=False
        ),
        card("gap", "The update has {{c1::low rank}}, scaled by {{c2::$\\alpha/r$}}.", "", kind="cloze"),
        card("open", "Still to be answered?", ""),
    ]


class Oracle:
    """A fresh Anki collection that packages are imported into."""

    def __init__(self, folder: Path) -> None:
        from anki.collection import Collection

        self.collection = Collection(str(folder / "collection.anki2"))

    def take(self, package: Path) -> Any:
        from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

        options = ImportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True)
        return self.collection.import_anki_package(
            ImportAnkiPackageRequest(package_path=str(package), options=options)
        ).log

    def rendered(self, question: str) -> tuple[str, str]:
        """Front and back of the first card whose first field holds ``question``."""
        (card_id, *_) = self.collection.find_cards(f'"{question}"')
        output = self.collection.get_card(card_id).render_output()
        return output.question_text, output.answer_text

    def schedules(self) -> list[Any]:
        return self.collection.db.all(
            "SELECT id, nid, did, type, queue, due, ivl, reps, data FROM cards ORDER BY id"
        )


@pytest.fixture(scope="module")
def oracle(cards: list[Card], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    """The deck, exported by us and imported by Anki."""
    folder = tmp_path_factory.mktemp("anki")
    export_package(cards, folder / "deck.apkg")
    oracle = Oracle(folder)
    oracle.log = oracle.take(folder / "deck.apkg")
    yield oracle
    oracle.collection.close()


def test_every_answered_card_arrives_and_nothing_conflicts(oracle: Oracle) -> None:
    log = oracle.log
    assert (len(log.new), len(log.conflicting), len(log.first_field_match), len(log.missing_deck)) == (
        5,
        0,
        0,
        0,
    )
    assert oracle.collection.card_count() == 6


def test_no_media_is_missing_and_the_database_is_sound(oracle: Oracle) -> None:
    check = oracle.collection.media.check()
    message, sound = oracle.collection.fix_integrity()
    assert (list(check.missing), list(check.unused)) == ([], [])
    assert sound, message


def test_decks_follow_the_headings(oracle: Oracle) -> None:
    names = {deck.name for deck in oracle.collection.decks.all_names_and_ids()}
    assert {"flashcards::Anki trial::Attention::Scaling", "flashcards::Anki trial::Attention"} <= names


def test_tags_arrive_without_spaces_and_unreviewed_cards_are_marked(oracle: Oracle) -> None:
    assert set(oracle.collection.tags.all()) == {"core-idea", "unreviewed"}


def test_new_cards_come_in_the_order_of_the_notes(oracle: Oracle) -> None:
    order = oracle.collection.db.list(
        "SELECT n.sfld FROM cards c JOIN notes n ON n.id = c.nid ORDER BY c.due, c.ord"
    )
    assert [text.split()[0] for text in order] == ["Why", "What", "LoRA", "What", "The", "The"]


def test_maths_is_rendered_as_mathjax_with_its_source_untouched(oracle: Oracle) -> None:
    question, answer = oracle.rendered("Why divide by")
    assert r"\(\sqrt{d_k}\)" in question
    assert r"\(a_{i} &lt; b_{j}\)" in answer
    assert r"\mathrm{softmax}\left(\frac{QK^\top}{\sqrt{d_k}}\right)V" in answer
    assert "5$ here and 6$ there" in answer


def test_nothing_in_code_or_prose_is_taken_for_a_command(oracle: Oracle) -> None:
    """Anki replaces [sound:…] and [latex] wherever they stand, in code as well."""
    output = oracle.collection.get_card(oracle.collection.find_cards('"What does"')[0]).render_output()
    assert output.answer_av_tags == []
    assert "boom.mp3" in output.answer_text
    assert "&#91;latex]no&#91;/latex]" in output.answer_text
    assert "{{x}}" in output.answer_text
    assert r"\(no maths\)" not in output.answer_text


def test_tables_lists_and_demos_are_on_the_back(oracle: Oracle) -> None:
    _, answer = oracle.rendered("训练多少参数")
    assert "<table>" in answer
    assert r"\(r(d+k)\)" in answer
    assert "<strong>加粗</strong>" in answer
    assert "flashcards demo lora --rank 8" in answer


def test_pictures_are_shown_by_a_flat_name(oracle: Oracle) -> None:
    _, answer = oracle.rendered("the curve")
    (name,) = [file.name for file in Path(oracle.collection.media.dir()).iterdir()]
    assert name.startswith("loss-curve-")
    assert f'src="{name}"' in answer


def test_a_cloze_hides_one_gap_at_a_time(oracle: Oracle) -> None:
    first, second = (
        oracle.collection.get_card(i).render_output() for i in oracle.collection.find_cards("low rank")
    )
    assert "low rank" not in first.question_text.replace('data-cloze="low&#x20;rank"', "")
    assert r"\(\alpha/r\)" in first.question_text
    assert "low rank" in second.question_text


def test_editing_one_card_updates_one_note_and_keeps_every_schedule(
    cards: list[Card], tmp_path: Path
) -> None:
    oracle = Oracle(tmp_path)
    export_package(cards, tmp_path / "first.apkg")
    oracle.take(tmp_path / "first.apkg")
    oracle.collection.sched.set_due_date(oracle.collection.find_cards("deck:*")[:4], "9")
    before, guids = oracle.schedules(), oracle.collection.db.list("SELECT guid FROM notes ORDER BY id")
    edited = card(
        "maths", "Why divide by $\\sqrt{d_k}$?", "So that the variance stays 1.", changed_at=EDITED_AT
    )
    edited = replace(edited, path=cards[0].path, tags=cards[0].tags)
    export_package([edited, *cards[1:]], tmp_path / "second.apkg")
    log = oracle.take(tmp_path / "second.apkg")
    assert (len(log.updated), len(log.new), len(log.conflicting), len(log.duplicate)) == (1, 0, 0, 4)
    assert "variance stays 1" in oracle.rendered("Why divide by")[1]
    assert oracle.schedules() == before
    assert oracle.collection.db.list("SELECT guid FROM notes ORDER BY id") == guids
    oracle.collection.close()


def test_the_independent_judge_of_packages_finds_no_fault(
    cards: list[Card], tmp_path: Path, shared: Path
) -> None:
    edited = replace(cards[1], changed_at=EDITED_AT, tags=("edited",))
    export_package(cards, tmp_path / "a.apkg", include_unanswered=True)
    export_package([cards[0], edited, *cards[2:]], tmp_path / "b.apkg", include_unanswered=True)
    command = [sys.executable, str(shared / "tools" / "check_apkg.py"), "a.apkg", "b.apkg", "--strict"]
    judged = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert judged.returncode == 0, judged.stdout[-2000:] + judged.stderr[-2000:]
    verdict = json.loads(judged.stdout)
    assert verdict["problems"] == []
    assert verdict["second"]["import"]["updated"] == 1
    assert verdict["second"]["comparison"]["scheduling_survived"]
