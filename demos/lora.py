"""LoRA — freeze W, learn ΔW = (α/r)·BA of rank r.  Hu et al. 2021, §4 (arXiv:2106.09685)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="LoRA 低秩适配", en="LoRA: low-rank adaptation", topic="peft", tier="torch")


@dataclass(frozen=True)
class Params:
    rank: int = param(8, low=1, high=64, tiny=4, help="LoRA rank r", zh="LoRA 的秩 r")
    alpha: int = param(16, low=1, high=128, help="alpha: ΔW is scaled by α/r", zh="缩放系数 α（ΔW 乘以 α/r）")
    dim: int = param(64, low=16, high=256, tiny=32, gpu=256, help="model width d", zh="模型宽度 d")
    planted: int = param(4, low=1, high=16, help="rank of the change to learn", zh="待学习改变量的秩")

    def check(self) -> None:
        if 2 * max(self.rank, self.planted) > self.dim:
            raise ValueError("rank and planted must be at most dim/2: a low rank is the point of LoRA")


class LoRALinear(nn.Module):
    """A pretrained matrix W (d_out, d_in) with a low-rank detour beside it."""

    def __init__(self, weight: Tensor, rank: int, alpha: int, lab: Lab, generator: torch.Generator) -> None:
        super().__init__()
        d_out, d_in = weight.shape
        a = torch.randn(rank, d_in, generator=generator) / math.sqrt(d_in)
        b = torch.randn(d_out, rank, generator=generator) / math.sqrt(rank)
        # Two usual mistakes make the control: W is left trainable, and B starts at random as A does.
        self.W = nn.Parameter(weight.clone(), requires_grad=lab.variant(right=False, control=True))
        self.A = nn.Parameter(a.to(weight.device))  # (r, d_in)
        self.B = nn.Parameter(
            lab.variant(right=torch.zeros_like(b), control=b).to(weight.device)
        )  # (d_out, r)
        self.scale = alpha / rank

    def forward(self, x: Tensor) -> Tensor:  # (n, d_in) -> (n, d_out)
        return x @ self.W.T + self.scale * (x @ self.A.T) @ self.B.T  # h = W x + (α/r) B A x


def change_to_learn(p: Params, generator: torch.Generator) -> Tensor:
    """A change of W that is nearly low rank: `planted` strong directions and a weak full-rank rest (10 %)."""
    u = torch.linalg.qr(torch.randn(p.dim, p.planted, generator=generator)).Q  # (d, k)
    v = torch.linalg.qr(torch.randn(p.dim, p.planted, generator=generator)).Q  # (d, k)
    strong = (u * 0.7 ** torch.arange(p.planted)) @ v.T
    rest = torch.randn(p.dim, p.dim, generator=generator)
    return 3 * (strong + 0.1 * rest * strong.norm() / rest.norm())


def train(layer: LoRALinear, x: Tensor, target: Tensor, steps: int = 800) -> None:
    """Full-batch Adam, written out because torch.optim costs a second of imports."""
    weights = [w for w in layer.parameters() if w.requires_grad]
    moments = [(torch.zeros_like(w), torch.zeros_like(w)) for w in weights]
    for t in range(1, steps + 1):
        # a larger α/r multiplies both factors, so it wants a smaller step; the cosine lets it settle
        lr = 0.05 / math.sqrt(layer.scale) * (1 + math.cos(math.pi * t / steps)) / 2
        gradients = torch.autograd.grad((layer(x) - target).square().mean(), weights)
        for w, g, (m, v) in zip(weights, gradients, moments, strict=True):
            m.lerp_(g, 0.1)  # β₁ = 0.9
            v.lerp_(g * g, 0.001)  # β₂ = 0.999
            w.data -= lr * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8)


def run(lab: Lab, p: Params) -> None:
    generator, d, r = lab.generator(), p.dim, p.rank

    lab.step("1 · Put the adapters in")
    lab.say("""A LoRA layer computes `h = W x + (α/r)·B(A x)`. **W stays as it was pretrained**;
        A squeezes x down to r numbers, B spreads them out again. Only A and B are trained.""")
    shapes = {"q_proj": (d, d), "v_proj": (d, d), "up_proj": (4 * d, d)}  # (d_out, d_in)
    block = nn.ModuleDict()
    for name, shape in shapes.items():
        weight = torch.randn(shape, generator=generator) / math.sqrt(d)
        block[name] = LoRALinear(weight.to(lab.device), r, p.alpha, lab, generator)
    rows = [[name, o * i, r * (o + i), f"{r * (o + i) / (o * i):.1%}"] for name, (o, i) in shapes.items()]
    lab.table("What one block costs", ["layer", "numbers in W", "in A and B", "share"], rows)
    trainable = sum(w.numel() for w in block.parameters() if w.requires_grad)
    question = f"q_proj {d}→{d}, v_proj {d}→{d}, up_proj {d}→{4 * d}, r = {r}: how many numbers are trained?"
    expected = sum(r * (d_in + d_out) for d_out, d_in in shapes.values())
    lab.claim("Trained numbers = Σ r·(d_in + d_out)", measured=trainable, equals=expected, predict=question)
    lab.observe("The same r on q and v of LLaMA-7B (32 layers, d = 4096) trains", 32 * 2 * r * (4096 + 4096))

    lab.step("2 · Before the first step nothing has changed")
    lab.say("""A is random and **B is zero**, so BA = 0: training starts exactly at the pretrained model.
        It also means that only B can move first: the gradient of A is Bᵀ(…), and B is still zero.""")
    layer, x = block["q_proj"], torch.eye(d, device=lab.device)  # each unit vector asks for one column of W
    base = layer.W.detach().clone()  # what lies on the disk
    difference = (layer(x) - x @ base.T).abs().max().item()
    lab.claim(
        "At the start the adapted layer is the base layer, bit for bit", measured=difference, equals=0.0
    )
    delta = change_to_learn(p, generator).to(lab.device)
    target = x @ (base + delta).T
    (layer(x) - target).square().sum().backward()
    lab.claim("The first gradient of A is zero", measured=layer.A.grad.abs().max().item(), equals=0.0)
    moved = [name for name, w in layer.named_parameters() if w.grad is not None]
    lab.claim("Gradients reach A and B and nothing else", measured=moved, same_set=["A", "B"])

    lab.step("3 · Train, at several ranks")
    lab.say(f"""What is to be learned has {p.planted} strong direction(s) and a weak rest. By Eckart–Young
        no matrix of rank r misses less of it than `√(Σ_{{i>r}} σ_i²)`, σ its singular values. Does LoRA?""")
    sigma = torch.linalg.svdvals(delta.cpu())
    ranks = sorted({1, (r + 1) // 2, r, min(2 * r, d // 2)})
    best = [(sigma[rank:].norm() / sigma.norm()).item() for rank in ranks]
    adapted = {rank: LoRALinear(base, rank, p.alpha, lab, generator) for rank in ranks}
    for done, rank in enumerate(ranks):
        lab.progress(done / len(ranks), f"training at rank {rank}")
        train(adapted[rank], x, target)
    left = [((adapted[rank](x) - target).norm() / delta.norm()).item() for rank in ranks]
    lab.series("Part of ΔW still missing, by rank", ranks, {"LoRA": left, "best possible": best})
    # 2 % of |ΔW| is not rounding: 800 steps leave some of the many equally weak directions unlearned.
    lab.claim("LoRA ends where the best matrix of its rank ends", measured=left, close_to=best, tol=0.02)
    layer = adapted[r]
    beyond = torch.linalg.svdvals((layer(x).T - base).detach().cpu())[
        r
    ].item()  # σ_{r+1} of the learned change
    rounding = lab.tol(torch.float32, scale=target.abs().max(), depth=d)
    lab.claim(
        "The learned change has rank r: the next singular value is 0", measured=beyond, at_most=rounding
    )

    lab.step("4 · Merge, and the detour is gone")
    lab.say("Ship A and B alone, or fold them into a copy of the base: one matrix, no extra latency.")
    with torch.no_grad():
        x = torch.randn(16, d, generator=generator).to(lab.device)
        merged = base + layer.scale * layer.B @ layer.A  # W' = W + (α/r) B A
        difference = (x @ merged.T - layer(x)).abs().max().item()
    lab.claim("Base from disk + adapter = the trained layer", measured=difference, at_most=rounding)
    lab.measure("The layer with its adapter", lambda: layer(x), flops=2 * len(x) * (d * d + 2 * r * d))


if __name__ == "__main__":
    main(run, Params)
