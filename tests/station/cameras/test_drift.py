"""Drift measured on pictures of the simulated station, whose cameras are really displaced."""

from collections.abc import Iterator

import numpy as np
import pytest

from lbm_studio.core.clock import ManualClock
from lbm_studio.core.projection import project
from lbm_studio.core.shift import Shift
from lbm_studio.station.cameras.drift import Drift, measure_drift
from lbm_studio.station.cameras.source import Image
from lbm_studio.station.simulation.catalogue import SKILLS
from lbm_studio.station.simulation.embodiments import find_station
from lbm_studio.station.simulation.layout import Layout
from lbm_studio.station.simulation.shift import draw_shift
from lbm_studio.station.simulation.station import SimulatedStation

STATION = find_station("simulated")
CAMERAS = [c for c in STATION.embodiment.cameras if c.arm is None]
NAMES = [camera.name for camera in CAMERAS]
SKILL = SKILLS[0]
TABLE_M = (np.linspace(-0.3, 0.15, 9), np.linspace(-0.3, 0.3, 9))


@pytest.fixture(scope="module")
def station() -> Iterator[SimulatedStation]:
    with SimulatedStation(STATION, samples=4, clock=ManualClock()) as station:
        yield station


def seen(station: SimulatedStation, seed: int, *shifts: Shift) -> dict[str, Image]:
    station.load(SKILL, seed, shifts)
    return {name: frame.image for name, frame in station.capture(NAMES).items()}


def true_shift_px(seed: int, number: int) -> float:
    """How far points of the table are displaced in the picture of a camera."""
    camera, nothing = CAMERAS[number], Layout(())
    moved = draw_shift(
        (Shift.CAMERAS,), skill=SKILL, seed=seed, layout=nothing, description=STATION
    ).cameras[camera.name]
    flat = np.stack(np.meshgrid(*TABLE_M), axis=-1).reshape(-1, 2)
    points = np.column_stack([flat, np.zeros(len(flat))])
    before, was_in = project(camera, camera.pose, points)
    after, is_in = project(camera, moved, points)
    away = (after - before)[was_in & is_in] * [camera.width_px, camera.height_px]
    return float(np.linalg.norm(away, axis=1).mean())


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("look", [(), (Shift.TEXTURES,)], ids=["plain", "textured"])
def test_a_camera_that_was_moved_is_told_with_its_pixels(
    station: SimulatedStation, seed: int, look: tuple[Shift, ...]
) -> None:
    reference = seen(station, seed, *look)
    pictures = seen(station, seed, *look, Shift.CAMERAS)

    for number, name in enumerate(NAMES):
        drift = measure_drift(reference[name], pictures[name])
        true_px = true_shift_px(seed, number)
        assert drift.shift_px == pytest.approx(true_px, abs=3.0)
        assert drift.has_moved
        assert drift.words == f"has moved: its picture is displaced by {drift.shift_px:.0f} px"


def test_other_light_moves_no_camera(station: SimulatedStation) -> None:
    reference, pictures = seen(station, 1), seen(station, 1, Shift.LIGHTING)

    for name in NAMES:
        drift = measure_drift(reference[name], pictures[name])
        assert drift.shift_px is not None
        assert drift.shift_px < 0.5
        assert not drift.has_moved


def test_objects_that_lie_elsewhere_move_no_camera(station: SimulatedStation) -> None:
    for seed in range(4, 8):
        reference, pictures = seen(station, seed), seen(station, seed + 50)
        assert not any(measure_drift(reference[n], pictures[n]).has_moved for n in NAMES)


def test_where_too_little_is_left_nothing_is_claimed() -> None:
    empty = np.full((288, 384, 3), 128, np.uint8)

    drift = measure_drift(empty, empty)

    assert drift == Drift(None, 0)
    assert drift.words == "sees too little of what it saw to tell whether it has moved"
