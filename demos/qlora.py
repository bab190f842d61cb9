"""QLoRA — a base frozen in 4 bits on quantile levels, LoRA beside it.  Dettmers et al. 2023, §3 (arXiv:2305.14314)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="QLoRA 与 NF4 量化", en="QLoRA: LoRA on 4-bit weights", topic="peft", tier="torch")

# fmt: off
PUBLISHED = [  # the 16 levels printed in appendix E of the paper, to seven digits
    -1.0, -0.6961928, -0.5250731, -0.3949175, -0.2844414, -0.1847734, -0.0910500, 0.0,
    0.0795803, 0.1609302, 0.2461123, 0.3379152, 0.4407098, 0.5626170, 0.7229568, 1.0]
# fmt: on
EVEN = torch.arange(-7.0, 8.0) / 7  # int4: 15 levels at equal distances
E2M1 = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6]) / 6  # fp4: one sign bit, two of exponent, one of mantissa
GROUP = 256  # blocks whose scales share one float32 in double quantisation


@dataclass(frozen=True)
class Params:
    block: int = param(64, low=32, high=256, help="weights that share a scale", zh="共用一个缩放系数的权重数")
    dim: int = param(1024, low=256, high=4096, tiny=256, gpu=4096, help="W is dim x dim", zh="W 的边长")
    rank: int = param(8, low=1, high=64, help="LoRA rank r", zh="LoRA 的秩 r")

    def check(self) -> None:
        if self.dim * self.dim % (self.block * GROUP):
            raise ValueError(f"dim² must be a multiple of {GROUP}·block: no block is left half full")


def normal_levels() -> Tensor:
    """Quantiles of N(0, 1): 7 below zero, zero itself, 8 above, divided by the largest; float64, (16,)."""
    tail = (1 / 32 + 1 / 30) / 2  # how much of the bell lies outside: the mean of half a step of 16 and of 15
    below, above = (torch.linspace(tail, 0.5, steps + 1, dtype=torch.float64) for steps in (7, 8))
    levels = torch.special.ndtri(torch.cat([below, 1 - above[:-1].flip(0)]))  # ndtri(1/2) = 0
    return levels / -levels[0]


def quantise(w: Tensor, levels: Tensor, block: int) -> tuple[Tensor, Tensor]:
    """w (n,) -> codes (n/block, block), the nearest level each, and scales (n/block, 1), the largest |w| each."""
    blocks = w.reshape(-1, block)
    scales = blocks.abs().amax(dim=1, keepdim=True)  # absmax: every block then lies in [−1, 1]
    borders = (levels[1:] + levels[:-1]) / 2
    return torch.bucketize(blocks / scales, borders).to(torch.uint8), scales


def restore(codes: Tensor, scales: Tensor, levels: Tensor) -> Tensor:
    return (levels[codes.int()] * scales).flatten()  # ŵ = c · level[code]


def unpack(packed: Tensor, lab: Lab) -> Tensor:
    halves = [packed >> 4, packed & 15]  # the usual mistake: the lower half first, as others store it
    return torch.stack(lab.variant(right=halves, control=halves[::-1]), dim=1).flatten()


def quantise_scales(scales: Tensor, lab: Lab) -> tuple[Tensor, Tensor, Tensor]:
    """Scales (m, 1) -> int8 (m/256, 256), steps (m/256, 1), mean (): scales are positive, so centre them first."""
    mean = scales.mean() * lab.variant(right=1.0, control=0.0)  # the usual mistake: not centred
    centred = (scales - mean).view(-1, lab.variant(right=GROUP, control=scales.numel()))
    step = centred.abs().amax(dim=1, keepdim=True) / 127
    return (centred / step).round().to(torch.int8), step, mean


def error(w: Tensor, levels: Tensor, block: int) -> float:
    """Root mean square error as a part of the weights' own size."""
    return ((restore(*quantise(w, levels, block), levels) - w).norm() / w.norm()).item()


def run(lab: Lab, p: Params) -> None:
    generator, n = lab.generator(), p.dim * p.dim
    w = (torch.randn(n, generator=generator) / math.sqrt(p.dim)).to(lab.device)

    lab.step("1 · Sixteen levels, where the weights are")
    lab.say("""Trained weights look like a bell curve. NF4 puts its levels at **quantiles** of the bell: close
        together in the middle, far apart in the tails. Zero is one of them, so padding stays zero.""")
    exact = lab.variant(right=normal_levels(), control=EVEN.double())  # the usual mistake: equal distances
    lab.series("The levels", range(len(exact)), {"NF4": exact}, kind="bar")
    # 1e-6: the paper prints float32 numbers
    lab.claim("NF4 is the quantiles of the normal", measured=exact, close_to=PUBLISHED, tol=1e-6)
    formats = {"NF4": exact, "fp4 (E2M1)": torch.cat([-E2M1[1:].flip(0), E2M1]), "int4": EVEN}
    formats = {name: levels.float().to(lab.device) for name, levels in formats.items()}
    flat = (2 * torch.rand(n, generator=generator) - 1).to(lab.device)  # no bell at all
    bell = {name: error(w, levels, p.block) for name, levels in formats.items()}
    even = {name: error(flat, levels, p.block) for name, levels in formats.items()}
    rows = [[name, bell[name], even[name]] for name in formats]
    lab.table("Relative error", ["format", "normal weights", "uniform weights"], rows)
    gain, loss = bell["NF4"] / min(bell["int4"], bell["fp4 (E2M1)"]), even["int4"] / even["NF4"]
    # 0.95 is under half of the lead at blocks of 64; without a lead the ratio is 1
    lab.claim("On normal weights NF4 errs least", measured=gain, at_most=0.95, unit="of the next best")
    lab.claim("On uniform weights int4 beats NF4", measured=loss, at_most=0.95, unit="of NF4's error")
    nf4 = formats["NF4"]
    codes, scales = quantise(w, nf4, p.block)
    used = {"NF4": codes, "int4": quantise(w, formats["int4"], p.block)[0]}
    shares = {name: torch.bincount(c.flatten().int().cpu(), minlength=16) / n for name, c in used.items()}
    lab.series("How often each code is used", range(16), shares, kind="bar")
    entropy = {name: torch.special.entr(share).sum().item() / math.log(2) for name, share in shares.items()}
    more = entropy["NF4"] - entropy["int4"]  # 0.2 is half of what blocks of 64 give
    lab.claim("NF4's codes carry more information than int4's", measured=more, at_least=0.2, unit="bits")

    lab.step("2 · Blocks keep an outlier at home")
    lab.say(f"One weight grows to 100. It spoils the scale of its own block of {p.block}, and of no other.")
    spiked = w.index_fill(0, torch.tensor(n // 3, device=w.device), 100.0)
    block = lab.variant(right=p.block, control=n)  # the usual mistake: one scale for the whole tensor
    changed = (quantise(w, nf4, block)[0] != quantise(spiked, nf4, block)[0]).view(-1, p.block).any(dim=1)
    question = f"{n // p.block} blocks, one weight becomes 100: in how many blocks do codes change?"
    lab.claim("Blocks hit by one outlier", measured=changed.sum(), equals=1, predict=question)

    lab.step("3 · What it weighs")
    lab.say(f"""A float32 scale for {p.block} weights costs 32/{p.block} bits a weight. **Double quantisation** stores
        the scales in 8 bits, with one float32 for {GROUP} of them. (bitsandbytes: 8-bit floats; here: integers.)""")
    first, second = codes.view(-1, 2).T
    packed, (small, step, mean) = first << 4 | second, quantise_scales(scales, lab)  # two codes to a byte
    wrong = (unpack(packed, lab) != codes.flatten()).sum()
    lab.claim("Packed and unpacked: codes that differ", measured=wrong, equals=0)
    stored = 8 * sum(t.numel() * t.element_size() for t in (packed, small, step)) / n
    expected, exactly = 4 + 8 / p.block + 32 / (p.block * GROUP), lab.tol("float64")
    question = (
        f"4-bit codes, 8 bits per {p.block} weights, 32 bits per {p.block * GROUP}: how many bits a weight?"
    )
    lab.claim("Bits a weight", measured=stored, close_to=expected, tol=exactly, predict=question, unit="bits")
    rounded = (small * step + mean).view_as(scales)
    moved = ((rounded - scales).abs() / scales).max() / (scales.max() / 254 / scales.min())
    title = "Largest error of a scale, as part of what it could be uncentred"
    lab.claim(title, measured=moved, at_most=0.65)  # six seeds, blocks of 32 to 256: 0.23 to 0.45
    lab.observe("7·10⁹ weights, 13.0 GiB in 16 bits, take in NF4", 7e9 * stored / 8 / 2**30, unit="GiB")

    lab.step("4 · Train beside it, merge elsewhere")
    lab.say("""The forward pass restores W block by block and multiplies in 16 or 32 bits: h = Ŵx + BAx. Merge BA
        into **restored** weights. Rounded to 4 bits again, most codes stay put: most of the adapter is lost.""")
    base = restore(codes, rounded, nf4).view(p.dim, p.dim)
    b, a = (torch.randn(s, generator=generator).to(lab.device) for s in ((p.dim, p.rank), (p.rank, p.dim)))
    delta = 0.05 * base.norm() * (b @ a) / (b @ a).norm()  # a trained change is small: 5 % of W here
    x = torch.randn(16, p.dim, generator=generator).to(lab.device)
    again = quantise((base + delta).flatten(), nf4, p.block)
    in_4_bits = restore(*again, nf4).view_as(base)
    merged = lab.variant(right=base + delta, control=in_4_bits)  # the usual mistake
    lost = ((x @ merged.T - (x @ base.T + x @ delta.T)).norm() / (x @ delta.T).norm()).item()
    limit = lab.tol(torch.float32, scale=20)  # the output is 20 times the adapter's part
    lab.claim("Merging loses nothing of the adapter's effect", measured=lost, at_most=limit)
    lab.observe("Merged into 4 bits: codes that stay", (again[0] == codes).float().mean())
    lab.observe("and part of BA that is left", ((in_4_bits - base) * delta).sum() / delta.square().sum())
    lab.measure("Restoring W", lambda: restore(codes, rounded, nf4), bytes=codes.element_size() * n + 4 * n)


if __name__ == "__main__":
    main(run, Params)
