"""A checkpoint as a policy: observations in, action chunks out."""

from collections import deque
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from lbm_studio.core.action import Action, ActionChunk, absolute_chunk, gripper_index
from lbm_studio.core.clock import seconds_between
from lbm_studio.core.embodiment import CameraDescription, ChunkSpec, Embodiment, StationDescription
from lbm_studio.core.errors import CheckpointError
from lbm_studio.core.observation import Observation
from lbm_studio.core.pose import FloatArray
from lbm_studio.learning.ensemble import TemporalEnsemble
from lbm_studio.learning.model.images import images_to_tensor, shrink
from lbm_studio.learning.model.network import LargeBehaviorModel
from lbm_studio.learning.model.sight import Sight
from lbm_studio.learning.repertoire import Repertoire
from lbm_studio.learning.training.checkpoint import LoadedPolicy, load_checkpoint
from lbm_studio.policy.manifest import calibrated, check_fits, read_manifest

CLOSED_BELOW = 0.2
OPEN_ABOVE = 0.8
"""Shares of a gripper's range beyond which it closes, or opens, as far as it can."""
SMALLEST_CHANGE = 0.2
"""Share of the range by which a command must differ from the last one, so that it never
chatters."""


class LearnedPolicy:
    """A loaded checkpoint.

    One that reads any word knows when it is asked for something it was never taught.
    """

    def __init__(self, loaded: LoadedPolicy) -> None:
        self.loaded = loaded
        reads_any_word = not loaded.reader.words
        self._repertoire = Repertoire(loaded.manifest.goals if reads_any_word else ())

    def check_goal(self, goal: str) -> None:
        """Return only if it was taught anything like ``goal``, or cannot tell.

        Raises:
            UntaughtGoalError: it was not.
        """
        self._repertoire.check(goal)

    def start_session(self, seed: int) -> "LearnedSession":
        return LearnedSession(self, seed)


class LearnedSession:
    """One episode: holds the random stream and the state of the grippers."""

    def __init__(self, policy: LearnedPolicy, seed: int) -> None:
        self._policy = policy
        self._loaded = policy.loaded
        self._embodiment = policy.loaded.manifest.embodiment
        self._generator = torch.Generator().manual_seed(seed)
        decay = self._loaded.network.config.ensemble_decay
        chunk = self._embodiment.chunk
        self._ensemble = None if decay is None else TemporalEnsemble(chunk, decay)
        self._looks: deque[_Look] = deque(maxlen=self._loaded.network.config.observation_steps)
        self._last: _Settled | None = None

    @torch.no_grad()
    def predict(self, observation: Observation) -> ActionChunk:
        self._policy.check_goal(observation.goal)
        network, embodiment = self._loaded.network, self._embodiment
        state = observation.state.as_vector(embodiment.arm_names)
        shown = self._remember(_look(observation, embodiment, network))
        length = network.config.prompt_words
        words = self._loaded.reader.encode([observation.goal], length)
        sight = network.look(shown.images, words, present=shown.present)
        vectors = absolute_chunk(self._draw(sight, shown.states), state)
        captured_ns = observation.state.captured_ns
        if self._ensemble is not None:
            vectors = self._ensemble.average(vectors, captured_ns)
        self._settle_grippers(vectors, state, captured_ns)
        names = embodiment.arm_names
        return ActionChunk(
            actions=tuple(Action.from_vector(vector, names) for vector in vectors),
            past=embodiment.chunk.past,
            observed_ns=captured_ns,
            intent=_intent(sight, network, embodiment),
        )

    def _remember(self, look: "_Look") -> "_Look":
        """Return all looks that the policy is shown as one; the first stands in for older ones."""
        self._looks.extend([look] * (1 if self._looks else self._looks.maxlen or 1))
        return _Look(
            images=[
                torch.cat(group) for group in zip(*(one.images for one in self._looks), strict=True)
            ],
            present=torch.cat([one.present for one in self._looks]),
            states=torch.cat([one.states for one in self._looks]),
        )

    def _draw(self, sight: Sight, state: torch.Tensor) -> FloatArray:
        network, normaliser = self._loaded.network, self._loaded.normaliser
        proprio = normaliser.proprioception.normalise(network.proprioception(state))
        condition = network.condition(sight, state, proprio)
        chunk = network.head.sample(condition, sight.slots, self._generator)
        return normaliser.actions.restore(chunk)[0].double().numpy()

    def _settle_grippers(self, vectors: FloatArray, state: FloatArray, captured_ns: int) -> None:
        """Keep gripper widths until they clearly change, in place; nearly shut is shut."""
        first = gripper_index(0, len(self._embodiment.arms))
        limits = np.array([arm.gripper_max_width_m for arm in self._embodiment.arms])
        if self._last is None:
            width = np.where(state[first:] > limits / 2, limits, 0.0)
        else:
            width = self._last.in_force_at(captured_ns, self._embodiment.chunk)
        settled = [width]
        for vector in vectors:
            share = vector[first:] / limits
            share = np.where(share < CLOSED_BELOW, 0.0, np.where(share > OPEN_ABOVE, 1.0, share))
            is_change = np.abs(share - width / limits) > SMALLEST_CHANGE
            width = np.where(is_change, share * limits, width)
            vector[first:] = width
            settled.append(width)
        self._last = _Settled(captured_ns, np.stack(settled))


@dataclass(frozen=True)
class _Settled:
    """Gripper widths of a chunk: those before it, then those of its steps. (1 + length, A) [m]."""

    captured_ns: int
    widths: FloatArray

    def in_force_at(self, captured_ns: int, spec: ChunkSpec) -> FloatArray:
        """Return what had been commanded last at a later moment, (A,) [m]."""
        steps = round(seconds_between(self.captured_ns, captured_ns) / spec.period_s)
        return self.widths[min(spec.past + max(steps, 0), len(self.widths) - 1)]


def load_policy(checkpoint: Path, station: StationDescription | None) -> LearnedPolicy:
    """Load a checkpoint for a station, whose cameras are believed to be where it says they are.

    Raises:
        CheckpointError: it is damaged or does not fit the station.
    """
    if station is None:
        return LearnedPolicy(load_checkpoint(checkpoint))
    manifest = read_manifest(checkpoint)
    check_fits(manifest, station.embodiment)
    return LearnedPolicy(load_checkpoint(checkpoint, calibrated(manifest, station.embodiment)))


@dataclass(frozen=True)
class _Look:
    """What is seen at a moment, or at several.

    ``images`` per group (O, cameras, 3, H, W), ``present`` (O, V), ``states`` (O, size).
    """

    images: list[torch.Tensor]
    present: torch.Tensor
    states: torch.Tensor


def _look(observation: Observation, embodiment: Embodiment, network: LargeBehaviorModel) -> _Look:
    present = [name in observation.frames for name in embodiment.camera_names]
    needed = any if network.config.camera_dropout else all
    if not needed(present):
        pairs = zip(embodiment.camera_names, present, strict=True)
        missing = ", ".join(name for name, is_there in pairs if not is_there)
        raise CheckpointError(f"The policy needs pictures from {missing}, and there are none.")
    groups = []
    for group in network.groups:
        cameras = [embodiment.cameras[number] for number in group]
        pictures = [_picture(observation, camera) for camera in cameras]
        shrunk = shrink(np.stack(pictures), network.config.image_scale)
        groups.append(images_to_tensor(shrunk)[None])
    state = observation.state.as_vector(embodiment.arm_names)
    return _Look(groups, torch.tensor([present]), torch.tensor(state[None]).float())


def _picture(observation: Observation, camera: CameraDescription) -> NDArray[np.uint8]:
    """Return what a camera shows; black where it is missing."""
    frame = observation.frames.get(camera.name)
    if frame is None:
        return np.zeros((camera.height_px, camera.width_px, 3), dtype=np.uint8)
    return frame.image


def _intent(
    sight: Sight, network: LargeBehaviorModel, embodiment: Embodiment
) -> dict[str, FloatArray]:
    """Return what :class:`ActionChunk` calls the intent.

    What the wrist camera of one arm shows for another was never supervised: its confidence is 0, as
    is that of a missing camera.
    """
    if not network.encoder.map_count:
        return {}
    arms, places = len(embodiment.arms), len(network.config.key_offsets_m)
    visible = network.get_buffer("own_views")[:, :arms] * sight.present[-1, :, None]  # (V, A)
    seen = torch.cat([sight.keypoints[-1], sight.peaks[-1, ..., None]], dim=-1)  # (V, K, 3)
    shown = seen[:, : places * arms].unflatten(1, (places, arms)).mean(dim=1)  # (V, A, 3)
    shown = torch.cat([shown[..., :2], (shown[..., 2] * visible)[..., None]], dim=-1)
    values = shown.double().numpy()
    return {camera.name: values[view] for view, camera in enumerate(embodiment.cameras)}
