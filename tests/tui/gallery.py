"""Every screen of the app, the keys that lead to it, and a collection in which there is something to see.

A new screen is a line in ``PLACES``: the snapshots and the tests of small terminals then look at it too.
"""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from flashcards import locale
from flashcards.cards import Language, Rating
from flashcards.lab.catalogue import read_catalogue
from flashcards.lab.events import Claim, End, Event, Log, Matrix, Say, Series, Start, Step, Table, Tokens
from flashcards.study import library as library_module
from flashcards.study.library import Library
from flashcards.study.paths import Home
from flashcards.study.session import Session
from flashcards.tui.app import FlashcardsApp, Preferences
from flashcards.tui.screens.demo import DemoScreen
from tests.tui.conftest import CHINESE, DECK, ENGLISH, StoppedClock, press, settle
from tests.tui.test_demo import SUM

MORE_ENGLISH = r"""
## How hot is a pan when butter browns?
<!-- id: butter, difficulty: 3, tags: [heat, dairy] -->
- foam means water is leaving: 100 °C; brown means milk solids: about **150 °C**

| fat | smokes at | taste |
|:--|--:|:-:|
| butter | 150 °C | nutty |
| ghee | 250 °C | clean |
| olive oil, pressed once | 190 °C | fruity |

The rate follows Arrhenius:

$$k = A\,e^{-\frac{E_a}{RT}}$$

```python
def rate(a: float, energy: float, kelvin: float) -> float:
    return a * math.exp(-energy / (8.314 * kelvin))  # per second
```

## Why rest a steak?
<!-- id: steak -->
- the juices thicken as it cools and stay inside when it is cut
"""
MORE_CHINESE = r"""
## 黄油变成焦黄色时，锅有多热？
<!-- id: butter, difficulty: 3, tags: [heat, dairy] -->
- 起泡说明水在蒸发：100 °C；焦黄说明乳固形物在变色：约 **150 °C**

| 油脂 | 冒烟点 | 味道 |
|:--|--:|:-:|
| 黄油 | 150 °C | 坚果香 |
| 澄清黄油 | 250 °C | 干净 |
| 初榨橄榄油 | 190 °C | 果香 |

反应速率服从阿伦尼乌斯公式：

$$k = A\,e^{-\frac{E_a}{RT}}$$

```python
def rate(a: float, energy: float, kelvin: float) -> float:
    return a * math.exp(-energy / (8.314 * kelvin))  # 每秒
```

## 牛排为什么要静置？
<!-- id: steak -->
- 降温时肉汁变稠，切开也留在肉里
"""
BREAD = """# Bread

### 1. What does salt do in a dough?

- it tightens the gluten and slows the yeast

### 2. Why is a sourdough sour?

### 3. What makes a crust blister?

- steam in the first minutes keeps the skin moist, and it gelatinises

### 4. Why does bread go stale?

- starch crystallises again and takes up the water
"""
DAYS_STUDIED = 45
LAZY_FROM = 30
"""From this day on one card a day, so that something is due at the end."""


def make_collection(folder: Path) -> Path:
    """A data directory with two decks and six weeks of answers, ending at the clock's day."""
    notes = folder / "notes"
    notes.mkdir(parents=True)
    pages = {"en": ENGLISH + MORE_ENGLISH, "zh": CHINESE + MORE_CHINESE}
    for language, cards in pages.items():
        (notes / f"kitchen-{language}.md").write_text(DECK.format(language=language, cards=cards), "utf-8")
    (notes / "bread.md").write_text(BREAD, "utf-8")
    clock = StoppedClock()
    clock.next_day(-DAYS_STUDIED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library_module, "shipped_folder", lambda name: folder / "nothing-shipped")
        with Library.open(folder / "home", clock) as library:
            library.settings = replace(library.settings, new_per_day=1, fuzz=False)
            library.add([notes])
            for day in range(DAYS_STUDIED):
                _study(library, clock, day, at_most=(4, 1, 3, 2, 0, 2)[day % 6] if day < LAZY_FROM else 1)
                clock.next_day()
    return folder / "home"


def _study(library: Library, clock: StoppedClock, day: int, at_most: int) -> None:
    session = Session.start(library, limit=at_most)
    while session.card is not None:
        clock.now += timedelta(seconds=8 + day % 7)
        session.reveal()
        session.grade((Rating.GOOD, Rating.AGAIN, Rating.HARD, Rating.GOOD, Rating.AGAIN)[day % 5])


def gallery_app(home: Path, demos: Path, language: Language, theme: str = "dark") -> FlashcardsApp:
    """The app on a copy of the collection, so that no screen sees what another one did."""
    copy = shutil.copytree(home, demos.parent / "copy")
    library = Library.open(copy, StoppedClock())
    library.settings = replace(library.settings, language=language)
    library.home = Home(Path("/home/li/flashcards"))  # shown on the settings screen
    locale.set_language(language)
    app = FlashcardsApp(library, preferences=Preferences(theme=theme))
    app.__dict__["demos"] = read_catalogue(demos).demos
    return app


def write_demos(folder: Path) -> Path:
    """A folder with one demo that needs nothing but Python."""
    folder.mkdir()
    (folder / "sums.py").write_text(SUM, encoding="utf-8")
    return folder


RUN: tuple[Event, ...] = (
    Start("sums", {"zh": "求和", "en": "Sums"}, "", {"n": 10}, 0, "cpu", "float32", {"python": "3.11"}),
    Step("Counting"),
    Say("The sum grows with the **square** of `n`."),
    Table("a table", ["k", "sum"], [[1, 1], [2, 3], [10, 55]]),
    Matrix("products", [[i * j for j in range(8)] for i in range(8)]),
    Series(
        "growth", list(range(1, 11)), {"sum": [k * (k + 1) / 2 for k in range(1, 11)], "line": [*range(10)]}
    ),
    Series("parts", ["front", "middle", "back"], {"share": [3.0, 1.5, 0.25]}, kind="bar"),
    Tokens("tokens", ["one", " two", " three"], [0.1, 0.4, 0.9]),
    Log("printed by the way"),
    Claim("sum", "the sum is n(n+1)/2", "eq", 55, 55, None, True),
    Claim("near", "the mean is near the middle", "at_most", 0.25, 0.1, None, False),
    End("failed", 1, 1, 0.8, 0.7, 50 * 2**20),
)
"""What a run has said, kept: a real one would show its own times."""


async def show_run(pilot: Pilot[None]) -> None:
    """Let the demo screen draw the kept run as if it had just ended."""
    screen = pilot.app.screen
    assert isinstance(screen, DemoScreen)
    screen.output.begin()
    screen.output.focus()
    screen._arrived.extend(RUN)
    screen._draw_arrived()
    await settle(pilot)


@dataclass(frozen=True)
class Place:
    """A screen in a state worth looking at."""

    name: str
    keys: tuple[str, ...] = ()
    """From the home screen."""
    then: Callable[[Pilot[None]], Awaitable[None]] | None = None

    async def reach(self, pilot: Pilot[None]) -> None:
        """Go there by keys alone."""
        await settle(pilot)
        await press(pilot, *self.keys)
        if self.then:
            await self.then(pilot)


PLACES = (
    Place("home"),
    Place("tour", ("t",)),
    Place("quiz-question", ("a",)),
    Place("quiz-answer", ("a", "space")),
    Place("quiz-typing", ("a", "t", *"fat")),
    Place("quiz-typed", ("a", "t", *"fat", "enter")),
    Place("quiz-find", ("a", "space", "slash", *"fa")),
    Place("quiz-done", ("a", *("space", "3") * 4)),
    Place("browse", ("slash",)),
    Place("browse-search", ("slash", "space", "slash", *"is:due")),
    Place("browse-tag", ("slash", "A", "t")),
    Place("card", ("slash", "enter")),
    Place("card-formula", ("slash", *"jjjjjj", "enter")),
    Place("card-history", ("slash", *"jjjjjj", "enter", "h")),
    Place("answer", ("w", "enter", "w", *"lactic")),
    Place("answer-preview", ("w", "enter", "w", *"lactic", "f5")),
    Place("statistics", ("S",)),
    Place("statistics-year", ("S", "p", "p")),
    Place("settings", ("comma",)),
    Place("settings-typing", ("comma", "enter")),
    Place("lab", ("d",)),
    Place("demo", ("d", "enter")),
    Place("demo-run", ("d", "enter"), show_run),
    Place("demo-source", ("d", "enter", "v")),
    Place("help", ("question_mark",)),
    Place("palette", ("colon",)),
)
