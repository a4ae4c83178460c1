"""What a checkpoint says about itself, readable without torch.

A checkpoint is a folder with ``manifest.json`` and ``weights.safetensors``, written under a
temporary name and renamed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lbm_studio.core.action import ActionConvention
from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.embodiment import Embodiment
from lbm_studio.core.errors import CheckpointError, StudioError
from lbm_studio.core.paths import shipped_policy_folder
from lbm_studio.core.runs import CHECKPOINT_FOLDER, write_json
from lbm_studio.policy.prompts import COLOURS, split_words

MANIFEST_FILE = "manifest.json"
WEIGHTS_FILE = "weights.safetensors"
FORMAT = 1
DIGEST_LENGTH = 12

SHIPPED = "shipped"
"""Short name of the policy that ships, wherever a checkpoint is asked for."""


@dataclass(frozen=True)
class CheckpointManifest:
    """Everything needed to decide whether a policy fits a station, and where it came from.

    Attributes:
        embodiment: the body it controls, with the cameras it looks through.
        convention: how its actions are to be read.
        goals: prompts it was trained on, as people wrote them.
        words: vocabulary of its prompt tokens, in order; empty when it reads any word.
        model: the model configuration, as JSON.
        normaliser: what its inputs and outputs are scaled with, all sources together, as JSON.
        statistics: by source of demonstrations the same and the quantiles it was read off, as JSON.
        provenance: datasets, episodes, steps, seconds, parent checkpoint, software version.
        metrics: what was measured on held-out episodes.
        format: version of this layout.
    """

    embodiment: Embodiment
    convention: ActionConvention
    goals: tuple[str, ...]
    words: tuple[str, ...]
    model: Mapping[str, Any]
    normaliser: Mapping[str, Any]
    provenance: Mapping[str, Any] = field(default_factory=dict[str, Any])
    metrics: Mapping[str, Any] = field(default_factory=dict[str, Any])
    format: int = FORMAT
    statistics: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def unknown_words(self, prompt: str) -> tuple[str, ...]:
        """Return the words of a prompt that training never saw, each once.

        A policy that reads any word knows what a new one means, but not how a new colour looks.
        """
        said = dict.fromkeys(split_words(prompt))
        if self.words:
            return tuple(word for word in said if word not in self.words)
        taught = {word for goal in self.goals for word in split_words(goal)}
        return tuple(word for word in said if word in COLOURS - taught)


def resolve_checkpoint(path: Path) -> Path:
    """Return the checkpoint folder meant by ``path``.

    That is the folder itself, the newest one of a run folder, or by its short name the policy that
    ships.

    Raises:
        CheckpointError: there is none.
    """
    if path == Path(SHIPPED):
        return _resolve_shipped()
    for candidate in (path, path / CHECKPOINT_FOLDER):
        if (candidate / MANIFEST_FILE).is_file():
            return candidate
    raise CheckpointError(f"{path} is not a checkpoint: it holds no {MANIFEST_FILE}.")


def weights_digest(path: Path) -> str:
    """Return what tells the weights of a checkpoint from all others: the start of their SHA-256.

    Raises:
        CheckpointError: there is none.
    """
    with (resolve_checkpoint(path) / WEIGHTS_FILE).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:DIGEST_LENGTH]


def _resolve_shipped() -> Path:
    folder = shipped_policy_folder()
    if not (folder / MANIFEST_FILE).is_file():
        raise CheckpointError("No policy ships with this installation: name the folder of one.")
    return folder


def read_manifest(path: Path) -> CheckpointManifest:
    """Read the manifest of a checkpoint or run folder.

    Raises:
        CheckpointError: there is none, or it is damaged.
    """
    folder = resolve_checkpoint(path)
    try:
        raw = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        manifest = from_json(CheckpointManifest, raw, where="the manifest")
    except (OSError, ValueError, StudioError) as error:
        raise CheckpointError(f"The checkpoint {folder} is damaged: {error}") from error
    if manifest.format != FORMAT:
        raise CheckpointError(
            f"The checkpoint {folder} has format {manifest.format}; "
            f"this version reads format {FORMAT}."
        )
    return manifest


def write_manifest(folder: Path, manifest: CheckpointManifest) -> None:
    """Write ``manifest.json`` into a checkpoint folder."""
    write_json(folder / MANIFEST_FILE, to_json(manifest))


def check_fits(manifest: CheckpointManifest, embodiment: Embodiment) -> None:
    """Make sure that a policy can drive a station.

    Cameras that the station lacks are no hindrance where the policy was trained to act without.

    Raises:
        CheckpointError: naming what differs.
    """
    wanted = manifest.embodiment
    found = tuple(c for c in wanted.cameras if c.name in embodiment.camera_names)
    if found and manifest.model.get("camera_dropout"):
        wanted = replace(wanted, cameras=found)
    pairs = {
        "arms are": (", ".join(wanted.arm_names), ", ".join(embodiment.arm_names)),
        "action convention is": (
            manifest.convention.in_words(),
            ActionConvention(embodiment.arm_names).in_words(),
        ),
        "cameras are": (", ".join(wanted.camera_names), ", ".join(embodiment.camera_names)),
        "cameras sit on": (_mounts(wanted), _mounts(embodiment)),
        "picture sizes [px] are": (_sizes(wanted), _sizes(embodiment)),
        "rate [Hz] is": (f"{wanted.chunk.rate_hz:g}", f"{embodiment.chunk.rate_hz:g}"),
        "chunk length [steps] is": (f"{wanted.chunk.length}", f"{embodiment.chunk.length}"),
    }
    for what, (policy_has, station_has) in pairs.items():
        if policy_has != station_has:
            raise CheckpointError(
                f"This policy does not fit the station: its {what} {policy_has}; "
                f"the station has {station_has}."
            )


def calibrated(manifest: CheckpointManifest, embodiment: Embodiment) -> Embodiment:
    """Return the body a policy was trained on, each camera where the station says it is."""
    there = {camera.name: camera for camera in embodiment.cameras}
    cameras = tuple(there.get(c.name, c) for c in manifest.embodiment.cameras)
    return replace(embodiment, cameras=cameras)


def _mounts(embodiment: Embodiment) -> str:
    return ", ".join(camera.arm or camera.mount for camera in embodiment.cameras)


def _sizes(embodiment: Embodiment) -> str:
    return ", ".join(f"{camera.width_px}x{camera.height_px}" for camera in embodiment.cameras)
