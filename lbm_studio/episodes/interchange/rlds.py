"""RLDS episodes as TensorFlow Datasets stores them (Open X-Embodiment), without TensorFlow.

A folder holds ``features.json``, which describes the episodes, and TFRecord shards with one
flattened episode a record: every value of all steps under ``steps/<path>``. On the last step the
action means nothing, so that step is left out. The files say nothing of the rate.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np

from lbm_studio.core.errors import DatasetError, UnknownNameError
from lbm_studio.episodes.interchange.foreign import (
    Array,
    ForeignContents,
    ForeignEpisode,
    as_numbers,
    check_length,
    check_size,
)
from lbm_studio.episodes.interchange.pictures import decode
from lbm_studio.episodes.interchange.tfrecord import Example, read_record, record_starts
from lbm_studio.episodes.video import Image

FORMAT = "rlds"
FEATURES_FILE = "features.json"
STEPS = "steps"
SHARDS = "*.tfrecord*"
GOALS = (
    "language_instruction",
    "observation/natural_language_instruction",
    "observation/language_instruction",
    "observation/instruction",
)
_MAX_DESCRIPTION_BYTES = 1 << 24
_DEPTH = 12
_NUMBERS = ("float", "int", "uint", "bool")
_MARKS = ("is_first", "is_last", "is_terminal")


@dataclass(frozen=True)
class _Schema:
    """What a step holds, by path below ``steps/``."""

    vectors: Mapping[str, tuple[int, ...]]
    cameras: Mapping[str, tuple[int, int] | None]
    texts: tuple[str, ...]


class RldsSource:
    """One version folder of a dataset. Made with its path.

    Raises:
        DatasetError: it is damaged, or holds something else.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._schema = _read_schema(path / FEATURES_FILE)
        shards = sorted(path.glob(SHARDS))
        if not shards:
            raise DatasetError(f"“{path}” has no TFRecord files.")
        self._places = {
            f"{_shard_name(shard)}:{number}": (shard, start)
            for shard in shards
            for number, start in enumerate(record_starts(shard))
        }
        if not self._places:
            raise DatasetError(f"“{path}” holds no episodes.")
        self.episodes = tuple(self._places)
        self.contents = ForeignContents(
            format=FORMAT,
            name=shards[0].name.partition(".tfrecord")[0].rpartition("-")[0] or path.name,
            rate_hz=None,
            vectors=self._schema.vectors,
            cameras=self._schema.cameras,
            goal=self.read(self.episodes[0]).goal,
        )

    def read(self, name: str) -> ForeignEpisode:
        """Return one episode; see :class:`ForeignSource`."""
        if name not in self._places:
            raise UnknownNameError("episode", name, self.episodes)
        shard, start = self._places[name]
        what = f"The episode {name} of “{self._path}”"
        example = Example(read_record(shard, start), what)
        steps = self._steps(example, what)
        length = steps - 1
        check_length(what, length)
        return ForeignEpisode(
            name=name,
            length=length,
            vectors={
                key: _numbers(example, key, (steps, *shape), what)[:length]
                for key, shape in self._schema.vectors.items()
            },
            pictures={
                key: partial(_pictures, example, key, steps, what) for key in self._schema.cameras
            },
            goal=self._goal(example),
        )

    def close(self) -> None:
        """Nothing is held open."""

    def _steps(self, example: Example, what: str) -> int:
        """Return how many steps an episode has, from its first vector."""
        for key, shape in self._schema.vectors.items():
            numbers = example.numbers(f"{STEPS}/{key}")
            if numbers is not None:
                return len(numbers) // max(1, int(np.prod(shape)))
        raise DatasetError(f"{what} holds no numbers.")

    def _goal(self, example: Example) -> str:
        for key in (*GOALS, *self._schema.texts):
            if key in self._schema.texts:
                for text in example.blocks(f"{STEPS}/{key}"):
                    if text.strip():
                        return text.decode("utf-8", errors="replace").strip()
        return ""


def _read_schema(path: Path) -> _Schema:
    try:
        if path.stat().st_size > _MAX_DESCRIPTION_BYTES:
            raise DatasetError(f"“{path}” is too large to be a description.")
        raw = json.loads(path.read_text(encoding="utf-8"))
        steps = raw["featuresDict"]["features"][STEPS]["sequence"]["feature"]
        leaves = dict(_leaves(steps, "", 0))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(
            f"“{path}” describes no RLDS episodes, or is damaged ({error!r})."
        ) from error
    vectors: dict[str, tuple[int, ...]] = {}
    cameras: dict[str, tuple[int, int] | None] = {}
    texts: list[str] = []
    for key, leaf in leaves.items():
        tensor, image = leaf.get("tensor"), leaf.get("image")
        if "text" in leaf or (tensor and tensor.get("dtype") == "string"):
            texts.append(key)
        elif image is not None and image.get("dtype", "uint8") == "uint8":
            cameras |= _camera(key, _shape(image))
        elif tensor is not None and _is_plain(tensor) and key not in _MARKS:
            check_size(f"“{key}”", _shape(tensor), 8)
            vectors[key] = _shape(tensor)
    return _Schema(vectors, cameras, tuple(texts))


def _leaves(feature: Mapping[str, Any], path: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > _DEPTH:
        raise ValueError("it is nested too deeply")
    branch = feature.get("featuresDict")
    if branch is None:
        yield path, feature
        return
    for name, child in cast("Mapping[str, Any]", branch["features"]).items():
        yield from _leaves(child, f"{path}/{name}" if path else name, depth + 1)


def _shape(kind: Mapping[str, Any]) -> tuple[int, ...]:
    described = cast("Mapping[str, Any]", kind.get("shape") or {})
    return tuple(int(size) for size in described.get("dimensions", ()))


def _is_plain(tensor: Mapping[str, Any]) -> bool:
    """Whether a tensor is a fixed number of uncompressed numbers."""
    is_stored_as_it_is = str(tensor.get("encoding", "none")).lower() in ("none", "")
    is_fixed = all(size > 0 for size in _shape(tensor))
    return is_stored_as_it_is and is_fixed and str(tensor.get("dtype")).startswith(_NUMBERS)


def _camera(key: str, shape: tuple[int, ...]) -> dict[str, tuple[int, int] | None]:
    if len(shape) != 3 or shape[2] != 3:
        return {}
    return {key: (shape[1], shape[0]) if min(shape) > 0 else None}


def _numbers(example: Example, key: str, shape: tuple[int, ...], what: str) -> Array:
    found = example.numbers(f"{STEPS}/{key}")
    if found is None or found.size != int(np.prod(shape)):
        size = 0 if found is None else found.size
        raise DatasetError(f"{what} has {size} numbers of “{key}”, not {int(np.prod(shape))}.")
    return as_numbers(what, found.reshape(shape), shape[0])


def _pictures(example: Example, key: str, steps: int, what: str) -> Iterator[Image]:
    found = example.blocks(f"{STEPS}/{key}")
    if len(found) != steps:
        raise DatasetError(f"{what} has {len(found)} pictures of “{key}” for {steps} steps.")
    for data in found[:-1]:
        yield decode(data, f"“{key}” of {what}")


def _shard_name(shard: Path) -> str:
    """Return e.g. ``train-00000-of-00010``, which tells the shards of a dataset apart."""
    before, _, after = shard.name.partition(".tfrecord")
    return f"{before.rpartition('-')[2]}{after}"
