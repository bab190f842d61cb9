"""A file is read whatever its encoding; what cannot be read is one clear line."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from flashcards.sources import SourceError, read, read_path

NOTES = "### 1. 什么是词元\n\n文本的单位\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "notes.md"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_every_common_encoding_gives_the_same_cards(file: Path, encoding: str) -> None:
    file.write_bytes(NOTES.encode(encoding))
    (draft,) = read_path(file).drafts
    assert (draft.question, draft.answer) == ("什么是词元", "文本的单位")


def test_a_missing_file_is_one_line(file: Path) -> None:
    with pytest.raises(SourceError, match=r"notes\.md: there is no such file$"):
        read_path(file)


def test_a_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="this is a folder"):
        read_path(tmp_path)


@pytest.mark.parametrize("raw", [b"\x89PNG\0\0\1", b"\xff\xff\xff\xfe\x80"])
def test_a_binary_file_is_one_line(file: Path, raw: bytes) -> None:
    file.write_bytes(raw)
    with pytest.raises(SourceError, match=r"^[^\n]*(binary|neither UTF-8)[^\n]*$"):
        read_path(file)


def test_a_file_that_is_too_large_is_not_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("x" * 2000)
    monkeypatch.setattr(read, "MAX_BYTES", 1000)
    with pytest.raises(SourceError, match="too large"):
        read_path(file)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="everybody may read here")
def test_a_file_without_permission_is_one_line(file: Path) -> None:
    file.write_text(NOTES)
    file.chmod(0)
    with pytest.raises(SourceError, match="cannot be read"):
        read_path(file)


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_an_empty_file_has_no_cards_and_says_so(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    found = read_path(file)
    assert found.drafts == ()
    assert [p.message for p in found.problems] == ["the file is empty"]
