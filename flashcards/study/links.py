"""Which demos prove a card: what its author wrote, else what its question is about."""

from __future__ import annotations

from functools import cache

from flashcards.cards import DemoLink, Draft
from flashcards.concepts import demos_for
from flashcards.shipped import shipped_folder

MOST_DEMOS = 3
"""More to choose from is no help: what a question is about stands among the first."""


def linked_demos(draft: Draft) -> tuple[DemoLink, ...]:
    """The author's links if there are any; else by the concepts in the question and the headings above it.

    "Explain the code above" names nothing itself: what it is about stands in its context.  A topic or a
    long note is about what its points are about.
    """
    if draft.demos:
        return draft.demos
    about = [*draft.path, draft.context]
    if draft.form in ("topic", "note"):
        from flashcards.text.key_points import key_points

        about.append("\n".join(key_points(draft.answer)))
    there_are = available_demos()
    found = [_link(slug) for slug in demos_for(draft.question, about) if slug in there_are]
    return tuple(found[:MOST_DEMOS])


@cache
def _link(slug: str) -> DemoLink:
    return DemoLink(slug, {}, explicit=False)


@cache
def available_demos() -> frozenset[str]:
    """Slugs of the demos there are; by name alone, so that linking a card reads no demo file."""
    folder = shipped_folder("demos")
    return frozenset(f.stem.replace("_", "-") for f in folder.glob("[!_.]*.py"))
