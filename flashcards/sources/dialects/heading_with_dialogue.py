"""``## question`` notes with ``<br>`` at line ends and, here and there, a dialogue below the heading.

In a dialogue the asker's words are the question's context and the answer starts after the answerer's
label.  A topic heading whose first line asks the real question takes that line into the question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flashcards.sources.drafting import OpenCard, asks, clean_question
from flashcards.sources.reading import Extract
from flashcards.sources.sections import SectionReader, blocks
from flashcards.text.fences import Line, body_text, heading

NAME = "heading-with-dialogue"

_CARD_LEVEL = 2
_ASKER = re.compile(r"^(?:提问者?|问题?|提问人|网友|用户|Asker|Questioner|User|Q)\s*[:：]\s*(\S.*)$", re.I)
_ANSWERER = re.compile(
    r"^(?:解答|回答|答复?|答案|Answer|A|[^:：|`\n]{0,40}(?:人员|作者|维护者|管理员|老师|博主|maintainers?|developers?|authors?))"
    r"\s*[:：](?:\s+|$|(?=[^\s/]))",
    re.I,
)
_BREAK = re.compile(r"\s*<br\s*/?>\s*$", re.I)
_IMAGE = re.compile(r"^\s*!\[[^\]]*\]\([^)]*\)\s*$")


def starts_card(text: str) -> bool:
    """Whether the line starts a card, read outside a fence."""
    return text.startswith("## ")


def score(lines: Sequence[Line]) -> float:
    """Breaks at line ends and dialogue labels, where second-level headings are the questions."""
    outside = [line for line in lines if not line.fence]
    cards = sum((h := heading(line)) is not None and h.level == _CARD_LEVEL for line in outside)
    breaks = sum(_BREAK.search(line.text) is not None for line in outside)
    labels = sum(_ASKER.match(line.text) is not None for line in outside)
    return min(2.0 * cards + 1, breaks + 3.0 * labels) if cards else 0.0


def read(lines: Sequence[Line], name: str) -> Extract:
    """All cards, dialogues taken apart."""
    reader = SectionReader(card_level=_CARD_LEVEL)
    reader.read(blocks([_without_break(line) for line in lines]))
    for card in reader.cards:
        _take_dialogue_apart(card)
        _take_question_from_body(card)
    return Extract([card.close() for card in reader.cards], reader.skipped, title=reader.path.title)


def _without_break(line: Line) -> Line:
    if line.fence or "<" not in line.text or line.text.lstrip().startswith("|"):
        return line
    return line._replace(text=_BREAK.sub("", line.text))


def _take_dialogue_apart(card: OpenCard) -> None:
    """Quote before a speaker -> remark; asker -> context; the answer starts after the answerer's label."""
    body = card.body
    at = _next_text(body, 0)
    quote_end = at
    while quote_end < len(body) and body[quote_end].text.lstrip().startswith(">"):
        quote_end += 1
    speaker = _next_text(body, quote_end)
    if speaker == len(body) or body[speaker].fence:
        return
    if not (_ASKER.match(body[speaker].text) or _ANSWERER.match(body[speaker].text)):
        return
    if quote_end > at:
        quote = "\n".join(line.text.lstrip("> ") for line in body[at:quote_end])
        card.note(quote, body[quote_end - 1].number)
    if (question := _ASKER.match(body[speaker].text)) is not None:
        answer = next(
            (i for i in range(speaker + 1, len(body)) if not body[i].fence and _ANSWERER.match(body[i].text)),
            None,
        )
        if answer is None:
            return
        detail = [body[speaker]._replace(text=question[1]), *body[speaker + 1 : answer]]
        card.context = body_text(detail)
        if asks(card.context):
            card.form = "question"
        speaker = answer
    first = body[speaker]
    card.body = [first._replace(text=_ANSWERER.sub("", first.text)), *body[speaker + 1 :]]
    card.end_line = max((line.number for line in body if not line.blank), default=card.line)


def _take_question_from_body(card: OpenCard) -> None:
    """``## topic`` / ``how does one …?`` / an image: the heading names the topic, the line asks."""
    if asks(card.question):
        return
    at = _next_text(card.body, 0)
    if at == len(card.body) or card.body[at].fence:
        return
    first, rest = card.body[at].text.strip(), card.body[at + 1 :]
    pictures = [line for line in rest if not line.blank]
    if first.endswith(("?", "？")) and pictures and all(_IMAGE.match(line.text) for line in pictures):
        card.question = f"{card.question}: {clean_question(first)}"
        card.form = "question"
        card.body = rest


def _next_text(body: Sequence[Line], start: int) -> int:
    return next((i for i in range(start, len(body)) if not body[i].blank), len(body))
