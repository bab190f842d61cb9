"""How a card stands and how it came there: a few lines beneath the card, and a page of their own.

Pure: what is known of the card comes in as a :class:`Record`, lines come out.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flashcards.cards import Card, Place
from flashcards.locale import text
from flashcards.scheduling.days import date_of
from flashcards.store.cards import Standing
from flashcards.study.statistics import Step
from flashcards.text import blocks
from flashcards.text.cells import cell_width, pad
from flashcards.text.layout import layout
from flashcards.text.lines import Line, line_text
from flashcards.text.sanitize import sanitize_line
from flashcards.tui.actions import BY_ID
from flashcards.tui.widgets.drawing import line, restyled
from flashcards.tui.widgets.grade_bar import GRADES, interval_words
from flashcards.tui.widgets.plot import curve_lines
from flashcards.tui.widgets.statistics_lines import time_words
from flashcards.tui.widgets.table_lines import table_lines

ANSWERS_SHOWN: Final = 5
"""Beneath the card; the page of the history has all of them."""
PLOT_FROM: Final = 70
"""Cells from which on the plot stands beside the last answers."""
PLOT_GAP: Final = 3


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a card beside its text."""

    card: Card
    standing: Standing
    steps: Sequence[Step]
    """Every answer, oldest first."""
    due: tuple[str, str]
    """When it comes next, in words, and the style that fits."""
    demos: Sequence[str]
    """Titles of the demos that prove it."""


def standing_lines(record: Record, width: int, *, brief: bool, shades: bool = False) -> Sequence[Line]:
    """How the card stands and, unless ``brief``, its last answers with a plot of its stability beside them."""
    rows = list(_standing(record, width))
    if brief:
        return rows
    answers = [_answer(step) for step in reversed(record.steps[-ANSWERS_SHOWN:])]
    if width < PLOT_FROM or len(record.steps) < 2:
        return [*rows, *answers]
    left = max(cell_width(line_text(row)) for row in answers) + PLOT_GAP
    title = line((text("page.stability"), "muted"))
    plot = [title, *stability_plot(record.steps, width - left, ANSWERS_SHOWN - 2, shades)]
    for one, other in itertools.zip_longest(answers, plot, fillvalue=line()):
        rows.append((*one, *line(" " * (left - cell_width(line_text(one)))), *other))
    return rows


def _standing(record: Record, width: int) -> Iterator[Line]:
    """When the card comes next, and its memory: on one line where both fit."""
    due = line((text("page.next") + " ", "muted"), record.due)
    schedule = record.standing.schedule
    if schedule is None:
        yield due
        return
    memory = text(
        "page.memory",
        stability=f"{schedule.memory.stability:.1f}",
        difficulty=f"{schedule.memory.difficulty:.1f}",
        reps=schedule.reps,
        lapses=schedule.lapses,
    )
    if cell_width(f"{line_text(due)} · {memory}") <= width:
        yield due + line((f" · {memory}", "muted"))
        return
    yield due
    for row in layout((blocks.Paragraph((blocks.Text(sanitize_line(memory)),)),), width):
        yield restyled(row, "muted")


def history_lines(record: Record, width: int, *, shades: bool = False) -> Sequence[Line]:
    """The page of the history: stability over time, every answer, and where the card comes from."""
    return tuple(_history(record, width, shades))


def stability_plot(steps: Sequence[Step], width: int, height: int, shades: bool) -> Sequence[Line]:
    """Stability after each answer over the days between the first and the last."""
    days = [step.review.day for step in steps]
    curve = {text("page.stability"): [round(step.memory.stability, 1) for step in steps]}
    ends = date_of(days[0]).isoformat(), date_of(days[-1]).isoformat()
    return curve_lines(days, curve, width, height=height, ends=ends, shades=shades)


def _history(record: Record, width: int, shades: bool) -> Iterator[Line]:
    if len(record.steps) > 1:
        yield line((text("page.stability"), "title"))
        yield from stability_plot(record.steps, width, 8, shades)
        yield line()
    yield line((text("page.answers"), "title"))
    if record.steps:
        columns = ("day", "grade", "recall", "stability", "difficulty", "interval", "time")
        yield from table_lines(
            [text(f"page.column.{column}") for column in columns],
            [_cells(step) for step in reversed(record.steps)],
            width,
            numeric=[False, False, True, True, True, True, True],
        )
    else:
        yield line((text("page.no_answers"), "muted"))
    yield line()
    yield from _origin(record, width)


def _answer(step: Step) -> Line:
    review = step.review
    grades = max(cell_width(BY_ID[action].label) for action in GRADES.values())
    return line(
        (f"{date_of(review.day).isoformat()}  ", "muted"),
        f"{pad(BY_ID[GRADES[review.rating]].label, grades)}  ",
        (f"→ {interval_words(review.interval)}", "muted"),
    )


def _cells(step: Step) -> list[str]:
    review = step.review
    return [
        date_of(review.day).isoformat(),
        BY_ID[GRADES[review.rating]].label,
        f"{step.recall:.0%}" if step.recall is not None else "·",
        f"{step.memory.stability:.1f}",
        f"{step.memory.difficulty:.1f}",
        interval_words(review.interval),
        time_words(review.duration_ms),
    ]


def _place(place: Place) -> str:
    """The folder, file and line of a card; the whole path is where the key that opens it leads."""
    return f"{'/'.join(Path(place.file).parts[-2:])}:{place.line}"


def _origin(record: Record, width: int) -> Iterator[Line]:
    """Where the card stands, its languages, its demos and its id: they fold rather than being cut."""
    card = record.card
    facts = [
        ("source", [_place(card.place)] if card.place else []),
        ("languages", [" · ".join(text(f"page.language.{language}") for language in card.variants)]),
        ("demos", record.demos),
        ("id", [card.id]),
    ]
    names = [text(f"page.{name}") for name, _ in facts]
    indent = max(map(cell_width, names)) + 2
    for name, (_, values) in zip(names, facts, strict=True):
        for number, value in enumerate(values):
            paragraph = blocks.Paragraph((blocks.Text(sanitize_line(value)),))
            for row, words in enumerate(layout((paragraph,), max(1, width - indent))):
                yield line((pad("" if number or row else name, indent), "muted")) + words
