"""train, eval, no_grad — one switches behaviour, one bookkeeping.  Ioffe & Szegedy 2015, §3.1 (arXiv:1502.03167)."""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="train()、eval()、no_grad()", en="train(), eval(), no_grad()", topic="training", tier="torch")
MOMENTUM = 0.1  # PyTorch's default for batch norm: the weight of the new batch


@dataclass(frozen=True)
class Params:
    rate: float = param(0.3, low=0.05, high=0.9, help="dropout rate p", zh="dropout 概率 p")
    width: int = param(64, low=8, high=512, tiny=32, help="width of the network", zh="网络宽度")
    rows: int = param(128, low=16, high=1024, tiny=32, help="rows in a batch", zh="每批的样本数")
    masks: int = param(4096, low=256, high=65_536, tiny=1024, help="dropout masks", zh="dropout 掩码数")


def dropout(x: Tensor, p: Params, lab: Lab, generator: torch.Generator) -> Tensor:
    """Inverted dropout (Srivastava et al. 2014): each number is 0 with chance p, else x / (1 − p)."""
    keep = (torch.rand(x.shape, generator=generator) >= p.rate).to(x.device)
    return x * keep * lab.variant(right=1 / (1 - p.rate), control=1.0)  # the usual mistake: not scaled up


def remember(x: Tensor, state: tuple[Tensor, Tensor], lab: Lab) -> tuple[Tensor, Tensor]:
    """Running mean and variance (d,) of batch norm after one more batch x (n, d)."""
    new = lab.variant(right=MOMENTUM, control=1 - MOMENTUM)  # the usual mistake: the weight of the old one
    # x.var divides by n − 1, and so does the memory; the batch itself is normalised with n
    return state[0].lerp(x.mean(dim=0), new), state[1].lerp(x.var(dim=0), new)  # (1 − m)·old + m·new


def evaluate(net: nn.Module, x: Tensor, lab: Lab) -> Tensor:
    """How to ask a trained network."""
    net.train(lab.variant(right=False, control=True))  # net.eval(); the usual mistake: forgotten
    with torch.set_grad_enabled(lab.variant(right=False, control=True)):  # no_grad(); likewise
        return net(x)


def kept_bytes(ask: Callable[[], Tensor]) -> int:
    """What autograd keeps for a backward pass when `ask` runs; a tensor kept twice counts once."""
    kept: dict[int, Tensor] = {}

    def keep(t: Tensor) -> Tensor:
        kept[t.data_ptr()] = t
        return t

    with saved_tensors_hooks(keep, lambda t: t):
        ask()
    return sum(t.numel() * t.element_size() for t in kept.values())


def run(lab: Lab, p: Params) -> None:
    generator, d = lab.generator(), p.width
    torch.manual_seed(lab.seed)  # nn.Dropout and nn.Linear draw from the global generator

    lab.step("1 · Dropout: noise in training, nothing at the exam")
    lab.say("""In training each number is dropped with chance p and the others grow by 1/(1−p): the **mean stays**. In
        eval the layer hands its input on. Without that growth, a network meets larger numbers at the exam.""")
    x = torch.randn(d, generator=generator)
    outputs = dropout(x.expand(p.masks, d), p, lab, generator) @ x  # (masks,): one neuron under many masks
    sigma = x.square().norm().item() * math.sqrt(p.rate / (1 - p.rate) / p.masks)  # of their mean
    title = "Mean over many masks = output without dropout"
    lab.claim(title, measured=outputs.mean(), close_to=x @ x, tol=5 * sigma)
    ones, odds = dropout(torch.ones(p.masks, d), p, lab, generator), p.rate / (1 - p.rate)
    question = f"An entry is 1, p = {p.rate:g}: what is its variance after dropout?"
    sigma = odds * math.sqrt((1 / (p.rate * (1 - p.rate)) - 3) / ones.numel())  # of a variance of two values
    title = "The variance of an entry x is x²·p/(1−p)"
    lab.claim(title, measured=ones.var(), close_to=odds, tol=4 * sigma, predict=question)
    theirs = nn.Dropout(p.rate)(torch.ones(p.masks)).unique()  # in order: 0 and 1 / (1 − p)
    rounding = lab.tol(torch.float32, scale=1 + odds)
    title = "nn.Dropout makes the same two values of 1"
    lab.claim(title, measured=theirs, close_to=ones.unique(), tol=rounding)

    lab.step("2 · Batch norm: a memory that training writes and eval reads")
    lab.say("""In training every column is normalised with the mean and variance of **this batch**, and a running mean
        and variance move a tenth of the way there. In eval the running ones take their place.""")
    norm = nn.BatchNorm1d(d).to(lab.device)
    state = norm.running_mean.clone(), norm.running_var.clone()  # 0 and 1
    means = []
    for _ in range(30):
        x = torch.randn(p.rows, d, generator=generator)
        x = (5 + 3 * (x - x.mean(dim=0))).to(lab.device)  # every column has mean 5
        norm(x)
        state = remember(x, state, lab)
        means.append(state[0].mean().item())
    lab.series("Running mean of columns with mean 5", range(1, 31), {"running mean": means})
    question = "It starts at 0, every batch has mean 5, momentum is 0.1. Where is it after 3 batches?"
    expected, rounding = 5 * (1 - 0.9**3), lab.tol(torch.float32, scale=state[1].max())
    title = "Running mean after 3 batches"
    lab.claim(title, measured=means[2], close_to=expected, tol=rounding, predict=question)
    memory = torch.stack([norm.running_mean, norm.running_var])
    gap = (torch.stack(state) - memory).abs().max()
    lab.claim("Own running mean and variance = PyTorch's", measured=gap, at_most=rounding)
    by_hand = (x - memory[0]) / (memory[1] + norm.eps).sqrt()
    gap = (evaluate(norm, x, lab) - by_hand).abs().max()
    lab.claim("In eval it uses the running ones", measured=gap, at_most=rounding)

    lab.step("3 · eval() is not no_grad()")
    lab.say("""eval() changes what dropout and batch norm **do**; no_grad() stops autograd from **keeping** what a
        backward pass needs. Neither implies the other.""")
    layers = nn.Linear(d, d), nn.BatchNorm1d(d), nn.ReLU(), nn.Dropout(p.rate), nn.Linear(d, 1)
    net, x = nn.Sequential(*layers).to(lab.device), torch.randn(p.rows, d, generator=generator).to(lab.device)
    rows = []
    for mode, grad in itertools.product(("train()", "eval()"), ("", "no_grad()")):
        net.train(mode == "train()")
        before = net[1].running_mean.clone()
        with torch.set_grad_enabled(not grad):
            kept, noise = kept_bytes(lambda: net(x)), (net(x) - net(x)).abs().max().item()
        rows.append([mode, grad, kept, noise, (net[1].running_mean - before).abs().max().item()])
    lab.table("Four ways to ask", ["", "", "bytes kept", "two answers differ by", "memory moved by"], rows)
    before = net[1].running_mean.clone()
    first, again = evaluate(net, x, lab), evaluate(net, x, lab)
    lab.claim("Asked twice, the same answer", measured=(first - again).abs().max().item(), equals=0.0)
    others = torch.cat([x[:1], 9 * x[1:]])  # the same first row in other company
    gap = (evaluate(net, others, lab)[0] - first[0]).abs().max().item()
    lab.claim("A row's answer does not depend on its company", measured=gap, equals=0.0)
    moved = (net[1].running_mean - before).abs().max().item()
    lab.claim("Asking moves no running mean", measured=moved, equals=0.0)
    kept = kept_bytes(lambda: evaluate(net, x, lab))
    lab.claim("Asking keeps nothing for a backward pass", measured=kept, equals=0, unit="B")


if __name__ == "__main__":
    main(run, Params)
