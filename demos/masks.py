"""Masks — who may read whom: causal, prefix, padded, packed.  Raffel et al. 2019, §3.2.1 (arXiv:1910.10683)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="注意力掩码", en="Attention masks", topic="transformer", tier="torch")


@dataclass(frozen=True)
class Params:
    seq_len: int = param(12, low=6, high=48, tiny=8, help="tokens T", zh="序列长度 T")
    prefix: int = param(
        5, low=2, high=44, tiny=3, help="tokens of the prompt P in a prefix-LM", zh="前缀（提示）长度 P"
    )
    dim: int = param(32, low=4, high=256, tiny=16, help="width of a token d", zh="向量维度 d")

    def check(self) -> None:
        if self.prefix > self.seq_len - 2:
            raise ValueError("prefix must leave at least two tokens for the answer")


def causal(queries: int, keys: int, lab: Lab) -> Tensor:
    """(queries, keys), True where reading is allowed; the queries are the *last* tokens of the text."""
    shift = lab.variant(right=keys - queries, control=0)  # the usual mistake: row 0 is taken for token 0
    return torch.ones(queries, keys, dtype=torch.bool).tril(diagonal=shift)


def prefix_lm(t: int, prefix: int, lab: Lab) -> Tensor:
    allowed = causal(t, t, lab)
    allowed[:prefix, :prefix] = True  # the prompt is known as a whole: it reads itself in both directions
    return allowed


def padded(t: int, pads: int) -> Tensor:
    return (torch.arange(t) < t - pads).expand(t, t)  # columns are struck out: nobody *reads* a pad


def packed(lengths: list[int], lab: Lab) -> Tensor:
    return torch.block_diag(*(causal(n, n, lab).float() for n in lengths)).bool()  # one block a document


def attention(q: Tensor, k: Tensor, v: Tensor, allowed: Tensor, lab: Lab) -> Tensor:
    """q (n, d), k and v (T, d), allowed (n, T) -> (n, d)."""
    scores = q @ k.T / math.sqrt(q.shape[-1])  # (n, T)
    # The usual mistake: a forbidden score becomes 0, as in `scores * mask`. But e⁰ = 1 is a weight like others.
    forbidden = lab.variant(right=-math.inf, control=0.0)  # e^−∞ = 0
    weights = scores.masked_fill(~allowed.to(q.device), forbidden).softmax(dim=-1)
    return weights.nan_to_num() @ v  # a row where nothing is allowed is 0/0: we say 0


def flow(x: Tensor, project: Tensor, allowed: Tensor, lab: Lab) -> Tensor:
    """(T, T): |∂out_i/∂x_j|, what really reaches output i from token j, whatever the mask promises."""

    def layer(x: Tensor) -> Tensor:
        k, v = (x @ project).chunk(2, dim=-1)
        # the query is held fixed: token i always reaches its own output by its own question
        return attention(x.detach(), k, v, allowed, lab)

    jacobian = torch.autograd.functional.jacobian(layer, x)  # (T, d, T, d)
    return jacobian.abs().amax(dim=(1, 3)).cpu()


def run(lab: Lab, p: Params) -> None:
    generator, t, d = lab.generator(), p.seq_len, p.dim

    def normal(*shape: int) -> Tensor:  # float32 everywhere: gradients decide here, not speed
        return torch.randn(shape, generator=generator).to(lab.device)

    x, project = normal(t, d), normal(d, 2 * d) / math.sqrt(d)
    q, k, v = normal(t, d), normal(t, d), normal(t, d)
    rounding = lab.tol(torch.float32, scale=v.abs().max())

    lab.step("1 · A mask is a plan of the roads; gradients are the traffic")
    lab.say("""Row i is the token that asks, column j the one that is read. Whether a road is really closed, the
        gradient of output i by token j tells: the maps show where it is not zero.""")
    pads = t // 4
    plans = {
        "fully visible (BERT, an encoder)": torch.ones(t, t, dtype=torch.bool),
        "causal (GPT, Llama)": causal(t, t, lab),
        f"prefix-LM: the first {p.prefix} see each other (T5's study, GLM)": prefix_lm(t, p.prefix, lab),
        f"padding: the last {pads} are not read": padded(t, pads),
    }
    flows = {name: flow(x, project, allowed, lab) for name, allowed in plans.items()}
    for name, strength in flows.items():
        lab.matrix(f"Gradient flows: {name}", (strength > 0).int())
    wrong = [int(((flows[name] > 0) != allowed).sum()) for name, allowed in plans.items()]
    lab.claim("In no plan does a gradient break the mask", measured=wrong, equals=[0] * 4, unit="cells")
    open_cells = [int((strength > 0).sum()) for strength in list(flows.values())[1:3]]
    half = t * (t + 1) // 2
    question = f"{t} tokens, {t * t} pairs: in how many can information flow under a causal mask?"
    title = "Causal: T(T+1)/2 pairs are open"
    lab.claim(title, measured=open_cells[0], equals=half, predict=question, unit="pairs")
    title = "The prefix opens P(P−1)/2 pairs more"
    extra = p.prefix * (p.prefix - 1) // 2
    lab.claim(title, measured=open_cells[1] - open_cells[0], equals=extra, unit="pairs")

    lab.step("2 · A prefix-LM still writes one token at a time")
    lab.say("""Its prompt is read both ways, in one pass. Its answer is causal: each token reads the one before,
        so that one must exist. The price: a prompt that grows changes what its *old* tokens see, and a cache of
        them is worthless, while a causal model keeps it from turn to turn.""")
    ending = normal(3, t - p.prefix, d)
    new = [torch.cat([old[: p.prefix], end]) for old, end in zip((q, k, v), ending, strict=True)]

    def change(plan: Tensor, grown: Tensor) -> Tensor:
        return (attention(*new, grown, lab) - attention(q, k, v, plan, lab))[: p.prefix].abs().max()

    plan = prefix_lm(t, p.prefix, lab)
    lab.claim("Another answer leaves the prompt as it was", measured=change(plan, plan), equals=0.0)
    moved = [change(causal(t, t, lab), causal(t, t, lab)).item(), change(plan, prefix_lm(t, t, lab)).item()]
    lab.table("The prompt grows: old outputs change by", ["causal", "prefix-LM"], [moved])

    lab.step("3 · Pads and neighbours must not be heard")
    lab.say("""A batch wants rows of one length: pad them, or pack several documents into one row. Either way each
        document must come out as if it were alone.""")
    alone, sizes = t - pads, [t // 3, t - t // 3]
    by_itself = scaled_dot_product_attention(*(s[None, :alone] for s in (q, k, v)))
    gap = (attention(q, k, v, padded(t, pads), lab)[:alone] - by_itself[0]).abs().max()
    lab.claim("A padded text = the text alone", measured=gap, at_most=rounding)
    documents = zip(*(s.split(sizes) for s in (q, k, v)), strict=True)
    each = [scaled_dot_product_attention(*(s[None] for s in qkv), is_causal=True)[0] for qkv in documents]
    gap = (attention(q, k, v, packed(sizes, lab), lab) - torch.cat(each)).abs().max()
    lab.claim("Two packed documents = each alone", measured=gap, at_most=rounding)
    nothing = torch.zeros(1, t, dtype=torch.bool)
    lab.say("""A pad on the left of a causal row may read *nothing*: softmax of nothing is 0/0, NaN, and one NaN
        ruins the batch. −10⁹ in place of −∞ gives the mean of all forbidden values instead. PyTorch gives 0.""")
    theirs = scaled_dot_product_attention(q[None, :1], k[None], v[None], attn_mask=nothing.to(q.device))[0]
    gap = (attention(q[:1], k, v, nothing, lab) - theirs).abs().max()
    lab.claim("Who may read nothing gets 0, as in PyTorch", measured=gap, equals=0.0)

    lab.step("4 · One query and a cache: which corner holds the triangle?")
    lab.say(f"""While decoding there is 1 query and {t} keys. The query is the *last* token: the triangle must end in
        the lower right corner. PyTorch's `is_causal=True` begins it in the upper left, so that the newest
        token reads the very first one and nothing else: no error, only nonsense.""")
    last = attention(q, k, v, torch.ones(t, t).tril().bool(), lab)[-1:]
    gap = (attention(q[-1:], k, v, causal(1, t, lab), lab) - last).abs().max()
    lab.claim("Decoded alone, the last token comes out the same", measured=gap, at_most=rounding)
    trap = scaled_dot_product_attention(q[None, -1:], k[None], v[None], is_causal=True)[0]
    # an illustration: it is PyTorch's own rule, which no mask of ours touches
    title = "is_causal=True with one query returns the first token's value"
    lab.claim(title, measured=(trap - v[:1]).abs().max(), at_most=rounding, illustration=True)


if __name__ == "__main__":
    main(run, Params)
