"""The shared teaching model is a Llama, and its shipped weights are the ones the demos were checked with."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")

from flashcards.lab import models  # noqa: E402
from flashcards.lab.errors import LabError  # noqa: E402

PROVERB = "A soft answer turneth away wrath: but grievous words stir up anger."


@pytest.fixture(scope="module")
def tiny_gpt() -> models.TinyGPT:
    return models.load()


def tokens_of(model: models.TinyGPT, text: str) -> torch.Tensor:
    return torch.tensor([model.encode(text)])


def test_the_shipped_weights_load_and_know_english(tiny_gpt: models.TinyGPT) -> None:
    tokens = tokens_of(tiny_gpt, PROVERB)
    loss = torch.nn.functional.cross_entropy(tiny_gpt(tokens)[0, :-1], tokens[0, 1:])
    assert loss < 0.6 * math.log(len(tiny_gpt.config.characters))


def test_the_shipped_weights_are_small() -> None:
    assert sum(file.stat().st_size for file in models.weights_path("tiny-gpt").parent.glob("*")) < 5e6


def test_other_weights_are_refused_in_one_line(tmp_path: Path) -> None:
    changed = bytearray(models.weights_path("tiny-gpt").read_bytes())
    changed[-1] ^= 1
    path = tmp_path / "changed.safetensors"
    path.write_bytes(changed)
    with pytest.raises(
        LabError, match=r"changed\.safetensors: not the weights of tiny-gpt \(SHA-256"
    ) as error:
        models.load(path=path)
    assert "\n" not in str(error.value)


def test_missing_weights_are_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"gone\.safetensors: the weights of tiny-gpt are missing") as error:
        models.load(path=tmp_path / "gone.safetensors")
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_safetensors_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "poem.safetensors"
    path.write_text("Shall I compare thee to a summer's day?")
    with pytest.raises(LabError, match=r"poem\.safetensors: not a safetensors file"):
        models.read(path)


def test_saving_and_reading_gives_the_model_back(tmp_path: Path, tiny_gpt: models.TinyGPT) -> None:
    models.save(tiny_gpt, tmp_path / "copy.safetensors")
    copy = models.read(tmp_path / "copy.safetensors")
    tokens = tokens_of(tiny_gpt, PROVERB)
    assert copy.config == tiny_gpt.config
    assert torch.equal(copy(tokens), tiny_gpt(tokens))  # bfloat16 holds weights that came from bfloat16


def test_text_survives_encoding(tiny_gpt: models.TinyGPT) -> None:
    assert tiny_gpt.decode(tiny_gpt.encode(PROVERB)) == PROVERB


def test_a_character_that_training_never_saw_is_refused(tiny_gpt: models.TinyGPT) -> None:
    with pytest.raises(ValueError):
        tiny_gpt.encode("字")


def test_the_future_does_not_reach_the_past(tiny_gpt: models.TinyGPT) -> None:
    tokens = tokens_of(tiny_gpt, PROVERB)
    other = tokens.clone()
    other[:, 40:] = 0
    assert torch.equal(tiny_gpt(tokens)[:, :40], tiny_gpt(other)[:, :40])


def test_it_computes_what_transformers_llama_computes(tiny_gpt: models.TinyGPT) -> None:
    transformers = pytest.importorskip("transformers")
    c = tiny_gpt.config
    llama = transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=len(c.characters),
            hidden_size=c.dim,
            intermediate_size=c.hidden,
            num_hidden_layers=c.n_layers,
            num_attention_heads=c.n_heads,
            num_key_value_heads=c.n_kv_heads,
            rms_norm_eps=c.norm_eps,
            rope_theta=c.rope_theta,  # version 4 reads this, version 5 the next line
            rope_parameters={"rope_type": "default", "rope_theta": c.rope_theta},
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=None,
        )
    ).eval()
    llama.model.load_state_dict(tiny_gpt.state_dict())
    llama.tie_weights()
    tokens = tokens_of(tiny_gpt, PROVERB)
    ours = tiny_gpt(tokens)
    assert (llama(tokens).logits - ours).abs().max() < 1e-5 * ours.abs().max()
