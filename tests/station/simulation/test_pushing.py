import numpy as np
import pytest

from lbm_studio.station.simulation.embodiments import dual_fr3
from lbm_studio.station.simulation.layout import Draw
from lbm_studio.station.simulation.pushing import Lane, is_free

AHEAD = Lane(np.array([-0.1, -0.1]), np.array([0.1, -0.1]))
FAR_AWAY = np.array([0.0, 0.2])


@pytest.mark.parametrize(
    ("point", "distance_m"),
    [((0.0, -0.1), 0.0), ((0.0, 0.0), 0.1), ((0.2, -0.1), 0.1), ((-0.2, -0.1), 0.0)],
    ids=["on the way", "beside it", "beyond the target", "where the hand comes down"],
)
def test_a_lane_is_as_wide_as_the_distance_to_thing_and_hand(
    point: tuple[float, float], distance_m: float
) -> None:
    assert AHEAD.distance_m(np.array(point)) == pytest.approx(distance_m)


def test_the_hand_never_turns_by_more_than_a_quarter() -> None:
    for angle in np.linspace(-3.0, 3.0, 13):
        lane = Lane(np.zeros(2), np.array([np.cos(angle), np.sin(angle)]))

        fingers = lane.hand(lane.start).rotation[:2, 1]

        assert fingers @ lane.direction == pytest.approx(0.0, abs=1e-9)
        assert fingers[1] <= 1e-9


def test_a_lane_is_free_unless_something_lies_on_it() -> None:
    draw = Draw(dual_fr3(), 0)

    assert is_free(draw, AHEAD, FAR_AWAY)
    assert not is_free(draw, AHEAD, np.array([0.0, -0.05]))


def test_nothing_is_pushed_straight_sideways() -> None:
    sideways = Lane(np.array([0.0, -0.2]), np.array([0.0, -0.05]))

    assert not is_free(Draw(dual_fr3(), 0), sideways, FAR_AWAY)
