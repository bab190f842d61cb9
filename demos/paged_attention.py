"""PagedAttention — a KV cache in blocks, found through a table.  Kwon et al. 2023, §4 (arXiv:2309.06180)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="PagedAttention 分页注意力", en="PagedAttention", topic="inference", tier="torch")


@dataclass(frozen=True)
class Params:
    block: int = param(16, low=4, high=128, help="tokens in a block B", zh="每块的词元数 B")
    max_len: int = param(2048, low=512, high=8192, help="longest text allowed", zh="允许的最大长度")
    slots: int = param(16, low=8, high=64, help="longest texts that fit", zh="可容纳的最长序列数")
    samples: int = param(4, low=2, high=8, help="answers to one prompt n", zh="同一提示的回答数 n")
    head_dim: int = param(64, low=8, high=256, tiny=16, help="width of a head d", zh="每个头的维度 d")


class Cache:
    """Keys and values of many texts in one pool (blocks, B, 2, d); a text is a list of block numbers and a length."""

    def __init__(self, blocks: int, d: int, p: Params, lab: Lab) -> None:
        order, shape = torch.randperm(blocks, generator=lab.generator()), (blocks, p.block, 2, d)
        self.free, self.users = order.tolist(), [0] * blocks  # as if earlier texts had left holes all over,
        self.pool = torch.randn(shape, generator=lab.generator()).to(lab.device)  # and old numbers in them
        self.block, self.lab = p.block, lab

    def take(self) -> int:
        number = self.free.pop()
        self.users[number] = 1
        return number

    def append(self, table: list[int], length: int, kv: Tensor) -> None:
        """Write the key and value (2, d) of token `length`; takes a new block only when the last one is full."""
        place = length % self.block
        if place == 0:
            table.append(self.take())
        # The last block may belong to a sister answer too: copy it before writing.  The usual mistake: just write.
        elif self.users[table[-1]] > 1 and self.lab.variant(right=True, control=False):
            self.users[table[-1]] -= 1
            copy = self.take()
            self.pool[copy] = self.pool[table[-1]]
            table[-1] = copy
        self.pool[table[-1], place] = kv

    def fork(self, table: list[int]) -> list[int]:
        """A second text with the same beginning: a copy of the *table*, not of the tokens."""
        for number in table:
            self.users[number] += 1
        return list(table)

    def gather(self, table: list[int], length: int) -> Tensor:
        """Keys and values (T, 2, d) in a row again.  The usual mistake: to read the last block to its end."""
        return self.pool[table].flatten(0, 1)[: self.lab.variant(right=length, control=None)]


def paged(q: Tensor, cache: Cache, table: list[int], length: int) -> Tensor:
    """What the kernel does: q (d,) walks through the blocks, with a running softmax, and gathers nothing."""
    m, z, out = q.new_tensor(-math.inf), q.new_tensor(0.0), torch.zeros_like(q)
    for i, number in enumerate(table):
        used = cache.lab.variant(right=length - i * cache.block, control=None)
        k, v = cache.pool[number, :used].unbind(dim=1)  # (B, d), fewer in the last block
        s = k @ q / math.sqrt(len(q))
        highest = torch.maximum(m, s.max())
        w, shrink = (s - highest).exp(), (m - highest).exp()
        m, z, out = highest, shrink * z + w.sum(), shrink * out + w @ v
    return out / z


def run(lab: Lab, p: Params) -> None:
    generator, d, b = lab.generator(), p.head_dim, p.block

    lab.step("1 · A text scattered over the memory")
    t = 4 * b + b // 2 + 1  # the last block is not full
    kv, q = torch.randn(t, 2, d, generator=generator).to(lab.device), torch.randn(d, generator=generator)
    q, cache, table = q.to(lab.device), Cache(40, d, p, lab), []
    for i in range(t):
        cache.append(table, i, kv[i])
    lab.say(f"""{t} tokens, {b} a block: the table says where each block lies, and block numbers need no order. The
        tail of the last block holds what an earlier text left there.""")
    spans = [[f"{i * b}–{min(i * b + b, t) - 1}", number] for i, number in enumerate(table)]
    lab.table("Block table", ["tokens", "block"], spans)
    exact = scaled_dot_product_attention(q[None], kv[:, 0], kv[:, 1])[0]
    rounding = lab.tol(torch.float32, scale=kv.abs().max())
    k, v = cache.gather(table, t).unbind(dim=1)
    found = scaled_dot_product_attention(q[None], k, v)[0]
    lab.claim("Gathered by the table = kept in one piece", measured=(found - exact).abs().max(), equals=0.0)
    gap = (paged(q, cache, table, t) - exact).abs().max()
    lab.claim("Block by block, nothing gathered: the same", measured=gap, at_most=rounding)
    mixed = table[:4][::-1] + table[4:]
    gap = (paged(q, cache, mixed, t) - exact).abs().max()
    lab.say("""A surprise: the *order* of full blocks does not matter either. A sum over keys has no order; their
        positions were turned into the keys themselves, by RoPE, before they were stored.""")
    lab.claim("With the full blocks in reverse order: still the same", measured=gap, at_most=rounding)

    lab.step("2 · How many texts fit")
    lab.say(f"""Before, each request got room for {p.max_len} tokens, since nobody knows how long it gets. Lengths are
        skewed (here log-normal): most of that room stayed empty. Blocks waste only the tail of the last one.""")
    lengths = (torch.randn(4000, generator=generator) + 5).exp().clamp(1, p.max_len).long()
    # The usual mistake, and the way before: room for the longest text, whatever the text.
    room = lab.variant(right=lengths, control=torch.full_like(lengths, p.max_len))
    blocks = -(-room // b)  # that each text takes, rounded up
    inside = blocks.cumsum(dim=0) <= p.slots * p.max_len // b  # taken in order, until the pool is empty
    tails = (blocks * b - lengths)[inside]  # slots taken but never written
    lab.claim("No text wastes a whole block", measured=tails.max(), at_most=b - 1, unit="slots")
    texts, mean = int(inside.sum()), lengths[inside].double().mean().item()
    use, expected = mean / (mean + tails.double().mean()), mean / (mean + (b - 1) / 2)
    # a tail is uniform over 0 … B−1: mean (B−1)/2, deviation B/√12.  5σ of their mean, as a share of a text:
    noise = 5 * b / math.sqrt(12 * texts) / mean
    lab.claim("Share of slots in use = mean/(mean + (B−1)/2)", measured=use, close_to=expected, tol=noise)
    question = f"{p.slots} × {p.max_len} slots; texts of {mean:.0f} tokens on average, B = {b}. How many fit?"
    fit = p.slots * p.max_len / (mean + (b - 1) / 2)
    slack = noise * fit + p.max_len / mean  # the text that found no room may have been a long one
    title = f"Texts in memory at once, where {p.slots} were before"
    lab.claim(title, measured=texts, close_to=fit, tol=slack, predict=question, unit="texts")

    lab.step("3 · Many answers to one prompt")
    new, n = b + 3, p.samples
    lab.say(f"""{n} answers of {new} tokens to a prompt of {t}. All tables begin with the same blocks. Only the block
        where the prompt ends is copied, by whoever writes first into it: copy on write, as in an operating system.""")
    cache, first = Cache(n * (-(-(t + new) // b)), d, p, lab), []
    for i in range(t):
        cache.append(first, i, kv[i])
    tables = [first, *(cache.fork(first) for _ in range(n - 1))]
    answers = torch.randn(n, new, 2, d, generator=generator).to(lab.device)
    for i in range(new):  # the answers grow together, a token each in turn
        for table, answer in zip(tables, answers, strict=True):
            cache.append(table, t + i, answer[i])
    stored = [cache.gather(table, t + new)[: t + new] for table in tables]
    wrong = max((a - torch.cat([kv, new])).abs().max() for a, new in zip(stored, answers, strict=True))
    lab.claim("No answer writes into another's past", measured=wrong, equals=0.0)
    whole, each = t // b, -(-(t + new) // b)
    question = f"Prompt {t}, {n} answers of {new} tokens, {b} a block: how many blocks are in use?"
    taken, expected = sum(users > 0 for users in cache.users), whole + n * (each - whole)
    title = "Blocks in use = shared + n · own"
    lab.claim(title, measured=taken, equals=expected, predict=question, unit="blocks")
    lab.say(f"Without sharing it would be {n * each}: {1 - expected / (n * each):.0%} are saved.")
    if lab.device == "cuda":
        lab.observe("Peak memory", torch.cuda.max_memory_allocated() / 2**20, unit="MiB")


if __name__ == "__main__":
    main(run, Params)
