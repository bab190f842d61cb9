"""The plain-text face of a demo: its events as lines to read in a terminal, a log or a mail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from flashcards.cards import Language
from flashcards.errors import Message
from flashcards.lab.charts import matrix_lines, number, series_lines, table_lines, token_lines, wrap
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
)

WIDTH = 96
"""Wider lines are hard to read."""
_MARK = re.compile(r"\*\*(.+?)\*\*|`([^`]+)`")
_LIBRARIES = ("torch", "transformers", "peft")
_LIST = re.compile(r"\s*(?:[-*•]|\d+[.)])\s+")


@dataclass(frozen=True, slots=True)
class Style:
    """Colours, or none."""

    colour: bool = False

    def bold(self, text: str) -> str:
        return self._paint("1", text)

    def dim(self, text: str) -> str:
        return self._paint("2", text)

    def green(self, text: str) -> str:
        return self._paint("32", text)

    def red(self, text: str) -> str:
        return self._paint("31", text)

    def cyan(self, text: str) -> str:
        return self._paint("36", text)

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text


class PlainFace:
    """Turns one run's events into lines; keeps the claims, to sum them up at the end."""

    def __init__(
        self,
        style: Style | None = None,
        width: int = WIDTH,
        paper: str = "",
        translate: Callable[[str], str] = str,
        language: Language = "en",
    ) -> None:
        self._style = style or Style()
        self._translate = translate
        self._language = language
        self._width = max(30, min(width, WIDTH))
        self._paper = paper
        self._claims: list[Claim] = []
        self._controlled = False
        self._before: type[Event] | None = None

    def lines(self, event: Event) -> list[str]:
        """The lines that show an event, made safe for a terminal; none for progress."""
        if isinstance(event, Progress):
            return []
        lines = list(self._lines(safe(spoken(event, self._translate))))
        # Sentences that follow each other and claims that follow each other stand together.
        together = type(event) is self._before and isinstance(event, Say | Claim | Log)
        self._before = type(event)
        return lines if together else ["", *lines]

    def _lines(self, event: Event) -> Iterable[str]:
        match event:
            case Start():
                return self._start(event)
            case Step():
                rule = "─" * max(2, self._width - len(event.title) - 4)
                return [self._style.bold(f"── {event.title} ") + self._style.dim(rule)]
            case Say():
                return self._say(event.markdown)
            case Table():
                return self._figure(event.title, table_lines(event, self._width - 2))
            case Matrix():
                return self._figure(event.title, matrix_lines(event, self._width - 2))
            case Series():
                return self._figure(event.title, series_lines(event, self._width - 2))
            case Tokens():
                return self._figure(event.title, token_lines(event, self._width - 2))
            case Claim():
                return self._claim(event)
            case Log():
                return [self._style.dim(f"  | {event.text}")]
            case Error():
                return [self._style.red(event.message), *([event.hint] if event.hint else [])]
            case End():
                return self._end(event)
            case Progress():
                return []

    def _said(self, template: str, /, **values: object) -> str:
        return Message(template, **values).in_language(self._translate)

    def _start(self, start: Start) -> Iterator[str]:
        self._claims.clear()
        self._controlled = start.control
        other = start.title.get("en" if self._language == "zh" else "zh", "")
        yield self._style.bold(start.title.get(self._language, start.slug)) + (f"  {other}" if other else "")
        yield from wrap(self._said("Proves: {claim}", claim=start.proves), self._width, " " * 8)
        if self._paper:
            yield self._style.dim(self._paper)
        values = "  ".join(f"{name}={number(value)}" for name, value in start.params.items())
        libraries = [f"{name} {start.versions[name]}" for name in _LIBRARIES if name in start.versions]
        place = ", ".join([start.device, start.dtype, self._said("seed {seed}", seed=start.seed), *libraries])
        if values:
            yield from (self._style.cyan(line) for line in wrap(values, self._width))
        yield self._style.dim(place)
        if start.note:
            yield self._said("Note: {note}", note=start.note)
        if start.control:
            control = self._said("CONTROL: the usual mistake is built in; claims ought to break.")
            yield self._style.red(control)

    def _say(self, markdown: str) -> Iterator[str]:
        fenced = False
        paragraph: list[str] = []
        for line in [*markdown.split("\n"), ""]:
            fence = line.lstrip().startswith("```")
            verbatim = fenced or line.startswith(("    ", "|"))
            starts_anew = not line.strip() or verbatim or fence or _LIST.match(line)
            if starts_anew and paragraph:
                yield from self._prose(paragraph)
                paragraph = []
            if fence:
                fenced = not fenced
            elif verbatim:
                yield "    " + self._style.cyan(line)
            elif line.strip():
                paragraph.append(line)

    def _prose(self, lines: list[str]) -> Iterator[str]:
        mark = _LIST.match(lines[0])
        text = " ".join(line.strip() for line in lines)
        indent = " " * (len(mark[0].strip()) + 1) if mark else ""
        for line in _marks_closed(wrap(text, self._width, indent)):
            yield self._inline(line)

    def _inline(self, text: str) -> str:
        def paint(match: re.Match[str]) -> str:
            if match[1]:
                return self._style.bold(match[1])
            return self._style.cyan(match[2]) if self._style.colour else match[0]

        return _MARK.sub(paint, text)

    def _figure(self, title: str, lines: list[str]) -> Iterator[str]:
        yield "  " + self._style.bold(title)
        yield from ("  " + line for line in lines)

    def _claim(self, claim: Claim) -> Iterator[str]:
        measured = _with_unit(claim.measured, claim.unit)
        if claim.passed is None:
            yield f"  · {claim.title}: {self._style.bold(measured)}"
            return
        self._claims.append(claim)
        sign = self._style.green("✓") if claim.passed else self._style.red("✗")
        first, *rest = wrap(claim.title, self._width - 4)
        yield f"  {sign} {first}"
        yield from (f"    {line}" for line in rest)
        detail = Message("measured {measured}, {expected}", measured=measured, expected=expectation(claim))
        if claim.illustration:
            detail = Message("{detail} (illustration)", detail=detail)
        for line in wrap(detail.in_language(self._translate), self._width - 6, "  "):
            yield "      " + self._style.dim(line)

    def _end(self, end: End) -> Iterator[str]:
        broken = [claim.title for claim in self._claims if claim.passed is False]
        if end.status in ("passed", "failed"):
            yield self._style.bold(self._verdict(end, broken))
            yield from (f"  ✗ {title}" for title in broken)
        elif end.status == "cancelled":
            yield self._style.bold(self._said("Cancelled."))
        else:
            stopped = self._said("Stopped after {claims}.", claims=_claims(end.passed + end.failed))
            yield self._style.bold(stopped)
        yield self._style.dim(" · ".join(part.in_language(self._translate) for part in _cost(end)))

    def _verdict(self, end: End, broken: list[str]) -> str:
        total = end.passed + end.failed
        claims = _claims(total)
        if self._controlled:
            if not broken:
                return self._said(
                    "Control: none of {claims} broke, so this control shows nothing.", claims=claims
                )
            return self._said(
                "Control: {broken} of {claims} broke, as they should:", broken=len(broken), claims=claims
            )
        if broken:
            return self._said("{broken} of {claims} broke:", broken=len(broken), claims=claims)
        if total == 1:
            return self._said("The one claim holds.")
        return self._said("All {total} claims hold.", total=total)


def expectation(claim: Claim) -> Message:
    """What a claim expects, in words: ``at most 1e-5``."""
    expected = _with_unit(claim.expected, claim.unit)
    match claim.kind:
        case "eq":
            return Message("expected {expected}", expected=expected)
        case "close":
            return Message("expected {expected} ± {tol}", expected=expected, tol=number(claim.tol))
        case "at_most":
            return Message("at most {expected}", expected=expected)
        case "at_least":
            return Message("at least {expected}", expected=expected)
        case "monotone":
            return Message("expected to be {expected}", expected=expected)
        case "set":
            return Message("expected the set {expected}", expected=expected)
        case "observe":
            return Message("")


def spoken(event: Event, translate: Callable[[str], str]) -> Event:
    """The event with every message of ours in it put into the person's language."""
    held = {entry.name: getattr(event, entry.name) for entry in fields(event)}
    changed: dict[str, Any] = {
        name: value.in_language(translate) for name, value in held.items() if isinstance(value, Message)
    }
    return replace(event, **changed) if changed else event


def safe(event: Event) -> Event:
    """The event with every text in it made safe to send to a terminal."""
    changed = {entry.name: _safe(getattr(event, entry.name)) for entry in fields(event)}
    return replace(event, **changed)


def _safe(value: Any) -> Any:
    from flashcards.text.sanitize import sanitize

    if isinstance(value, str):
        return sanitize(value)
    if isinstance(value, list):
        return [_safe(entry) for entry in value]
    if isinstance(value, dict):
        return {_safe(key): _safe(entry) for key, entry in value.items()}
    return value


def _marks_closed(lines: Iterable[str]) -> Iterator[str]:
    """The lines with ``**`` and backticks that span a line break closed before it and opened after it."""
    open_marks = ""
    for line in lines:
        line = open_marks + line
        open_marks = "".join(mark for mark in ("**", "`") if line.count(mark) % 2)
        yield line + open_marks


def _with_unit(value: Any, unit: str) -> str:
    return f"{number(value)} {unit}".strip()


def _claims(total: int) -> Message:
    return Message("1 claim") if total == 1 else Message("{count} claims", count=total)


def _cost(end: End) -> list[Message]:
    parts = [
        Message("{seconds:.1f} s", seconds=end.wall_seconds),
        Message("CPU {seconds:.1f} s", seconds=end.cpu_seconds),
    ]
    if end.peak_bytes:
        parts.append(Message("peak memory {size:,.0f} MiB", size=end.peak_bytes / 2**20))
    if end.device_peak_bytes:
        parts.append(Message("on the device {size:,.1f} MiB", size=end.device_peak_bytes / 2**20))
    return parts
