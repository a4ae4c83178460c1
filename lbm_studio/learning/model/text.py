"""The frozen text encoder: all-MiniLM-L6-v2, a small BERT, and the word pieces it reads.

Reimers and Gurevych 2019 (arXiv 1908.10084), Wang et al. 2020 (arXiv 2002.10957). It was taught on
a billion pairs of sentences, so it knows words that no demonstration ever came with. A policy reads
its tokens; the sentence vector barely tells "blue on green" from "green on blue" and only says how
near two prompts are.

Legend: B prompts of the same length, L tokens, W = 384 width of a token.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

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
READ_AT_ONCE = 32

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
    """The encoder. It is never trained, so a prompt is read once and its reading kept (20 kB).

    Args:
        pieces: how prompts are split.
        weights: of the network, by name.
    """

    def __init__(self, pieces: WordPieces, weights: Mapping[str, Tensor]) -> None:
        self._pieces = pieces
        self._weights = weights
        self._readings: dict[str, Reading] = {}

    def read(self, prompt: str) -> Reading:
        """Return what a prompt says."""
        return self.read_all([prompt])[0]

    def read_all(self, prompts: Sequence[str]) -> list[Reading]:
        """Return what prompts say; many at once take a third of the time."""
        new = {p: self._pieces.encode(p) for p in prompts if p not in self._readings}
        by_length = sorted(new, key=lambda prompt: len(new[prompt]))
        for _, group in groupby(by_length, key=lambda prompt: len(new[prompt])):
            alike = list(group)  # of one length, so that nothing has to be padded
            for start in range(0, len(alike), READ_AT_ONCE):
                some = alike[start : start + READ_AT_ONCE]
                self._keep(some, torch.tensor([new[prompt] for prompt in some]))
        return [self._readings[prompt] for prompt in prompts]

    @torch.no_grad()
    def _keep(self, prompts: Sequence[str], numbers: Tensor) -> None:
        tokens = self._embed(numbers)
        for layer in range(LAYERS):
            tokens = self._block(tokens, f"encoder.layer.{layer}.")
        sentences = functional.normalize(tokens.mean(dim=1), dim=-1)  # (B, W)
        pairs = zip(tokens.unbind(), sentences.unbind(), strict=True)
        self._readings |= {p: Reading(*pair) for p, pair in zip(prompts, pairs, strict=True)}

    def _embed(self, numbers: Tensor) -> Tensor:
        name = "embeddings.{}_embeddings.weight".format
        words = self._weights[name("word")][numbers].float()  # (B, L, W), kept in half
        places = self._weights[name("position")][: numbers.shape[1]]
        kind = self._weights[name("token_type")][0]
        return self._norm(words + places + kind, "embeddings.LayerNorm")

    def _block(self, x: Tensor, name: str) -> Tensor:
        mixed = self._linear(self._attend(x, name), name + "attention.output.dense")
        x = self._norm(x + mixed, name + "attention.output.LayerNorm")
        hidden = functional.gelu(self._linear(x, name + "intermediate.dense"))
        fed = self._linear(hidden, name + "output.dense")
        return self._norm(x + fed, name + "output.LayerNorm")  # (B, L, W)

    def _attend(self, x: Tensor, name: str) -> Tensor:
        parts = (self._linear(x, f"{name}attention.self.{n}") for n in ("query", "key", "value"))
        q, k, v = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in parts)
        mixed = functional.scaled_dot_product_attention(q, k, v)  # (B, heads, L, W / heads)
        return mixed.transpose(1, 2).flatten(2)  # (B, L, W)

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
