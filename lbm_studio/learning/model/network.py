"""The LBM: images of all cameras, proprioception and a prompt to a chunk of end effector motion.

After TRI's LBM (arXiv 2507.05331): one image encoder shared by all cameras, a prompt,
proprioception, and an action head whose blocks are modulated by the condition.
Differences, made so that it learns on two CPU cores: images are summarised by keypoints; the first
ones are supervised with the places where each arm will next open or close its gripper or touch
down, and are triangulated where the fixed cameras are calibrated; prompt slots stand beside the
action tokens.

Legend: B batch, V views, K heat maps, A arms, P key points (coming events x arms), S prompt slots,
D width, T chunk steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lbm_studio.core.embodiment import Embodiment, Mount
from lbm_studio.learning.model.config import ModelConfig
from lbm_studio.learning.model.geometry import (
    HandPoses,
    SceneGeometry,
    geometric_features,
    proprioception,
    proprioception_size,
)
from lbm_studio.learning.model.heads.catalogue import build_head
from lbm_studio.learning.model.prompt import PromptEncoder
from lbm_studio.learning.model.vision import KeypointEncoder, peak_argmax, soft_argmax


@dataclass(frozen=True)
class Sight:
    """What the images and the prompt say.

    Attributes:
        keypoints: (B, V, K, 2) x, y as fractions of the unshifted image.
        peaks: (B, V, K) probability at the peak.
        maps: per view the (B, K, h, w) logits.
        shifted: (B, V, K, 2) keypoints in the image as it was shown, before a shift is undone.
        slots: (B, S, P) prompt slots.
        prompt: (B, C) prompt condition.
    """

    keypoints: Tensor
    peaks: Tensor
    maps: list[Tensor]
    shifted: Tensor
    slots: Tensor
    prompt: Tensor


class LargeBehaviorModel(nn.Module):
    """The whole network: :meth:`look`, :meth:`condition`, then ``head`` draws the chunk."""

    def __init__(self, config: ModelConfig, embodiment: Embodiment, vocabulary_size: int) -> None:
        super().__init__()
        self.config = config
        self.arms = len(embodiment.arms)
        self.key_points = self.arms * config.key_events
        self.groups = image_groups(embodiment)
        self.prompt = PromptEncoder(config, vocabulary_size)
        self.encoder = KeypointEncoder(config, len(embodiment.cameras))
        self.geometry = SceneGeometry(embodiment)
        own_views = _own_views(embodiment).repeat(1, config.key_events)
        self.register_buffer("own_views", own_views, persistent=False)
        views = len(embodiment.cameras)
        self.raw = nn.Sequential(
            nn.Linear(views * config.heat_maps * 3, config.raw_width), nn.GELU()
        )
        self.observation = nn.Sequential(
            nn.Linear(self._observation_size(views), config.hidden),
            nn.GELU(),
            nn.Linear(config.hidden, config.hidden),
            nn.GELU(),
            nn.Linear(config.hidden, config.width),
        )
        self.key_pose = nn.Linear(config.width, 3 * self.key_points)
        self.head = build_head(config, embodiment, config.width)

    def _observation_size(self, views: int) -> int:
        supervised = 3 * self.key_points * views
        geometric = self.key_points * (3 + 9 * self.arms) if self.geometry.available else 0
        size = supervised + geometric + self.config.raw_width + self.config.condition_width
        return size + proprioception_size(self.arms)

    def look(self, images: Sequence[Tensor], words: Tensor, shift: Tensor | None = None) -> Sight:
        """Read images and prompt.

        Args:
            images: per image group (B, cameras of the group, 3, H, W) in [-0.5, 0.5].
            words: the prompts, as their reader encodes them.
            shift: (B, V, 2) how far the images were moved, as fractions; undone on the keypoints.
        """
        slots, prompt = self.prompt(words)
        views = sum(len(group) for group in self.groups)
        maps: list[Tensor] = [prompt] * views
        for group, batch in zip(self.groups, images, strict=True):
            for place, view in enumerate(self._encode(group, batch, prompt)):
                maps[group[place]] = view
        read = soft_argmax if self.training else peak_argmax
        pairs = [read(view) for view in maps]
        shifted = torch.stack([keypoints for keypoints, _ in pairs], dim=1)  # (B, V, K, 2)
        peaks = torch.stack([peak for _, peak in pairs], dim=1)  # (B, V, K)
        keypoints = shifted if shift is None else shifted - shift[:, :, None]
        return Sight(keypoints, peaks, maps, shifted, slots, prompt)

    def _encode(self, group: tuple[int, ...], batch: Tensor, prompt: Tensor) -> Sequence[Tensor]:
        size, cameras = len(batch), len(group)
        flat = batch.flatten(0, 1).contiguous(memory_format=torch.channels_last)
        numbers = torch.tensor(group).repeat(size)
        maps = self.encoder(flat, prompt.repeat_interleave(cameras, dim=0), numbers)
        return maps.unflatten(0, (size, cameras)).unbind(1)

    def condition(
        self, sight: Sight, state: Tensor, proprio: Tensor, drop_raw: Tensor | None = None
    ) -> Tensor:
        """Return the (B, D) condition of the action head.

        Args:
            sight: from :meth:`look`.
            state: (B, size) measured state vectors, as they are [m].
            proprio: (B, P) normalised proprioception.
            drop_raw: (B,) True where the unsupervised keypoints are hidden.
        """
        parts = [self._supervised(sight)]
        if self.geometry.available:
            hands = HandPoses.from_state(state, self.arms)
            parts.append(geometric_features(self.locate(sight), hands))
        every = torch.cat([sight.keypoints * 2 - 1, sight.peaks[..., None]], dim=-1)
        raw = self.raw(every.flatten(1).float())
        if drop_raw is not None:
            raw = raw * (~drop_raw)[:, None]
        return self.observation(torch.cat([*parts, raw, sight.prompt.float(), proprio], dim=-1))

    def locate(self, sight: Sight) -> Tensor:
        """Return (B, P, 3) the key points, triangulated, in the station frame [m]."""
        supervised = sight.keypoints[:, self.geometry.views, : self.key_points]
        return self.geometry.triangulate(supervised)

    def _supervised(self, sight: Sight) -> Tensor:
        keypoints = sight.keypoints[:, :, : self.key_points] * 2 - 1
        peaks = sight.peaks[:, :, : self.key_points, None]
        visible = self.get_buffer("own_views")[None, :, :, None]
        return (torch.cat([keypoints.clamp(-2, 2), peaks], dim=-1) * visible).flatten(1)

    def proprioception(self, state: Tensor) -> Tensor:
        """Return (B, P), not normalised."""
        return proprioception(HandPoses.from_state(state, self.arms))


def image_groups(embodiment: Embodiment) -> tuple[tuple[int, ...], ...]:
    """Return the camera numbers that share an image size, in the order of first appearance."""
    groups: dict[tuple[int, int], list[int]] = {}
    for number, camera in enumerate(embodiment.cameras):
        groups.setdefault((camera.width_px, camera.height_px), []).append(number)
    return tuple(tuple(numbers) for numbers in groups.values())


def _own_views(embodiment: Embodiment) -> Tensor:
    """(V, A): scene cameras speak for every arm, a wrist camera for the arm that carries it."""
    rows = [
        [camera.mount is Mount.SCENE or camera.arm == arm for arm in embodiment.arm_names]
        for camera in embodiment.cameras
    ]
    return torch.tensor(rows, dtype=torch.float32)
