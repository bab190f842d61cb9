"""Our rules for markdown-it: maths before emphasis, folds, comments, marks, and bold beside Chinese.

CommonMark was written for words between spaces: its flanking rule leaves ``**注意：**文本`` unbold, and its
escapes eat ``\\(``.  Each rule is bounded in how far it looks, so that no input makes parsing quadratic.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, list_block
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned

from flashcards.text.blocks import MAX_DEPTH

CJK = (
    "\u2e80-\u2fff\u3000-\u303f\u3040-\u30ff\u3100-\u312f\u31a0-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\uff00-\uffef\U00020000-\U0003ffff"
)
"""Scripts written without spaces, with their punctuation."""
_CJK = re.compile(f"[{CJK}“”‘’…—·]")
_ALNUM = re.compile("[A-Za-z0-9]")
_TEX = re.compile(r"[\\^_=]")
_NO_TEX = re.compile(f"[A-Za-z]{{3,}}|[{CJK}]|\\A[0-9, ]+\\Z")
_ENVIRONMENT = re.compile(
    r"\\begin\{((?:equation|align|alignat|aligned|gather|gathered|multline|flalign|eqnarray|split|cases|array"
    r"|[pbBvV]?matrix)\*?)\}"
)
_ASIDE = re.compile(r"<aside\b[^<>]*>\Z", re.IGNORECASE)
_DETAILS = re.compile(r"<details\b[^<>]*>\Z", re.IGNORECASE)
_SUMMARY = re.compile(r"<summary>(.*)</summary>\Z", re.IGNORECASE)
_DUNDER = re.compile(r"__[a-z][a-z0-9]*(?:_[a-z0-9]+)*__(?!\w)")
_MARKED = re.compile(r"(==|\^\^\^|\^\^)(?=[^\s=^])([^\n]{1,500}?)(?<![=^])\1(?![=^])")

MAX_MATH_LINES = 60
"""A formula longer than that is a forgotten delimiter."""
MAX_COMMENT_LINES = 500
MAX_LEVEL = 2 * MAX_DEPTH
"""markdown-it counts a list as two levels."""


BlockRule: TypeAlias = Callable[[StateBlock, int, int, bool], bool]


class Delimiter(NamedTuple):
    opener: str
    closer: str
    display: bool


DELIMITERS = (
    Delimiter("$$", "$$", True),
    Delimiter("$", "$", False),
    Delimiter("\\(", "\\)", False),
    Delimiter("\\[", "\\]", True),
)


def install(md: MarkdownIt) -> None:
    """Add every rule of this module to ``md``."""
    md.inline.ruler.before("escape", "maths", inline_math)
    md.inline.ruler.before("emphasis", "mark", mark)
    md.inline.ruler.before("emphasis", "dunder", dunder)
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    md.block.ruler.at("list", any_indent(list_block), {"alt": ["paragraph", "reference", "blockquote"]})
    md.block.ruler.before("table", "too_deep", too_deep)
    md.block.ruler.before("fence", "math_block", math_block, interrupts)
    md.block.ruler.before("fence", "details", details, interrupts)
    md.block.ruler.before("fence", "aside", aside, interrupts)
    md.block.ruler.before("fence", "comment", comment, interrupts)


class InlineState(StateInline):
    """Inline state whose emphasis knows Chinese punctuation and spaces inside the stars."""

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:
        """Like CommonMark's, where a Chinese character may stand for the space or punctuation mark it asks for."""
        scanned = super().scanDelims(start, canSplitWord)
        end = start + scanned.length
        before = self.src[start - 1] if start else "\n"
        after = self.src[end] if end < self.posMax else "\n"
        if self.src[start] == "_":
            return scanned
        can_open = scanned.can_open or (not after.isspace() and bool(_CJK.match(before)))
        can_close = scanned.can_close or (not before.isspace() and bool(_CJK.match(after)))
        if scanned.length == 2 and " " in (before, after):
            # ``文本** 粗体 **`` and ``文本 ** 粗体 ** 文本``, but not ``2 ** 3``: a Chinese neighbour decides.
            near = {before, after, *self.src[max(0, start - 2) : start], *self.src[end : end + 2]}
            bold = any(_CJK.match(char) for char in near)
            can_open = can_open or (after == " " and bold)
            can_close = can_close or (before == " " and bold)
        return Scanned(can_open, can_close, scanned.length)


def inline_math(state: StateInline, silent: bool) -> bool:
    """``$…$ $$…$$ \\(…\\) \\[…\\]`` inside a paragraph; ``$5 or $10`` and ``\\[1\\]`` are not maths."""
    for delimiter in DELIMITERS:
        if state.src.startswith(delimiter.opener, state.pos):
            break
    else:
        return False
    start = state.pos + len(delimiter.opener)
    end = _find_closer(state.src, delimiter.closer, start, state.posMax)
    if end < 0 or not _is_math(state.src, start, end, delimiter):
        return False
    if not silent:
        token = state.push("maths", "", 0)
        token.content = state.src[start:end].strip()
        token.markup = delimiter.opener
        token.meta = {"display": delimiter.display}
    state.pos = end + len(delimiter.closer)
    return True


def _find_closer(source: str, closer: str, start: int, end: int) -> int:
    """Where the first unescaped ``closer`` stands, or -1."""
    at = source.find(closer, start, end)
    if closer.startswith("\\"):
        return at
    while at > start and source[at - 1] == "\\":
        at = source.find(closer, at + 1, end)
    return at


def _is_math(source: str, start: int, end: int, delimiter: Delimiter) -> bool:
    content = source[start:end]
    if not content.strip() or "`" in content:
        return False
    if delimiter.display and delimiter.opener == "$$":
        return True
    tex = bool(_TEX.search(content))
    if delimiter.opener != "$":
        # Exports of other programs escape ordinary brackets like this.
        return tex or not _NO_TEX.search(content.strip())
    follows = source[end + 1 : end + 2]
    spaced = content[0].isspace() or content[-1].isspace()
    return not _ALNUM.match(follows) and (tex or not spaced)


def mark(state: StateInline, silent: bool) -> bool:
    """``==text==`` and the ``^^text^^`` of outliners, not the comparisons of ``x==1 and y==2``."""
    if state.src[state.pos] not in "=^":
        return False
    match = _MARKED.match(state.src, state.pos, state.posMax)
    if match is None or _ALNUM.match(state.src[state.pos - 1 : state.pos]):
        return False
    if _ALNUM.match(state.src[match.end() : match.end() + 1]):
        return False
    if not silent:
        outer = state.posMax
        state.push("mark_open", "mark", 1)
        state.pos, state.posMax = match.start(2), match.end(2)
        state.md.inline.tokenize(state)
        state.posMax = outer
        state.push("mark_close", "mark", -1)
    state.pos = match.end()
    return True


def dunder(state: StateInline, silent: bool) -> bool:
    """``__init__`` is a name of Python, not bold."""
    match = _DUNDER.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.append_pending(match[0])
    state.pos = match.end()
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()


def _last(state: StateBlock, text: str) -> int:
    """Where ``text`` stands last in the whole source, looked for once: most forgotten delimiters end here."""
    known: dict[str, int] = state.env.setdefault("last", {})
    if text not in known:
        known[text] = state.src.rfind(text)
    return known[text]


def _inside(state: StateBlock, number: int) -> bool:
    """Whether a line belongs to the container that is being read."""
    return state.isEmpty(number) or state.sCount[number] >= state.blkIndent


def any_indent(rule: BlockRule) -> BlockRule:
    """The list ``rule`` without its last trace of indented code: a point four spaces in is still a point."""

    def list_at_any_indent(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:
        outer, state.listIndent = state.listIndent, -1
        found = rule(state, startLine, endLine, silent)
        state.listIndent = outer
        return found

    return list_at_any_indent


def math_block(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:
    """A formula on lines of its own; what is not closed at the end of a line stays prose."""
    first = _line(state, startLine)
    if first.startswith("$$"):
        opener, closer = "$$", "$$"
    elif first.startswith("\\["):
        opener, closer = "\\[", "\\]"
    elif match := _ENVIRONMENT.match(first):
        opener, closer = "", f"\\end{{{match[1]}}}"
    else:
        return False
    if _last(state, closer) < state.bMarks[startLine] + state.tShift[startLine] + len(opener):
        return False
    lines: list[str] = []
    for number in range(startLine, min(endLine, startLine + MAX_MATH_LINES)):
        if number > startLine and not _inside(state, number):
            return False
        line = _line(state, number)[len(opener) if number == startLine else 0 :]
        at = line.find(closer)
        if at < 0:
            lines.append(line)
            continue
        if line[at + len(closer) :].strip(" .,;。，；"):
            return False
        lines.append(line[: at if opener else at + len(closer)])
        return _push_math(state, lines, startLine, number + 1, silent)
    return False


def _push_math(state: StateBlock, lines: list[str], startLine: int, nextLine: int, silent: bool) -> bool:
    source = "\n".join(lines).strip()
    if not source or "```" in source:
        return False
    if not silent:
        token = state.push("math_block", "", 0)
        token.content = source
        token.map = [startLine, nextLine]
        state.line = nextLine
    return True


def details(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:
    """``<details>`` … ``</details>``, each tag on its own line (``repair`` sees to that)."""
    if not _DETAILS.match(_line(state, startLine)):
        return False
    if silent:
        return True
    end, depth = startLine + 1, 1
    while end < endLine and _inside(state, end):
        line = _line(state, end)
        depth += bool(_DETAILS.match(line)) - (line.lower() == "</details>")
        if depth == 0:
            break
        end += 1
    body = state.skipEmptyLines(startLine + 1)
    summary = _SUMMARY.match(_line(state, body)) if body < end else None
    state.push("details_open", "", 1)
    inline = state.push("inline", "", 0)
    inline.content = summary[1].strip() if summary else ""
    inline.children = []
    _tokenize_inside(state, body + 1 if summary else startLine + 1, end)
    state.push("details_close", "", -1)
    state.line = min(end + 1, endLine) if depth == 0 else end
    return True


def aside(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:
    """``<aside>`` … ``</aside>`` on lines of their own, Notion's callout: what it holds is set apart as a quote."""
    if not _ASIDE.match(_line(state, startLine)):
        return False
    if silent:
        return True
    end = startLine + 1
    while end < endLine and _inside(state, end) and _line(state, end).lower() != "</aside>":
        end += 1
    state.push("blockquote_open", "blockquote", 1)
    _tokenize_inside(state, startLine + 1, end)
    state.push("blockquote_close", "blockquote", -1)
    state.line = min(end + 1, endLine) if end < endLine and _inside(state, end) else end
    return True


def _tokenize_inside(state: StateBlock, startLine: int, endLine: int) -> None:
    outer = state.lineMax, state.parentType
    state.lineMax, state.parentType = endLine, "blockquote"
    state.md.block.tokenize(state, startLine, endLine)
    state.lineMax, state.parentType = outer


def comment(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:
    """``<!-- … -->`` on lines of its own: nobody was to see it."""
    if not _line(state, startLine).startswith("<!--") or _last(state, "-->") < state.bMarks[startLine]:
        return False
    for number in range(startLine, min(endLine, startLine + MAX_COMMENT_LINES)):
        _, found, after = _line(state, number).partition("-->")
        if found:
            if not after and not silent:
                state.line = number + 1
            return not after
    return False


def too_deep(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:
    """Where markdown-it would drop what is nested too deeply, keep it as lines of prose."""
    if state.level < MAX_LEVEL or silent:
        return False
    end = startLine
    while end < endLine and _inside(state, end):
        end += 1
    content = "\n".join(filter(None, (_line(state, number) for number in range(startLine, end))))
    state.push("paragraph_open", "p", 1)
    inline = state.push("inline", "", 0)
    inline.content = content
    inline.children = []
    state.push("paragraph_close", "p", -1)
    state.line = end
    return True
