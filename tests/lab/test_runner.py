"""However a run ends, its last event says so, and nothing of it is left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flashcards.lab.catalogue import read_demo
from flashcards.lab.errors import LabError
from flashcards.lab.events import Claim, End, Error, Event, Log, Start, Step, encode, read_transcript
from flashcards.lab.runner import Run, run_demo
from flashcards.lab.spare import Spares

from .conftest import WriteDemo

posix = pytest.mark.skipif(sys.platform == "win32", reason="process groups and signals of POSIX")

WITH_GRANDCHILD = """\
import subprocess
other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
lab.say(str(other.pid))
lab.step("Wait")
while True: time.sleep(0.02)
"""


def gone(pid: int, within: float = 10.0) -> bool:
    """Whether a process ends within some seconds (a zombie nobody has waited for counts as ended)."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        status = Path(f"/proc/{pid}/stat")
        if status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


def last(events: list[Event]) -> End:
    end = events[-1]
    assert isinstance(end, End)
    return end


def errors(events: list[Event]) -> list[Error]:
    return [event for event in events if isinstance(event, Error)]


def test_a_run_starts_claims_and_ends(write_demo: WriteDemo) -> None:
    events = list(run_demo(read_demo(write_demo()), {"size": "6"}, seed=3))
    start = events[0]
    assert isinstance(start, Start)
    assert (start.slug, start.seed, start.device) == ("halves", 3, "cpu")
    assert start.params == {"size": 6, "kind": "even", "deep": False}
    (claim,) = (event for event in events if isinstance(event, Claim))
    assert (claim.measured, claim.expected, claim.passed) == (6.0, 6, True)
    assert (last(events).status, last(events).passed, last(events).exit_code) == ("passed", 1, 0)


def test_the_control_breaks_the_claim(write_demo: WriteDemo) -> None:
    events = list(run_demo(read_demo(write_demo()), control=True))
    assert (last(events).status, last(events).failed) == ("failed", 1)


def test_a_run_is_its_transcript(write_demo: WriteDemo) -> None:
    events = list(run_demo(read_demo(write_demo())))
    assert list(read_transcript(encode(event, seq) for seq, event in enumerate(events))) == events


def test_a_wrong_parameter_starts_nothing(write_demo: WriteDemo) -> None:
    with pytest.raises(LabError, match="--size"):
        Run(read_demo(write_demo()), {"size": 0})


def test_values_that_do_not_go_together_are_told_before_the_start(write_demo: WriteDemo) -> None:
    events = list(run_demo(read_demo(write_demo()), {"kind": "odd"}))
    assert [type(event) for event in events] == [Error, End]
    assert errors(events)[0].message == "halves: an odd kind wants an odd size."
    assert last(events).exit_code == 2


def test_prints_of_python_and_c_become_log_events_in_their_place(write_demo: WriteDemo) -> None:
    body = """\
    print("before")
    lab.step("Between")
    print("after", file=sys.stderr)
    print("10 %\\r20 %\\r30 %")
    os.write(1, b"from C\\n")
    print("no newline", end="")
    lab.claim("x", measured=1, equals=1)
    """
    events = list(run_demo(read_demo(write_demo(body))))
    shown = [event for event in events if isinstance(event, Log | Step)]
    assert shown[:4] == [Log("before"), Step("Between"), Log("after", "stderr"), Log("30 %")]
    assert Log("from C") in shown and Log("no newline") in shown


def test_a_flood_of_prints_is_cut_short(write_demo: WriteDemo) -> None:
    body = 'for i in range(5000): print("x" * 3000)\nlab.claim("x", measured=1, equals=1)'
    logs = [event for event in run_demo(read_demo(write_demo(body))) if isinstance(event, Log)]
    assert len(logs) == 2001 and len(logs[0].text) == 2000 and "left out" in logs[-1].text


def test_an_exception_is_one_line_with_its_place(write_demo: WriteDemo) -> None:
    events = list(run_demo(read_demo(write_demo('lab.step("a")\nraise KeyError("gone")'))))
    assert errors(events)[0].message == "halves.py:22: KeyError: 'gone'"
    assert (last(events).status, last(events).exit_code) == ("error", 1)


def test_a_demo_that_claims_nothing_proves_nothing(write_demo: WriteDemo) -> None:
    events = list(run_demo(read_demo(write_demo('lab.say("trust me")'))))
    assert "claimed nothing" in errors(events)[0].message and last(events).status == "error"


def test_a_library_that_is_missing_is_named_with_the_line_that_installs_it(write_demo: WriteDemo) -> None:
    events = list(run_demo(read_demo(write_demo("import no_such_library"))))
    assert "no_such_library" in errors(events)[0].message
    assert "pip install 'flashcards[demos]'" in errors(events)[0].hint
    assert last(events).exit_code == 3


@posix
def test_a_crash_in_c_is_told(write_demo: WriteDemo) -> None:
    events = list(run_demo(read_demo(write_demo("import ctypes\nctypes.string_at(0)"))))
    assert "SIGSEGV" in errors(events)[0].message
    assert last(events).status == "error"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a limit on address space")
def test_memory_running_out_comes_with_smaller_values(write_demo: WriteDemo) -> None:
    demo = read_demo(write_demo("room = bytearray(p.size << 20)"))
    events = list(run_demo(demo, {"size": 4096}, memory_limit=256 << 20))
    assert errors(events)[0].reason == "oom"
    assert errors(events)[0].params == {"size": 2048} and "--size 2048" in errors(events)[0].hint
    assert last(events).exit_code == 4


def test_a_run_over_its_time_is_stopped(write_demo: WriteDemo) -> None:
    run = Run(read_demo(write_demo("while True: time.sleep(0.02)")), timeout=1.0)
    events = list(run)
    assert errors(events)[0].reason == "over_time" and last(events).exit_code == 5
    assert run.pid is not None and gone(run.pid)


@posix
def test_a_run_over_its_cpu_budget_is_stopped(write_demo: WriteDemo) -> None:
    events = list(run_demo(read_demo(write_demo("while True: pass")), cpu_limit=0.5))
    assert "CPU" in errors(events)[0].message and last(events).exit_code == 5


@posix
def test_cancelling_from_another_thread_ends_the_run_and_what_it_started(write_demo: WriteDemo) -> None:
    run = Run(read_demo(write_demo(WITH_GRANDCHILD)))
    events: list[Event] = []
    for event in run:
        events.append(event)
        if isinstance(event, Step):
            threading.Thread(target=run.cancel).start()
    grandchild = int(events[1].markdown)  # type: ignore[union-attr]
    assert last(events).status == "cancelled"
    assert run.pid is not None and gone(run.pid) and gone(grandchild)


def test_a_demo_that_is_cancelled_puts_its_files_away(write_demo: WriteDemo, tmp_path: Path) -> None:
    body = f"""\
    import tempfile
    with tempfile.TemporaryDirectory(dir={str(tmp_path)!r}, prefix="scratch"):
        lab.step("Wait")
        while True: time.sleep(0.02)
    """
    run = Run(read_demo(write_demo(body)))
    for event in run:
        if isinstance(event, Step):
            assert list(tmp_path.glob("scratch*"))
            run.cancel()
    assert not list(tmp_path.glob("scratch*"))


@posix
def test_a_demo_that_will_not_stop_is_killed(write_demo: WriteDemo) -> None:
    body = """\
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    lab.step("Wait")
    while True: time.sleep(0.02)
    """
    run = Run(read_demo(write_demo(body)))
    events = []
    for event in run:
        events.append(event)
        if isinstance(event, Step):
            run.cancel()
    assert last(events).status == "cancelled"
    assert run.pid is not None and gone(run.pid)


def test_leaving_the_events_unread_leaves_no_process(write_demo: WriteDemo) -> None:
    with Run(read_demo(write_demo("while True: time.sleep(0.02)"))) as run:
        next(iter(run))
        pid = run.pid
    assert pid is not None and gone(pid)


def test_a_run_cancelled_before_it_starts_does_not_start(write_demo: WriteDemo) -> None:
    run = Run(read_demo(write_demo()))
    run.cancel()
    assert [type(event) for event in run] == [End]
    assert run.pid is None


@posix
def test_killing_the_parent_ends_the_demo(write_demo: WriteDemo) -> None:
    path = write_demo("lab.step(str(os.getpid()))\nwhile True: time.sleep(0.02)")
    script = (
        "import sys; from pathlib import Path; from flashcards.lab.catalogue import read_demo\n"
        "from flashcards.lab.runner import Run\n"
        f"for event in Run(read_demo(Path({str(path)!r}))): print(getattr(event, 'title', ''), flush=True)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent, parent.stdout:
        pids: Iterator[int] = (int(line) for line in parent.stdout if line.strip().isdigit())
        child = next(pids)
        parent.send_signal(signal.SIGKILL)
        assert gone(child)


def test_a_spare_process_runs_one_demo_and_is_gone(write_demo: WriteDemo) -> None:
    demo = read_demo(write_demo())
    spares = Spares()
    spares.prepare("tok")
    waiting = spares._waiting["tok"].pid
    run = Run(demo, child=lambda: spares.take("tok"))
    assert last(list(run)).status == "passed"
    assert run.pid == waiting and gone(waiting)
    spares.prepare("tok")
    second = spares._waiting["tok"].pid
    spares.close()
    assert second != waiting and gone(second)


def test_a_spare_that_died_is_replaced(write_demo: WriteDemo) -> None:
    spares = Spares()
    spares.prepare("tok")
    spares._waiting["tok"].kill()
    assert gone(spares._waiting["tok"].pid)
    assert last(list(Run(read_demo(write_demo()), child=lambda: spares.take("tok")))).status == "passed"
    spares.close()


def test_a_file_of_the_persons_does_not_replace_a_library(
    write_demo: WriteDemo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "random.py").write_text("raise SystemExit('shadowed')")
    monkeypatch.chdir(tmp_path)
    assert last(list(run_demo(read_demo(write_demo())))).status == "passed"
