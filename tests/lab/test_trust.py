"""A demo of others never runs before the person has trusted its folder, and never in the place of one of ours."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from flashcards.lab.errors import LabError
from flashcards.lab.events import End, Error
from flashcards.lab.runner import Run
from flashcards.lab.trust import MOST_FILES, Trust, digests_now
from flashcards.study.demos import added_paths, demo_folders, demos_of_folder, every_demo
from flashcards.study.library import Library
from flashcards.study.paths import Home

from .conftest import HONEST, Program, demo_source


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Notes from somebody, with a demo beside them that says that it ran."""
    made = tmp_path / "notes" / "demos"
    made.mkdir(parents=True)
    (made.parent / "notes.md").write_text("# Numbers\n\n## What is twice a half?\nThe whole.\n")
    ran = made.parent / "ran"
    body = f"open({str(ran)!r}, 'w').close()\n" + HONEST
    (made / "theirs.py").write_text(demo_source(body).replace("Halves", "Theirs"))
    return made


def test_a_folder_is_unknown_then_trusted_then_changed(home: Home, folder: Path) -> None:
    trust = Trust(home.trusted)
    assert trust.standing(folder) == "unknown"
    assert trust.trust(folder) == 1
    assert Trust(home.trusted).standing(folder) == "trusted"
    (folder / "helper.py").write_text("x = 1")
    assert trust.standing(folder) == "changed" and trust.changes(folder) == ("helper.py",)


@pytest.mark.parametrize("change", ["edited", "added below", "removed"])
def test_every_change_of_a_python_file_asks_again(home: Home, folder: Path, change: str) -> None:
    trust = Trust(home.trusted)
    trust.trust(folder)
    if change == "edited":
        (folder / "theirs.py").write_text("# " + (folder / "theirs.py").read_text())
    elif change == "added below":
        (folder / "package").mkdir()
        (folder / "package" / "__init__.py").touch()
    else:
        (folder / "theirs.py").unlink()
    assert trust.standing(folder) == "changed"


def test_what_is_no_python_may_change(home: Home, folder: Path) -> None:
    trust = Trust(home.trusted)
    trust.trust(folder)
    (folder / "table.csv").write_text("1,2")
    assert trust.standing(folder) == "trusted"


def test_trust_can_be_taken_back(home: Home, folder: Path) -> None:
    trust = Trust(home.trusted)
    trust.trust(folder)
    trust.distrust(folder)
    assert trust.standing(folder) == "unknown"
    with pytest.raises(LabError, match="was not trusted"):
        trust.distrust(folder)


@pytest.mark.parametrize("record", ["", "[]", '{"a": 1}', "\x00"])
def test_a_broken_record_trusts_nothing(home: Home, folder: Path, record: str) -> None:
    home.folder.mkdir()
    home.trusted.write_text(record)
    assert Trust(home.trusted).standing(folder) == "unknown"


def test_a_folder_of_very_many_programs_is_not_trusted_at_once(tmp_path: Path) -> None:
    for i in range(MOST_FILES + 1):
        (tmp_path / f"{i}.py").touch()
    with pytest.raises(LabError, match="too many"):
        digests_now(tmp_path)


def test_a_demo_of_others_is_listed_but_refused_until_its_folder_is_trusted(home: Home, folder: Path) -> None:
    demo = every_demo(home, [folder.parent]).find("theirs")
    assert demo.untrusted and not demo.shipped
    with pytest.raises(LabError, match="not trusted"):
        Run(demo)
    Trust(home.trusted).trust(folder)
    with Run(every_demo(home, [folder.parent]).find("theirs")) as run:
        assert isinstance(end := list(run)[-1], End) and end.status == "passed"
    assert (folder.parent / "ran").exists()


def test_a_file_that_changes_between_the_look_and_the_run_does_not_run(home: Home, folder: Path) -> None:
    Trust(home.trusted).trust(folder)
    demo = every_demo(home, [folder.parent]).find("theirs")
    (folder / "theirs.py").write_text((folder / "theirs.py").read_text() + "# other\n")
    errors = [event for event in Run(demo) if isinstance(event, Error)]
    assert len(errors) == 1 and "has changed since you trusted it" in errors[0].message
    assert not (folder.parent / "ran").exists()


def test_nobodys_demo_takes_the_place_of_one_of_ours(home: Home, folder: Path) -> None:
    (folder / "rope.py").write_text((folder / "theirs.py").read_text())
    catalogue = every_demo(home, [folder.parent])
    assert catalogue.demos["rope"].shipped and catalogue.demos["rope"].path.parent != folder
    assert [str(folder / "rope.py") in problem for problem in catalogue.problems].count(True) == 1


def test_programs_that_are_no_demos_are_nobodys_problem(home: Home, folder: Path) -> None:
    (folder / "train.py").write_text("print('training')")
    (folder / "deep.py").write_text("import flashcards.lab\n" + "(" * 5000 + ")" * 5000)
    found = demos_of_folder(home, folder)
    assert list(found.demos) == ["theirs"]
    assert len(found.problems) == 1 and found.problems[0].startswith("deep.py")


def test_the_folders_are_the_persons_own_and_those_beside_what_they_added(home: Home, folder: Path) -> None:
    home.demos.mkdir(parents=True)
    with Library.open(home.folder) as library:
        library.add([folder.parent])
    added = added_paths(home)
    assert demo_folders(home, added) == (home.demos.resolve(), folder.resolve())
    assert demo_folders(home, [folder.parent / "notes.md"])[1:] == (folder.resolve(),)


def test_reading_notes_and_their_demos_runs_nothing(home: Home, folder: Path) -> None:
    with Library.open(home.folder) as library:
        library.add([folder.parent])
    assert "theirs" in every_demo(home, added_paths(home)).demos
    assert not (folder.parent / "ran").exists()


@pytest.fixture
def notes(program: Program, home: Home, folder: Path) -> dict[str, str]:
    """The environment of a program to which the notes were added."""
    with Library.open(home.folder) as library:
        library.add([folder.parent])
    return {"FLASHCARDS_HOME": str(home.folder)}


def test_without_a_terminal_one_line_says_how_to_trust(
    program: Program, notes: dict[str, str], folder: Path
) -> None:
    done = program.run("theirs", environment=notes)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"--trust {folder}" in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert not (folder.parent / "ran").exists()
    assert program.run("--trust", str(folder), environment=notes).returncode == 0
    assert program.run("theirs", environment=notes).returncode == 0
    assert program.run("--distrust", str(folder), environment=notes).returncode == 0
    assert program.run("theirs", environment=notes).returncode == 2


def test_the_source_of_an_untrusted_demo_can_be_read_and_its_letters_do_nothing(
    program: Program, notes: dict[str, str], folder: Path
) -> None:
    with (folder / "theirs.py").open("a") as file:
        file.write("# \x1b]0;owned\x07\n")
    done = program.run("theirs", "--source", environment=notes)
    assert done.returncode == 0 and "lab.claim(" in done.stdout and "\x1b" not in done.stdout


def test_the_list_says_whose_a_demo_is(program: Program, notes: dict[str, str], folder: Path) -> None:
    listed = program.run("--list", environment=notes).stdout
    assert f"from {folder}, not trusted" in listed


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals of POSIX")
@pytest.mark.parametrize(("answer", "code"), [("n\n", 2), ("\n", 2), ("y\n", 0)])
def test_at_a_terminal_the_person_is_asked_once(
    program: Program, notes: dict[str, str], folder: Path, answer: str, code: int
) -> None:
    said, returned = at_a_terminal(program, notes, answer)
    assert "comes from" in said and "as they are now?" in said
    assert returned == code and (folder.parent / "ran").exists() == (code == 0)
    if code == 0:
        assert "comes from" not in at_a_terminal(program, notes, "")[0]
        (folder / "more.py").write_text("x = 1")
        assert "Other than when you trusted it: more.py" in at_a_terminal(program, notes, "n\n")[0]


def at_a_terminal(program: Program, environment: dict[str, str], typed: str) -> tuple[str, int]:
    """What ``demo theirs`` says to a person at a terminal who types ``typed``, and its exit code."""
    import pty  # not on Windows

    ours, theirs = pty.openpty()
    person = subprocess.Popen(
        program.command("theirs"),
        env=program.environment(environment),
        cwd=program.root,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    said = b""
    while select.select([ours], [], [], 60)[0]:
        try:
            said += os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
    os.close(ours)
    return said.decode("utf-8", "replace"), person.wait(60)
