"""KV cache — keep K and V of the past, feed only the newest token.  Pope et al. 2022 (arXiv:2211.05102)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import rms_norm, silu
from torch.utils.flop_counter import FlopCounterMode

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="KV 缓存", en="KV cache", topic="inference", tier="torch")
VOCABULARY = 512
Cache = dict[int, tuple[Tensor, Tensor]]  # layer -> keys and values, each (n_kv, T, d_h)
Written = tuple[list[int], Tensor, list[int], Cache]  # tokens, logits (new, V), FLOPs of every step, cache


@dataclass(frozen=True)
class Params:
    layers: int = param(4, low=2, high=8, tiny=2, help="number of layers L", zh="层数 L")
    heads: int = param(4, low=1, high=16, help="query heads", zh="查询头数")
    kv_heads: int = param(2, low=1, high=16, help="key and value heads n_kv (GQA)", zh="键值头数 n_kv（GQA）")
    head_dim: int = param(32, low=16, high=128, tiny=16, help="width of a head d_h", zh="每个头的维度 d_h")
    prompt: int = param(32, low=4, high=128, tiny=8, help="tokens in the prompt", zh="提示词的 token 数")
    new: int = param(64, low=24, high=128, tiny=24, help="tokens to generate", zh="生成的 token 数")

    def check(self) -> None:
        if self.heads % self.kv_heads or self.head_dim % 2:
            raise ValueError("kv-heads must divide heads, and head-dim must be even")


def rotate(x: Tensor, positions: Tensor) -> Tensor:
    """RoPE on (heads, t, d_h): the only place where a position enters; see the demo `rope`."""
    half = x.shape[-1] // 2
    angles = positions[:, None] * 10_000.0 ** (-torch.arange(half, device=x.device) / half)  # (t, d_h/2)
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * angles.cos() - b * angles.sin(), a * angles.sin() + b * angles.cos()], dim=-1)


class Decoder:
    """A Llama-like decoder with random weights.  It writes nonsense, but by the same sums as a real one."""

    def __init__(self, p: Params, lab: Lab) -> None:
        self.p, generator, d, d_kv = p, lab.generator(), p.heads * p.head_dim, p.kv_heads * p.head_dim

        def matrix(rows: int, columns: int) -> Tensor:
            return (torch.randn(rows, columns, generator=generator) / math.sqrt(rows)).to(lab.device)

        # float32 on every device: in half precision near-ties flip, and greedy texts part ways
        self.embedding = matrix(VOCABULARY, d) * math.sqrt(VOCABULARY)
        shapes = {"o": (d, d), "k": (d, d_kv), "v": (d, d_kv), "up": (d, 4 * d), "down": (4 * d, d)}
        self.layers = [{name: matrix(*shape) for name, shape in shapes.items()} for _ in range(p.layers)]
        for w in self.layers:
            w["q"] = 3 * matrix(d, d)  # sharp attention, as after training; an even one hides mistakes
        self.head = matrix(d, VOCABULARY) * 10  # apart enough that rounding cannot change the winner

    def __call__(self, tokens: list[int], cache: Cache) -> Tensor:
        """Logits (1, V) for the token after `tokens`, which follow what the cache holds; the cache grows."""
        past = cache[0][0].shape[1] if cache else 0
        x = self.embedding[torch.tensor(tokens, device=self.head.device)]  # (t, d)
        positions = past + torch.arange(len(tokens), device=x.device)  # not from 0: the past counts
        for i, w in enumerate(self.layers):
            x = x + self.attend(rms_norm(x, x.shape[-1:]), w, positions, cache, i)
            x = x + silu(rms_norm(x, x.shape[-1:]) @ w["up"]) @ w["down"]
        return rms_norm(x[-1:], x.shape[-1:]) @ self.head

    def attend(self, x: Tensor, w: dict[str, Tensor], positions: Tensor, cache: Cache, i: int) -> Tensor:
        d_h = self.p.head_dim
        q, k, v = ((x @ w[n]).unflatten(-1, (-1, d_h)).transpose(0, 1) for n in "qkv")  # (heads, t, d_h)
        q, k = rotate(q, positions), rotate(k, positions)  # keys are kept already turned
        if i in cache:
            k, v = (torch.cat([old, new], dim=1) for old, new in zip(cache[i], (k, v), strict=True))
        cache[i] = k, v  # n_kv heads, before they are repeated
        k, v = (t.repeat_interleave(self.p.heads // self.p.kv_heads, dim=0) for t in (k, v))
        scores = q @ k.transpose(1, 2) / math.sqrt(d_h)  # (heads, t, T)
        future = torch.arange(k.shape[1], device=x.device) > positions[:, None]
        weights = scores.masked_fill(future, -math.inf).softmax(dim=-1)
        return (weights @ v).transpose(0, 1).flatten(1) @ w["o"]  # (t, d)


def generate(model: Decoder, prompt: list[int], cached: bool, lab: Lab) -> Written:
    """Greedy: the likeliest token each time."""
    tokens, cache, logits, flops = list(prompt), {}, [], []
    for _ in range(model.p.new):
        cache = cache if cached else {}
        # the usual mistake: the whole text is fed again, although the cache already holds it
        feed = lab.variant(right=tokens[-1:], control=tokens) if cache else tokens
        with FlopCounterMode(display=False) as counter:
            logits.append(model(feed, cache))
        flops.append(counter.get_total_flops())
        tokens.append(int(logits[-1].argmax()))
    return tokens[len(prompt) :], torch.cat(logits), flops, cache


def formula(p: Params, t: int, total: int) -> int:
    """FLOPs of a pass over t new tokens in a text of `total`: 2 per weight and token, 4·d per pair of tokens."""
    d, d_kv = p.heads * p.head_dim, p.kv_heads * p.head_dim
    weights = 2 * d * d + 2 * d * d_kv + 8 * d * d  # q and o, k and v, up and down
    return p.layers * (2 * t * weights + 4 * t * total * d) + 2 * d * VOCABULARY


def run(lab: Lab, p: Params) -> None:
    model = Decoder(p, lab)
    prompt = torch.randint(VOCABULARY, (p.prompt,), generator=lab.generator()).tolist()

    lab.step("1 · The same text, with and without a cache")
    lab.say("""Keys and values of old tokens never change: the causal mask hides all that comes later. So keep them,
        and let each step compute q, k, v of **one** token. Queries are not kept: nobody asks for an old one.""")
    plain, plain_logits, plain_flops, _ = generate(model, prompt, False, lab)
    cached, cached_logits, cached_flops, cache = generate(model, prompt, True, lab)
    lab.tokens("What it writes (a random model: only numbers)", [str(token) for token in cached])
    different = sum(a != b for a, b in zip(plain, cached, strict=True))
    lab.claim("Not one token differs", measured=different, equals=0, unit="tokens")
    gap = (plain_logits - cached_logits).abs().max()
    rounding = lab.tol(torch.float32, scale=plain_logits.abs().max(), depth=2 * p.layers)
    lab.claim("The logits agree", measured=gap, at_most=rounding)
    first, second = plain_logits.topk(2).values.T
    lab.observe("Narrowest win of a token (far above that gap)", (first - second).min())

    lab.step("2 · What it costs in memory")
    lab.say("""`2 · L · n_kv · d_h · T · bytes`: K and V, in every layer, for every KV head and every token fed.
        The last token generated was never fed, so T = prompt + new − 1.""")
    total = p.prompt + p.new - 1
    measured = sum(t.numel() * t.element_size() for pair in cache.values() for t in pair)
    expected = 2 * p.layers * p.kv_heads * p.head_dim * total * 4
    question = f"{p.layers} layers, {p.kv_heads} KV heads, d_h = {p.head_dim}, {total} tokens, float32: how many bytes?"
    lab.claim("Bytes in the cache = formula", measured=measured, equals=expected, predict=question, unit="B")

    lab.step("3 · What it saves in computing")
    lab.say(
        "Without it, every step reads the whole text again. With it, the prompt once, then one token a step."
    )
    lengths = range(p.prompt, p.prompt + p.new)  # of the text that each step reads
    lab.series("FLOPs of a step", lengths, {"without": plain_flops, "with cache": cached_flops}, logy=True)
    with_cache = formula(p, p.prompt, p.prompt) + sum(formula(p, 1, n) for n in lengths[1:])
    lab.claim("FLOPs with the cache = formula", measured=sum(cached_flops), equals=with_cache, unit="FLOPs")
    saved = sum(plain_flops) / sum(cached_flops)
    expected = sum(formula(p, n, n) for n in lengths) / with_cache
    question = f"A prompt of {p.prompt}, {p.new} new tokens: how many times the FLOPs without a cache?"
    lab.claim("Times the FLOPs without it", measured=saved, close_to=expected, tol=1e-9, predict=question)
    ratios = [plain_flops[p.new * i // 4 - 1] / cached_flops[p.new * i // 4 - 1] for i in (1, 2, 3, 4)]
    lab.claim("The longer the text, the more a step saves", measured=ratios, monotone="increasing")
    read = measured + 4 * sum(w.numel() for layer in model.layers for w in layer.values())
    lab.measure("A cached step", lambda: model(cached[-1:], dict(cache)), bytes=read)


if __name__ == "__main__":
    main(run, Params)
