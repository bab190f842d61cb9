"""What a running demo says, as lines: steps, words, tables, heat maps, curves, and claims with their numbers.

Pure, like the card's lines: events and a width in, lines out; so a resize simply asks again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flashcards.cards import Rating
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
    Step,
    Table,
    Tokens,
)  # fmt: skip
from flashcards.locale import said, text
from flashcards.text import blocks
from flashcards.text.cells import cell_width, cut
from flashcards.text.layout import layout
from flashcards.text.lines import Line
from flashcards.text.sanitize import sanitize, sanitize_line
from flashcards.tui.widgets.bar_chart import bar_lines
from flashcards.tui.widgets.drawing import line, restyled
from flashcards.tui.widgets.heat_map import heat_lines, heat_steps
from flashcards.tui.widgets.plot import curve_lines, short
from flashcards.tui.widgets.table_lines import table_lines

RELATIONS: Final = {
    "close": "≈",
    "eq": "=",
    "at_most": "≤",
    "at_least": "≥",
    "set": "=",
    "monotone": "",
    "observe": "",
}


@dataclass(frozen=True, slots=True)
class Guess:
    """What the person expected of the claim before it, and how good that was."""

    number: float
    rating: Rating
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """What the usual mistake broke, said after a control run."""

    claims: Sequence[str]
    """Their titles."""


@dataclass(frozen=True, slots=True)
class Offer:
    """That the guesses are offered as the card's grade."""

    grade: str
    """Its name."""


Shown = Event | Guess | Broken | Offer
"""What stands in the output of a run."""


def event_lines(event: Shown, width: int, *, shades: bool = False) -> Sequence[Line]:
    """The lines that show ``event`` in ``width`` cells; none for what is shown elsewhere (progress)."""
    match event:
        case Start():
            return _start(event, width)
        case Step(title):
            return [line(), line((cut(sanitize_line(title), width), "title"))]
        case Say(markdown):
            return [line(), *layout(blocks.parse(markdown), width)]
        case Table():
            return [line(), *_table(event, width)]
        case Matrix():
            return [line(), *_title(event.title, width), *_matrix(event, width, shades)]
        case Series():
            return [line(), *_title(event.title, width), *_series(event, width, shades)]
        case Tokens():
            return [line(), *_title(event.title, width), *_tokens(event, width, shades)]
        case Claim():
            return claim_lines(event, width)
        case Guess():
            return _guess(event, width)
        case Broken(claims):
            return _broken(claims, width)
        case Offer(grade):
            return [line(), *_paragraph(text("demo.offer", grade=grade), width, "accent")]
        case Log(words):
            return [line((cut(row, width), "muted")) for row in sanitize(words).splitlines()]
        case Error():
            return _error(event, width)
        case End():
            return _end(event, width)
        case Progress():
            return []


def _start(event: Start, width: int) -> Sequence[Line]:
    facts = [event.device, event.dtype, f"seed {event.seed}"] + [
        f"{k} {v}" for k, v in event.versions.items()
    ]
    lines = [line((cut(sanitize_line(" · ".join(facts)), width), "muted"))]
    if event.note:
        lines += [line((cut(sanitize_line(said(event.note)), width), "muted"))]
    if event.control:
        lines += layout(blocks.parse(text("demo.control_runs")), width)
    return lines


def _title(title: str, width: int) -> Sequence[Line]:
    return [line((cut(sanitize_line(title), width), "muted"))] if title else []


def _cell(value: Any) -> str:
    return short(value) if isinstance(value, float) else "" if value is None else str(value)


def _table(event: Table, width: int) -> Sequence[Line]:
    numeric = [
        bool(event.rows) and all(isinstance(row[column], int | float) for row in event.rows)
        for column in range(len(event.columns))
    ]
    rows = [[_cell(value) for value in row] for row in event.rows]
    return [*_title(event.title, width), *table_lines(event.columns, rows, width, numeric=numeric)]


def _matrix(event: Matrix, width: int, shades: bool) -> Sequence[Line]:
    return heat_lines(event.values, width, rows=event.rows, columns=event.columns, shades=shades)


def _series(event: Series, width: int, shades: bool) -> Sequence[Line]:
    if event.kind == "bar":
        return bar_lines(event.x, event.series, width)
    return curve_lines(event.x, event.series, width, log_x=event.logx, log_y=event.logy, shades=shades)


def _tokens(event: Tokens, width: int, shades: bool) -> Sequence[Line]:
    """Tokens on tinted ground, folded between tokens; weights choose the tint."""
    weights = event.weights or []
    tints = heat_steps([weights])[0] if weights else [1 + index % 2 for index in range(len(event.tokens))]
    rows: list[list[str | tuple[str, str]]] = [[]]
    used = 0
    for token, tint in zip(event.tokens, tints, strict=False):
        shown = cut(sanitize_line(token.replace(" ", "␣")) or "∅", width - 1)
        piece = f"{shown}|" if shades else shown
        cells = cell_width(piece) + (0 if shades else 1)
        if used + cells > width and rows[-1]:
            rows.append([])
            used = 0
        rows[-1] += [piece] if shades else [(piece, f"heat:{tint}"), " "]
        used += cells
    return [line(*row) for row in rows]


def claim_lines(event: Claim, width: int) -> Sequence[Line]:
    """✓ or ✗ and what is claimed; beneath, what was measured against what was expected."""
    mark, style = {True: ("✓", "good"), False: ("✗", "bad"), None: ("·", "muted")}[event.passed]
    title = layout((blocks.Paragraph((blocks.Text(sanitize_line(event.title)),)),), max(1, width - 2))
    lines = [line((f"{mark} " if index == 0 else "  ", style)) + row for index, row in enumerate(title)]
    numbers = layout((blocks.Paragraph((blocks.Text(sanitize_line(_measured(event))),)),), max(1, width - 4))
    return [line(), *lines, *(line("    ") + restyled(row, "muted") for row in numbers)]


def _guess(guess: Guess, width: int) -> Sequence[Line]:
    style = {Rating.AGAIN: "bad", Rating.HARD: "warn"}.get(guess.rating, "good")
    unit = f" {sanitize_line(guess.unit)}" if guess.unit else ""
    said = text("demo.your_guess", number=f"{short(guess.number)}{unit}")
    grade = text(f"demo.guess.{guess.rating.name.lower()}")
    words = layout((blocks.Paragraph((blocks.Text(sanitize_line(f"{said}: {grade}")),)),), max(1, width - 4))
    return [line("    ") + restyled(row, style) for row in words]


def _broken(claims: Sequence[str], width: int) -> Sequence[Line]:
    """Each broken claim, so that nobody has to look for them."""
    lines = [line(), line((cut(text("demo.broke" if claims else "demo.broke_nothing"), width), "title"))]
    for claim in claims:
        rows = _paragraph(claim, max(1, width - 2), "")
        lines += [line(("✗ " if index == 0 else "  ", "bad")) + row for index, row in enumerate(rows)]
    return lines


def _paragraph(words: str, width: int, style: str) -> Sequence[Line]:
    """Words folded to ``width``, made safe."""
    rows = layout((blocks.Paragraph((blocks.Text(sanitize_line(words)),)),), width)
    return [restyled(row, style) for row in rows] if style else rows


def _measured(event: Claim) -> str:
    unit = f" {event.unit}" if event.unit else ""
    parts = [f"{text('demo.measured')} {_value(event.measured)}{unit}"]
    relation = RELATIONS[event.kind]
    if relation and event.expected is not None:
        parts.append(f"{relation} {_value(event.expected)}{unit}")
    if event.tol is not None:
        parts.append(f"± {_value(event.tol)}")
    return " ".join(parts) + (f" · {text('demo.illustration')}" if event.illustration else "")


def _value(value: Any) -> str:
    if isinstance(value, float):
        return short(value)
    if isinstance(value, list):
        shown = ", ".join(_value(entry) for entry in value[:8])
        return f"[{shown}{', …' if len(value) > 8 else ''}]"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _error(event: Error, width: int) -> Sequence[Line]:
    words = [sanitize_line(said(event.message)), sanitize_line(said(event.hint))]
    if event.params:
        words.append(
            sanitize_line(text("demo.try", values=", ".join(f"{k} = {v}" for k, v in event.params.items())))
        )
    lines = [line()]
    for index, word in enumerate(filter(None, words)):
        rows = layout((blocks.Paragraph((blocks.Text(sanitize_line(word)),)),), max(1, width - 2))
        mark = ("✗ " if index == 0 else "  ", "bad")
        lines += [line(mark if i == 0 else "  ") + row for i, row in enumerate(rows)]
    return lines


def _end(event: End, width: int) -> Sequence[Line]:
    summary = text(f"demo.end.{event.status}", passed=event.passed, failed=event.failed)
    facts = [text("demo.seconds", seconds=f"{event.wall_seconds:.1f}")]
    if event.peak_bytes:
        facts.append(text("demo.peak", megabytes=f"{event.peak_bytes / 2**20:,.0f}"))
    style = {"passed": "good", "cancelled": "muted"}.get(event.status, "bad")
    return [line(), line((cut(summary, width), style)), line((cut(" · ".join(facts), width), "muted"))]
