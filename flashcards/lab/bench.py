"""``Lab``: the one object a demo talks to.  It shows and claims; it never decides how that looks."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from flashcards.lab import events
from flashcards.lab.claims import EPSILON, judge, tolerance
from flashcards.lab.events import ClaimKind, Event, SeriesKind
from flashcards.lab.values import count, plain, significant

if TYPE_CHECKING:
    import torch

MATRIX_SIDE = 64
"""Nobody reads a larger heat map in a terminal."""
LARGEST_TABLE = 500
LONGEST_SERIES = 5_000
LARGEST_CLAIM = 64
"""Numbers in one claim; above that a demo reduces them first (the largest difference, say)."""
MOST_EVENTS = 20_000
"""More than a face can hold; a demo that gets here shows every step of a long loop."""

T = TypeVar("T")
_MISSING: Any = object()

_BLOCK = re.compile(r"\s*(?:[-*+>|#]|\d{1,3}[.)] |```|\$\$)|\s{4}")


class Lab:
    """What a demo shows and claims, and the seed, device and number type it computes with."""

    def __init__(
        self,
        emit: Callable[[Event], None],
        *,
        seed: int = 0,
        device: str = "cpu",
        dtype: str = "float64",
        controlled: bool = False,
    ) -> None:
        self.seed = seed
        self.device = device
        """``"cpu"``, ``"cuda"`` or ``"mps"``."""
        self.controlled = controlled
        """True under ``--control``, where ``variant`` hands out the usual mistake."""
        self.passed: list[str] = []
        """Ids of the claims that held, in order."""
        self.failed: list[str] = []
        """Ids of the claims that broke, in order."""
        self.device_peak = 0
        """Bytes on the accelerator at most, before ``measure`` last began to count anew."""
        self._dtype = dtype
        self._ids: set[str] = set()
        self._emitted = 0
        self._sink = emit

    # What a demo computes with

    @property
    def dtype(self) -> torch.dtype:
        """float32; on CUDA bfloat16, or float16 where the card has no bfloat16."""
        import torch

        chosen: torch.dtype = getattr(torch, self._dtype)
        return chosen

    def generator(self) -> torch.Generator:
        """A fresh generator on the CPU, seeded with the run's seed: the same numbers on every device."""
        import torch

        return torch.Generator("cpu").manual_seed(self.seed)

    def variant(self, right: T, control: T) -> T:
        """The right thing; under ``--control`` the wrong one that people use by mistake."""
        return control if self.controlled else right

    def tol(self, dtype: Any = None, scale: Any = 1.0, depth: float = 1) -> float:
        """Largest difference that rounding explains: c·eps(dtype)·√depth·scale.

        ``dtype`` is a torch or numpy type, its name, or None for the run's own; ``scale`` the size of
        the values compared (a 0-d tensor will do); ``depth`` the number of chained operations.
        """
        return tolerance(_dtype_name(dtype) if dtype is not None else self._dtype, float(scale), depth)

    # What a demo shows

    def say(self, markdown: str) -> None:
        """Show a paragraph of markdown; the indentation of the source does not count."""
        self._emit(events.Say(_unwrapped(markdown)))

    def step(self, title: str) -> None:
        """Begin a part of the demo."""
        self._emit(events.Step(title))

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Show rows under heads; every row has one value a column, at most 500 rows."""
        lines = [plain(list(row)) for row in rows]
        _require(len(lines) <= LARGEST_TABLE, f"table {title!r}: more than {LARGEST_TABLE} rows")
        _require(
            all(len(line) == len(columns) for line in lines),
            f"table {title!r}: a row differs in length",
        )
        self._emit(events.Table(title, [str(name) for name in columns], lines))

    def matrix(
        self,
        title: str,
        values: Any,
        rows: Sequence[Any] | None = None,
        columns: Sequence[Any] | None = None,
    ) -> None:
        """Show a heat map of at most 64x64 numbers (a nested list or a 2-d tensor), optionally labelled."""
        grid = plain(values)
        _require(
            isinstance(grid, list) and bool(grid) and all(isinstance(row, list) for row in grid),
            f"matrix {title!r}: wants two dimensions",
        )
        width = len(grid[0])
        _require(all(len(row) == width for row in grid), f"matrix {title!r}: its rows differ in length")
        _require(
            len(grid) <= MATRIX_SIDE and width <= MATRIX_SIDE,
            f"matrix {title!r}: {len(grid)}x{width} is over {MATRIX_SIDE}x{MATRIX_SIDE}; show a corner of it",
        )
        for labels, size in ((rows, len(grid)), (columns, width)):
            _require(labels is None or len(labels) == size, f"matrix {title!r}: {size} labels wanted")
        self._emit(
            events.Matrix(
                title,
                [[significant(value) for value in row] for row in grid],
                None if rows is None else [str(label) for label in rows],
                None if columns is None else [str(label) for label in columns],
            )
        )

    def series(
        self,
        title: str,
        x: Any,
        series: Mapping[str, Any],
        kind: SeriesKind = "line",
        logx: bool = False,
        logy: bool = False,
    ) -> None:
        """Show one curve or row of bars a name; each has a value for every ``x``."""
        axis = plain(x)
        curves = {str(name): [float(value) for value in plain(values)] for name, values in series.items()}
        _require(len(axis) <= LONGEST_SERIES, f"series {title!r}: more than {LONGEST_SERIES} points")
        for name, values in curves.items():
            _require(len(values) == len(axis), f"series {title!r}: {name!r} and x differ in length")
        self._emit(events.Series(title, axis, curves, kind, logx, logy))

    def tokens(self, title: str, tokens: Sequence[str], weights: Any = None) -> None:
        """Show a text cut in tokens, shaded by ``weights`` where given."""
        shades = None if weights is None else [significant(weight) for weight in plain(weights)]
        _require(shades is None or len(shades) == len(tokens), f"tokens {title!r}: one weight a token wanted")
        self._emit(events.Tokens(title, [str(token) for token in tokens], shades))

    def progress(self, fraction: float, text: str = "") -> None:
        """Say how far a long part is, 0 to 1."""
        self._emit(events.Progress(min(1.0, max(0.0, float(fraction))), text))

    def measure(self, title: str, work: Callable[[], Any], *, flops: float = 0, bytes: float = 0) -> None:
        """On CUDA, show how long ``work`` takes, at what rate, which share that is of the card's ceiling, and its
        peak memory; elsewhere do nothing, so that no demo needs an ``if``.

        Give the ``flops`` it does (against a large matrix product) or the ``bytes`` it moves (against a copy).
        """
        if self.device != "cuda":
            return
        import torch

        from flashcards.lab.gpu import ceilings, rate

        self.device_peak = max(self.device_peak, torch.cuda.max_memory_allocated())
        most = ceilings(self.device, self.dtype)  # what measuring them takes is not the demo's
        torch.cuda.reset_peak_memory_stats()
        speed = rate(work, self.device, most, flops=flops, bytes=bytes)
        self.observe(f"{title}: time", significant(1000 * speed.seconds), "ms")
        self.observe(f"{title}: rate", significant(speed.per_second), speed.unit)
        self.observe(f"{title}: share of the card's ceiling", significant(speed.share))
        self.observe(f"{title}: peak memory", significant(torch.cuda.max_memory_allocated() / 2**20), "MiB")

    # What a demo claims

    def observe(self, title: str, value: Any, unit: str = "") -> None:
        """Record a value that depends on the machine (a time, a rate): shown, never judged."""
        self._emit(events.Claim(self._new_id(title), title, "observe", plain(value), unit=unit))

    def claim(
        self,
        title: str,
        *,
        measured: Any,
        equals: Any = _MISSING,
        close_to: Any = _MISSING,
        tol: float | None = None,
        at_most: Any = _MISSING,
        at_least: Any = _MISSING,
        monotone: Literal["increasing", "decreasing"] = _MISSING,
        same_set: Any = _MISSING,
        predict: str | None = None,
        unit: str = "",
        illustration: bool = False,
    ) -> bool:
        """Compare ``measured`` with exactly one expectation; returns whether it holds.

        A sequence passes ``at_most``, ``at_least`` and ``close_to`` when each of its numbers does, and
        ``monotone`` when it strictly rises or falls.  NaN passes nothing.  ``predict`` is the question
        to put to the person beforehand; ``illustration`` marks a claim that no control can break.
        """
        expectations: dict[ClaimKind, Any] = {
            "eq": equals,
            "close": close_to,
            "at_most": at_most,
            "at_least": at_least,
            "monotone": monotone,
            "set": same_set,
        }
        given = [(kind, value) for kind, value in expectations.items() if value is not _MISSING]
        _require(len(given) == 1, f"claim {title!r}: wants exactly one expectation, not {len(given)}")
        kind, expected = given[0][0], plain(given[0][1])
        _require((kind == "close") == (tol is not None), f"claim {title!r}: close_to and tol go together")
        value = plain(measured)
        _require(
            max(count(value), count(expected)) <= LARGEST_CLAIM,
            f"claim {title!r}: over {LARGEST_CLAIM} numbers; claim something about their largest difference",
        )
        limit = None if tol is None else float(tol)
        passed = judge(kind, value, expected, limit)
        name = self._new_id(title)
        (self.passed if passed else self.failed).append(name)
        self._emit(
            events.Claim(name, title, kind, value, expected, limit, passed, predict, unit, illustration)
        )
        return passed

    def _new_id(self, title: str) -> str:
        name = slug(title)
        _require(name not in self._ids, f"two claims are called {title!r}")
        self._ids.add(name)
        return name

    def _emit(self, event: Event) -> None:
        self._emitted += 1
        _require(self._emitted <= MOST_EVENTS, f"more than {MOST_EVENTS:,} things shown; show fewer of them")
        self._sink(event)


def slug(title: str) -> str:
    """A claim's id: its title in lower case, letters and digits of any script joined by dashes."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", title).lower())
    return "-".join(words) or "claim"


def _dtype_name(dtype: Any) -> str:
    """``torch.float32``, ``numpy.float32``, ``dtype('float32')`` and ``"float32"`` are all "float32"."""
    found = re.search("|".join(EPSILON), str(dtype))
    if found is None:
        raise ValueError(f"no tolerance is known for {dtype}")
    return found[0]


def _unwrapped(text: str) -> str:
    """The paragraphs of a triple-quoted string as the author meant them: indentation and line ends of the
    source do not count, those of lists, quotes, tables and code do."""
    head, _, rest = text.strip().partition("\n")
    lines = [head, *textwrap.dedent(rest).split("\n")] if rest else [head]
    joined: list[str] = []
    fenced = False
    for line in lines:
        goes_on = joined and joined[-1].strip() and line.strip() and not fenced and not _BLOCK.match(line)
        if goes_on and not _BLOCK.match(joined[-1]):
            joined[-1] += " " + line.strip()
        else:
            joined.append(line)
        fenced ^= line.lstrip().startswith("```")
    return "\n".join(joined)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)
