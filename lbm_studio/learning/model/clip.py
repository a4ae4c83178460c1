"""CLIP (Radford et al. 2021, arXiv 2103.00020): what its two encoders share, and its prompts.

The text encoder is frozen and pooled, as in TRI's LBM; a projection of what it says is trained. It
is part of the network, so that a checkpoint needs nothing but itself, save the tokeniser's files.

Legend: B batch, L tokens, C width of the prompt condition, P width of prompt slots.
"""

import importlib
import logging
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from lbm_studio.core.errors import StudioError
from lbm_studio.learning.model.config import ModelConfig

HUB_NAME = "openai/clip-vit-base-patch16"
FIRST, LAST = 49406, 49407
"""Tokens before and after every prompt."""

log = logging.getLogger(__name__)


def transformers() -> ModuleType:
    """Return the library that CLIP comes from; it is loaded only where it is asked for.

    Raises:
        StudioError: it is not installed.
    """
    try:
        library = importlib.import_module("transformers")
    except ModuleNotFoundError as error:
        raise StudioError(
            "CLIP needs the package transformers. Install it with pip install lbm-studio[lbm1]."
        ) from error
    library.utils.logging.disable_progress_bar()  # it would print, and leave a thread behind
    return library


def load_weights(model: nn.Module, kind: Any, source: str, what: str) -> str:
    """Fill a model of the library with weights taught elsewhere; say in a sentence with which.

    Args:
        model: to fill.
        kind: its class.
        source: a folder or name on the hub; empty: the hub, if it can be reached.
        what: the encoder, in words.

    Raises:
        StudioError: ``source`` is given and cannot be used.
    """
    try:
        taught = kind.from_pretrained(source or HUB_NAME)
        model.load_state_dict(taught.state_dict())
    except (OSError, ValueError, RuntimeError) as error:
        if source:
            raise StudioError(f"{source} does not hold the {what} of CLIP.") from error
        log.info("CLIP cannot be had from the hub", exc_info=error)
        return (
            f"The weights of CLIP ({HUB_NAME}) cannot be reached, so the {what} begins at random: "
            "give a folder that holds them."
        )
    return f"The {what} begins with what it learned from {source or HUB_NAME}."


class ClipPrompt(nn.Module):
    """The frozen text encoder, pooled, and a trained projection; no slots beside the action."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        sizes, library = config.clip, transformers()
        self.slot_width = config.prompt_width
        self.kind = library.CLIPTextModelWithProjection
        self.backbone = self.kind(
            library.CLIPTextConfig(
                hidden_size=sizes.text_width,
                intermediate_size=4 * sizes.text_width,
                num_hidden_layers=sizes.text_layers,
                num_attention_heads=sizes.text_heads,
                projection_dim=sizes.projection,
                bos_token_id=FIRST,
                eos_token_id=LAST,
                pad_token_id=LAST,
            )
        )
        self.backbone.requires_grad_(False)
        self.condition = nn.Linear(sizes.projection, config.condition_width)

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Read (B, L) token numbers; return (B, 0, P) slots and the (B, C) condition."""
        with torch.no_grad():
            pooled = self.backbone(input_ids=tokens).text_embeds
        condition = self.condition(pooled)
        return condition.new_empty(len(tokens), 0, self.slot_width), condition

    def load_pretrained(self, source: str) -> str:
        """Begin with weights taught elsewhere, as :func:`load_weights`."""
        return load_weights(self.backbone, self.kind, source, "text encoder")


class ClipReader:
    """Prompts as CLIP's tokens, which need no vocabulary of the policy's own.

    Args:
        tokeniser: folder or hub name of its files; empty: prompts are spelled letter by letter.

    Raises:
        StudioError: the files cannot be had.
    """

    words: tuple[str, ...] = ()

    def __init__(self, tokeniser: str) -> None:
        self._tokenise = _spell if not tokeniser else _load_tokeniser(tokeniser)

    def extended(self, prompts: Iterable[str]) -> "ClipReader":
        return self

    def encode(self, prompts: Sequence[str], length: int) -> Tensor:
        """Return (B, length) token numbers, cut or padded to ``length``."""
        rows = [[FIRST, *self._tokenise(prompt)[: length - 2], LAST] for prompt in prompts]
        padded = [row + [LAST] * (length - len(row)) for row in rows]
        return torch.tensor(padded, dtype=torch.long).reshape(len(rows), length)


def _spell(prompt: str) -> list[int]:
    return list(prompt.lower().encode())


def _load_tokeniser(source: str) -> Any:
    sentence = f"The tokeniser of CLIP cannot be had from {source}: give a folder that holds it."
    try:
        tokeniser = transformers().CLIPTokenizer.from_pretrained(source)
    except (OSError, ValueError) as error:
        raise StudioError(sentence) from error
    if len(tokeniser) <= LAST:  # from an empty folder the library makes one that knows nothing
        raise StudioError(sentence)
    return lambda prompt: tokeniser(prompt, add_special_tokens=False)["input_ids"]
