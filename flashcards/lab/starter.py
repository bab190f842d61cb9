"""The file that ``demo new`` writes: a whole small demo, to run first and then to change line by line."""

from __future__ import annotations

import re
from pathlib import Path

from flashcards.errors import system_reason
from flashcards.lab.catalogue import slug_of
from flashcards.lab.errors import LabError

_NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
RESERVED = frozenset(("new",))
"""Words that ``flashcards demo`` takes for something else than a demo."""

_STARTER = '''"""TITLE — softmax sees differences alone: add 1000 to every score, nothing changes.  Where it is from."""

import math
from dataclasses import dataclass

from flashcards.lab import Demo, Lab, main, param

# Read, never run: literals only.  Tier: "tok" needs no library, "numpy", "torch", "hf" (transformers, peft).
DEMO = Demo(zh="TITLE", en="TITLE", topic="mine", tier="tok")


@dataclass(frozen=True)
class Params:
    size: int = param(8, low=2, high=64, tiny=4, help="how many scores", zh="分数的个数")
    shift: float = param(1000.0, low=800, high=1e6, help="added to every score", zh="加到每个分数上的数")


def softmax(scores: list[float], lab: Lab) -> list[float]:
    # The usual mistake stands beside the right thing; --control takes it, and must break every claim.
    # Here: not to subtract the largest score, and to clip what overflows (e^x does above 709).
    largest = lab.variant(right=max(scores), control=0.0)
    weights = [math.exp(min(score - largest, 700.0)) for score in scores]  # e^(x−m)
    return [weight / sum(weights) for weight in weights]  # … / Σ e^(x−m)


def run(lab: Lab, p: Params) -> None:
    lab.step("1 · The same scores, far from zero")
    lab.say("Say what the reader is about to see, and why. **Markdown** is fine.")
    scores = [math.sin(3 * i) for i in range(p.size)]
    near = softmax(scores, lab)
    far = softmax([score + p.shift for score in scores], lab)
    rows = [[i, scores[i], near[i], far[i]] for i in range(p.size)]
    lab.table("Weights", ["i", "score", "as it is", "shifted"], rows)

    # A claim compares what was measured with what is expected; tolerances come from the number type.
    gap = max(abs(near[i] - far[i]) for i in range(p.size))
    question = f"By how much does the largest weight change when {p.shift:g} is added to every score?"
    limit = lab.tol("float64", scale=p.shift + 1)  # e^x makes an absolute error of x a relative one
    lab.claim("A shift of all scores changes no weight", measured=gap, at_most=limit, predict=question)
    # One number, worked out in two ways, is the best kind of claim.
    ratio, theory = far[1] / far[0], math.exp(scores[1] - scores[0])
    lab.claim("Weights differ by e^(difference of scores)", measured=ratio, close_to=theory, tol=limit)


if __name__ == "__main__":
    main(run, Params)
'''


def write_starter(name: str, folder: Path) -> Path:
    """Write a starting demo called ``name`` into ``folder`` (made if need be); returns its path.

    Raises LabError for a name that is no name for a demo, or a file that exists.
    """
    slug = name.strip().lower().replace("_", "-")
    if not _NAME.fullmatch(slug) or slug in RESERVED:
        raise LabError(
            "{name!r} is no name for a demo: letters a-z, digits and dashes, such as 'label-smoothing'.",
            name=name,
        )
    path = folder / f"{slug.replace('-', '_')}.py"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(_STARTER.replace("TITLE", slug.replace("-", " ").capitalize()))
    except FileExistsError:
        raise LabError("{path}: exists already; choose another name.", path=path) from None
    except OSError as error:
        raise LabError(
            "{path}: cannot be written ({reason}).", path=path, reason=system_reason(error)
        ) from error
    assert slug_of(path) == slug
    return path
