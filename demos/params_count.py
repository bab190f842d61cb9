"""Parameter count — the size of a Transformer from its config alone.  Kaplan et al. 2020, §2.1 (arXiv:2001.08361)."""

from dataclasses import dataclass

import torch
from transformers import AutoModelForCausalLM, GPT2Config, LlamaConfig, MixtralConfig, Qwen2Config
from transformers import PretrainedConfig as Config

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="参数量估算", en="Parameter count", topic="transformer", tier="hf")


@dataclass(frozen=True)
class Params:
    dim: int = param(2048, low=64, high=8192, help="model width d", zh="模型宽度 d")
    layers: int = param(22, low=1, high=80, help="layers L", zh="层数 L")
    heads: int = param(32, low=1, high=64, help="query heads", zh="查询头数")
    kv_heads: int = param(4, low=1, high=64, help="key and value heads (GQA)", zh="键值头数（GQA）")
    ffn: int = param(5632, low=64, high=32768, help="width inside the feed-forward f", zh="前馈层宽度 f")
    vocabulary: int = param(
        32_000, low=1000, high=200_000, help="tokens in the vocabulary V", zh="词表大小 V"
    )
    tied: bool = param(False, help="output head shares the embedding", zh="输出层与词嵌入共享")

    def check(self) -> None:
        if self.heads % self.kv_heads or self.dim % (2 * self.heads):
            raise ValueError("kv-heads must divide heads, and dim/heads must be an even number")


def count(c: Config, lab: Lab) -> dict[str, int]:
    """Weights by part, from the numbers in the config; d/n_heads is the width of a head."""
    d, layers, heads, gpt2 = c.hidden_size, c.num_hidden_layers, c.num_attention_heads, c.model_type == "gpt2"
    kv = d * getattr(c, "num_key_value_heads", heads) // heads  # columns of W_K and of W_V: fewer with GQA
    f, experts = 4 * d if gpt2 else c.intermediate_size, getattr(c, "num_local_experts", 1)
    # The usual mistake: "3d² a layer", for Q, K and V.  W_O, which mixes the heads again, makes it 4d².
    attention = d * d + 2 * d * kv + lab.variant(right=d * d, control=0)
    ffn = (2 if gpt2 else 3) * d * f  # up and down; SwiGLU has a gate besides
    router = d * experts if experts > 1 else 0
    norms = (2 * layers + 1) * d  # two a layer and one at the end; RMSNorm has a gain only
    if c.model_type in ("gpt2", "qwen2"):
        attention += d + 2 * kv  # biases of Q, K, V
    if gpt2:
        attention, ffn, norms = attention + d, ffn + f + d, 2 * norms  # all other biases; LayerNorm's shifts
    # Another mistake: to count a tied head, which is the embedding table read the other way round.
    counted = not c.tie_word_embeddings or lab.variant(right=False, control=True)
    positions = c.n_positions * d if gpt2 else 0  # RoPE needs no table
    return {
        "embedding": c.vocab_size * d + positions,
        "attention": layers * attention,
        "feed-forward": layers * (experts * ffn + router),
        "norms": norms,
        "head": c.vocab_size * d if counted else 0,
    }


def weights_of(config: Config) -> dict[str, int]:
    """Weights by name as transformers builds them.  On the device `meta` they have a shape and take no memory."""
    with torch.device("meta"):
        return {name: w.numel() for name, w in AutoModelForCausalLM.from_config(config).named_parameters()}


def llama_like(
    config: type[Config], d: int, layers: int, heads: int, kv: int, f: int, vocabulary: int, **more: int
) -> Config:
    names = (
        "hidden_size",
        "num_hidden_layers",
        "num_attention_heads",
        "num_key_value_heads",
        "intermediate_size",
    )
    return config(**dict(zip(names, (d, layers, heads, kv, f), strict=True)), vocab_size=vocabulary, **more)


def run(lab: Lab, p: Params) -> None:
    configs = {
        "GPT-2": GPT2Config(),
        "Llama-2-7B": llama_like(LlamaConfig, 4096, 32, 32, 32, 11_008, 32_000),
        "Llama-3-8B": llama_like(LlamaConfig, 4096, 32, 32, 8, 14_336, 128_256),
        "Qwen2.5-0.5B": llama_like(Qwen2Config, 896, 24, 14, 2, 4864, 151_936, tie_word_embeddings=True),
        "Mixtral-8x7B": llama_like(MixtralConfig, 4096, 32, 32, 8, 14_336, 32_000, num_local_experts=8),
    }
    formula = {name: count(config, lab) for name, config in configs.items()}
    by_formula = {name: sum(parts.values()) for name, parts in formula.items()}
    built = {name: weights_of(config) for name, config in configs.items()}
    total = {name: sum(weights.values()) for name, weights in built.items()}

    lab.step("1 · Four matrices and three more, again and again")
    lab.say("""Attention has four d×d matrices a layer: Q, K, V and O. The feed-forward has two of d×4d, or three
        narrower ones. Then the embedding, V·d, and the head, as many again unless it is tied. That is nearly all.""")
    rows = [
        [name, by_formula[name] / 1e9, *(f"{n / by_formula[name]:.2%}" for n in parts.values())]
        for name, parts in formula.items()
    ]
    lab.table("By the formula", ["model", "billion", *formula["GPT-2"]], rows)
    lab.say("A small model is a large dictionary: more than a quarter of Qwen2.5-0.5B is its embedding.")
    title, llama = "Llama-2-7B, to the last weight", by_formula["Llama-2-7B"] / 1e9
    question = (
        "d = 4096, 32 layers, SwiGLU of 11,008, 32,000 tokens, head not tied: how many billion weights?"
    )
    measured = total["Llama-2-7B"] / 1e9  # 1e-10 billion is a tenth of a weight
    lab.claim(title, measured=measured, close_to=llama, tol=1e-10, predict=question, unit="billion")
    title = "GPT-2: biases, a table of positions, a tied head"
    lab.claim(title, measured=total["GPT-2"], equals=by_formula["GPT-2"])
    measured, expected = ([of[name] for name in ("Llama-3-8B", "Qwen2.5-0.5B")] for of in (total, by_formula))
    lab.claim("Llama-3-8B and Qwen2.5-0.5B, with GQA", measured=measured, equals=expected)

    lab.step("2 · The rule of thumb: 12·L·d²")
    lab.say("""4d² for attention and 8d² for the feed-forward, whether it has two matrices of d×4d or three of
        d×(8/3)d. Biases and norms add 13d to GPT-2's 12d²: a seventh of a per cent.""")
    d, layer = 768, sum(n for name, n in built["GPT-2"].items() if ".h.0." in name)
    rule = (
        lab.variant(right=12, control=9) * d**2 + 13 * d
    )  # W_O forgotten, and one matrix of the feed-forward
    lab.claim("One layer of GPT-2 = 12d² + 13d", measured=layer, equals=rule)
    inside = sum(n for name, n in built["Llama-2-7B"].items() if ".layers." in name)
    ratio = inside / (lab.variant(right=12, control=3) * 32 * 4096**2)  # the usual mistake again: 3d² a layer
    # 11,008 is 0.8 % above 8/3 · 4096, and two thirds of the weights are there
    lab.claim("Layers of Llama-2-7B over 12·L·d²", measured=ratio, close_to=1, tol=0.01)

    lab.step("3 · Experts: all in memory, two at work")
    lab.say("""Mixtral-8x7B is no 56 billion: its eight share attention and embedding. A token passes two of the
        eight: it computes like a model of 13 billion and needs the memory of 47.""")
    active = sum(n * 2 / 8 if "experts" in name else n for name, n in built["Mixtral-8x7B"].items())
    idle = 32 * 6 * 3 * 4096 * 14_336  # six experts a layer
    expected, title = (by_formula["Mixtral-8x7B"] - idle) / 1e9, "Weights that a token of Mixtral uses"
    question = (
        "Mixtral holds 46.7 billion weights, 45.1 of them in 8 experts; a token uses 2. How many billion?"
    )
    lab.claim(title, measured=active / 1e9, close_to=expected, tol=1e-9, predict=question, unit="billion")

    lab.step("4 · Your own model")
    sizes = (p.dim, p.layers, p.heads, p.kv_heads, p.ffn, p.vocabulary)
    own = llama_like(LlamaConfig, *sizes, tie_word_embeddings=p.tied)
    parts, weights = count(own, lab), weights_of(own)
    lab.series("Million weights", list(parts), {"your model": [n / 1e6 for n in parts.values()]}, kind="bar")
    lab.claim("Your model", measured=sum(weights.values()), equals=sum(parts.values()))


if __name__ == "__main__":
    main(run, Params)
