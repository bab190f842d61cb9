"""Fixtures every room shares: a place for data that is thrown away, and the folder of real notes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("FLASHCARDS_SHARED", ROOT.parent / "shared"))


@pytest.fixture
def shared() -> Path:
    """The folder with the five real note files; the test is skipped where it does not exist."""
    if not SHARED.is_dir():
        pytest.skip(f"no folder with real notes at {SHARED}")
    return SHARED


@pytest.fixture(autouse=True)
def data_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test has a data directory of its own; the person's is never touched."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("FLASHCARDS_HOME", str(home))
    return home
