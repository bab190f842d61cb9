"""ALiBi — no position vectors: each score pays for its distance.  Press et al. 2021, §3 (arXiv:2108.12409)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="ALiBi 线性偏置", en="ALiBi: attention with linear biases", topic="transformer", tier="torch")


@dataclass(frozen=True)
class Params:
    heads: int = param(8, low=2, high=32, help="number of heads n", zh="头数 n")
    seq_len: int = param(16, low=8, high=256, help="tokens T the model was trained on", zh="训练时的长度 T")
    head_dim: int = param(32, low=8, high=256, tiny=16, help="width of a head d", zh="每个头的维度 d")
    hf: bool = param(False, help="compare with transformers too", zh="同时与 transformers 对照")


def slopes(n: int, lab: Lab) -> Tensor:
    """(n,): 2^(−8i/n), i = 1 … n, fixed and never trained.  The usual mistake: i = 0 … n − 1."""
    power = 2 ** int(math.log2(n))  # the paper's rule is for powers of two
    first = lab.variant(right=1, control=0)
    m = 2.0 ** (-8 * torch.arange(first, power + first, dtype=torch.float64) / power)
    if n == power:
        return m
    return torch.cat([m, slopes(2 * power, lab)[::2][: n - power]])  # the rest: every other one of twice as many


def bias(queries: int, keys: int, n: int, lab: Lab) -> Tensor:
    """(n, queries, keys): −m·(i − j) for key j before query i; −∞ for the future.  The queries come last."""
    i = torch.arange(keys - queries, keys)[:, None]
    distance = (i - torch.arange(keys)).double()  # (queries, keys)
    price = slopes(n, lab)[:, None, None] * distance
    # the usual mistake: the sign, which rewards distance
    return lab.variant(right=-price, control=price).masked_fill(distance < 0, -math.inf)


def attention(q: Tensor, k: Tensor, v: Tensor, b: Tensor) -> Tensor:
    """q (n, Q, d), k and v (n, T, d), b (n, Q, T).  The bias comes *after* the division by √d, and is not divided."""
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1]) + b.to(q)
    return scores.softmax(dim=-1) @ v


def run(lab: Lab, p: Params) -> None:
    generator, n, t, d = lab.generator(), p.heads, p.seq_len, p.head_dim
    m = slopes(n, lab)
    steep = 2.0 ** (-8 / 2 ** int(math.log2(n)))  # slope of the first head, by hand

    lab.step("1 · A price for distance, another in every head")
    lab.say("""`score = q·k/√d − m·(i − j)`. No vector is added to the words, nothing is learned. Head 1 is short-
        sighted, the last head of a power of two always has slope 1/256 and reads almost the whole text.""")
    shown = min(t, 16)
    lab.matrix("Bias of head 1 (the future is shown as 0)", bias(shown, shown, n, lab)[0].clamp(min=-99).tril())
    title = f"Slopes of 4 heads: 1/4, 1/16, 1/64, 1/256"
    lab.claim(title, measured=slopes(4, lab), equals=[1 / 4, 1 / 16, 1 / 64, 1 / 256])
    weights = bias(1, 64, n, lab).softmax(dim=-1)[:, 0]  # (n, 64): all q·k equal, so only the price decides
    ratio, question = weights[0, -2] / weights[0, -1], f"Slope {steep:g}, equal q·k: weight of one token back / of itself?"
    title = "Each step back costs the factor e^−m"
    lab.claim(title, measured=ratio, close_to=math.exp(-steep), tol=lab.tol("float64"), predict=question)

    lab.step("2 · How far each head looks")
    lab.say("""Equal content leaves the geometric weights (1−r)·r^distance with r = e^−m: the mean distance is r/(1−r),
        about 1/m − 1/2. The heads divide the scales among them, from a word to a chapter.""")
    long = 8192
    far = bias(1, long, n, lab).softmax(dim=-1)[:, 0]  # (n, 8192)
    back = far @ torch.arange(long - 1, -1, -1, dtype=torch.float64)  # (n,)
    r = torch.exp(-(2.0 ** (-8 * torch.arange(1, n + 1).double() / n))) if n == 2 ** int(math.log2(n)) else (-m).exp()
    reach = r / (1 - r)
    lab.series("Mean distance, by head", [f"head {h + 1}" for h in range(n)], {"tokens back": back}, kind="bar")
    # what the text's beginning cuts off: at most T·e^(−m·T) of the flattest head, 8192·e^−32
    lab.claim("Mean distance = r/(1−r) in every head", measured=back, close_to=reach, tol=1e-6)
