"""The labelled lines of an answer."""

from __future__ import annotations

from flashcards.sources.parts import answer_parts, question_and_hint

ANSWER = """- a point

Prose.

> Common mistake: confusing the two.
> They differ.

> 追问：为什么？（因为。）

> Source: Hu et al. 2021 (arXiv:2106.09685)

```
> Demo: not here
```
> an ordinary quote"""


def test_labelled_quotes_are_taken_out_with_their_lines() -> None:
    parts = answer_parts(ANSWER)
    assert [(part.label, part.line) for part in parts.parts] == [
        ("mistake", 5),
        ("follow_up", 8),
        ("source", 10),
    ]
    assert parts.texts("mistake") == ("confusing the two. They differ.",)
    assert parts.texts("demo") == ()


def test_the_body_is_everything_else() -> None:
    body = answer_parts(ANSWER).body
    assert "> Demo: not here" in body and "> an ordinary quote" in body and "Common mistake" not in body


def test_a_follow_up_has_its_short_answer_in_brackets() -> None:
    assert question_and_hint("Why? (Because it is.)") == ("Why?", "Because it is.")
    assert question_and_hint("为什么？（因为。）") == ("为什么？", "因为。")
    assert question_and_hint("Why not (always)?") == ("Why not (always)?", "")
