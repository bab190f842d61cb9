"""What the first frame costs is a property: heavy libraries are not loaded to show a list of decks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import asyncio, json, sys
from pathlib import Path
from flashcards.study.library import Library
from flashcards.tui.app import FlashcardsApp

async def main():
    app = FlashcardsApp(Library.open(Path(sys.argv[1])))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()
        print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))

asyncio.run(main())
"""


def test_the_first_frame_loads_no_tensor_array_image_or_markdown_library(tmp_path: Path) -> None:
    for _ in range(2):  # the first start fills the collection; what counts is every later one
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(tmp_path)],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
    loaded = set(json.loads(run.stdout.splitlines()[-1]))
    assert not loaded & {
        "torch",
        "transformers",
        "numpy",
        "PIL",
        "markdown_it",
        "pygments",
        "TeXicode",
        "sqlite_utils",
    }


def test_importing_the_room_alone_loads_no_textual() -> None:
    probe = "import sys, flashcards.tui; print('textual' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == "False"
