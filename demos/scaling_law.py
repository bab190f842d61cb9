"""Scaling laws — C = 6ND, and the best N and D for a budget.  Hoffmann et al. 2022, §3.3 (arXiv:2203.15556)."""

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import cross_entropy, huber_loss
from torch.utils.flop_counter import FlopCounterMode

from flashcards.lab import Demo, Lab, main, models, param

DEMO = Demo(zh="缩放定律", en="Scaling laws", topic="training", tier="torch")

Law = tuple[float, float, float, float, float]  # E, A, B, α, β of L(N, D) = E + A/N^α + B/D^β
PUBLISHED: Law = (1.69, 406.4, 410.7, 0.34, 0.28)  # as printed in 2022
REFITTED: Law = (1.8172, 482.01, 2085.43, 0.3478, 0.3658)  # Besiroglu et al. 2024 (arXiv:2404.10102)


@dataclass(frozen=True)
class Params:
    layers: int = param(2, low=1, high=8, help="layers of the model that is counted", zh="被计数模型的层数")
    texts: int = param(4, low=2, high=64, tiny=2, help="texts of 64 tokens in a batch", zh="一批的文本数")
    runs: int = param(8, low=6, high=16, help="model sizes and data sizes of the fit", zh="拟合用的规模数")
    noise: float = param(0.001, low=0.0001, high=0.003, help="noise of the losses", zh="损失的噪声")


def flops(c: models.Config, texts: int) -> tuple[int, int]:
    """FLOPs of one training step, counted by torch, and N, the weights that multiply."""
    model = models.TinyGPT(c)
    tokens = torch.zeros(texts, c.context, dtype=torch.long)
    # MATH, because fused attention computes its weights again in the backward pass, and that would be counted
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        cross_entropy(model(tokens).flatten(0, 1), tokens.flatten()).backward()
    return counter.get_total_flops(), sum(w.numel() for w in model.parameters() if w.dim() == 2)


def loss(law: Law, n: Tensor, d: Tensor) -> Tensor:
    e, a, b, alpha, beta = law
    return e + a / n**alpha + b / d**beta


def best(law: Law, budget: float, lab: Lab) -> tuple[float, float]:
    """argmin L(N, D) where 6ND = C: set the derivative of L along that curve to 0."""
    _, a, b, alpha, beta = law
    ratio = (alpha * a / (beta * b)) ** (1 / (alpha + beta))  # G
    # N* = G·(C/6)^(β/(α+β)): the slower data helps, the more tokens.  The usual mistake: α and β exchanged.
    power = lab.variant(right=beta, control=alpha) / (alpha + beta)
    n = ratio * (budget / 6) ** power
    return n, budget / 6 / n


def fit(n: Tensor, d: Tensor, losses: Tensor, lab: Lab) -> Law:
    """Least Huber loss between log L and its logarithm under the law, by L-BFGS (§D.2 of the paper)."""
    # x = log E, log A, log B, α, β
    x = torch.tensor([0.5, 6.0, 7.0, 0.4, 0.4], dtype=torch.float64, requires_grad=True)
    exact = {"max_iter": 500, "tolerance_grad": 1e-12, "tolerance_change": 1e-15}
    optimiser = torch.optim.LBFGS([x], **exact, line_search_fn="strong_wolfe")
    floor = lab.variant(right=1.0, control=0.0)  # the usual mistake: a power law without the E that stays

    def closure() -> Tensor:
        optimiser.zero_grad()
        e, a, b = x[:3].exp()
        gap = loss((floor * e, a, b, x[3], x[4]), n, d).log() - losses.log()
        total = 1e3 * huber_loss(gap, 0 * gap, delta=1e-3)  # scaled up, or the optimiser stops early
        total.backward()
        return total

    optimiser.step(closure)
    return (*x[:3].exp().tolist(), *x[3:].tolist())


def run(lab: Lab, p: Params) -> None:
    lab.step("1 · Compute: C = 6ND")
    lab.say("""Each weight takes part in a multiplication and an addition for each token: 2 FLOPs forward. Backward
        does two such products, for the gradients of the inputs and of the weights: 2 + 4 = 6 for N·D.""")
    c = models.Config("x" * 64, n_layers=p.layers, n_kv_heads=4, hidden=512)  # d = 128, T = 64
    counted, n_weights = flops(c, p.texts)
    tokens = p.texts * c.context
    product = lab.variant(right=6, control=2) * n_weights * tokens  # the usual mistake: forward alone
    attention = (
        12 * c.n_layers * c.context * c.dim * tokens
    )  # QKᵀ and AV against T others, three products each
    rows = [["6ND", product], ["attention, 12·L·T·d·D", attention], ["counted by torch", counted]]
    lab.table(f"One step of training, N = {n_weights:,}, D = {tokens}", ["part", "FLOPs"], rows)
    lab.claim("FLOPs counted = 6ND + attention", measured=counted, equals=product + attention)
    twice = replace(c, n_layers=2 * c.n_layers, characters="x" * 128)  # and the embedding: N doubles exactly
    more, _ = flops(twice, lab.variant(right=2, control=1) * p.texts)  # the usual mistake: C doubles
    question = "A model with twice the weights learns from twice the tokens: how many times the FLOPs?"
    lab.claim("Twice N and twice D", measured=more / counted, equals=4.0, predict=question, unit="times")

    lab.step("2 · A fixed budget has a best size")
    lab.say("""L(N, D) = E + A/N^α + B/D^β: a small model cannot say it all, a large one has seen too little. With
        6ND = C fixed, the loss is a valley in N; its floor moves as C^(β/(α+β)).""")
    grid = torch.logspace(6, 14, 8001, dtype=torch.float64)  # a thousand sizes to each power of ten
    budgets = [1e18, 1e20, 1e22, 5.76e23, 1e26]  # the fourth trained Chinchilla: 70e9 weights, 1.4e12 tokens
    valleys = [loss(REFITTED, grid, budget / 6 / grid) for budget in budgets]
    sizes = grid[8:-2:200].log10()
    lab.series("Loss by log10 N at C = 5.76e23", sizes, {"L": valleys[3][8:-2:200].clamp(max=3)})
    lowest, formula = [grid[v.argmin()] for v in valleys], [best(REFITTED, b, lab)[0] for b in budgets]
    off = [abs(math.log10(a / b)) for a, b in zip(lowest, formula, strict=True)]
    lab.claim("Closed form and grid differ by log10 N", measured=off, at_most=1e-3)  # one step of the grid
    rows = []
    for name, law in (("printed in 2022", PUBLISHED), ("refitted in 2024", REFITTED)):
        n, d = best(law, budgets[3], lab)
        rows.append([name, *law, f"{n:.3g}", f"{d:.3g}", d / n])
    lab.table("The best use of Chinchilla's budget", ["law", "E", "A", "B", "α", "β", "N", "D", "D/N"], rows)
    lab.say("""The law printed in the paper contradicts the model trained there: rounded exponents, and an optimiser
        that stopped early (Besiroglu et al.). The refit agrees with it: about 20 tokens a weight.""")
    # a rule of thumb, so to within a quarter
    lab.claim("Chinchilla by the refit: tokens a weight", measured=rows[1][-1], close_to=20, tol=5)

    lab.step("3 · From losses back to the law")
    axes = torch.logspace(7.5, 10, p.runs).double(), torch.logspace(9, 12, p.runs).double()
    n, d = (axis.flatten() for axis in torch.meshgrid(*axes, indexing="ij"))
    noise = 1 + p.noise * torch.randn(len(n), generator=lab.generator(), dtype=torch.float64)
    found = fit(n, d, loss(REFITTED, n, d) * noise, lab)
    rows = list(zip("EABαβ", REFITTED, found, strict=True))
    lab.table(f"Fitted to {len(n)} losses", ["", "planted", "found"], rows)
    # over 25 seeds the errors of E, α and β had standard deviations of 3, 2 and 2 times the noise: 15 is five of them
    lab.claim("α and β are found", measured=found[3:], close_to=REFITTED[3:], tol=15 * p.noise)
    lab.claim("E is found", measured=found[0], close_to=REFITTED[0], tol=15 * p.noise)

    lab.step("4 · A smooth law and a sudden skill")
    lab.say("""Let a token be right with chance p, growing smoothly with N. An answer of 20 tokens, all to be right,
        succeeds with p²⁰: near 0 for long, then it seems to **emerge** (Schaeffer et al. 2023, arXiv:2304.15004).""")
    decades = torch.linspace(7, 12, 51)
    chance = 1 - 0.5 * 10 ** (-0.3 * (decades - 7))
    lab.series("By log10 N", decades, {"a token right": chance, "20 tokens right": chance**20})
    right = (torch.rand(20_000, 20, generator=lab.generator()) < chance[40]).all(dim=1).float().mean()
    expected = chance[40] ** lab.variant(right=20, control=1)  # the usual mistake: one metric for the other
    five_sigma = 5 * math.sqrt(expected * (1 - expected) / 20_000)
    lab.claim("20 tokens right at N = 10¹¹, simulated", measured=right, close_to=expected, tol=five_sigma)


if __name__ == "__main__":
    main(run, Params)
