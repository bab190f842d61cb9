"""Collators — padding, −100, who shifts, and BERT's 80/10/10.  Devlin et al. 2018, §3.1 (arXiv:1810.04805)."""

import math
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer, models
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from transformers import (
    DataCollatorForLanguageModeling,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="数据整理器与 −100", en="Data collators and labels of −100", topic="training", tier="hf")
IGNORED = -100  # cross_entropy skips this label unless told another
TEXTS = ["the cat sat on the mat", "a dog barked", "then the cat left the mat to the dog"]
QUESTION, ANSWER = "who sat on the mat ?", "the cat"


@dataclass(frozen=True)
class Params:
    vocabulary: int = param(1000, low=200, high=20_000, help="size of the vocabulary", zh="词表大小")
    rows: int = param(512, low=256, high=4096, tiny=256, help="rows to mask", zh="用于掩码的行数")
    chosen: float = param(0.15, low=0.05, high=0.5, help="share of tokens to guess", zh="被选中预测的比例")


def build_tokenizer(p: Params, lab: Lab) -> PreTrainedTokenizerFast:
    """A word is a token; [EOS] ends a text."""
    known = dict.fromkeys(" ".join([*TEXTS, QUESTION, ANSWER]).split())
    names = ["[PAD]", "[EOS]", "[MASK]", "[CLS]", "[SEP]", "[UNK]", *known]
    names += [f"word{i}" for i in range(p.vocabulary - len(names))]
    words = Tokenizer(models.WordLevel({name: i for i, name in enumerate(names)}, unk_token="[UNK]"))
    # the usual mistake: pad_token = eos_token, which many recipes advise
    pad = lab.variant(right="[PAD]", control="[EOS]")
    special = {"mask_token": "[MASK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "unk_token": "[UNK]"}
    return PreTrainedTokenizerFast(tokenizer_object=words, pad_token=pad, eos_token="[EOS]", **special)


def collate(texts: list[list[int]], pad: int, lab: Lab) -> tuple[Tensor, Tensor, Tensor]:
    """Texts of several lengths -> ids (n, T), mask (n, T), labels (n, T): a copy of ids, −100 where padded."""
    ids = pad_sequence([torch.tensor(text) for text in texts], batch_first=True, padding_value=pad)
    mask = pad_sequence([torch.ones(len(text), dtype=torch.long) for text in texts], batch_first=True)
    # the usual mistake: the padding is learned too
    labels = lab.variant(right=ids.masked_fill(mask == 0, IGNORED), control=ids)
    return ids, mask, labels


def next_token_loss(logits: Tensor, labels: Tensor, lab: Lab) -> Tensor:
    """logits (n, T, V), labels (n, T) -> mean loss: position t answers for the token at t + 1."""
    shift = lab.variant(right=1, control=0)  # the usual mistake: each position is asked for its own token
    last = logits.shape[1] - shift
    return cross_entropy(logits[:, :last].flatten(0, 1), labels[:, shift:].flatten(), ignore_index=IGNORED)


def run(lab: Lab, p: Params) -> None:
    tokenizer, generator = build_tokenizer(p, lab), lab.generator()
    torch.manual_seed(lab.seed)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = LlamaConfig(vocab_size=p.vocabulary, initializer_range=0.2, **sizes)
    model = LlamaForCausalLM(config).eval().requires_grad_(False).to(lab.device)

    def encode(text: str) -> list[int]:
        return tokenizer.convert_tokens_to_ids(text.split())

    def logits_of(ids: Tensor, mask: Tensor | None = None) -> Tensor:  # (n, T) -> (n, T, V)
        return model(ids.to(lab.device), None if mask is None else mask.to(lab.device)).logits.cpu()

    lab.step("1 · Causal: labels are a copy")
    lab.say("""A collator makes a rectangle of texts of several lengths. For a causal model the labels are the same
        ids, **not shifted**, with −100 on the padding. The shift by one happens inside the model.""")
    texts = [[*encode(text), tokenizer.eos_token_id] for text in TEXTS]
    ids, mask, labels = collate(texts, tokenizer.pad_token_id, lab)
    theirs = DataCollatorForLanguageModeling(tokenizer, mlm=False)([{"input_ids": text} for text in texts])
    cells = [
        ["−100" if i == IGNORED else tokenizer.decode(i) for i in row] for row in theirs["labels"].tolist()
    ]
    lab.table("Labels", range(len(cells[0])), cells)
    wrong = (labels != theirs["labels"]).sum()
    lab.claim("Own labels that differ from transformers'", measured=wrong, equals=0)
    ends = (theirs["labels"] == tokenizer.eos_token_id).sum()
    lab.say(
        "Were padding and end of text **one** token, −100 would cover both: no model would learn to stop."
    )
    lab.claim("Ends of text that are learned", measured=ends, equals=len(texts))

    lab.step("2 · The model shifts")
    lab.say("Position t is asked for token t + 1: cut the last logit and the first label, then compare.")
    logits, targets = logits_of(ids, mask), theirs["labels"]
    inside = model(ids.to(lab.device), mask.to(lab.device), labels=targets.to(lab.device)).loss.cpu()
    rounding = lab.tol(torch.float32, scale=inside)
    gap = (next_token_loss(logits, targets, lab) - inside).abs()
    lab.claim("Own loss, shifted once = the model's", measured=gap, at_most=rounding)
    chances = [logits_of(torch.tensor([text]))[0, :-1].log_softmax(-1) for text in texts]  # no padding at all
    alone = torch.cat([-c[range(len(c)), text[1:]] for c, text in zip(chances, texts, strict=True)]).mean()
    batch = cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten())
    title = "Loss of the padded batch = mean over the texts one by one"
    lab.claim(title, measured=batch, close_to=alone, tol=rounding)

    lab.step("3 · Fine-tuning: the question is given")
    lab.say("For an answer to a question, −100 also covers the question: the model need not learn to ask it.")
    question, answer = encode(QUESTION), [*encode(ANSWER), tokenizer.eos_token_id]
    sample = torch.tensor([question + answer])
    covered = lab.variant(right=len(question), control=0)  # the usual mistake: everything is learned
    labels = sample.index_fill(1, torch.arange(covered), IGNORED)
    logits = logits_of(sample).requires_grad_()
    next_token_loss(logits, labels, lab).backward()
    taught = logits.grad.abs().sum(dim=-1)[0] > 0  # (T,): the positions whose prediction is corrected
    lab.tokens("Who is corrected", [tokenizer.decode(i) for i in sample[0]], taught.float())
    lab.say("The question's last token is among them: it predicts the first word of the answer.")
    ask = f"A question of {len(question)} tokens, an answer of {len(answer)} with its end: how many predictions learn?"
    lab.claim("Predictions that get a gradient", measured=taught.sum(), equals=len(answer), predict=ask)

    lab.step("4 · Masked: not only where a mask stands")
    lab.say(f"""BERT guesses {p.chosen:.0%} of the tokens. Of these 80 % become [MASK], 10 % another word, 10 %
        **stay**: real use has no [MASK], so the model must mistrust every token. Labels are not shifted here.""")
    body = torch.randint(6, p.vocabulary, (p.rows, 126), generator=generator)  # 6 special names come first
    edge = torch.ones(p.rows, 1, dtype=torch.long)
    whole = torch.cat([tokenizer.cls_token_id * edge, body, tokenizer.sep_token_id * edge], dim=1)
    mask_share, other = lab.variant(right=(0.8, 0.1), control=(1.0, 0.0))  # the usual mistake: always [MASK]
    shares = {"mlm_probability": p.chosen, "mask_replace_prob": mask_share, "random_replace_prob": other}
    masker = DataCollatorForLanguageModeling(tokenizer, seed=lab.seed, **shares)
    masked = masker([{"input_ids": row} for row in whole.tolist()])
    seen, picked = masked["input_ids"], masked["labels"] != IGNORED  # [CLS] and [SEP] are never picked
    shown = tokenizer.convert_ids_to_tokens(seen[0, :24])
    lab.tokens("A masked row (shaded: to guess)", shown, picked[0, :24].float())
    hidden = (seen == tokenizer.mask_token_id)[picked].double().mean()
    kept = (seen == whole)[picked].double().mean()
    fates, sigma = [hidden, 1 - hidden - kept, kept], math.sqrt(0.8 * 0.2 / picked.sum())
    lab.claim("Masked, replaced, kept", measured=fates, close_to=[0.8, 0.1, 0.1], tol=4 * sigma)
    changed, expected = (seen != whole)[:, 1:-1].double().mean(), 0.9 * p.chosen
    ask = f"{p.chosen:.0%} of the tokens are picked, and treated so. What part of all tokens looks changed?"
    sigma = math.sqrt(expected / body.numel())
    lab.claim("Tokens that look changed", measured=changed, close_to=expected, tol=4 * sigma, predict=ask)


if __name__ == "__main__":
    main(run, Params)
