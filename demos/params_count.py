"""Parameter count — the size of a Transformer from its config alone.  Kaplan et al. 2020, §2.1 (arXiv:2001.08361)."""

from dataclasses import dataclass

import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    LlamaConfig,
    MixtralConfig,
    PretrainedConfig,
    Qwen2Config,
)

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


def count(c: PretrainedConfig, lab: Lab) -> dict[str, int]:
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


def weights_of(config: PretrainedConfig) -> dict[str, int]:
    """Weights by name as transformers builds them.  On the device `meta` they have a shape and take no memory."""
    with torch.device("meta"):
        return {name: w.numel() for name, w in AutoModelForCausalLM.from_config(config).named_parameters()}


def run(lab: Lab, p: Params) -> None:
    wide = {"hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32}
    eight = {**wide, "num_key_value_heads": 8, "intermediate_size": 14_336}
    narrow = {
        "hidden_size": 896,
        "num_hidden_layers": 24,
        "num_attention_heads": 14,
        "num_key_value_heads": 2,
    }
    configs = {
        "GPT-2": GPT2Config(),
        "Llama-2-7B": LlamaConfig(**wide, intermediate_size=11_008, vocab_size=32_000),
        "Llama-3-8B": LlamaConfig(**eight, vocab_size=128_256),
        "Qwen2.5-0.5B": Qwen2Config(
            **narrow, intermediate_size=4864, vocab_size=151_936, tie_word_embeddings=True
        ),
        "Mixtral-8x7B": MixtralConfig(**eight, vocab_size=32_000, num_local_experts=8),
    }
    formula = {name: count(config, lab) for name, config in configs.items()}
    built = {name: weights_of(config) for name, config in configs.items()}
    total = {name: sum(weights.values()) for name, weights in built.items()}

    lab.step("1 · Four matrices and three more, again and again")
    lab.say("""Attention has four d×d matrices a layer: Q, K, V and O. The feed-forward has two of d×4d, or three
        narrower ones. Then the embedding, V·d, and the head, as many again unless it is tied. That is nearly all.""")
    rows = []
    for name, parts in formula.items():
        shares = [f"{n / sum(parts.values()):.1%}" for n in parts.values()]
        rows.append([name, sum(parts.values()) / 1e9, *shares])
    lab.table("By the formula", ["model", "billion", *formula["GPT-2"]], rows)
    lab.say("A small model is a large dictionary: more than a quarter of Qwen2.5-0.5B is its embedding.")
    llama = sum(formula["Llama-2-7B"].values()) / 1e9
    title, measured = "Llama-2-7B, to the last weight", total["Llama-2-7B"] / 1e9
    question = (
        "d = 4096, 32 layers, SwiGLU of width 11,008, 32,000 tokens, head not tied: how many billion weights?"
    )
    lab.claim(title, measured=measured, close_to=llama, tol=1e-10, predict=question, unit="billion")
    expected = sum(formula["GPT-2"].values())
    lab.claim(
        "GPT-2, with biases, a position table and a tied head", measured=total["GPT-2"], equals=expected
    )
    names = ["Llama-3-8B", "Qwen2.5-0.5B"]
    expected = [sum(formula[name].values()) for name in names]
    lab.claim(
        "Llama-3-8B and Qwen2.5-0.5B, with GQA", measured=[total[name] for name in names], equals=expected
    )

    lab.step("2 · The rule of thumb: 12·L·d²")
    lab.say("""4d² for attention and 8d² for the feed-forward, whether it has two matrices of d×4d or three of
        d×(8/3)d. Biases and norms add 13d to GPT-2's 12d², in parts per thousand.""")
    layer = sum(n for name, n in built["GPT-2"].items() if ".h.0." in name)
    parts, d = formula["GPT-2"], 768
    by_formula = (parts["attention"] + parts["feed-forward"]) // 12 + 2 * 2 * d
    lab.claim(
        "One layer of GPT-2 = 12d² + 13d", measured=[layer, 12 * d * d + 13 * d], equals=[by_formula] * 2
    )
    inside = sum(n for name, n in built["Llama-2-7B"].items() if ".layers." in name)
    rule = lab.variant(right=12, control=3) * 32 * 4096**2  # the usual mistake again: 3d² a layer
    # 11,008 is 0.8 % above 8/3 · 4096, and two thirds of the weights are there
    lab.claim(
        "Rule of thumb against Llama-2-7B without embedding", measured=inside / rule, close_to=1, tol=0.01
    )

    lab.step("3 · Experts: in memory all, at work two")
    active = sum(n / 4 if "experts" in name else n for name, n in built["Mixtral-8x7B"].items())  # 2 of 8
    parts = formula["Mixtral-8x7B"]
    router = 32 * 4096 * 8
    by_formula = sum(parts.values()) - (parts["feed-forward"] - router) * 6 / 8
    lab.say("""Mixtral-8x7B is no 56 billion: the eight share attention and embedding. A token passes two of eight
        feed-forwards: it computes like a model of 13 billion and needs the memory of 47.""")
    question = f"Mixtral holds {sum(parts.values()) / 1e9:.1f} billion, {parts['feed-forward'] / 1e9:.1f} in 8 experts; a token uses 2. How many billion?"
    lab.claim(
        "Weights that a token of Mixtral uses",
        measured=active / 1e9,
        close_to=by_formula / 1e9,
        tol=1e-9,
        predict=question,
        unit="billion",
    )

    lab.step("4 · Your own model")
    own = LlamaConfig(
        hidden_size=p.dim,
        num_hidden_layers=p.layers,
        num_attention_heads=p.heads,
        num_key_value_heads=p.kv_heads,
        intermediate_size=p.ffn,
        vocab_size=p.vocabulary,
        tie_word_embeddings=p.tied,
    )
    parts = count(own, lab)
    lab.series("Million weights", list(parts), {"your model": [n / 1e6 for n in parts.values()]}, kind="bar")
    lab.claim(
        "Your model, to the last weight", measured=sum(weights_of(own).values()), equals=sum(parts.values())
    )


if __name__ == "__main__":
    main(run, Params)
