"""Tokenizers compared — BPE, WordPiece and Unigram cut one text three ways.  Kudo 2018, §3.2 (arXiv:1804.10959)."""

import json
import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="分词器比较", en="Tokenizers compared", topic="tokenizer", tier="tok")

TEXT = """The old lighthouse keeper lights the lamp at night. Sailors see the light and keep away from the rocks. In
the morning the keeper sleeps, and the lighthouse sleeps too. A young sailor learns to read the lights of the coast:
one long light and two short lights mean a lighthouse, a red light means a harbour, a green light means a free way.
看灯塔的老人夜里点灯。水手看见灯光，就知道要离开礁石。早上老人睡觉，灯塔也睡觉。年轻的水手学习看海岸的灯光：
一长两短的灯光是灯塔，红色的灯光是港口，绿色的灯光是自由的水路。水手看见红色的灯光，就知道港口到了。"""
ENGLISH, CHINESE = "The young keeper sees a harbour light.", "年轻的老人看见港口的灯塔，龙也看见了。"
BERT = (
    r"[一-鿿]|[^\W一-鿿]+|[^\w\s]"  # its words: spaces thrown away; marks and Chinese characters one by one
)


@dataclass(frozen=True)
class Params:
    size: int = param(120, low=105, high=120, tiny=110, help="pieces in each vocabulary", zh="每个词表的大小")


def sentence_words(text: str) -> list[str]:
    """As SentencePiece: a space becomes ▁ and belongs to the word after it, so nothing is lost."""
    return re.findall("▁?[^▁]+", re.sub(r"\s", "▁", text))


def merge(text: str, left: str, right: str) -> str:
    """Join every "left right" of a text whose pieces stand apart by spaces, one word a line."""
    pair = rf"(?<!\S){re.escape(left)} {re.escape(right)}(?!\S)"
    return re.sub(pair, left + right.removeprefix("##"), text)


def learn_merges(words: list[str], size: int, score: Callable[[int, int, int], float]) -> tuple[list, list]:
    """BPE and WordPiece: join the pair with the best score(ab, a, b), of counts, until `size` pieces are known."""
    text, merges = "\n".join(words), []
    alphabet = sorted(set(text.split()))
    for _ in range(size - len(alphabet)):
        one = Counter(text.split())
        two = Counter(pair for word in text.split("\n") for pair in pairwise(word.split()))
        scores = {(a, b): score(two[a, b], one[a], one[b]) for a, b in two if two[a, b] > 1}
        merges.append(min(scores, key=lambda pair: (-scores[pair], pair)))
        text = merge(text, *merges[-1])
    return alphabet + [a + b.removeprefix("##") for a, b in merges], merges


def learn_unigram(text: str, size: int) -> Tokenizer:
    """Unigram: begin with every frequent substring, drop those whose loss costs the text least likelihood."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")
    sizes = {"vocab_size": size, "special_tokens": ["<unk>"], "unk_token": "<unk>"}
    tokenizer.train_from_iterator(text.splitlines(), trainers.UnigramTrainer(**sizes, show_progress=False))
    return tokenizer


def replay(word: str, merges: list[tuple[str, str]], known: dict) -> list[str]:
    """BPE: the merges in their order; an unknown letter becomes its bytes, if there are pieces for bytes."""
    text = " ".join(word)
    for pair in merges:
        text = merge(text, *pair)
    spelled = ([x] if x in known else [f"<0x{byte:02X}>" for byte in x.encode()] for x in text.split())
    return [x if x in known else "<unk>" for piece in spelled for x in piece]


def longest_match(word: str, known: dict, mark: str = "", inner: str = "") -> list[str]:
    """WordPiece: from the left, always the longest piece that is known; inner pieces carry the mark ##."""
    for end in range(len(word), 0, -1):
        if inner + word[:end] in known:
            rest = longest_match(word[end:], known, mark, inner=mark) if word[end:] else []
            return rest if "[UNK]" in rest else [inner + word[:end], *rest]
    return ["[UNK]"]  # one strange letter, and the whole word is lost


def viterbi(word: str, log_p: dict[str, float]) -> list[str]:
    """Unigram: argmax Σ log p(piece) over all cuts; the best up to `end` is a best one before it, and a piece."""
    best: list[tuple[float, list[str]]] = [(0.0, [])]
    for end in range(1, len(word) + 1):
        unknown = [-math.inf] * (end - 1) + [-99.0]  # a single letter is always possible, at a price
        ways = [
            (s + log_p.get(word[b:end], unknown[b]), [*cut, word[b:end]]) for b, (s, cut) in enumerate(best)
        ]
        best.append(max(ways))
    return best[-1][1]


def run(lab: Lab, p: Params) -> None:
    lab.step("1 · Learn three vocabularies of one size")
    lab.say("""**BPE** joins the most frequent pair: score = count(ab). **WordPiece** joins the pair that belongs
        together most: count(ab) / (count(a)·count(b)). **Unigram** goes the other way, from many pieces to few.""")
    pieces, merges = learn_merges([" ".join(w) for w in sentence_words(TEXT)], p.size, lambda ab, a, b: ab)
    fallback = [f"<0x{byte:02X}>" for byte in range(lab.variant(right=256, control=0))]  # pieces for bytes
    bpe = {piece: i for i, piece in enumerate(["<unk>", *fallback, *pieces])}
    bert_words = re.compile(lab.variant(right=BERT, control=r"\w+|[^\w\s]")).findall  # Chinese not cut apart
    marked = [" ##".join(word) for word in bert_words(TEXT)]  # l ##i ##g ##h ##t
    pieces, near = learn_merges(marked, p.size, lambda ab, a, b: ab / (a * b))
    wordpiece = {piece: i for i, piece in enumerate(["[UNK]", *pieces])}
    unigram = learn_unigram(TEXT, p.size)
    log_p = dict(json.loads(unigram.to_str())["model"]["vocab"])
    rows = [[i + 1, " + ".join(merges[i]), " + ".join(near[i])] for i in range(6)]
    lab.table("The first merges", ["merge", "BPE", "WordPiece"], rows)

    lab.step("2 · Cut a new text")
    lab.say("BPE replays its merges, WordPiece takes the longest piece it knows, Unigram the likeliest cut.")
    # The usual mistakes: the longest piece everywhere, and ## forgotten where it belongs.
    by_merges = lab.variant(lambda w: replay(w, merges, bpe), lambda w: longest_match(w, bpe))
    by_chance = lab.variant(lambda w: viterbi(w, log_p), lambda w: longest_match(w, log_p))
    mark = lab.variant(right="##", control="")
    library = Tokenizer(models.BPE(bpe, merges, unk_token="<unk>", byte_fallback=bool(fallback)))
    bert = Tokenizer(models.WordPiece(wordpiece, unk_token="[UNK]"))
    ways = [
        ("BPE", sentence_words, by_merges, library),
        ("WordPiece", bert_words, lambda w: longest_match(w, wordpiece, mark), bert),
        ("Unigram", sentence_words, by_chance, unigram),
    ]
    rows, cuts = [], {}
    for name, split, cut, theirs in ways:
        english, chinese = ([x for w in split(text) for x in cut(w)] for text in (ENGLISH, CHINESE))
        lab.tokens(name, english + chinese)
        reference = theirs.encode(split(ENGLISH) + split(CHINESE), is_pretokenized=True).tokens
        other = sum(a != b for a, b in zip_longest(english + chinese, reference))
        lab.claim(f"{name}: tokens that the library cuts differently", measured=other, equals=0)
        rows.append([name, len(english) / len(ENGLISH.split()), len(chinese) / len(CHINESE)])
        cuts[name] = chinese
    lab.table("What it costs", ["tokenizer", "tokens an English word", "tokens a Chinese character"], rows)
    lab.step("3 · Chinese, and a character nobody has seen")
    question = f"A Chinese sentence of {len(CHINESE)} characters and marks: how many tokens for BERT?"
    lab.claim(
        "BERT: a token a character", measured=len(cuts["WordPiece"]), equals=len(CHINESE), predict=question
    )
    in_bytes = sum(piece.startswith("<0x") for piece in cuts["BPE"])
    lab.claim("BPE spells the new character 龙 in its bytes", measured=in_bytes, equals=len("龙".encode()))
    decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse(), decoders.Replace("▁", " ")])
    lost = sum(a != b for a, b in zip_longest(decoder.decode(cuts["BPE"]), CHINESE))
    lab.claim("Characters that BPE does not bring back", measured=lost, equals=0)
    lab.say("""BERT's `[UNK]` says that something stood there, no more, and a strange letter inside an English word
        takes the whole word along. Bytes lose nothing, at three tokens a character.""")


if __name__ == "__main__":
    main(run, Params)
