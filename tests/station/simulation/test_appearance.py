"""What the five shifts do to pictures, and what they leave alone."""

# MuJoCo carries no type information.
# pyright: reportAttributeAccessIssue=false

from collections.abc import Collection

import mujoco
import numpy as np
import pytest
from numpy.typing import NDArray

from lbm_studio.core.embodiment import Mount
from lbm_studio.core.shift import Shift
from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.station.simulation.embodiments import dual_fr3
from lbm_studio.station.simulation.station import SimulatedStation
from tests.station.simulation.conftest import Perform

CUBES = find_skill("put_cube_in_tray")
LOOKS = (Shift.LIGHTING, Shift.TEXTURES, Shift.CAMERAS, Shift.COLOURS)
"""Shifts that change how a scene looks, not what is in it."""

Pictures = dict[str, NDArray[np.uint8]]


def pictures(station: SimulatedStation, shifts: Collection[Shift] = (), seed: int = 3) -> Pictures:
    station.load(CUBES, seed, shifts)
    frames = station.capture(station.description.embodiment.camera_names)
    return {name: frame.image for name, frame in frames.items()}


def changed_share(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    return float((first != second).any(axis=2).mean())


@pytest.fixture
def scene_names(station: SimulatedStation) -> list[str]:
    cameras = station.description.embodiment.cameras
    return [camera.name for camera in cameras if camera.mount is Mount.SCENE]


@pytest.mark.parametrize(
    ("shift", "least", "most"),
    [
        (Shift.LIGHTING, 0.9, 1.0),
        (Shift.TEXTURES, 0.8, 1.0),
        (Shift.CAMERAS, 0.02, 1.0),
        (Shift.DISTRACTORS, 0.005, 0.15),
        (Shift.COLOURS, 0.005, 0.15),
    ],
)
def test_each_shift_changes_its_share_of_what_the_scene_cameras_see(
    shift: Shift, least: float, most: float, station: SimulatedStation, scene_names: list[str]
) -> None:
    before, after = pictures(station), pictures(station, [shift])

    for name in scene_names:
        assert least <= changed_share(before[name], after[name]) <= most


def test_moved_scene_cameras_leave_the_views_of_the_wrists_as_they_were(
    station: SimulatedStation, scene_names: list[str]
) -> None:
    before, after = pictures(station), pictures(station, [Shift.CAMERAS])

    for name in set(before) - set(scene_names):
        assert np.array_equal(before[name], after[name])


def test_equal_seeds_give_equal_pictures_from_another_station_too(
    station: SimulatedStation,
) -> None:
    first = pictures(station, tuple(Shift))

    with SimulatedStation(dual_fr3()) as another:
        second = pictures(another, tuple(Shift))
        third = pictures(another, tuple(Shift), seed=4)

    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert not any(np.array_equal(first[name], third[name]) for name in first)


def test_a_scene_is_what_it_was_once_no_shift_is_asked_for_any_more(
    station: SimulatedStation,
) -> None:
    fresh = pictures(station)
    snapshot = station.snapshot()

    pictures(station, tuple(Shift))
    again = pictures(station)

    assert station.snapshot() == snapshot
    assert all(np.array_equal(fresh[name], again[name]) for name in fresh)


def test_scenes_without_a_shift_are_not_built_anew_for_every_layout(
    station: SimulatedStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    station.load(CUBES, 0)
    built: list[object] = []
    monkeypatch.setattr(mujoco.MjSpec, "compile", built.append)

    for seed in range(1, 4):
        station.load(CUBES, seed)

    assert built == []


@pytest.mark.parametrize("shift", LOOKS)
def test_looks_change_nothing_about_how_things_move(
    shift: Shift, station: SimulatedStation, demonstrate: Perform
) -> None:
    sent = demonstrate(station, CUBES, 5, disturbance=False).sent
    expected = station.snapshot()

    task = station.load(CUBES, 5, [shift])
    for action in sent:
        station.step(action)

    assert station.snapshot() == expected
    assert task.is_success()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["put_cube_in_tray", "push_puck", "hand_over_bar"])
@pytest.mark.parametrize("shifts", [(Shift.DISTRACTORS,), tuple(Shift)], ids=["things", "all"])
def test_the_task_can_still_be_done(
    name: str, shifts: tuple[Shift, ...], station: SimulatedStation, demonstrate: Perform
) -> None:
    shown = [demonstrate(station, find_skill(name), seed, shifts=shifts) for seed in range(4)]

    assert all(performance.success for performance in shown)
