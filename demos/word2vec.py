"""word2vec — telling neighbours from random words factorises PMI − log k.  Mikolov et al. 2013 (arXiv:1310.4546)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid, normalize

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(
    zh="word2vec：skip-gram 与 CBOW", en="word2vec: skip-gram and CBOW", topic="embedding", tier="torch"
)

# A small world.  A sentence is about one person: a noun, two words of the role, a pronoun, an article.
LEXICON = """king prince man father actor monk queen princess woman mother actress nun
    crown throne castle heir street work child home stage play prayer abbey he his she her the a"""
WORDS = LEXICON.split()
ID = {word: i for i, word in enumerate(WORDS)}


@dataclass(frozen=True)
class Params:
    sentences: int = param(10_000, low=2000, high=50_000, tiny=2000, help="sentences to read", zh="句子数")
    dim: int = param(12, low=10, high=64, help="width d of the vectors", zh="词向量维度 d")
    negatives: int = param(5, low=2, high=20, help="random words k for each true one", zh="负样本数 k")
    steps: int = param(600, low=200, high=3000, tiny=200, help="steps of training", zh="训练步数")


def write(n: int, generator: torch.Generator) -> Tensor:
    """The text: n sentences of five word ids, each in an order of its own, (n, 5)."""
    draws = [torch.randint(high, (n,), generator=generator) for high in (6, 2, 2, 2, 2, 2)]
    role, woman, first, second, pronoun, article = draws
    pair = 12 + 2 * role
    words = [role + 6 * woman, pair + first, pair + second, 24 + 2 * woman + pronoun, 28 + article]
    return torch.stack(words, dim=1).gather(1, torch.rand(n, 5, generator=generator).argsort(dim=1))


def windows(text: Tensor, lab: Lab) -> tuple[Tensor, Tensor]:
    """Every word (n·5,) with its neighbours (n·5, 4); the window is the sentence."""
    # The usual mistake: the window holds the word itself, which then predicts itself.
    places = [[j for j in range(5) if lab.variant(right=j != i, control=True)] for i in range(5)]
    return text.T.flatten(), torch.cat([text[:, around] for around in places])


def loss(h: Tensor, true: Tensor, noise: Tensor, lab: Lab) -> Tensor:
    """Negative sampling: −log σ(h·u) − Σ log σ(−h·u'); h, true (n, d), noise (n, k, d) -> (n,)."""
    sign = lab.variant(right=-1, control=1)  # the usual mistake: random words attracted like true ones
    return -logsigmoid((h * true).sum(-1)) - logsigmoid(sign * (noise @ h.unsqueeze(-1)).squeeze(-1)).sum(-1)


def train(inputs: Tensor, outputs: Tensor, noise: Tensor, p: Params, lab: Lab) -> Tensor:
    """Vectors (V, d) of the words.  inputs (n, m): one word in skip-gram, the whole window in CBOW."""
    generator = lab.generator()
    v, u = (torch.randn(2, len(WORDS), p.dim, generator=generator) * 0.1).to(lab.device)
    v, u = v.requires_grad_(), u.requires_grad_()
    optimiser = torch.optim.Adam([v, u], lr=0.03)
    for _ in range(p.steps):
        batch = torch.randint(len(inputs), (1000,), generator=generator)
        drawn = torch.multinomial(noise, 1000 * p.negatives, replacement=True, generator=generator)
        h = v[inputs[batch]].mean(dim=1)  # (1000, d)
        optimiser.zero_grad()
        loss(h, u[outputs[batch]], u[drawn.view(1000, -1)], lab).mean().backward()
        optimiser.step()
    return normalize(v.detach(), dim=-1).cpu()


def factorise(center: Tensor, context: Tensor, k: int, lab: Lab) -> tuple[Tensor, Tensor]:
    """Where the loss of the whole text is least, for d = V and noise like the text: v·u and PMI, both (V, V)."""
    size = len(WORDS)
    both = torch.bincount(center * size + context, minlength=size**2).view(size, size).double()  # #(w, c)
    chance = both.sum(1, keepdim=True) * both.sum(0) / both.sum()  # #(w)·#(c)/N: as often as chance has it
    vectors = (torch.randn(2, size, size, generator=lab.generator()).double() * 0.1).requires_grad_()
    sign = lab.variant(right=-1, control=1)  # as in `loss`

    def closure() -> Tensor:
        optimiser.zero_grad()
        x = vectors[0] @ vectors[1].T
        total = -(both * logsigmoid(x) + k * chance * logsigmoid(sign * x)).sum() / both.sum()
        total.backward()
        return total

    optimiser = torch.optim.LBFGS([vectors], max_iter=300, line_search_fn="strong_wolfe")
    optimiser.step(closure)
    return (vectors[0] @ vectors[1].T).detach(), (both / chance).log()


def analogies(vectors: Tensor, exclude: bool) -> int:
    """Of the 30 questions man : woman = other man : ?, how many the nearest vector answers."""
    right = 0
    for a in range(6):
        for b in set(range(6)) - {a}:
            likeness = vectors @ (vectors[6 + a] - vectors[a] + vectors[b])  # queen = king − man + woman
            if exclude:
                likeness[[a, b, 6 + a]] = -math.inf
            right += likeness.argmax().item() == 6 + b
    return right


def run(lab: Lab, p: Params) -> None:
    generator, k = lab.generator(), p.negatives
    lab.step("1 · Two ways to make a task of plain text")
    lab.say("""**Skip-gram** takes the word and predicts each neighbour: an example a neighbour. **CBOW** takes the mean
        of the neighbours and predicts the word: an example a word. (Often told the other way round.)""")
    text = write(p.sentences, generator)
    words, around = windows(text, lab)
    lab.tokens("A sentence; the order of words is left to chance", [WORDS[i] for i in text[0]])
    center, context = words.repeat_interleave(around.shape[1]), around.flatten()
    question = f"{p.sentences:,} sentences of 5 words; the window is the sentence. Examples for skip-gram?"
    lab.claim("Skip-gram: a pair each", measured=len(center), equals=20 * p.sentences, predict=question)

    lab.step("2 · Negative sampling: σ says true or random")
    h, true = torch.randn(2, 1, 8, generator=generator, dtype=torch.float64)
    fake = torch.randn(1, k, 8, generator=generator, dtype=torch.float64)
    window = torch.stack([h[0] + 1, h[0] - 1, 2 * h[0], 0 * h[0]]).requires_grad_()  # four vectors of mean h
    loss(window.mean(dim=0, keepdim=True), true, fake, lab).sum().backward()
    by_hand = (torch.sigmoid(h @ true[0]) - 1) * true[0] + torch.sigmoid(fake[0] @ h[0]) @ fake[0]
    gap = (window.grad - by_hand / 4).abs().max()  # ∂L/∂h = (σ(h·u) − 1)u + Σ σ(h·u')u'; each word gets 1/4
    lab.claim("CBOW: each neighbour gets a quarter of ∂L/∂h", measured=gap, at_most=lab.tol(torch.float64, k))
    counts = torch.bincount(context, minlength=len(WORDS)).double()
    power = lab.variant(right=0.75, control=1.0)  # the usual mistake: noise as frequent as the text
    noise = counts**power / (counts**power).sum()
    drawn = torch.multinomial(noise, 100_000, replacement=True, generator=generator)
    often, seldom = ((drawn == ID[word]).sum().item() for word in ("the", "king"))
    ratio = (counts[ID["the"]] / counts[ID["king"]]).item() ** 0.75
    five_sigma = 5 * ratio * math.sqrt(1 / often + 1 / seldom)
    lab.claim("the : king in the noise = ratio^0.75", measured=often / seldom, close_to=ratio, tol=five_sigma)

    lab.step("3 · What the vectors learn")
    skip_gram = train(center[:, None], context, noise, p, lab)
    cbow = train(around, words, noise, p, lab)
    lab.matrix("Cosines of the nouns (skip-gram)", skip_gram[:12] @ skip_gram[:12].T, WORDS[:12], WORDS[:12])
    for name, vectors in (("skip-gram", skip_gram), ("CBOW", cbow)):
        right = analogies(vectors, exclude=True)
        lab.claim(f"{name}: king − man + woman = queen, and 29 more", measured=right, equals=30)
    lab.say(f"""Role and gender were planted here, and skip-gram finds {analogies(skip_gram, exclude=False)} even when
        the given words may answer too. On real text they often win, so the usual score leaves them out.""")

    lab.step("4 · Why it works: the product of vectors is PMI − log k")
    lab.say("""Levy and Goldberg (2014): the best v·u is log(#(w,c)·N / (#(w)·#(c))) − log k, if the vectors are wide
        enough and noise follows the text. In a quotient king/queen the role cancels: gender is left.""")
    found, pmi = factorise(center, context, k, lab)
    gap = (found - (pmi - math.log(k)))[pmi > -math.inf].abs().max()
    # 0.1: the optimiser stops a little early, while the pairs that never occur still run to −∞; log k is 0.7 and more.
    lab.claim("v·u = PMI − log k for every pair that occurs", measured=gap, at_most=0.1, unit="nats")


if __name__ == "__main__":
    main(run, Params)
