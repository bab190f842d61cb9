"""Every screen as a picture that was looked at and approved, and every screen on terminals too small for it.

The pictures are compared only under the version of Textual they were made with.  ``UPDATE_GOLDEN=1 pytest
tests/tui/test_snapshots.py`` makes them anew; look at each (``rsvg-convert``, a browser) before keeping it.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import textual

from docs.terminal_svg import screen_svg
from flashcards.cards import Language
from flashcards.locale import MESSAGES
from flashcards.tui.app import FlashcardsApp
from flashcards.tui.widgets.row_list import CURSOR_MARK, RowList
from tests.tui.conftest import screen_text, settle
from tests.tui.gallery import PLACES, Place, gallery_app, make_collection, write_demos

SNAPSHOTS = Path(__file__).with_name("snapshots")
MADE_WITH = SNAPSHOTS / "textual-version.txt"
REPORT_LINES = 40


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_collection(tmp_path_factory.mktemp("gallery"))


@pytest.fixture
def open_app(collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Makes the app in a language; its collection is closed after the test."""
    monkeypatch.setattr(
        "flashcards.study.library.shipped_folder", lambda name: collection.parent / "nothing-shipped"
    )
    opened: list[FlashcardsApp] = []

    def make(language: Language) -> FlashcardsApp:
        opened.append(gallery_app(collection, write_demos(tmp_path / "demos"), language))
        return opened[-1]

    yield make
    for app in opened:
        app.library.close()


def compare(name: str, picture: str) -> None:
    """Fail with a report if ``picture`` is not the approved one; the new one is left beside the report."""
    approved = SNAPSHOTS / f"{name}.svg"
    if os.environ.get("UPDATE_GOLDEN"):
        SNAPSHOTS.mkdir(exist_ok=True)
        approved.write_text(picture, "utf-8", newline="\n")
        MADE_WITH.write_text(f"{textual.__version__}\n", "utf-8", newline="\n")
        return
    before = approved.read_text("utf-8") if approved.exists() else ""
    if picture != before:
        difference = list(
            difflib.unified_diff(before.splitlines(), picture.splitlines(), "approved", "now", n=0)
        )
        new = approved.with_suffix(".new.svg")
        new.write_text(picture, "utf-8", newline="\n")
        shown = "\n".join(difference[:REPORT_LINES])
        pytest.fail(f"{approved} and {new} differ in {len(difference)} lines:\n{shown}", pytrace=False)


@pytest.mark.parametrize(("size", "language"), [((80, 24), "zh"), ((120, 40), "en")], ids=["80-zh", "120-en"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
async def test_a_screen_looks_as_it_was_approved(place: Place, size, language: Language, open_app) -> None:  # type: ignore[no-untyped-def]
    made_with = MADE_WITH.read_text("utf-8").strip() if MADE_WITH.exists() else ""
    if made_with != textual.__version__ and not os.environ.get("UPDATE_GOLDEN"):
        pytest.skip(f"the pictures were made with Textual {made_with}, this is {textual.__version__}")
    app = open_app(language)
    async with app.run_test(size=size) as pilot:
        await place.reach(pilot)
        compare(f"{place.name}.{size[0]}.{language}", screen_svg(app))


@pytest.mark.parametrize(("language", "wide"), [("zh", (120, 40)), ("en", (80, 24))])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
async def test_nothing_of_ours_is_cut_and_the_focus_is_seen(place: Place, language, wide, open_app) -> None:  # type: ignore[no-untyped-def]
    app = open_app(language)
    async with app.run_test(size=(40, 15)) as pilot:
        await place.reach(pilot)
        check_screen(app, language)
        await pilot.resize_terminal(*wide)
        await settle(pilot)
        check_screen(app, language)


def check_screen(app: FlashcardsApp, language: Language) -> None:
    """Labels whole, and the widget with the keyboard on the screen."""
    shown = screen_text(app)
    assert cut_labels(shown, language) == [], shown
    focused = app.screen.focused
    assert focused is not None, f"nothing has the keyboard\n{shown}"
    assert focused.region.area and focused.region in app.screen.region, (
        f"{focused} is not to be seen\n{shown}"
    )
    if isinstance(focused, RowList) and focused.row_count:
        assert CURSOR_MARK in shown, shown


def cut_labels(shown: str, language: Language) -> list[str]:
    """Words of ours that end in ``…`` though they go on."""
    ours = [message for message in MESSAGES[language].values() if len(message) > 3]
    before = [piece for row in shown.split("\n") for piece in row.split("…")[:-1]]
    labels = [re.split(r" {2,}|[│▌─]", piece)[-1].strip() for piece in before]
    return [label for label in labels if len(label) > 1 and _goes_on(label, ours)]


def _goes_on(words: str, ours: list[str]) -> bool:
    return any(message.startswith(words) and not message.startswith(f"{words}…") for message in ours)
