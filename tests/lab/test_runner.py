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

from flashcards.lab.batch import SharedProcesses
from flashcards.lab.catalogue import read_demo
from flashcards.lab.device import is_device_failure
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


def child_of_a_killed_parent(path: Path) -> list[int]:
    """Run a demo in an app of its own, kill the app when the demo's first step has named its processes."""
    script = (
        "import sys; from pathlib import Path; from flashcards.lab.catalogue import read_demo\n"
        "from flashcards.lab.runner import Run\n"
        f"for event in Run(read_demo(Path({str(path)!r}))): print(getattr(event, 'title', ''), flush=True)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent, parent.stdout:
        named: Iterator[str] = (line for line in parent.stdout if line[:1].isdigit())
        pids = [int(pid) for pid in next(named).split()]
        parent.send_signal(signal.SIGKILL)
    return pids


@posix
@pytest.mark.parametrize(
    "body",
    [
        "lab.step(str(os.getpid()))\nwhile True: time.sleep(0.02)",
        """\
        import signal, subprocess
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        wait = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
        other = subprocess.Popen([sys.executable, "-c", wait])
        lab.step(f"{os.getpid()} {other.pid}")
        while True: time.sleep(0.02)
        """,
    ],
    ids=["waiting", "ignoring signals, with a process of its own"],
)
def test_killing_the_app_ends_the_demo_and_what_it_started(write_demo: WriteDemo, body: str) -> None:
    pids = child_of_a_killed_parent(write_demo(body))
    assert pids and all(gone(pid) for pid in pids)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel signals the end of a pipe on Linux only")
def test_killing_the_app_ends_a_demo_whose_c_code_never_lets_go(write_demo: WriteDemo) -> None:
    """A regular expression holds the interpreter's lock: no thread of the demo's can see that the app is gone."""
    body = """\
    import re
    lab.step(str(os.getpid()))
    re.match("(a+)+$", "a" * 60 + "b")
    """
    (pid,) = child_of_a_killed_parent(write_demo(body))
    assert gone(pid)


ENDINGS = {
    "crash": ("import ctypes; ctypes.string_at(0)", "error"),
    "exit": ("os._exit(3)", "error"),
    "sys-exit": ("sys.exit(0)", "error"),
    "endless": ("while True: time.sleep(0.02)", "over_time"),
    "endless-deaf": (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(0.02)",
        "over_time",
    ),
    "endless-output": ('while True: lab.say("more")', "error"),
    "endless-prints": ('while True: print("more" * 1000)', "over_time"),
    "one-huge-text": ('lab.say("x" * (2 << 20))', "error"),
    "many-large-texts": ('for _ in range(100): lab.say("x" * (1_000_000))', "error"),
    "fork-and-die": ("if os.fork() == 0: time.sleep(600)\nos._exit(3)", "error"),
    "forks": (
        "while True:\n    if os.fork() == 0: time.sleep(600)\n    time.sleep(0.02)",
        "over_time",
    ),
    "killed": ("os.kill(os.getpid(), 9)", "oom"),
    "garbage": (
        "import contextlib\nfor fd in range(3, 30):\n"
        '    with contextlib.suppress(OSError): os.write(fd, b"garbage\\n")\ntime.sleep(600)',
        "error",
    ),
}


@posix
@pytest.mark.parametrize("name", ENDINGS)
def test_whatever_a_demo_does_there_is_one_reason_one_end_no_process_and_the_app_goes_on(
    write_demo: WriteDemo, name: str
) -> None:
    body, status = ENDINGS[name]
    run = Run(read_demo(write_demo(body)), timeout=3)
    events = list(run)
    assert [type(event) for event in events[-2:]] == [Error, End] and len(errors(events)) == 1
    assert last(events).status == status
    assert run.pid is not None and group_gone(run.pid)
    assert last(list(run_demo(read_demo(write_demo())))).status == "passed"


def group_gone(pid: int, within: float = 10.0) -> bool:
    """Whether every process of a group ends within some seconds."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        listed = subprocess.run(
            ["ps", "-e", "-o", "pgid=,stat="], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        if not any(line.split()[0] == str(pid) and "Z" not in line for line in listed):
            return True
        time.sleep(0.05)
    return False


@posix
def test_what_a_demo_forks_is_not_the_run(write_demo: WriteDemo) -> None:
    body = """\
    if os.fork() == 0:
        lab.say("I am the run")
        os._exit(0)
    os.wait()
    lab.claim("x", measured=1, equals=1)
    """
    events = list(run_demo(read_demo(write_demo(body))))
    assert [type(event) for event in events] == [Start, Claim, End]


@pytest.mark.skipif(sys.platform != "linux", reason="found by their environment, which only /proc shows")
def test_a_process_that_left_the_group_is_ended_too(write_demo: WriteDemo) -> None:
    body = """\
    import subprocess
    daemon = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    command = [sys.executable, "-c", daemon]
    other = subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE, text=True)
    lab.say(other.stdout.readline())
    lab.claim("x", measured=1, equals=1)
    """
    events = list(run_demo(read_demo(write_demo(body))))
    assert last(events).status == "passed" and gone(int(events[1].markdown))  # type: ignore[union-attr]


def test_what_cannot_fit_is_refused_before_it_starts_with_sizes_that_fit(write_demo: WriteDemo) -> None:
    path = write_demo('lab.claim("x", measured=1, equals=1)')
    estimate = "    def bytes(self) -> int:\n        return (self.size - 1) << 40\n\n    def check"
    path.write_text(path.read_text().replace("    def check", estimate))
    events = list(run_demo(read_demo(path), {"size": 1000}))
    assert [type(event) for event in events] == [Error, End]
    assert errors(events)[0].params == {"size": 1} and "free on cpu" in errors(events)[0].message
    assert last(events).exit_code == 4
    assert last(list(run_demo(read_demo(path), {"size": 1}))).status == "passed"


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (RuntimeError("CUDA error: an illegal memory access was encountered"), True),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), False),
        (RuntimeError("shapes do not fit"), False),
        (ValueError("CUDA"), False),
    ],
)
def test_a_failing_card_is_told_from_sizes_that_do_not_fit_on_it(error: Exception, failure: bool) -> None:
    """The first starts the run again on the CPU, the second ends it with advice."""
    assert is_device_failure(error) is failure


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts the peak of a process anew")
def test_the_peak_of_a_run_is_not_that_of_the_one_before_it(write_demo: WriteDemo) -> None:
    large = write_demo('room = b"x" * (200 << 20)\nlab.claim("x", measured=1, equals=1)', "large.py")
    processes = SharedProcesses()
    first, second = (
        last(list(Run(read_demo(path), keep=True, child=lambda: processes.take("tok"))))
        for path in (large, write_demo())
    )
    processes.close()
    assert second.peak_bytes < 150 << 20 < first.peak_bytes


def test_runs_that_keep_their_process_share_it_until_one_harms_it(write_demo: WriteDemo) -> None:
    good, bad = read_demo(write_demo()), read_demo(write_demo("os._exit(3)", "bad.py"))
    processes = SharedProcesses()
    pids, statuses = [], []
    for demo in (good, good, bad, good):
        run = Run(demo, keep=True, child=lambda: processes.take("tok"))
        statuses.append(last(list(run)).status)
        pids.append(run.pid)
    processes.close()
    assert statuses == ["passed", "passed", "error", "passed"]
    assert pids[0] == pids[1] == pids[2] != pids[3]
    assert all(pid is not None and gone(pid) for pid in pids)


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
