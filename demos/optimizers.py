"""Optimizers — momentum, Adam and AdamW: what a step is, and what decay is.  Kingma & Ba 2014, §2 (arXiv:1412.6980)."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="优化器：动量、Adam、AdamW", en="Optimizers", topic="optimizers", tier="torch")
EPS = 1e-8
Memory = dict[str, Tensor]
Rule = Callable[..., Tensor]  # weight w, gradient g, memory s, step t = 1, 2, … -> the new weight


@dataclass(frozen=True)
class Params:
    lr: float = param(0.01, low=1e-4, high=0.1, help="learning rate η", zh="学习率 η")
    beta1: float = param(0.9, low=0.5, high=0.95, help="memory of gradients β₁ = μ", zh="梯度的记忆 β₁ = μ")
    beta2: float = param(0.999, low=0.9, high=0.9999, help="memory of its square β₂", zh="梯度平方的记忆 β₂")
    decay: float = param(0.1, low=0.01, high=1, help="weight decay λ", zh="权重衰减 λ")
    steps: int = param(300, low=50, high=1000, tiny=100, help="steps of each run", zh="每次运行的步数")
    kappa: int = param(100, low=25, high=400, help="steepest by flattest slope κ", zh="条件数 κ")


def sgd(w: Tensor, g: Tensor, s: Memory, t: int, p: Params, lab: Lab) -> Tensor:
    return w - p.lr * g


def momentum(w: Tensor, g: Tensor, s: Memory, t: int, p: Params, lab: Lab) -> Tensor:
    # The usual mistake: a running mean, as inside Adam, at the same rate.  PyTorch adds g whole.
    share = lab.variant(right=1.0, control=1 - p.beta1)
    s["v"] = p.beta1 * s.get("v", 0 * g) + share * g
    return w - p.lr * s["v"]


def rmsprop(w: Tensor, g: Tensor, s: Memory, t: int, p: Params, lab: Lab) -> Tensor:
    s["v"] = p.beta2 * s.get("v", 0 * g) + (1 - p.beta2) * g**2
    return w - p.lr * g / (s["v"].sqrt() + EPS)


def adam(w: Tensor, g: Tensor, s: Memory, t: int, p: Params, lab: Lab) -> Tensor:
    s["m"] = p.beta1 * s.get("m", 0 * g) + (1 - p.beta1) * g
    s["v"] = p.beta2 * s.get("v", 0 * g) + (1 - p.beta2) * g**2
    # Both start at 0, so after t steps they hold only 1 − βᵗ of a mean.  The usual mistake: not to divide by it.
    grown = lab.variant(right=(1 - p.beta1**t, 1 - p.beta2**t), control=(1.0, 1.0))
    return w - p.lr * (s["m"] / grown[0]) / ((s["v"] / grown[1]).sqrt() + EPS)


def adamw(w: Tensor, g: Tensor, s: Memory, t: int, p: Params, lab: Lab) -> Tensor:
    # Decay stands beside the step.  The usual mistake, "decay is L2", puts it inside.
    shrink, l2 = lab.variant(right=(p.lr * p.decay, 0.0), control=(0.0, p.decay))
    return adam(w * (1 - shrink), g + l2 * w, s, t, p, lab)


def with_l2(rule: Rule) -> Rule:
    return lambda w, g, s, t, p, lab: rule(w, g + p.decay * w, s, t, p, lab)  # the gradient of ½λw² is λw


def travel(rule: Rule, start: Tensor, gradients: Sequence[Tensor], p: Params, lab: Lab) -> Tensor:
    w, memory = start, Memory()  # the gradients are given, not computed from w
    for t, g in enumerate(gradients, start=1):
        w = rule(w, g, memory, t, p, lab)
    return w


def descend(curvature: Tensor, rate: float, mu: float, share: float) -> list[float]:
    """Distances to the bottom of ½Σ c_i·x_i², whose gradient is c_i·x_i, until it is 1e4 times nearer."""
    x, v, distances = torch.ones_like(curvature), 0 * curvature, [1.0]
    while distances[-1] > 1e-4 and len(distances) < 5000:
        v = mu * v + share * curvature * x
        x = x - rate * v
        distances.append(x.square().mean().sqrt().item())
    return distances


def run(lab: Lab, p: Params) -> None:
    start, *noise = torch.randn(1 + p.steps, 64, generator=lab.generator()).to(lab.device)
    rounding = lab.tol(torch.float32, depth=p.steps)  # on every device: weights are best kept in float32

    lab.step("1 · Four rules, two lines each")
    lab.say("""**SGD** steps along −g. **Momentum** steps along a sum of old gradients. **RMSProp** divides by the size
        that gradients usually have. **Adam** does both, and **AdamW** shrinks the weights beside that step.""")
    w, betas, gaps = torch.nn.Parameter(start.clone()), (p.beta1, p.beta2), []
    library = {
        momentum: torch.optim.SGD([w], p.lr, momentum=p.beta1),
        rmsprop: torch.optim.RMSprop([w], p.lr, alpha=p.beta2),
        adam: torch.optim.Adam([w], p.lr, betas),
        adamw: torch.optim.AdamW([w], p.lr, betas, weight_decay=p.decay),
    }
    for rule, theirs in library.items():
        w.data = start.clone()
        for g in noise:
            w.grad = g
            theirs.step()
        gaps.append((travel(rule, start, noise, p, lab) - w.detach()).abs().max().item())
    lab.claim("Own momentum, RMSProp, Adam, AdamW = torch.optim", measured=gaps, at_most=rounding)

    lab.step("2 · How long is a step?")
    sizes = torch.logspace(-10, 3, 27, dtype=torch.float64)
    curves = {rule.__name__: -travel(rule, 0 * sizes, [sizes], p, lab) for rule in (adam, sgd)}
    lab.series("Length of the first step, by gradient", sizes, curves, logx=True, logy=True)
    lab.say("""SGD's step is as long as the gradient; Adam's first is g/√g² = ±1 times η, however large g is. The
        knee at the left is ε = 1e-8: below it Adam slows down too.""")
    title, off = "Adam's first step is η for any gradient ≥ 0.001", 2e-5 * p.lr  # ε is 1e-5 of the smallest
    lab.claim(title, measured=curves["adam"][sizes > 0.9e-3], close_to=p.lr, tol=off)
    still = torch.ones(p.steps, 1, dtype=torch.float64)
    last = travel(momentum, still[0], still[1:], p, lab) - travel(momentum, still[0], still, p, lab)
    question = f"The gradient never changes, μ = {p.beta1:g}: how many times η·g is the step in the end?"
    title, limit = "Momentum lengthens a steady step 1/(1 − μ) times", 1 / (1 - p.beta1)  # 1 + μ + μ² + …
    off = limit * (p.beta1**p.steps + 1e-9)  # n steps have all but μⁿ of it
    lab.claim(title, measured=last.item() / p.lr, close_to=limit, tol=off, predict=question, unit="times")

    lab.step("3 · Weight decay is not L2")
    lab.say("""L2 adds λw to the gradient, decay takes ηλw off the weight. For SGD that is the same line. In Adam the
        L2 term is divided by √v too: weights with large gradients hardly decay. Hence AdamW (arXiv:1711.05101).""")
    rule = lab.variant(right=sgd, control=adam)  # the usual mistake: "so it holds for Adam"
    inside = travel(with_l2(rule), start, noise, p, lab)
    beside = travel(lambda w, g, *rest: rule(w, g, *rest) - p.lr * p.decay * w, start, noise, p, lab)
    lab.claim("Under SGD, L2 = weight decay", measured=(beside - inside).abs().max(), at_most=rounding)
    scales = torch.logspace(-3, 2, 6).to(lab.device)
    pushes, one = [g[0] * scales for g in noise], torch.ones_like(scales)  # one noise, six sizes
    left = {}  # the run from a weight of 1 less the run from 0, under the same gradients
    for name, rule in {"AdamW": adamw, "Adam + L2": with_l2(adam)}.items():
        left[name] = travel(rule, one, pushes, p, lab) - travel(rule, 0 * one, pushes, p, lab)
    lab.series("What is left of a weight of 1, by size of its gradients", scales, left, logx=True)
    rest, title = (1 - p.lr * p.decay) ** p.steps, "AdamW leaves (1 − ηλ)ⁿ, whatever the gradients"
    lab.claim(title, measured=(left["AdamW"] - rest).abs().max(), at_most=rounding)
    question = f"η = {p.lr:g}, λ = {p.decay:g}, {p.steps} steps: which part of a weight does decay leave?"
    quiet = travel(adamw, one, [0 * one] * p.steps, p, lab)[0]  # no gradient at all
    lab.claim("Decay alone leaves (1 − ηλ)ⁿ", measured=quiet, close_to=rest, tol=rounding, predict=question)

    lab.step("4 · Why momentum: the ravine")
    lab.say(f"""A valley {p.kappa} times steeper across than along. Plain descent must step carefully for the steep
        walls and crawls along the floor: (κ−1)/(κ+1) of the error is left after a step. Momentum cancels the
        zigzag and adds up the slope: with Polyak's constants √κ takes the place of κ.""")
    root, curvature = math.sqrt(p.kappa), torch.logspace(0, math.log10(p.kappa), 8)
    plain, mu = descend(curvature, 2 / (1 + p.kappa), 0.0, 1.0), ((root - 1) / (root + 1)) ** 2
    heavy = descend(curvature, (2 / (1 + root)) ** 2, mu, lab.variant(right=1.0, control=1 - mu))
    n = min(len(plain), len(heavy))
    curves = {"plain": plain[:n], "momentum": heavy[:n]}
    lab.series("Distance to the bottom, by step", range(n), curves, logy=True)
    gain = len(plain) / len(heavy)  # tends to √κ; on the first steps momentum has yet to gather speed
    lab.claim("Momentum needs √κ/2 times fewer steps or better", measured=gain, at_least=root / 2)


if __name__ == "__main__":
    main(run, Params)
