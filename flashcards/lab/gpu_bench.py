"""GPU bench — attention runs at the rate of a matrix product, decoding at the rate of a copy.  Williams et al. 2009.

A device has two ceilings: operations a second and bytes a second. Long attention does T operations for each
number it reads, so the first bounds it; decoding one token reads every weight once, so the second does.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from flashcards.lab import Demo, Lab, main, param
from flashcards.lab.gpu import Ceilings, copy_rate, matmul_rate, rate

DEMO = Demo(zh="GPU 测量", en="GPU bench", topic="systems", tier="torch")
GOAL = 0.6  # of the ceiling that bounds the work


@dataclass(frozen=True)
class Params:
    copy_mib: int = param(1024, low=1, high=65536, tiny=4, help="size of the copy", zh="拷贝大小", unit="MiB")
    matmul: int = param(8192, low=16, high=32768, tiny=128, help="side of the matrices", zh="矩阵边长")
    seq_len: int = param(8192, low=16, high=65536, tiny=64, help="attention length T", zh="注意力长度 T")
    heads: int = param(16, low=1, high=256, tiny=2, help="attention heads", zh="注意力头数")
    layers: int = param(12, low=1, high=200, tiny=2, help="layers of the decoder", zh="解码器层数")
    width: int = param(3072, low=128, high=16384, tiny=256, help="width of the decoder", zh="解码器宽度")
    vocab: int = param(32_000, low=16, high=300_000, tiny=100, help="size of its vocabulary", zh="词表大小")
    cache_len: int = param(1024, low=16, high=65536, tiny=16, help="places in its cache", zh="缓存长度")

    def check(self) -> None:
        if self.width % 128:
            raise ValueError("width must be a multiple of 128, the width of a head")

    def bytes(self) -> int:
        """The larger of copy and decoder: 12·d² numbers a layer, two tables, the cache; 2 bytes each on a GPU."""
        numbers = self.width * (self.layers * (12 * self.width + 2 * self.cache_len) + 2 * self.vocab)
        return max(2 * self.copy_mib << 20, 2 * numbers)


Attend = Callable[[int, Tensor, Tensor, Tensor], Tensor]  # layer, q, k, v (heads, n, 128) -> (heads, n, 128)


class Decoder:
    """Random weights in the shape of a Llama without rotary positions: 12·d² numbers a layer, read once a token."""

    def __init__(self, p: Params, lab: Lab) -> None:
        d, ffn = p.width, 8 * p.width // 3 // 128 * 128

        def weight(rows: int, columns: int) -> Tensor:
            made: Tensor = torch.randn(rows, columns, device=lab.device, dtype=torch.float32) / columns**0.5
            return made.to(lab.dtype)

        torch.manual_seed(lab.seed)
        self.embedding, self.head, self.d = weight(p.vocab, d), weight(p.vocab, d), d
        self.layers = [  # q, k, v in one matrix and gate, up in one: fewer, larger reads
            (weight(3 * d, d), weight(d, d), weight(2 * ffn, d), weight(d, ffn)) for _ in range(p.layers)
        ]

    def weights_read(self) -> int:
        """Numbers read for a token: every layer and the head; of the embedding only a row."""
        return self.head.numel() + sum(w.numel() for layer in self.layers for w in layer)

    def logits(self, tokens: Tensor, attend: Attend) -> Tensor:
        """tokens (n,) -> (n, vocab)."""
        x = F.embedding(tokens, self.embedding)  # (n, d)
        for i, (qkv, out, gate_up, down) in enumerate(self.layers):
            heads = F.linear(F.rms_norm(x, (self.d,)), qkv).view(len(x), 3, -1, 128)  # (n, 3, heads, 128)
            q, k, v = heads.permute(1, 2, 0, 3)  # each (heads, n, 128)
            x = x + F.linear(attend(i, q, k, v).transpose(0, 1).flatten(1), out)
            gate, up = F.linear(F.rms_norm(x, (self.d,)), gate_up).chunk(2, dim=-1)
            x = x + F.linear(F.silu(gate) * up, down)
        return F.linear(F.rms_norm(x, (self.d,)), self.head)


class StaticCache:
    """Keys and values of every place, allocated once: shapes never change, so that a CUDA graph can be replayed."""

    def __init__(self, p: Params, lab: Lab) -> None:
        shape = (p.layers, 2, p.width // 128, p.cache_len, 128)
        self.kept = torch.zeros(shape, device=lab.device, dtype=lab.dtype)
        self.places = torch.arange(p.cache_len, device=lab.device)
        self.position = torch.zeros(1, dtype=torch.long, device=lab.device)
        self.lag = lab.variant(right=0, control=1)  # the usual mistake: a token that does not see itself

    def attend(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        keys, values = self.kept[layer].index_copy_(2, self.position, torch.stack((k, v)))
        mask = (self.places <= self.position - self.lag)[None, None]  # (1, 1, cache_len)
        return F.scaled_dot_product_attention(q[None], keys[None], values[None], attn_mask=mask[None])[0]


def causal(layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return F.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=True)[0]


def replayable(step: Callable[[], Tensor], device: str) -> Callable[[], object]:
    """On CUDA the step's kernels, recorded once and launched together: one by one, launching outlasts reading."""
    if device != "cuda":
        return step
    side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def attention(lab: Lab, p: Params, most: Ceilings) -> float:
    """The best backend's share of the matrix rate; scores and weighted sum are 2·2·T²·128 operations a head."""
    shape = (1, p.heads, p.seq_len, 128)
    q, k, v = (torch.randn(shape, device=lab.device).to(lab.dtype) for _ in range(3))
    shares = []
    for backend in (SDPBackend.FLASH_ATTENTION, SDPBackend.CUDNN_ATTENTION, SDPBackend.EFFICIENT_ATTENTION):
        try:
            with sdpa_kernel(backend):
                work = 4 * p.heads * p.seq_len**2 * 128
                speed = rate(lambda: F.scaled_dot_product_attention(q, k, v), lab.device, most, flops=work)
        except RuntimeError:  # not for this device
            continue
        lab.observe(f"Attention, T {p.seq_len}, d 128: {backend.name}", speed.per_second, speed.unit)
        shares.append(speed.share)
    return max(shares)


@torch.no_grad()
def run(lab: Lab, p: Params) -> None:
    torch.set_deterministic_debug_mode("default")  # which would fill every new tensor
    name = torch.cuda.get_device_name() if lab.device == "cuda" else lab.device
    lab.observe("Card", name)
    most = Ceilings(copy_rate(lab.device, p.copy_mib << 20), matmul_rate(lab.device, lab.dtype, p.matmul))
    lab.observe(f"Copy of {p.copy_mib} MiB", most.bytes_per_second / 1e9, "GB/s")
    lab.observe(f"Matrix product of side {p.matmul}", most.flops_per_second / 1e12, "TFLOP/s")
    shares = {"Attention, share of the matrix product": attention(lab, p, most)}

    decoder, cache = Decoder(p, lab), StaticCache(p, lab)
    tokens = torch.randint(p.vocab, (8,), generator=lab.generator()).to(lab.device)
    rows = []
    for place in range(8):
        cache.position.fill_(place)
        rows.append(decoder.logits(tokens[place : place + 1], cache.attend)[0])
    whole = decoder.logits(tokens, causal)  # (8, vocab)
    gap = (torch.stack(rows).double() - whole.double()).abs().max()
    limit = lab.tol(scale=whole.abs().max(), depth=2 * p.layers)  # two roundings of x a layer
    lab.claim("With the cache the logits are those of the whole text", measured=gap, at_most=limit)
    step = replayable(lambda: decoder.logits(tokens[:1], cache.attend), lab.device)
    moved = (decoder.weights_read() + cache.kept.numel()) * cache.kept.element_size()
    speed = rate(step, lab.device, most, bytes=moved)
    lab.observe("Parameters of the decoder", decoder.weights_read() + decoder.embedding.numel())
    lab.observe("Decoding one token", speed.seconds * 1000, "ms")
    lab.observe("Decoding, weights and cache read", speed.per_second, speed.unit)
    shares["Decoding, share of the copy"] = speed.share
    for title, share in shares.items():
        if lab.device == "cuda":  # on a shared CPU a rate says who else computes
            lab.claim(title, measured=share, at_least=GOAL)
        else:
            lab.observe(title, share)


if __name__ == "__main__":
    main(run, Params)
