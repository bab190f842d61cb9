"""The working of a formula, line by line: symbols, numbers put in, values in between, the result.

Works on the parsed formula; every line but the first is the one before it, one step further.
"""

from __future__ import annotations

import ast
import copy
import math
from collections.abc import Callable, Mapping
from typing import cast

from flashcards.formula import Formula, Number, Value, compute, constant_index, operands
from flashcards.text.numerals import LARGEST_WRITTEN_OUT, numeral, rounded_to

SHOWN_DIGITS = 6
"""Significant digits of values in between: enough to follow by hand, few enough to read."""

_POWERS_FROM = 1e6
"""``1e9`` in a formula converts a unit; 10⁹ says so better than nine noughts."""

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "eps": "ε", "epsilon": "ε", "eta": "η", "theta": "θ",
    "lam": "λ", "lambda": "λ", "mu": "μ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ",
}  # fmt: skip
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SIGNS: Mapping[type[ast.AST], str] = {
    ast.Add: " + ", ast.Sub: " - ", ast.Mult: "·", ast.Div: " / ", ast.Mod: " mod ",
    ast.Lt: " < ", ast.LtE: " ≤ ", ast.Gt: " > ", ast.GtE: " ≥ ", ast.Eq: " = ", ast.NotEq: " ≠ ",
    ast.And: " ∧ ", ast.Or: " ∨ ",
}  # fmt: skip
_LEVELS: tuple[tuple[type[ast.operator], ...], ...] = (
    (ast.Add, ast.Sub),
    (ast.Mult, ast.Div, ast.Mod),
    (ast.Pow,),
)
_PRODUCT_LEVEL, _POWER_LEVEL, _ATOM_LEVEL = 1, 2, 3
_FUNCTION_NAMES = {"log": "ln", "log2": "log₂", "log10": "log₁₀", "int": "int", "comb": "C"}


def working(formula: Formula, values: Mapping[str, Value]) -> list[str]:
    """The lines from the symbols to the value, without unit; each but the first begins with ``=`` or ``≈``.

    Raises FormulaError where the formula has no value for ``values``.
    """
    chosen = _chosen(formula, formula.tree, values)
    lines = [_written(chosen)]
    step = _put_in(formula, chosen, values)
    while not isinstance(step, ast.Constant):
        _add(lines, "= " + _written(step))
        step = _reduced(formula, step)
    result = result_line(cast(Number, step.value))
    return lines if lines[-1] == result else [*lines, result]


def result_line(value: Number) -> str:
    """``= 4`` or, where digits were dropped, ``≈ 1.33333``."""
    number = int(value) if isinstance(value, bool) else value
    # 0.1 + 0.2 is 0.3 to everyone but a float.
    exact = math.isclose(rounded_to(number, _digits(number)), number, rel_tol=1e-12)
    return f"{'=' if exact else '≈'} {numeral(number, _digits(number))}"


def symbol(name: str) -> str:
    """A variable's name as written on paper: ``theta`` is θ."""
    head, underscore, rest = name.partition("_")
    return _GREEK.get(head, head) + underscore + rest


def symbols(formula: Formula) -> str:
    """The whole formula in symbols; both branches of a condition are shown."""
    return _written(formula.tree)


def _digits(value: Number) -> int:
    """So many significant digits that no digit before the point is lost."""
    whole = math.floor(math.log10(abs(value))) + 1 if value else 0
    return max(SHOWN_DIGITS, whole) if abs(value) < LARGEST_WRITTEN_OUT else SHOWN_DIGITS


def _add(lines: list[str], line: str) -> None:
    if line.removeprefix("= ") != lines[-1].removeprefix("= "):
        lines.append(line)


# --- taking steps ------------------------------------------------------------------------------------------


def _chosen(formula: Formula, node: ast.expr, values: Mapping[str, Value]) -> ast.expr:
    """The formula with every condition decided: what does not apply to these values is not shown."""
    if isinstance(node, ast.IfExp):
        return _chosen(formula, node.body if compute(formula, node.test, values) else node.orelse, values)
    return _rebuilt(node, lambda part: _chosen(formula, part, values))


def _put_in(formula: Formula, node: ast.expr, values: Mapping[str, Value]) -> ast.expr:
    """Numbers for names; an item of a list, its length and a sign are read off, not computed."""
    read_off = isinstance(node, ast.Name | ast.Subscript | ast.List | ast.Tuple) or (
        isinstance(node, ast.Call) and _called(node) == "len"
    )
    if read_off:
        return _constant(compute(formula, node, values))
    return _signed(_rebuilt(node, lambda part: _put_in(formula, part, values)))


def _signed(node: ast.expr) -> ast.expr:
    """A sign before a number is part of the number, not a step of its own."""
    if (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
    ):
        return _constant(-cast(Number, node.operand.value))
    return node


def _reduced(formula: Formula, node: ast.expr) -> ast.expr:
    """Every part whose operands are numbers replaced by its value, all at once; a chain such as a·b·c is one part."""
    parts = _chain(node)
    if all(isinstance(part, ast.Constant) for part in parts):
        return _constant(compute(formula, node, {}))
    return _signed(_rebuilt_chain(node, lambda part: _reduced(formula, part)))


def _chain(node: ast.expr) -> list[ast.expr]:
    """The operands of ``a + b - c`` or ``a * b / c`` as one list, however the parser nests them."""
    level = _level(node)
    if not isinstance(node, ast.BinOp) or level >= _POWER_LEVEL:
        return operands(node)
    same = isinstance(node.left, ast.BinOp) and _level(node.left) == level
    return [*(_chain(node.left) if same else [node.left]), node.right]


def _rebuilt_chain(node: ast.expr, change: Callable[[ast.expr], ast.expr]) -> ast.expr:
    """``change`` applied to the operands of the chain; its own partial results stay as they are."""
    level = _level(node)
    if not isinstance(node, ast.BinOp) or level >= _POWER_LEVEL:
        return _rebuilt(node, lambda part: part if isinstance(part, ast.Constant) else change(part))
    inner = isinstance(node.left, ast.BinOp) and _level(node.left) == level

    def one(part: ast.expr) -> ast.expr:
        return part if isinstance(part, ast.Constant) else change(part)

    left = _rebuilt_chain(node.left, change) if inner else one(node.left)
    return ast.BinOp(left, node.op, one(node.right))


def _rebuilt(node: ast.expr, change: Callable[[ast.expr], ast.expr]) -> ast.expr:
    """A copy of ``node`` with ``change`` applied to each expression directly inside it."""
    made = copy.copy(node)
    for name, inside in ast.iter_fields(node):
        if name in ("func", "slice"):  # a function's name and an index are no operands
            continue
        if isinstance(inside, ast.expr):
            setattr(made, name, change(inside))
        elif isinstance(inside, list):
            setattr(made, name, [change(p) if isinstance(p, ast.expr) else p for p in inside])
    return made


def _constant(value: Value) -> ast.Constant:
    """A number or a list as a leaf; nothing but this module and ``compute`` ever sees it."""
    return ast.Constant(cast("int", value))


# --- writing -----------------------------------------------------------------------------------------------


def _level(node: ast.expr) -> int:
    """How tightly a part holds together; a looser one inside a tighter one takes brackets."""
    match node:
        case ast.BinOp(op=ast.FloorDiv()):
            return _ATOM_LEVEL  # written between floor brackets
        case ast.BinOp(op=op):
            return next(level for level, kinds in enumerate(_LEVELS) if isinstance(op, kinds))
        case ast.UnaryOp():
            return _PRODUCT_LEVEL
        case ast.Constant(value=value):
            return _PRODUCT_LEVEL if _is_negative(value) or "×" in _value(cast(Value, value)) else _ATOM_LEVEL
        case ast.BoolOp() | ast.IfExp():
            return -1
        case ast.Call() if _listed(node):
            return _PRODUCT_LEVEL if _called(node) == "prod" else 0
    return _ATOM_LEVEL


def _is_negative(value: object) -> bool:
    return isinstance(value, int | float) and value < 0


def _written(node: ast.expr, above: int = -1) -> str:
    """The part as people write it, in brackets where the part around it (of level ``above``) binds tighter."""
    return f"({_bare(node)})" if _level(node) < above else _bare(node)


def _right(node: ast.expr, op: ast.operator, level: int) -> str:
    """The right side of ``op``: a - (b + c), a·(b / c) and a - (-b) need brackets, a·(b·c) and a + (b + c) do not."""
    text = _bare(node)
    negative = text.startswith("-")
    same = isinstance(node, ast.BinOp) and _level(node) == level
    joined = isinstance(node, ast.BinOp) and type(node.op) is type(op) and isinstance(op, ast.Add | ast.Mult)
    return f"({text})" if negative or (same and not joined) or _level(node) < level else text


def _bare(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=value):
            return _value(cast(Value, value))
        case ast.Name(id=name):
            return symbol(name)
        case ast.BinOp(left=left, op=ast.Pow(), right=power):
            return _power(left, power)
        case ast.BinOp(left=left, op=ast.FloorDiv() as op, right=part):
            return f"⌊{_written(left, _PRODUCT_LEVEL)} / {_right(part, op, _PRODUCT_LEVEL)}⌋"
        case ast.BinOp(left=left, op=op, right=part):
            level = _level(node)
            return _written(left, level) + _SIGNS[type(op)] + _right(part, op, level)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return "¬" + _written(operand, _ATOM_LEVEL)
        case ast.UnaryOp(op=op, operand=operand):
            inside = _written(operand, _PRODUCT_LEVEL)
            return ("-" if isinstance(op, ast.USub) else "+") + (
                f"({inside})" if inside[0] in "+-" else inside
            )
        case ast.Compare(left=left, ops=ops, comparators=others):
            rest = "".join(_SIGNS[type(op)] + _written(part, 0) for op, part in zip(ops, others, strict=True))
            return f"[{_written(left, 0)}{rest}]"
        case ast.BoolOp(op=op, values=parts):
            return _SIGNS[type(op)].join(_written(part, 0) for part in parts)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return f"{_written(body, 0)} if {_bare(test).strip('[]')} else {_written(orelse, 0)}"
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return "[" + ", ".join(map(_bare, parts)) + "]"
        case ast.Subscript(value=whole, slice=index):
            return f"{_written(whole, _ATOM_LEVEL)}[{constant_index(index)}]"
        case ast.Call():
            return _call(node)
    return ast.unparse(node)


def _value(value: Value) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value >= _POWERS_FROM and value == 10 ** round(math.log10(value)):
        return "10" + str(round(math.log10(value))).translate(_SUPERSCRIPTS)
    return numeral(int(value) if isinstance(value, bool) else value, _digits(value))


def _power(base: ast.expr, power: ast.expr) -> str:
    written = _written(base, _ATOM_LEVEL)
    if isinstance(power, ast.Constant) and type(power.value) is int:
        return written + str(power.value).translate(_SUPERSCRIPTS)
    return f"{written}^{_written(power, _ATOM_LEVEL)}"


def _called(node: ast.Call) -> str:
    return cast(ast.Name, node.func).id


def _call(node: ast.Call) -> str:
    name, parts = _called(node), node.args
    inside = ", ".join(map(_bare, parts))
    if name == "sqrt":
        return "√" + _written(parts[0], _ATOM_LEVEL)
    if name in ("ceil", "floor"):
        return f"⌈{inside}⌉" if name == "ceil" else f"⌊{inside}⌋"
    if name == "abs":
        return f"|{inside}|"
    if len(parts) == 1 and isinstance(parts[0], ast.Constant):
        inside = inside.removeprefix("[").removesuffix("]")
    return _listed(node) or f"{_FUNCTION_NAMES.get(name, name)}({inside})"


def _listed(node: ast.Call) -> str:
    """Sums and products of known lists, written out; ``""`` for anything else."""
    name = _called(node)
    lists = [part for part in map(_leaf, node.args) if isinstance(part, list)]
    if not lists or len(lists) != len(node.args) or name not in ("sum", "prod", "dot"):
        return ""
    if name == "dot":
        return " + ".join(f"{_factor(a)}·{_factor(b)}" for a, b in zip(lists[0], lists[1], strict=False))
    return (" + " if name == "sum" else "·").join(map(_factor, lists[0]))


def _leaf(node: ast.expr) -> Value | None:
    """The value that was put in for a part; ``None`` where none was yet."""
    return cast(Value, node.value) if isinstance(node, ast.Constant) else None


def _factor(value: Value) -> str:
    text = _value(value)
    return f"({text})" if text.startswith("-") else text
