"""The prompt: words to tokens to a few slots that keep their order and relations.

A pooled sentence vector barely tells "blue on green" from "green on blue", so the condition is read
from the token sequence by learned queries.

Legend: B batch, L words or tokens, W width of a frozen token, S slots, P prompt width.
"""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from lbm_studio.learning.model.blocks import EncoderBlock
from lbm_studio.learning.model.clip import ClipReader
from lbm_studio.learning.model.config import ModelConfig, TextKind
from lbm_studio.learning.model.text import TOKEN_WIDTH, TextEncoder, load_text_encoder
from lbm_studio.policy.prompts import split_words

PADDING = 0
UNKNOWN = 1
SPECIAL_WORDS = ("<padding>", "<unknown>")


class Vocabulary:
    """Word numbers. The first two are padding and unknown."""

    def __init__(self, words: Sequence[str] = SPECIAL_WORDS) -> None:
        self.words = tuple(words)
        self._numbers = {word: number for number, word in enumerate(self.words)}

    def extended(self, prompts: Iterable[str]) -> "Vocabulary":
        """Return a vocabulary that also knows the words of ``prompts``; old numbers stay."""
        new = sorted({w for prompt in prompts for w in split_words(prompt)} - set(self.words))
        return Vocabulary((*self.words, *new))

    def unknown_words(self, prompt: str) -> list[str]:
        """Return the words of ``prompt`` that training never saw."""
        return [w for w in split_words(prompt) if w not in self._numbers]

    def encode(self, prompts: Sequence[str], length: int) -> Tensor:
        """Return (B, length) word numbers, cut or padded to ``length``."""
        rows = []
        for prompt in prompts:
            numbers = [self._numbers.get(w, UNKNOWN) for w in split_words(prompt)][:length]
            rows.append(numbers + [PADDING] * (length - len(numbers)))
        return torch.tensor(rows, dtype=torch.long).reshape(len(rows), length)


class TokenReader:
    """Prompts as tokens of the frozen text encoder, which needs no vocabulary of its own."""

    words: tuple[str, ...] = ()

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder

    def extended(self, prompts: Iterable[str]) -> "TokenReader":
        return self

    def encode(self, prompts: Sequence[str], length: int) -> Tensor:
        """Return (B, length, W) tokens, cut or padded with zeros to ``length``."""
        rows = torch.zeros(len(prompts), length, TOKEN_WIDTH)
        for row, reading in zip(rows, self._encoder.read_all(prompts), strict=True):
            tokens = reading.tokens[:length]
            row[: len(tokens)] = tokens
        return rows


PromptReader = Vocabulary | TokenReader | ClipReader
"""Turns prompts into what the prompt encoder takes: one row a prompt, zero where it has ended."""


def build_reader(kind: TextKind, words: Sequence[str] = (), tokeniser: str = "") -> PromptReader:
    """Return a reader of prompts that knows ``words`` already, or uses CLIP's ``tokeniser``."""
    if kind is TextKind.CLIP:
        return ClipReader(tokeniser)
    if kind is TextKind.MINILM:
        return TokenReader(load_text_encoder())
    return Vocabulary(words or SPECIAL_WORDS)


class PromptEncoder(nn.Module):
    """A small transformer over words or tokens, read out by learned queries."""

    def __init__(self, config: ModelConfig, vocabulary_size: int) -> None:
        super().__init__()
        width = config.prompt_width
        self.embedding: nn.Module
        if config.text is TextKind.MINILM:
            self.embedding = nn.Linear(TOKEN_WIDTH, width)
        else:
            self.embedding = nn.Embedding(vocabulary_size, width, padding_idx=PADDING)
        self.position = nn.Parameter(torch.randn(config.prompt_words, width) * 0.02)
        self.blocks = nn.ModuleList(
            EncoderBlock(width, config.heads) for _ in range(config.prompt_layers)
        )
        self.norm = nn.LayerNorm(width)
        self.queries = nn.Parameter(torch.randn(config.prompt_slots, width) * 0.3)
        self.keys = nn.Linear(width, width)
        self.condition = nn.Linear(config.prompt_slots * width, config.condition_width)

    def forward(self, words: Tensor) -> tuple[Tensor, Tensor]:
        """Read what a :data:`PromptReader` has made of prompts: (B, L) or (B, L, W).

        Returns:
            (B, S, P) slots and (B, C) the condition of the image encoder.
        """
        mask = words != PADDING if words.ndim == 2 else words.any(dim=-1)  # (B, L)
        mask = torch.cat([torch.ones_like(mask[:, :1]), mask[:, 1:]], dim=1)  # an empty prompt too
        x = self.embedding(words) + self.position[: words.shape[1]]  # (B, L, P)
        for block in self.blocks:
            x = block(x, mask)
        x = self.norm(x)
        scores = self.queries @ self.keys(x).transpose(1, 2)  # (B, S, L)
        scores = scores / self.queries.shape[-1] ** 0.5
        weights = scores.masked_fill(~mask[:, None], -torch.inf).softmax(dim=-1)
        slots = weights @ x  # (B, S, P)
        return slots, functional.gelu(self.condition(slots.flatten(1)))
