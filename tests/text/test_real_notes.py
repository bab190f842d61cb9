"""Every answered card of the real notes, on three screens: it fits, and each word of it is there.

The digests pin how cards are laid out without keeping anybody's notes here.  After a change that is meant,
look at the cards, then write them anew with ``UPDATE_GOLDEN=1 pytest tests/text/test_real_notes.py``.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from flashcards.text.blocks import parse
from flashcards.text.layout import layout
from flashcards.text.lines import line_text, line_width

WIDTHS = (34, 80, 120)
DIGESTS = Path(__file__).with_name("golden") / "real_notes.json"


def answers(shared: Path) -> dict[str, str]:
    """Raw answers by file and line of their question."""
    found: dict[str, str] = {}
    notes: list[dict[str, Any]] = json.loads((shared / "seed_truth.json").read_text("utf-8"))
    for note in notes:
        lines = (shared / "seeds" / note["file"]).read_text("utf-8").splitlines()
        for card in note["cards"]:
            if card["answered"] and card.get("answer_lines"):
                first, last = card["answer_lines"]
                found[f"{note['file'][:3]}:{card['line']}"] = "\n".join(lines[first - 1 : last])
    return found


def chinese(text: str) -> Counter[str]:
    return Counter(char for char in text if "\u4e00" <= char <= "\u9fff")


@pytest.mark.parametrize("width", WIDTHS)
def test_no_word_of_a_real_answer_is_lost(shared: Path, width: int) -> None:
    cards = answers(shared)
    assert len(cards) > 100
    for place, answer in cards.items():
        lines = layout(parse(answer), width)
        assert max(map(line_width, lines)) <= width, place
        missing = chinese(answer) - chinese("".join(map(line_text, lines)))
        assert not missing, (place, missing)


def test_real_answers_look_as_they_were_approved(shared: Path) -> None:
    """Thirty of them, among them those with tables, formulas, images and code."""
    cards = answers(shared)
    rich = [
        place
        for place, text in cards.items()
        if any(mark in text for mark in ("|--", "| -", "|:", "$", "\\[", "```", "!["))
    ]
    plain = [place for place in cards if place not in rich]
    chosen = [*rich[:: max(1, len(rich) // 20)][:20], *plain[:: max(1, len(plain) // 10)][:10]]
    digests = {
        f"{place} {width}": hashlib.sha256(
            "\n".join(map(line_text, layout(parse(cards[place]), width))).encode()
        ).hexdigest()[:16]
        for place in chosen
        for width in WIDTHS
    }
    if os.environ.get("UPDATE_GOLDEN"):
        DIGESTS.write_text(json.dumps(digests, indent=1) + "\n", "utf-8")
    assert digests == json.loads(DIGESTS.read_text("utf-8"))
    assert len(chosen) == 30
