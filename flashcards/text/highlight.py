"""Code in colours, by Pygments; what it does not know is shown plain.

The text of the spans is the code, character for character: a lexer that alters it is not believed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from flashcards.text.lines import Span
from flashcards.text.sanitize import SafeText

if TYPE_CHECKING:
    from pygments.lexer import Lexer

MAX_CODE = 20_000
"""Characters; longer is a log, and some lexers slow down on it."""

_STYLES = (
    ("Token.Keyword", "keyword"),
    ("Token.Literal.String", "string"),
    ("Token.Literal.Number", "number"),
    ("Token.Comment", "comment"),
    ("Token.Name.Function", "function"),
    ("Token.Name.Class", "class"),
    ("Token.Name.Decorator", "decorator"),
    ("Token.Name.Builtin", "builtin"),
    ("Token.Name.Tag", "keyword"),
    ("Token.Operator.Word", "keyword"),
    ("Token.Operator", "operator"),
)


def highlight(code: str, language: str) -> list[list[Span]]:
    """The lines of ``code`` as spans in the style ``code``, laid over by ``syntax.…`` where it is known."""
    lines: list[list[Span]] = [[]]
    for style, text in _tokens(code, language):
        for number, piece in enumerate(text.split("\n")):
            if number:
                lines.append([])
            if piece:
                lines[-1].append(Span(SafeText(piece), style))
    return lines


def _tokens(code: str, language: str) -> list[tuple[str, str]]:
    lexer = _lexer(language.lower()) if language and len(code) <= MAX_CODE else None
    if lexer is None:
        return [("code", code)]
    tokens = [(_style(str(kind)), text) for kind, text in lexer.get_tokens(code)]
    return tokens if "".join(text for _, text in tokens) == code else [("code", code)]


@lru_cache(maxsize=32)
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@lru_cache(maxsize=256)
def _style(kind: str) -> str:
    return next((f"code syntax.{name}" for prefix, name in _STYLES if kind.startswith(prefix)), "code")
