"""Keypoints of calibrated scene cameras, triangulated and expressed in the frames of all hands.

Legend: B batch, V scene views, A arms. Positions in metres in the station frame.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from lbm_studio.core.action import gripper_index, pose_slice
from lbm_studio.core.embodiment import Embodiment, Mount
from lbm_studio.core.projection import focal_fractions

FEWEST_VIEWS = 2
"""Rays that a place is found from."""


@dataclass(frozen=True)
class HandPoses:
    """Measured end effector poses.

    ``positions`` (B, A, 3), ``rotations`` (B, A, 3, 3), ``grippers`` (B, A).
    """

    positions: Tensor
    rotations: Tensor
    grippers: Tensor

    @classmethod
    def from_state(cls, state: Tensor, arms: int) -> "HandPoses":
        """Read (B, size) state vectors."""
        poses = torch.stack([state[:, pose_slice(index)] for index in range(arms)], dim=1)
        first, second = poses[..., 3:6], poses[..., 6:9]
        third = torch.cross(first, second, dim=-1)
        grippers = state[:, gripper_index(0, arms) :]
        return cls(poses[..., :3], torch.stack([first, second, third], dim=-2), grippers)

    def relative(self, points: Tensor) -> Tensor:
        """Express (B, P, 3) points in every hand: (B, P, A, 3)."""
        offset = points[:, :, None] - self.positions[:, None]  # (B, P, A, 3)
        return torch.einsum("baji,bpaj->bpai", self.rotations, offset)


class SceneGeometry(nn.Module):
    """Triangulation from the fixed cameras of one embodiment. Holds no weights."""

    def __init__(self, embodiment: Embodiment) -> None:
        super().__init__()
        chosen = [i for i, c in enumerate(embodiment.cameras) if c.mount is Mount.SCENE]
        cameras = [embodiment.cameras[index] for index in chosen]
        self.views = chosen
        rotation = np.array([c.pose.rotation for c in cameras]).reshape(-1, 3, 3)
        position = np.array([c.pose.position for c in cameras]).reshape(-1, 3)
        focal = np.array([focal_fractions(c) for c in cameras]).reshape(-1, 2)
        for name, value in (("rotation", rotation), ("position", position), ("focal", focal)):
            self.register_buffer(name, torch.tensor(value, dtype=torch.float32), persistent=False)

    @property
    def available(self) -> bool:
        """Whether there are enough fixed cameras to triangulate."""
        return len(self.views) >= FEWEST_VIEWS

    def triangulate(self, keypoints: Tensor, present: Tensor) -> Tensor:
        """Return the (B, P, 3) points nearest to the rays of (B, V, P, 2) keypoints.

        Views that are not ``present`` (B, V) do not count; where fewer than two do, the point
        means nothing.
        """
        focal = self.get_buffer("focal")[None, :, None]
        local = torch.stack(
            [
                (keypoints[..., 0] - 0.5) / focal[..., 0],
                (0.5 - keypoints[..., 1]) / focal[..., 1],
                -torch.ones_like(keypoints[..., 0]),
            ],
            dim=-1,
        )
        rays = torch.einsum("vij,bvpj->bvpi", self.get_buffer("rotation"), local)
        rays = functional.normalize(rays, dim=-1)
        across = torch.eye(3) - rays[..., :, None] * rays[..., None, :]  # (B, V, P, 3, 3)
        across = across * present[..., None, None, None]
        origin = self.get_buffer("position")[None, :, None, :, None]
        is_lone = (present.sum(dim=1) < FEWEST_VIEWS)[:, None, None, None]
        total = across.sum(1) + is_lone * torch.eye(3)  # never singular
        return torch.linalg.solve(total, (across @ origin).sum(1))[..., 0]


def geometric_features(points: Tensor, hands: HandPoses) -> Tensor:
    """Describe points at several ranges: the last centimetre counts as the first metre.

    Args:
        points: (B, P, 3).
        hands: the measured hands.

    Returns:
        (B, P x (3 + 9 A)) features.
    """
    local = hands.relative(points)  # (B, P, A, 3)
    ranges = [local * 5.0, torch.tanh(local * 20.0), torch.tanh(local * 60.0)]
    near = torch.cat(ranges, dim=-1).flatten(2)  # (B, A, 9 A)
    return torch.cat([points * 3.0, near], dim=-1).flatten(1)


def proprioception(hands: HandPoses) -> Tensor:
    """Return every hand's pose, also in every other hand's frame, and the gripper widths."""
    arms = hands.positions.shape[1]
    parts = [
        torch.cat([hands.positions[:, i], _six(hands.rotations[:, i])], -1) for i in range(arms)
    ]
    for i in range(arms):
        for j in (j for j in range(arms) if j != i):
            inverse = hands.rotations[:, i].transpose(1, 2)
            offset = hands.positions[:, j] - hands.positions[:, i]
            position = (inverse @ offset[..., None])[..., 0]
            parts.append(torch.cat([position, _six(inverse @ hands.rotations[:, j])], -1))
    return torch.cat([*parts, hands.grippers], dim=-1)


def proprioception_size(arms: int) -> int:
    """Return the length of :func:`proprioception`: 38 for two arms, as in the LBM paper."""
    return 9 * arms * arms + arms


def _six(rotation: Tensor) -> Tensor:
    return rotation[..., :2, :].flatten(-2)
