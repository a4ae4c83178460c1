"""Reads a Whisper model in the format of CTranslate2, the one in which registries carry it.

A file is a list of named arrays. The network is the one openai-whisper builds; only names differ,
and keys, queries and values of one attention lie in one array.

Legend: W width of the network.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

MODEL_FILE = "model.bin"
SPECIFICATION = "WhisperSpec"
HEAD_WIDTH = 64
"""Of every Whisper model."""

_TYPES: Mapping[int, type[np.generic]] = {
    0: np.float32,
    1: np.int8,
    2: np.int16,
    3: np.int32,
    4: np.float16,
}

Arrays = Mapping[str, Tensor]


class _Reader:
    """Takes a file apart from front to back."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._place = 0

    def number(self, code: str) -> int:
        """Return the next number, by its code in :mod:`struct`."""
        (value,) = struct.unpack("<" + code, self.take(struct.calcsize(code)))
        return value

    def text(self) -> str:
        """Return the next text, which is counted and ends with a zero."""
        return self.take(self.number("H"))[:-1].decode()

    def take(self, size: int) -> bytes:
        """Return the next bytes.

        Raises:
            ValueError: the file ends before.
        """
        if self._place + size > len(self._content):
            raise ValueError("the file ends too early")
        self._place += size
        return self._content[self._place - size : self._place]


def read_arrays(content: bytes) -> dict[str, Tensor]:
    """Return the arrays of a model file by name.

    Raises:
        ValueError: it is none, or holds another kind of model.
    """
    reader = _Reader(content)
    reader.number("I")  # version of the format
    if reader.text() != SPECIFICATION:
        raise ValueError("it holds no Whisper model")
    reader.number("I")  # revision of the specification
    arrays: dict[str, Tensor] = {}
    for _ in range(reader.number("I")):
        name = reader.text()
        shape = [reader.number("I") for _ in range(reader.number("B"))]
        kind = _TYPES.get(reader.number("B"))
        if kind is None:
            raise ValueError(f"the array “{name}” is of an unknown type")
        values = np.frombuffer(reader.take(reader.number("I")), dtype=kind)
        arrays[name] = torch.from_numpy(values.reshape(shape).copy())
    for _ in range(reader.number("I")):
        other_name = reader.text()
        arrays[other_name] = arrays[reader.text()]
    return arrays


def checkpoint_of(arrays: Arrays) -> dict[str, Any]:
    """Return what openai-whisper makes a model of: its dimensions and its weights.

    Raises:
        KeyError: an array is missing.
        ValueError: the model is a variant that openai-whisper does not know.
    """
    state: dict[str, Tensor] = {
        "encoder.positional_embedding": arrays["encoder/position_encodings/encodings"].float(),
        "decoder.positional_embedding": arrays["decoder/position_encodings/encodings"],
        "decoder.token_embedding.weight": arrays["decoder/embeddings/weight"],
    }
    for name in ("conv1", "conv2"):
        state |= _linear(f"encoder.{name}", f"encoder/{name}", arrays)
    state |= _norm("encoder.ln_post", "encoder/layer_norm", arrays)
    state |= _norm("decoder.ln", "decoder/layer_norm", arrays)
    depths = {side: _depth(side, arrays) for side in ("encoder", "decoder")}
    for side, depth in depths.items():
        for index in range(depth):
            state |= _block(_Names(f"{side}.blocks.{index}", f"{side}/layer_{index}"), arrays)
    return {"dims": _dimensions(state, depths), "model_state_dict": state}


@dataclass(frozen=True)
class _Names:
    """What a part of the network is called there and here."""

    ours: str
    theirs: str

    def below(self, ours: str, theirs: str) -> "_Names":
        return _Names(f"{self.ours}.{ours}", f"{self.theirs}/{theirs}")


def _depth(side: str, arrays: Arrays) -> int:
    layers = {name.split("/")[1] for name in arrays if name.startswith(f"{side}/layer_")}
    return len(layers - {"layer_norm"})


def _dimensions(state: Mapping[str, Tensor], depths: Mapping[str, int]) -> dict[str, int]:
    audio, text = state["encoder.positional_embedding"], state["decoder.positional_embedding"]
    width = audio.shape[1]
    return {
        "n_mels": state["encoder.conv1.weight"].shape[1],
        "n_vocab": state["decoder.token_embedding.weight"].shape[0],
        "n_audio_ctx": audio.shape[0],
        "n_audio_state": width,
        "n_audio_head": width // HEAD_WIDTH,
        "n_audio_layer": depths["encoder"],
        "n_text_ctx": text.shape[0],
        "n_text_state": width,
        "n_text_head": width // HEAD_WIDTH,
        "n_text_layer": depths["decoder"],
    }


def _block(block: _Names, arrays: Arrays) -> dict[str, Tensor]:
    state = _self_attention(block.below("attn", "self_attention"), arrays)
    feed_forward = block.below("mlp", "ffn")
    state |= _norm(f"{block.ours}.mlp_ln", f"{feed_forward.theirs}/layer_norm", arrays)
    state |= _linear(f"{feed_forward.ours}.0", f"{feed_forward.theirs}/linear_0", arrays)
    state |= _linear(f"{feed_forward.ours}.2", f"{feed_forward.theirs}/linear_1", arrays)
    if f"{block.theirs}/attention/linear_0/weight" in arrays:
        state |= _cross_attention(block.below("cross_attn", "attention"), arrays)
    return state


def _self_attention(names: _Names, arrays: Arrays) -> dict[str, Tensor]:
    state = _attention_ends(names, "linear_1", arrays)
    state |= _split(names, "linear_0", ("query", "key", "value"), arrays)
    return state


def _cross_attention(names: _Names, arrays: Arrays) -> dict[str, Tensor]:
    state = _attention_ends(names, "linear_2", arrays)
    state |= _split(names, "linear_0", ("query",), arrays)
    state |= _split(names, "linear_1", ("key", "value"), arrays)
    return state


def _attention_ends(names: _Names, last: str, arrays: Arrays) -> dict[str, Tensor]:
    state = _norm(f"{names.ours}_ln", f"{names.theirs}/layer_norm", arrays)
    return state | _linear(f"{names.ours}.out", f"{names.theirs}/{last}", arrays)


def _split(names: _Names, theirs: str, parts: tuple[str, ...], arrays: Arrays) -> dict[str, Tensor]:
    """Return the projections that lie in one array, one below the other; a key has no bias."""
    weights = arrays[f"{names.theirs}/{theirs}/weight"].chunk(len(parts))  # each (W, W)
    biases = arrays[f"{names.theirs}/{theirs}/bias"].chunk(len(parts))  # each (W,)
    state = {f"{names.ours}.{p}.weight": w for p, w in zip(parts, weights, strict=True)}
    for part, bias in zip(parts, biases, strict=True):
        if part != "key":
            state[f"{names.ours}.{part}.bias"] = bias
        elif torch.count_nonzero(bias):
            raise ValueError("keys have a bias, which Whisper's do not")
    return state


def _linear(ours: str, theirs: str, arrays: Arrays) -> dict[str, Tensor]:
    return {f"{ours}.{part}": arrays[f"{theirs}/{part}"] for part in ("weight", "bias")}


def _norm(ours: str, theirs: str, arrays: Arrays) -> dict[str, Tensor]:
    return {f"{ours}.weight": arrays[f"{theirs}/gamma"], f"{ours}.bias": arrays[f"{theirs}/beta"]}
