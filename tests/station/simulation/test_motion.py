"""How phases of a demonstration follow each other."""

import pytest

from lbm_studio.station.simulation.motion import (
    Grip,
    Reach,
    keep,
    pointing_down,
    take_turns,
)

REST = {arm: pointing_down((x, 0.0, 0.3)) for arm, x in (("right", -0.1), ("left", -0.2))}


@pytest.mark.parametrize(
    ("arms", "moves"),
    [
        (("right", "left"), ("right grips", "right rests", "left grips")),
        (("left", "left"), ("left grips", "left grips")),
        (("left",), ("left grips",)),
    ],
    ids=["two arms", "one arm twice", "one turn"],
)
def test_an_arm_rests_before_another_has_its_turn(
    arms: tuple[str, ...], moves: tuple[str, ...]
) -> None:
    phases = take_turns(*((arm, iter([keep(arm, 0.0, 0.1)])) for arm in arms), rest=REST)

    seen = []
    for move in (move for phase in phases for move in phase.moves):
        if isinstance(move, Grip):
            seen.append(f"{move.arm} grips")
        elif isinstance(move, Reach) and move.pose is REST[move.arm]:
            seen.append(f"{move.arm} rests")
    assert tuple(seen) == moves
