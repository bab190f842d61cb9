"""The two note types of our packages, frozen: ids and field lists never change.

Anki refuses every note of a package whose note type gained or lost a field since the last import, so
the fields that later work will need are reserved now (``Spare1`` …).  Templates and CSS may change, and
reach people only together with a newer ``REVISED_AT``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flashcards.anki.style import CSS

REVISED_AT = 1_764_000_000
"""Unix seconds of the last change to a template or the CSS: Anki takes the new text only if this moved."""

SPARE_FIELDS = ("Spare1", "Spare2", "Spare3", "Spare4", "Spare5", "Spare6")
BACK_FIELDS = ("Context", "Answer", "KeyPoints", "Remarks", "Source", "Demo", "CardId", *SPARE_FIELDS)
"""All fields but the first, which Anki sorts by and refuses to find empty."""


@dataclass(frozen=True, slots=True)
class NoteType:
    """One note type as Anki stores it, and the name of its only card template."""

    id: int
    """Unix milliseconds in form; Anki recognises the type by this number alone."""
    name: str
    is_cloze: bool
    fields: tuple[str, ...]
    template_name: str
    question: str
    """Template of the front, in Anki's ``{{Field}}`` language."""
    answer: str

    def as_json(self) -> dict[str, Any]:
        """The entry for this type in the ``models`` column of a schema 11 collection."""
        template = {
            "name": self.template_name,
            "ord": 0,
            "qfmt": self.question,
            "afmt": self.answer,
            "bqfmt": "",
            "bafmt": "",
            "did": None,
        }
        return {
            "id": self.id,
            "name": self.name,
            "type": int(self.is_cloze),
            "mod": REVISED_AT,
            "usn": -1,
            "sortf": 0,
            "did": 1,
            "tmpls": [template],
            "flds": [_field(name, place) for place, name in enumerate(self.fields)],
            "css": CSS,
            "latexPre": _LATEX_HEAD,
            "latexPost": "\\end{document}",
            "latexsvg": False,
            "req": [] if self.is_cloze else [[0, "any", [0]]],
        }


def _field(name: str, place: int) -> dict[str, Any]:
    return {
        "name": name,
        "ord": place,
        "sticky": False,
        "rtl": False,
        "font": "Arial",
        "size": 20,
        "media": [],
    }


_LATEX_HEAD = "\\documentclass[12pt]{article}\n\\pagestyle{empty}\n\\begin{document}\n"

_FRONT = """<div class="fc-front">
{{#Context}}<div class="fc-context">{{Context}}</div>{{/Context}}
<div class="fc-question">%s</div>
</div>"""


def _shown(field: str, css_class: str) -> str:
    return f'{{{{#{field}}}}}<div class="{css_class}">{{{{{field}}}}}</div>{{{{/{field}}}}}'


_BACK = "\n".join(
    [
        _shown("Answer", "fc-answer"),
        '{{#KeyPoints}}<details class="fc-points"><summary>要点 · Key points</summary>'
        "{{KeyPoints}}</details>{{/KeyPoints}}",
        _shown("Remarks", "fc-remarks"),
        *(_shown(field, "fc-spare") for field in SPARE_FIELDS),
        _shown("Demo", "fc-demo"),
        '<div class="fc-source">{{#Source}}{{Source}} · {{/Source}}{{CardId}}</div>',
    ]
)

BASIC = NoteType(
    id=1_732_406_400_017,
    name="flashcards basic",
    is_cloze=False,
    fields=("Question", *BACK_FIELDS),
    template_name="Card",
    question=_FRONT % "{{Question}}",
    answer="{{FrontSide}}\n<hr id=answer>\n" + _BACK,
)

CLOZE = NoteType(
    id=1_732_406_400_029,
    name="flashcards cloze",
    is_cloze=True,
    fields=("Text", *BACK_FIELDS),
    template_name="Cloze",
    question=_FRONT % "{{cloze:Text}}",
    answer=_FRONT % "{{cloze:Text}}" + "\n<hr id=answer>\n" + _BACK,
)

NOTE_TYPES = (BASIC, CLOZE)
