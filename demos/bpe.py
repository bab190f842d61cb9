"""BPE — join the most frequent pair, again and again; no byte is unknown.  Sennrich et al. 2016 (arXiv:1508.07909)."""

import json
import random
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from operator import eq

from tokenizers import Regex, Tokenizer, models, trainers
from tokenizers.pre_tokenizers import ByteLevel, Sequence, Split

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="字节对编码 BPE", en="BPE: byte pair encoding", topic="tokenizer", tier="tok")

ENGLISH = """The miller's daughter walked to the lower mill; the lowest mill of the river was the newest mill of all.
The lower the river, the slower the mill, and the slower the mill, the longer the walking and the waiting.
She had walked and waited there before, talking to the walkers, and the walkers were talking of the weather.
Newer mills are wider, wider wheels are slower, and the slowest wheel of all is the widest wheel of the river."""
CHINESE = """磨坊主的女儿走到河边的磨坊，河边的磨坊是河上最新的磨坊。河水低的时候磨坊慢，磨坊慢的时候等的时候就长。
新的磨坊宽，宽的水轮慢，河上最慢的水轮就是最宽的水轮。她在河边等过，走过，也和走路的人说过天气。"""
TEXT = f"{ENGLISH}\n{CHINESE}"
UNSEEN = "The slowest walker is talking to the newest miller: naïve café, 水轮龙, 🦜!"
WORD = r" ?\S+|\s+"  # a word with the space before it
# Number the 256 bytes as GPT-2 does, printable ones first; ties between pairs are settled by these numbers.
PRINTABLE = [*range(33, 127), *range(161, 173), *range(174, 256)]
BYTE_OF = PRINTABLE + [byte for byte in range(256) if byte not in PRINTABLE]
ID_OF = {byte: i for i, byte in enumerate(BYTE_OF)}


@dataclass(frozen=True)
class Params:
    merges: int = param(200, low=20, high=240, tiny=80, help="merges to learn", zh="学习多少次合并")


def cut(text: str) -> list[list[int]]:
    """Words as byte ids: no merge will cross the border of a word."""
    return [[ID_OF[byte] for byte in word.encode()] for word in re.findall(WORD, text)]


def join(word: list[int], pair: tuple[int, int], new: int) -> list[int]:
    """Put `new` in place of every `pair`, from left to right."""
    joined: list[int] = []
    for token in word:
        if joined and (joined[-1], token) == pair:
            joined[-1] = new
        else:
            joined.append(token)
    return joined


def train(words: list[list[int]], merges: int, lab: Lab) -> list[tuple[int, int]]:
    """The pairs in the order they are joined; pair i becomes token 256 + i."""
    counts = Counter(map(tuple, words))  # each distinct word once, with the number of its places
    learned: list[tuple[int, int]] = []
    for new in range(256, 256 + merges):
        frequency: Counter[tuple[int, int]] = Counter()
        for word, count in counts.items():
            for pair in pairwise(word):
                # The usual mistake: a word counts once, however often it stands in the text.
                frequency[pair] += lab.variant(right=count, control=1)
        best = min(frequency, key=lambda pair: (-frequency[pair], pair))  # argmax count(a, b)
        counts = Counter({tuple(join(list(word), best, new)): count for word, count in counts.items()})
        learned.append(best)
    return learned


def encode(word: list[int], learned: list[tuple[int, int]], lab: Lab) -> list[int]:
    """Replay the merges in the order they were learned, each where it fits."""
    # The usual mistake: the latest, longest merge first, because long tokens look like the better ones.
    for i in lab.variant(right=range(len(learned)), control=range(len(learned) - 1, -1, -1)):
        word = join(word, learned[i], 256 + i)
    return word


def spell(token: int, learned: list[tuple[int, int]]) -> bytes:
    """The bytes of a token: its own, or those of the two it was joined from."""
    if token < 256:
        return bytes([BYTE_OF[token]])
    return b"".join(spell(part, learned) for part in learned[token - 256])


def show(token: int, learned: list[tuple[int, int]]) -> str:
    return spell(token, learned).decode(errors="backslashreplace")  # half a character shows as \xNN


def train_with_library(merges: int) -> Tokenizer:
    """The same tokenizer, trained by Hugging Face's `tokenizers`."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = Sequence([Split(Regex(WORD), "isolated"), ByteLevel(False, use_regex=False)])
    sizes = {"vocab_size": 256 + merges, "initial_alphabet": ByteLevel.alphabet()}
    tokenizer.train_from_iterator([TEXT], trainers.BpeTrainer(**sizes, show_progress=False))
    return tokenizer


def run(lab: Lab, p: Params) -> None:
    words, size = cut(TEXT), len(TEXT.encode())
    lab.step("1 · Learn: count pairs, join the most frequent, repeat")
    lab.say("""Start with the 256 bytes. In each round count all neighbours inside words, make the most frequent
        pair a new token, and count again. The list of merges **is** the tokenizer.""")
    learned = train(words, p.merges, lab)
    shown = [*range(8), *range(15, len(learned), max(1, len(learned) // 8))]
    rows = [[i + 1, *(show(token, learned) for token in (*learned[i], 256 + i))] for i in shown]
    lab.table("Some merges", ["merge", "left", "right", "new token"], rows)

    state, highest, most, lengths = words, [], [], [size]
    for i, pair in enumerate(learned):  # the whole text word by word, a second way to count
        frequency = Counter(pair for word in state for pair in pairwise(word))
        highest.append(max(frequency.values()))
        most.append(frequency[pair] == highest[-1])
        state = [join(word, pair, 256 + i) for word in state]
        lengths.append(sum(map(len, state)))
    top = highest[0]
    question = f"{size} bytes; the most frequent pair stands in {top} places. How many tokens after merge 1?"
    lab.claim("Merge 1 saves one token a place", measured=lengths[1], equals=size - top, predict=question)
    lab.claim("Merges that took the most frequent pair of their moment", measured=sum(most), equals=p.merges)
    lab.series("Tokens of the text, by merges", range(len(lengths)), {"tokens": lengths})

    lab.step("2 · Encode: replay the merges on any text")
    ids = [token for word in cut(UNSEEN) for token in encode(word, learned, lab)]
    lab.tokens("A sentence that was not in the text", [show(token, learned) for token in ids])
    lab.say(f"""{len(UNSEEN.encode())} bytes became {len(ids)} tokens. Common stems and endings are single tokens.
        龙 and 🦜 were never seen and fall back to their bytes, three and four tokens: half a character is no
        text, so a program that prints token by token must wait for the rest of it.""")
    theirs = train_with_library(p.merges)
    pairs = json.loads(theirs.to_str())["model"]["merges"]
    same = sum(map(eq, [tuple(map(theirs.token_to_id, pair)) for pair in pairs], learned))
    lab.claim("Merges that the tokenizers library learns too", measured=same, equals=p.merges)
    other = sum(a != b for a, b in zip_longest(ids, theirs.encode(UNSEEN).ids))
    lab.claim("Tokens of the sentence that the library cuts differently", measured=other, equals=0)

    lab.step("3 · On bytes, nothing is unknown")
    lab.say("""The 256 bytes write every text there is. A tokenizer that starts from the **characters** of its text
        meets a new one some day and has only `<unk>` to say: what it read is lost.""")
    # The usual mistake: the alphabet is what the training text happened to hold.
    alphabet = lab.variant(right=set(range(256)), control={token for word in words for token in word})
    draw = random.Random(lab.seed)
    odd = UNSEEN + "".join(chr(draw.randrange(0x20, 0xD800)) for _ in range(200))  # any writing of the world
    ids = [token for word in cut(odd) for token in encode(word, learned, lab)]
    unknown = sum(token < 256 and token not in alphabet for token in ids)
    lab.claim("Tokens of 200 random characters that are unknown", measured=unknown, equals=0)
    back = b"".join(b"?" if token < 256 and token not in alphabet else spell(token, learned) for token in ids)
    lost = sum(a != b for a, b in zip_longest(back.decode(errors="replace"), odd))
    lab.claim("Characters that decoding does not bring back", measured=lost, equals=0)


if __name__ == "__main__":
    main(run, Params)
