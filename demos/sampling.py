"""Sampling — temperature, top-k, top-p and min-p cut one distribution.  Holtzman et al. 2019, §3 (arXiv:1904.09751)."""

import math
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="采样：温度、top-k、top-p", en="Sampling the next token", topic="inference", tier="torch")

# Logits of what may follow "The cat sat on the" and "Paris is the capital of": a choice, and an answer.
WORDS = ["mat", "sofa", "floor", "table", "roof", "chair", "grass", "fence", "moon", "king", "of", "seven"]
OPEN = [3.2, 2.7, 2.5, 2.1, 1.8, 1.6, 1.1, 0.7, -0.6, -1.0, -2.2, -3.0]
SURE = [9.0, 4.1, 3.0, 2.2, 1.0, 0.9, 0.3, -3.0]  # France, the, Europe, Texas, …


@dataclass(frozen=True)
class Params:
    temperature: float = param(0.7, low=0.5, high=3, help="temperature T (not 1)", zh="温度 T（不取 1）")
    top_k: int = param(5, low=2, high=8, help="keep the k likeliest", zh="保留概率最高的 k 个")
    top_p: float = param(0.9, low=0.5, high=0.95, help="keep this much probability", zh="保留的累计概率 p")
    min_p: float = param(0.1, low=0.02, high=0.5, help="keep this share of the best", zh="相对最高概率的下限")
    draws: int = param(100_000, low=5000, high=300_000, tiny=20_000, help="words drawn", zh="抽样次数")
    hf: bool = param(False, help="compare with transformers too", zh="同时与 transformers 对照")

    def check(self) -> None:
        if abs(self.temperature - 1) < 0.1:
            raise ValueError("temperature must differ from 1: there dividing and multiplying are the same")


def warm(z: Tensor, temperature: float, lab: Lab) -> Tensor:
    return lab.variant(right=z / temperature, control=z * temperature)  # the usual mistake: multiply


def top_k(z: Tensor, k: int, lab: Lab) -> Tensor:
    return z >= z.topk(k).values[-1]  # (V,), True for the k words that stay


def top_p(z: Tensor, p: float, lab: Lab) -> Tensor:
    """The nucleus: the fewest words that hold probability p together."""
    chances, order = z.softmax(dim=-1).sort(descending=True)
    through = chances.cumsum(dim=-1)
    # The word that crosses p still belongs to it: look at the sum *before* a word.  The usual mistake: after it.
    stays = lab.variant(right=through - chances < p, control=(through <= p) | (through == through[0]))
    return torch.zeros_like(stays).scatter(0, order, stays)


def min_p(z: Tensor, share: float, lab: Lab) -> Tensor:
    """The words at least `share` times as likely as the best (Nguyen et al. 2024, arXiv:2407.01082)."""
    chances = z.softmax(dim=-1)
    # the usual mistake: an absolute floor
    return chances >= lab.variant(right=share * chances.max(), control=share)


def cut(z: Tensor, stays: Tensor, lab: Lab) -> Tensor:
    return z.masked_fill(~stays, lab.variant(right=-math.inf, control=0.0))  # the mistake: e⁰ = 1 bans nobody


def entropy(z: Tensor) -> Tensor:
    return z.logsumexp(dim=-1) - (z.softmax(dim=-1) * z).sum(dim=-1)  # −Σ p ln p in nats, with ln p = z − lse


def fewest(z: Tensor, p: float) -> int:
    chances = z.softmax(dim=-1).tolist()  # try all sets of 1 word, of 2, of 3, …
    return next(n for n in range(1, 99) if any(sum(some) >= p for some in combinations(chances, n)))


def chi_square(drawn: Tensor, p: Tensor) -> tuple[Tensor, float]:
    """Σ (seen − expected)²/expected over the k words of p, and its 99.9 % quantile where only chance acts."""
    expected, n = p * len(drawn), len(p) - 1
    statistic = ((drawn.bincount(minlength=len(p))[: len(p)] - expected) ** 2 / expected).sum()
    # Wilson and Hilferty 1931: the cube root of χ²/n is nearly normal; 3.09 is the normal's 99.9 % quantile
    return statistic, n * (1 - 2 / (9 * n) + 3.09 * math.sqrt(2 / (9 * n))) ** 3


def run(lab: Lab, p: Params) -> None:
    z, sure = torch.tensor(OPEN, dtype=torch.float64), torch.tensor(SURE, dtype=torch.float64)
    t, generator, exact = p.temperature, lab.generator(), lab.tol("float64", scale=10)

    lab.step("1 · Temperature: divide the logits")
    lab.say("""`p_i ∝ e^{z_i/T}`. T < 1 makes the likely likelier, T > 1 evens out; the order never changes. T = 0 is
        not computed but means: take the best.""")
    lab.tokens("The cat sat on the …", WORDS, z.softmax(dim=-1))
    ratio, gap = torch.div(*warm(z, t, lab).softmax(dim=-1)[:2]), OPEN[0] - OPEN[1]
    ask = f"Logits {OPEN[0]} and {OPEN[1]}, T = {t:g}: how many times as likely is the first?"
    lab.claim("p₁/p₂ = e^{(z₁−z₂)/T}", measured=ratio, close_to=math.exp(gap / t), tol=exact, predict=ask)
    grid = [0.25, 0.5, 0.7, 1.0, 1.5, 2.0, 4.0]
    spread = [entropy(warm(z, x, lab)) for x in grid]
    lab.series("Entropy in nats, by temperature", grid, {"H": spread}, logx=True)
    lab.claim("The hotter, the more entropy", measured=spread, monotone="increasing")
    heat = torch.tensor(t, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(entropy(warm(z, heat, lab)), heat)
    variance = z.cov(correction=0, aweights=(z / t).softmax(dim=-1))
    lab.say("How fast? Physics knows it, as heat capacity: `dH/dT = Var(z)/T³`, and no variance is negative.")
    lab.claim("dH/dT = Var(z)/T³", measured=slope, close_to=variance / t**3, tol=exact)
    others, bound = 1 - warm(z, 0.02, lab).softmax(dim=-1)[0], (len(z) - 1) * math.exp(-gap / 0.02)
    lab.claim("At T = 0.02 the rest has at most (V−1)·e^{−gap/T}", measured=others, at_most=bound + exact)

    lab.step("2 · Three ways to cut the tail")
    lab.say("""Thousands of unlikely words are likely *together*, and one of them derails the text. top-k keeps k words
        whatever the question; top-p and min-p keep many where the model doubts and few where it is sure.""")
    ways, rows = [(top_k, p.top_k), (top_p, p.top_p), (min_p, p.min_p)], []
    for text, logits in {"The cat sat on the …": z, "Paris is the capital of …": sure}.items():
        for x in (0.5, 1.0, 1.5):
            rows.append([text, x, *(int(way(warm(logits, x, lab), bound, lab).sum()) for way, bound in ways)])
    names = [f"{way.__name__} {bound:g}" for way, bound in ways]
    lab.table("How many words stay", ["text", "T", *names], rows)
    warmed = [warm(logits, t, lab) for logits in (z, sure)]
    nuclei = [(x, top_p(x, p.top_p, lab)) for x in warmed]
    mass = [x.softmax(dim=-1)[stays].sum() for x, stays in nuclei]
    lab.claim("The nucleus holds at least p, in both texts", measured=mass, at_least=p.top_p)
    sizes, limits = [int(stays.sum()) for _, stays in nuclei], [fewest(x, p.top_p) for x in warmed]
    lab.claim("No smaller set does (all sets tried)", measured=sizes, equals=limits, unit="words")
    differ = (min_p(warmed[0], p.min_p, lab) != (z >= z[0] + t * math.log(p.min_p))).sum()
    lab.claim("min-p is a line at z_max + T·ln p_min", measured=differ, equals=0, unit="words differ")

    lab.step("3 · Draw")
    lab.say("""Two dice. Find a uniform number on the ladder of sums of p; or add Gumbel noise −ln(−ln u) to the
        logits and take the *best*: no softmax, no sum, and exactly the same chances.""")
    final = cut(warm(z, t, lab), top_k(z, p.top_k, lab), lab)
    ladder = final.softmax(dim=-1).cumsum(dim=-1)
    u = torch.rand(p.draws, 1 + len(z), dtype=torch.float64, generator=generator)
    drawn = torch.searchsorted(ladder, u[:, 0] * ladder[-1], right=True)
    noisy = (final - (-u[:, 1:].log()).log()).argmax(dim=-1)
    wanted = (z[: p.top_k] / t).softmax(dim=-1)  # the second way: cut first, then divide
    bars = {"model": z.softmax(dim=-1), "drawn": drawn.bincount(minlength=len(z)) / p.draws}
    lab.series(f"T = {t:g}, then top-k {p.top_k}", WORDS, bars, kind="bar")
    lab.claim("No banned word comes", measured=int((drawn >= p.top_k).sum()), equals=0, unit="words")
    for name, words in {"the ladder": drawn, "Gumbel noise": noisy}.items():
        value, limit = chi_square(words, wanted)
        lab.claim(f"χ² of {name} is what chance allows (99.9 %)", measured=value, at_most=limit)
    if p.hf:
        try:
            from transformers import generation
        except ImportError:
            lab.say("transformers is not installed: `pip install transformers`.")
            return
        ours, theirs = warm(z, t, lab), generation.TemperatureLogitsWarper(t)(None, z[None])
        for (way, bound), name in zip(ways, ("TopK", "TopP", "MinP"), strict=True):
            ours = cut(ours, way(ours, bound, lab), lab)
            theirs = getattr(generation, f"{name}LogitsWarper")(bound)(None, theirs)
        gap = (ours.softmax(dim=-1) - theirs[0].softmax(dim=-1)).abs().max()
        lab.claim("transformers' chain leaves the same chances", measured=gap, at_most=lab.tol("float64"))


if __name__ == "__main__":
    main(run, Params)
