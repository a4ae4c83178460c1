"""The LBM: images of all cameras, proprioception and a prompt to a chunk of end effector motion.

After TRI's LBM (arXiv 2507.05331): one image encoder shared by all cameras, a prompt,
proprioception, and an action head whose blocks are modulated by the condition.
Differences, made so that it learns on two CPU cores: images are summarised by keypoints; the first
ones are supervised with the places where each arm will next open or close its gripper or touch
down, and are triangulated where the fixed cameras are calibrated; prompt slots stand beside the
action tokens.

Legend: B batch, V views, K heat maps, F features, A arms, P key points (coming events x places on
the line between the fingers x arms), D width of the condition.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from lbm_studio.core.embodiment import Embodiment, Mount
from lbm_studio.learning.model.clip import ClipPrompt
from lbm_studio.learning.model.config import ModelConfig, TextKind
from lbm_studio.learning.model.encoders.catalogue import build_encoder
from lbm_studio.learning.model.geometry import (
    FEWEST_VIEWS,
    HandPoses,
    SceneGeometry,
    geometric_features,
    proprioception,
    proprioception_size,
)
from lbm_studio.learning.model.heads.catalogue import build_head
from lbm_studio.learning.model.prompt import PromptEncoder
from lbm_studio.learning.model.sight import Sight, encode_views, every_view, read_maps


class LargeBehaviorModel(nn.Module):
    """The whole network: :meth:`look`, :meth:`condition`, then ``head`` draws the chunk."""

    def __init__(self, config: ModelConfig, embodiment: Embodiment, vocabulary_size: int) -> None:
        super().__init__()
        self.config = config
        self.arms = len(embodiment.arms)
        points_each = config.key_events * len(config.key_offsets_m)
        self.key_points = self.arms * points_each
        self.groups = image_groups(embodiment)
        views = len(embodiment.cameras)
        is_clip = config.text is TextKind.CLIP
        self.prompt = ClipPrompt(config) if is_clip else PromptEncoder(config, vocabulary_size)
        self.encoder = build_encoder(config, views)
        self.geometry = SceneGeometry(embodiment)
        own_views = _own_views(embodiment).repeat(1, points_each)
        self.register_buffer("own_views", own_views, persistent=False)
        seen = views * (3 * self.encoder.map_count + self.encoder.feature_count)
        size = config.observation_steps * self._look_size(views, config.raw_width or seen)
        told = config.width if config.hidden else size
        self.raw = _layers(seen, config.raw_width) if config.raw_width else nn.Identity()
        self.observation: nn.Module = nn.Identity()
        if config.hidden:
            hidden = _layers(size, config.hidden, config.hidden)
            self.observation = hidden.append(nn.Linear(config.hidden, told))
        self.key_pose = nn.Linear(told, 3 * self.key_points)
        self.head = build_head(config, embodiment, told)

    def _look_size(self, views: int, raw_width: int) -> int:
        supervised = 3 * self.key_points * views if self.encoder.map_count else 0
        geometric = self.key_points * (3 + 9 * self.arms) if self.triangulates else 0
        size = supervised + geometric + raw_width + self.config.condition_width
        return size + proprioception_size(self.arms)

    def load_pretrained(self, source: str) -> list[str]:
        """Begin with weights taught elsewhere, where there are any; say which, in sentences.

        Args:
            source: a file or folder; empty: wherever they can be had.

        Raises:
            StudioError: what ``source`` names cannot be used.
        """
        told = [self.encoder.load_pretrained(source)]
        if isinstance(self.prompt, ClipPrompt):
            told.append(self.prompt.load_pretrained(source))
        return [sentence for sentence in told if sentence]

    @property
    def locates(self) -> bool:
        """Whether key points are seen by enough calibrated cameras to be triangulated."""
        return self.geometry.available and self.encoder.map_count > 0

    @property
    def triangulates(self) -> bool:
        """Whether the policy is told where they are in the frames of its hands."""
        return self.config.geometry and self.locates

    def look(
        self,
        images: Sequence[Tensor],
        words: Tensor,
        shift: Tensor | None = None,
        present: Tensor | None = None,
    ) -> Sight:
        """Read images and prompt.

        Args:
            images: per image group (B, cameras of the group, 3, H, W) in [-0.5, 0.5].
            words: what a prompt reader has made of the prompts, one row a sample.
            shift: (B, V, 2) how far the images were moved, as fractions; undone on the keypoints.
            present: (B, V) which views there are; None: all. The others may show anything.
        """
        slots, prompt = self.prompt(words)
        asked = prompt.repeat_interleave(self.config.observation_steps, dim=0)
        maps, features = encode_views(self.encoder, self.groups, images, asked)
        shifted, peaks = read_maps(maps, is_training=self.training)
        keypoints = shifted if shift is None else shifted - shift[:, :, None]
        present = every_view(images) if present is None else present
        return Sight(keypoints, peaks, maps, shifted, features, present, slots, prompt)

    def condition(
        self, sight: Sight, state: Tensor, proprio: Tensor, drop_raw: Tensor | None = None
    ) -> Tensor:
        """Return the condition of the action head, (B, D) for B samples of one or several looks.

        A view that is missing says nothing, with a peak of 0, which no view that is there has.

        Args:
            sight: from :meth:`look`.
            state: (B, size) measured state vectors, as they are [m].
            proprio: (B, P) normalised proprioception.
            drop_raw: (B,) True where the unsupervised keypoints are hidden.
        """
        parts = [self._supervised(sight)] if self.encoder.map_count else []
        if self.triangulates:
            points, located = self.locate(sight)
            hands = HandPoses.from_state(state, self.arms)
            parts.append(geometric_features(points, hands) * located[:, None])
        raw = self.raw(self._everything(sight))
        if drop_raw is not None:
            raw = raw * (~drop_raw)[:, None]
        looks = self.config.observation_steps
        prompt = sight.prompt.float().repeat_interleave(looks, dim=0)
        told = torch.cat([*parts, raw, prompt, proprio], dim=-1)
        return self.observation(told.unflatten(0, (-1, looks)).flatten(1))

    def locate(self, sight: Sight) -> tuple[Tensor, Tensor]:
        """Triangulate the key points.

        Returns:
            (B, P, 3) in the station frame [m], and (B,) whether enough fixed cameras are there.
        """
        views = self.geometry.views
        present = sight.present[:, views]
        points = self.geometry.triangulate(sight.keypoints[:, views, : self.key_points], present)
        return points, present.sum(dim=1) >= FEWEST_VIEWS

    def _supervised(self, sight: Sight) -> Tensor:
        keypoints = sight.keypoints[:, :, : self.key_points] * 2 - 1
        peaks = sight.peaks[:, :, : self.key_points, None]
        visible = (self.get_buffer("own_views") * sight.present[:, :, None])[..., None]
        return (torch.cat([keypoints.clamp(-2, 2), peaks], dim=-1) * visible).flatten(1)

    def _everything(self, sight: Sight) -> Tensor:
        """Return (B, V (3 K + F)): all that the views say."""
        keypoints = torch.cat([sight.keypoints * 2 - 1, sight.peaks[..., None]], dim=-1)
        said = torch.cat([keypoints.flatten(2).float(), sight.features.float()], dim=-1)
        return (said * sight.present[..., None]).flatten(1)

    def proprioception(self, state: Tensor) -> Tensor:
        """Return (B, P), not normalised."""
        return proprioception(HandPoses.from_state(state, self.arms))


def _layers(*widths: int) -> nn.Sequential:
    """Return linear layers of these widths, each followed by a nonlinearity."""
    pairs = [(nn.Linear(i, o), nn.GELU()) for i, o in pairwise(widths)]
    return nn.Sequential(*(layer for pair in pairs for layer in pair))


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
