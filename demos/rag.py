"""RAG — cut, index, find, answer with sources, or say that nothing was found.  Lewis et al. 2020, §2 (arXiv:2005.11401)."""

import math
import re
import zlib
from collections import Counter
from dataclasses import dataclass

import numpy as np

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="检索增强生成 RAG", en="RAG: retrieval-augmented generation", topic="rag", tier="numpy")
NOTES = {
    "boiler": "The boiler is in the cellar. Its pressure must stay between one and two bar; refill it at the red tap.",
    "router": "The wifi password is written under the router. The router restarts when its button is held for ten seconds.",
    "bins": "Glass is collected every second Tuesday. Paper goes out on the first Friday of the month, in the blue bin.",
    "keys": "A spare key for the front door hangs at the neighbour's, behind the kitchen clock. The garage opens by code.",
    "garden": "Water the tomatoes each evening, but never their leaves. The roses are cut back in March.",
    "cat": "The cat eats twice a day, at seven and at six. Her tablets are hidden in a little cheese.",
    "car": "The car is serviced every fifteen thousand kilometres. Its winter tyres lie on the shelf in the garage.",
    "oven": "The oven runs hot: set it twenty degrees lower than the recipe says. The timer does not switch it off.",
}
QUESTIONS = {  # what is asked -> the note that knows and a word of its answer; None where no note does
    "What pressure does the boiler need?": ("boiler", "bar"),
    "Where do I find the password for the wifi?": ("router", "under"),
    "When is paper collected, and in which bin?": ("bins", "Friday"),
    "Who has a spare key to the front door?": ("keys", "neighbour"),
    "How do I water tomatoes?": ("garden", "evening"),
    "When does the cat eat?": ("cat", "seven"),
    "Where are the winter tyres of the car?": ("car", "garage"),
    "Is the oven hotter than a recipe says?": ("oven", "hot"),
    "How do I tune a violin?": None,
    "Which river flows through Vienna?": None,
    "How old is the universe?": None,
}


@dataclass(frozen=True)
class Params:
    size: int = param(14, low=8, high=24, help="words in a chunk", zh="每块的词数")
    overlap: int = param(6, low=2, high=7, help="words shared by neighbouring chunks", zh="相邻块重叠的词数")
    width: int = param(512, low=64, high=2048, help="width of the hashed vectors", zh="哈希向量的维度")
    k1: float = param(1.5, low=0.5, high=3, help="BM25: how soon repetition saturates", zh="BM25 词频饱和 k1")
    b: float = param(0.75, low=0, high=1, help="BM25: how much length counts", zh="BM25 长度归一 b")


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def cut(text: list[str], p: Params, lab: Lab) -> list[list[str]]:
    """Windows of `size` words.  The usual mistake: each begins where the last one ends."""
    step = lab.variant(right=p.size - p.overlap, control=p.size)
    return [text[i : i + p.size] for i in range(0, max(1, len(text) - p.size + step), step)]


class BM25:
    """Σ over the question's words: idf · tf·(k1+1) / (tf + k1·(1 − b + b·length/mean length))."""

    def __init__(self, chunks: list[list[str]], p: Params, lab: Lab) -> None:
        self.p, self.lab, self.counts = p, lab, [Counter(chunk) for chunk in chunks]
        self.lengths = [len(chunk) for chunk in chunks]
        self.having = Counter(word for chunk in chunks for word in set(chunk))

    def idf(self, word: str) -> float:
        n = self.having[word]
        # The usual mistake: every word counts the same, so "the" and "is" outvote "boiler".
        return self.lab.variant(right=math.log(1 + (len(self.counts) - n + 0.5) / (n + 0.5)), control=1.0)

    def scores(self, question: list[str]) -> list[float]:
        mean, found = sum(self.lengths) / len(self.lengths), []
        for count, length in zip(self.counts, self.lengths, strict=True):
            damp = self.p.k1 * (1 - self.p.b + self.p.b * length / mean)
            terms = (self.idf(w) * count[w] * (self.p.k1 + 1) / (count[w] + damp) for w in question)
            found.append(sum(terms))
        return found


def embed(text: list[str], width: int, lab: Lab) -> np.ndarray:
    """Letters in threes, hashed to places of a vector with a sign: alike in spelling, not in meaning."""
    vector = np.zeros(width)
    for word in text:
        for i in range(len(word)):
            code = zlib.crc32(f"<{word}>"[i : i + 3].encode())
            vector[code % width] += 1 if code >> 31 else -1
    # The usual mistake: no division by the length, so long chunks look alike to every question.
    return vector / lab.variant(right=np.linalg.norm(vector) or 1.0, control=1.0)


def ranks(scores: list[float]) -> np.ndarray:
    """Place of each chunk, the best is 1."""
    return np.argsort(np.argsort(-np.array(scores), kind="stable"), kind="stable") + 1


def fuse(*places: np.ndarray, lab: Lab) -> np.ndarray:
    """Reciprocal rank fusion, Σ 1/(60 + rank): no score is compared with another retriever's."""
    first = lab.variant(right=0, control=1)  # the usual mistake: ranks that begin with 0
    return sum(1 / (60 + place - first) for place in places)


def run(lab: Lab, p: Params) -> None:
    lab.step("1 · Cut the notes, with overlap")
    text, stride = [str(i) for i in range(1000)], p.size - p.overlap
    question = f"1000 words, chunks of {p.size} that share {p.overlap}: how many chunks?"
    expected = math.ceil((1000 - p.overlap) / stride)
    lab.claim("Chunks = ⌈(n − o)/(s − o)⌉", measured=len(cut(text, p, lab)), equals=expected, predict=question)
    chunks = cut(text, p, lab)
    torn = sum(not any({i, i + p.overlap} <= {int(w) for w in c} for c in chunks) for i in range(1000 - p.overlap))
    lab.claim("No passage of overlap + 1 words is torn", measured=torn, equals=0, unit="passages")
    owners = [(name, chunk) for name, note in NOTES.items() for chunk in cut(words(note), p, lab)]
    names, chunks = [name for name, _ in owners], [chunk for _, chunk in owners]

    lab.step("2 · Find: by words, by spelling, by both")
    index = BM25(chunks, p, lab)
    vectors = np.stack([embed(chunk, p.width, lab) for chunk in chunks])  # (chunks, width)
    asked = [words(question) for question in QUESTIONS]
    by_words = [index.scores(question) for question in asked]
    queries = np.stack([embed(question, p.width, lab) for question in asked])  # (questions, width)
    cosines = queries @ vectors.T
    distances = ((queries[:, None] - vectors) ** 2).sum(-1)
    gap = np.abs(distances - (2 - 2 * cosines)).max()
    lab.claim("‖q − c‖² = 2 − 2·cos: same order by angle or distance", measured=gap, at_most=lab.tol(scale=4))
    gap = np.abs(bm25_at_once(asked, chunks, p) - by_words).max()
    lab.claim("BM25 by loops = by matrices", measured=gap, at_most=lab.tol(scale=20))
    one_three = fuse(np.array([1]), np.array([3]), lab=lab)[0]
    question = "A chunk is first in one list and third in the other: Σ 1/(60 + rank)?"
    lab.claim("Fusion of ranks 1 and 3", measured=one_three, close_to=1 / 61 + 1 / 63, tol=1e-12, predict=question)
    rows, mrr = [], []
    known = [(i, answer[0]) for i, answer in enumerate(QUESTIONS.values()) if answer]
    fused = [fuse(ranks(a), ranks(b), lab=lab) for a, b in zip(by_words, cosines, strict=True)]
    for title, scores in (("BM25", by_words), ("vectors", cosines), ("fused", fused)):
        places = [min(place for place, name in zip(ranks(scores[i]), names, strict=True) if name == right) for i, right in known]
        rows.append([title, sum(place == 1 for place in places) / len(places), sum(1 / place for place in places) / len(places)])
    lab.table("Where the right note stands", ["retriever", "hit@1", "MRR"], rows)
    lab.claim("Fused, the right note is always first: MRR", measured=rows[-1][2], equals=1.0)

    lab.step("3 · Answer with a source, or not at all")
    lab.say("A retriever always returns something. Only the score can tell that nothing is there.")
    best = [max(scores) for scores in by_words]
    ...


if __name__ == "__main__":
    main(run, Params)
