"""Drawers, levers and lids: who moves what, and what counts."""

from dataclasses import replace

import numpy as np
import pytest

from lbm_studio.station.simulation.catalogue import SKILLS
from lbm_studio.station.simulation.embodiments import dual_fr3
from lbm_studio.station.simulation.joints import MovePiece
from lbm_studio.station.simulation.layout import Draw
from lbm_studio.station.simulation.skill import draw_layout
from lbm_studio.station.simulation.skills.close_drawer import CloseDrawer
from lbm_studio.station.simulation.skills.open_drawer import OpenDrawer
from lbm_studio.station.simulation.skills.turn_lever import TurnLever
from lbm_studio.station.simulation.station import SimulatedStation
from tests.station.simulation.conftest import Perform

PIECES = [skill for skill in SKILLS if isinstance(skill, MovePiece)]


def test_only_the_goal_tells_opening_from_closing() -> None:
    opening, closing = (
        skill.lay_out(Draw(dual_fr3(), 3)) for skill in (OpenDrawer(), CloseDrawer())
    )

    assert opening == closing
    assert OpenDrawer.objects == CloseDrawer.objects
    assert not set(OpenDrawer.goals) & set(CloseDrawer.goals)


def test_a_lever_is_turned_to_the_spot_that_its_plate_shows() -> None:
    plate, piece = TurnLever.objects[0].parts, TurnLever.piece
    starts = [
        draw_layout(TurnLever(), dual_fr3(), seed).placements[0].joint_position
        for seed in range(20)
    ]

    knob = piece.pose(TurnLever.end).apply(np.array(TurnLever.handle))

    np.testing.assert_allclose(knob[:2], plate[-1].position[:2], atol=1e-6)
    assert all(start * TurnLever.end < 0.0 for start in starts)


@pytest.mark.parametrize("skill", PIECES, ids=lambda skill: skill.name)
def test_moving_the_other_thing_as_well_does_not_count(
    skill: MovePiece, station: SimulatedStation, demonstrate: Perform
) -> None:
    assert demonstrate(station, skill, 0).success
    layout = draw_layout(skill, dual_fr3(), 0)
    thing, other = layout.placements

    elsewhere = replace(other, joint_position=other.joint_position + 2.0 * skill.tolerance)
    moved_both = replace(layout, placements=(thing, elsewhere))

    assert skill.is_success(station.world, layout, frozenset())
    assert not skill.is_success(station.world, moved_both, frozenset())


def test_a_snapshot_tells_where_a_piece_was_led(
    station: SimulatedStation, demonstrate: Perform
) -> None:
    skill = OpenDrawer()
    demonstrate(station, skill, 0)

    with SimulatedStation(dual_fr3()) as renderer:
        renderer.load(skill, 0)
        renderer.restore(*station.snapshot())

        for drawer in skill.objects:
            led = station.world.moving_pose(drawer.name)
            assert renderer.world.moving_pose(drawer.name) == led
