from math import pi

import numpy as np
import pytest

from lbm_studio.core.pose import Pose
from lbm_studio.station.simulation.motion import Reach, yaw_of
from lbm_studio.station.simulation.two_hands import SIDES, across, at_both_ends

BAR = Pose(np.array([0.05, 0.0, 0.02]), np.eye(3))


def test_a_hand_across_a_bar_opens_its_fingers_to_both_sides_of_it() -> None:
    hand = across(BAR, 0.1, 0.03)

    assert hand.position == pytest.approx([0.05, 0.1, 0.03])
    assert abs(hand.rotation[:, 1]) == pytest.approx([1.0, 0.0, 0.0])
    assert yaw_of(hand) == pytest.approx(pi / 2)


def test_each_hand_goes_to_the_end_on_its_own_side() -> None:
    phase = at_both_ends(BAR, 0.18, 0.13, is_linked=True)

    reached = {move.arm: move.pose.position[1] for move in phase.moves if isinstance(move, Reach)}
    assert phase.is_linked
    assert reached == pytest.approx({arm: 0.18 * side for arm, side in SIDES.items()})
