"""Whether pictures differ: the same view twice says nothing new."""

from collections.abc import Sequence

import numpy as np

from lbm_studio.core.pose import FloatArray, Pose, rotation_vector
from lbm_studio.station.calibration.detection import Sighting

_ALIKE_SHARE = 0.02
_STILL_SHARE = 0.002


def moved_share(one: Sighting, other: Sighting, width_px: int) -> float:
    """Return how far the corners moved on average, as a share of the picture's width.

    Sightings of different corners have moved further than any picture is wide.
    """
    common, first, second = np.intersect1d(one.numbers, other.numbers, return_indices=True)
    if not len(common):
        return np.inf
    moved_px = np.linalg.norm(one.corners_px[first] - other.corners_px[second], axis=1)
    return float(moved_px.mean()) / width_px


def is_alike(one: Sighting, other: Sighting, width_px: int) -> bool:
    """Whether the second view adds little to the first."""
    return moved_share(one, other, width_px) < _ALIKE_SHARE


def is_still(one: Sighting, other: Sighting, width_px: int) -> bool:
    """Whether nothing moved between two pictures that were taken in a row."""
    return moved_share(one, other, width_px) < _STILL_SHARE


def count_different(sightings: Sequence[Sighting], width_px: int) -> int:
    """Return how many of the views differ from all before them."""
    kept: list[Sighting] = []
    for sighting in sightings:
        if not any(is_alike(sighting, each, width_px) for each in kept):
            kept.append(sighting)
    return len(kept)


def second_turn_rad(poses: Sequence[Pose]) -> float:
    """Return how far poses are turned about another axis than the one they are turned about most.

    Turns about a single axis leave open where along it a camera sits.
    """
    turns = [rotation_vector(poses[0].rotation.T @ each.rotation) for each in poses[1:]]
    return float(np.linalg.svd(np.stack(turns), compute_uv=False)[1] / np.sqrt(len(turns)))


def largest_tilt_rad(poses: Sequence[Pose]) -> float:
    """Return the largest angle between the planes of any two boards [rad]."""
    normals: FloatArray = np.stack([pose.rotation[:, 2] for pose in poses])
    return float(np.arccos(np.clip((normals @ normals.T).min(), -1.0, 1.0)))
