"""Memory of training — what a weight costs, and what a token.  Korthikanti et al. 2022, §4 (arXiv:2205.05198)."""

import math
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn.functional import gelu, layer_norm
from torch.optim import SGD, AdamW
from torch.utils.checkpoint import checkpoint
from torch.utils.flop_counter import FlopCounterMode

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="训练显存", en="Memory of training", topic="memory", tier="torch")
BF16, FP32 = torch.bfloat16, torch.float32
drop = partial(torch.native_dropout, p=0.1, train=True)  # -> what is left, and the mask
# type of the weights, float32 master copy?, optimizer, bytes a weight by thought
RECIPES = {
    "SGD, float32": (FP32, False, SGD, 4 + 4),
    "SGD + momentum, float32": (FP32, False, partial(SGD, momentum=0.9), 4 + 4 + 4),
    "AdamW, float32": (FP32, False, AdamW, 4 + 4 + 8),
    "AdamW, mixed precision": (BF16, True, AdamW, 2 + 2 + 4 + 8),
    "AdamW, bfloat16 alone": (BF16, False, AdamW, 2 + 2 + 4),
}


@dataclass(frozen=True)
class Params:
    dim: int = param(128, low=32, high=2048, tiny=64, gpu=1024, help="model width h", zh="模型宽度 h")
    heads: int = param(8, low=1, high=32, tiny=4, help="attention heads a", zh="注意力头数 a")
    layers: int = param(3, low=1, high=16, tiny=2, help="layers L", zh="层数 L")
    seq_len: int = param(128, low=16, high=2048, tiny=32, gpu=1024, help="tokens s", zh="序列长度 s")
    batch: int = param(4, low=1, high=32, tiny=2, help="sequences b", zh="批大小 b")

    def check(self) -> None:
        if self.dim % self.heads:
            raise ValueError("heads must divide dim")


def held(tensors: list[Tensor]) -> int:
    """Bytes of memory behind these tensors; views of the same memory count once."""
    return sum({t.untyped_storage()._cdata: t.untyped_storage().nbytes() for t in tensors}.values())


def train_once(shapes: list[tuple[int, ...]], recipe: str, lab: Lab, device: str) -> float:
    """Bytes per weight of all that stays in memory between two steps."""
    dtype, master_copy, optimizer, _ = RECIPES[recipe]
    weights = [nn.Parameter(torch.zeros(shape, dtype=dtype, device=device)) for shape in shapes]
    masters = [nn.Parameter(w.detach().float()) for w in weights] if master_copy else weights
    steps = optimizer(masters, lr=1e-3)
    for w, master in zip(weights, masters, strict=True):
        w.square().sum().backward()
        master.grad = w.grad.to(master.dtype)  # a float32 copy comes and goes: not counted
    if not lab.controlled:  # the usual mistake: to look before the first step, when there is no state yet
        steps.step()
    state = [entry for memory in steps.state.values() for entry in memory.values() if entry is not None]
    return held([*weights, *(w.grad for w in weights), *masters, *state]) / sum(w.numel() for w in weights)


def layer(x: Tensor, heads: int, w: dict[str, Tensor]) -> Tensor:
    """A GPT layer with dropout, (b, s, h) -> (b, s, h); beside each line what it keeps, in bytes."""
    y = layer_norm(x, x.shape[-1:])  # x: 2sbh
    q, k, v = (y @ w["qkv"]).unflatten(-1, (3, heads, -1)).permute(2, 0, 3, 1, 4)  # y: 2sbh; q, k, v: 6sbh
    weights = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).softmax(-1)  # 2as²b
    mixed = drop(weights)[0] @ v  # mask: as²b; what is left: 2as²b
    x = x + drop(mixed.transpose(1, 2).flatten(2) @ w["out"])[0]  # mixed: 2sbh; mask: sbh
    y = layer_norm(x, x.shape[-1:])  # x: 2sbh
    return x + drop(gelu(y @ w["up"]) @ w["down"])[0]  # y: 2sbh; before GELU 8sbh, after 8sbh; mask: sbh


def forward_and_back(p: Params, lab: Lab, batch: int, again: bool) -> tuple[list[Tensor], Tensor, int]:
    """What autograd keeps between the passes, the gradients in one row, and the FLOPs of both passes."""
    generator, h, kept = lab.generator(), p.dim, []

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator).to(lab.device, BF16).div_(h**0.5).requires_grad_()

    shapes = {"qkv": (h, 3 * h), "out": (h, h), "up": (h, 4 * h), "down": (4 * h, h)}
    layers = [{name: normal(*shape) for name, shape in shapes.items()} for _ in range(p.layers)]
    weights = [weight for w in layers for weight in w.values()]
    x, own = normal(batch, p.seq_len, h), {w.untyped_storage()._cdata for w in weights}

    def keep(t: Tensor) -> Tensor:  # the usual mistake: to count the weights, which autograd hands over too
        if lab.controlled or t.untyped_storage()._cdata not in own:
            kept.append(t)
        return t

    same_dropout = lab.variant(right=True, control=False)  # another mistake: it falls anew the second time
    keep_input = partial(checkpoint, layer, use_reentrant=True, preserve_rng_state=same_dropout)
    torch.manual_seed(lab.seed)
    with FlopCounterMode(display=False) as counter:
        with saved_tensors_hooks(keep, lambda t: t):
            for w in layers:
                x = (keep_input if again else layer)(x, p.heads, w)
        x.float().square().sum().backward()
    return kept, torch.cat([w.grad.flatten() for w in weights]), counter.get_total_flops()


def run(lab: Lab, p: Params) -> None:
    lab.step("1 · Every weight brings its gradient and its optimizer's memory")
    lab.say("""Train one step and look at what stays. Adam keeps two running means a weight, in float32. So mixed
        precision saves nothing here: 2 (weight) + 2 (gradient) + 4 (master copy) + 8 (means) are 16 bytes too.""")
    measured = [train_once([(64, 256)] * 2, recipe, lab, lab.device) for recipe in RECIPES]
    lab.series("Bytes per weight", list(RECIPES), {"measured": measured}, kind="bar")
    title = "Bytes per weight, by recipe"  # Adam counts its steps in 4 bytes a matrix more: the tolerance
    lab.claim(title, measured=measured, close_to=[recipe[-1] for recipe in RECIPES.values()], tol=0.001)
    h, ffn = 4096, 11_008  # Llama-2-7B: two tables of 32,000 words, 32 layers of 4 + 3 matrices, 65 norms
    shapes = [(32_000, h)] * 2 + [(h, h)] * 32 * 4 + [(h, ffn)] * 32 * 3 + [(h,)] * 65
    billions = sum(map(math.prod, shapes)) / 1e9
    lab.say("The device `meta` keeps shapes, no numbers: train all of Llama-2-7B here, in no memory at all.")
    gigabytes = billions * train_once(shapes, "AdamW, mixed precision", lab, "meta")
    title = "Full fine-tuning of Llama-2-7B"
    question = f"{billions:.2f} billion weights, mixed precision, AdamW: how many GB before any activation?"
    lab.claim(title, measured=gigabytes, close_to=16 * billions, tol=0.01, predict=question, unit="GB")
    tasks = {"inference": 2, "full fine-tuning": 16, "DPO: 1 trained, 1 frozen": 18, "PPO: 2 and 2": 36}
    rows = [[task, each, each * billions] for task, each in tasks.items()]
    lab.table("The same model at work, weights in bfloat16", ["task", "bytes a weight", "GB"], rows)

    lab.step("2 · Every token brings activations")
    lab.say("""The backward pass needs what the forward pass met. By the paper a layer keeps
        `sbh · (34 + 5·as/h)` bytes in 16 bits; the part with s² is the attention matrix, three times.""")
    unit, each = p.batch * p.seq_len * p.dim, 34 + 5 * p.heads * p.seq_len / p.dim
    kept, gradients, flops = forward_and_back(p, lab, p.batch, again=False)
    rows = [[str(tuple(t.shape)), str(t.dtype), held([t]) / unit] for t in kept[: len(kept) // p.layers]]
    lab.table("What one layer keeps", ["shape", "type", "bytes / sbh"], rows)
    title, a_layer = "A layer keeps sbh·(34 + 5as/h) bytes", held(kept) / p.layers / unit
    question = f"h = {p.dim}, a = {p.heads}, s = {p.seq_len}: a layer keeps sbh times how many bytes?"
    norms = 16 / p.dim  # left out by the paper: mean and spread of two LayerNorms, up to 16 bytes a token
    lab.claim(title, measured=a_layer, close_to=each, tol=norms, predict=question, unit="sbh")
    growth = held(forward_and_back(p, lab, 2 * p.batch, again=False)[0]) / held(kept)
    lab.claim("Twice the batch: twice the activations", measured=growth, equals=2.0)

    lab.step("3 · Checkpointing: forget, and compute again")
    lab.say("""Keep only each layer's input, 2sbh bytes, and run the layer again when its gradient is wanted (Chen et
        al., arXiv:1604.06174). Dropout must then fall as it fell before.""")
    few, gradients_again, flops_again = forward_and_back(p, lab, p.batch, again=True)
    saved, gap = held(kept) / held(few), (gradients - gradients_again).abs().max()
    lab.claim("Kept bytes shrink (34 + 5as/h)/2 times", measured=saved, close_to=each / 2, tol=norms / 2)
    lab.claim("The gradients are the same, bit by bit", measured=gap, equals=0.0)
    title = "One more forward pass: 4/3 of the FLOPs"  # neither mistake of the control changes that
    lab.claim(title, measured=flops_again / flops, close_to=4 / 3, tol=1e-9, illustration=True)
    lab.measure("All layers twice", lambda: forward_and_back(p, lab, p.batch, again=True), flops=flops_again)


if __name__ == "__main__":
    main(run, Params)
