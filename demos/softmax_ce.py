"""Softmax and cross-entropy — one stable step, gradient p − y.  Goodfellow et al. 2016, §4.1 and §6.2.2."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="Softmax 与交叉熵", en="Softmax and cross-entropy", topic="loss", tier="torch")


@dataclass(frozen=True)
class Params:
    right_logit: float = param(2.3, low=-20, high=20, help="logit of the true class", zh="正确类的 logit")
    other_logit: float = param(-1.8, low=-20, high=20, help="logit of the other class", zh="另一类的 logit")
    classes: int = param(10, low=2, high=1000, help="classes of the random batch", zh="随机批次的类别数")
    batch: int = param(64, low=1, high=1024, tiny=8, help="rows of the random batch", zh="随机批次的行数")

    def check(self) -> None:
        if self.right_logit == self.other_logit:
            raise ValueError(
                "the two logits must differ: at a gap of 0 the loss is ln 2, whatever is done wrong"
            )


def log_softmax(z: Tensor) -> Tensor:
    """log p over the last axis: z_i − m − log Σ e^{z_j − m}, m = max z, so that no exponent is above 0."""
    shifted = z - z.max(dim=-1, keepdim=True).values
    return shifted - shifted.exp().sum(dim=-1, keepdim=True).log()


def naive_softmax(z: Tensor) -> Tensor:
    """p as on the blackboard; e^89 is already infinite in float32."""
    return z.exp() / z.exp().sum(dim=-1, keepdim=True)


def loss(z: Tensor, target: Tensor, lab: Lab) -> Tensor:
    """Mean cross-entropy of logits (n, classes) and true classes (n,)."""
    # Two usual mistakes make the control: softmax before a loss that contains one, and no maximum taken off.
    logits = lab.variant(right=z, control=naive_softmax(z))
    return -log_softmax(logits).gather(-1, target[:, None]).mean()  # −log p[true]


def run(lab: Lab, p: Params) -> None:
    lab.step("1 · Two classes by hand")
    gap = p.right_logit - p.other_logit
    lab.say(f"""Logits {p.right_logit:g} and {p.other_logit:g}; the first class is true. Only the gap of {gap:.3g}
        counts: `p = 1/(1 + e^−gap)`, and the loss is `−ln p = ln(1 + e^−gap)`.""")
    z = torch.tensor([[p.right_logit, p.other_logit]])
    chances = log_softmax(z).exp()[0]
    rows = [["true", p.right_logit, chances[0]], ["other", p.other_logit, chances[1]]]
    lab.table("By hand", ["class", "logit", "probability"], rows)
    by_hand = max(0.0, -gap) + math.log1p(math.exp(-abs(gap)))  # the same sum, safe for both signs of the gap
    question = f"Logits {p.right_logit:g} (true class) and {p.other_logit:g}: what is the loss?"
    measured, rounding = loss(z, torch.tensor([0]), lab), lab.tol(torch.float32, scale=max(1.0, by_hand))
    lab.claim("Loss = ln(1 + e^−gap)", measured=measured, close_to=by_hand, tol=rounding, predict=question)

    lab.step("2 · The gradient is what was said minus what is true")
    lab.say("""No σ′ in it, so a confident mistake still gets a gradient near 1: this is why classifiers are trained
        with cross-entropy and not with squared error.""")
    generator = lab.generator()
    z = (3 * torch.randn(p.batch, p.classes, generator=generator)).requires_grad_()
    target = torch.randint(p.classes, (p.batch,), generator=generator)
    (ours := loss(z, target, lab)).backward()
    theirs = cross_entropy(z.detach(), target)
    rounding = lab.tol(torch.float32, scale=theirs)
    lab.claim("Own loss = cross_entropy of PyTorch", measured=(ours - theirs).abs(), at_most=rounding)
    truth = torch.nn.functional.one_hot(target, p.classes)
    formula = (log_softmax(z.detach()).exp() - truth) / p.batch  # dL/dz = (p − y)/n
    error = (z.grad - formula).abs().max()
    lab.claim(
        "Gradient by autograd = (p − y)/n", measured=error, at_most=lab.tol(torch.float32, scale=1 / p.batch)
    )

    lab.step("3 · Where the blackboard formula breaks")
    lab.say("""e^z overflows early, and the logarithm of an underflowed probability is −∞. Taking the largest logit off
        changes nothing (e^m cancels), and then no exponent is above zero.""")
    rows = []
    for dtype in (torch.float16, torch.bfloat16, torch.float32):
        limits = torch.finfo(dtype)
        rows.append([str(dtype), math.log(limits.max), math.log(limits.tiny)])
    lab.table("Largest and smallest z with a normal e^z", ["number type", "largest", "smallest"], rows)
    far, other = torch.tensor([[1000.0, 0.0]]), torch.tensor([1])  # sure, and wrong
    naive = -naive_softmax(far).log()[0]
    lab.table(
        "−ln p of the logits 1000 and 0",
        ["way", "class 0", "class 1"],
        [["blackboard", naive[0], naive[1]], ["stable", *(0 - log_softmax(far)[0])]],
    )
    lab.claim("A mistake by 1000 logits costs 1000 nats", measured=loss(far, other, lab), equals=1000.0)
    z = z.detach().double()  # so that adding a constant rounds nothing away
    moved = (loss(z + 1000, target, lab) - loss(z, target, lab)).abs()
    lab.claim(
        "Adding 1000 to all logits changes nothing", measured=moved, at_most=lab.tol("float64", scale=1000)
    )


if __name__ == "__main__":
    main(run, Params)
