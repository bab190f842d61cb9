"""Attention — softmax(QKᵀ/√d + mask)·V, in several heads.  Vaswani et al. 2017, §3.2 (arXiv:1706.03762)."""

import math
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="注意力机制", en="Attention", topic="transformer", tier="torch")


@dataclass(frozen=True)
class Params:
    seq_len: int = param(12, low=4, high=512, gpu=512, help="tokens T", zh="序列长度 T")
    heads: int = param(4, low=1, high=16, tiny=2, help="number of heads", zh="头数")
    head_dim: int = param(64, low=8, high=256, tiny=16, help="width of a head d", zh="每个头的维度 d")


def scale(d: int, lab: Lab) -> float:
    return lab.variant(right=1 / math.sqrt(d), control=1.0)  # the usual mistake: no division by √d


def attention(q: Tensor, k: Tensor, v: Tensor, lab: Lab) -> tuple[Tensor, Tensor]:
    """q, k, v (heads, T, d) -> outputs (heads, T, d), weights (heads, T, T); a token sees itself and its past."""
    scores = q @ k.transpose(-2, -1) * scale(q.shape[-1], lab)  # (heads, T queries, T keys)
    future = torch.ones_like(scores, dtype=torch.bool).triu(diagonal=1)
    scores = scores.masked_fill(future, -math.inf)
    over = lab.variant(right=-1, control=-2)  # over the keys; the usual mistake: over the queries
    weights = scores.softmax(dim=over)
    return weights @ v, weights


def split_heads(x: Tensor, heads: int) -> Tensor:
    return x.unflatten(-1, (heads, -1)).transpose(0, 1)  # (T, heads·d) -> (heads, T, d)


def multi_head(x: Tensor, reference: nn.MultiheadAttention, lab: Lab) -> Tensor:
    """Self-attention with the weights of `reference`: one projection gives Q, K, V; heads; concat; W_O."""
    q, k, v = (x @ reference.in_proj_weight.T + reference.in_proj_bias).chunk(3, dim=-1)  # (T, heads·d) each
    out, _ = attention(*(split_heads(t, reference.num_heads) for t in (q, k, v)), lab)
    return reference.out_proj(out.transpose(0, 1).flatten(-2))  # (heads, T, d) -> (T, heads·d)


def entropy(scores: Tensor) -> float:
    """Mean entropy in nats of the softmax over the last axis; ln n when all n keys get the same."""
    log_p = scores.log_softmax(dim=-1)
    return -(log_p.exp() * log_p).sum(-1).mean().item()


def run(lab: Lab, p: Params) -> None:
    generator, heads, t, d = lab.generator(), p.heads, p.seq_len, p.head_dim

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    lab.step("1 · Every token takes a weighted mean of the values")
    lab.say("""A query is compared with every key, softmax makes weights of the scores `q·k/√d`, and the output
        mixes the values by them. The mask puts −∞ on the future **before** the softmax: its weight is 0.""")
    q, k, v = (normal(heads, t, d).to(lab.device, lab.dtype) for _ in range(3))
    out, weights = attention(q, k, v, lab)
    labels = [str(i) for i in range(min(t, 12))]
    title = "Weights of one head: row i is the token that asks, column j the one that answers"
    lab.matrix(title, weights[0, :12, :12].float(), rows=labels, columns=labels)
    off = (weights.float().sum(dim=-1) - 1).abs().max()
    lab.claim("Every row of weights sums to 1", measured=off, at_most=lab.tol())
    gap = (out - scaled_dot_product_attention(q, k, v, is_causal=True)).abs().max()
    lab.claim("Our five lines = PyTorch's own kernel", measured=gap, at_most=lab.tol(scale=v.abs().max()))

    lab.step("2 · The past cannot see the future")
    cut = t // 2
    lab.say(
        f"Write another ending: new tokens {cut} to {t - 1}. What came out before must not move by one bit."
    )
    ending = normal(3, heads, t - cut, d).to(lab.device, lab.dtype)
    rewritten = [torch.cat([old[:, :cut], new], dim=1) for old, new in zip((q, k, v), ending, strict=True)]
    leak = (attention(*rewritten, lab)[0] - out)[:, :cut].abs().max()
    lab.claim("Another ending leaves earlier outputs as they were", measured=leak, equals=0.0)

    lab.step("3 · Many heads are one wide projection, cut in pieces")
    lab.say(
        f"{heads} heads of width {d}: project once to {heads * d} numbers, cut, attend, join, project with W_O."
    )
    reference = nn.MultiheadAttention(heads * d, heads).requires_grad_(False)
    for weight in reference.parameters():
        weight.copy_(normal(*weight.shape) / math.sqrt(weight.shape[-1]))
    x = normal(t, heads * d)
    theirs, _ = reference(x, x, x, attn_mask=torch.ones(t, t, dtype=torch.bool).triu(diagonal=1))
    gap = (multi_head(x, reference, lab) - theirs).abs().max()
    rounding = lab.tol(torch.float32, scale=theirs.abs().max(), depth=3)
    lab.claim("Own multi-head attention = nn.MultiheadAttention", measured=gap, at_most=rounding)

    lab.step("4 · Why divide by √d")
    lab.say("""q·k adds up d products. With independent entries of variance 1 each product has variance 1, so the
        sum has variance d: the wider the head, the larger the scores. Dividing by √d brings them back to 1.""")
    dots = (normal(10_000, d) * normal(10_000, d)).sum(dim=-1)
    question = f"The {d} entries of q and of k are independent, with variance 1. What is the variance of q·k?"
    # 10 % is six standard errors of a variance from 10 000 draws; no control reaches the raw product
    raw, scaled = dots.var(), (dots * scale(d, lab)).var()
    lab.claim("Var(q·k) = d", measured=raw, close_to=d, tol=0.1 * d, predict=question, illustration=True)
    lab.claim("After scaling the variance is 1", measured=scaled, close_to=1.0, tol=0.1)

    keys = 256
    lab.say("""Large scores make softmax pick a single winner, whose gradient is almost zero: training stalls.
        The entropy shows it. For n keys and scores of variance 1 theory says ln n − 1/2.""")
    widths = [8, 16, 32, 64, 128, 256]
    spread: dict[str, list[float]] = {"q·k/√d": [], "q·k": []}
    for width in widths:
        scores = normal(256, width) @ normal(keys, width).T
        spread["q·k/√d"].append(entropy(scores / math.sqrt(width)))
        spread["q·k"].append(entropy(scores))
    lab.series(f"Entropy in nats over {keys} keys, by head width d", widths, spread, logx=True)
    measured = entropy(normal(256, d) @ normal(keys, d).T * scale(d, lab))
    # 0.1 nats: four standard errors for the narrowest head, from 256 queries and keys
    title = "Scaled scores leave the attention spread out: entropy = ln n − 1/2"
    lab.claim(title, measured=measured, close_to=math.log(keys) - 0.5, tol=0.1, unit="nats")
    kernel = partial(scaled_dot_product_attention, q[None], k[None], v[None], is_causal=True)
    lab.measure("PyTorch's kernel", kernel, flops=2 * heads * t * t * d)


if __name__ == "__main__":
    main(run, Params)
