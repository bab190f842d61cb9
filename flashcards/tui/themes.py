"""Four themes: dark, light, high contrast, and ansi (the colours the terminal already has).

Blue and orange carry meaning instead of red and green, so that the common colour blindnesses
lose nothing; every coloured mark also has a shape (✓ ✗, digits, shades).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.theme import Theme

HEAT_STEPS: Final = 8


def _variables(
    *, muted: str, rule: str, mark: str, code: str, math: str, heat: Sequence[str]
) -> dict[str, str]:
    """The names our style sheets use beside Textual's own; ``heat`` runs from little to much."""
    if len(heat) != HEAT_STEPS:
        raise ValueError(f"a heat ramp has {HEAT_STEPS} colours, not {len(heat)}")
    return {"muted": muted, "rule": rule, "mark": mark, "code": code, "math": math} | {
        f"heat-{i}": c for i, c in enumerate(heat)
    }


LIGHT: Final = Theme(
    name="light",
    dark=False,
    primary="#1d5a9e",
    secondary="#5c5a54",
    accent="#a8510a",
    success="#0d6b5b",
    warning="#8a5d00",
    error="#b3261e",
    foreground="#2a2926",
    background="#fbfaf7",
    surface="#f4f2ec",
    panel="#e9e6de",
    variables=_variables(
        muted="#6d6b65",
        rule="#d8d4c9",
        mark="#ffe08a",
        code="#2f5f6e",
        math="#5b3f94",
        heat=("#ece9e1", "#d3dfec", "#b3cce5", "#8db4db", "#6497cc", "#3f79b7", "#235b9a", "#123f74"),
    ),
)

DARK: Final = Theme(
    name="dark",
    dark=True,
    primary="#82b4f2",
    secondary="#a2aab8",
    accent="#e8ac62",
    success="#74c7ab",
    warning="#e5c07b",
    error="#f28b82",
    foreground="#d9dce2",
    background="#15171c",
    surface="#1c1f25",
    panel="#272b33",
    variables=_variables(
        muted="#8b93a1",
        rule="#343943",
        mark="#6b5518",
        code="#9fc7d1",
        math="#c9b3ee",
        heat=("#23272f", "#24364d", "#264a70", "#2d6195", "#3f7cb5", "#669bcb", "#9abfe0", "#d5e6f5"),
    ),
)

CONTRAST: Final = Theme(
    name="contrast",
    dark=True,
    primary="#66d0ff",
    secondary="#ffffff",
    accent="#ffd21f",
    success="#3df2b5",
    warning="#ffd21f",
    error="#ff9d92",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#2b2b2b",
    text_alpha=1.0,
    variables=_variables(
        muted="#d6d6d6",
        rule="#8c8c8c",
        mark="#7a5c00",
        code="#9af2ff",
        math="#e0c8ff",
        heat=("#1c1c1c", "#0e3a57", "#10537d", "#0f6fa8", "#1390d6", "#4fb6f0", "#9ad7f8", "#ffffff"),
    ),
)

ANSI: Final = Theme(
    name="ansi",
    ansi=True,
    dark=True,
    primary="ansi_blue",
    secondary="ansi_cyan",
    accent="ansi_yellow",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables=_variables(
        muted="ansi_default",
        rule="ansi_bright_black",
        mark="ansi_yellow",
        code="ansi_cyan",
        math="ansi_magenta",
        heat=("ansi_black",) * 2 + ("ansi_blue",) * 3 + ("ansi_bright_blue",) * 2 + ("ansi_white",),
    )
    | {
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "border-blurred": "ansi_bright_black",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_white",
        "input-cursor-background": "ansi_white",
        "input-cursor-foreground": "ansi_black",
        "input-selection-background": "ansi_bright_blue",
        "input-selection-foreground": "ansi_black",
    },
)

THEMES: Final[tuple[Theme, ...]] = (DARK, LIGHT, CONTRAST, ANSI)
"""In the order in which the theme key walks through them."""
