"""GQA — query heads share KV heads: the cache shrinks by n_kv/n_heads.  Ainslie et al. 2023 (arXiv:2305.13245)."""

import math
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="分组查询注意力 GQA", en="MHA, GQA and MQA", topic="transformer", tier="torch")


@dataclass(frozen=True)
class Params:
    heads: int = param(8, low=4, high=64, help="query heads", zh="查询头数")
    kv_heads: int = param(2, low=2, high=32, help="key and value heads n_kv", zh="键值头数 n_kv")
    head_dim: int = param(32, low=8, high=128, tiny=16, help="width of a head d_h", zh="每个头的维度 d_h")
    layers: int = param(4, low=1, high=80, help="number of layers L", zh="层数 L")
    seq_len: int = param(39, low=2, high=512, tiny=8, gpu=512, help="tokens T", zh="序列长度 T")

    def check(self) -> None:
        if self.heads % self.kv_heads or self.kv_heads == self.heads:
            raise ValueError("kv-heads must be a smaller divisor of heads: with as many it is plain MHA")


def share(x: Tensor, heads: int, lab: Lab) -> Tensor:
    """K or V (n_kv, T, d_h) -> (heads, T, d_h): each head copied for the whole group of queries that reads it."""
    copies = heads // x.shape[0]
    grouped = x.repeat_interleave(copies, dim=0)  # 0 0 0 0 1 1 1 1: query head i reads KV head i // copies
    tiled = x.repeat(copies, 1, 1)  # 0 1 0 1 0 1 0 1: the usual mistake, of the same shape
    return lab.variant(right=grouped, control=tiled)


def attention(q: Tensor, k: Tensor, v: Tensor, lab: Lab) -> Tensor:
    """q (heads, T, d_h), k and v (n_kv, T, d_h) -> (heads, T, d_h), causal."""
    k, v = share(k, len(q), lab), share(v, len(q), lab)
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])  # (heads, T, T)
    future = torch.ones_like(scores, dtype=torch.bool).triu(diagonal=1)
    return scores.masked_fill(future, -math.inf).softmax(dim=-1) @ v


def cache_bytes(
    layers: int, heads: int, n_kv: int, d_h: int, tokens: int, dtype: torch.dtype, lab: Lab
) -> int:
    """What a real pass would leave in the cache ("meta" tensors compute shapes and types, and take no memory)."""
    x = torch.empty(tokens, heads * d_h, dtype=dtype, device="meta")
    w = torch.empty(n_kv, heads * d_h, d_h, dtype=dtype, device="meta")  # W_k or W_v of one layer
    k = x @ w  # (n_kv, T, d_h)
    kept = lab.variant(right=k, control=share(k, heads, lab))  # the usual mistake: copied first, then cached
    return 2 * layers * kept.numel() * kept.element_size()


def run(lab: Lab, p: Params) -> None:
    generator, heads, n_kv, t, d_h = lab.generator(), p.heads, p.kv_heads, p.seq_len, p.head_dim

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator).to(lab.device, lab.dtype)

    lab.step("1 · Which query head reads which key/value head")
    group = heads // n_kv
    lab.say(f"""{heads} query heads and {n_kv} KV heads make groups of {group}. Ask by gradient: does the output of
        query head i move when KV head j moves?""")
    q, k, v = normal(heads, t, d_h), normal(n_kv, t, d_h), normal(n_kv, t, d_h).requires_grad_()
    out = attention(q, k, v, lab)
    moves = [torch.autograd.grad(head.sum(), v, retain_graph=True)[0].abs().sum(dim=(1, 2)) for head in out]
    reads = (torch.stack(moves) > 0).int().cpu()  # (heads, n_kv)
    lab.matrix("Row: query head; column: KV head", reads, rows=range(heads), columns=range(n_kv))
    lab.claim(
        "Query head i reads KV head i // group",
        measured=reads.argmax(dim=1),
        equals=[i // group for i in range(heads)],
    )

    lab.step("2 · The same as PyTorch's GQA, and as a wider MHA")
    with torch.no_grad():
        theirs = scaled_dot_product_attention(q[None], k[None], v[None], is_causal=True, enable_gqa=True)[0]
        gap = (out - theirs).abs().max()
    rounding = lab.tol(scale=v.detach().abs().max())
    lab.claim("Own GQA = scaled_dot_product_attention(enable_gqa=True)", measured=gap, at_most=rounding)
    lab.say("""Every GQA model is an MHA model whose heads agree inside each group: copy the rows of W_k and W_v.
        The way back, from MHA to GQA, is to average them and train a little more (§2.1).""")
    x = normal(t, heads * d_h)
    w_k, w_v = (normal(n_kv, d_h, heads * d_h) / math.sqrt(heads * d_h) for _ in range(2))
    few = attention(q, x @ w_k.transpose(1, 2), x @ w_v.transpose(1, 2), lab)
    wide_k, wide_v = (w.repeat_interleave(group, dim=0) for w in (w_k, w_v))  # (heads, d_h, d)
    many = attention(q, x @ wide_k.transpose(1, 2), x @ wide_v.transpose(1, 2), lab)
    gap = (few - many).abs().max()
    lab.claim("MHA with copied weights = GQA", measured=gap, at_most=lab.tol(scale=many.abs().max(), depth=2))

    lab.step("3 · What it is for: the cache")
    lab.say("`2 · L · n_kv · d_h · T · bytes`. The query heads do not appear: nobody keeps queries.")
    options = [n for n in range(heads, 0, -1) if heads % n == 0]  # from MHA down to MQA
    sizes = [cache_bytes(p.layers, heads, n, d_h, t, torch.float32, lab) for n in options]
    expected = [2 * p.layers * n * d_h * t * 4 for n in options]
    lab.series("Bytes of the cache by n_kv", options, {"bytes": sizes}, kind="bar")
    lab.claim("Bytes for every n_kv = formula", measured=sizes, equals=expected)
    rows = []
    models = {
        "Llama-2-7B": (32, 32, 32, 128),
        "Llama-3-8B": (32, 32, 8, 128),
        "Qwen2.5-0.5B": (24, 14, 2, 64),
    }
    for name, (layers, n_heads, kv, width) in models.items():
        size = cache_bytes(layers, n_heads, kv, width, 1, torch.bfloat16, lab)
        rows.append([name, layers, n_heads, kv, width, size / 1024])
    lab.table("Published models, bfloat16", ["model", "L", "n_heads", "n_kv", "d_h", "KiB a token"], rows)
    question = "Qwen2.5-0.5B: 24 layers, 14 query heads, 2 KV heads, d_h = 64, bfloat16: how many KiB of cache a token?"
    lab.claim(
        "Cache of Qwen2.5-0.5B, per token",
        measured=rows[-1][-1],
        equals=2 * 24 * 2 * 64 * 2 / 1024,
        predict=question,
        unit="KiB",
    )
    qkv = (q[None], k[None], v.detach()[None])
    grouped = partial(scaled_dot_product_attention, *qkv, is_causal=True, enable_gqa=True)
    lab.measure("PyTorch's kernel", grouped, flops=2 * heads * t * t * d_h)


if __name__ == "__main__":
    main(run, Params)
