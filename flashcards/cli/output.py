"""What commands print: foreign text made safe, JSON, laid-out markdown, columns that fit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from typing import Any

import click

from flashcards.text.cells import cell_width, cut, pad
from flashcards.text.sanitize import sanitize_line


def echo_json(value: Any) -> None:
    """One JSON document, readable, Chinese as Chinese."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def terminal_width() -> int:
    """Cells a line may take; 100 where lines get hard to read, 80 where there is no terminal."""
    return min(shutil.get_terminal_size().columns, 100)


def echo_columns(rows: Sequence[Sequence[object]], *, right: Sequence[int] = (), wide: int = 0) -> None:
    """Rows in columns; ``right`` aligns numbers, column ``wide`` gives way when the line is too long."""
    texts = [[sanitize_line(str(value)) for value in row] for row in rows]
    widths = [max(cell_width(row[i]) for row in texts) for i in range(len(texts[0]))]
    excess = sum(widths) + 2 * (len(widths) - 1) - terminal_width()
    widths[wide] = max(widths[wide] - max(excess, 0), 12)
    for row in texts:
        cells = [
            pad(cut(text, width), width, "right" if i in right else "left")
            for i, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())


def markdown_lines(markdown: str, width: int) -> list[str]:
    """Markdown laid out as plain lines of at most ``width`` cells."""
    from flashcards.text.blocks import parse
    from flashcards.text.layout import layout

    return ["".join(span.text for span in line) for line in layout(parse(markdown), width)]
