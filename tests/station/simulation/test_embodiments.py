import numpy as np
import pytest

from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.embodiment import Mount, StationDescription
from lbm_studio.core.errors import UnknownNameError
from lbm_studio.station.simulation.embodiments import STATIONS, dual_fr3, find_station, single_fr3
from lbm_studio.station.simulation.layout import WORK_AREA
from lbm_studio.station.simulation.station import SimulatedStation

EACH_STATION = pytest.mark.parametrize("name", STATIONS)


def test_an_unknown_station_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"no station called “moon”.*simulated"):
        find_station("moon")


@EACH_STATION
def test_a_description_survives_json(name: str) -> None:
    described = to_json(find_station(name))

    assert to_json(from_json(StationDescription, described)) == described


def test_the_second_station_differs_in_every_dimension() -> None:
    two, one = dual_fr3().embodiment, single_fr3().embodiment

    assert one.action_size < two.action_size
    assert len(one.cameras) < len(two.cameras)
    assert one.chunk.rate_hz != two.chunk.rate_hz
    assert one.chunk.length != two.chunk.length


@EACH_STATION
def test_the_arms_rest_inside_the_workspace_with_open_hands(name: str) -> None:
    with SimulatedStation(find_station(name)) as station:
        card = station.description.safety
        for arm in station.read().arms.values():
            assert (arm.pose.position > card.workspace_min_m).all()
            assert (arm.pose.position < card.workspace_max_m).all()
            assert arm.gripper_width_m == pytest.approx(0.08, abs=1e-3)


@EACH_STATION
def test_the_scene_cameras_see_the_whole_work_area(name: str) -> None:
    corners = np.array(
        [
            [x, y, 0.03]
            for x in (WORK_AREA.x_min - 0.06, WORK_AREA.x_max + 0.06)
            for y in (WORK_AREA.y_min - 0.06, WORK_AREA.y_max + 0.06)
        ]
    )
    for camera in find_station(name).embodiment.cameras:
        if camera.mount is Mount.SCENE:
            seen = camera.pose.inverse().apply(corners)
            half_height = np.tan(camera.vertical_fov_rad / 2)
            half_width = half_height * camera.width_px / camera.height_px
            assert (np.abs(seen[:, 0] / -seen[:, 2]) < half_width).all()
            assert (np.abs(seen[:, 1] / -seen[:, 2]) < half_height).all()
