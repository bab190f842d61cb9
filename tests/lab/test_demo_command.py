"""``flashcards demo`` as a person or a script meets it: what it prints and its exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flashcards.lab.events import decode

from .conftest import Program


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["halves"], 0, "The one claim holds."),
        (["halves", "--size", "6", "--deep"], 0, "deep=True"),
        (["HALVES", "--preset", "tiny"], 0, "size=2"),
        (["false-claim"], 1, "One is two"),
        (["halves", "--control"], 1, "1 of 1 claim broke, as they should"),
        (["no-control", "--control"], 0, "this control shows nothing"),
        (["crash"], 1, "crash.py:21: KeyError"),
        (["endless", "--timeout", "1"], 5, "stopped after 1 s"),
        (["halves", "--help"], 0, "1 to 1,000,000"),
        (["halves", "--source"], 0, "lab.claim("),
    ],
)
def test_exit_codes_and_words(program: Program, arguments: list[str], code: int, said: str) -> None:
    done = program.run(*arguments)
    assert (done.returncode, said in done.stdout) == (code, True), done.stdout + done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a limit on address space")
def test_memory_running_out_exits_4_with_advice(program: Program) -> None:
    done = program.run("greedy", "--size", "64")
    assert done.returncode == 4 and "--size 32" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["halfes"], "Did you mean halves"),
        (["halves", "--sise", "3"], "Did you mean --size"),
        (["halves", "--size", "0"], "1 to 1,000,000"),
        (["halves", "--size"], "requires an argument"),
        (["halves", "--device", "tpu"], "tpu"),
        (["halves", "extra"], "extra"),
        (["halves", "--kind", "odd"], "an odd kind wants an odd size"),
        (["halves", "--all"], "not two of them"),
        (["halves", "--predict", "--json"], "--predict"),
    ],
)
def test_wrong_input_is_one_line_and_exit_2(program: Program, arguments: list[str], said: str) -> None:
    done = program.run(*arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stdout + done.stderr
    assert said in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_without_torch_one_line_says_what_to_install(program: Program, tmp_path: Path) -> None:
    shim = tmp_path / "torch"
    shim.mkdir()
    (shim / "__init__.py").write_text("raise ImportError('torch is hidden')")
    path = os.pathsep.join([str(tmp_path), str(program.root)])
    done = program.run("needs-torch", environment={"PYTHONPATH": path})
    assert (done.returncode, done.stdout) == (3, "")
    assert "pip install 'flashcards[demos]'" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_list_as_json_has_what_a_script_needs(program: Program) -> None:
    entries = {entry["slug"]: entry for entry in json.loads(program.run("--list", "--json").stdout)}
    assert entries["halves"] == {
        "slug": "halves",
        "title": "Halves",
        "title_zh": "一半",
        "topic": "numbers",
        "proves": "a number is twice its half",
        "tier": "tok",
    }


def test_json_is_one_valid_numbered_event_a_line(program: Program) -> None:
    done = program.run("halves", "--json")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["seq"] for record in records] == list(range(len(records)))
    assert [record["type"] for record in records] == ["start", "step", "say", "claim", "end"]
    assert all(decode(line) is not None for line in done.stdout.splitlines())


def test_a_guess_is_asked_before_and_graded_against_what_was_measured(program: Program) -> None:
    done = program.run("halves", "--predict", typed="lots\n8.5\n")
    asked, graded = done.stdout.index("What is twice the half?"), done.stdout.index("your guess 8.5: good")
    assert asked < done.stdout.index("is not a number") < done.stdout.index("measured 8") < graded
    assert done.returncode == 0


def test_no_guess_is_no_grade(program: Program) -> None:
    done = program.run("halves", "--predict")
    assert "your guess" not in done.stdout and "measured 8" in done.stdout and done.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_cancels_and_leaves_no_process(program: Program) -> None:
    with subprocess.Popen(
        program.command("endless", "--json"),
        env=program.environment(),
        cwd=program.root,
        stdout=subprocess.PIPE,
        text=True,
    ) as person:
        assert person.stdout is not None
        for line in person.stdout:
            if '"step"' in line:
                break
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(person.pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        person.send_signal(signal.SIGINT)
        rest = person.stdout.read()
        assert person.wait(20) == 130
    assert json.loads(rest.splitlines()[-1])["status"] == "cancelled"
    assert children
    for pid in map(int, children):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_parameter_may_be_called_as_the_command_calls_its_own(program: Program) -> None:
    halves = (program.demos / "halves.py").read_text("utf-8")
    program.add("named.py", halves.replace("size", "words"))
    try:
        done = program.run("named", "--words", "6")
    finally:
        (program.demos / "named.py").unlink()
    assert (done.returncode, "words=6" in done.stdout) == (0, True), done.stdout + done.stderr


def test_no_colour_reaches_a_pipe(program: Program) -> None:
    assert "\x1b" not in program.run("halves").stdout


def test_a_demo_runs_by_its_own_file(program: Program) -> None:
    done = subprocess.run(
        [sys.executable, str(program.demos / "halves.py"), "--size", "6", "--control"],
        env=program.environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1 and "size=6" in done.stdout, done.stdout + done.stderr


def test_the_command_imports_neither_torch_nor_textual(program: Program) -> None:
    script = (
        "import sys; from flashcards.__main__ import main\n"
        "sys.argv = ['flashcards', 'demo', 'halves']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([name for name in ('torch', 'textual', 'yaml') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=program.environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stdout.strip().endswith("[]"), done.stdout + done.stderr


def test_all_demos_run_and_are_summed_up(program: Program) -> None:
    done = program.run("--all", "--timeout", "2", "--json")
    *events, total = [json.loads(line) for line in done.stdout.splitlines()]
    assert total["type"] == "total" and total["demos"] == len(total["statuses"])
    ends = [event for event in events if event["type"] == "end"]
    assert len(ends) == total["demos"] and sum(end["passed"] for end in ends) == total["passed"]
    statuses = total["statuses"]
    assert (statuses["halves"], statuses["false-claim"], statuses["crash"]) == ("passed", "failed", "error")
    assert statuses["endless"] == "over_time"
    judged = [event for event in events if event["type"] == "claim" and event["kind"] != "observe"]
    assert total["claims"] == len(judged) > total["distinct"] == len({claim["id"] for claim in judged})
    assert (total["status"], done.returncode) == ("failed", 1)


def test_the_sum_in_words(program: Program) -> None:
    done = program.run("--all", "--timeout", "2")
    assert "over time" in done.stdout and " distinct, " in done.stdout.splitlines()[-1]


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {"FLASHCARDS_HOME": str(tmp_path / "home")}


def test_a_new_demo_keeps_the_standard_of_ours(program: Program, home: dict[str, str]) -> None:
    made = program.run("new", "label_smoothing", environment=home)
    path = Path(made.stdout.splitlines()[0])
    assert path == Path(home["FLASHCARDS_HOME"]) / "demos" / "label_smoothing.py"
    assert len(path.read_text("utf-8").splitlines()) <= 150
    first, again, wrong = (
        program.run("label-smoothing", "--preset", "tiny", "--json", *more, environment=home)
        for more in ([], [], ["--control"])
    )
    assert (first.returncode, wrong.returncode) == (0, 1)
    claims, same, broken = (
        [record for record in map(json.loads, done.stdout.splitlines()) if record["type"] == "claim"]
        for done in (first, again, wrong)
    )
    assert [claim["measured"] for claim in claims] == [claim["measured"] for claim in same]
    assert claims and all(claim["pass"] for claim in claims) and not any(claim["pass"] for claim in broken)
    assert any(claim["predict"] for claim in claims)


def test_a_new_demo_in_a_folder_of_ones_own_runs_by_its_file(
    program: Program, home: dict[str, str], tmp_path: Path
) -> None:
    made = program.run("new", "mine", str(tmp_path / "work"), environment=home)
    path = tmp_path / "work" / "mine.py"
    assert f"python {path}" in made.stdout
    done = subprocess.run(
        [sys.executable, str(path), "--control"],
        env=program.environment(home),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1 and "2 of 2 claims broke" in done.stdout, done.stderr


def test_a_new_demo_beside_notes_of_ones_own_is_trusted_and_those_of_others_are_not(
    program: Program, home: dict[str, str], tmp_path: Path
) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "notes.md").write_text("# A\n\n## What is one?\nOne.\n")
    added = [sys.executable, "-m", "flashcards", "add", str(notes)]
    subprocess.run(added, env=program.environment(home), cwd=program.root, check=True, capture_output=True)
    program.run("new", "mine", str(notes / "demos"), environment=home)
    assert program.run("mine", environment=home).returncode == 0
    (notes / "demos" / "other.py").write_text((notes / "demos" / "mine.py").read_text("utf-8"), "utf-8")
    program.run("new", "second", str(notes / "demos"), environment=home)
    for name in ("mine", "other", "second"):  # the folder holds a program that nobody looked at
        assert program.run(name, environment=home).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["new"], "Give the new demo a name"),
        (["new", "Bad name"], "is no name for a demo"),
        (["new", "../escape"], "is no name for a demo"),
        (["new", "new"], "is no name for a demo"),
        (["new", "halves"], "exists already"),
        (["new", "a", "b", "c"], "unexpected extra argument"),
        (["--trust", "nowhere"], "no such folder"),
    ],
)
def test_a_wrong_wish_is_one_line_and_exit_2_too(
    program: Program, home: dict[str, str], arguments: list[str], said: str
) -> None:
    done = program.run(*arguments, environment=home)
    assert (done.returncode, done.stdout) == (2, ""), done.stdout + done.stderr
    assert said in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_our_own_demos_are_found_without_opening_the_collection(program: Program, tmp_path: Path) -> None:
    broken = tmp_path / "home"
    broken.mkdir()
    (broken / "flashcards.db").write_bytes(b"not a database at all" * 100)
    assert program.run("halves", environment={"FLASHCARDS_HOME": str(broken)}).returncode == 0
