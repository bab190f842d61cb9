"""LoRA merge — W + (α/r)·BA gives the adapter's outputs at no extra cost.  Hu et al. 2021, §4.1 (arXiv:2106.09685)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import silu
from torch.utils.flop_counter import FlopCounterMode

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="LoRA 权重合并", en="LoRA merge", topic="peft", tier="torch")


@dataclass(frozen=True)
class Params:
    # r = 1 is left out: there α/r = α, and the mistake of the control would be none
    rank: int = param(8, low=2, high=256, help="LoRA rank r", zh="LoRA 的秩 r")
    alpha: int = param(16, low=1, high=256, help="alpha: ΔW is scaled by α/r", zh="缩放系数 α（ΔW 乘以 α/r）")
    dim: int = param(128, low=16, high=1024, tiny=32, gpu=1024, help="model width d", zh="模型宽度 d")
    cycles: int = param(10, low=1, high=100, help="merge and unmerge, how often", zh="合并再拆分的次数")
    peft: bool = param(False, help="compare with the peft library too", zh="同时与 peft 库对照")


class LoRALinear:
    """W (d_out, d_in) with a trained adapter B (d_out, r), A (r, d_in): on, off, or merged into W."""

    def __init__(self, d_in: int, d_out: int, p: Params, lab: Lab, generator: torch.Generator) -> None:
        def normal(*shape: int) -> Tensor:
            return torch.randn(shape, generator=generator)

        self.W = (normal(d_out, d_in) / math.sqrt(d_in)).to(lab.device, lab.dtype)
        self.A = (normal(p.rank, d_in) / math.sqrt(d_in)).to(lab.device, lab.dtype)
        # as if trained: whatever r and α are, the detour's output is half as large as the base's
        self.B = (normal(d_out, p.rank) * 0.5 * math.sqrt(p.rank) / p.alpha).to(lab.device, lab.dtype)
        self.scale, self.active = p.alpha / p.rank, True

    def __call__(self, x: Tensor) -> Tensor:  # (n, d_in) -> (n, d_out)
        h = x @ self.W.T
        return h + self.scale * (x @ self.A.T) @ self.B.T if self.active else h  # h = W x + (α/r) B (A x)

    def merge(self, lab: Lab, p: Params) -> None:
        # Two usual mistakes make the control: α in place of α/r, and the detour left switched on afterwards.
        scale = lab.variant(right=p.alpha / p.rank, control=p.alpha)
        self.W = self.W + scale * self.B @ self.A  # W' = W + (α/r) B A
        self.active = lab.variant(right=False, control=True)

    def unmerge(self) -> None:
        self.W = self.W - self.scale * self.B @ self.A
        self.active = True


def forward(block: list[LoRALinear], x: Tensor) -> tuple[Tensor, float]:
    """The feed-forward half of a Transformer block, (n, d) -> (n, 4d) -> (n, d), and its FLOPs per token."""
    up, down = block
    with FlopCounterMode(display=False) as counter:
        y = down(silu(up(x)))
    return y, counter.get_total_flops() / len(x)


@torch.no_grad()
def merge_with_peft(w: Tensor, layer: LoRALinear, p: Params) -> Tensor:
    from peft import LoraConfig, get_peft_model

    d_out, d_in = w.shape
    net = torch.nn.Sequential(torch.nn.Linear(d_in, d_out, bias=False)).to(w.device, w.dtype)
    config = LoraConfig(r=p.rank, lora_alpha=p.alpha, target_modules=["0"])
    model = get_peft_model(net, config, autocast_adapter_dtype=False)
    theirs = model.base_model.model[0]
    theirs.base_layer.weight.copy_(w)
    theirs.lora_A["default"].weight.copy_(layer.A)
    theirs.lora_B["default"].weight.copy_(layer.B)
    return model.merge_and_unload(safe_merge=True)[0].weight


def run(lab: Lab, p: Params) -> None:
    generator, d, r = lab.generator(), p.dim, p.rank
    block = [LoRALinear(d, 4 * d, p, lab, generator), LoRALinear(4 * d, d, p, lab, generator)]
    originals = [layer.W for layer in block]
    x = torch.randn(32, d, generator=generator).to(lab.device, lab.dtype)

    lab.step("1 · The detour costs two thin products a layer")
    lab.say("""A product costs 2·rows·columns FLOPs a token: A adds 2·r·d_in, B adds 2·r·d_out. Not much, but
        more kernels to launch, in every layer and for every token. There lies the latency.""")
    adapted, flops_adapted = forward(block, x)
    for layer in block:
        layer.active = False
    plain, flops_plain = forward(block, x)
    extra, expected = flops_adapted - flops_plain, 2 * 2 * r * (d + 4 * d)
    question = f"up {d}→{4 * d} and down {4 * d}→{d}, r = {r}: how many FLOPs more per token?"
    title = "Unmerged, a token costs Σ 2r(d_in + d_out) FLOPs more"
    # an illustration: the control's mistakes happen in the merge, which is still to come
    lab.claim(title, measured=extra, equals=expected, predict=question, unit="FLOPs", illustration=True)

    lab.step("2 · Merge")
    lab.say("BA has the shape of W. Add it once, `W' = W + (α/r)·BA`, and the layer is a plain matrix again.")
    for layer in block:
        layer.merge(lab, p)
    merged, flops_merged = forward(block, x)
    effect, gap = (adapted - plain).abs().max().item(), (merged - adapted).abs().max().item()
    rows = [["adapter off and on", effect], ["adapter on and merged", gap]]
    lab.table("Largest difference between the outputs", ["of", "difference"], rows)
    rounding = lab.tol(scale=adapted.abs().max(), depth=len(block))
    lab.claim("Merged outputs = adapter outputs", measured=gap, at_most=rounding)
    # otherwise the claim above could hold because the adapter does nothing
    power = effect / max(gap, 1e-9)
    lab.claim("The adapter's effect is far larger than that gap", measured=power, at_least=10, unit="times")
    lab.claim(
        "Merged, a token costs no FLOP more", measured=flops_merged - flops_plain, equals=0, unit="FLOPs"
    )

    lab.step("3 · And back, many times")
    lab.say("One base can serve many adapters: take one out, merge the next. But every addition rounds.")
    merged_weight, largest = block[0].W, max(layer.W.abs().max() for layer in block)
    for cycle in range(p.cycles):
        for layer in block:
            layer.unmerge()
            if cycle < p.cycles - 1:
                layer.merge(lab, p)
    drift = max((layer.W - w).abs().max().item() for layer, w in zip(block, originals, strict=True))
    rounding = lab.tol(scale=largest, depth=2 * p.cycles)
    lab.claim("Unmerged, W is back but for rounding", measured=drift, at_most=rounding)
    rows = []
    for dtype in (torch.float32, torch.bfloat16):
        w, delta = originals[0].to(dtype), (block[0].scale * block[0].B @ block[0].A).to(dtype)
        back = (w + delta) - delta
        rows.append([str(dtype), (back - w).abs().max().item(), f"{(back != w).float().mean().item():.0%}"])
    lab.table("One merge and unmerge", ["number type", "largest error in W", "weights changed"], rows)
    lab.say("bfloat16 keeps 16 bits fewer and loses 2¹⁶ times more. **Keep the base and merge into a copy.**")

    if p.peft:
        try:
            theirs = merge_with_peft(originals[0], block[0], p)
        except ImportError:
            lab.say("peft is not installed, so the comparison is left out: `pip install peft`.")
        else:
            gap = (theirs - merged_weight).abs().max()
            lab.claim("peft's merge_and_unload gives our W'", measured=gap, at_most=lab.tol(scale=largest))
    lab.measure(
        "The first layer, merged", lambda: x @ merged_weight.T, flops=2 * len(x) * merged_weight.numel()
    )


if __name__ == "__main__":
    main(run, Params)
