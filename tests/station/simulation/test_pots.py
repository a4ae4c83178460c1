"""Pots and their lid: where it begins, and where it belongs."""

from dataclasses import replace

import numpy as np

from lbm_studio.station.simulation.embodiments import dual_fr3
from lbm_studio.station.simulation.layout import Layout
from lbm_studio.station.simulation.pots import MARK, POTS
from lbm_studio.station.simulation.skill import draw_layout
from lbm_studio.station.simulation.skills.cover_pot import CoverPot
from lbm_studio.station.simulation.skills.uncover_pot import UncoverPot
from lbm_studio.station.simulation.station import SimulatedStation
from tests.station.simulation.conftest import Perform

SEEDS = range(20)


def test_a_lid_to_cover_a_pot_with_begins_on_the_mark_or_on_the_other_pot() -> None:
    layouts = [draw_layout(CoverPot(), dual_fr3(), seed) for seed in SEEDS]

    assert {_origin(layout) for layout in layouts} == {MARK, POTS[1]}
    assert {layout.roles["target"] for layout in layouts} == {POTS[0]}


def test_a_lid_to_take_off_begins_on_the_pot_and_goes_to_the_mark() -> None:
    layouts = [draw_layout(UncoverPot(), dual_fr3(), seed) for seed in SEEDS]

    assert {_origin(layout) for layout in layouts} == {POTS[0]}
    assert {layout.roles["target"] for layout in layouts} == {MARK}
    assert UncoverPot.objects == CoverPot.objects


def test_a_lid_on_the_wrong_pot_does_not_count(
    station: SimulatedStation, demonstrate: Perform
) -> None:
    skill = CoverPot()
    assert demonstrate(station, skill, 0).success
    layout = draw_layout(skill, dual_fr3(), 0)

    other = replace(layout, roles={**layout.roles, "target": POTS[1]})

    assert skill.is_success(station.world, layout, frozenset())
    assert not skill.is_success(station.world, other, frozenset())


def _origin(layout: Layout) -> str:
    """Return which place the lid lies on."""
    *places, lid = layout.placements
    near = {p.name: np.linalg.norm(np.subtract(p.position, lid.position)[:2]) for p in places}
    return min(near, key=lambda name: float(near[name]))
