"""Mixed precision — 16 bits to compute, 32 to remember.  Micikevicius et al. 2017, §3 (arXiv:1710.03740)."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="混合精度训练", en="Mixed precision", topic="precision", tier="torch")
BF16, FP16, FP32 = torch.bfloat16, torch.float16, torch.float32
MANTISSA = {FP16: 10, BF16: 7, FP32: 23}  # bits stored behind the point; exponents have 5, 8 and 8


@dataclass(frozen=True)
class Params:
    width: int = param(32, low=16, high=64, help="width of the model d", zh="模型宽度 d")
    steps: int = param(400, low=100, high=2000, tiny=200, help="training steps", zh="训练步数")
    lr: float = param(0.02, low=0.001, high=0.03, help="learning rate", zh="学习率")
    scale: int = param(16, low=12, high=20, help="loss scale, as a power of 2", zh="损失缩放（2 的幂）")


def rounded(number: float, dtype: torch.dtype) -> float:
    return torch.tensor(number, dtype=torch.float64).to(dtype).item()


def gradient(x: Tensor, error: Tensor, scale: float, dtype: torch.dtype) -> Tensor:
    """Gradient (d, d) of mean (x·w − target)² where x·w misses by `error` (n, d); products in dtype."""
    w = torch.zeros(x.shape[1], error.shape[1], dtype=dtype, device=x.device, requires_grad=True)
    output = x.to(dtype) @ w  # 0 on the way in; on the way back its gradient is in dtype
    loss = (output.float() + error).square().mean()  # the loss is always taken in float32
    (loss * scale).backward()
    return w.grad.float() / scale  # divided in float32, where there is room


def dynamic_scales(bad: list[int], steps: int, lab: Lab) -> tuple[list[float], list[float]]:
    """Loss scales after each step, by hand and by torch; the steps in `bad` overflow."""
    w, scale, good, ours, theirs = nn.Parameter(torch.zeros(1)), 2.0**16, 0, [], []
    optimizer, scaler = torch.optim.SGD([w]), torch.amp.GradScaler("cpu", scale, growth_interval=4)
    shrink = lab.variant(right=0.5, control=1.0)  # the usual mistake: a scale that never gives way
    for t in range(steps):
        scale, good = (scale * shrink, 0) if t in bad else (scale, good + 1)
        if good == 4:
            scale, good = 2 * scale, 0
        ours.append(scale)
        w.grad = None
        scaler.scale(w.sum() * (torch.inf if t in bad else 1.0)).backward()
        scaler.step(optimizer)  # it skips the step when a gradient is not finite
        scaler.update()
        theirs.append(scaler.get_scale())
    return ours, theirs


def train(x: Tensor, target: Tensor, p: Params, compute: torch.dtype, keep: torch.dtype) -> list[float]:
    """Losses of plain gradient descent on |x·w − target|²: products in `compute`, weights kept in `keep`."""
    w = torch.zeros(p.width, p.width, dtype=keep, device=x.device)
    losses = []
    for _ in range(p.steps):
        error = (x.to(compute) @ w.to(compute)).float() - target  # the loss itself is taken in float32
        losses.append(error.square().mean().item())
        gradient = x.to(compute).T @ error.to(compute) / len(x)
        w = w - p.lr * gradient.to(keep)
    return losses


def run(lab: Lab, p: Params) -> None:
    generator = lab.generator()

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator).to(lab.device)

    lab.step("1 · Two ways to spend 16 bits")
    lab.say("""float16 has 5 bits of exponent and 10 of mantissa, bfloat16 8 and 7. So float16 is 8 times finer, but
        ends at 65,504; bfloat16 reaches as far as float32 and is coarse everywhere.""")
    limits = [torch.finfo(dtype) for dtype in MANTISSA]
    rows = [[limit.dtype, limit.bits, limit.max, limit.smallest_normal, limit.eps] for limit in limits]
    lab.table("What they hold", ["type", "bits", "largest", "smallest normal", "from 1 to the next"], rows)
    first = lab.variant(right=1, control=0)  # the usual mistake: to forget the leading 1, which is not stored
    whole = [next(2**k for k in range(64) if rounded(2**k + 1, dtype) == 2**k) for dtype in MANTISSA]
    expected = [2 ** (m + first) for m in MANTISSA.values()]
    lab.claim("Whole numbers are exact up to 2^(m+1)", measured=whole, equals=expected)

    lab.step("2 · Small gradients: scale the loss")
    lab.say(f"""A mean over many outputs divides by their number, so gradients are small, and below 3e-8 float16
        knows only 0. Multiply the loss by 2^{p.scale}: by the chain rule all gradients grow alike. Later, divide.""")
    x, error = normal(64, p.width), 1e-5 * normal(64, p.width)  # nearly trained
    exact = gradient(x, error, 1.0, FP32)
    rows, misses = [], {}
    for dtype, power in ((FP16, 0), (FP16, 8), (FP16, p.scale), (BF16, 0)):
        found = gradient(x, error, 2.0**power, dtype)
        misses[dtype, power] = ((found - exact).norm() / exact.norm()).item()
        rows.append([str(dtype), f"2^{power}", (found == 0).float().mean().item(), misses[dtype, power]])
    lab.table("Against float32", ["type", "loss scale", "share of gradients 0", "relative error"], rows)
    scaled = misses[FP16, lab.variant(right=p.scale, control=0)]  # the usual mistake: no scaling
    lab.claim("float16 with a scaled loss gives the gradient", measured=scaled, at_most=lab.tol(FP16))
    plain = misses[lab.variant(right=BF16, control=FP16), 0]  # another: to take the two types for one
    lab.claim("bfloat16 does so without", measured=plain, at_most=lab.tol(BF16))
    lab.say("""How large may the scale be? As large as nothing overflows, and that changes during training. So try:
        after an overflow skip the step and halve, after a run of good steps double.""")
    ours, theirs = dynamic_scales([2, 3, 9], 16, lab)
    lab.series("Loss scale; steps 2, 3 and 9 overflow", range(16), {"scale": ours}, kind="step", logy=True)
    lab.claim("Own dynamic scale = torch.amp.GradScaler", measured=ours, equals=theirs)

    lab.step("3 · Small updates: keep the weights in float32")
    lab.say("""Above 1 the next bfloat16 is 1 + 2^-7. An update under half of that rounds back to 1, every time, and
        a good update is a thousandth of its weight. Hence a float32 copy of the weights, and only it is updated.""")
    lost = next(2.0**-k for k in range(64) if rounded(1 + 2.0**-k, BF16) == 1)
    question = "bfloat16 keeps 7 bits behind the point. Up to which u is 1 + u rounded back to 1?"
    title = "The largest update that bfloat16 loses"
    lab.claim(title, measured=lost, equals=2.0 ** -(7 + first), predict=question)
    x = normal(128, p.width)
    target = x @ normal(p.width, p.width) + 0.3 * normal(128, p.width)
    kinds = {"float32": (FP32, FP32), "mixed": (BF16, FP32), "bfloat16 alone": (BF16, BF16)}
    curves = {name: train(x, target, p, *kind) for name, kind in kinds.items()}
    lab.series("Loss by step", range(p.steps), curves, logy=True)
    half = lab.variant(right="mixed", control="bfloat16 alone")  # the usual mistake: model.bfloat16()
    ratio = curves[half][-1] / curves["float32"][-1]
    # products round by 2^-9; the noise in the target, 0.3, leaves a loss that this cannot move by 5 %
    lab.claim("Mixed training ends where float32 does", measured=ratio, close_to=1, tol=0.05)
    lab.say("`torch.autocast` is this recipe: weights and gradients stay float32, products run in 16 bits.")
    layer = nn.Linear(p.width, p.width).to(lab.device, lab.variant(right=FP32, control=BF16))  # again
    with torch.autocast(lab.device, dtype=BF16):
        output = layer(x)
    output.float().sum().backward()
    measured = [str(t.dtype) for t in (layer.weight, layer.weight.grad, output)]
    expected = ["torch.float32", "torch.float32", "torch.bfloat16"]
    lab.claim("Weight, gradient and output under autocast", measured=measured, equals=expected)

    lab.step("4 · Sums need room too")
    lab.say("256 + 1 is 256 in bfloat16. So matrix kernels multiply in 16 bits and add up in 32.")
    ones, running = torch.ones(4096, dtype=BF16, device=lab.device), torch.zeros((), dtype=BF16)
    for _ in range(4096):
        running = running + 1
    total = lab.variant(
        right=ones @ ones, control=running
    ).item()  # the usual mistake: a sum kept in bfloat16
    lab.claim("A product of 4096 ones adds up to 4096", measured=total, equals=4096)
    for dtype in MANTISSA:
        a = torch.ones(8192 if lab.device == "cuda" else 1, 8192, dtype=dtype, device=lab.device)
        lab.measure(f"A product in {dtype}", lambda a=a: a @ a.T, flops=2 * len(a) ** 2 * 8192)


if __name__ == "__main__":
    main(run, Params)
