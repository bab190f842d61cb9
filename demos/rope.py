"""RoPE — turn q and k by their positions: their product sees only the distance.  Su et al. 2021 (arXiv:2104.09864)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="旋转位置编码 RoPE", en="RoPE: rotary position embedding", topic="transformer", tier="torch")


@dataclass(frozen=True)
class Params:
    head_dim: int = param(
        64, low=16, high=256, tiny=32, help="width of a head d (even)", zh="每个头的维度 d（偶数）"
    )
    theta: float = param(
        10_000.0, low=100, high=1e6, help="base of the angles (rope_theta)", zh="角度的底数（rope_theta）"
    )
    offset: int = param(3, low=1, high=64, help="distance between query and key", zh="查询与键的距离")
    hf: bool = param(False, help="compare with transformers too", zh="同时与 transformers 对照")

    def check(self) -> None:
        if self.head_dim % 2:
            raise ValueError("head-dim must be even: RoPE turns pairs of numbers")


def frequencies(d: int, base: float) -> Tensor:
    return base ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)  # θ_i = base^(−2i/d), (d/2,)


def cos_sin(positions: Tensor, p: Params, lab: Lab) -> tuple[Tensor, Tensor]:
    """Cosines and sines (n, d/2) of m·θ_i, worked out in float64 and kept in float32."""
    # The usual mistake: model.to(bfloat16) takes the angles along; 8 bits cannot tell position 1001 from 1000.
    dtype = lab.variant(right=torch.float64, control=torch.bfloat16)
    angles = positions[:, None].to(dtype) * frequencies(p.head_dim, p.theta).to(dtype)  # m·θ_i
    return angles.cos().float().to(lab.device), angles.sin().float().to(lab.device)


def rotate(x: Tensor, positions: Tensor, p: Params, lab: Lab) -> Tensor:
    """x (d,) or (n, d), positions (n,) -> (n, d).  Pair i is (x_i, x_{i+d/2}): the layout of transformers."""
    cos, sin = cos_sin(positions, p, lab)
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)


def rotate_complex(x: Tensor, positions: Tensor, p: Params) -> Tensor:
    """The same in float64 and one line of algebra.  Pair i is (x_{2i}, x_{2i+1}): the layout of Meta's Llama."""
    angles = positions[:, None].double() * frequencies(p.head_dim, p.theta)
    pairs = torch.view_as_complex(x.cpu().double().unflatten(-1, (-1, 2)).contiguous())  # (d/2,)
    return torch.view_as_real(pairs * torch.polar(torch.ones_like(angles), angles)).flatten(-2)  # z·e^{imθ}


def compare_with_transformers(x: Tensor, positions: Tensor, p: Params) -> Tensor:
    from transformers import LlamaConfig
    from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

    angles = {"rope_type": "default", "rope_theta": p.theta}
    sizes = {"hidden_size": p.head_dim, "num_attention_heads": 1, "head_dim": p.head_dim}
    config = LlamaConfig(rope_theta=p.theta, rope_parameters=angles, **sizes)  # version 4 reads the first
    x = x.expand(1, 1, len(positions), -1).cpu()
    return apply_rotary_pos_emb(x, x, *LlamaRotaryEmbedding(config)(x, positions[None]))[0][0, 0]


def run(lab: Lab, p: Params) -> None:
    generator, d = lab.generator(), p.head_dim
    q, k = torch.randn(2, d, generator=generator).to(lab.device)  # float32 everywhere, as good models do it
    rounding = lab.tol(torch.float32, scale=q.norm() * k.norm())

    lab.step("1 · Each pair of numbers is a hand of a clock")
    lab.say("""Take the d numbers as d/2 points of the plane and turn point i by the angle m·θ_i, m the position.
        The first pairs run like a second hand, the last ones like an hour hand.""")
    speed = frequencies(d, p.theta)
    shown = sorted({0, 1, d // 8, d // 4, d // 2 - 1})
    rows = [[i, speed[i].item(), 2 * math.pi / speed[i].item()] for i in shown]
    lab.table("Speed of the pairs", ["pair i", "θ_i (radians a token)", "tokens for one turn"], rows)
    positions = torch.arange(4096)
    stretch = (rotate(q, positions, p, lab).norm(dim=-1) / q.norm() - 1).abs().max()
    lab.claim("Turning changes no length", measured=stretch, at_most=lab.tol(torch.float32))

    lab.step("2 · The score depends on the distance alone")
    lab.say("""⟨R_m q, R_n k⟩ = Re Σ q_i k̄_i e^{i(m−n)θ_i}: turning both by the same angle cancels. So move the pair
        through the whole text and keep the distance.""")
    n = torch.arange(0, 32_000, 250)
    scores = (rotate(q, n + p.offset, p, lab) * rotate(k, n, p, lab)).sum(dim=-1)  # (128,)
    lab.series(f"Score at distance {p.offset}, wherever the two stand", n, {"⟨R_m q, R_n k⟩": scores})
    lab.claim("The score is the same at every place", measured=scores.max() - scores.min(), at_most=rounding)
    pair = torch.tensor([5, 1005])
    near, far = (rotate(q, pair + p.offset, p, lab) * rotate(k, pair, p, lab)).sum(dim=-1)
    question = f"q at {5 + p.offset}, k at 5: by how much does the score change when both move on by 1000?"
    lab.claim(
        "Moving both by 1000 changes nothing", measured=(far - near).abs(), at_most=rounding, predict=question
    )

    distance = torch.arange(256)
    at_1000 = rotate(k, torch.tensor([1000]), p, lab)
    ours = (rotate(q, 1000 + distance, p, lab) * at_1000).sum(dim=-1).cpu()
    half = d // 2
    z = torch.complex(q[:half], q[half:]).cpu() * torch.complex(k[:half], -k[half:]).cpu()  # q_i k̄_i
    theory = (z * torch.exp(1j * distance[:, None] * speed)).real.sum(dim=-1)
    lab.series("Score by distance", distance, {"computed": ours, "formula": theory})
    gap = (ours - theory).abs().max()
    lab.claim("At every distance it is Re Σ q_i k̄_i e^{i(m−n)θ_i}", measured=gap, at_most=rounding)

    lab.step("3 · Two layouts of the pairs, one rotation")
    lab.say("""Meta's Llama pairs neighbours (0,1), (2,3), …; transformers pairs the two halves (0, d/2), … Its
        converter reorders the rows of W_q and W_k. Load a checkpoint without that, and every pair is wrong.""")
    to_halves = torch.cat([torch.arange(0, d, 2), torch.arange(1, d, 2)])  # even places first, then odd
    order = lab.variant(right=to_halves, control=torch.arange(d))  # the usual mistake: not reordered
    neighbours = rotate_complex(q, positions, p)  # (4096, d)
    halves = rotate(q[order.to(lab.device)], positions, p, lab).cpu()
    gap = (halves - neighbours[:, to_halves]).abs().max()
    lab.claim(
        "Halves, reordered = neighbours", measured=gap, at_most=lab.tol(torch.float32, scale=q.abs().max())
    )

    lab.step("4 · Far tokens speak more softly")
    lab.say("""Abel summation bounds the score by B(Δ) = mean over j of |Σ_{i<j} e^{iΔθ_i}|, up to a factor that q and
        k give (§3.4.3). It falls with distance, with ripples: a tendency, not a law.""")
    waves = torch.polar(torch.ones(1025, d // 2, dtype=torch.float64), torch.arange(1025.0)[:, None] * speed)
    bound = waves.cumsum(dim=-1).abs().mean(dim=-1)  # (1025,)
    lab.series("Bound on the score, by distance", range(1025), {"B(Δ) / B(0)": bound / bound[0]})
    ratio = bound[256:].mean() / bound[0]
    # 0.7 leaves room for narrow heads and large bases, which fall least; no control touches this formula
    title = "Over distances 256 to 1024 the bound is well below its start"
    lab.claim(title, measured=ratio, at_most=0.7, illustration=True)

    if p.hf:
        try:
            theirs = compare_with_transformers(q, positions[:64], p)
        except ImportError:
            lab.say(
                "transformers is not installed, so the comparison is left out: `pip install transformers`."
            )
        else:
            gap = (rotate(q, positions[:64], p, lab).cpu() - theirs).abs().max()
            # its angles are float32: 64 positions cost up to 64 rounding steps
            limit = lab.tol(torch.float32, scale=q.abs().max())
            lab.claim("transformers turns q the same way", measured=gap, at_most=limit)
    if lab.device == "cuda":
        lab.observe("Peak memory", torch.cuda.max_memory_allocated() / 2**20, unit="MiB")


if __name__ == "__main__":
    main(run, Params)
