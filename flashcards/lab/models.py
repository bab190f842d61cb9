"""The one teaching model that demos share: a Llama, small enough to read, and the trained weights of one.

Imports torch, so only demos and their children import this module (``from flashcards.lab import models``).
Every part keeps the names of transformers' ``LlamaForCausalLM``, whose outputs it gives with the same weights.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention, silu

from flashcards.lab.errors import LabError
from flashcards.shipped import shipped_folder

SHA256 = {"tiny-gpt": "6b5630685bc960ee87e517d07b582ea527ceeccef0390c6b17970c7ff282f130"}
"""Digest of each shipped file: weights that changed would change what demos measure, silently."""


@dataclass(frozen=True)
class Config:
    """The sizes of a model; ``characters`` is its vocabulary, a token a character."""

    characters: str
    dim: int = 128
    n_layers: int = 3
    n_heads: int = 4
    n_kv_heads: int = 2
    hidden: int = 352
    """Width of the feed-forward part, about 8/3 of ``dim``: three matrices then cost what two of 4·dim do."""
    context: int = 64
    """The longest text seen in training."""
    rope_theta: float = 10_000.0
    norm_eps: float = 1e-5

    @property
    def head_dim(self) -> int:
        return self.dim // self.n_heads


class RMSNorm(nn.Module):
    """x / √(mean x² + ε) · weight, over the last axis."""

    def __init__(self, dim: int, eps: float) -> None:
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(dim)), eps

    def forward(self, x: Tensor) -> Tensor:
        scaled: Tensor = x * (x.square().mean(-1, keepdim=True) + self.eps).rsqrt() * self.weight
        return scaled


class Attention(nn.Module):
    """Causal attention in groups: ``n_heads`` queries share ``n_kv_heads`` keys and values."""

    def __init__(self, c: Config) -> None:
        super().__init__()
        self.head_dim = c.head_dim
        self.q_proj = nn.Linear(c.dim, c.n_heads * c.head_dim, bias=False)
        self.k_proj = nn.Linear(c.dim, c.n_kv_heads * c.head_dim, bias=False)
        self.v_proj = nn.Linear(c.dim, c.n_kv_heads * c.head_dim, bias=False)
        self.o_proj = nn.Linear(c.n_heads * c.head_dim, c.dim, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """x (B, T, dim), cos and sin (T, head_dim/2) -> (B, T, dim)."""
        projected = (project(x) for project in (self.q_proj, self.k_proj, self.v_proj))
        q, k, v = (
            y.unflatten(-1, (-1, self.head_dim)).transpose(1, 2) for y in projected
        )  # (B, heads, T, d)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        mixed = scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        out: Tensor = self.o_proj(mixed.transpose(1, 2).flatten(-2))
        return out


class SwiGLU(nn.Module):
    """W_down(silu(W_gate x) ⊙ W_up x)."""

    def __init__(self, c: Config) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(c.dim, c.hidden, bias=False)
        self.up_proj = nn.Linear(c.dim, c.hidden, bias=False)
        self.down_proj = nn.Linear(c.hidden, c.dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.down_proj(silu(self.gate_proj(x)) * self.up_proj(x))
        return out


class Block(nn.Module):
    """One layer: x + attention(norm x), then x + feed-forward(norm x)."""

    def __init__(self, c: Config) -> None:
        super().__init__()
        self.input_layernorm = RMSNorm(c.dim, c.norm_eps)
        self.self_attn = Attention(c)
        self.post_attention_layernorm = RMSNorm(c.dim, c.norm_eps)
        self.mlp = SwiGLU(c)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        out: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return out


class TinyGPT(nn.Module):
    """Tokens (B, T) -> logits (B, T, V), with the embedding as output matrix too."""

    inv_freq: Tensor
    """(head_dim/2,): radians a position; a demo may put other frequencies in its place."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.embed_tokens = nn.Embedding(len(config.characters), config.dim)
        self.layers = nn.ModuleList(Block(config) for _ in range(config.n_layers))
        self.norm = RMSNorm(config.dim, config.norm_eps)
        exponents = torch.arange(0, config.head_dim, 2).double() / config.head_dim
        self.register_buffer("inv_freq", (config.rope_theta**-exponents).float(), persistent=False)
        self.rope_scale = 1.0
        """Factor on cos and sin, so its square on the scores: YaRN's attention scaling."""
        for weight in self.parameters():
            if weight.dim() == 2:
                nn.init.normal_(weight, std=0.02)
        for name, weight in self.named_parameters():
            # What is added to the residual stream starts smaller, so that depth does not add variance (GPT-2).
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                nn.init.normal_(weight, std=0.02 / math.sqrt(2 * config.n_layers))

    def forward(self, tokens: Tensor) -> Tensor:
        positions = torch.arange(tokens.shape[-1], device=tokens.device, dtype=torch.float32)
        angles = positions[:, None] * self.inv_freq.to(positions)  # (T, head_dim/2)
        x = self.embed_tokens(tokens)
        cos, sin = (self.rope_scale * part.to(x.dtype) for part in (angles.cos(), angles.sin()))
        for layer in self.layers:
            x = layer(x, cos, sin)
        logits: Tensor = self.norm(x) @ self.embed_tokens.weight.T
        return logits

    def encode(self, text: str) -> list[int]:
        """The ids of the characters; one that training never saw raises ValueError."""
        return [self.config.characters.index(character) for character in text]

    def decode(self, tokens: list[int]) -> str:
        return "".join(self.config.characters[token] for token in tokens)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn the pairs (x_i, x_{i+d/2}) of x (…, T, d) by the angles of cos and sin (T, d/2)."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)


def weights_path(name: str) -> Path:
    """Where the shipped weights called ``name`` lie."""
    return shipped_folder("demos") / "weights" / f"{name}.safetensors"


def save(model: TinyGPT, path: Path) -> str:
    """Write the weights in bfloat16 with the sizes in the header; returns the file's SHA-256."""
    weights = {name: weight.bfloat16().contiguous() for name, weight in model.state_dict().items()}
    save_file(weights, path, metadata={"config": json.dumps(asdict(model.config))})
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load(name: str = "tiny-gpt", path: Path | None = None) -> TinyGPT:
    """A shipped model in float32 on the CPU, ready to be asked: no gradients, evaluation mode.

    Raises LabError where the file is missing, or is not the one these demos were checked with.
    """
    path = path or weights_path(name)
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        raise LabError(
            "{file}: the weights of {name} are missing. Install flashcards again, or train them: "
            "python demos/weights/train.py.",
            file=path,
            name=name,
        ) from None
    if found != SHA256[name]:
        raise LabError(
            "{file}: not the weights of {name} (SHA-256 {found}…, expected {expected}…). "
            "Install flashcards again.",
            file=path,
            name=name,
            found=found[:12],
            expected=SHA256[name][:12],
        )
    return read(path)


def read(path: Path) -> TinyGPT:
    """The model of any file that ``save`` wrote, whatever its digest."""
    try:
        with safe_open(path, framework="pt") as file:
            model = TinyGPT(Config(**json.loads(file.metadata()["config"])))
            model.load_state_dict({name: file.get_tensor(name).float() for name in file.keys()})  # noqa: SIM118
    except SafetensorError as error:
        raise LabError("{file}: not a safetensors file: {error}.", file=path, error=error) from None
    return model.eval().requires_grad_(False)
