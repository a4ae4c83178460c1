"""Limits that stop the station: the whole loop latches, explains, forgets, and begins anew."""

import numpy as np
import pytest

from lbm_studio.core.errors import StationError
from lbm_studio.link.messages import Mode
from lbm_studio.station.control.loop import Cycle
from lbm_studio.station.control.motions import PolicyMotion, Situation, Step
from tests.station.control.rig import MOMENT, STEP_M, Climb, Oracle, Rig, moved

PUSH = np.array([0.0, 0.0, -41.0, 0.0, 0.0, 0.0])


class Leap(Climb):
    """Climbs, then wants to be half a metre higher at once."""

    def next_step(self, situation: Situation) -> Step:
        step = super().next_step(situation)
        if step.action is None or len(self.seen) < 4:
            return step
        return Step(moved(step.action, up_m=0.5))


@pytest.fixture
def rig() -> Rig:
    return Rig()


def stopped(rig: Rig) -> Cycle:
    return rig.run_until(lambda cycle: cycle.mode is Mode.STOPPED)


def test_an_arm_that_pushes_too_hard_stops_both_and_says_which_where_and_when(rig: Rig) -> None:
    rig.loop.start(Climb())
    rig.run(3)
    rig.station.wrenches["left"] = PUSH

    cycle = rig.tick()

    x, y, z = cycle.state.arms["left"].pose.position
    place = f"at {x:.2f}, {y:.2f}, {z:.2f} m, {MOMENT}"
    assert cycle.stop_reason == f"The left arm pushes with 41 N, 30 N are allowed ({place})."
    assert cycle.limits == ("left: force",)
    assert (cycle.mode, cycle.sent, rig.station.stops) == (Mode.STOPPED, None, 1)
    before = rig.heights()
    rig.run(3)
    assert rig.heights() == pytest.approx(before)


def test_it_stays_stopped_for_as_long_as_it_pushes(rig: Rig) -> None:
    rig.loop.start(Climb())
    rig.run(2)
    rig.station.wrenches["left"] = PUSH
    stopped(rig)

    with pytest.raises(StationError, match="reset yet: The left arm pushes with 41 N"):
        rig.loop.reset_stop()

    rig.station.wrenches["left"] = PUSH / 10.0
    rig.tick()
    rig.loop.reset_stop()
    assert rig.tick().mode is Mode.IDLE


def test_arms_at_rest_may_be_leant_on(rig: Rig) -> None:
    rig.station.wrenches["left"] = PUSH

    assert rig.run(5).mode is Mode.IDLE


def test_arms_that_do_not_follow_are_stopped(rig: Rig) -> None:
    rig.loop.start(Climb())
    rig.run(2)
    rig.station.is_stuck = True

    cycle = stopped(rig)

    assert "away from where it was sent, 0.12 m are allowed" in cycle.stop_reason
    assert cycle.limits == ("right: tracking error",)
    rig.loop.reset_stop()


def test_a_jump_is_never_sent(rig: Rig) -> None:
    rig.loop.start(Leap())

    cycle = stopped(rig)

    assert "The right arm was asked to jump by 0.51 m at once, " in cycle.stop_reason
    assert cycle.limits == ("right: jump",)
    assert len(rig.station.commands) == 3


def test_arms_whose_loop_stood_still_or_whose_clock_jumped_are_stopped(rig: Rig) -> None:
    rig.loop.start(Climb())
    rig.run(3)
    rig.clock.advance_s(4.0)

    cycle = rig.tick()

    sentence = f"The control loop stood still, or its clock jumped, by 4.2 s ({MOMENT})."
    assert (cycle.stop_reason, cycle.sent) == (sentence, None)
    rig.loop.reset_stop()
    rig.loop.start(Climb())
    assert rig.run(3).mode is Mode.DEMONSTRATION


def test_resting_arms_do_not_mind_that_time_has_jumped(rig: Rig) -> None:
    rig.run(2)
    rig.clock.advance_s(60.0)

    assert rig.run(2).mode is Mode.IDLE
    rig.clock.advance_s(60.0)
    rig.loop.start(Climb())
    assert rig.run(2).mode is Mode.DEMONSTRATION


@pytest.mark.parametrize("how", ["stop", "halt"])
def test_what_a_policy_had_planned_is_forgotten_when_it_ends(rig: Rig, how: str) -> None:
    oracle = Oracle(rig, latency=1)
    motion = PolicyMotion(oracle, rig.description.embodiment.chunk, goal="rise")
    rig.loop.start(motion)
    rig.run(3)
    forgotten = oracle.forgotten
    assert motion.schedule.has_begun

    if how == "stop":
        rig.latch.trip("Stopped by a test.", "test")
    else:
        rig.loop.halt()
    rig.tick()

    assert oracle.forgotten == forgotten + 1
    assert not motion.schedule.has_begun
    assert rig.loop.motion is None


def test_after_a_reset_arms_go_on_from_where_they_are_not_from_where_they_were_sent(
    rig: Rig,
) -> None:
    rig.loop.start(Climb())
    rig.run(2)
    rig.station.is_stuck = True
    rig.run(5)
    rig.latch.trip("Stopped by a test.", "test")
    rig.tick()
    rig.station.is_stuck = False
    before = rig.heights()

    rig.loop.reset_stop()
    rig.loop.start(Climb())
    rig.run(2)

    assert rig.heights() == pytest.approx([z + 2 * STEP_M for z in before])
