"""Norm — LayerNorm centres and scales, RMSNorm scales; where decides depth.  Ba et al. 2016, §3 (arXiv:1607.06450)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import layer_norm
from torch.nn.functional import rms_norm as torch_rms_norm

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(
    zh="归一化：LayerNorm 与 RMSNorm", en="LayerNorm, RMSNorm, DeepNorm", topic="transformer", tier="torch"
)
EPS = 1e-5  # keeps a constant token from a division by zero


@dataclass(frozen=True)
class Params:
    dim: int = param(64, low=32, high=512, tiny=32, help="model width d", zh="模型宽度 d")
    tokens: int = param(128, low=8, high=1024, tiny=32, help="tokens in the batch", zh="批次里的 token 数")
    depth: int = param(64, low=16, high=128, tiny=32, help="layers of the deep network", zh="深层网络的层数")


def our_layer_norm(x: Tensor, lab: Lab) -> Tensor:
    """(x − μ) / √(σ² + ε) for each token of x (n, d); the learned gain and bias are left at 1 and 0."""
    over = lab.variant(right=-1, control=0)  # over d; the usual mistake: over the batch, as BatchNorm does
    mean = x.mean(dim=over, keepdim=True)
    # σ² divides by d; the other usual mistake: torch.var divides by d − 1 unless told not to
    variance = x.var(dim=over, keepdim=True, correction=lab.variant(right=0, control=1))
    return (x - mean) / (variance + EPS).sqrt()


def our_rms_norm(x: Tensor, lab: Lab) -> Tensor:
    """x / √(mean x² + ε): no mean is taken off (Zhang & Sennrich 2019, arXiv:1910.07467)."""
    squares = x.square()
    # the usual mistake: the sum in place of the mean, so a token gets length 1 and not √d
    size = lab.variant(right=squares.mean(-1, keepdim=True), control=squares.sum(-1, keepdim=True))
    return x / (size + EPS).sqrt()


def normalised(x: Tensor) -> Tensor:
    return layer_norm(x, x.shape[-1:], eps=EPS)


def jump(depth: int, alpha: float, beta: float, p: Params, lab: Lab) -> float:
    """How far a step of gradient descent moves the output of `depth` layers LN(αx + f(x)), f = relu(x W₁) W₂."""
    generator, rate = lab.generator(), 1e-4  # so small a step that the first order counts
    x, target = normalised(torch.randn(2, p.tokens, p.dim, generator=generator)).to(lab.device)
    weights = torch.randn(depth, 2, p.dim, p.dim, generator=generator) * beta / math.sqrt(p.dim)
    weights = weights.to(lab.device).requires_grad_()

    def output() -> Tensor:
        y = x
        for up, down in weights:  # √2 makes up for the half that relu cuts off
            y = normalised(alpha * y + math.sqrt(2) * torch.relu(y @ up) @ down)
        return y

    before = output()
    gradient = torch.autograd.grad((before - target).square().sum() / p.tokens, weights)[0]
    with torch.no_grad():
        weights -= rate * gradient
        return (output() - before).square().mean().sqrt().item() / rate


def run(lab: Lab, p: Params) -> None:
    generator, d = lab.generator(), p.dim
    x = (3 * torch.randn(p.tokens, d, generator=generator) + 2).to(lab.device)  # float32, as models norm

    lab.step("1 · Each token by itself")
    lab.say("""LayerNorm gives every token mean 0 and variance 1, over its d numbers. RMSNorm leaves the mean alone
        and only divides by the root mean square: one reduction less, and Llama, Qwen and T5 do well with it.""")
    ln, rms = our_layer_norm(x, lab), our_rms_norm(x, lab)
    rounding = lab.tol(torch.float32, scale=normalised(x).abs().max())
    gap = (ln - normalised(x)).abs().max()
    lab.claim("Own LayerNorm = PyTorch's", measured=gap, at_most=rounding)
    gap = (rms - torch_rms_norm(x, (d,), eps=EPS)).abs().max()
    lab.claim("Own RMSNorm = PyTorch's", measured=gap, at_most=rounding)
    lengths = rms.norm(dim=-1)
    question = f"A token has {d} numbers and length {x[0].norm():.1f}. How long is it after RMSNorm?"
    # ε takes a relative ε/(2·mean x²) off, under 1e-5 here, beside the rounding
    limit = lab.tol(torch.float32, scale=math.sqrt(d)) + EPS * math.sqrt(d)
    title = "After RMSNorm every token is √d long"
    lab.claim(
        title, measured=[lengths.min(), lengths.max()], close_to=math.sqrt(d), tol=limit, predict=question
    )
    others = torch.cat([x[:1], torch.randn(p.tokens - 1, d, generator=generator).to(lab.device)])
    leak = (our_layer_norm(others, lab)[0] - ln[0]).abs().max()
    lab.claim("Other tokens in the batch change nothing", measured=leak, equals=0.0)

    lab.step("2 · What each of them cannot see")
    lab.say("Add a number to all of a token's entries, or multiply them by one, and look at what comes out.")
    shift = torch.linspace(1, 5, p.tokens, device=lab.device)[:, None]  # another one for each token
    moved = {
        "LayerNorm": [(our_layer_norm(y, lab) - ln).abs().max() for y in (x + shift, x * shift)],
        "RMSNorm": [(our_rms_norm(y, lab) - rms).abs().max() for y in (x + shift, x * shift)],
    }
    rows = [[name, *changes] for name, changes in moved.items()]
    lab.table("Largest change of the output", ["norm", "after adding", "after multiplying"], rows)
    # adding makes entries a few times larger, and rounds that much more
    lab.claim("LayerNorm cannot see a shift", measured=moved["LayerNorm"][0], at_most=8 * rounding)
    gap = (our_rms_norm(x - x.mean(dim=-1, keepdim=True), lab) - normalised(x)).abs().max()
    lab.claim("RMSNorm of a centred token = LayerNorm", measured=gap, at_most=rounding)

    lab.step("3 · Before the branch or after the sum")
    lab.say(f"""Pre-LN, x + f(LN(x)), keeps a straight path from bottom to top: every layer adds a branch of size 1,
        so after {p.depth} of them the stream has mean square {p.depth + 1}, and each new one counts less. Post-LN,
        LN(x + f(x)), pulls it back to 1 each time (Xiong et al. 2020, arXiv:2002.04745).""")
    pre = post = normalised(torch.randn(p.tokens, d, generator=generator)).to(lab.device)
    sizes: dict[str, list[float]] = {"Pre-LN": [], "Post-LN": []}
    for w in torch.randn(p.depth, d, d, generator=generator).to(lab.device) / math.sqrt(d):  # f(x) = x W
        pre, post = pre + normalised(pre) @ w, normalised(post + post @ w)
        sizes["Pre-LN"].append(pre.square().mean().item())
        sizes["Post-LN"].append(post.square().mean().item())
    lab.series("Mean square of the stream, by layer", range(1, p.depth + 1), sizes)
    placed = lab.variant(right="Pre-LN", control="Post-LN")  # the usual mistake: Post-LN taken for Pre-LN
    question = f"Pre-LN, {p.depth} layers, input and branches of mean square 1: what mean square comes out?"
    title = "Under Pre-LN the stream grows by one a layer"
    measured, expected = sizes[placed][-1], p.depth + 1
    # branches and stream are only nearly at right angles: σ = 3.5/d of it over 200 seeds; 16/d are 4.5 σ
    lab.claim(title, measured=measured, close_to=expected, tol=16 / d * expected, predict=question)

    lab.step("4 · Post-LN made deep")
    lab.say("""One step of gradient descent moves all N layers, and the moves add up: the deeper a Post-LN network, the
        further its output jumps. DeepNorm, LN(αx + f(x)), weighs the straight path with α = (2N)^¼ and starts the
        branch's weights at β = (8N)^−¼ of their size (Wang et al. 2022, §4, arXiv:2203.00555).""")
    # the paper's layer has two branches and this one a single one: another constant, the same law
    depths = [p.depth // 16, p.depth // 4, p.depth]
    jumps = {
        "Post-LN": [jump(n, 1.0, 1.0, p, lab) for n in depths],
        "DeepNorm": [jump(n, (2 * n) ** 0.25, (8 * n) ** -0.25, p, lab) for n in depths],
    }
    title = "How far a step moves the output, for each unit of the learning rate, by depth"
    lab.series(title, depths, jumps, logx=True)
    chosen = jumps[lab.variant(right="DeepNorm", control="Post-LN")]
    growth = chosen[-1] / chosen[0]
    # theory says 1, seeds give 0.85 to 1.1; without α and β it grows as the depth does, or faster
    lab.claim("DeepNorm: 16 times as deep, no wilder a step", measured=growth, at_most=2)


if __name__ == "__main__":
    main(run, Params)
