"""Soft prompts — train the input, not the model: prompt, prefix, P-tuning.  Li & Liang 2021, §4 (arXiv:2101.00190)."""

import warnings
from dataclasses import dataclass

import torch
from peft import PeftModel, PrefixTuningConfig, PromptEncoderConfig, PromptTuningConfig, get_peft_model
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import LlamaConfig, LlamaForCausalLM

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="软提示：Prompt、Prefix、P-Tuning", en="Soft prompts", topic="peft", tier="hf")
VOCABULARY, HEAD_DIM, HIDDEN = 256, 32, 64


@dataclass(frozen=True)
class Params:
    virtual: int = param(10, low=1, high=64, help="virtual tokens n", zh="虚拟 token 数 n")
    layers: int = param(4, low=2, high=16, tiny=2, help="layers L", zh="层数 L")
    heads: int = param(4, low=2, high=16, help="query heads; d = 32·heads", zh="查询头数（d = 32·头数）")
    kv_heads: int = param(2, low=1, high=16, help="key-value heads n_kv", zh="KV 头数 n_kv")
    steps: int = param(60, low=1, high=500, tiny=10, help="training steps", zh="训练步数")

    def check(self) -> None:
        if self.heads % self.kv_heads:
            raise ValueError("heads must be a multiple of kv-heads: each KV head serves a group")


def build(p: Params, lab: Lab) -> LlamaForCausalLM:
    """A random Llama; its weights are large, so that every input counts."""
    torch.manual_seed(lab.seed)
    sizes = {"hidden_size": HEAD_DIM * p.heads, "intermediate_size": 4 * HEAD_DIM * p.heads}
    sizes |= {"num_hidden_layers": p.layers, "vocab_size": VOCABULARY}
    sizes |= {"num_attention_heads": p.heads, "num_key_value_heads": p.kv_heads}
    config = LlamaConfig(**sizes, initializer_range=0.1)
    return LlamaForCausalLM(config).eval().to(lab.device)


def rows(model: PeftModel) -> torch.nn.Parameter:
    """What is trained, a row for each virtual token; in P-tuning and with an MLP, what goes into it."""
    return model.prompt_encoder["default"].embedding.weight


@torch.no_grad()
def fill(model: PeftModel, values: Tensor) -> PeftModel:
    rows(model).copy_(values)
    return model


def as_prefix(base: LlamaForCausalLM, text: Tensor, lab: Lab) -> Tensor:
    """Keys and values of text (1, n) in peft's layout (n, 2·L·n_kv·d_h): layer 0's keys, its values, layer 1's …"""
    cache = base(text, use_cache=True)[1]
    keys, values = ([getattr(layer, name)[0] for layer in cache.layers] for name in ("keys", "values"))
    # the usual mistake: the keys of all layers first, then all values
    pairs = lab.variant(right=[t for kv in zip(keys, values, strict=True) for t in kv], control=keys + values)
    return torch.stack(pairs).permute(2, 0, 1, 3).flatten(1)  # (2L, n_kv, n, d_h) -> (n, …)


def train(model: PeftModel, tokens: Tensor, asked: int, steps: int) -> list[float]:
    """Teach the model to continue the first `asked` tokens as tokens (1, T) do; the loss at every step."""
    optimiser = torch.optim.Adam([w for w in model.parameters() if w.requires_grad], lr=0.05)
    labels, losses = tokens.clone(), []
    labels[:, :asked] = -100  # what is asked is not to be learned
    for _ in range(steps):
        loss = model(tokens, labels=labels).loss
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return losses


def run(lab: Lab, p: Params) -> None:
    warnings.filterwarnings("ignore", category=FutureWarning)  # peft uses names that transformers renames
    base, n, d, d_kv = build(p, lab), p.virtual, HEAD_DIM * p.heads, HEAD_DIM * p.kv_heads
    written = torch.randint(VOCABULARY, (1, n + 12), generator=lab.generator()).to(lab.device)
    text, question = written[:, :n], written[:, n:]  # n tokens of instruction, 12 of question
    reference = base(written).logits[:, n:].detach()  # (1, 12, V)
    rounding = lab.tol(torch.float32, scale=reference.abs().max(), depth=2 * p.layers)

    def wrap(config: type, **options: object) -> PeftModel:
        return get_peft_model(base, config(task_type="CAUSAL_LM", num_virtual_tokens=n, **options)).eval()

    lab.step("1 · Prompt tuning: words that no vocabulary has")
    lab.say("""A prompt reaches the model as rows of the embedding table. Prompt tuning trains n **free** rows (Lester
        et al. 2021, arXiv:2104.08691). Set to the rows of real words they are those words: a good start.""")
    prompt, noise = wrap(PromptTuningConfig), torch.randn(n, d, generator=lab.generator()).to(lab.device)
    embedded = base.get_input_embeddings()(text[0]).detach()
    fill(prompt, lab.variant(right=embedded, control=noise))  # the usual mistake: started at random
    logits = prompt(question).logits  # (1, n + 12, V)
    gap = (logits[:, n:] - reference).abs().max()
    lab.claim("A soft prompt set to words = writing the words", measured=gap, at_most=rounding)
    lab.say("The rows also come out: n more logits. The **last virtual token** predicts the first real one.")
    first = lab.variant(right=0, control=1)  # the usual mistake: real token 1 is the first one predicted
    loss = cross_entropy(logits[0, n - 1 + first : -1], question[0, first:])
    gap = (loss - prompt(question, labels=question).loss).abs()
    lab.claim("The loss from there on = peft's", measured=gap, at_most=rounding)

    lab.step("2 · Prefix tuning: a KV cache that was never computed from text")
    lab.say("""Prefix tuning trains keys and values for every layer: an invented cache of n tokens. Put in what a real
        text leaves in the cache, and the model has read that text.""")
    prefix = fill(wrap(PrefixTuningConfig), as_prefix(base, text, lab))
    gap = (prefix(question).logits - reference).abs().max()
    lab.claim("A prefix set to a text's cache = writing the text", measured=gap, at_most=rounding)
    deep = wrap(PrefixTuningConfig, prefix_projection=True, encoder_hidden_size=HIDDEN)
    one, _, two = deep.prompt_encoder["default"].transform
    inner = rows(deep) @ one.weight.T + one.bias  # (n, hidden)
    bent = lab.variant(right=inner.tanh(), control=inner)  # the usual mistake: tanh left out
    with_mlp = deep(question).logits
    folded = fill(wrap(PrefixTuningConfig), bent @ two.weight.T + two.bias)
    gap = (folded(question).logits - with_mlp).abs().max()
    lab.say("Training that directly is shaky, so an MLP may produce it. Afterwards keep only what it said.")
    lab.claim("Prefix kept, MLP thrown away: the same logits", measured=gap, at_most=rounding)

    lab.step("3 · What is trained")
    kinds = {"prompt": prompt, "prefix": prefix, "prefix + MLP": deep}
    kinds["P-tuning"] = wrap(PromptEncoderConfig, encoder_hidden_size=HIDDEN)
    counts = {kind: model.get_nb_trainable_parameters()[0] for kind, model in kinds.items()}
    lab.say("None of them folds into the weights, as LoRA does: every call pays for n more positions.")
    table = [[kind, counts[kind], m(question).logits.shape[1]] for kind, m in kinds.items()]
    lab.table("Four kinds, 12 tokens fed", ["kind", "trained numbers", "rows of logits"], table)
    # the usual mistake: prompt and prefix tuning mixed up
    per_prompt, per_prefix = lab.variant(right=(d, 2 * p.layers * d_kv), control=(2 * p.layers * d_kv, d))
    lab.claim("Prompt tuning trains n·d numbers", measured=counts["prompt"], equals=n * per_prompt)
    ask = f"n = {n}, {p.layers} layers, {p.kv_heads} KV heads of {HEAD_DIM}: how many numbers has a prefix?"
    title, expected = "Prefix tuning trains n·2·L·n_kv·d_h", n * per_prefix
    lab.claim(title, measured=counts["prefix"], equals=expected, predict=ask, unit="numbers")

    lab.step("4 · The base stays as it is")
    lab.say("Teach the frozen model a random answer through its prompt alone. One base serves many tasks so.")
    base.requires_grad_(lab.variant(right=False, control=True))  # the usual mistake: not frozen
    losses = train(fill(prompt, noise), written, n, p.steps)
    lab.series("Loss while the prompt learns", range(p.steps), {"loss": losses})
    moved = (base(written).logits[:, n:] - reference).abs().max().item()
    lab.claim("After training the base gives the same logits, bit for bit", measured=moved, equals=0.0)
    if lab.device == "cuda":
        lab.observe("Peak memory", torch.cuda.max_memory_allocated() / 2**20, unit="MiB")


if __name__ == "__main__":
    main(run, Params)
