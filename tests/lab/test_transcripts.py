"""A kept run replays where the demo cannot run, says that it is one, and belongs to its demo as it is now."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from flashcards.lab.catalogue import DemoInfo, read_catalogue, read_demo
from flashcards.lab.errors import LabError
from flashcards.lab.events import Claim, End, Start, decode
from flashcards.lab.params import resolve
from flashcards.lab.runner import run_demo
from flashcards.lab.transcripts import has_recording, is_current, record, recording_of, replay

from .conftest import HONEST, Program, WriteDemo, demo_source

SHIPPED = read_catalogue().demos
LARGEST = 200_000
"""Bytes: all of them together travel in the wheel."""


@pytest.mark.parametrize("slug", SHIPPED)
def test_a_shipped_demo_has_a_recording_of_its_source_as_it_is(slug: str) -> None:
    """``python docs/recordings.py`` renews it."""
    demo = SHIPPED[slug]
    assert has_recording(demo) and is_current(demo)
    assert recording_of(demo).stat().st_size < LARGEST


@pytest.mark.parametrize("slug", [slug for slug, demo in SHIPPED.items() if has_recording(demo)])
def test_a_shipped_recording_shows_the_default_values_and_claims_that_hold(slug: str) -> None:
    demo = SHIPPED[slug]
    start, *_, end = events = list(replay(demo))
    assert isinstance(start, Start) and isinstance(end, End)
    assert (start.slug, start.params) == (slug, resolve(demo.params, {}))
    assert (start.proves, start.title) == (demo.proves, demo.titles)
    judged = [event for event in events if isinstance(event, Claim) and event.kind != "observe"]
    assert judged and all(claim.passed for claim in judged)
    assert (end.status, end.passed, end.failed) == ("passed", len(judged), 0)


def test_there_is_no_recording_without_its_demo() -> None:
    folders = {recording_of(demo).parent for demo in SHIPPED.values()}
    kept = {path.stem for folder in folders for path in folder.glob("*")}
    assert kept <= SHIPPED.keys()


def test_a_replay_is_the_run_and_says_that_it_is_a_recording(write_demo: WriteDemo) -> None:
    demo = read_demo(write_demo(HONEST + 'lab.say("a line\\u2028separator")\n'))
    record(demo)
    start, *rest = replay(demo)
    assert isinstance(start, Start) and start.recorded
    assert "recording, made on cpu with Python 3" in start.note and "pip install" in start.note
    live_start, *live = run_demo(demo, preset="default", device="cpu")
    assert isinstance(live_start, Start) and not live_start.recorded
    assert replace(start, note="", recorded=False) == live_start
    assert [type(event) for event in rest] == [type(event) for event in live]
    assert rest[:-1] == live[:-1]  # the end holds times


def test_an_edit_of_the_demo_makes_its_recording_stale(write_demo: WriteDemo) -> None:
    path = write_demo()
    record(read_demo(path))
    assert is_current(read_demo(path))
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert is_current(read_demo(path))
    path.write_text(path.read_text() + "# a word more\n")
    assert not is_current(read_demo(path))


@pytest.mark.parametrize(
    "body", ['lab.claim("One is two", measured=1, equals=2)', "raise KeyError(1)", "import no_such_library"]
)
def test_what_does_not_hold_is_not_recorded(write_demo: WriteDemo, body: str) -> None:
    demo = read_demo(write_demo(body))
    with pytest.raises(LabError, match="not recorded"):
        record(demo)
    assert not has_recording(demo)
    with pytest.raises(LabError, match="no recording"):
        list(replay(demo))


@pytest.fixture
def recorded(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DemoInfo:
    """A demo of the program that needs a library, recorded while that was there."""
    (tmp_path / "rare_library.py").touch()
    program.add("needs_rare.py", demo_source(HONEST).replace("import os", "import rare_library, os"))
    demo = read_demo(program.demos / "needs_rare.py")
    with monkeypatch.context() as there:
        there.setenv("PYTHONPATH", os.pathsep.join([str(program.root), str(tmp_path)]))
        record(demo)
    return demo


def test_without_its_library_a_demo_shows_its_recording_and_how_to_run_it(
    program: Program, recorded: DemoInfo
) -> None:
    done = program.run("needs-rare")
    assert done.returncode == 0, done.stderr
    assert "this is a recording" in done.stdout and "The one claim holds." in done.stdout
    assert "rare_library" in done.stderr and "pip install 'flashcards[demos]'" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("arguments", [["--json"], ["--size", "6"], ["--control"], ["--seed", "1"]])
def test_a_recording_answers_no_question_that_it_was_not_made_for(
    program: Program, recorded: DemoInfo, arguments: list[str]
) -> None:
    done = program.run("needs-rare", *arguments)
    assert done.returncode == 3 and "The one claim holds." not in done.stdout


def test_a_recording_can_be_asked_for_as_text_and_as_events(program: Program, recorded: DemoInfo) -> None:
    assert "this is a recording" in program.run("needs-rare", "--recorded").stdout
    lines = program.run("needs-rare", "--recorded", "--json").stdout.split("\n")
    assert json.loads(lines[0])["recorded"] is True
    assert isinstance(decode(lines[-2]), End)


def test_where_there_is_nothing_to_show_the_exit_code_says_that_a_library_is_missing(
    program: Program,
) -> None:
    program.add("needs_other.py", demo_source(HONEST).replace("import os", "import no_such_library, os"))
    assert program.run("needs-other").returncode == 3
    assert program.run("needs-other", "--recorded").returncode == 2
