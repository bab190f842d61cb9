"""FFN and activations — GELU, SiLU, and gates that multiply (SwiGLU).  Shazeer 2020, §2 (arXiv:2002.05202)."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import gelu, glu, relu, silu
from torch.utils.flop_counter import FlopCounterMode

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(
    zh="前馈网络与激活函数", en="FFN and activations: GELU, SwiGLU", topic="transformer", tier="torch"
)


@dataclass(frozen=True)
class Params:
    dim: int = param(512, low=64, high=4096, tiny=128, gpu=4096, help="model width d", zh="模型宽度 d")
    multiple: int = param(
        16, low=1, high=256, help="the hidden width is a multiple of this", zh="隐藏层宽度须为其倍数"
    )
    tokens: int = param(256, low=16, high=4096, tiny=64, help="tokens in the batch", zh="批次里的 token 数")

    def check(self) -> None:
        if 4 * self.multiple > self.dim:
            raise ValueError("multiple must be at most dim/4: above that the rounding decides the width")


def our_gelu(x: Tensor, lab: Lab) -> Tensor:
    """x·Φ(x): each number times the chance that a normal one is smaller (arXiv:1606.08415)."""
    exact = torch.special.ndtr(x)
    # the usual mistake: one of the two approximations, taken for the function itself
    return x * lab.variant(right=exact, control=torch.sigmoid(1.702 * x))


def our_tanh_gelu(x: Tensor, lab: Lab) -> Tensor:
    """x/2·(1 + tanh(√(2/π)(x + 0.044715 x³))): what GPT-2 and its heirs compute."""
    cubic = lab.variant(right=0.044715, control=0.0)  # the usual mistake: the cubic term left out
    return x / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + cubic * x**3)))


def our_silu(x: Tensor, lab: Lab) -> Tensor:
    """x·σ(x), also called Swish-1.  The usual mistake: GELU's 1.702 carried over."""
    return x * torch.sigmoid(x * lab.variant(right=1.0, control=1.702))


def hidden_width(p: Params, lab: Lab) -> int:
    """Two thirds of 4d, rounded up to a multiple: three matrices then weigh what two of 4d did."""
    exact = lab.variant(right=8 * p.dim / 3, control=4 * p.dim)  # the usual mistake: 4d kept
    return math.ceil(exact / p.multiple) * p.multiple


class SwiGLU:
    """(silu(x W_gate) ⊙ x W_up) W_down: the feed-forward network of Llama and Qwen, without biases."""

    def __init__(self, gate: Tensor, up: Tensor, down: Tensor, lab: Lab) -> None:
        self.gate, self.up, self.down = (w.to(lab.device) for w in (gate, up, down))  # (d, h), (d, h), (h, d)
        self.lab = lab

    def __call__(self, x: Tensor, act: Callable[[Tensor], Tensor] = silu) -> Tensor:  # (n, d) -> (n, d)
        gate, up = x @ self.gate, x @ self.up  # (n, h)
        up = self.lab.variant(right=up, control=act(up))  # the usual mistake: both branches activated
        return (act(gate) * up) @ self.down


def minimum(f: Callable[[Tensor], Tensor]) -> tuple[float, float]:
    """Where f is smallest on [−4, 0], and how small, to 1e-6 in x; float64."""
    x = torch.linspace(-4, 0, 4_000_001, dtype=torch.float64)
    least = f(x).min(dim=0)
    return x[least.indices].item(), least.values.item()


def run(lab: Lab, p: Params) -> None:
    generator, d = lab.generator(), p.dim

    lab.step("1 · From a hinge to a smooth gate")
    lab.say("""ReLU is x times 0 or 1. GELU and SiLU are x times a number **between** 0 and 1, which grows with x:
        Φ(x), the normal distribution, or σ(x), the logistic curve. Both dip below zero before they let go.""")
    x = torch.linspace(-6, 6, 1201, dtype=torch.float64)
    shown = {"ReLU": relu(x), "GELU": our_gelu(x, lab), "SiLU": our_silu(x, lab)}
    lab.series("Activations", x[200:-400], {name: y[200:-400] for name, y in shown.items()})
    rounding = lab.tol("float64", scale=6)
    gap = (our_gelu(x, lab) - gelu(x)).abs().max()
    lab.claim("x·Φ(x) = PyTorch's GELU", measured=gap, at_most=rounding)
    gap = (our_tanh_gelu(x, lab) - gelu(x, approximate="tanh")).abs().max()
    lab.claim("The tanh form = PyTorch's approximate GELU", measured=gap, at_most=rounding)
    gap = (our_tanh_gelu(x, lab) - gelu(x)).abs().max()
    # the approximation's known error, an eighth of bfloat16's rounding near 1
    lab.claim("The tanh form is within 0.0005 of GELU", measured=gap, at_most=5e-4)

    lab.step("2 · The dip")
    lab.say("""The derivative of x·σ(x) is zero where 1 + x = −eˣ. Put u = eˣ: u·eᵘ = 1/e, which Lambert's W solves,
        and the value there is **−u itself**: SiLU's minimum is −W(1/e).""")
    u = 0.3
    for _ in range(20):
        u -= (u * math.exp(u) - 1 / math.e) / ((1 + u) * math.exp(u))  # Newton
    where, least = minimum(lambda x: our_silu(x, lab))
    lab.table(
        "Minimum of SiLU", ["", "at x", "value"], [["on a grid", where, least], ["Lambert", -1 - u, -u]]
    )
    # a grid of 1e-6 near a minimum is off by its square
    lab.claim("SiLU's minimum is −W(1/e)", measured=least, close_to=-u, tol=1e-11)
    lab.observe("GELU's minimum", minimum(gelu)[1])

    lab.step("3 · A gate is a product")
    lab.say(
        """GLU replaces act(x W) by act(x W_gate) ⊙ (x W_up): one branch decides how much of the other passes."""
    )
    h = hidden_width(p, lab)
    gate, up = torch.randn(2, d, h, generator=generator) / math.sqrt(d)
    ffn = SwiGLU(gate, up, torch.randn(h, d, generator=generator) / math.sqrt(h), lab)
    x = torch.randn(p.tokens, d, generator=generator).to(lab.device)
    halves = x @ torch.cat([ffn.up, ffn.gate], dim=1)  # (n, 2h); PyTorch's glu gates with the second half
    theirs = glu(halves) @ ffn.down
    rounding = lab.tol(torch.float32, scale=theirs.abs().max(), depth=3)
    gap = (ffn(x, torch.sigmoid) - theirs).abs().max()
    lab.claim("With σ as activation it is PyTorch's GLU", measured=gap, at_most=rounding)
    lab.say("""The surprise: such a network can **multiply**. As silu(a) − silu(−a) = a, two hidden units with gates ±a
        and values ±b give silu(a)·b + silu(−a)·(−b) = a·b, exactly. A ReLU network can only fold flat sheets.""")
    one, zero = torch.tensor([1.0, -1.0]), torch.zeros(2)
    times = SwiGLU(torch.stack([one, zero]), torch.stack([zero, one]), torch.ones(2, 1), lab)
    pairs = torch.cartesian_prod(torch.arange(1.0, 10), torch.arange(1.0, 10)).to(lab.device)  # (81, 2)
    products = times(pairs).view(9, 9).cpu()
    lab.matrix("Two hidden units say their tables", products, rows=range(1, 10), columns=range(1, 10))
    gap = (products - torch.outer(torch.arange(1.0, 10), torch.arange(1.0, 10))).abs().max()
    title = "Two SwiGLU units know the multiplication table"
    lab.claim(title, measured=gap, at_most=lab.tol(torch.float32, scale=81))

    lab.step("4 · Two thirds of the width")
    lab.say(f"""The classic network has two matrices of d x 4d: 8d² numbers. A gate makes it three, so the hidden width
        shrinks to 8d/3, rounded up to a multiple that suits the hardware (here {p.multiple}).""")
    smallest = next(w for w in range(p.multiple, 4 * d, p.multiple) if 3 * d * w >= 8 * d * d)
    question = f"d = {d}: three matrices shall hold at least 8d² numbers, h is a multiple of {p.multiple}. What is h?"
    lab.claim("Hidden width of SwiGLU", measured=ffn.down.shape[0], equals=smallest, predict=question)
    wide = torch.randn(d, 4 * d, generator=generator).to(lab.device)
    with FlopCounterMode(display=False) as classic:
        relu(x @ wide) @ wide.T
    with FlopCounterMode(display=False) as gated:
        ffn(x)
    ratio = gated.get_total_flops() / classic.get_total_flops()
    limit = 1 + p.multiple / (8 * d / 3)  # rounding up adds less than one multiple to 8d/3
    lab.claim("Times the FLOPs of the classic network", measured=ratio, at_most=limit)
    lab.observe("LLaMA-7B: 3·4096·11008 in place of 8·4096², times", 3 * 4096 * 11008 / (8 * 4096**2))


if __name__ == "__main__":
    main(run, Params)
