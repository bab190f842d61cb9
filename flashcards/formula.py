"""Bounded arithmetic for numeric cards and ``calc`` checks: parsed, walked, never run as code.

Numbers, names of variables, ``+ - * / // % **``, comparisons, ``and or not``, ``a if c else b``, a constant index,
lists, texts compared with ``==``, and the functions of ``FUNCTIONS``; no attribute, keyword, comprehension or import.
What is allowed means what it means in Python.  Text, nesting, integers and lists are bounded, and with them the time.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias, cast

from flashcards.errors import FlashcardsError, Message

Number: TypeAlias = int | float
"""``bool`` included: a comparison counts as 0 or 1."""
Value: TypeAlias = "Number | str | list[Value]"

MAX_LENGTH = 500
"""Characters of a formula; the longest of our own has about a hundred."""
MAX_DEPTH = 40
MAX_BITS = 1024
"""Of an integer: what a float cannot hold any more (2**1024) is no answer to an interview question."""
MAX_ITEMS = 1000
"""Of a list."""
MAX_POWER_BITS = 256
"""Of exponent and modulus in ``pow(b, e, m)``: 256 bits take microseconds, 4096 a third of a second."""

CONSTANTS: Mapping[str, float] = {"pi": math.pi}


class FormulaError(FlashcardsError):
    """A formula that is not allowed or cannot be computed."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was parsed and found to be allowed."""

    text: str
    tree: ast.expr
    names: frozenset[str]
    """Variables it needs; functions and constants not counted."""

    def value(self, values: Mapping[str, Value] | None = None) -> Number:
        """Its value.  Raises FormulaError where it has none: a name is missing, a division by zero …"""
        result = compute(self, self.tree, values or {})
        if isinstance(result, (str, list)):
            raise self.error(Message("gives a text or a list; it must give a number"))
        return result

    def error(self, reason: str) -> FormulaError:
        """The one error all others are: which formula, and what is wrong with it."""
        return FormulaError(
            "the formula `{formula}` {reason}.", formula=_on_one_line(self.text)[:80], reason=reason
        )


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


@lru_cache(maxsize=1024)
def parse(text: str) -> Formula:
    """The formula that ``text`` holds.  Raises FormulaError where something in it is not allowed."""
    formula = Formula(text.strip(), ast.Constant(0), frozenset())
    if len(text) > MAX_LENGTH:
        raise formula.error(Message("is longer than {limit} characters", limit=MAX_LENGTH))
    try:
        tree = ast.parse(formula.text, mode="eval").body
    # SyntaxError, a digit string beyond the interpreter's limit, or nesting beyond its parser's.
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise formula.error(Message("is not arithmetic as Python writes it")) from None
    names: set[str] = set()
    _check(formula, tree, names, 0)
    return Formula(formula.text, tree, frozenset(names))


def evaluate(text: str, values: Mapping[str, Value] | None = None) -> Number:
    """Parse and compute in one."""
    return parse(text).value(values)


# --- what is allowed ---------------------------------------------------------------------------------------

_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def _check(formula: Formula, node: ast.expr, names: set[str], depth: int) -> None:
    """Refuse everything that is not listed; collect the names of variables."""
    if depth > MAX_DEPTH:
        raise formula.error(Message("is nested too deeply"))
    match node:
        case ast.Constant(value=value):
            _check_constant(formula, value)
        case ast.Name(id=name):
            if name in FUNCTIONS:
                raise formula.error(Message("uses the function {name} as a number", name=name))
            if name not in CONSTANTS:
                names.add(name)
        case ast.BinOp(op=op) if type(op) not in _BINARY and not isinstance(op, ast.Pow):
            raise _not_allowed(formula, node)
        case ast.UnaryOp(op=op) if type(op) not in _UNARY:
            raise _not_allowed(formula, node)
        case ast.Compare(ops=ops) if any(type(op) not in _COMPARE for op in ops):
            raise _not_allowed(formula, node)
        case ast.Subscript(slice=index) if constant_index(index) is None:
            raise formula.error(Message("has an index that is no whole number"))
        case ast.Call():
            _check_call(formula, node)
        case (
            ast.BinOp()
            | ast.UnaryOp()
            | ast.BoolOp()
            | ast.Compare()
            | ast.IfExp()
            | ast.List()
            | ast.Tuple()
            | ast.Subscript()
        ):
            pass
        case _:
            raise _not_allowed(formula, node)
    for child in operands(node):
        _check(formula, child, names, depth + 1)


def _check_constant(formula: Formula, value: object) -> None:
    if isinstance(value, bool | str):
        return
    if isinstance(value, int | float):
        _bounded(formula, value)
        return
    raise formula.error(
        Message("holds {value}, which is neither a number nor a text", value=repr(value)[:20])
    )


def _check_call(formula: Formula, node: ast.Call) -> None:
    if not isinstance(node.func, ast.Name) or node.keywords:
        raise _not_allowed(formula, node)
    if node.func.id not in FUNCTIONS:
        raise formula.error(
            Message(
                "calls {name}, which is not among the functions there are: {known}",
                name=node.func.id,
                known=", ".join(FUNCTIONS),
            )
        )


def _not_allowed(formula: Formula, node: ast.expr) -> FormulaError:
    part = _on_one_line(ast.get_source_segment(formula.text, node) or type(node).__name__)[:40]
    return formula.error(
        Message(
            "holds `{part}`; numbers, names, + - * / // % **, comparisons and calls are allowed", part=part
        )
    )


def operands(node: ast.expr) -> list[ast.expr]:
    """The expressions directly inside an allowed one; a function's name and an index are none."""
    if isinstance(node, ast.Call):
        return node.args
    if isinstance(node, ast.Subscript):
        return [node.value]
    return [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]


def constant_index(node: ast.expr) -> int | None:
    """``2`` or ``-1`` as an index, ``None`` for anything else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = constant_index(node.operand)
        return None if inner is None else -inner
    value = node.value if isinstance(node, ast.Constant) else None
    return value if type(value) is int else None


# --- computing ---------------------------------------------------------------------------------------------


def compute(formula: Formula, node: ast.expr, values: Mapping[str, Value]) -> Value:
    """The value of one part of a formula; ``formula`` is named in the error."""
    try:
        return _compute(formula, node, values)
    except ZeroDivisionError:
        raise formula.error(Message("divides by zero")) from None
    except OverflowError:
        raise formula.error(Message("grows too large")) from None


def _compute(formula: Formula, node: ast.expr, values: Mapping[str, Value]) -> Value:
    def inner(part: ast.expr) -> Value:
        return _compute(formula, part, values)

    def number(part: ast.expr) -> Number:
        return _number(formula, inner(part))

    match node:
        case ast.Constant(value=value):
            return cast(Value, value)
        case ast.Name(id=name):
            return _lookup(formula, name, values)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _bounded(formula, _raised(number(left), number(right)))
        case ast.BinOp(left=left, op=op, right=right):
            return _bounded(formula, _BINARY[type(op)](number(left), number(right)))
        case ast.UnaryOp(op=op, operand=operand):
            return cast(Number, _UNARY[type(op)](number(operand)))
        case ast.BoolOp(op=op, values=parts):
            return _logic(parts, number, stop_at=isinstance(op, ast.Or))
        case ast.Compare():
            return _compare(formula, node, inner)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return inner(body if number(test) else orelse)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return [inner(part) for part in parts]
        case ast.Subscript(value=whole, slice=index):
            return _item(formula, inner(whole), constant_index(index))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _call(formula, name, [inner(part) for part in arguments])
    raise _not_allowed(formula, node)


def _lookup(formula: Formula, name: str, values: Mapping[str, Value]) -> Value:
    if name in values:
        return _checked_value(formula, values[name], 0)
    if name in CONSTANTS:
        return CONSTANTS[name]
    raise formula.error(Message("needs a value for {name}", name=name))


def _checked_value(formula: Formula, value: object, depth: int) -> Value:
    """A variable's value as a formula may use it: bounded numbers and texts, lists of them."""
    if isinstance(value, int | float):
        return _bounded(formula, value)
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple) and len(value) <= MAX_ITEMS and depth < 3:
        return [_checked_value(formula, part, depth + 1) for part in value]
    raise formula.error(Message("is given a value that is neither a number, a text nor a short list"))


def _number(formula: Formula, value: Value) -> Number:
    if isinstance(value, str | list):
        raise formula.error(Message("uses a text or a list as a number"))
    return value


def _bounded(formula: Formula, value: Number | complex) -> Number:
    """The number, if it is one of a size that can be an answer."""
    if isinstance(value, complex):
        raise formula.error(Message("takes a root of a negative number"))
    too_large = value.bit_length() > MAX_BITS if isinstance(value, int) else not math.isfinite(value)
    if too_large:
        raise formula.error(Message("grows too large"))
    return value


def _logic(parts: Sequence[ast.expr], number: Callable[[ast.expr], Number], *, stop_at: bool) -> Number:
    value: Number = 0
    for part in parts:
        value = number(part)
        if bool(value) is stop_at:
            break
    return value


def _compare(formula: Formula, node: ast.Compare, inner: Callable[[ast.expr], Value]) -> Number:
    left = inner(node.left)
    for op, part in zip(node.ops, node.comparators, strict=True):
        right = inner(part)
        texts = isinstance(left, str) and isinstance(right, str) and isinstance(op, ast.Eq | ast.NotEq)
        if not texts:
            left, right = _number(formula, left), _number(formula, right)
        if not _COMPARE[type(op)](left, right):
            return False
        left = right
    return True


def _item(formula: Formula, whole: Value, index: int | None) -> Value:
    if not isinstance(whole, list) or index is None or not -len(whole) <= index < len(whole):
        raise formula.error(Message("has an index [{index}] where there is nothing", index=index))
    return whole[index]


def _call(formula: Formula, name: str, arguments: list[Value]) -> Value:
    try:
        result = FUNCTIONS[name](*arguments)
    except ArithmeticError:
        raise
    except (ValueError, TypeError, IndexError):
        raise formula.error(Message("calls {name} with what it does not take", name=name)) from None
    if isinstance(result, list):
        return result
    return _bounded(formula, result)


# --- the functions -----------------------------------------------------------------------------------------


def _numbers(value: Value) -> list[Number]:
    """The list, if it is one of numbers.  ``TypeError`` otherwise."""
    if not isinstance(value, list) or any(isinstance(part, str | list) for part in value):
        raise TypeError(value)
    return cast("list[Number]", value)


def _real(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function for numbers only, so that no text gets into ``int`` or ``round``."""

    def checked(*arguments: Value) -> Any:
        return function(*_numbers(list(arguments)))

    return checked


def _several(arguments: Sequence[Value]) -> list[Number]:
    """``max(a, b)`` or ``max(list)``."""
    return _numbers(arguments[0] if len(arguments) == 1 else list(arguments))


def _sum(values: Value) -> Number:
    return sum(_numbers(values))


def _product(values: Value) -> Number:
    result: Number = 1
    for factor in _numbers(values):
        result *= factor
        if isinstance(result, int) and result.bit_length() > MAX_BITS:
            raise OverflowError
    return result


def _dot(left: Value, right: Value) -> Number:
    return sum(a * b for a, b in zip(_numbers(left), _numbers(right), strict=True))


def _mean(values: Value) -> float:
    numbers = _numbers(values)
    return sum(numbers) / len(numbers)


def _argmin(values: Value) -> int:
    numbers = _numbers(values)
    return numbers.index(min(numbers))


def _argmax(values: Value) -> int:
    numbers = _numbers(values)
    return numbers.index(max(numbers))


def _comb(n: Number, k: Number) -> int:
    if not isinstance(n, int) or not isinstance(k, int):
        raise TypeError
    if 0 <= k <= n and min(k, n - k) > MAX_BITS:  # C(n, k) >= 2 to the smaller of k and n - k
        raise OverflowError
    return math.comb(n, k)


def _round(value: Number, digits: Number = 0) -> Number:
    if abs(digits) > MAX_ITEMS:  # round(5, -10**9) would compute 10**(10**9)
        raise ValueError
    return round(value, int(digits)) if digits else round(value)


def _raised(base: Number, exponent: Number) -> Number | complex:
    """``base**exponent``, refused before it is computed where it would be huge."""
    whole = isinstance(base, int) and isinstance(exponent, int)
    if whole and abs(base) > 1 and (int(base).bit_length() - 1) * exponent > MAX_BITS:
        raise OverflowError
    return cast("Number | complex", base**exponent)


def _pow(base: Number, exponent: Number, modulus: Number | None = None) -> Number | complex:
    if modulus is None:
        return _raised(base, exponent)
    if not all(isinstance(part, int) for part in (base, exponent, modulus)):
        raise TypeError
    if max(int(exponent).bit_length(), int(modulus).bit_length()) > MAX_POWER_BITS:
        raise OverflowError
    return pow(int(base), int(exponent), int(modulus))


def _length(values: Value) -> int:
    if not isinstance(values, list):
        raise TypeError
    return len(values)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "abs": _real(abs),
    "argmax": _argmax,
    "argmin": _argmin,
    "ceil": _real(math.ceil),
    "comb": _real(_comb),
    "cos": _real(math.cos),
    "dot": _dot,
    "erf": _real(math.erf),
    "exp": _real(math.exp),
    "floor": _real(math.floor),
    "int": _real(int),
    "len": _length,
    "log": _real(math.log),
    "log10": _real(math.log10),
    "log2": _real(math.log2),
    "max": lambda *values: max(_several(values)),
    "mean": _mean,
    "min": lambda *values: min(_several(values)),
    "pow": _real(_pow),
    "prod": _product,
    "round": _real(_round),
    "sin": _real(math.sin),
    "sorted": lambda values: sorted(_numbers(values)),
    "sqrt": _real(math.sqrt),
    "sum": _sum,
    "tanh": _real(math.tanh),
}
"""``log`` is natural; ``argmin`` and ``argmax`` give a position from 0."""
