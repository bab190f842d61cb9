"""FlashAttention — exact attention, tile by tile, never a T×T matrix.  Dao et al. 2022, §3.1 (arXiv:2205.14135)."""

import math
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks
from torch.nn.functional import scaled_dot_product_attention as sdpa
from torch.utils.flop_counter import FlopCounterMode

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="FlashAttention 分块注意力", en="FlashAttention", topic="inference", tier="torch")


@dataclass(frozen=True)
class Params:
    seq_len: int = param(256, low=128, high=512, tiny=128, gpu=512, help="tokens T", zh="序列长度 T")
    head_dim: int = param(64, low=8, high=128, tiny=32, help="width of a head d", zh="每个头的维度 d")
    block: int = param(64, low=16, high=64, tiny=32, help="side of a tile B", zh="分块边长 B")


def tile(q: Tensor, k: Tensor, top: int, left: int) -> Tensor:
    """Causal scores (B_q, B_k) of queries (B_q, d), the first at `top`, and keys (B_k, d), the first at `left`."""
    row = torch.arange(top, top + len(q), device=q.device)
    future = torch.arange(left, left + len(k), device=q.device) > row[:, None]
    return (q @ k.T / math.sqrt(q.shape[-1])).masked_fill(future, -math.inf)


def forward(q: Tensor, k: Tensor, v: Tensor, rows: int, columns: int, lab: Lab):
    """q, k, v (T, d) -> out (T, d), log-sum-exp (T,), numbers moved from and to slow memory, the last row's steps."""
    t, steps, moved = len(q), [], 0
    out, lse = torch.zeros_like(q), q.new_zeros(t)
    for top in range(0, t, rows):
        q_i = q[top : top + rows]  # (B_q, d), now in fast memory
        # so far: the highest score m, z = Σ e^{s−m} and acc = Σ e^{s−m} v
        m, z, acc = q.new_full((len(q_i),), -math.inf), q.new_zeros(len(q_i)), torch.zeros_like(q_i)
        # Right of the diagonal all is future: skip it.  The usual mistake: compute these tiles, then mask them.
        end = lab.variant(right=top + len(q_i), control=t)
        for left in range(0, end, columns):
            k_j, v_j = k[left : left + columns], v[left : left + columns]  # (B_k, d)
            s = tile(q_i, k_j, top, left)  # (B_q, B_k): the only scores that exist at this moment
            highest = torch.maximum(m, s.amax(dim=-1))
            # Old sums were measured from the old maximum: shrink them.  The usual mistake: to forget it.
            shrink = lab.variant(right=(m - highest).exp(), control=torch.ones_like(m))
            m, weights = highest, (s - highest[:, None]).exp()
            z = shrink * z + weights.sum(dim=-1)
            acc = shrink[:, None] * acc + weights @ v_j
            moved += k_j.numel() + v_j.numel()
            if top + rows >= t:
                steps.append([left // columns, m[-1], shrink[-1], z[-1], (acc[-1] / z[-1])[0]])
        out[top : top + rows], lse[top : top + rows] = acc / z[:, None], m + z.log()
        moved += q_i.numel() + acc.numel() + len(q_i)
    return out, lse, moved, steps


class Flash(torch.autograd.Function):
    """The backward pass computes each tile of weights again, e^{s − lse}, so that the forward pass keeps none."""

    @staticmethod
    def forward(ctx, q, k, v, p, lab):
        out, lse, _, _ = forward(q, k, v, p.block, p.block, lab)
        ctx.save_for_backward(q, k, v, out, lse)
        ctx.block = p.block
        return out

    @staticmethod
    def backward(ctx, g):  # g (T, d), the gradient of the output
        (q, k, v, out, lse), b = ctx.saved_tensors, ctx.block
        dq, dk, dv = torch.zeros_like(q), torch.zeros_like(k), torch.zeros_like(v)
        mean = (g * out).sum(dim=-1)  # (T,) = Σ_j w_ij dw_ij: all that a row must know of its other tiles
        for top in range(0, len(q), b):
            for left in range(0, top + 1, b):
                i, j = slice(top, top + b), slice(left, left + b)
                w = (tile(q[i], k[j], top, left) - lse[i, None]).exp()  # (B_q, B_k)
                ds = w * (g[i] @ v[j].T - mean[i, None]) / math.sqrt(q.shape[-1])
                dq[i] += ds @ k[j]
                dk[j] += ds.T @ q[i]
                dv[j] += w.T @ g[i]
        return dq, dk, dv, None, None


def naive(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return tile(q, k, 0, 0).softmax(dim=-1) @ v  # the whole T×T at once


def kept(attend, *inputs) -> tuple[Tensor, int]:
    sizes: list[int] = []  # of what autograd keeps for the backward pass
    with saved_tensors_hooks(lambda x: sizes.append(x.numel()) or x, lambda x: x):
        return attend(*inputs), sum(sizes)


def run(lab: Lab, p: Params) -> None:
    generator, t, d = lab.generator(), p.seq_len, p.head_dim
    q, k, v, g = torch.randn(4, t, d, generator=generator).to(lab.device)  # float32, as in kernels' sums
    rounding = lab.tol(torch.float32, scale=v.abs().max())

    lab.step("1 · A softmax that reads its scores in pieces")
    lab.say("""Softmax needs the maximum and the sum of a whole row, so it seems to need the whole row. It does not:
        keep m (highest score so far), z = Σ e^{s−m} and the mixed values; when a higher score comes, shrink both
        sums by e^{m_old − m_new}. Here the last token reads all keys, tile by tile:""")
    with FlopCounterMode(display=False) as counter:
        out, lse, moved, steps = forward(q, k, v, p.block, p.block, lab)
    lab.table("The last token", ["tile", "m", "shrink", "z", "first number of the output"], steps)
    scores = tile(q.cpu().double(), k.cpu().double(), 0, 0)
    exact = scores.softmax(dim=-1) @ v.cpu().double()
    gap = (out.cpu() - exact).abs().max()
    lab.claim("Tile by tile = the whole row at once, in float64", measured=gap, at_most=rounding)
    gap, scale = (lse.cpu() - scores.logsumexp(dim=-1)).abs().max(), lse.abs().max()
    lab.claim("m + ln z = log-sum-exp of the row", measured=gap, at_most=lab.tol(torch.float32, scale=scale))
    shapes = [(16, 16), (p.block, p.block), (t // 2, 16), (37, 53)]
    gaps = [(forward(q, k, v, *shape, lab)[0].cpu() - exact).abs().max() for shape in shapes]
    lab.claim("No size of the tiles changes the result", measured=gaps, at_most=rounding)
    fused = partial(sdpa, *(x.to(lab.dtype)[None, None] for x in (q, k, v)), is_causal=True)
    gap = (fused()[0, 0].float() - out).abs().max()
    lab.claim("PyTorch's fused kernel gives the same", measured=gap, at_most=lab.tol(scale=v.abs().max()))

    lab.step("2 · What it saves: memory, and the road to it")
    lab.say("""Training keeps what the backward pass needs. The plain way keeps T×T weights; this one only q, k, v,
        the output and one number a row. A tiled loop left to autograd gains nothing: it keeps every tile.""")
    attend = lab.variant(Flash.apply, control=lambda *x: forward(*x[:3], p.block, p.block, lab)[0])
    inputs = [x.clone().requires_grad_() for x in (q, k, v)]
    double = [torch.cat([x, x]) for x in inputs]  # a text twice as long
    (ours, numbers), (plain, many) = kept(attend, *inputs, p, lab), kept(naive, *inputs)
    longer = kept(attend, *double, p, lab)[1]
    rows = [["plain", many, kept(naive, *double)[1]], ["tiled", numbers, longer]]
    lab.table("Numbers kept for the backward pass", ["way", f"T = {t}", f"T = {2 * t}"], rows)
    question = f"T = {t}, d = {d}: q, k, v, the output and the log-sum-exp are kept. How many numbers?"
    lab.claim("Kept: 4·T·d + T numbers", measured=numbers, equals=4 * t * d + t, predict=question)
    lab.claim("A text twice as long keeps twice as much", measured=longer / numbers, equals=2.0)
    found, wanted = (torch.autograd.grad(y, inputs, g) for y in (ours, plain))
    gap = max((a - b).abs().max() for a, b in zip(found, wanted, strict=True))
    rounding = lab.tol(torch.float32, scale=max(b.abs().max() for b in wanted), depth=2)
    lab.claim("Gradients from recomputed tiles = autograd's", measured=gap, at_most=rounding)
    strips = [(top, min(top + p.block, t)) for top in range(0, t, p.block)]  # queries top to end
    cells = sum((end - top) * end for top, end in strips)
    question = f"T = {t}, causal, tiles of {p.block}×{p.block}: which share of the T×T products is computed?"
    title, share = "Tiles of the future cost nothing", counter.get_total_flops() / (4 * d * t * t)
    lab.claim(title, measured=share, close_to=cells / t**2, tol=1e-12, predict=question)
    traffic = 2 * t * d + t + 2 * d * sum(end for _, end in strips)
    lab.claim("Moved: q, out, lse once; k and v once a tile row", measured=moved, equals=traffic)
    lab.say(f"""The plain way writes and reads T×T numbers twice: 4T² + 4Td = {4 * t * t + 4 * t * d:,} numbers moved,
        against {traffic:,} here. Attention waits for memory more than for FLOPs: here lies most of its speed.""")
    lab.measure("PyTorch's fused kernel", fused, flops=2 * d * t * t)


if __name__ == "__main__":
    main(run, Params)
