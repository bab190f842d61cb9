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
    seq_len: int = param(
        64, low=8, high=256, tiny=16, help="tokens T the model was trained on", zh="训练时的长度 T"
    )
    head_dim: int = param(32, low=8, high=256, tiny=16, help="width of a head d", zh="每个头的维度 d")
    hf: bool = param(False, help="compare with transformers too", zh="同时与 transformers 对照")


def slopes(n: int, lab: Lab) -> Tensor:
    """(n,): 2^(−8i/n), i = 1 … n, fixed and never trained.  The usual mistake: i = 0 … n − 1."""
    power = 2 ** int(math.log2(n))  # the paper's rule is for powers of two
    first = lab.variant(right=1, control=0)
    m = 2.0 ** (-8 * torch.arange(first, power + first, dtype=torch.float64) / power)
    if n == power:
        return m
    return torch.cat(
        [m, slopes(2 * power, lab)[::2][: n - power]]
    )  # the rest: every other one of twice as many


def bias(queries: int, keys: int, n: int, lab: Lab) -> Tensor:
    """(n, queries, keys): −m·(i − j) for key j before query i; −∞ for the future.  The queries come last."""
    i = torch.arange(keys - queries, keys)[:, None]
    distance = (i - torch.arange(keys)).double()  # (queries, keys)
    price = slopes(n, lab)[:, None, None] * distance
    # the usual mistake: the sign, which rewards distance
    return lab.variant(right=-price, control=price).masked_fill(distance < 0, -math.inf)


def attention(q: Tensor, k: Tensor, v: Tensor, b: Tensor) -> Tensor:
    """q (n, Q, d), k and v (n, T, d), b (n, Q, T).  The bias is added *after* the division by √d."""
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
    return (scores + b.to(q.dtype).to(q.device)).softmax(dim=-1) @ v


def run(lab: Lab, p: Params) -> None:
    generator, n, t, d = lab.generator(), p.heads, p.seq_len, p.head_dim
    power = 2 ** int(math.log2(n))
    steep = 2.0 ** (-8 / power)
    exact = steep ** torch.arange(1, power + 1, dtype=torch.float64)  # the first slope is also the ratio
    tight = lab.tol("float64")

    lab.step("1 · A price for distance, another one in every head")
    lab.say("""`score = q·k/√d − m·(i − j)`. No vector is added to the words and nothing is learned. Head 1 is
        short-sighted; the last head of a power of two always has slope 1/256.""")
    shown = min(t, 12)
    for head in (0, power - 1):
        weights = bias(shown, shown, n, lab)[head].softmax(dim=-1)
        lab.matrix(
            f"Weights of head {head + 1} where all words are alike (slope {exact[head].item():g})", weights
        )
    question = "8 heads have slopes from 2⁻¹ to 2⁻⁸. What is the last slope of 4 heads?"
    lab.claim("The last of 4 slopes", measured=slopes(4, lab)[-1], equals=2.0**-8, predict=question)
    off = (slopes(n, lab)[:power] - exact).abs().max()
    lab.claim("The slopes are powers of the first one", measured=off, at_most=tight)
    near = bias(1, 2, n, lab).softmax(dim=-1)[0, 0]  # (2,): the token before, and the token itself
    ratio, question = (
        near[0] / near[1],
        f"Slope {steep:g}, equal q·k: weight of the token before / of itself?",
    )
    factor = math.exp(-steep)
    title = "A step back costs head 1 the factor e^−m"
    lab.claim(title, measured=ratio, close_to=factor, tol=tight, predict=question)

    lab.step("2 · How far each head looks")
    lab.say("""Where all words are alike the weights are geometric, (1−r)·r^distance with r = e^−m. Their mean distance
        is r/(1−r), about 1/m − 1/2: the heads divide the scales among them, from a word to a page.""")
    distance = torch.arange(8191, -1, -1, dtype=torch.float64)
    back = bias(1, 8192, n, lab).softmax(dim=-1)[:, 0] @ distance  # (n,)
    lab.series("Mean distance", [f"head {head + 1}" for head in range(n)], {"tokens back": back}, kind="bar")
    r = (-exact).exp()
    # where the text begins the sum is cut: 8192·e^(−8192/256), far below 1e-6
    lab.claim("Mean distance = r/(1−r)", measured=back[:power], close_to=r / (1 - r), tol=1e-6, unit="tokens")
    content = torch.randn(
        64, t, dtype=torch.float64, generator=generator
    )  # 64 queries, the same in each head
    weights = (content + bias(1, t, n, lab)).softmax(dim=-1)  # (n, 64, T)
    recent = weights[:power, :, -t // 4 :].sum(dim=-1).mean(dim=-1)  # (power,)
    title = "Whatever the words say, a steeper head reads more of the last quarter"
    lab.claim(title, measured=recent, monotone="decreasing")

    lab.step("3 · Why a longer text does no harm")
    lab.say(f"""Trained on {t} tokens, asked about {2 * t}. Without a price the older half would get half the attention,
        from places never seen in training. Here it gets 1/(1 + e^mT): steep heads notice nothing.""")
    older = bias(1, 2 * t, n, lab).softmax(dim=-1)[:power, 0, :t].sum(dim=-1)
    without = [0.5] * power
    lab.series(
        "Share of the older half", range(1, power + 1), {"ALiBi": older, "no price": without}, kind="bar"
    )
    title = "The older half gets 1/(1 + e^mT)"
    lab.claim(title, measured=older, close_to=1 / (1 + (exact * t).exp()), tol=tight)

    lab.step("4 · The same thing in the libraries")
    lab.say("""Bloom adds m·j, which knows no query at all: −m·(i−j) = m·j − m·i, and m·i is the same for a whole
        row, so softmax drops it. One vector a head is enough, and a cache of keys stays valid.""")
    q, k, v = torch.randn(3, n, t, d, generator=generator).to(lab.device, lab.dtype)
    ours = attention(q, k, v, bias(t, t, n, lab))
    extra = torch.cat([exact, (steep**0.5) ** torch.arange(1, 2 * power, 2)])[
        :n
    ]  # every other one of 2·power
    future = torch.ones(t, t, dtype=torch.bool).triu(diagonal=1)
    absolute = (extra[:, None, None] * torch.arange(t)).expand(n, t, t).masked_fill(future, -math.inf)
    mask = absolute.to(lab.dtype).to(lab.device)
    theirs = scaled_dot_product_attention(q[None], k[None], v[None], attn_mask=mask[None])[0]
    # in half types the bias itself is rounded, and it is as large as T times the slope
    rounding = lab.tol(scale=v.abs().max(), depth=max(1.0, steep * t))
    lab.claim(
        "Price of distance = m·j in PyTorch's kernel", measured=(ours - theirs).abs().max(), at_most=rounding
    )
    if p.hf:
        try:
            from transformers.models.bloom.modeling_bloom import build_alibi_tensor
        except ImportError:
            lab.say("transformers is not installed: `pip install transformers`.")
            return
        for heads in sorted({n, 12}):  # 12: the 8 slopes of 8 heads, then 4 of those of 16
            last = build_alibi_tensor(torch.ones(1, 2), heads, torch.float32)[:, 0, 1]  # m·j at j = 1
            gap = (last - slopes(heads, lab)).abs().max()
            lab.claim(f"Bloom's slopes for {heads} heads", measured=gap, at_most=lab.tol("float32"))


if __name__ == "__main__":
    main(run, Params)
