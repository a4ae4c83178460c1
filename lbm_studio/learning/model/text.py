"""The frozen text encoder: all-MiniLM-L6-v2, a small BERT, and the word pieces it reads.

Reimers and Gurevych 2019 (arXiv 1908.10084), Wang et al. 2020 (arXiv 2002.10957). It was taught on
a billion pairs of sentences, so it knows words that no demonstration ever came with. A policy reads
its tokens; the sentence vector barely tells "blue on green" from "green on blue" and only says how
near two prompts are.

Legend: L tokens, W = 384 width of a token.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from lbm_studio.core.errors import StudioError
from lbm_studio.core.paths import resources

TOKEN_WIDTH = 384
LAYERS = 6
HEADS = 12
NORM_EPSILON = 1e-12
LONGEST = 128
"""Tokens of a prompt that are read; what follows is cut off."""
REMEMBERED_PROMPTS = 1024

FIRST, LAST, UNKNOWN = "[CLS]", "[SEP]", "[UNK]"


class WordPieces:
    """Splits prompts as the encoder was taught to: known words whole, others into known pieces.

    Args:
        pieces: the vocabulary, in order; pieces that continue a word begin with ``##``.
    """

    def __init__(self, pieces: Sequence[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        self._longest = max(map(len, pieces))

    def split(self, prompt: str) -> list[str]:
        """Return the pieces of a prompt between the two marks that every text has."""
        letters = unicodedata.normalize("NFD", prompt.lower())
        plain = "".join(c for c in letters if unicodedata.category(c) != "Mn")  # no accents
        words = re.findall(r"[^\W_]+|[^\w\s]|_", plain)
        pieces = [piece for word in words for piece in self._split_word(word)]
        return [FIRST, *pieces[: LONGEST - 2], LAST]

    def encode(self, prompt: str) -> list[int]:
        """Return the numbers of the pieces."""
        return [self._numbers[piece] for piece in self.split(prompt)]

    def _split_word(self, word: str) -> list[str]:
        """Cut off the longest known piece again and again."""
        pieces: list[str] = []
        rest = word
        while rest:
            mark = "##" if pieces else ""
            ends = range(min(len(rest), self._longest), 0, -1)
            end = next((end for end in ends if mark + rest[:end] in self._numbers), 0)
            if not end:
                return [UNKNOWN]
            pieces.append(mark + rest[:end])
            rest = rest[end:]
        return pieces


@dataclass(frozen=True)
class Reading:
    """What a prompt says.

    Attributes:
        tokens: (L, W), each in the light of the others, in order.
        sentence: (W,) their mean, of length 1.
    """

    tokens: Tensor
    sentence: Tensor


class TextEncoder:
    """The encoder. It is never trained, so a prompt is read once and its reading kept.

    Args:
        pieces: how prompts are split.
        weights: of the network, by name.
    """

    def __init__(self, pieces: WordPieces, weights: Mapping[str, Tensor]) -> None:
        self._pieces = pieces
        self._weights = weights
        self.read = lru_cache(REMEMBERED_PROMPTS)(self._read)

    @torch.no_grad()
    def _read(self, prompt: str) -> Reading:
        tokens = self._embed(torch.tensor(self._pieces.encode(prompt)))
        for layer in range(LAYERS):
            tokens = self._block(tokens, f"encoder.layer.{layer}.")
        return Reading(tokens, functional.normalize(tokens.mean(dim=0), dim=0))

    def _embed(self, numbers: Tensor) -> Tensor:
        name = "embeddings.{}_embeddings.weight".format
        words = self._weights[name("word")][numbers].float()  # (L, W), kept in half precision
        places = self._weights[name("position")][: len(numbers)]
        kind = self._weights[name("token_type")][0]
        return self._norm(words + places + kind, "embeddings.LayerNorm")

    def _block(self, x: Tensor, name: str) -> Tensor:
        mixed = self._linear(self._attend(x, name), name + "attention.output.dense")
        x = self._norm(x + mixed, name + "attention.output.LayerNorm")
        hidden = functional.gelu(self._linear(x, name + "intermediate.dense"))
        fed = self._linear(hidden, name + "output.dense")
        return self._norm(x + fed, name + "output.LayerNorm")  # (L, W)

    def _attend(self, x: Tensor, name: str) -> Tensor:
        parts = (self._linear(x, f"{name}attention.self.{n}") for n in ("query", "key", "value"))
        q, k, v = (part.unflatten(1, (HEADS, -1)).transpose(0, 1) for part in parts)
        mixed = functional.scaled_dot_product_attention(q, k, v)  # (heads, L, W / heads)
        return mixed.transpose(0, 1).flatten(1)  # (L, W)

    def _linear(self, x: Tensor, name: str) -> Tensor:
        return functional.linear(x, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _norm(self, x: Tensor, name: str) -> Tensor:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return functional.layer_norm(x, x.shape[-1:], weight, bias, NORM_EPSILON)


@cache
def load_text_encoder() -> TextEncoder:
    """Return the encoder that is part of the application; it is loaded once in a process.

    Raises:
        StudioError: its files are missing or damaged.
    """
    folder = resources() / "text" / "minilm"
    try:
        weights = load_file(folder / "model.safetensors")
        pieces = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    except (OSError, SafetensorError) as error:
        raise StudioError(
            f"The text encoder in {folder} is missing or damaged: install again."
        ) from error
    table = "embeddings.word_embeddings.weight"
    whole = {key: value if key == table else value.float() for key, value in weights.items()}
    return TextEncoder(WordPieces(pieces), whole)
