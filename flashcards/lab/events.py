"""What a running demo tells the world: one record a line of JSON, versioned, replayable.

Faces (screen, plain text, ``--json``) and kept transcripts read the same records.  NaN and the
infinities travel as strings, because JSON has none; a reader skips record types it does not know.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from flashcards.errors import Message
from flashcards.lab.errors import LabError

VERSION = 1

Scalar = bool | int | float | str | None
ClaimKind = Literal["eq", "close", "at_most", "at_least", "monotone", "set", "observe"]
SeriesKind = Literal["line", "bar", "step"]
Status = Literal["passed", "failed", "params", "dependency", "oom", "over_time", "error", "cancelled"]
Reason = Literal["params", "dependency", "oom", "over_time", "error"]

EXIT_CODES: Mapping[Status, int] = {
    "passed": 0,
    "failed": 1,
    "error": 1,
    "params": 2,
    "dependency": 3,
    "oom": 4,
    "over_time": 5,
    "cancelled": 130,
}


@dataclass(frozen=True, slots=True)
class Start:
    """The run begins; a second one in the same stream means it began again (on another device)."""

    slug: str
    title: Mapping[str, str]
    proves: str
    params: Mapping[str, Scalar]
    seed: int
    device: str
    dtype: str
    versions: Mapping[str, str] = field(default_factory=dict)
    control: bool = False
    note: str = ""
    """Why this device, where it is not the one a reader would expect."""
    recorded: bool = False
    """True where a kept run is shown instead of one that happens now."""


@dataclass(frozen=True, slots=True)
class Step:
    """A heading: what is computed next."""

    title: str


@dataclass(frozen=True, slots=True)
class Say:
    """Markdown for the reader."""

    markdown: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column heads; every row is as long as ``columns``."""

    title: str
    columns: list[str]
    rows: list[list[Any]]


@dataclass(frozen=True, slots=True)
class Matrix:
    """At most 64x64 numbers with four significant digits."""

    title: str
    values: list[list[float]]
    rows: list[str] | None = None
    columns: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """Curves over one axis."""

    title: str
    x: list[Any]
    series: Mapping[str, list[float]]
    kind: SeriesKind = "line"
    logx: bool = False
    logy: bool = False


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text cut in pieces, each with a weight where that means something."""

    title: str
    tokens: list[str]
    weights: list[float] | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A measured value against an expected one."""

    id: str
    title: str
    kind: ClaimKind
    measured: Any
    expected: Any = None
    tol: float | None = None
    passed: bool | None = None
    """None for ``observe``, which neither passes nor fails.  ``pass`` on the wire."""
    predict: str | None = None
    """The question to put to the person before the value is shown."""
    unit: str = ""
    illustration: bool = False
    """True when no control of the demo can break it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the run is, 0 to 1."""

    fraction: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Log:
    """A line that something printed."""

    text: str
    stream: Literal["stdout", "stderr"] = "stdout"


@dataclass(frozen=True, slots=True)
class Error:
    """Why the run could not go on."""

    message: str
    hint: str = ""
    reason: Reason = "error"
    params: Mapping[str, Scalar] = field(default_factory=dict)
    """Values to try instead."""


@dataclass(frozen=True, slots=True)
class End:
    """The last record of every run, however it ended."""

    status: Status
    passed: int = 0
    failed: int = 0
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_bytes: int = 0
    """Highest resident memory of the process; 0 where it is not known."""
    device_peak_bytes: int = 0
    """Highest memory held on the accelerator; 0 on a CPU."""

    @property
    def exit_code(self) -> int:
        """What ``flashcards demo`` exits with."""
        return EXIT_CODES[self.status]


@dataclass(frozen=True, slots=True)
class Total:
    """The sum over several runs.  A line of its own after them; no part of any run."""

    status: Status
    demos: int
    claims: int
    """Claims of all runs; observations are none."""
    distinct: int
    """Claims with a title of their own: what two demos both claim counts once."""
    illustrations: int
    """Claims that no control can break."""
    passed: int
    failed: int
    wall_seconds: float
    statuses: Mapping[str, Status] = field(default_factory=dict)
    """How each demo ended, by slug."""


Event = Start | Step | Say | Table | Matrix | Series | Tokens | Claim | Progress | Log | Error | End

_TYPES: Mapping[str, type[Event]] = {
    kind.__name__.lower(): kind
    for kind in (Start, Step, Say, Table, Matrix, Series, Tokens, Claim, Progress, Log, Error, End)
}
_WIRE_NAMES = {"passed": "pass"}
"""``pass`` is a keyword of Python; only a claim's field is so called on the wire."""
_NUMERIC_FIELDS = frozenset({"measured", "expected", "tol", "values", "series", "x", "weights"})
_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def encode(event: Event | Total, seq: int, *, templates: bool = False) -> str:
    """One line of JSON without its newline; ``seq`` counts the records of a run from 0.

    With ``templates``, as our own processes tell each other, a message keeps its template for a face to translate.
    """
    record: dict[str, Any] = {"v": VERSION, "seq": seq, "type": type(event).__name__.lower()}
    for entry in fields(event):
        name = _WIRE_NAMES.get(entry.name, entry.name) if isinstance(event, Claim) else entry.name
        record[name] = _finite(value := getattr(event, entry.name))
        if templates and isinstance(value, Message):
            record.setdefault("said", {})[name] = _packed(value)
    return json.dumps(record, ensure_ascii=False, allow_nan=False)


def decode(line: str) -> Event | None:
    """The record on a line, or None for a type this version does not know.

    Raises LabError for text that is no record and for a version that is not ours.
    """
    try:
        record = json.loads(line)
        version, kind = record["v"], record["type"]
    except (ValueError, TypeError, KeyError) as error:
        raise LabError("not a demo event: {line!r}", line=line[:80]) from error
    if version != VERSION:
        raise LabError(
            "demo events of version {theirs!r}; this program reads {ours}. Update it.",
            theirs=version,
            ours=VERSION,
        )
    event_type = _TYPES.get(kind)
    if event_type is None:
        return None
    try:
        return event_type(**_arguments(event_type, record))
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise LabError("a broken {kind} event: {error}", kind=kind, error=error) from error


def read_transcript(lines: Iterable[str]) -> Iterator[Event]:
    """The known records of a kept stream, in order; blank lines are skipped."""
    for line in lines:
        if line.strip():
            event = decode(line)
            if event is not None:
                yield event


def _arguments(event_type: type[Event], record: Mapping[str, Any]) -> dict[str, Any]:
    arguments = {}
    for entry in fields(event_type):
        name = _WIRE_NAMES.get(entry.name, entry.name) if event_type is Claim else entry.name
        if name in record:
            value = record[name]
            arguments[entry.name] = _numbers(value) if entry.name in _NUMERIC_FIELDS else value
    return arguments | {name: _unpacked(packed) for name, packed in record.get("said", {}).items()}


def _packed(value: object) -> object:
    """A message as plain data, and the messages in it; everything else as its words or number."""
    if isinstance(value, Message):
        return {"template": value.template, "values": {n: _packed(part) for n, part in value.values.items()}}
    return value if isinstance(value, int | float) else str(value)


def _unpacked(packed: Any) -> Any:
    if isinstance(packed, dict):
        return Message(packed["template"], **{n: _unpacked(part) for n, part in packed["values"].items()})
    return packed


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {str(key): _finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    return value


def _numbers(value: Any) -> Any:
    if isinstance(value, str):
        return _NOT_FINITE.get(value, value)
    if isinstance(value, dict):
        return {key: _numbers(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_numbers(entry) for entry in value]
    return value
