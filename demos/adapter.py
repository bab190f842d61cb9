"""Adapters — a small bent detour in every frozen layer, and its kin.  Houlsby et al. 2019 (arXiv:1902.00751)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, layer_norm, scaled_dot_product_attention
from torch.utils.flop_counter import FlopCounterMode

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="Adapter 适配器家族", en="Adapters and their kin", topic="peft", tier="torch")


@dataclass(frozen=True)
class Params:
    dim: int = param(256, low=16, high=1024, tiny=32, gpu=1024, help="model width d", zh="模型宽度 d")
    inner: int = param(16, low=1, high=256, tiny=4, help="width b inside an adapter", zh="适配器内部宽度 b")
    layers: int = param(8, low=2, high=32, tiny=4, help="layers L", zh="层数 L")
    drop: int = param(3, low=1, high=31, tiny=2, help="lowest layers left bare", zh="去掉适配器的底层数")

    def check(self) -> None:
        if self.drop >= self.layers:
            raise ValueError("drop must be below layers: AdapterDrop keeps the adapters at the top")


class Adapter(nn.Module):
    """x + up(gelu(down(x))): from d numbers to b and back, around a residual connection."""

    def __init__(self, p: Params, lab: Lab, generator: torch.Generator) -> None:
        super().__init__()
        down, up = torch.randn(2, p.dim, p.inner, generator=generator)
        self.down = nn.Parameter(down / math.sqrt(p.dim))  # (d, b)
        # the usual mistake: a random start for the second matrix too
        self.up = nn.Parameter(lab.variant(right=torch.zeros_like(up), control=up).T.clone())  # (b, d)
        self.down_bias, self.up_bias = nn.Parameter(torch.zeros(p.inner)), nn.Parameter(torch.zeros(p.dim))
        self.act = lab.variant(right=gelu, control=lambda x: x)  # mistake: nothing between two matrices

    def forward(self, x: Tensor) -> Tensor:  # (n, d) -> (n, d)
        return x + self.act(x @ self.down + self.down_bias) @ self.up + self.up_bias


class Net(nn.Module):
    """L frozen layers x + gelu(LN(x) W), an adapter after each but the lowest `bare` ones."""

    def __init__(self, p: Params, lab: Lab, generator: torch.Generator) -> None:
        super().__init__()
        weights = torch.randn(p.layers, p.dim, p.dim, generator=generator) / math.sqrt(p.dim)
        frozen = lab.variant(right=True, control=False)  # the usual mistake: the base is left trainable
        self.base = nn.Parameter(weights, requires_grad=not frozen)
        self.adapters = nn.ModuleList(Adapter(p, lab, generator) for _ in range(p.layers))
        self.weighed = lab.variant(right=False, control=True)  # mistake: dropped ones computed, times zero

    def forward(self, x: Tensor, bare: int) -> Tensor:
        for i, (w, adapter) in enumerate(zip(self.base, self.adapters, strict=True)):
            x = x + gelu(layer_norm(x, x.shape[-1:]) @ w)
            if i >= bare:
                x = adapter(x)
            elif self.weighed:
                x = x + 0 * adapter(x)
        return x


def flops(net: Net, x: Tensor, bare: int) -> int:
    with FlopCounterMode(display=False) as counter:
        net(x, bare)
    return counter.get_total_flops() // len(x)  # per token


def fusion(x: Tensor, outputs: Tensor, w: Tensor, lab: Lab) -> tuple[Tensor, Tensor]:
    """x (n, d) asks, outputs (n, N, d) of N adapters answer; weights w: W_q, W_k, W_v (3, d, d)."""
    scores = (outputs @ w[1] @ (x @ w[0])[:, :, None]).squeeze(-1)  # (n, N)
    mix = scores.softmax(dim=lab.variant(right=-1, control=0))  # the usual mistake: over the tokens
    return (mix[:, None] @ (outputs @ w[2])).squeeze(1), mix


def run(lab: Lab, p: Params) -> None:
    generator, d, b = lab.generator(), p.dim, p.inner
    net = Net(p, lab, generator).to(lab.device)
    x = torch.randn(64, d, generator=generator).to(lab.device)

    lab.step("1 · Put adapters in: nothing changes, little is trained")
    lab.say("""An adapter squeezes the stream to b numbers, bends them, spreads them out and **adds** the result. Its
        second matrix starts at zero, so the network starts as it was; only adapters are trained.""")
    gap = (net(x, bare=0) - net(x, bare=p.layers)).abs().max().item()
    lab.claim("Fresh adapters change no bit of the output", measured=gap, equals=0.0)
    trained = sum(w.numel() for w in net.parameters() if w.requires_grad)
    question = f"{p.layers} adapters, d = {d}, b = {b}, two matrices with biases each: how many numbers?"
    expected = p.layers * (2 * d * b + b + d)
    lab.claim("Trained numbers = L·(2db + b + d)", measured=trained, equals=expected, predict=question)

    lab.step("2 · It bends, so it cannot be merged")
    lab.say("LoRA's detour is linear and folds into W. This one has an activation: how near comes a matrix?")
    adapter, inputs = net.adapters[0], torch.randn(8 * d, d, generator=generator)
    with torch.no_grad():
        adapter.up.copy_(torch.randn(b, d, generator=generator))  # as if trained
        change = (adapter(inputs.to(lab.device)).cpu() - inputs).double()  # (8d, d)
    known = torch.cat([inputs, torch.ones(8 * d, 1)], dim=1).double()  # the ones are for a bias
    missed = change - known @ torch.linalg.lstsq(known, change).solution
    left = missed.norm() / (change - change.mean(dim=0)).norm()
    # in theory 0.52 for gelu of normal numbers, and √(7/8) of it, as the map was fitted to these tokens
    lab.claim("Part of the detour that no matrix gives", measured=left, at_least=0.3)

    lab.step("3 · AdapterDrop: bare layers below")
    lab.say(f"""The lowest layers need adapters least (Rücklé et al. 2021, arXiv:2010.11918). Without {p.drop} of
        {p.layers}, a token saves {p.drop} times the two products: 2·d·b FLOPs each.""")
    saved = flops(net, x, 0) - flops(net, x, p.drop)
    lab.claim("FLOPs saved", measured=saved, equals=p.drop * 4 * d * b, unit="FLOPs")

    lab.step("4 · AdapterFusion: attention over adapters")
    lab.say("""Train one adapter for each task, freeze them, and learn who should be heard: the stream asks, the
        adapters' outputs are keys and values (Pfeiffer et al. 2021, arXiv:2005.00247). W_v starts as identity.""")
    w = torch.cat([torch.randn(2, d, d, generator=generator) / d**0.75, torch.eye(d)[None]]).to(lab.device)
    outputs = torch.randn(64, 5, d, generator=generator).to(lab.device)
    fused, mix = fusion(x, outputs, w, lab)
    lab.matrix("Row: a token. Column: how much it listens to each of 5 adapters", mix[:8])
    theirs = scaled_dot_product_attention((x @ w[0])[:, None], outputs @ w[1], outputs @ w[2], scale=1.0)
    rounding = lab.tol(torch.float32, scale=outputs.abs().max())
    gap = (fused[:, None] - theirs).abs().max()
    lab.claim("Fusion is one query's attention", measured=gap, at_most=rounding)
    same = outputs[:, :1].expand(-1, 5, -1)
    gap = (fusion(x, same, w, lab)[0] - same[:, 0]).abs().max()
    lab.claim("Where all adapters agree, fusion says what they say", measured=gap, at_most=rounding)

    lab.step("5 · A prefix is an adapter too")
    lab.say("""Prefix tuning puts b trained keys and values before the real ones. Split that softmax in two:
        (1−λ)·Attn(q, K, V) + λ·softmax(q P_kᵀ) P_v, a **parallel adapter** of inner width b, gated by the share λ
        that the prefix gets (He et al. 2022, arXiv:2110.04366). Their MAM adapter combines both kinds.""")
    q, k, v = torch.randn(3, 12, d, generator=generator).double() / d**0.25
    k_prefix, v_prefix = torch.randn(2, b, d, generator=generator).double() / d**0.25
    whole = scaled_dot_product_attention(q, torch.cat([k_prefix, k]), torch.cat([v_prefix, v]), scale=1.0)
    gate = ((q @ k_prefix.T).logsumexp(-1, True) - (q @ k.T).logsumexp(-1, True)).sigmoid()  # λ (12, 1)
    keep = lab.variant(right=1 - gate, control=torch.ones_like(gate))  # the usual mistake: added, not gated
    parallel = keep * ((q @ k.T).softmax(-1) @ v) + gate * ((q @ k_prefix.T).softmax(-1) @ v_prefix)
    limit = lab.tol("float64", scale=v.abs().max(), depth=2)
    lab.claim("Prefix = gated parallel adapter", measured=(whole - parallel).abs().max(), at_most=limit)

    lab.step("6 · IA³ only scales, so it can be merged")
    lab.say("One factor for each output: (x W) ⊙ l = x (W·diag l) (Liu et al. 2022, arXiv:2205.05638).")
    weight, factor = net.base[0].detach(), 1 + 0.1 * torch.randn(d, generator=generator).to(lab.device)
    merged = weight * lab.variant(right=factor[None], control=factor[:, None])  # mistake: along the inputs
    gap = (x @ merged - (x @ weight) * factor).abs().max()
    lab.claim("IA³ merged = IA³ beside", measured=gap, at_most=lab.tol(torch.float32, scale=4))
    costs = {"IA³": d, "LoRA, r = 8": 16 * d, "adapter": 2 * d * b + b + d, "W itself": d * d}
    lab.table("Trained numbers for one d x d layer", ["method", "numbers"], list(costs.items()))


if __name__ == "__main__":
    main(run, Params)
