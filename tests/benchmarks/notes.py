"""Notes that look like people's notes, of any size: five dialects and our deck format, Chinese and English.

The same seed gives the same notes.  A card is about 500 characters and ten lines, one in six waits for
an answer, one in five holds code, a table or a formula: what was counted in real interview notes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

ZH_THINGS = (
    "注意力", "缓存", "梯度", "学习率", "归一化层", "残差", "词表", "分词器", "位置编码", "量化", "蒸馏", "适配器",
    "秩", "奖励模型", "采样温度", "批次", "专家路由", "显存", "检索", "向量索引", "提示", "上下文窗口", "掩码", "损失",
    "激活函数", "权重衰减", "预热", "混合精度", "流水线", "张量并行", "草稿模型", "长尾样本", "优化器状态", "页表",
)  # fmt: skip
ZH_CLAUSES = (
    "只更新{0}里很小的一部分",
    "把{0}切成块逐个计算",
    "让{0}随长度线性增加",
    "先在高精度里累加{0}再写回",
    "{0}与{1}的方差要对得上",
    "推理时可以并入{0}",
    "对{0}更稳一些",
    "不能只看{0}的平均值",
    "代价是多一次{0}的通信",
    "需要按{0}挑一个值",
    "因此{0}会变慢",
    "与{0}一起调",
    "换来更小的{0}",
    "{0}丢失后要从{1}重建",
)
EN_THINGS = (
    "attention", "the KV cache", "the gradient", "warm-up", "layer norm", "the residual stream", "a tokenizer", "RoPE",
    "quantisation", "distillation", "an adapter", "the rank r", "a reward model", "temperature", "a batch", "retrieval",
    "expert routing", "memory", "the vector index", "a prompt", "the context window", "the mask", "cross-entropy",
    "weight decay", "mixed precision", "a draft model", "the page table", "optimizer state", "pipeline bubbles",
)  # fmt: skip
EN_CLAUSES = (
    "keeps {0} frozen and trains {1} beside it",
    "is read once for every step of {0}",
    "grows with {0}, not with {1} alone",
    "costs one more all-reduce for {0}",
    "is added to {0} in single precision and stored in half",
    "has to be tuned together with {0}",
    "can be merged into {0} before serving, so nothing is slower afterwards",
    "hides behind {0} when the link is fast enough",
    "is worth it only when {0} is above 8k tokens",
    "fails quietly when {0} and {1} differ",
    "trades {0} for {1}",
)
_CODE = """```python
scores = q @ k.transpose(-2, -1) / math.sqrt(head_dim)
scores = scores.masked_fill(mask == 0, float("-inf"))
{name} = torch.softmax(scores, dim=-1) @ v   # (batch, heads, seq, head_dim)
```"""
_TABLE = """| {a} | {b} |
| --- | ---: |
| fp16 | {x} |
| int8 | {y} |"""
_FORMULAS = (
    r"$\mathrm{softmax}(QK^\top/\sqrt{d_k})V$",
    r"$W' = W + \frac{\alpha}{r} B A$",
    r"$2 L h d T b$ bytes",
    r"$\mathcal{L} = -\sum_i y_i \log p_i$",
)


class Question(NamedTuple):
    """One question with the blocks of its answer; none where it waits for one."""

    text: str
    answer: list[str]


class _Writer:
    """Makes up questions and answers in one language."""

    def __init__(self, random: Random, *, chinese: bool) -> None:
        self.random = random
        self.chinese = chinese
        self.count = 0

    def thing(self) -> str:
        return self.random.choice(ZH_THINGS if self.chinese else EN_THINGS)

    def question(self) -> Question:
        self.count += 1
        one, other, number = self.thing(), self.thing(), self.random.randrange(2, 4096)
        if self.chinese:
            patterns = (
                "为什么{0}在 {2} 步之后影响{1}？",
                "{0}与{1}有什么区别（第 {2} 层）？",
                "如何用{0}代替{1}，规模为 {2}？",
            )
        else:
            patterns = (
                "Why does {0} change {1} after {2} steps?",
                "How does {0} differ from {1} at size {2}?",
                "When would you trade {0} for {1} with {2} tokens?",
            )
        text = self.random.choice(patterns).format(one, other, number)
        return Question(text, [] if self.random.random() < 1 / 6 else self.answer())

    def sentence(self) -> str:
        subject, share = self._marked(self.thing()), self.random.randrange(100)
        if self.chinese:
            chosen = self.random.sample(ZH_CLAUSES, self.random.randint(2, 4))
            clauses = "，".join(clause.format(self.thing(), self.thing()) for clause in chosen)
            return f"{subject}{clauses}，约 {share}%。"
        clause = self.random.choice(EN_CLAUSES).format(self.thing(), self.thing())
        return f"{subject} {clause} ({share} %)."

    def _marked(self, word: str) -> str:
        return self.random.choice(("{0}", "{0}", "**{0}**", "`{0}`")).format(word)

    def answer(self) -> list[str]:
        parts = [self.random.choice((self._list, self._list, self._prose))()]
        parts += [self._list()] if self.random.random() < 0.6 else []
        extra = self.random.random()
        if extra < 0.08:
            parts.append(_CODE.format(name=self.random.choice(("out", "mixed", "context"))))
        elif extra < 0.13:
            one, other = self.random.sample(range(10, 99), 2)
            parts.append(_TABLE.format(a=self.thing(), b=self.thing(), x=one, y=other))
        elif extra < 0.22:
            parts.append(f"{self.sentence()} {self.random.choice(_FORMULAS)}")
        return parts

    def _prose(self) -> str:
        space = "" if self.chinese else " "
        return space.join(self.sentence() for _ in range(self.random.randint(3, 6)))

    def _list(self) -> str:
        numbered = self.random.random() < 0.3
        lines = []
        for number in range(1, self.random.randint(4, 7)):
            lines.append(f"{number}. {self.sentence()}" if numbered else f"- {self.sentence()}")
            if self.random.random() < 0.25:
                lines.append(f"    - {self.sentence()}")
        return "\n".join(lines)


def _indented(blocks: list[str]) -> list[str]:
    return ["\n".join("    " + line for line in block.split("\n")) for block in blocks]


def _remnote(cards: list[Question]) -> str:
    return "\n- \n".join("\n".join([f"- {text} >>>", *_indented(answer)]) for text, answer in cards) + "\n"


def _numbered(cards: list[Question]) -> str:
    parts = [part for n, (text, answer) in enumerate(cards, 1) for part in (f"### {n}. {text}", *answer)]
    return "# Notes\n\n" + "\n\n".join(parts) + "\n"


def _headings(cards: list[Question]) -> str:
    parts: list[str] = []
    for text, answer in cards:
        parts += [f"## {text}", *(block if block[-1] in "`|" else f"{block}<br>" for block in answer)]
    return "# Learning log\n\n" + "\n\n".join(parts) + "\n"


def _hierarchical(cards: list[Question]) -> str:
    parts: list[str] = []
    for n, (text, answer) in enumerate(cards):
        section, place = divmod(n, 20)
        parts += [f"## 2.{section + 1} 第 {section + 1} 面"] if not place else []
        parts += [f"### 2.{section + 1}.{place + 1} {text}", *answer]
    return "\n\n".join(parts) + "\n"


def _bullets(cards: list[Question]) -> str:
    parts = []
    for n, (text, answer) in enumerate(cards, 1):
        parts += [f"# Part {n // 30 + 1}"] if n % 30 == 1 else []
        parts += [f"- Q{n} **{text}**", *_indented(answer)]
    return "\n\n".join(parts) + "\n"


def _deck(cards: list[Question]) -> str:
    head = "---\nid: bench\ntitle: Made up\nlanguage: en\n---\n"
    parts = []
    for n, (text, answer) in enumerate(cards):
        parts += [f"## {text}\n<!-- id: bench.{n}, difficulty: 2, tags: [bench] -->", *answer]
    return head + "\n" + "\n\n".join(parts) + "\n"


DIALECTS: dict[str, tuple[Callable[[list[Question]], str], bool]] = {
    "remnote": (_remnote, True),
    "numbered": (_numbered, True),
    "headings": (_headings, False),
    "hierarchical": (_hierarchical, True),
    "bullets": (_bullets, True),
    "deck": (_deck, False),
}
"""File stem -> how its cards are written, and whether they are Chinese."""


def write_notes(folder: Path, cards: int, seed: int = 1) -> list[str]:
    """Fill ``folder`` with one file a dialect, ``cards`` cards in all; returns the files' texts."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = []
    for place, (stem, (write, chinese)) in enumerate(DIALECTS.items()):
        share = cards // len(DIALECTS) + (place < cards % len(DIALECTS))
        writer = _Writer(Random(f"{seed}:{stem}"), chinese=chinese)
        text = write([writer.question() for _ in range(share)])
        (folder / f"{stem}.md").write_text(text, "utf-8", newline="\n")
        texts.append(text)
    return texts


def long_answer(characters: int = 11_000) -> str:
    """A Chinese answer of about so many characters: lists, prose, code, tables and formulas."""
    writer = _Writer(Random("long"), chinese=True)
    parts: list[str] = []
    while sum(map(len, parts)) < characters:
        parts += [f"### {writer.thing()}", *writer.answer()]
    return "\n\n".join(parts)
