"""What is said about formulas, numbers and our own decks, in Chinese; part of ``zh_errors.SAID``."""

from __future__ import annotations

from typing import Final

_FORMULA: Final = {
    "the formula `{formula}` {reason}.": "公式 `{formula}` {reason}。",
    "gives a text or a list; it must give a number": "的结果是文本或列表，应当是数",
    "is longer than {limit} characters": "超过 {limit} 个字符",
    "is not arithmetic as Python writes it": "不是 Python 写法的算式",
    "is nested too deeply": "嵌套太深",
    "uses the function {name} as a number": "把函数 {name} 当成了数",
    "has an index that is no whole number": "的下标不是整数",
    "holds {value}, which is neither a number nor a text": "含有 {value}，既不是数也不是文本",
    "calls {name}, which is not among the functions there are: {known}": "调用了 {name}，可用的函数只有：{known}",
    "holds `{part}`; numbers, names, + - * / // % **, comparisons and calls are allowed": (
        "含有 `{part}`；只允许数、变量名、+ - * / // % **、比较和函数调用"
    ),
    "divides by zero": "除以零",
    "grows too large": "的值太大",
    "needs a value for {name}": "缺少 {name} 的值",
    "is given a value that is neither a number, a text nor a short list": "得到的值不是数、文本或短列表",
    "uses a text or a list as a number": "把文本或列表当成了数",
    "takes a root of a negative number": "对负数开方",
    "has an index [{index}] where there is nothing": "的下标 [{index}] 处没有值",
    "calls {name} with what it does not take": "给 {name} 的参数不合适",
}
_NUMERIC: Final = {
    "no combination of the values fulfils `where`.": "没有一组取值满足 `where`。",
    "numeric needs vars (name: [values]), a formula and a unit": "numeric 需要 vars（名字: [取值]）、formula 和 unit",
    "numeric has the unknown key {key}; known are {known}": "numeric 有不认识的键 {key}，可用：{known}",
    "numeric draws {name} twice": "numeric 重复抽取 {name}",
    "numeric has more than {limit} combinations": "numeric 的组合超过 {limit} 种",
    "numeric cannot call a variable {name}; choose another name": "numeric 的变量不能叫 {name}，请换个名字",
    "numeric needs a list of values for {name}": "numeric 需要给 {name} 一个取值列表",
    "numeric: the values of {name} must be numbers, texts, true, false or lists of these": (
        "numeric：{name} 的取值只能是数、文本、true、false 或它们的列表"
    ),
    "numeric needs lists of {count} values for {names}": "numeric 需要给 {names} 每组 {count} 个值的列表",
    "numeric needs steps as name: formula": "numeric 的 steps 应写成 名字: 公式",
    "numeric cannot call a step {name}; choose another name": "numeric 的中间步骤不能叫 {name}，请换个名字",
    "numeric needs a {key}": "numeric 缺少 {key}",
    "numeric: {key} uses {name}, which is no variable": "numeric：{key} 用到了 {name}，但没有这个变量",
    "numeric needs a unit: a text, or one for en and one for zh": "numeric 需要 unit：一段文本，或 en 与 zh 各一段",
    "numeric needs a tolerance from 0 to 1: {value}": "numeric 的 tolerance 应在 0 到 1 之间：{value}",
}
_VERDICTS: Final = {
    "right: {answer}": "对：{answer}",
    "right: {answer} (within {tolerance} %)": "对：{answer}（误差 {tolerance} % 以内）",
    "no number found; it is {answer}": "没有找到数；答案是 {answer}",
    "the unit does not fit; it is {answer}": "单位不对；答案是 {answer}",
    "not right: it is {answer}{gap}": "不对：答案是 {answer}{gap}",
    "; yours is {factor} times as large": "；你的答案是它的 {factor} 倍",
    "; yours is {factor} times too small": "；你的答案只有它的 1/{factor}",
}
_CALC: Final = {
    "calc `{entry}` is not written as expression = value": "calc `{entry}` 应写成 算式 = 数值",
    "calc: {error}": "calc：{error}",
    "calc `{entry}` computes nothing; write the expression that gives the number": (
        "calc `{entry}` 没有计算任何东西，请写出得到这个数的算式"
    ),
    "calc `{entry}` is wrong: it is {value}": "calc `{entry}` 不对：应为 {value}",
    "calc `{entry}`: the value behind = is no plain number; units are not written here": (
        "calc `{entry}`：等号后面不是单纯的数；这里不写单位"
    ),
}
_LINT: Final = {
    "there is no translation; write {file} with the same ids": "没有译本，请写 {file}，id 保持相同",
    "id {card_id} is taken by {place}; ids are unique": "id {card_id} 已被 {place} 使用；id 不能重复",
    "the answer begins with no list; put the key points first, as list items": (
        "答案开头不是列表，请先用列表写出要点"
    ),
    "{count} key points; {fewest} to {most} are graded well, one idea each": (
        "有 {count} 个要点；{fewest} 到 {most} 个为宜，每个一层意思"
    ),
    "a second list below the key points would be graded too; write prose, a table or a nested list": (
        "要点之后的第二个列表也会被当成要点，请改成正文、表格或嵌套列表"
    ),
    "`also` repeats itself or the question; give other ways to ask": "`also` 有重复，或与问题相同；请换别的问法",
    "`also` has {count} ways to ask; give {fewest} to {most}": "`also` 有 {count} 种问法，应为 {fewest} 到 {most} 种",
    "no difficulty; add difficulty: 1 (warm-up) to 5 (hard)": "没有难度，请加 difficulty: 1（热身）到 5（难）",
    "the answer has {count} characters, {limit} are enough; cut it or make two cards": (
        "答案有 {count} 个字符，{limit} 个就够；请删减或拆成两张"
    ),
    "no line `> {label}…`; add it after the prose": "缺少 `> {label}…` 这一行，请加在正文之后",
    "line {line} of the answer is to begin with `> {label}`": "答案第 {line} 行应以 `> {label}` 开头",
    "the quoted lines stand in another order than {order}": "引用行的顺序应为 {order}",
    "no demo; link one, or say in no_demo why there is none": "没有演示，请链接一个，或在 no_demo 里说明原因",
    "the demo line does not name `{slug}`, which the card links": "演示行没有写出卡片链接的 `{slug}`",
    "the demo {slug} is planned, not built": "演示 {slug} 已计划，尚未做出",
    "there is no demo {slug}; flashcards demo --list shows all": (
        "没有演示 {slug}；flashcards demo --list 列出全部"
    ),
    "demo {slug}: {error}": "演示 {slug}：{error}",
    "the question does not say what {name} is; write {{{name}}} in it": (
        "问题没有给出 {name}，请在其中写 {{{name}}}"
    ),
    "the question gives the answer away": "问题里泄露了答案",
    "{place} is no variable of the card": "{place} 不是这张卡片的变量",
    "numeric: {error}": "numeric：{error}",
    "only {count} combinations; {fewest} keep the answer from being learnt by heart": (
        "只有 {count} 种组合；{fewest} 种才不至于背下答案"
    ),
    "nothing supports {number}; add a calc entry, or list it on the source line": (
        "{number} 没有依据，请加一条 calc，或列在出处行"
    ),
    "{card_id} is not in {file}; translate the card": "{file} 里没有 {card_id}，请翻译这张卡片",
    "{key} differs from {file}; make both the same": "{key} 与 {file} 不同，请改成一致",
}

SAID: Final = {**_FORMULA, **_NUMERIC, **_VERDICTS, **_CALC, **_LINT}
