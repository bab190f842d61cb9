"""Units as people type them: ``GiB``, ``TFLOP/s``, ``tokens per second``, 毫秒, 万, 亿.

A unit is a factor and a dimension (powers of bit, second, …); the things counted (tokens, parameters, GPUs) have no
dimension but keep their name.  A short unit may have several meanings (``B``: bytes, or billions); all are given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

Dimension = tuple[tuple[str, int], ...]
"""Base units with their powers, sorted: bandwidth is ``(("bit", 1), ("s", -1))``."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One meaning of what was written behind a number."""

    factor: float = 1.0
    """How many of the base unit one of it is."""
    dimension: Dimension = ()
    noun: str = ""
    """What is counted, where that is known: ``token``, ``parameter``; ``""`` where it was not said."""
    loose: float = 1.0
    """Factor of the other reading of a decimal prefix: many write GB and mean GiB."""
    said: bool = True
    """False for a bare number."""


BARE = Unit(said=False)

_DECIMAL = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
_BINARY = {"Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50}
_LOOSE = {"k": 2.0**10, "K": 2.0**10, "M": 2.0**20, "G": 2.0**30, "T": 2.0**40, "P": 2.0**50}

_BYTE_WORDS = ["byte", "bytes", "字节", "个字节"]
_BIT_WORDS = ["bit", "bits", "比特", "位"]
_FLOP_WORDS = ["FLOP", "FLOPs", "flop", "flops", "FLOPS", "Flops", "次浮点运算", "浮点运算"]
_TIMES: Mapping[float, str] = {
    1e-9: "ns 纳秒", 1e-6: "us µs μs 微秒", 1e-3: "ms 毫秒 millisecond milliseconds",
    1.0: "s sec secs second seconds 秒 秒钟", 60.0: "min mins minute minutes 分 分钟",
    3600.0: "h hr hrs hour hours 小时 个小时 时", 86400.0: "d day days 天 日", 604800.0: "week weeks 周",
    31557600.0: "year years 年",
}  # fmt: skip
_NOUNS: Mapping[str, str] = {
    "token": "token tokens tok toks 词元 个token 个词元",
    "parameter": "parameter parameters param params weights 参数 个参数 个可训练参数",
    "time": "x × times fold 倍 次",
    "money": "usd $ dollar dollars 美元 刀",
    "angle": "rad radian radians 弧度",
    "nat": "nat nats 奈特",
    "pair": "pair pairs 对 个对",
    "chunk": "chunk chunks 块",
    "sample": "sample samples 样本 个样本 条",
    "step": "step steps 步 update updates 次更新",
    "gpu": "gpu gpus 卡 张卡",
    "sequence": "sequence sequences 条序列 序列",
}
_COUNTS: Mapping[float, str] = {
    1e2: "hundred 百", 1e3: "k K thousand thousands 千", 1e4: "万 w", 1e6: "M m mn mio million millions 百万",
    1e7: "千万", 1e8: "亿", 1e9: "B b G bn billion billions 十亿", 1e10: "百亿", 1e11: "千亿",
    1e12: "T t trillion trillions 万亿 兆", 1e15: "P quadrillion 千万亿",
}  # fmt: skip
_SHARES: Mapping[float, str] = {1e-2: "% ％ percent pct 个百分点", 1e-3: "‰ permille"}


def _add(table: dict[str, list[Unit]], words: str, unit: Unit) -> None:
    for word in words.split():
        table.setdefault(word, []).append(unit)


def _prefixed(table: dict[str, list[Unit]], words: list[str], base: float, dimension: Dimension) -> None:
    """Every prefix on short and long names: GB, GiB, gigabyte needs no more than this."""
    for word in words:
        for prefix, factor in (*_DECIMAL.items(), *_BINARY.items()):
            loose = _LOOSE.get(prefix, factor) if dimension[0][0] == "bit" else factor
            table.setdefault(prefix + word, []).append(Unit(factor * base, dimension, "", loose * base))


@lru_cache(maxsize=1)
def _table() -> Mapping[str, list[Unit]]:
    table: dict[str, list[Unit]] = {}
    bit: Dimension = (("bit", 1),)
    _prefixed(table, ["B", *_BYTE_WORDS], 8.0, bit)
    _prefixed(table, ["b", *_BIT_WORDS], 1.0, bit)
    # Nobody who types "gb" without a capital means gigabits.
    for prefix in ("k", "m", "g", "t", "p", "ki", "mi", "gi", "ti"):
        table[prefix + "b"] = list(table[prefix.capitalize() + "B"])
    _prefixed(table, _FLOP_WORDS, 1.0, (("flop", 1),))
    for prefix, factor in _DECIMAL.items():  # in capitals it is often a rate
        table[prefix + "FLOPS"].append(Unit(factor, (("flop", 1), ("s", -1)), "", factor))
    for factor, words_of in _TIMES.items():
        _add(table, words_of, Unit(factor, (("s", 1),), "", factor))
    for noun, words_of in _NOUNS.items():
        _add(table, words_of, Unit(noun=noun))
    for factor, words_of in (*_COUNTS.items(), *_SHARES.items()):
        _add(table, words_of, Unit(factor, loose=factor))
    # "2G" of memory is said every day.
    for prefix in ("K", "M", "G", "T"):
        factor = _DECIMAL[prefix] * 8
        _add(table, prefix, Unit(factor, bit, "", _LOOSE[prefix] * 8))
    return table


_PARTS = re.compile(r"\s*(?:/|\bper\b|每)\s*")
_FACTORS = re.compile(r"[\s·*]+|(?<=[A-Za-z])-(?=[A-Za-z])")
_PER_SECOND = re.compile(r"^(.*?)(?:ps)$")


@lru_cache(maxsize=4096)
def units(text: str) -> tuple[Unit, ...]:
    """All meanings of a unit as written; empty where a part of it is not known.

    ``""`` is the bare number.  Beside a known part an unknown one is a thing counted: ``bit/weight``.
    """
    text = text.strip()
    if not text:
        return (BARE,)
    parts = _PARTS.split(text)
    if parts[0] == "":  # "/s", "每秒 3 个": nothing above the line
        parts[0] = "time"
    above = list(_factors(parts[0]))
    below = [list(_factors(part)) for part in parts[1:]]
    if not above and not any(below):
        return ()
    above, below = above or [Unit()], [meanings or [Unit()] for meanings in below]
    found = [divided(top, *bottoms) for top, *bottoms in product(above, *below)]
    return tuple(dict.fromkeys(found))


def _factors(text: str) -> Iterator[Unit]:
    """``million tokens``, ``GPU-days``, ``亿参数``: the meanings of the words multiplied."""
    if direct := _meanings(text):
        yield from direct
        return
    words = [word for word in _FACTORS.split(text) if word]
    split = [meanings for word in words if (meanings := _meanings(word) or _leading_multiple(word))]
    if not split or (len(words) > 1 and not _meanings(words[0]) and not _leading_multiple(words[0])):
        return
    for combination in product(*split):
        yield _multiplied(combination)


def _leading_multiple(word: str) -> list[Unit]:
    """``亿参数`` is 亿 and 参数; ``Mtok`` is M and tok."""
    for cut in range(len(word) - 1, 0, -1):
        head, tail = _meanings(word[:cut]), _meanings(word[cut:])
        if head and tail and all(not unit.dimension for unit in (*head[:1], *tail[:1])):
            return [_multiplied((h, t)) for h in head for t in tail if not h.dimension]
    return []


def _meanings(word: str) -> list[Unit]:
    table = _table()
    if word in table:
        return table[word]
    lower = word.lower()
    if lower in table:
        return table[lower]
    if (rate := _PER_SECOND.match(word)) and rate[1] and rate[1] in table:  # Gbps, tps is not one
        return [divided(unit, Unit(1.0, (("s", 1),))) for unit in table[rate[1]]]
    return []


def _multiplied(parts: tuple[Unit, ...]) -> Unit:
    unit = Unit()
    for part in parts:
        unit = Unit(
            unit.factor * part.factor,
            _powers(unit.dimension, part.dimension, 1),
            part.noun or unit.noun,
            unit.loose * part.loose,
        )
    return unit


def divided(top: Unit, *bottoms: Unit) -> Unit:
    """``top`` per each of ``bottoms``."""
    for bottom in bottoms:
        top = Unit(
            top.factor / bottom.factor,
            _powers(top.dimension, bottom.dimension, -1),
            top.noun,
            top.loose / bottom.factor,
        )
    return top


def _powers(one: Dimension, other: Dimension, sign: int) -> Dimension:
    powers = dict(one)
    for base, power in other:
        powers[base] = powers.get(base, 0) + sign * power
    return tuple(sorted((base, power) for base, power in powers.items() if power))
