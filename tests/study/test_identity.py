"""Places move, cards stay: whatever is done to the files, a reviewed card keeps its schedule and is not doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from flashcards.cards import CardId, Rating
from flashcards.store import reviews
from flashcards.study.intake import ManyVanished
from flashcards.study.library import Library, LibraryError
from flashcards.study.session import Session

CARDS = {
    "What does warm-up change?": "- it starts with small steps\n- early gradients are noisy",
    "Why clip gradients?": "- one bad batch can undo an hour of training\n- the norm is capped, the direction kept",
    "什么是混合精度训练？": "- 前向与反向用半精度\n- 主权重仍是单精度",
    "What is label smoothing?": "- some of the mass goes to the other classes\n- the model is less sure of itself",
    "余弦退火怎么做？": "- 学习率沿余弦曲线下降\n- 末尾接近零",
    "What is a learning-rate schedule for?": "- large steps first, small steps later",
}


def text(cards: dict[str, str]) -> str:
    """Notes in the shape of numbered headings."""
    parts = [f"### {n}. {question}\n\n{answer}\n" for n, (question, answer) in enumerate(cards.items(), 1)]
    return "# Training\n\n" + "\n".join(parts)


@pytest.fixture
def file(notes: Path) -> Path:
    path = notes / "training.md"
    path.write_text(text(CARDS), "utf-8")
    return path


@pytest.fixture
def answered(library: Library, file: Path) -> dict[CardId, object]:
    """Every card of the notes answered once: id -> schedule."""
    library.add([file])
    session = Session.start(library, "is:own")
    while session.phase != "done":
        session.reveal()
        session.grade(Rating.GOOD)
    return schedules(library)


def schedules(library: Library) -> dict[CardId, object]:
    return {c.id: library.standing(c.id).schedule for c in library.find("is:own")}


def questions(library: Library) -> dict[CardId, str]:
    return {c.id: c.variant("en").question for c in library.find("is:own")}


def test_all_cards_of_the_notes_have_a_schedule(answered: dict[CardId, object]) -> None:
    assert len(answered) == len(CARDS)
    assert all(answered.values())


def test_rewording_a_question_keeps_its_schedule(
    library: Library, file: Path, answered: dict[CardId, object]
) -> None:
    file.write_text(
        file.read_text("utf-8").replace("Why clip gradients?", "What is gradient clipping good for?"), "utf-8"
    )
    intake = library.add([file])
    assert (intake.added, intake.changed, intake.archived) == (0, 1, 0)
    assert schedules(library) == answered
    assert "What is gradient clipping good for?" in questions(library).values()


def test_mending_an_answer_keeps_its_schedule(
    library: Library, file: Path, answered: dict[CardId, object]
) -> None:
    file.write_text(file.read_text("utf-8").replace("noisy", "very noisy at first"), "utf-8")
    assert library.add([file]).changed == 1
    assert schedules(library) == answered


def test_swapping_two_cards_keeps_both_schedules(
    library: Library, file: Path, answered: dict[CardId, object]
) -> None:
    before = questions(library)
    names = list(CARDS)
    names[1], names[4] = names[4], names[1]
    file.write_text(text({name: CARDS[name] for name in names}), "utf-8")
    library.add([file])
    assert schedules(library) == answered
    assert questions(library) == before


def test_renaming_the_file_keeps_every_schedule(
    library: Library, file: Path, answered: dict[CardId, object]
) -> None:
    moved = file.rename(file.with_name("optimisation.md"))
    assert library.add([moved]).added == 0
    assert schedules(library) == answered
    assert library.rescan().archived == 0


def test_splitting_the_file_keeps_every_schedule(
    library: Library, file: Path, answered: dict[CardId, object]
) -> None:
    names = list(CARDS)
    file.write_text(text({n: CARDS[n] for n in names[:3]}), "utf-8")
    other = file.with_name("rest.md")
    other.write_text(text({n: CARDS[n] for n in names[3:]}), "utf-8")
    intake = library.add([file.parent])
    assert intake.added == 0
    assert schedules(library) == answered


def test_everything_at_once_keeps_every_schedule(
    library: Library, file: Path, answered: dict[CardId, object]
) -> None:
    """Reword, mend, swap, rename and split in one go, as people do."""
    cards = dict(CARDS)
    cards = {("Why do we clip gradients?" if q == "Why clip gradients?" else q): a for q, a in cards.items()}
    cards["什么是混合精度训练？"] += "\n- 需要放大损失"
    names = list(cards)
    file.unlink()
    (file.parent / "a.md").write_text(text({n: cards[n] for n in [names[2], names[0], names[1]]}), "utf-8")
    (file.parent / "b.md").write_text(text({n: cards[n] for n in names[3:]}), "utf-8")
    intake = library.add([file.parent])
    assert intake.added == 0
    assert schedules(library) == answered


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content.replace("\n", "\r\n"),
        lambda content: "\ufeff" + content,
        lambda content: content.replace("- ", "-\t"),
    ],
    ids=["CRLF", "BOM", "tabs"],
)
def test_line_ends_marks_and_tabs_change_nothing(
    library: Library, file: Path, answered: dict[CardId, object], spoil: object
) -> None:
    file.write_bytes(spoil(file.read_text("utf-8")).encode("utf-8"))  # type: ignore[operator]
    intake = library.add([file])
    assert (intake.added, intake.archived) == (0, 0)
    assert schedules(library) == answered


def test_an_unchanged_file_is_not_opened(
    library: Library, file: Path, answered: dict[CardId, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: opened.append(self) or real(self))
    assert library.rescan().unchanged_files == 1
    assert opened == []


def test_a_vanished_card_is_archived_and_comes_back_with_its_history(
    library: Library, file: Path, answered: dict[CardId, object]
) -> None:
    names = list(CARDS)
    file.write_text(text({n: CARDS[n] for n in names[:-1]}), "utf-8")
    assert library.add([file]).archived == 1
    assert len(schedules(library)) == len(CARDS) - 1
    file.write_text(text(CARDS), "utf-8")
    assert library.add([file]).archived == 0
    assert schedules(library) == answered


def test_losing_much_of_a_source_asks_first(
    library: Library, file: Path, answered: dict[CardId, object]
) -> None:
    content = file.read_text("utf-8")
    file.write_text(
        "# Training\n\n### 1. What does warm-up change?\n\n- it starts with small steps\n", "utf-8"
    )
    with pytest.raises(ManyVanished, match="--yes"):
        library.add([file])
    assert schedules(library) == answered
    assert library.add([file], agreed=True).archived == 5
    file.write_text(content, "utf-8")
    library.add([file])
    assert schedules(library) == answered


def test_an_unsure_match_is_listed_and_not_guessed(library: Library, notes: Path) -> None:
    file = notes / "n.md"
    file.write_text(text({"What is alpha in LoRA?": "- a", "What is alpha in RoPE?": "- b"}), "utf-8")
    library.add([file])
    before = questions(library)
    file.write_text("# Training\n\n### 7. What is alpha in LoPE?\n\n- c\n", "utf-8")
    intake = library.add([file], agreed=True)
    assert [sorted(ids) for _, ids in intake.unsure] == [sorted(before)]
    assert intake.added == 1


def test_merging_gives_the_old_card_the_new_text(
    library: Library, file: Path, answered: dict[CardId, object]
) -> None:
    names = list(CARDS)
    rewritten = {
        **{n: CARDS[n] for n in names[:-1]},
        "How does the step size move?": "- it shrinks over time",
    }
    file.write_text(text(rewritten), "utf-8")
    assert library.add([file]).added == 1
    old = next(i for i in answered if i not in questions(library))
    new = next(i for i in questions(library) if i not in answered)
    library.merge(old, new)
    assert library.card(old).variant("en").question == "How does the step size move?"
    assert schedules(library) == answered
    assert library.rescan().added == 0


def test_a_card_with_answers_is_never_merged_away(
    library: Library, file: Path, answered: dict[CardId, object]
) -> None:
    first, second, *_ = answered
    with pytest.raises(LibraryError, match="answers of its own"):
        library.merge(first, second)


def test_removing_a_source_keeps_the_history(
    library: Library, file: Path, answered: dict[CardId, object]
) -> None:
    assert library.remove(str(file)) == len(CARDS)
    assert schedules(library) == {}
    assert reviews.count_answers(library.db) == len(CARDS)
    assert library.add([file]).added == 0
    assert schedules(library) == answered


def test_a_folder_takes_over_a_file_added_before(
    library: Library, file: Path, answered: dict[CardId, object]
) -> None:
    library.add([file.parent])
    assert [s.path for s in library.sources()] == [str(file.parent)]
    assert schedules(library) == answered


def test_two_equal_cards_under_two_headings_are_two_cards(library: Library, notes: Path) -> None:
    file = notes / "twice.md"
    file.write_text(
        "# A\n\n## one\n\n### 1. Why?\n\n- because\n\n## two\n\n### 1. Why?\n\n- because\n", "utf-8"
    )
    first = library.add([file])
    file.write_text(file.read_text("utf-8") + "\n### 2. How?\n\n- so\n", "utf-8")
    second = library.add([file])
    assert second.added == 1 and second.archived == 0 and first.added >= 2
