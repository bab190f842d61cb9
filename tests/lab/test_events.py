"""Events survive their way through a line of JSON, and a reader is neither fooled nor stopped by news."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import pytest

from flashcards.lab import Lab
from flashcards.lab.batch import total
from flashcards.lab.errors import LabError
from flashcards.lab.events import (
    Claim,
    End,
    Error,
    Event,
    Log,
    Matrix,
    Progress,
    Say,
    Series,
    Start,
    Status,
    Step,
    Table,
    Tokens,
    decode,
    encode,
    read_transcript,
)

EVERY: list[Event] = [
    Start("rope", {"zh": "旋转", "en": "RoPE"}, "it turns", {"dim": 64}, 7, "cpu", "float32", {"torch": "2"}),
    Step("一步"),
    Say("a **b**"),
    Table("t", ["a", "b"], [["x", 1], ["y", None]]),
    Matrix("m", [[1.0, -math.inf], [math.inf, 2.5]], ["r", "s"], None),
    Series("s", [1, 2], {"a": [0.5, math.inf]}, "bar", logx=True),
    Tokens("k", ["a", "b"], [0.1, 0.2]),
    Claim("c", "C", "close", 1.0, 1.1, 0.2, True, "how much?", "MiB"),
    Claim("o", "O", "observe", [1, 2]),
    Progress(0.5, "half"),
    Log("printed", "stderr"),
    Error("no", "do", "oom", {"size": 3}),
    End("failed", 1, 2, 0.5, 0.4, 100, 0),
]


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_an_event_comes_back_as_it_went(event: Event) -> None:
    line = encode(event, 3)
    assert "\n" not in line
    assert decode(line) == event


def test_nan_travels_as_text_in_valid_json() -> None:
    line = encode(Claim("c", "C", "at_most", math.nan, 1.0, None, False), 0)
    record = json.loads(line, parse_constant=lambda name: pytest.fail(f"bare {name}"))
    assert record["measured"] == "NaN" and record["pass"] is False
    back = decode(line)
    assert isinstance(back, Claim) and math.isnan(back.measured)


def test_unknown_types_and_fields_are_skipped() -> None:
    later = '{"v": 1, "seq": 0, "type": "hologram", "depth": 3}'
    more = '{"v": 1, "seq": 1, "type": "step", "title": "a", "colour": "red"}'
    assert list(read_transcript([later, "", more])) == [Step("a")]


@pytest.mark.parametrize("line", ["", "nonsense", "[]", '{"v": 1}', '{"v": 1, "type": "step"}'])
def test_a_line_that_is_no_event_is_an_error(line: str) -> None:
    with pytest.raises(LabError):
        decode(line)


def test_another_version_is_an_error_that_names_both() -> None:
    with pytest.raises(LabError, match=r"version 2.*reads 1"):
        decode('{"v": 2, "seq": 0, "type": "step", "title": "a"}')


def test_a_matrix_keeps_four_digits_and_at_most_64_a_side() -> None:
    seen: list[Event] = []
    lab = Lab(seen.append)
    lab.matrix("m", [[1 / 3, 123456.0]], columns=["a", "b"])
    assert seen == [Matrix("m", [[0.3333, 123500.0]], None, ["a", "b"])]
    with pytest.raises(ValueError, match="65x1"):
        lab.matrix("m", [[0.0]] * 65)


@pytest.mark.parametrize(
    "show",
    [
        lambda lab: lab.table("t", ["a", "b"], [[1]]),
        lambda lab: lab.matrix("t", [[1.0], [1.0, 2.0]]),
        lambda lab: lab.matrix("t", [[1.0]], rows=["a", "b"]),
        lambda lab: lab.series("t", [1, 2], {"a": [1.0]}),
        lambda lab: lab.tokens("t", ["a"], [0.1, 0.2]),
    ],
)
def test_figures_whose_parts_do_not_fit_together_are_refused(show: object) -> None:
    with pytest.raises(ValueError, match="'t'"):
        show(Lab(lambda event: None))  # type: ignore[operator]


def claim(title: str, passed: bool | None = True, **more: bool) -> Claim:
    kind = "observe" if passed is None else "eq"
    return Claim(title.lower(), title, kind, 1, 1, passed=passed, **more)


def test_the_sum_of_runs_counts_a_claim_of_two_demos_once_and_an_observation_never() -> None:
    ends = {"a": End("passed", passed=2), "b": End("failed", passed=1, failed=1)}
    claims = [
        claim("One"),
        claim("Two", illustration=True),
        claim("One"),
        claim("x", False),
        claim("t", None),
    ]
    whole = total(ends, claims, 1.234)
    assert (whole.demos, whole.claims, whole.distinct, whole.illustrations) == (2, 4, 3, 1)
    assert (whole.passed, whole.failed, whole.status) == (3, 1, "failed")
    assert whole.statuses == {"a": "passed", "b": "failed"}


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ([], "passed"),
        (["passed", "passed"], "passed"),
        (["passed", "dependency", "dependency"], "dependency"),
        (["oom", "dependency"], "failed"),
        (["failed", "cancelled"], "cancelled"),
    ],
)
def test_the_verdict_of_several_runs_is_what_stopped_them_all(statuses: list[Status], verdict: str) -> None:
    ends = {str(number): End(status) for number, status in enumerate(statuses)}
    assert total(ends, [], 0.0).status == verdict


def test_a_reader_of_one_run_passes_over_the_sum() -> None:
    assert decode(encode(total({}, [], 0.0), 0)) is None


def test_the_sdk_is_light() -> None:
    heavy = ("torch", "numpy", "click", "yaml", "rich", "textual", "asyncio")
    script = f"import sys, flashcards.lab; print([name for name in {heavy!r} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "[]"
