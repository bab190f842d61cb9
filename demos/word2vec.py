"""word2vec — telling true neighbours from random words factorises PMI − log k.  Mikolov et al. 2013, §2.2 (arXiv:1310.4546)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="word2vec：skip-gram 与 CBOW", en="word2vec: skip-gram and CBOW", topic="embedding", tier="torch")

# A small world: a sentence is about a person, so it holds one noun, two words of the role, one of the gender.
NOUNS = [("king", "queen"), ("prince", "princess"), ("man", "woman"), ("father", "mother"), ("actor", "actress"), ("monk", "nun")]
ROLES = [("crown", "throne"), ("castle", "heir"), ("street", "work"), ("child", "home"), ("stage", "play"), ("prayer", "abbey")]
GENDERS = [("he", "his"), ("she", "her")]
WORDS = [word for group in (*NOUNS, *ROLES, *GENDERS) for word in group] + ["the", "and"]
ID = {word: i for i, word in enumerate(WORDS)}


@dataclass(frozen=True)
class Params:
    sentences: int = param(20_000, low=2000, high=100_000, tiny=5000, help="sentences of the text", zh="句子数")
    dim: int = param(10, low=6, high=64, help="width d of the vectors", zh="词向量维度 d")
    negatives: int = param(5, low=1, high=20, help="random words k to each true pair", zh="负样本数 k")
    steps: int = param(800, low=200, high=5000, tiny=500, help="steps of training", zh="训练步数")


def write(sentences: int, generator: torch.Generator) -> Tensor:
    """Sentences (n, 6) of word ids, each in random order."""
    def draw(high: int) -> Tensor:
        return torch.randint(high, (sentences,), generator=generator)

    role, gender = draw(len(NOUNS)) , draw(2)
    noun = 2 * role + gender
    first = 2 * len(NOUNS) + 2 * role + draw(2)
    second = 2 * len(NOUNS) + 2 * role + draw(2)
    pronoun = 4 * len(NOUNS) + 2 * gender + draw(2)
    filler = len(WORDS) - 2 + draw(2)
    text = torch.stack([noun, first, second, pronoun, filler], dim=1)
    order = torch.rand(text.shape, generator=generator).argsort(dim=1)
    return text.gather(1, order)


def pairs(text: Tensor, window: int = 2) -> Tensor:
    """All (center, context) of skip-gram, (n, 2)."""
    n = text.shape[1]
    places = [(i, j) for i in range(n) for j in range(n) if i != j and abs(i - j) <= window]
    return torch.cat([text[:, list(place)] for place in places])


if __name__ == "__main__":
    main(run, Params)
