"""Checkpoints and resumable training state on disk.

Safetensors and JSON, written aside and renamed, never pickled.
"""

import errno
import itertools
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from lbm_studio.core.codec import from_json
from lbm_studio.core.embodiment import Embodiment
from lbm_studio.core.errors import CheckpointError, DiskFullError
from lbm_studio.core.runs import CHECKPOINT_FOLDER
from lbm_studio.learning.model.config import ModelConfig
from lbm_studio.learning.model.network import LargeBehaviorModel
from lbm_studio.learning.model.normaliser import PolicyNormaliser
from lbm_studio.learning.model.prompt import PromptReader, build_reader
from lbm_studio.learning.model.statistics import (
    Statistics,
    normaliser_for,
    statistics_from_json,
)
from lbm_studio.policy.manifest import (
    WEIGHTS_FILE,
    CheckpointManifest,
    read_manifest,
    resolve_checkpoint,
    write_manifest,
)

HISTORY_FOLDER = "checkpoints"
STATE_FILE = "training_state.safetensors"
KEPT = 2
NO_SPACE = f"os error {errno.ENOSPC}"
"""What safetensors says of a full disk."""


HEAD_PARTS = ("action_in", "action_out", "blocks", "norm", "slot_in", "step", "time")
"""What lay beside the encoders before the action head was a module of its own."""


@dataclass(frozen=True)
class LoadedPolicy:
    """A checkpoint in memory.

    Attributes:
        manifest: what it says of itself.
        network: its averaged weights, ready to act.
        normaliser: what fits the body it is loaded for: that of the first source recorded on such a
            body, else the one of all sources together.
        reader: of its prompts.
        statistics: of its sources; empty in checkpoints of earlier versions.
    """

    manifest: CheckpointManifest
    network: LargeBehaviorModel
    normaliser: PolicyNormaliser
    reader: PromptReader
    statistics: Statistics


def save_checkpoint(
    run: Path, name: str, manifest: CheckpointManifest, weights: Mapping[str, Tensor]
) -> Path:
    """Write a checkpoint into the run folder and point ``checkpoint`` at it.

    At every moment that name is loadable.
    """
    history = run / HISTORY_FOLDER
    history.mkdir(parents=True, exist_ok=True)
    final, partial = _unused(history, name), history / f".{name}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    with _full_disk_in_words(run):
        whole = {key: value.contiguous() for key, value in weights.items()}
        save_file(whole, partial / WEIGHTS_FILE)
        write_manifest(partial, manifest)
    partial.rename(final)
    pointer = run / f".{CHECKPOINT_FOLDER}"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(Path(HISTORY_FOLDER) / final.name)
    os.replace(pointer, run / CHECKPOINT_FOLDER)
    for old in sorted(p for p in history.iterdir() if p != final)[: -(KEPT - 1)]:
        shutil.rmtree(old)
    return final


def load_checkpoint(path: Path, embodiment: Embodiment | None = None) -> LoadedPolicy:
    """Load a checkpoint or run folder.

    Args:
        path: the folder.
        embodiment: the body it is to control, with cameras calibrated anew; None: as in training.

    Raises:
        CheckpointError: it is missing, damaged or of another format.
    """
    folder = resolve_checkpoint(path)
    manifest = read_manifest(folder)
    config = from_json(ModelConfig, dict(manifest.model), where="the model configuration")
    reader = build_reader(config.text, manifest.words, config.clip.tokeniser)
    body = embodiment or manifest.embodiment
    network = LargeBehaviorModel(config, body, len(reader.words))
    try:
        network.load_state_dict(current_names(load_file(folder / WEIGHTS_FILE)))
        statistics = statistics_from_json(manifest.statistics)
        fitting = normaliser_for(statistics, body.name)
        normaliser = fitting or PolicyNormaliser.from_json(manifest.normaliser)
    except (OSError, SafetensorError, RuntimeError, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise CheckpointError(f"The checkpoint {folder} is damaged: {reason}") from error
    return LoadedPolicy(manifest, network.eval(), normaliser, reader, statistics)


def save_state(run: Path, tensors: Mapping[str, Tensor], numbers: Mapping[str, Any]) -> None:
    """Write the state of training in one file, so that it is replaced as a whole."""
    partial = run / f".{STATE_FILE}"
    with _full_disk_in_words(run):
        save_file(
            {key: value.contiguous() for key, value in tensors.items()},
            partial,
            metadata={"numbers": json.dumps(dict(numbers))},
        )
    os.replace(partial, run / STATE_FILE)


def has_state(run: Path) -> bool:
    """Whether there is a state of training to go on from."""
    return (run / STATE_FILE).exists()


def load_state(run: Path) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """Return the saved state of training, or None when there is none to go on from."""
    path = run / STATE_FILE
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            numbers = json.loads(file.metadata()["numbers"])
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
            return _current_state(tensors), numbers
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise CheckpointError(f"The training state {path} is damaged: {error}.") from error


def current_names(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return weights of any version under the names of this one."""
    return {
        f"head.{key}" if key.partition(".")[0] in HEAD_PARTS else key: value
        for key, value in weights.items()
    }


def _current_state(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the state of training under the names of this version.

    Moments are kept by the order of the weights, which differs: those of older versions are
    dropped, and gather anew.
    """
    parts = {
        part: {k.removeprefix(part): v for k, v in tensors.items() if k.startswith(part)}
        for part in ("network.", "average.")
    }
    renamed = {part: current_names(weights) for part, weights in parts.items()}
    if all(renamed[part].keys() == parts[part].keys() for part in parts):
        return tensors
    return {part + key: value for part in parts for key, value in renamed[part].items()}


def widen_vocabulary(weights: dict[str, Tensor], words: int) -> dict[str, Tensor]:
    """Return weights whose word embedding has room for ``words``.

    New words start as the unknown word.
    """
    key = "prompt.embedding.weight"
    old = weights.get(key)
    if old is None or (missing := words - len(old)) <= 0:
        return weights
    return {**weights, key: torch.cat([old, old[1:2].repeat(missing, 1)])}


def _unused(history: Path, name: str) -> Path:
    """Return a folder that does not exist yet, so that nothing in use is ever replaced."""
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(history / one for one in names if not (history / one).exists())


@contextmanager
def _full_disk_in_words(run: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, SafetensorError) as error:
        is_full = getattr(error, "errno", None) == errno.ENOSPC or NO_SPACE in str(error)
        if not is_full:
            raise
        raise DiskFullError(
            f"The disk is full: {run} could not be saved. Make room and go on with the run; "
            "the last checkpoint is kept."
        ) from error
