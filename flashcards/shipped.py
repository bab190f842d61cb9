"""Where the decks and demos that come with the program lie: in the wheel, or in the checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Literal


def shipped_folder(kind: Literal["decks", "demos"]) -> Path:
    """The folder of our own decks or demos.

    A wheel packs it beside this module.  ``importlib.resources`` is not asked: in an editable
    install it can find a stale packed copy instead of the files being edited.
    """
    package = Path(__file__).parent
    packed = package / "_shipped" / kind
    return packed if packed.is_dir() else package.parent / kind
