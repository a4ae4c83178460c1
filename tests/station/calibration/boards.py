"""The printed board as a thing that the simulated station shows, and pictures of it."""

# MuJoCo carries no type information.
# pyright: reportAttributeAccessIssue=false

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import mujoco
import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.embodiment import CameraDescription, StationDescription
from lbm_studio.core.pose import FloatArray, Pose, rotation_from_vector
from lbm_studio.station.calibration.board import MODULES, Board
from lbm_studio.station.simulation.layout import Draw, Layout, Placement
from lbm_studio.station.simulation.motion import Demonstration
from lbm_studio.station.simulation.objects import Part, SceneObject, Shape
from lbm_studio.station.simulation.rendering import Renderer
from lbm_studio.station.simulation.scene import build_scene, quaternion
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.station import SimulatedStation
from lbm_studio.station.simulation.world import World

NAME = "calibration_board"
SAMPLES = 4
INK_M = 0.0002
PAPER_M = 0.004
MARGIN_M = 0.03
LOOKING_DOWN = np.diag([1.0, -1.0, -1.0])
HEIGHTS_M = (0.14, 0.2, 0.26)
POSTURES, STEPS_TO_A_POSE = 14, 20
BLACK, WHITE = (0.02, 0.02, 0.02), (0.95, 0.95, 0.95)


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


def printed(board: Board) -> SceneObject:
    """Return the board as white paper with raised ink; its frame is the board's."""
    module_m = board.square_m / MODULES
    half = (board.width_m / 2 + MARGIN_M, board.height_m / 2 + MARGIN_M, PAPER_M / 2)
    paper = Part(Shape.BOX, half, (0.0, 0.0, -PAPER_M / 2), colour=WHITE, is_solid=False)
    ink = []
    for left, top, width, height in dark_rectangles(board.pattern):
        x = (left + width / 2) * module_m - board.width_m / 2
        y = board.height_m / 2 - (top + height / 2) * module_m
        size = (width * module_m / 2, height * module_m / 2, INK_M / 2)
        ink.append(Part(Shape.BOX, size, (x, y, 0.0), colour=BLACK, is_solid=False))
    return SceneObject(NAME, (paper, *ink), is_fixture=True)


def dark_rectangles(pattern: NDArray[np.bool_]) -> Iterator[tuple[int, int, int, int]]:
    """Cut the dark modules into few rectangles: left, top, width, height."""
    left = pattern.copy()
    while left.any():
        top, begin = (int(each) for each in np.argwhere(left)[0])
        width = int(np.argmin(np.append(left[top, begin:], False)))
        rows = left[top:, begin : begin + width].all(axis=1)
        height = int(np.argmin(np.append(rows, False)))
        left[top : top + height, begin : begin + width] = False
        yield begin, top, width, height


class BoardOnTable(Skill):
    """A scene with nothing but the board on the table, where a test wants it."""

    name = "board_on_table"
    title = "Board on the table"
    family = "calibration"
    bimanual = False
    pretraining = False
    required_arms = ()
    goals = ("look at the board",)
    unheard = ()

    def __init__(self, board: Board, place: Placement) -> None:
        self.objects = (printed(board),)
        self._place = place

    def lay_out(self, draw: Draw) -> Layout:
        return Layout((self._place,))

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        yield from ()

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        return {}

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        return False


def with_size(
    description: StationDescription, camera: str, width_px: int, height_px: int
) -> StationDescription:
    """Return a station one of whose cameras has pictures of another size."""
    cameras = tuple(
        replace(each, width_px=width_px, height_px=height_px) if each.name == camera else each
        for each in description.embodiment.cameras
    )
    return replace(description, embodiment=replace(description.embodiment, cameras=cameras))


def pictures_of_board(
    description: StationDescription, camera: str, board: Board, poses: Sequence[Pose]
) -> list[NDArray[np.uint8]]:
    """Return pictures of the board in these poses in the station frame, as a camera sees it."""
    scene = build_scene(description, [printed(board)], samples=SAMPLES)
    data = mujoco.MjData(scene.model)
    place = scene.model.body(NAME).mocapid[0]
    pictures = []
    with Renderer(scene.model, description.embodiment.cameras) as renderer:
        for pose in poses:
            data.mocap_pos[place] = pose.position
            data.mocap_quat[place] = quaternion(pose.rotation)
            mujoco.mj_forward(scene.model, data)
            pictures.append(renderer.render(data, camera))
    return pictures


def places_on_table() -> list[Pose]:
    """Return where the board is laid: at a known place first, then here and there."""
    laid = ((0.0, 0.0, 0.0), (0.05, -0.05, 0.5), (-0.06, 0.04, -0.6), (0.03, 0.08, 1.1))
    turns = [rotation_from_vector(np.array([0.0, 0.0, yaw])) for _, _, yaw in laid]
    return [
        Pose(np.array([x, y, 0.005]), turn) for (x, y, _), turn in zip(laid, turns, strict=True)
    ]


def postures_above(
    station: StationDescription, arm: str, board: Board, place: Placement
) -> list[Posture]:
    """Return an arm, moved by the simulated station through poses above the board."""
    cameras = [each.name for each in station.embodiment.cameras if each.arm == arm]
    base = station.embodiment.arm(arm).base
    found: list[Posture] = []
    with SimulatedStation(station, samples=SAMPLES) as simulated:
        simulated.load(BoardOnTable(board, place), 0)
        for number in range(POSTURES):
            target = Action({arm: ArmTarget(above(number, place), 0.08)})
            for _ in range(STEPS_TO_A_POSE):
                simulated.step(target)
            state = simulated.read().arms[arm]
            frames = simulated.capture(cameras)
            pictures = {name: frame.image for name, frame in frames.items()}
            found.append(Posture(state.joints_rad, state.pose.relative_to(base), pictures))
    return found


def held_before(number: int, camera: CameraDescription) -> Pose:
    """Return a pose of the board in the camera's frame: near or far, in the middle or a corner."""
    distance_m = (0.55, 0.75, 0.95)[number % 3]
    corners = ((0.0, 0.0), (0.5, 0.3), (-0.5, 0.3), (0.5, -0.3), (-0.5, -0.3))
    across = np.array(corners[number % 5]) * distance_m * np.tan(camera.vertical_fov_rad / 2.0)
    angle, slope = 2.4 * number, np.radians(35.0) * (0.4 + 0.3 * (number % 3))
    tilt = rotation_from_vector(slope * np.array([np.cos(angle), np.sin(angle), 0.0]))
    turn = rotation_from_vector(np.array([0.0, 0.0, 0.5 * number]))
    return Pose(np.array([*across, -distance_m]), tilt @ turn)


def above(number: int, place: Placement) -> Pose:
    """Return a pose of the hand that looks down on the board, tilted and turned."""
    angle = 2.0 * np.pi * number / POSTURES
    tilt = np.radians(22.0) * np.array([np.cos(angle), np.sin(angle), 0.0])
    turn = np.array([0.0, 0.0, np.radians((-45.0, 0.0, 45.0, 20.0)[number % 4])])
    rotation = rotation_from_vector(turn) @ rotation_from_vector(tilt) @ LOOKING_DOWN
    x, y, _ = place.position
    return Pose(np.array([x, y, 0.0]) - rotation[:, 2] * HEIGHTS_M[number % 3], rotation)
