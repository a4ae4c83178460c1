"""Cameras on a hand: how they are mounted, and where the arm stands.

An arm carries its cameras past a board that lies still. Two things are unknown: each camera's pose
in the hand (``X``) and the board's pose in the arm's base frame (``Y``); every picture says that
``E X B = Y``, with the hand's pose E as the arm measures it and the board's pose B in the camera.
A closed form starts (Park and Martin, "Robot sensor calibration: solving AX = XB on the Euclidean
group", 1994), and the corners in all pictures of all cameras at once have the last word. Where the
board's place on the table is known, Y also says where the base stands: the cameras that are there
anyway do what touching points of the board with the fingers would do, without force and without an
operator's eye for half a millimetre, and over many postures of the arm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from lbm_studio.core.pose import FloatArray, Pose, rotation_vector
from lbm_studio.core.station_file import Intrinsics
from lbm_studio.station.calibration.board import Board
from lbm_studio.station.calibration.detection import Sighting
from lbm_studio.station.calibration.lens import board_in_camera
from lbm_studio.station.calibration.refinement import refine
from lbm_studio.station.calibration.residual import (
    Expectation,
    Residual,
    misfit,
    residual_of,
)


@dataclass(frozen=True, eq=False)
class HandSighting:
    """A board seen by a camera on a hand.

    Attributes:
        camera: which one.
        seen: the board's corners.
        hand: pose of the end effector in the frame of its arm's base.
    """

    camera: str
    seen: Sighting
    hand: Pose


@dataclass(frozen=True)
class MountedCameras:
    """What came of it.

    Attributes:
        mounts: each camera's pose in the end effector frame.
        board_in_base: the board's pose in the frame of the arm's base.
        residuals: what is left over, by camera.
    """

    mounts: Mapping[str, Pose]
    board_in_base: Pose
    residuals: Mapping[str, Residual]


def mount_cameras(
    sightings: Sequence[HandSighting], board: Board, lenses: Mapping[str, Intrinsics]
) -> MountedCameras:
    """Return how the cameras of one arm are mounted, and where its board lay."""
    names = sorted({each.camera for each in sightings})
    starts: dict[str, Pose] = {}
    for name in names:
        own = [each for each in sightings if each.camera == name]
        boards = [board_in_camera(each.seen, board, lenses[name]) for each in own]
        starts[name] = _closed_form([each.hand for each in own], boards)
    start = [*starts.values(), _board_in_base(sightings[0], board, lenses, starts)]
    found = refine(
        lambda poses: misfit(
            _expected(sightings, board, lenses, dict(zip(names, poses, strict=False)), poses[-1])
        ),
        start,
    )
    mounts = dict(zip(names, found, strict=False))
    return _result(sightings, board, lenses, mounts, found[-1])


def find_board(
    sightings: Sequence[HandSighting],
    board: Board,
    lenses: Mapping[str, Intrinsics],
    mounts: Mapping[str, Pose],
) -> MountedCameras:
    """Return where a board lies in the frame of an arm's base, seen by cameras mounted as told."""
    start = _board_in_base(sightings[0], board, lenses, mounts)
    found = refine(
        lambda poses: misfit(_expected(sightings, board, lenses, mounts, poses[0])), [start]
    )
    return _result(sightings, board, lenses, mounts, found[0])


def _result(
    sightings: Sequence[HandSighting],
    board: Board,
    lenses: Mapping[str, Intrinsics],
    mounts: Mapping[str, Pose],
    board_in_base: Pose,
) -> MountedCameras:
    residuals: dict[str, Residual] = {}
    for name in mounts:
        own = [each for each in sightings if each.camera == name]
        residuals[name] = residual_of(_expected(own, board, lenses, mounts, board_in_base))
    return MountedCameras(mounts, board_in_base, residuals)


def _expected(
    sightings: Sequence[HandSighting],
    board: Board,
    lenses: Mapping[str, Intrinsics],
    mounts: Mapping[str, Pose],
    board_in_base: Pose,
) -> list[Expectation]:
    result: list[Expectation] = []
    for each in sightings:
        board_seen = (each.hand @ mounts[each.camera]).inverse() @ board_in_base
        corners_m = board_seen.apply(each.seen.on_board(board))
        result.append(Expectation(each.seen, lenses[each.camera], corners_m))
    return result


def _board_in_base(
    sighting: HandSighting,
    board: Board,
    lenses: Mapping[str, Intrinsics],
    mounts: Mapping[str, Pose],
) -> Pose:
    name = sighting.camera
    return sighting.hand @ mounts[name] @ board_in_camera(sighting.seen, board, lenses[name])


def _closed_form(hands: Sequence[Pose], boards: Sequence[Pose]) -> Pose:
    """Return X of ``A X = X B``, A and B being the movements between any two pictures."""
    pairs = list(combinations(range(len(hands)), 2))
    a = [hands[j].inverse() @ hands[i] for i, j in pairs]
    b = [boards[j] @ boards[i].inverse() for i, j in pairs]
    turns_a = np.stack([rotation_vector(each.rotation) for each in a])  # (P, 3)
    turns_b = np.stack([rotation_vector(each.rotation) for each in b])
    rotation = _rotation_between(turns_b, turns_a)
    matrix = np.concatenate([each.rotation - np.eye(3) for each in a])  # (3 P, 3)
    right = np.concatenate([rotation @ y.position - x.position for x, y in zip(a, b, strict=True)])
    shift = np.linalg.lstsq(matrix, right, rcond=None)[0]
    return Pose(np.asarray(shift, np.float64), rotation)


def _rotation_between(vectors: FloatArray, turned: FloatArray) -> FloatArray:
    """Return the (3, 3) rotation that takes (P, 3) vectors nearest to others (Kabsch)."""
    left, _, right = np.linalg.svd(turned.T @ vectors)
    flip = np.diag([1.0, 1.0, np.linalg.det(left @ right)])
    return left @ flip @ right
