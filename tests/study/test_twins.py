"""Twins: linked by themselves only where that is certain, one schedule, and parted without a trace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from flashcards.cards import CardId, Rating
from flashcards.store import reviews, twins
from flashcards.study import library as library_module
from flashcards.study.library import Library, LibraryError
from flashcards.study.session import Session, undo_last
from flashcards.study.statistics import card_history
from flashcards.study.twins import (
    OurCards,
    TwinError,
    accept,
    asked_with,
    offered,
    part,
    question_key,
    twin_of,
)

from ..seed_labels import coverage_entries, labelled_questions
from .conftest import StoppedClock

DECK = """---
id: peft
title: {title}
language: {language}
---

"""
ZH = """## LoRA 是什么？
<!-- id: lora.what, also: [LoRA 指的是什么, 低秩适配是什么意思] -->
- 冻结权重，训练低秩的 B·A

## P-tuning 的原理是什么？
<!-- id: ptuning.idea -->
- 训练连续提示，由提示编码器产生

## prompt tuning 怎么实现？
<!-- id: prompt.idea -->
- 只训练输入层的软提示

## KV 缓存有多少字节？
<!-- id: kv.size -->
- 2·L·h·d·T·b
"""
EN = """## What is LoRA?
<!-- id: lora.what, also: [What does LoRA stand for?] -->
- frozen weights, a trained low-rank product

## How does P-tuning work?
<!-- id: ptuning.idea -->
- continuous prompts from an encoder
"""
NOTES = """# 面试

### 1. 什么是 LoRA?

### 2. P-tuning 思路是什么?

### 3. KV cache 占多少字节?

- 看层数

### 4. 今天吃什么?

- 面
"""


@pytest.fixture
def decks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Our decks, for one test."""
    folder = tmp_path / "decks"
    for language, cards in (("zh", ZH), ("en", EN)):
        (folder / language).mkdir(parents=True)
        text = DECK.format(title="PEFT", language=language) + cards
        (folder / language / "peft.md").write_text(text, "utf-8")
    monkeypatch.setattr(library_module, "shipped_folder", lambda name: tmp_path / name)
    return folder


@pytest.fixture
def library(decks: Path, tmp_path: Path, clock: StoppedClock) -> Iterator[Library]:
    with Library.open(tmp_path / "home", clock) as opened:
        yield opened


@pytest.fixture
def filled(library: Library, notes: Path) -> Library:
    (notes / "n.md").write_text(NOTES, "utf-8")
    library.add([notes])
    return library


def own(library: Library, number: int) -> CardId:
    """The id of a card of the notes."""
    return next(c.id for c in library.find("is:own") if c.place and c.place.number == str(number))


def answer(session: Session, rating: Rating = Rating.GOOD) -> CardId:
    assert session.card is not None
    card_id = session.card.id
    session.reveal()
    session.grade(rating)
    return card_id


LORA, PTUNING, KV = CardId("lora.what"), CardId("ptuning.idea"), CardId("kv.size")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("什么是 LoRA？", "LoRA 是什么"),
        ("请问什么是LoRA呢?", "lora是什么？"),
        ("What's LoRA?", "what is LoRA"),
        ("**RoPE** 有什么优点？", "RoPE有什么优点"),
    ],
)
def test_questions_that_differ_in_form_alone_are_equal(one: str, other: str) -> None:
    assert question_key(one) == question_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("什么是 LoRA？", "什么是 QLoRA？"),
        ("什么是 LoRA？它为什么有效？", "LoRA 是什么"),
        ("LoRA 为什么快？", "LoRA 为什么不快？"),
        ("int8 是什么", "int4 是什么"),
        ("LoRA 的优点是什么", "LoRA 的缺点是什么"),
        ("P-tuning 是什么", "P-tuning v2 是什么"),
        ("`a-b` 是什么", "`a b` 是什么"),
        ("What is LoRA?", "Why is LoRA?"),
    ],
)
def test_questions_that_ask_something_else_are_not(one: str, other: str) -> None:
    assert question_key(one) != question_key(other)


def test_an_equal_question_is_linked_by_itself_and_nothing_else_is(filled: Library) -> None:
    assert twin_of(filled, own(filled, 1)) == LORA
    assert [twin_of(filled, own(filled, n)) for n in (2, 3, 4)] == [None, None, None]


def test_another_way_to_ask_links_as_the_question_does(library: Library, notes: Path) -> None:
    (notes / "n.md").write_text("### 1. 低秩适配是什么意思?\n\n### 2. What does LoRA stand for?\n", "utf-8")
    library.add([notes])
    assert twin_of(library, own(library, 1)) == twin_of(library, own(library, 2)) == LORA


def test_a_question_two_of_our_cards_ask_is_not_linked(library: Library, notes: Path, decks: Path) -> None:
    file = decks / "zh" / "peft.md"
    file.write_text(
        file.read_text("utf-8") + "\n## 什么是 LoRA？\n<!-- id: lora.again -->\n- 另一张\n", "utf-8"
    )
    with Library.open(library.home.folder, library.clock) as reopened:
        (notes / "n.md").write_text("### 1. LoRA 是什么?\n", "utf-8")
        reopened.add([notes])
        assert twin_of(reopened, own(reopened, 1)) is None


def test_a_card_of_ours_that_comes_later_is_linked_to_the_notes_there_are(
    filled: Library, decks: Path
) -> None:
    file = decks / "zh" / "peft.md"
    extra = "\n## 午饭吃什么？\n<!-- id: lunch, also: [今天吃什么] -->\n- 面\n"
    file.write_text(file.read_text("utf-8") + extra, "utf-8")
    with Library.open(filled.home.folder, filled.clock) as reopened:
        assert twin_of(reopened, own(reopened, 4)) == CardId("lunch")


def test_a_question_rewritten_into_another_loses_the_twin_it_got_by_itself(
    filled: Library, notes: Path, clock: StoppedClock
) -> None:
    clock.forward(minutes=1)
    (notes / "n.md").write_text(NOTES.replace("什么是 LoRA?", "LoRA 的秩怎么选?"), "utf-8")
    filled.rescan()
    assert twin_of(filled, own(filled, 1)) is None
    assert not filled.card(own(filled, 1)).answered


def test_our_likeliest_cards_are_offered_and_at_most_five(filled: Library) -> None:
    assert offered(filled, own(filled, 2))[0] == PTUNING
    assert offered(filled, own(filled, 3))[0] == KV
    assert len(offered(filled, own(filled, 2))) <= 5


def test_nothing_is_offered_to_a_question_of_another_field_a_linked_one_or_ours(filled: Library) -> None:
    assert offered(filled, own(filled, 4)) == offered(filled, own(filled, 1)) == offered(filled, LORA) == []


def test_an_unanswered_question_shows_its_twins_answer_and_says_whose_it_is(filled: Library) -> None:
    card = filled.card(own(filled, 1))
    variant = card.variants["zh"]
    assert variant.question == "什么是 LoRA?" and "低秩" in variant.answer and variant.twin == LORA
    assert variant.key_points == ("冻结权重，训练低秩的 B·A",)
    assert card.id not in filled.find_ids("is:unanswered")
    assert filled.card(LORA).variants["zh"].twin is None


def test_an_answer_of_the_persons_own_stands_before_the_twins(filled: Library) -> None:
    accept(filled, own(filled, 3), KV)
    assert filled.card(own(filled, 3)).variants["zh"].answer == "- 看层数"
    assert filled.card(own(filled, 3)).variants["zh"].twin is None


def test_of_twins_one_is_asked_in_the_persons_words_with_one_schedule(filled: Library) -> None:
    card_id = own(filled, 1)
    session = Session.start(filled)
    asked = []
    while session.card is not None:
        asked.append(answer(session))
    assert card_id in asked and LORA not in asked
    assert filled.standing(LORA).schedule == filled.standing(card_id).schedule is not None
    assert Session.start(filled).phase == "done"
    assert [r.card_id for r in reviews.shared_answers(filled.db, LORA)] == [card_id]


def test_our_card_is_asked_where_only_its_deck_is_studied(filled: Library) -> None:
    session = Session.start(filled, "is:shipped id:lora.what")
    assert answer(session) == LORA
    assert filled.standing(own(filled, 1)).schedule == filled.standing(LORA).schedule


def test_the_day_counts_twins_once(filled: Library) -> None:
    before = filled.home_summary().new
    accept(filled, own(filled, 3), KV)
    assert filled.home_summary().new == before - 1
    assert filled.home_summary().new == Session.start(filled).progress.left


def test_a_due_twin_counts_once_in_the_day_and_in_the_forecast(filled: Library, clock: StoppedClock) -> None:
    accept(filled, own(filled, 3), KV)
    answer(Session.start(filled, "id:kv.size"), Rating.AGAIN)
    clock.forward(days=30)
    assert filled.home_summary().due == 1
    assert sum(filled.home_summary().forecast.values()) == 1
    assert Session.start(filled, "is:due").progress.left == 1


def test_a_twin_known_from_yesterday_is_no_new_card_of_today(filled: Library, clock: StoppedClock) -> None:
    answer(Session.start(filled, "id:lora.what"), Rating.AGAIN)
    clock.forward(days=5)
    answer(Session.start(filled, f"id:{own(filled, 1)}"))
    assert reviews.done_today(filled.db, filled.today) == ({}, 1)


def test_undo_takes_an_answer_back_from_both(filled: Library) -> None:
    session = Session.start(filled, "id:lora.what")
    answer(session)
    assert session.undo()
    assert filled.standing(LORA).schedule is None and filled.standing(own(filled, 1)).schedule is None
    answer(Session.start(filled, f"id:{own(filled, 1)}"))
    undo_last(filled)
    assert filled.standing(LORA).schedule is None and filled.standing(own(filled, 1)).schedule is None


def test_burying_and_suspending_one_puts_both_aside_and_undo_brings_both_back(filled: Library) -> None:
    card_id = own(filled, 1)
    session = Session.start(filled, f"id:{card_id}")
    session.suspend()
    assert filled.standing(card_id).suspended and filled.standing(LORA).suspended
    session.undo()
    assert not filled.standing(card_id).suspended and not filled.standing(LORA).suspended
    session.bury()
    assert LORA not in [c.id for c in _asked(Session.start(filled))]


def _asked(session: Session) -> list[object]:
    cards = []
    while session.card is not None:
        cards.append(session.card)
        answer(session)
    return cards


def test_two_histories_become_one_and_parting_gives_each_its_own_again(
    filled: Library, clock: StoppedClock
) -> None:
    card_id = own(filled, 3)
    answer(Session.start(filled, f"id:{card_id}"), Rating.EASY)
    clock.forward(days=3)
    answer(Session.start(filled, "id:kv.size"), Rating.HARD)
    theirs, ours = filled.standing(card_id).schedule, filled.standing(KV).schedule
    log = filled.db.rows("SELECT * FROM reviews")
    accept(filled, card_id, KV)
    shared = filled.standing(card_id).schedule
    assert shared is not None and shared == filled.standing(KV).schedule and shared.reps == 2
    assert [step.review.card_id for step in card_history(filled, KV)] == [card_id, KV]
    assert part(filled, card_id) == KV
    assert filled.standing(card_id).schedule == theirs and filled.standing(KV).schedule == ours
    assert filled.db.rows("SELECT * FROM reviews") == log
    assert twins.link_of(filled.db, card_id) is None


def test_what_the_person_chose_is_kept_when_the_notes_are_read_again(
    filled: Library, notes: Path, clock: StoppedClock
) -> None:
    card_id = own(filled, 2)
    accept(filled, card_id, PTUNING)
    clock.forward(minutes=1)
    (notes / "n.md").write_text(NOTES.replace("思路是什么", "的思路是什么样的"), "utf-8")
    filled.rescan()
    assert twin_of(filled, card_id) == PTUNING and filled.card(card_id).answered


def test_equal_questions_that_were_parted_are_not_linked_again(
    filled: Library, notes: Path, clock: StoppedClock
) -> None:
    card_id = own(filled, 1)
    part(filled, card_id)
    assert not filled.card(card_id).answered
    clock.forward(minutes=1)
    (notes / "n.md").write_text(NOTES.replace("什么是 LoRA?", "什么是 lora ?"), "utf-8")
    filled.rescan()
    assert twin_of(filled, card_id) is None
    assert offered(filled, card_id)[0] == LORA
    accept(filled, card_id, LORA)
    assert twin_of(filled, card_id) == LORA


def test_choosing_another_twin_leaves_the_first_as_it_was(filled: Library) -> None:
    card_id = own(filled, 1)
    answer(Session.start(filled, f"id:{card_id}"))
    accept(filled, card_id, PTUNING)
    assert filled.standing(LORA).schedule is None
    assert filled.standing(PTUNING).schedule == filled.standing(card_id).schedule is not None


def test_several_notes_of_one_question_are_twins_of_each_other(filled: Library, tmp_path: Path) -> None:
    other = tmp_path / "more.md"
    other.write_text("### 7. LoRA 是什么?\n\n- 我的答案\n", "utf-8")
    filled.add([other])
    answer(Session.start(filled, f"id:{own(filled, 7)}"))
    schedules = {filled.standing(c).schedule for c in (own(filled, 1), own(filled, 7), LORA)}
    assert len(schedules) == 1 and None not in schedules
    assert len(_asked(Session.start(filled, "LoRA", ahead=True))) == 1


def test_a_replay_of_the_whole_log_rebuilds_the_shared_schedules(filled: Library) -> None:
    from flashcards.scheduling.schedule import replay

    accept(filled, own(filled, 3), KV)
    answer(Session.start(filled, f"id:{own(filled, 3)}"))
    answer(Session.start(filled, "id:kv.size", ahead=True), Rating.AGAIN)
    log = dict(reviews.all_answers(filled.db))
    assert list(log) == [KV] and len(log[KV]) == 2
    assert replay(filled.model, log[KV]) == filled.standing(own(filled, 3)).schedule


def test_a_merged_note_brings_its_twin_along(filled: Library, tmp_path: Path) -> None:
    other = tmp_path / "more.md"
    other.write_text("### 7. 微调时低秩是怎么回事?\n\n- 秩\n", "utf-8")
    filled.add([other])
    kept, duplicate = own(filled, 7), own(filled, 1)
    filled.merge(kept, duplicate)
    assert twin_of(filled, kept) == LORA and twins.link_of(filled.db, duplicate) is None


def test_only_a_note_and_one_of_ours_are_twins(filled: Library) -> None:
    for one, other in ((own(filled, 1), own(filled, 2)), (LORA, KV), (LORA, own(filled, 1))):
        with pytest.raises(TwinError, match="a card of your notes and one of ours"):
            accept(filled, one, other)
    with pytest.raises(TwinError, match="linked to no card"):
        part(filled, own(filled, 4))
    with pytest.raises(LibraryError, match="no card has this id"):
        accept(filled, own(filled, 1), CardId("nothing"))


# -- the real notes ---------------------------------------------------------------------------


def test_no_twin_of_the_real_notes_is_linked_wrongly_by_itself(
    tmp_path: Path, clock: StoppedClock, shared: Path
) -> None:
    """Against our decks as they are: each automatic link must be one the coverage list gives the question."""
    with Library.open(tmp_path / "home", clock) as library:
        library.add(sorted((shared / "seeds").glob("*.txt")))
        right = {(q.file, q.line): {entry["id"] for entry in q.entries} for q in labelled_questions(shared)}
        wrong = []
        for card_id, link in twins.links(library.db).items():
            card = library.card(card_id)
            assert card.place is not None
            if link.twin_id not in right.get((Path(card.place.file).name, card.place.line), set()):
                wrong.append((card.variant("zh").question, link.twin_id))
        assert wrong == []


def test_the_right_card_of_our_decks_is_offered_to_four_of_five_real_questions(
    tmp_path: Path, clock: StoppedClock, shared: Path
) -> None:
    """Without the other ways to ask, and of those questions whose right card our decks hold."""
    with Library.open(tmp_path / "home", clock) as library:
        found = _offers(library, shared, OurCards(library.db, also=False))
    assert len(found) >= 20
    assert sum(found.values()) >= 0.8 * len(found), [text for text, there in found.items() if not there]


def test_the_lists_own_questions_are_offered_to_four_of_five_real_questions(
    tmp_path: Path, clock: StoppedClock, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a card for every entry of the list, worded as it is there and by nobody else."""
    entries = coverage_entries(shared)
    for language in ("zh", "en"):
        folder = tmp_path / "decks" / language
        folder.mkdir(parents=True)
        cards = (f"## {e[language]}\n<!-- {json.dumps({'id': e['id']})[1:-1]} -->\n- …\n" for e in entries)
        text = DECK.format(title="All", language=language) + "\n".join(cards)
        (folder / "all.md").write_text(text, "utf-8")
    monkeypatch.setattr(library_module, "shipped_folder", lambda name: tmp_path / name)
    with Library.open(tmp_path / "home", clock) as library:
        ours = OurCards(library.db)
        assert ours.count == len(entries)
        found = _offers(library, shared, ours)
    assert len(found) >= 200
    assert sum(found.values()) >= 0.8 * len(found), [text for text, there in found.items() if not there]


def _offers(library: Library, shared: Path, ours: OurCards) -> dict[str, bool]:
    """Question -> whether one of its right cards is offered or linked; left out where our decks hold none."""
    library.add(sorted((shared / "seeds").glob("*.txt")))
    held = {card.card_id for card in twins.questions(library.db, ours=True)}
    at = {(Path(c.place.file).name, c.place.line): c for c in library.find("is:own") if c.place}
    found = {}
    for question in labelled_questions(shared):
        right = {entry["id"] for entry in question.entries} & held
        if right:
            card = at[question.file, question.line]
            found[question.text] = not right.isdisjoint(ours.ranked(*asked_with(card, library.language)))
    return found
