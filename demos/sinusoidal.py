"""Sinusoidal positions — a step of k tokens is one rotation.  Vaswani et al. 2017, §3.5 (arXiv:1706.03762)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="正弦位置编码", en="Sinusoidal and learned positions", topic="transformer", tier="torch")


@dataclass(frozen=True)
class Params:
    dim: int = param(64, low=16, high=512, help="width of the model d (even)", zh="模型维度 d（偶数）")
    base: float = param(10_000.0, low=100, high=1e6, help="base of the wavelengths", zh="波长的底数 base")
    step: int = param(3, low=1, high=64, help="how far a head looks back k", zh="注意力头回看的距离 k")
    max_len: int = param(
        128, low=32, high=1024, tiny=64, help="rows of the learned table", zh="可学习位置表的行数"
    )
    hf: bool = param(False, help="compare with transformers too", zh="同时与 transformers 对照")

    def check(self) -> None:
        if self.dim % 2:
            raise ValueError("dim must be even: every sine has its cosine")


def frequencies(p: Params) -> Tensor:
    return p.base ** (-torch.arange(0, p.dim, 2, dtype=torch.float64) / p.dim)  # θ_i = base^(−2i/d), (d/2,)


def encoding(positions: Tensor, p: Params, lab: Lab) -> Tensor:
    """(n,) -> (n, d): sin(pos·θ_i) in column 2i, cos(pos·θ_i) in column 2i + 1, as the paper writes it."""
    column = torch.arange(p.dim)
    # Two columns share one frequency.  The usual mistake: the column's own number as exponent, so that none do.
    exponent = lab.variant(right=2 * (column // 2), control=column).double() / p.dim
    angle = positions[:, None] * p.base**-exponent  # (n, d); float64 on the CPU: angles must not be rounded
    return torch.where(column % 2 == 0, angle.sin(), angle.cos())


def turn(k: int, p: Params) -> Tensor:
    """M_k (d, d): pair i turned by kθ_i.  sin(a + b) = sin a cos b + cos a sin b, and cos alike."""
    cos, sin = (k * frequencies(p)).cos(), (k * frequencies(p)).sin()
    blocks = torch.stack([torch.stack([cos, sin], dim=-1), torch.stack([-sin, cos], dim=-1)], dim=-2)
    return torch.block_diag(*blocks)  # d/2 blocks of 2×2


def run(lab: Lab, p: Params) -> None:
    generator, d, k, theta = lab.generator(), p.dim, p.step, frequencies(p)
    positions = torch.arange(2048)
    pe = encoding(positions, p, lab)  # (2048, d)
    exact = lab.tol("float64", scale=len(positions))  # the largest angle, whose last bits are lost

    lab.step("1 · A clock with d/2 hands")
    lab.say("""Every pair of columns is the tip of a hand, (sin, cos), and each hand is slower than the one before.
        Read a row: the quick hands tell neighbours apart, the slow ones tell the chapter. (Models in the line of
        fairseq put all sines before all cosines, and their frequencies differ a little: tables do not mix.)""")
    lab.matrix("One row a position, one column a number of its code (the first 32)", pe[:24, :32])
    shown = sorted({0, 1, d // 4, d // 2 - 1})
    lab.table("Wavelengths", ["pair i", "tokens a turn"], [[i, 2 * math.pi / theta[i].item()] for i in shown])
    question = f"d = {d}, and sin² + cos² = 1: what is the squared length of every position's vector?"
    title = "All positions are equally long: |PE|² = d/2"
    lengths = pe.square().sum(dim=-1)  # (2048,)
    extremes = [lengths.min(), lengths.max()]
    lab.claim(title, measured=extremes, close_to=d / 2, tol=exact, predict=question)

    lab.step("2 · A step is a matrix")
    lab.say(f"""Moving on by k turns every hand by kθ_i: one rotation M_k, the same from every start. The authors hoped
        that a head could learn it. Here is one that did, by hand: W_q = M_k⁻¹ with k = {k}.""")
    gap = (pe[k:] - pe[:-k] @ turn(k, p).T).abs().max()
    lab.claim("PE(pos + k) = M_k·PE(pos) at every position", measured=gap, at_most=exact)
    scores = (pe @ turn(-k, p).T) @ pe.T  # (2048, 2048): q = W_q PE(m), k = PE(n)
    weights = scores[k : k + 16, :20].softmax(dim=-1)
    lab.matrix(f"The head's weights: row m looks at m − {k}", weights, rows=range(k, k + 16))
    missed = int((scores[k:].argmax(dim=-1) != positions[:-k]).sum())
    title = f"It looks {k} back from everywhere"
    lab.claim(title, measured=missed, equals=0, unit="positions missed")

    lab.step("3 · Distance is in it, until it is projected")
    distance = torch.arange(256)
    formula = (distance[:, None] * theta).cos().sum(dim=-1)  # Σ cos((m−n)θ_i), (256,)
    found = torch.stack([pe[n : n + 256] @ pe[n] for n in range(0, 1792, 64)])  # from 28 starts, (28, 256)
    lab.series("PE_m·PE_n by distance", distance, {"from position 0": found[0], "formula": formula})
    lab.claim(
        "PE_m·PE_n = Σ cos((m−n)θ_i) from every start",
        measured=(found - formula).abs().max(),
        at_most=exact * d,
    )
    w_q, w_k = torch.randn(2, d, d, dtype=torch.float64, generator=generator) / math.sqrt(d)
    scores = ((pe[k:] @ w_q.T) * (pe[:-k] @ w_k.T)).sum(dim=-1)  # all at distance k
    lab.say("""But attention multiplies W_q PE_m with W_k PE_n. After two matrices in between, the same distance has
        another score at every place: the code is *absolute*. RoPE turns q and k **after** the matrices.""")
    lab.series(f"Score at distance {k} after random W_q and W_k", positions[k::16], {"score": scores[::16]})
    # an illustration: random matrices spoil any code, right or wrong
    title = "After W_q and W_k the score depends on the place: its spread, in means"
    lab.claim(
        title, measured=(scores.max() - scores.min()) / scores.abs().mean(), at_least=1.0, illustration=True
    )

    lab.step("4 · How loud, and how far")
    lab.say(f"""Embeddings start with variance 1/d: length 1, against √(d/2) = {math.sqrt(d / 2):.1f} of the position.
        So the paper multiplies them by √d (§3.4). Without it, words whisper.""")
    words = torch.randn(1000, d, dtype=torch.float64, generator=generator) / math.sqrt(d)
    words = words * lab.variant(right=math.sqrt(d), control=1.0)  # the usual mistake: left out
    ratio = words.square().sum(dim=-1).mean() / (d / 2)
    sigma = 2 * math.sqrt(2 / (1000 * d))  # of a mean of 1000·d squared normals
    lab.claim("|word|² is twice |position|²", measured=ratio, close_to=2.0, tol=5 * sigma)
    lab.say(f"""A learned table has one row a position and no rule to make another: trained on {p.max_len} tokens, it
        *refuses* the next one, while a formula has no end. Clamping hides that: all later tokens share one place.""")
    table = nn.Embedding(p.max_len, d)  # on the CPU: on a GPU a missing row stops the whole process
    refused = 0
    for position in range(2 * p.max_len):
        asked = lab.variant(right=position, control=min(position, p.max_len - 1))  # the usual mistake
        try:
            table(torch.tensor(asked))
        except IndexError:
            refused += 1
    title = "Of twice its length, the learned table refuses half"
    lab.claim(title, measured=refused, equals=p.max_len, unit="positions")
    if p.hf:
        compare_with_transformers(pe, p, lab)


def compare_with_transformers(pe: Tensor, p: Params, lab: Lab) -> None:
    try:
        from transformers.models.distilbert.modeling_distilbert import create_sinusoidal_embeddings
    except ImportError:
        lab.say("transformers is not installed, so the comparison is left out: `pip install transformers`.")
        return
    theirs = torch.empty(len(pe), p.dim)
    create_sinusoidal_embeddings(len(pe), p.dim, theirs)  # it knows the base 10000 only
    if p.base == 10_000:
        gap = (pe - theirs).abs().max()
        lab.claim("DistilBERT's table is ours", measured=gap, at_most=lab.tol("float32"))


if __name__ == "__main__":
    main(run, Params)
