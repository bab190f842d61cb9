"""The labelled lines of an answer: common mistake, follow-up, source, demo; and the prose without them.

A part is a quoted paragraph that opens with its label, ``> Follow-up: …`` or ``> 追问：…``.  Pure, one pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from flashcards.cards import Language
from flashcards.text.fences import scan

Label = Literal["mistake", "follow_up", "source", "demo"]

LABELS: Mapping[Language, Mapping[Label, str]] = {
    "en": {
        "mistake": "Common mistake: ",
        "follow_up": "Follow-up: ",
        "source": "Source: ",
        "demo": "Demo: ",
    },
    "zh": {"mistake": "常见误区：", "follow_up": "追问：", "source": "出处：", "demo": "演示："},
}
"""As they are written, in the order in which they stand."""

_NAMES: Mapping[str, Label] = {
    text.strip(" :："): label for labels in LABELS.values() for label, text in labels.items()
}
_OPENING = re.compile(rf"^> ?({'|'.join(map(re.escape, _NAMES))})\s*[:：]\s*(.*)$", re.IGNORECASE)
_BRACKETED = re.compile(r"^(.*?[?？])\s*[(（](.*)[)）]\s*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """One labelled paragraph."""

    label: Label
    text: str
    """Without ``>`` and label."""
    line: int
    """1-based, within the answer."""


@dataclass(frozen=True, slots=True)
class AnswerParts:
    """An answer taken apart."""

    body: str
    """Key points and prose: everything that carries no label."""
    parts: tuple[Part, ...]

    def texts(self, label: Label) -> tuple[str, ...]:
        """What stands behind a label, in order."""
        return tuple(part.text for part in self.parts if part.label == label)


def answer_parts(answer: str) -> AnswerParts:
    """Take an answer apart; lines in code carry no label."""
    body: list[str] = []
    parts: list[Part] = []
    open_part = False
    for line in scan(answer).lines:
        opening = None if line.fence else _OPENING.match(line.text)
        if opening:
            label = next(v for name, v in _NAMES.items() if name.lower() == opening[1].lower())
            parts.append(Part(label, opening[2].strip(), line.number))
            open_part = True
        elif open_part and line.text.startswith(">"):
            last = parts[-1]
            parts[-1] = Part(last.label, f"{last.text} {line.text.lstrip('> ')}".strip(), last.line)
        else:
            open_part = False
            body.append(line.text)
    return AnswerParts("\n".join(body).strip("\n"), tuple(parts))


def question_and_hint(follow_up: str) -> tuple[str, str]:
    """``Why? (Because.)`` as the question to ask and the short answer in brackets, ``""`` without one."""
    match = _BRACKETED.match(follow_up)
    return (match[1], match[2].strip()) if match else (follow_up, "")
