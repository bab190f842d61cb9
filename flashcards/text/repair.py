"""Mend the places where notes, as people write them, break the rules of CommonMark.

Works on lines, before markdown-it: fences of a list item whose code slid to column 0, prose glued to a
table's last row, rows with more cells than the head (markdown-it drops those), tags of a fold that share a
line with text, labels whose first ``**`` is missing.  Adds spaces, line ends, backslashes and stars,
removes nothing, never touches the inside of code, and is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r"(?P<indent> *)(?:[-*+] +|\d{1,9}[.)] +)?(?P<mark>`{3,}|~{3,})(?P<info>[^`]*)$")
_TABLE_RULE = re.compile(r" *\|?(?: *:?-+:? *\|)+(?: *:?-+:? *)?\|? *$")
_PIPE = re.compile(r"(?<!\\)\|")
_CODE_OR_MATH = re.compile(r"(`+)[^`]+\1(?!`)|(?<!\\)\$[^$]+\$")
_FOLD_TAG = re.compile(r" *(<details\b[^<>]*>|</details>|<summary>.*?</summary>) *", re.IGNORECASE)
_FOLD_LINE = re.compile(
    r" *(?:[-*+] +|\d{1,9}[.)] +)?</?(?:details|summary)\b|.*</details> *$", re.IGNORECASE
)
_HALF_BOLD = re.compile(r"( *(?:[-*+] +|\d{1,9}[.)] +))((?:(?!\*\*).)+\*\*\s*[:：](?:(?!\*\*).)*)$")
"""A list item whose label lost its first ``**``: ``- label**: text``."""


def repair(source: str) -> str:
    """``source`` with the breaks mended, ready for markdown-it."""
    return "\n".join(_repaired(source.split("\n")))


def _repaired(lines: list[str]) -> Iterator[str]:
    closes = _closing_fences(lines)
    columns = 0
    at = 0
    while at < len(lines):
        line = lines[at]
        if at in closes:
            end = closes[at]
            yield from _fence(lines[at : end + 1])
            at, columns = end + 1, 0
            continue
        if _TABLE_RULE.match(line):
            columns = _cells(lines[at - 1]) if at and "|" in lines[at - 1] else 0
        elif columns and "|" in line:
            line = _row(line, columns)
        elif columns:
            columns = 0
            if line.strip():
                yield ""
        line = _HALF_BOLD.sub(r"\1**\2", line)
        yield from _unfolded(line) if _FOLD_LINE.match(line) else (line,)
        at += 1


def _closing_fences(lines: list[str]) -> dict[int, int]:
    """Line of each opening fence -> line of the fence that closes it; one that never closes is left out."""
    closes: dict[int, int] = {}
    opened: tuple[int, str] | None = None
    for number, line in enumerate(lines):
        match = _FENCE.match(line)
        if match is None:
            continue
        if opened is None:
            opened = number, match["mark"]
        elif match["mark"].startswith(opened[1]) and not match["info"].strip():
            closes[opened[0]] = number
            opened = None
    return closes


def _fence(lines: list[str]) -> Iterator[str]:
    """Give code that slid out of its list item the fence's own indent back."""
    indent = lines[0].index(lines[0].lstrip(" -*+.)0123456789")[:1])
    slid = False
    yield lines[0]
    for line in lines[1:-1]:
        slid = slid or (bool(line.strip()) and len(line) - len(line.lstrip(" ")) < indent)
        yield " " * indent + line if slid and line.strip() else line
    close = lines[-1].lstrip(" ")
    yield " " * indent + close if len(lines[-1]) - len(close) < indent else lines[-1]


def _cells(row: str) -> int:
    row = row.strip()
    return len(_PIPE.findall(row)) + 1 - row.startswith("|") - bool(re.search(r"(?<!\\)\|\Z", row))


def _row(line: str, columns: int) -> str:
    """Escape the pipes that would make a row wider than its head: in code and maths first, then the last."""
    if _cells(line) <= columns:
        return line
    line = _CODE_OR_MATH.sub(lambda match: _PIPE.sub(r"\|", match[0]), line)
    surplus = _cells(line) - columns
    pipes = [match.start() for match in _PIPE.finditer(line.rstrip().removesuffix("|"))]
    for at in reversed(pipes[len(pipes) - surplus :] if surplus > 0 else []):
        line = f"{line[:at]}\\{line[at:]}"
    return line


def _unfolded(line: str) -> Iterator[str]:
    """Put the tags of a fold on lines of their own, at the indent of the line."""
    indent = " " * (len(line) - len(line.lstrip(" ")))
    pieces = [piece for piece in _FOLD_TAG.split(line) if piece.strip()]
    for number, piece in enumerate(pieces):
        yield piece if number == 0 and piece.startswith(indent) else indent + piece.strip()
