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
