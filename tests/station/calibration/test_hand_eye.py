from collections.abc import Mapping

import numpy as np
import pytest

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.pose import Pose
from lbm_studio.core.station_file import Intrinsics
from lbm_studio.station.calibration.detection import BoardFinder
from lbm_studio.station.calibration.hand_eye import HandSighting, find_board, mount_cameras
from lbm_studio.station.kinematics import ArmKinematics
from tests.station.calibration.boards import Posture
from tests.station.calibration.conftest import ARM, BOARD, ON_TABLE, lens_of

pytestmark = pytest.mark.slow

JOINT_NOISE_RAD = 5e-4
PLACE = Pose(np.array(ON_TABLE.position), ON_TABLE.rotation)


@pytest.fixture(scope="module")
def true_mounts(station: StationDescription) -> dict[str, Pose]:
    return {each.name: each.pose for each in station.embodiment.cameras if each.arm == ARM}


@pytest.fixture(scope="module")
def lenses(station: StationDescription, true_mounts: dict[str, Pose]) -> dict[str, Intrinsics]:
    return {name: lens_of(station.embodiment.camera(name)) for name in true_mounts}


@pytest.fixture(scope="module")
def sightings(finder: BoardFinder, postures: list[Posture]) -> list[HandSighting]:
    return _sightings(finder, postures, [posture.hand for posture in postures])


@pytest.fixture(scope="module")
def noisy_sightings(
    finder: BoardFinder, postures: list[Posture], station: StationDescription
) -> list[HandSighting]:
    """The same, with joints that are measured half a thousandth of a radian wrong."""
    arm, random = station.embodiment.arm(ARM), np.random.default_rng(1)
    kinematics = ArmKinematics(arm)
    joints = [each.joints_rad + random.normal(0.0, JOINT_NOISE_RAD, 7) for each in postures]
    hands = [kinematics.forward(each).relative_to(arm.base) for each in joints]
    return _sightings(finder, postures, hands)


def test_wrist_cameras_and_the_base_are_found(
    sightings: list[HandSighting],
    lenses: dict[str, Intrinsics],
    true_mounts: dict[str, Pose],
    station: StationDescription,
) -> None:
    found = mount_cameras(sightings, BOARD, lenses)

    base = PLACE @ found.board_in_base.inverse()
    assert_near({**found.mounts, "base": base}, {**true_mounts, "base": base_of(station)})
    assert all(residual.px < 0.4 for residual in found.residuals.values())
    assert all(residual.mm < 1.5 for residual in found.residuals.values())


def test_joints_that_are_measured_a_little_wrong_spoil_neither(
    noisy_sightings: list[HandSighting],
    lenses: dict[str, Intrinsics],
    true_mounts: dict[str, Pose],
    station: StationDescription,
) -> None:
    mounts = mount_cameras(noisy_sightings, BOARD, lenses).mounts

    found = find_board(noisy_sightings, BOARD, lenses, mounts)

    base = PLACE @ found.board_in_base.inverse()
    assert_near({**mounts, "base": base}, {**true_mounts, "base": base_of(station)})


def test_with_the_cameras_known_a_few_pictures_place_the_base(
    sightings: list[HandSighting],
    lenses: dict[str, Intrinsics],
    true_mounts: dict[str, Pose],
    station: StationDescription,
) -> None:
    found = find_board(sightings[:8], BOARD, lenses, true_mounts)

    assert_near({"base": PLACE @ found.board_in_base.inverse()}, {"base": base_of(station)})


def assert_near(found: Mapping[str, Pose], true: Mapping[str, Pose]) -> None:
    assert found.keys() == true.keys()
    for name, pose in found.items():
        assert pose.distance_m(true[name]) < 0.002, name
        assert np.degrees(pose.angle_rad(true[name])) < 0.3, name


def base_of(station: StationDescription) -> Pose:
    return station.embodiment.arm(ARM).base


def _sightings(
    finder: BoardFinder, postures: list[Posture], hands: list[Pose]
) -> list[HandSighting]:
    return [
        HandSighting(camera, seen, hand)
        for posture, hand in zip(postures, hands, strict=True)
        for camera, picture in posture.pictures.items()
        if (seen := finder.find(picture)) is not None
    ]
