"""Train the weights in this folder again: a tiny character model on the King James Bible.

    apt-get install bible-kjv bible-kjv-text      # the text, and the program that prints it
    OMP_NUM_THREADS=1 python demos/weights/train.py

``tiny-gpt`` reads at most 64 characters in training (demos on longer texts depend on that), one token a
character.  Verses are joined by line ends, without their numbers; every twentieth block of 10,000 characters is
kept from training and gives the loss that is printed.

The text is that of Debian's package bible-kjv-text 4.38.  Its copyright file says of it: "The copyright for the
King James Version text of the Bible is expired since the translation was done in 1611"; its data file is "for
unrestricted use".  The programs beside it are under the GPL; they print the text and leave nothing in the weights.
The text is not kept here.  The Tang poems of Debian's fortunes-zh were left out: its copyright file puts every file
of the package under the GPL, version 3 or later, and names none as free of it.
"""

from __future__ import annotations

import argparse
import math
import re
import subprocess
import time
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from flashcards.lab import models

BLOCK, HELD_OUT = 10_000, 20
BATCH, LEARNING_RATE, WARM_UP = 32, 3e-3, 100


def bible() -> str:
    """Every verse on its line, from Genesis to Revelation."""
    printed = subprocess.run(
        ["bible", "-f", "Gen1:1-Rev22:21"], check=True, capture_output=True, text=True, encoding="latin-1"
    ).stdout
    return "\n".join(re.sub(r"^\w+:\d+ ", "", line) for line in printed.splitlines() if line.strip())


def split(tokens: Tensor) -> tuple[Tensor, Tensor]:
    blocks = tokens.split(BLOCK)
    held_out = [block for i, block in enumerate(blocks) if i % HELD_OUT == HELD_OUT - 1]
    trained = [block for i, block in enumerate(blocks) if i % HELD_OUT != HELD_OUT - 1]
    return torch.cat(trained), torch.cat(held_out)


def windows(tokens: Tensor, starts: Tensor, length: int) -> tuple[Tensor, Tensor]:
    """Inputs and targets (n, length); the target of a token is the one after it."""
    rows = tokens[starts[:, None] + torch.arange(length + 1)]
    return rows[:, :-1], rows[:, 1:]


def loss_of(model: models.TinyGPT, x: Tensor, y: Tensor) -> Tensor:
    return cross_entropy(model(x).flatten(0, 1), y.flatten())  # nats a character


def validation(model: models.TinyGPT, tokens: Tensor) -> float:
    """Mean loss over the held-out text, cut in windows as long as those of training."""
    length = model.config.context
    starts = torch.arange(0, len(tokens) - length - 1, length)
    with torch.no_grad():
        losses = [loss_of(model, *windows(tokens, some, length)).item() for some in starts.split(256)]
    return sum(losses) / len(losses)


def rate(step: int, steps: int) -> float:
    """Warm-up, then half a cosine down to a tenth."""
    if step < WARM_UP:
        return (step + 1) / WARM_UP
    return 0.55 + 0.45 * math.cos(math.pi * (step - WARM_UP) / (steps - WARM_UP))


def main() -> None:
    parser = argparse.ArgumentParser(description="Train tiny-gpt.")
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--output", type=Path, default=models.weights_path("tiny-gpt"))
    options = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)

    text = bible()
    model = models.TinyGPT(models.Config(characters="".join(sorted(set(text)))))
    trained, held_out = split(torch.tensor(model.encode(text)))
    size = sum(weight.numel() for weight in model.parameters())
    print(f"{len(text):,} characters, {len(model.config.characters)} of them distinct; {size:,} parameters")
    matrices = [weight for weight in model.parameters() if weight.dim() == 2]
    gains = [weight for weight in model.parameters() if weight.dim() == 1]
    optimiser = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.1}, {"params": gains, "weight_decay": 0.0}],
        lr=LEARNING_RATE,
        betas=(0.9, 0.95),
    )
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: rate(step, options.steps))
    started = time.process_time()
    for step in range(1, options.steps + 1):
        starts = torch.randint(len(trained) - model.config.context - 1, (BATCH,))
        loss = loss_of(model, *windows(trained, starts, model.config.context))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        scheduler.step()
        if step % 500 == 0 or step == options.steps:
            seconds = time.process_time() - started
            print(
                f"step {step:5d}  loss {validation(model, held_out):.4f} nats  {seconds:.0f} CPU s",
                flush=True,
            )
            digest = models.save(model, options.output)
    print(f"{options.output}: {options.output.stat().st_size:,} bytes, SHA-256 {digest}")


if __name__ == "__main__":
    main()
