"""The full-text index follows the texts: what is new, edited or gone is found, found anew or not found."""

from __future__ import annotations

from pathlib import Path

import pytest

from flashcards.study.library import Library


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes.md"
    path.write_text(
        "# N\n\n### 1. What is a page table?\n\n- maps blocks\n\n### 2. 什么是草稿模型？\n\n- 先猜几个词\n",
        "utf-8",
    )
    return path


def indexed(library: Library, word: str) -> int:
    """How many texts beside those of our own decks the index alone finds for a word of three letters or more."""
    rows = library.db.rows(
        """SELECT t.id FROM texts t JOIN cards c ON c.id = t.card_id JOIN decks d ON d.id = c.deck_id
           LEFT JOIN sources s ON s.id = d.source_id WHERE COALESCE(s.kind, '') != 'shipped' AND t.id IN (
               SELECT rowid FROM texts_fts WHERE question LIKE :w
               UNION SELECT rowid FROM texts_fts WHERE answer LIKE :w)""",
        {"w": f"%{word}%"},
    )
    return len(rows)


def check(library: Library) -> None:
    """SQLite compares the index with the texts; raises where they differ."""
    with library.db.transaction() as connection:
        connection.execute("INSERT INTO texts_fts(texts_fts, rank) VALUES ('integrity-check', 1)")


def test_new_texts_are_in_the_index_once(tmp_path: Path, notes: Path) -> None:
    with Library.open(tmp_path / "home") as library:
        library.add([notes])
        assert (indexed(library, "maps blocks"), indexed(library, "草稿模型")) == (1, 1)
        check(library)


def test_an_edited_text_is_found_by_its_new_words_alone(tmp_path: Path, notes: Path) -> None:
    with Library.open(tmp_path / "home") as library:
        library.add([notes])
        notes.write_text(notes.read_text("utf-8").replace("maps blocks", "maps to frames"), "utf-8")
        library.add([notes])
        assert (indexed(library, "maps blocks"), indexed(library, "to frames")) == (0, 1)
        check(library)


def test_a_deck_read_in_its_second_language_is_in_the_index(tmp_path: Path) -> None:
    decks = tmp_path / "decks"
    decks.mkdir()
    head = "---\nid: d\ntitle: D\nlanguage: {}\n---\n\n## {}\n<!-- id: d.one -->\n- {}\n"
    (decks / "en.md").write_text(head.format("en", "What is a draft model?", "it guesses first"), "utf-8")
    with Library.open(tmp_path / "home") as library:
        library.add([decks])
        (decks / "zh.md").write_text(head.format("zh", "什么是草稿模型？", "先猜几个词"), "utf-8")
        assert library.add([decks]).added == 1
        assert (indexed(library, "draft model"), indexed(library, "草稿模型")) == (1, 1)
        check(library)


def test_a_file_whose_language_is_detected_anew_leaves_no_stale_text(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text("### 1. 什么是页表？\n\n- 映射块\n", "utf-8")
    with Library.open(tmp_path / "home") as library:
        library.add([path])
        path.write_text(
            "### 1. 什么是页表？\n\n- 映射块\n" + "plain English words follow here\n" * 30, "utf-8"
        )
        library.add([path])
        card = library.find("is:own")[0]
        assert list(card.variants) == ["en"]
        check(library)


def test_one_scan_of_new_edited_and_second_language_files_is_indexed_whole(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    head = "---\nid: d\ntitle: D\nlanguage: {}\n---\n\n## {}\n<!-- id: d.one -->\n- {}\n"
    (folder / "b.md").write_text("# B\n\n### 1. What is a page table?\n\n- maps blocks\n", "utf-8")
    with Library.open(tmp_path / "home") as library:
        library.add([folder])
        (folder / "a.md").write_text("# A\n\n### 1. What is a warm-up?\n\n- small steps first\n", "utf-8")
        (folder / "b.md").write_text("# B\n\n### 1. What is a page table?\n\n- maps frames\n", "utf-8")
        (folder / "c.md").write_text(head.format("en", "What is a draft model?", "guesses first"), "utf-8")
        (folder / "d.md").write_text(head.format("zh", "什么是草稿模型？", "先猜几个词"), "utf-8")
        library.add([folder])
        words = ("small steps", "maps frames", "guesses first", "先猜几个词", "maps blocks")
        assert [indexed(library, word) for word in words] == [1, 1, 1, 1, 0]
        check(library)
