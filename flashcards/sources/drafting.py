"""The card that a reader is filling: its question line, the lines of its answer, what stood beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from flashcards.cards import Draft, Form
from flashcards.sources.reading import Extract, Skipped
from flashcards.text.fences import Heading, Line, body_text, trimmed

_ANCHOR = re.compile(r"</?(?:a|span|font|b|strong|u|center)\b[^>]*>", re.I)
_LINK = re.compile(r"(?<!!)\[([^\]\n]+)\]\([^)\n]*\)")
_TRAILING_BREAK = re.compile(r"\s*<br\s*/?>\s*$", re.I)
_COUNT = re.compile(r"^(?:Q\s*)?(\d{1,4})(?:[.．](?!\d)|[、)）:：])\s*", re.I)
_ASKS = re.compile(
    r"[?？]|什么|怎么|怎样|如何|为何|为啥|[咋啥]|哪|是否|能否|可否|吗|呢$|么$|多少|几[种个类步]|区别|异同|还是|何时"
    r"|^(?:请|试|解释|介绍|说明|比较|对比|谈谈|说说|简述|描述|推导|写|讲|列举|证明)|一下|对比$"
    r"|^(?:what|why|how|when|which|who|where|is|are|do|does|did|can|could|should|would|will|explain|describe"
    r"|compare|derive|define|list|name|give|write|prove|discuss|implement|tell)\b|\bdifferences? between\b",
    re.I,
)
_TOPIC_END = re.compile(
    r"(?:总结|小结|注意点|要点|例子|示例|原理|概念|作用|流程|步骤|方法|技术|概述|简介|summary|notes|overview)$",
    re.I,
)
_STATES = re.compile(
    r"[\u4e00-\u9fff\w)）]是(?!否)|需要|应该|应当|必须|不能|不会|不要|可以|无法|能够|等于|意味着"
    r"|\b(?:is|are|was|must|should|needs?|has|have|can|cannot|does|do|requires?|means|equals)\b",
    re.I,
)


def clean_question(text: str) -> str:
    """The question as asked: without emphasis, backticks, link targets, anchors and the closing colon."""
    if "<" in text:
        text = _TRAILING_BREAK.sub("", _ANCHOR.sub("", text))
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    text = text.replace("**", "").replace("`", "").replace("^^^", "")
    return text.strip().rstrip(":：").strip()


def split_count(text: str) -> tuple[str | None, str]:
    """Take a leading ``7.``, ``7、`` or ``Q7:`` off a question; ``1.5B`` is no count."""
    bare = text.lstrip("* ")
    match = _COUNT.match(bare)
    if match is None or not bare[match.end() :].strip("* "):
        return None, text
    return match[1], bare[match.end() :]


def asks(text: str) -> bool:
    """Whether a heading reads as a question or a task."""
    return _ASKS.search(text.strip()) is not None


def form_of(text: str) -> Form:
    """A question, a fact put as a heading, or a topic."""
    if asks(text):
        return "question"
    if _TOPIC_END.search(text) is None and _STATES.search(text) is not None:
        return "statement"
    return "topic"


@dataclass(slots=True)
class HeadingPath:
    """The headings that the current line stands below."""

    title: str | None = None
    """The first heading of level 1."""
    _open: list[Heading] = field(default_factory=list)

    def leave(self, level: int) -> None:
        """Close the headings that one of ``level`` is not below."""
        while self._open and self._open[-1].level >= level:
            self._open.pop()

    def enter(self, level: int, text: str) -> None:
        """Go below a heading."""
        self.leave(level)
        text = clean_question(text)
        self._open.append(Heading(level, text))
        if level == 1 and self.title is None and text:
            self.title = text

    @property
    def texts(self) -> tuple[str, ...]:
        """Outermost first."""
        return tuple(part.text for part in self._open if part.text)


@dataclass(slots=True)
class OpenCard:
    """A card under construction."""

    question: str
    line: int
    number: str | None = None
    path: tuple[str, ...] = ()
    form: Form = "question"
    body: list[Line] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    context: str = ""
    end_line: int = 0
    """Last line of anything that was put beside the answer."""

    def note(self, text: str, end_line: int) -> None:
        """Keep a statement that stood beside the card."""
        self.remarks.append(text)
        self.end_line = max(self.end_line, end_line)

    def close(self, *, dedent: bool = False) -> Draft:
        """The finished draft."""
        body = trimmed(self.body)
        last = body[-1].number if body else self.line
        return Draft(
            question=self.question,
            answer=body_text(body, dedent=dedent),
            line=self.line,
            end_line=max(last, self.end_line, self.line),
            number=self.number,
            path=self.path,
            form=self.form,
            remarks=tuple(self.remarks),
            context=self.context,
        )


@dataclass(slots=True)
class LineReader:
    """A dialect that looks at one line after the other: subclasses say what a line means."""

    extract: Extract = field(default_factory=Extract)
    cards: list[OpenCard] = field(default_factory=list)
    path: HeadingPath = field(default_factory=HeadingPath)
    _current: OpenCard | None = None
    """The card that the lines belong to, if there is one."""

    def step(self, line: Line) -> None:
        """Take in the next line."""
        raise NotImplementedError

    def finish(self) -> None:
        """There are no more lines."""

    def read(self, lines: Iterable[Line], *, dedent: bool = False) -> Extract:
        """All cards of the lines, their answers without common indent if ``dedent``."""
        for line in lines:
            self.step(line)
        self.finish()
        self.extract.title = self.path.title
        self.extract.drafts = [card.close(dedent=dedent) for card in self.cards]
        return self.extract


def leave_out(lines: Iterable[Line], reason: str) -> list[Skipped]:
    """Report lines that are in no card; nothing to report where they are all blank."""
    kept = [line for line in lines if not line.blank]
    if not kept:
        return []
    return [Skipped(kept[0].number, kept[-1].number, reason, body_text(kept))]
