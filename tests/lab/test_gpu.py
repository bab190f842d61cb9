"""Rates against what a device was seen to do; here the CPU stands in, so that every line but CUDA's own runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flashcards.lab import Lab
from flashcards.lab.catalogue import read_catalogue
from flashcards.lab.events import Claim, Event

from .conftest import Program

torch = pytest.importorskip("torch")
from flashcards.lab.gpu import Ceilings, copy_rate, matmul_rate, page, rate, seconds  # noqa: E402

CEILINGS = Ceilings(bytes_per_second=1e9, flops_per_second=1e12)


def test_a_time_is_the_median_of_several_calls_after_a_warm_up() -> None:
    calls: list[int] = []
    assert seconds(lambda: calls.append(1), "cpu", at_least=0) > 0
    assert len(calls) == 2 + 1 + 3  # warm-up, a first look, the calls that count


def test_the_ceilings_are_of_the_size_of_a_computer() -> None:
    assert 1e7 < copy_rate("cpu", 1 << 20) < 1e14
    assert 1e7 < matmul_rate("cpu", torch.float32, 64) < 1e16


def test_a_rate_is_work_by_time_and_its_share_of_the_ceiling_that_bounds_it() -> None:
    x = torch.ones(1000)
    for unit, scale, work, most in (
        ("GB/s", 1e9, {"bytes": 8000.0}, CEILINGS.bytes_per_second),
        ("TFLOP/s", 1e12, {"flops": 8000.0}, CEILINGS.flops_per_second),
    ):
        found = rate(lambda: x + x, "cpu", CEILINGS, **work)
        assert found.unit == unit
        assert found.per_second * scale * found.seconds == pytest.approx(8000)
        assert found.share * most == pytest.approx(found.per_second * scale)


def test_a_demo_may_measure_anywhere_and_shows_rates_on_cuda_alone() -> None:
    events: list[Event] = []
    Lab(events.append, device="cpu", dtype="float32").measure("x", lambda: pytest.fail("no CUDA"), flops=1)
    assert events == []


def bench(program: Program, *arguments: str) -> tuple[int, str, str]:
    done = program.run("--bench-gpu", *arguments)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_without_a_gpu_one_line_says_so(program: Program) -> None:
    code, said, error = bench(program)
    assert (code, said) == (3, "") and "CUDA" in error and len(error.strip().splitlines()) == 1


def test_the_measurement_is_a_page_of_markdown(program: Program) -> None:
    code, said, _ = bench(program, "--device", "cpu", "--preset", "tiny")
    assert code == 0 and said.startswith("# ") and "\ncpu; float32; " in said
    rows = [line for line in said.splitlines() if line.startswith("| ")]
    assert all(line.count("|") == 4 for line in rows)
    for row in ("Copy of", "Matrix product", "Attention, share", "Decoding, share", "logits are those of"):
        assert any(row in line for line in rows)


def test_the_measurement_proves_that_it_decodes_what_it_times(program: Program) -> None:
    code, said, _ = bench(program, "--device", "cpu", "--preset", "tiny", "--control")
    assert code == 1 and "not reached" in said


def test_a_size_that_cannot_fit_is_refused(program: Program) -> None:
    code, said, error = bench(program, "--device", "cpu", "--layers", "200", "--width", "16384")
    assert code == 4 and "GiB" in said + error


def test_the_page_carries_the_name_of_the_card() -> None:
    from flashcards.lab.events import Start

    start = Start("gpu-bench", {}, "", {"layers": 2}, 0, "cuda", "bfloat16", {"torch": "2.13"})
    goal = Claim("share", "Share", "at_least", 0.7, 0.6, passed=True)
    made = page([start, Claim("card", "Card", "observe", "Some card 80GB"), goal])
    assert "Some card 80GB; bfloat16; torch 2.13." in made and "| Share | 0.7 | ≥ 0.6: reached |" in made


def test_the_page_of_the_docs_is_a_measurement_or_says_that_there_is_none() -> None:
    text = (Path(__file__).parents[2] / "docs" / "gpu.md").read_text("utf-8")
    assert "Not yet measured" in text or "| what | measured | goal |" in text


def test_what_demos_measure_on_a_gpu_is_work_that_runs() -> None:
    """Without a GPU ``measure`` does nothing, so a mistake in such a line would first be met on somebody's card."""
    demos = [
        demo for demo in read_catalogue().demos.values() if "lab.measure(" in demo.path.read_text("utf-8")
    ]
    assert len(demos) >= 5
    run = subprocess.run(
        [sys.executable, "-c", _MEASURING, *(str(demo.path) for demo in demos)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    measured = dict(line.split("\t")[1:] for line in run.stdout.splitlines() if line.startswith("measured\t"))
    assert set(measured) == {demo.path.name for demo in demos}
    assert all(float(amount) > 0 for amount in measured.values())


_MEASURING = """
import runpy, sys
import subprocess
import sys
from pathlib import Path
from flashcards.lab.bench import Lab

def measure(self, title, work, *, flops=0, bytes=0):
    work()
    print("measured", Path(path).name, flops + bytes, sep="\\t")

Lab.measure = measure
for path in sys.argv[1:]:
    sys.argv = [path, "--preset", "tiny"]
    try:
        runpy.run_path(path, run_name="__main__")
    except SystemExit as end:
        assert not end.code, path
"""
