"""RAG — cut, index, find, and answer with a source or not at all.  Lewis et al. 2020, §2 (arXiv:2005.11401)."""

import math
import re
import zlib
from dataclasses import dataclass

import numpy as np

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="检索增强生成 RAG", en="RAG: retrieval-augmented generation", topic="rag", tier="numpy")
NOTES = {
    "boiler": "The cellar has a boiler. The pressure of the boiler must stay between one and two bar.",
    "router": "The wifi password is written under the router. It restarts when its button is held for ten seconds.",
    "bins": "Glass is collected every second Tuesday. Paper goes out on the first Friday, in the blue bin.",
    "keys": "A spare key for the front door hangs at the neighbour's, behind the clock. The garage opens by code.",
    "cat": "The cat eats twice a day, at seven and at six. Her tablets are hidden in a little cheese.",
    "car": "The car is serviced every fifteen thousand kilometres. Its winter tyres lie on the shelf in the garage.",
    "oven": "The oven runs hot: set it twenty degrees lower than the recipe says. The timer does not switch it off.",
}
QUESTIONS = {  # what is asked -> the note that knows and a word of its answer; None where no note does
    "What pressure does the boiler need?": ("boiler", "bar"),
    "Where do I find the password for the wifi?": ("router", "under"),
    "When is paper collected, and in which bin?": ("bins", "Friday"),
    "Who has a spare key to the front door?": ("keys", "neighbour"),
    "When does the cat eat?": ("cat", "seven"),
    "Where are the winter tyres of the car?": ("car", "garage"),
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


def bm25(question: list[str], chunks: list[list[str]], p: Params, lab: Lab) -> list[float]:
    """Σ over the question's words: idf · tf·(k1 + 1) / (tf + k1·(1 − b + b·length/mean length))."""
    mean, found = sum(map(len, chunks)) / len(chunks), [0.0] * len(chunks)
    for word in question:
        n = sum(word in chunk for chunk in chunks)
        # The usual mistake: every word counts the same, so that "the" and "is" outvote "boiler".
        idf = lab.variant(right=math.log(1 + (len(chunks) - n + 0.5) / (n + 0.5)), control=1.0)
        for i, chunk in enumerate(chunks):
            tf = chunk.count(word)
            found[i] += idf * tf * (p.k1 + 1) / (tf + p.k1 * (1 - p.b + p.b * len(chunk) / mean))
    return found


def bm25_by_matrices(questions: list[list[str]], chunks: list[list[str]], p: Params) -> np.ndarray:
    vocabulary = sorted({word for chunk in chunks for word in chunk})
    tf = np.array([[chunk.count(word) for word in vocabulary] for chunk in chunks])  # (chunks, words)
    df, length = (tf > 0).sum(0), tf.sum(1, keepdims=True)
    weights = np.log1p((len(tf) - df + 0.5) / (df + 0.5)) * tf * (p.k1 + 1)
    weights = weights / (tf + p.k1 * (1 - p.b + p.b * length / length.mean()))
    asked = np.array([[question.count(word) for word in vocabulary] for question in questions])
    return asked @ weights.T  # (questions, chunks)


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


def fuse(one: np.ndarray, two: np.ndarray, lab: Lab) -> np.ndarray:
    """Reciprocal rank fusion, Σ 1/(60 + rank): no score is compared with another retriever's."""
    first = lab.variant(right=0, control=1)  # the usual mistake: ranks that begin with 0
    return 1 / (60 + one - first) + 1 / (60 + two - first)


def run(lab: Lab, p: Params) -> None:
    lab.step("1 · Cut the notes, with overlap")
    text = [str(i) for i in range(1000)]
    question = f"1000 words, chunks of {p.size} that share {p.overlap}: how many chunks?"
    expected, pieces = math.ceil((1000 - p.overlap) / (p.size - p.overlap)), cut(text, p, lab)
    lab.claim("Chunks = ⌈(n − o)/(s − o)⌉", measured=len(pieces), equals=expected, predict=question)
    ends = [{text[i], text[i + p.overlap]} for i in range(1000 - p.overlap)]
    torn = sum(not any(both <= set(piece) for piece in pieces) for both in ends)
    lab.claim("No passage of overlap + 1 words is torn", measured=torn, equals=0, unit="passages")

    lab.step("2 · Find: by words, by spelling, by both")
    pairs = [(name, chunk) for name, note in NOTES.items() for chunk in cut(words(note), p, lab)]
    names, chunks = zip(*pairs, strict=True)
    asked = [words(question) for question in QUESTIONS]
    by_words = np.array([bm25(question, chunks, p, lab) for question in asked])  # (questions, chunks)
    gap = np.abs(bm25_by_matrices(asked, chunks, p) - by_words).max()
    lab.claim("BM25 by loops = by matrices", measured=gap, at_most=lab.tol(scale=by_words.max()))
    q, c = (np.array([embed(text, p.width, lab) for text in side]) for side in (asked, chunks))
    by_spelling = q @ c.T  # cosines
    ask, fused = "First in one list, third in the other: Σ 1/(60 + rank)?", fuse(*np.array([[1], [3]]), lab)
    lab.claim("Fusion of ranks 1 and 3", measured=fused, close_to=1 / 61 + 1 / 63, tol=1e-12, predict=ask)
    by_both = [fuse(ranks(one), ranks(two), lab) for one, two in zip(by_words, by_spelling, strict=True)]
    right = [[name == note for name in names] for note, _ in filter(None, QUESTIONS.values())]
    rows = []
    for retriever, scores in (("BM25", by_words), ("vectors", by_spelling), ("both, fused", by_both)):
        places = np.array([ranks(row)[mine].min() for row, mine in zip(scores, right, strict=False)])
        rows.append([retriever, (places == 1).mean(), (1 / places).mean()])
    lab.table("Where the right note stands", ["retriever", "hit@1", "MRR: mean of 1/place"], rows)
    lab.claim("Fused, the right note is always first: MRR", measured=rows[-1][2], equals=1.0)

    lab.step("3 · Answer with a source, or not at all")
    lab.say("""A retriever always returns something; only a score tells that nothing is there. BM25's separates these
        questions, and the threshold lies midway. All of it is fitted to these notes: try --size 10 --overlap 4.""")
    best, known = by_words.max(1), np.array([bool(right) for right in QUESTIONS.values()])
    margin = best[known].min() - best[~known].max()
    lab.claim("Weakest hit above the best false one", measured=margin, at_least=0.1)
    # the usual mistake: top-1 is passed on, whatever its score
    threshold = lab.variant(right=best[known].min() - margin / 2, control=-1.0)
    nothing, good = "Not in the notes.", 0
    for question, wanted, scores, both in zip(QUESTIONS, QUESTIONS.values(), by_words, by_both, strict=True):
        source = names[int(np.argmax(both))]
        sentences = re.split(r"(?<=[.;]) ", NOTES[source])
        overlap = bm25(words(question), [words(sentence) for sentence in sentences], p, lab)
        answer = f"{sentences[int(np.argmax(overlap))]} [{source}]"
        answer = answer if scores.max() > threshold else nothing
        good += all(word in answer for word in wanted) if wanted else answer == nothing
        lab.say(f"**{question}**  {answer}")
    lab.claim("Right answers, and right silences", measured=good, equals=len(QUESTIONS))


if __name__ == "__main__":
    main(run, Params)
