"""Pictures of the board, drawn once for all tests that look at them."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.embodiment import CameraDescription, StationDescription
from lbm_studio.core.pose import FloatArray, Pose, rotation_from_vector
from lbm_studio.core.station_file import Intrinsics
from lbm_studio.station.calibration.board import Board
from lbm_studio.station.calibration.detection import BoardFinder, Sighting
from lbm_studio.station.calibration.lens import ideal_lens
from lbm_studio.station.simulation.embodiments import dual_fr3
from lbm_studio.station.simulation.layout import Placement
from lbm_studio.station.simulation.station import SimulatedStation
from tests.station.calibration.boards import NAME, SAMPLES, BoardOnTable, pictures_of_board

BOARD = Board()
ARM = "left"
SCENE_CAMERA = "scene_left_0"
ON_TABLE = Placement(NAME, (-0.05, 0.12, 0.005), 0.3)
LOOKING_DOWN = np.diag([1.0, -1.0, -1.0])
HEIGHTS_M = (0.14, 0.2, 0.26)
STEPS_TO_A_POSE = 20


@dataclass(frozen=True)
class Posture:
    """The arm at rest above the board.

    Attributes:
        joints_rad: the joint angles it measures [rad].
        hand: pose of its end effector in the frame of its base.
        pictures: of its cameras.
    """

    joints_rad: FloatArray
    hand: Pose
    pictures: dict[str, NDArray[np.uint8]]


@pytest.fixture(scope="session")
def finder() -> BoardFinder:
    return BoardFinder(BOARD)


@pytest.fixture(scope="session")
def station() -> StationDescription:
    return dual_fr3()


@pytest.fixture(scope="session")
def scene_camera(station: StationDescription) -> CameraDescription:
    return station.embodiment.camera(SCENE_CAMERA)


@pytest.fixture(scope="session")
def table_places() -> list[Pose]:
    """Where the board lies on the table: at a known place first, then here and there."""
    laid = ((0.0, 0.0, 0.0), (0.05, -0.05, 0.5), (-0.06, 0.04, -0.6), (0.03, 0.08, 1.1))
    turns = [rotation_from_vector(np.array([0.0, 0.0, yaw])) for _, _, yaw in laid]
    return [
        Pose(np.array([x, y, 0.005]), turn) for (x, y, _), turn in zip(laid, turns, strict=True)
    ]


@pytest.fixture(scope="session")
def table_pictures(
    station: StationDescription, table_places: list[Pose]
) -> list[NDArray[np.uint8]]:
    return pictures_of_board(station, SCENE_CAMERA, BOARD, table_places)


@pytest.fixture(scope="session")
def waved_pictures(
    station: StationDescription, scene_camera: CameraDescription
) -> list[NDArray[np.uint8]]:
    """What a camera sees of a board that is held before it, near and far, tilted all ways."""
    poses = [scene_camera.pose @ _held(number, scene_camera) for number in range(14)]
    return pictures_of_board(station, SCENE_CAMERA, BOARD, poses)


@pytest.fixture(scope="session")
def postures(station: StationDescription) -> list[Posture]:
    """The arm, moved by the simulated station through poses above the board."""
    cameras = [each.name for each in station.embodiment.cameras if each.arm == ARM]
    base = station.embodiment.arm(ARM).base
    found: list[Posture] = []
    with SimulatedStation(station, samples=SAMPLES) as simulated:
        simulated.load(BoardOnTable(BOARD, ON_TABLE), 0)
        for number in range(14):
            target = Action({ARM: ArmTarget(_above(number), 0.08)})
            for _ in range(STEPS_TO_A_POSE):
                simulated.step(target)
            state = simulated.read().arms[ARM]
            frames = simulated.capture(cameras)
            pictures = {name: frame.image for name, frame in frames.items()}
            found.append(Posture(state.joints_rad, state.pose.relative_to(base), pictures))
    return found


def lens_of(camera: CameraDescription) -> Intrinsics:
    return ideal_lens(camera.width_px, camera.height_px, camera.vertical_fov_rad)


def seen(finder: BoardFinder, pictures: list[NDArray[np.uint8]]) -> list[Sighting]:
    return [sighting for picture in pictures if (sighting := finder.find(picture)) is not None]


def _held(number: int, camera: CameraDescription) -> Pose:
    """Return a pose of the board in the camera's frame: near or far, in the middle or a corner."""
    distance_m = (0.55, 0.75, 0.95)[number % 3]
    corners = ((0.0, 0.0), (0.5, 0.3), (-0.5, 0.3), (0.5, -0.3), (-0.5, -0.3))
    across = np.array(corners[number % 5]) * distance_m * np.tan(camera.vertical_fov_rad / 2.0)
    angle, slope = 2.4 * number, np.radians(35.0) * (0.4 + 0.3 * (number % 3))
    tilt = rotation_from_vector(slope * np.array([np.cos(angle), np.sin(angle), 0.0]))
    turn = rotation_from_vector(np.array([0.0, 0.0, 0.5 * number]))
    return Pose(np.array([*across, -distance_m]), tilt @ turn)


def _above(number: int) -> Pose:
    """Return a pose of the hand that looks down on the board, tilted and turned."""
    angle = 2.0 * np.pi * number / 14.0
    tilt = np.radians(22.0) * np.array([np.cos(angle), np.sin(angle), 0.0])
    turn = np.array([0.0, 0.0, np.radians((-45.0, 0.0, 45.0, 20.0)[number % 4])])
    rotation = rotation_from_vector(turn) @ rotation_from_vector(tilt) @ LOOKING_DOWN
    x, y, _ = ON_TABLE.position
    return Pose(np.array([x, y, 0.0]) - rotation[:, 2] * HEIGHTS_M[number % 3], rotation)
