"""What a demo imports: ``Demo``, ``Lab``, ``param`` and ``main``, and nothing else of ours.

Light on purpose (no torch, no click): a demo that needs no model starts in the time Python takes.
The demo's description and parameters are read from its source, never by importing it, so
``Demo(...)`` and ``param(...)`` take literals only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, cast

from flashcards.lab.bench import Lab

__all__ = ["Demo", "Lab", "main", "param"]

Tier = Literal["numpy", "tok", "torch", "hf"]
"""What a demo needs: arrays, tokenizers, tensors, or transformers and peft on top of them."""

T = TypeVar("T", int, float, bool, str)


@dataclass(frozen=True)
class Demo:
    """What a demo is called in both languages, where it is filed, and what it needs."""

    zh: str
    en: str
    topic: str
    tier: Tier


def param(
    default: T,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: Sequence[str] | None = None,
    help: str = "",
    zh: str = "",
    unit: str = "",
    tiny: T | None = None,
    gpu: T | None = None,
) -> T:
    """A parameter of a demo: its default, its range or choices, and what it means in both languages.

    ``tiny`` and ``gpu`` are its values in those presets.  Everything but the default is read from the
    source by the catalogue, which makes flags, forms and range checks of it.
    """
    return cast(Any, field(default=default))  # type: ignore[no-any-return]


def main(run: Callable[[Lab, Any], None], params: type[Any]) -> None:
    """Run this file's demo in this process and print it; exits as ``flashcards demo`` would."""
    from flashcards.lab.standalone import run_file

    raise SystemExit(run_file(run, params))
