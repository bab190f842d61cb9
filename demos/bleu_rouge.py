"""BLEU and ROUGE — counting shared n-grams, and what that misses.  Papineni et al. 2002, §2 (ACL P02-1040)."""

import math
from collections import Counter
from dataclasses import dataclass
from itertools import combinations

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="BLEU 与 ROUGE", en="BLEU and ROUGE", topic="evaluation", tier="tok")
Words = list[str]
PAIRS = [  # candidate, reference
    ("the small dog sleeps under the old table", "the little dog sleeps under the old table"),
    ("she put her keys on the shelf by the door", "she left her keys on the shelf next to the door"),
    ("tomorrow it will rain in the north", "it will rain in the north tomorrow"),
    ("the model learns from many examples", "a model learns from a great many examples"),
]


@dataclass(frozen=True)
class Params:
    order: int = param(4, low=1, high=4, help="longest n-gram of BLEU", zh="BLEU 的最大 n 元")
    samples: int = param(10, low=6, high=14, help="programs sampled for pass@k: n", zh="pass@k 的采样数 n")
    right: int = param(3, low=1, high=5, help="how many of them are right: c", zh="其中正确的个数 c")
    k: int = param(5, low=2, high=6, help="how many one may try: k", zh="可尝试的次数 k")


def grams(words: Words, n: int) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]


def matches(candidate: Words, reference: Words, n: int, lab: Lab) -> int:
    """n-grams of the candidate that the reference has too, each at most as often as there."""
    have, want = Counter(grams(candidate, n)), Counter(grams(reference, n))
    # The usual mistake: no clipping, so that a good word said seven times counts seven times.
    return sum(lab.variant(right=min(have[g], want[g]), control=have[g] if want[g] else 0) for g in have)


def bleu(pairs: list[tuple[Words, Words]], order: int, lab: Lab) -> float:
    """BP · exp(mean log p_n).  Matches and lengths are added up over the whole corpus, then divided once."""
    precisions = []
    for n in range(1, order + 1):
        found = sum(matches(candidate, reference, n, lab) for candidate, reference in pairs)
        precisions.append(found / max(1, sum(len(grams(candidate, n)) for candidate, _ in pairs)))
    if min(precisions) == 0:
        return 0.0
    c, r = (sum(map(len, side)) for side in zip(*pairs, strict=True))
    # BP stands in for recall.  Another mistake: to leave it out.
    penalty = lab.variant(right=1.0 if c > r else math.exp(1 - r / c), control=1.0)
    return penalty * math.exp(sum(map(math.log, precisions)) / order)


def bleu_by_crossing_out(pairs: list[tuple[Words, Words]], order: int) -> float:
    """The same without a Counter or a logarithm: every match crosses out its n-gram in the reference."""
    product = 1.0
    for n in range(1, order + 1):
        found = tried = 0
        for candidate, reference in pairs:
            left = grams(reference, n)
            for gram in grams(candidate, n):
                tried += 1
                if gram in left:
                    left.remove(gram)
                    found += 1
        product *= found / tried
    c, r = sum(len(c) for c, _ in pairs), sum(len(r) for _, r in pairs)
    return min(1.0, math.e ** (1 - r / c)) * product ** (1 / order)


def lcs_table(a: Words, b: Words, lab: Lab) -> list[list[int]]:
    """table[i][j]: longest common subsequence of a[:i] and b[:j]: in order, gaps allowed."""
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            skip = max(table[i][j + 1], table[i + 1][j])
            # The usual mistake: no gaps, which is the longest common substring.
            table[i + 1][j + 1] = table[i][j] + 1 if x == y else lab.variant(right=skip, control=0)
    return table


def f1(shared: float, candidate: int, reference: int, lab: Lab) -> float:
    """2PR/(P+R).  The usual mistake: to report recall alone, which long answers always win."""
    precision, recall = shared / candidate, shared / reference
    return lab.variant(right=2 * precision * recall / (precision + recall), control=recall)


def run(lab: Lab, p: Params) -> None:
    pairs = [(candidate.split(), reference.split()) for candidate, reference in PAIRS]

    lab.step("1 · BLEU: which part of what I say is in the reference")
    babble, cat = ["the"] * 7, ["the", "cat", "is", "on", "the", "mat"]
    clipped = matches(babble, cat, 1, lab) / len(babble)
    question = f"Candidate: {' '.join(babble)}. Reference: {' '.join(cat)}. Clipped unigram precision?"
    lab.claim("Babble: clipped precision", measured=clipped, close_to=2 / 7, tol=1e-12, predict=question)
    corpus, crossed_out = bleu(pairs, p.order, lab), bleu_by_crossing_out(pairs, p.order)
    lab.claim("BLEU = matches crossed out by hand", measured=corpus, close_to=crossed_out, tol=1e-12)
    lab.table("Sentence by sentence", ["said", "reference"], PAIRS)
    bars = {"BLEU": [*(bleu([pair], p.order, lab) for pair in pairs), corpus]}
    lab.series("BLEU of each sentence, and of all", [1, 2, 3, 4, "corpus"], bars, kind="bar")
    lab.say("A sentence without a common 4-gram gets 0: BLEU is a measure of a corpus, no mean of sentences.")
    reference = pairs[1][1]
    question = f"The first 6 of {len(reference)} words, all of them right: BLEU?"
    title, expected = "Perfect but short: only e^(1 − r/c) is left", math.exp(1 - len(reference) / 6)
    measured = bleu([(reference[:6], reference)], p.order, lab)
    lab.claim(title, measured=measured, close_to=expected, tol=1e-12, predict=question)

    lab.step("2 · No spaces, no words")
    ours, theirs = "今天下午我们去公园散步", "今天下午我们到公园散步"
    split = lab.variant(right=list, control=str.split)  # the usual mistake: to split Chinese at spaces
    lab.tokens("What BLEU gets to see", split(ours), [float(part in split(theirs)) for part in split(ours)])
    score = bleu([(split(ours), split(theirs))], p.order, lab)
    lab.claim("One character of eleven differs", measured=score, at_least=0.5)  # 4 of 8 4-grams survive

    lab.step("3 · ROUGE: which part of the reference did I say")
    said, wanted = pairs[2]
    lab.say("""ROUGE-L (Lin 2004, ACL W04-1013) takes the longest common subsequence: in order, but with gaps. The
        table fills from the top left, one word more at each step.""")
    lab.matrix("Length so far", lcs_table(said, wanted, lab), rows=["", *said], columns=["", *wanted])
    lengths = [lcs_table(candidate, reference, lab)[-1][-1] for candidate, reference in pairs]
    by_trying = [
        max(n for n in range(12) if set(combinations(a, n)) & set(combinations(b, n))) for a, b in pairs
    ]
    lab.claim("Length by table = length by trying all", measured=lengths, equals=by_trying)
    padded = reference + ["and"] * (3 * len(reference))
    question = "An answer repeats the whole reference and adds three times as much noise. ROUGE-1 as F1?"
    score = f1(matches(padded, reference, 1, lab), len(padded), len(reference), lab)
    lab.claim("Saying everything does not pay: F1", measured=score, close_to=0.4, tol=1e-12, predict=question)

    lab.step("4 · Where no overlap helps: run it")
    lab.say("""Two right programs may share no line. So run n samples, count the c that pass, and ask for the chance
        that k draws hold a right one: pass@k = 1 − C(n−c, k)/C(n, k) (Chen et al., arXiv:2107.03374).""")
    n, c, k = p.samples, p.right, p.k
    # the usual mistake: to draw as if each sample were put back
    formula = lab.variant(right=1 - math.comb(n - c, k) / math.comb(n, k), control=1 - (1 - c / n) ** k)
    draws = [any(i < c for i in draw) for draw in combinations(range(n), k)]
    question = f"{c} of {n} programs are right. What is the chance that {k} of them hold a right one?"
    title = "pass@k by trying every draw = formula"
    lab.claim(title, measured=sum(draws) / len(draws), close_to=formula, tol=1e-12, predict=question)

    try:
        from sacrebleu import corpus_bleu
    except ImportError:
        lab.say("sacrebleu is not installed, so the comparison is left out: `pip install sacrebleu`.")
    else:
        theirs = corpus_bleu([c for c, _ in PAIRS], [[r for _, r in PAIRS]], tokenize="none").score
        lab.claim("BLEU = sacrebleu's", measured=100 * bleu(pairs, 4, lab), close_to=theirs, tol=1e-9)


if __name__ == "__main__":
    main(run, Params)
