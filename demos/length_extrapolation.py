"""Length extrapolation — PI, NTK and YaRN read past the training length.  Peng et al. 2023, §3 (arXiv:2309.00071)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from flashcards.lab import Demo, Lab, main, models, param

DEMO = Demo(
    zh="长度外推：PI、NTK、YaRN", en="Length extrapolation of RoPE", topic="transformer", tier="torch"
)

# In the manner of the King James Bible, from which the model learned its English, but not a line of it.
TEXT = """And it came to pass in the third year, that there was no rain in the land, and the wells were dry. And the
people of the city came to the old man that kept the gate, and said unto him, What shall we do, for our children cry
unto us for water? And he answered and said, Go ye up unto the mountain, and dig under the great stone which your
fathers set there. Then they rose up early in the morning, and took with them bread and oil, and went up. And when
they were come to the stone, behold, a young man sat upon it, and his garment was white as the snow. And they feared
greatly, and fell upon their faces to the ground. And they digged all that day until the evening, and found nothing;
but a little child put his hand into the earth, and it was wet. And the water sprang forth, and ran down the mountain
into the valley."""

D, BASE, TRAINED = 32, 10_000.0, 64  # of the shipped model: width of a head, base of the angles, longest text


@dataclass(frozen=True)
class Params:
    factor: int = param(4, low=2, high=4, help="stretch the context s times", zh="上下文扩大的倍数 s")
    longest: int = param(512, low=256, high=512, tiny=256, help="longest text read", zh="最长的文本")
    hf: bool = param(False, tiny=True, help="compare with transformers too", zh="同时与 transformers 对照")


def frequencies(base: float = BASE) -> Tensor:
    return base ** (-torch.arange(0, D, 2).double() / D)  # θ_i = b^(−2i/d), (d/2,)


def interpolated(s: float, lab: Lab) -> Tensor:
    """PI: positions m/s, which is frequencies θ_i/s.  Chen et al. 2023 (arXiv:2306.15595)."""
    return lab.variant(right=frequencies(BASE) / s, control=frequencies(BASE * s))  # s in the base


def ntk(alpha: float, lab: Lab) -> Tensor:
    """NTK-aware: a larger base b', such that b'^(−(d−2)/d) = b^(−(d−2)/d)/α: the slowest pair is slowed by α."""
    return frequencies(BASE * alpha ** lab.variant(right=D / (D - 2), control=1.0))  # the usual mistake: b·α


def dynamic(s: float, lab: Lab, seq_len: int) -> Tensor:
    """NTK with an α that grows with the text: up to the length of training nothing changes."""
    alpha = s * max(seq_len, TRAINED) / TRAINED - (s - 1)
    return ntk(lab.variant(right=alpha, control=s), lab)  # the usual mistake: α = s from the start


def yarn(s: float, lab: Lab) -> Tensor:
    """By parts: pairs of 32 turns or more within L stay, those of less than one turn are slowed by s (§3.2)."""
    ends = [D * math.log(TRAINED / (2 * math.pi * turns)) / (2 * math.log(BASE)) for turns in (32, 1)]
    low, high = max(math.floor(ends[0]), 0), math.ceil(ends[1])  # the pairs of 32 turns and of one
    ramp = ((torch.arange(D // 2).double() - low) / (high - low)).clamp(0, 1)
    slowed = lab.variant(right=ramp, control=1 - ramp)  # the usual mistake: the fast pairs slowed
    return frequencies() * (1 - slowed) + frequencies() / s * slowed


def loss(model: models.TinyGPT, tokens: Tensor, length: int, longest: int) -> float:
    """Nats a character on the same targets for every length: the last 32 of windows with the same ends."""
    ends = range(longest + 1, len(tokens) + 1, 32)[:8]
    windows = torch.stack([tokens[end - length - 1 : end] for end in ends])  # (n, T+1)
    logits = model(windows[:, :-1])[:, -32:]  # (n, 32, V)
    return cross_entropy(logits.flatten(0, 1), windows[:, -32:].flatten()).item()


def of_transformers(kind: str, s: float) -> Tensor:
    from transformers import LlamaConfig
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    rope = {"rope_type": kind, "factor": s, "rope_theta": BASE}
    if kind == "yarn":
        rope["original_max_position_embeddings"] = TRAINED
    sizes = {"hidden_size": D, "num_attention_heads": 1, "max_position_embeddings": TRAINED}
    config = LlamaConfig(rope_parameters=rope, rope_theta=BASE, rope_scaling=rope, **sizes)
    return ROPE_INIT_FUNCTIONS[kind](config, "cpu", seq_len=4 * TRAINED)[0].double()


def run(lab: Lab, p: Params) -> None:
    s = p.factor
    lab.step("1 · Four ways to slow the hands of the clock")
    lab.say(f"""The model has read {TRAINED} characters at a time, never more. Beyond, the slow pairs reach angles it
        has never met. The fast ones have been all the way round; they tell neighbours apart and must stay exact.""")
    theta, pi, by_base, by_parts = frequencies(), interpolated(s, lab), ntk(s, lab), yarn(s, lab)
    turns = TRAINED * theta / (2 * math.pi)  # (d/2,)
    rows = [[i, turns[i], *(theta[i] / new[i] for new in (pi, by_base, by_parts))] for i in (0, 2, 4, 8, 15)]
    lab.table("Slowed how many times", ["pair", f"turns in {TRAINED} tokens", "PI", "NTK", "YaRN"], rows)
    exact = lab.tol(torch.float64, scale=s)
    extremes = [(theta / pi).min(), (theta / pi).max()]
    lab.claim(f"PI slows every pair {s} times", measured=extremes, close_to=s, tol=exact)
    last = theta[-1] / by_base[-1]
    question = f"NTK: base b·{s}^(d/(d−2)). How many times slower is the last pair, θ = b^(−(d−2)/d)?"
    lab.claim("NTK slows the last pair s times", measured=last, close_to=s, tol=exact, predict=question)
    slow = (theta / by_parts > s - exact).sum()
    lab.claim("Pairs slowed in full by YaRN: less than one turn", measured=slow, equals=(turns < 1).sum())

    lab.step("2 · Read on, without any training")
    model = models.load("tiny-gpt").to(lab.device)
    tokens = torch.tensor(model.encode(TEXT.replace("\n", " ")), device=lab.device)
    lengths = sorted({n for n in (64, 128, 256, 512, s * TRAINED) if n <= p.longest})
    ways = {"untouched": theta, "PI": pi, "NTK": by_base, "dynamic NTK": theta, "YaRN": by_parts}
    losses: dict[str, list[float]] = {}
    for name, new in ways.items():
        sharper = 0.1 * math.log(s) + 1  # YaRN's factor on q and k (§3.4): over more keys, sharper attention
        model.rope_scale, losses[name] = sharper if name == "YaRN" else 1.0, []
        for n in lengths:
            model.inv_freq = (dynamic(s, lab, n) if name == "dynamic NTK" else new).float()
            losses[name].append(loss(model, tokens, n, p.longest))
    lab.series("Nats a character, by length of the text", lengths, losses, logx=True)
    home, far = losses["untouched"][0], lengths.index(s * TRAINED)
    # The targets are the same everywhere, so noise between texts cancels; what the limits judge is 0.1 and 3 nats.
    ordered = [losses[name][far] for name in ("untouched", "NTK", "YaRN")]
    lab.claim(f"At {s}·{TRAINED} characters: untouched > NTK > YaRN", measured=ordered, monotone="decreasing")
    stays, blurs, same = ordered[-1] - home, losses["PI"][0] - home, losses["dynamic NTK"][0] - home
    lab.claim(f"YaRN at {s}·{TRAINED} loses little", measured=stays, at_most=0.3, unit="nats")
    lab.claim("PI without fine-tuning hurts even short texts", measured=blurs, at_least=1, unit="nats")
    lab.claim("Dynamic NTK leaves short texts alone", measured=same, equals=0.0, unit="nats")
    lab.say("""PI squeezes the fast pairs too, and neighbours blur: it wants some training afterwards, as its authors
        say. NTK keeps them, but its middle pairs fall short of s, so it breaks before s times the length.""")

    if p.hf:
        ours = {"linear": pi, "dynamic": dynamic(s, lab, 4 * TRAINED), "yarn": by_parts}
        try:
            gaps = [(of_transformers(kind, float(s)) / own - 1).abs().max() for kind, own in ours.items()]
        except ImportError:
            return lab.say("transformers is not installed, so not compared: `pip install transformers`.")
        lab.claim("transformers has the same frequencies", measured=gaps, at_most=lab.tol(torch.float32))


if __name__ == "__main__":
    main(run, Params)
