"""The control loop in manual time, over kinematic stations of different sizes."""

import numpy as np
import pytest

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.errors import StationError, StoppedError, StudioError
from lbm_studio.core.observation import StationState
from lbm_studio.core.pose import Pose
from lbm_studio.link.messages import Mode
from lbm_studio.station.control.loop import ControlLoop
from lbm_studio.station.control.motions import (
    DemonstrationMotion,
    HomingMotion,
    PolicyMotion,
    Situation,
    Step,
)
from lbm_studio.station.safety.envelope import SafetyEnvelope
from tests.station.control.rig import (
    DESCRIPTIONS,
    MOMENT,
    STEP_M,
    Climb,
    Oracle,
    Rig,
    Script,
    moved,
)
from tests.station.kinematic_station import KinematicStation, rest_action


class Falter:
    """Fails in its first period."""

    mode = Mode.POLICY

    def __init__(self, outcome: Step | StudioError) -> None:
        self._outcome = outcome

    def next_step(self, situation: Situation) -> Step:
        if isinstance(self._outcome, StudioError):
            raise self._outcome
        return self._outcome

    def forget(self) -> None: ...


@pytest.fixture(params=DESCRIPTIONS, ids=lambda description: str(len(description.embodiment.arms)))
def rig(request: pytest.FixtureRequest) -> Rig:
    return Rig(request.param)


def test_at_first_nothing_moves_and_nothing_is_sent(rig: Rig):
    cycle = rig.run(3)

    assert cycle.mode is Mode.IDLE
    assert cycle.number == 2
    assert cycle.sent is None
    assert rig.station.commands == []


@pytest.mark.parametrize("mode", [Mode.TELEOPERATION, Mode.DEMONSTRATION, Mode.POLICY, Mode.HOMING])
def test_a_motion_moves_the_arms_from_where_they_are(rig: Rig, mode: Mode):
    before = rig.heights()
    rig.loop.start(Climb(mode))

    cycle = rig.run(5)

    assert cycle.mode is mode
    assert cycle.sent == rig.station.commands[-1]
    assert rig.heights() == pytest.approx([z + 5 * STEP_M for z in before])


def test_what_was_sent_is_what_the_safety_envelope_left(rig: Rig):
    class Leap(Climb):
        def next_step(self, situation: Situation) -> Step:
            return Step(moved(situation.previous, up_m=0.2))

    rig.loop.start(Leap())
    before = rig.heights()[0]

    cycle = rig.tick()

    card, chunk = rig.description.safety, rig.description.embodiment.chunk
    assert any("linear speed" in limit for limit in cycle.limits)
    assert cycle.sent
    sent_m = next(iter(cycle.sent.arms.values())).pose.position[2] - before
    assert sent_m == pytest.approx(card.max_linear_speed_m_s * chunk.period_s)


def test_an_ended_motion_holds_the_arms_and_is_finished_until_the_next_start(rig: Rig):
    rig.loop.start(Climb(steps=2))

    cycle = rig.run(3)
    assert (cycle.mode, cycle.finished, cycle.sent) == (Mode.IDLE, True, None)
    assert rig.run(3).finished

    rig.loop.start(Climb())
    assert not rig.tick().finished


def test_halting_holds_without_latching(rig: Rig):
    rig.loop.start(Climb())
    rig.run(3)

    rig.loop.halt()
    before = rig.heights()
    cycle = rig.run(3)

    assert (cycle.mode, cycle.finished, cycle.stop_reason) == (Mode.IDLE, False, "")
    assert rig.heights() == pytest.approx(before)


def test_a_paused_motion_holds_and_goes_on_when_resumed(rig: Rig):
    motion = Climb(Mode.POLICY)
    rig.loop.start(motion)
    rig.run(3)

    rig.loop.pause()
    before = rig.heights()
    cycle = rig.run(3)
    assert cycle.mode is Mode.PAUSED
    assert rig.heights() == pytest.approx(before)
    assert len(motion.seen) == 3

    rig.loop.resume()
    assert rig.tick().mode is Mode.POLICY
    assert motion.forgotten == 1


@pytest.mark.parametrize("mode", [None, Mode.TELEOPERATION, Mode.HOMING])
def test_only_a_policy_or_a_demonstration_can_be_paused(rig: Rig, mode: Mode | None):
    if mode:
        rig.loop.start(Climb(mode))

    with pytest.raises(StationError, match="nothing to pause"):
        rig.loop.pause()
    with pytest.raises(StationError, match="nothing to resume"):
        rig.loop.resume()


def test_taking_over_a_running_motion_goes_on_from_what_was_sent_last(rig: Rig):
    rig.loop.start(Climb(Mode.POLICY))
    rig.run(3)
    sent = rig.station.commands[-1]
    takeover = Climb(Mode.TELEOPERATION)

    rig.loop.start(takeover)
    rig.tick()

    assert takeover.seen[0].previous is sent


def test_a_new_motion_keeps_the_grip_that_was_asked_for(rig: Rig):
    rig.loop.start(Climb(steps=1))
    rig.run(2)
    held = KinematicStation.read

    def grasping(self: KinematicStation) -> StationState:
        state = held(self)
        arms = {
            n: type(a)(a.pose, 0.045, a.joints_rad, a.joints_rad) for n, a in state.arms.items()
        }
        return StationState(arms, state.captured_ns)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KinematicStation, "read", grasping)
        motion = Climb()
        rig.loop.start(motion)
        rig.tick()

    assert {t.gripper_width_m for t in motion.seen[0].previous.arms.values()} == {0.02}


# --- stopping ---------------------------------------------------------------------------------


def press(rig: Rig) -> None:
    """Do what the stop receiver does, in whatever moment."""
    rig.latch.trip("Stopped by Esc.", "Esc")
    rig.station.stop()


@pytest.mark.parametrize("mode", [Mode.TELEOPERATION, Mode.DEMONSTRATION, Mode.POLICY, Mode.HOMING])
def test_a_stop_ends_every_motion_and_latches(rig: Rig, mode: Mode):
    rig.loop.start(Climb(mode))
    start = rig.heights()
    rig.loop.tick()
    rig.clock.advance_s(0.5 * rig.description.embodiment.chunk.period_s)

    press(rig)
    cycle = rig.run(5)

    assert (cycle.mode, cycle.stop_reason, cycle.sent) == (Mode.STOPPED, "Stopped by Esc.", None)
    assert rig.loop.motion is None
    assert rig.heights() == pytest.approx([z + 0.5 * STEP_M for z in start])
    assert len(rig.station.commands) == 1


def test_a_stopped_station_refuses_to_move_in_words(rig: Rig):
    press(rig)

    for refused in (lambda: rig.loop.start(Climb()), rig.loop.pause, rig.loop.resume):
        with pytest.raises(StoppedError, match=r"Stopped by Esc\. Reset the stop first\."):
            refused()


def test_halting_a_stopped_station_does_not_stop_it_again(rig: Rig):
    rig.loop.start(Climb())
    rig.run(3)
    press(rig)
    rig.tick()
    stops = rig.station.stops

    rig.loop.halt()
    cycle = rig.run(2)

    assert (cycle.mode, cycle.stop_reason) == (Mode.STOPPED, "Stopped by Esc.")
    assert rig.station.stops == stops


def test_after_a_reset_nothing_moves_by_itself(rig: Rig):
    rig.loop.start(Climb())
    rig.run(3)
    press(rig)
    rig.tick()

    rig.loop.reset_stop()
    before = rig.heights()
    cycle = rig.run(5)
    assert (cycle.mode, cycle.stop_reason) == (Mode.IDLE, "")
    assert rig.heights() == pytest.approx(before)

    rig.loop.start(Climb())
    rig.tick()
    assert rig.heights() > before


def test_a_stop_and_its_reset_between_two_periods_still_ends_the_motion(rig: Rig):
    rig.loop.start(Climb())
    rig.run(3)

    press(rig)
    rig.loop.reset_stop()

    assert rig.tick().mode is Mode.IDLE
    assert len(rig.station.commands) == 3


def test_a_stop_while_the_motion_is_thinking_keeps_its_action_from_being_sent(rig: Rig):
    class Pressed(Climb):
        def next_step(self, situation: Situation) -> Step:
            press(rig)
            return super().next_step(situation)

    rig.loop.start(Pressed())

    assert rig.tick().mode is Mode.STOPPED
    assert rig.station.commands == []


def test_a_stop_in_the_middle_of_sending_has_the_last_word(rig: Rig):
    before = rig.heights()
    rig.station.before_command = lambda: press(rig)
    rig.loop.start(Climb())

    cycle = rig.tick()
    rig.run(3)

    assert (cycle.mode, cycle.sent) == (Mode.STOPPED, None)
    assert len(rig.station.commands) == 1
    assert rig.heights() == pytest.approx(before)


@pytest.mark.parametrize(
    "outcome",
    [
        Step(stop_reason="The policy has stopped answering."),
        StationError("The arm is out of reach."),
    ],
)
def test_a_motion_that_cannot_go_on_stops_the_station(rig: Rig, outcome: Step | StudioError):
    rig.loop.start(Falter(outcome))

    cycle = rig.tick()

    assert cycle.mode is Mode.STOPPED
    said = outcome.stop_reason if isinstance(outcome, Step) else str(outcome)
    assert cycle.stop_reason == f"{said[:-1]} ({MOMENT})."
    assert rig.station.stops == 1


def test_a_faulted_arm_stops_the_station_until_the_fault_is_gone(rig: Rig):
    rig.loop.start(Climb())
    rig.run(2)

    rig.station.fault = "The arm reports a fault."
    cycle = rig.tick()
    assert (cycle.mode, cycle.stop_reason) == (Mode.STOPPED, f"The arm reports a fault ({MOMENT}).")
    with pytest.raises(StationError, match="cannot be reset yet"):
        rig.loop.reset_stop()

    rig.station.fault = ""
    rig.loop.reset_stop()
    assert rig.tick().mode is Mode.IDLE


def test_a_refused_command_stops_the_station(rig: Rig):
    def refuse() -> None:
        raise StationError("The arm refuses.")

    rig.station.before_command = refuse
    rig.loop.start(Climb())

    cycle = rig.tick()

    assert (cycle.mode, cycle.stop_reason, cycle.sent) == (
        Mode.STOPPED,
        f"The arm refuses ({MOMENT}).",
        None,
    )


# --- the window -------------------------------------------------------------------------------


def test_moving_arms_stop_half_a_second_after_the_last_heartbeat(rig: Rig):
    rig.loop.start(Climb())
    rig.run(3)
    beat_ns = rig.clock.now_ns()
    rig.loop.heartbeat()

    rig.is_window_alive = False
    cycle = rig.run_until(lambda cycle: cycle.mode is Mode.STOPPED)

    period_s = rig.description.embodiment.chunk.period_s
    assert 0.5 < (cycle.state.captured_ns - beat_ns) / 1e9 <= 0.5 + period_s
    assert cycle.stop_reason == f"The window has stopped answering ({MOMENT})."


def test_that_stop_can_be_reset_once_the_window_answers_again(rig: Rig):
    rig.loop.start(Climb())
    rig.is_window_alive = False
    rig.run_until(lambda cycle: cycle.mode is Mode.STOPPED)

    with pytest.raises(StationError, match="The window does not answer"):
        rig.loop.reset_stop()

    rig.is_window_alive = True
    rig.tick()
    rig.loop.reset_stop()
    assert rig.tick().mode is Mode.IDLE


def test_resting_arms_need_no_heartbeat(rig: Rig):
    rig.is_window_alive = False

    assert rig.run(100).mode is Mode.IDLE


def test_a_batch_without_a_window_needs_no_heartbeat():
    rig = Rig()
    rig.loop = ControlLoop(
        rig.station,
        rig.clock,
        envelope=SafetyEnvelope(rig.description),
        latch=rig.latch,
        has_window=False,
    )
    rig.is_window_alive = False
    rig.loop.start(Climb())

    assert rig.run(20).mode is Mode.DEMONSTRATION


# --- motions ----------------------------------------------------------------------------------


def test_a_demonstration_ends_with_its_script(rig: Rig):
    first = moved(rest_action(rig.description))
    second = moved(first)
    rig.loop.start(DemonstrationMotion(Script([first, second])))

    cycle = rig.run_until(lambda cycle: cycle.finished)

    assert [cycle.sent is not None for cycle in rig.cycles] == [True, True, False]
    assert cycle.mode is Mode.IDLE


def policy(rig: Rig, oracle: Oracle, **options: object) -> PolicyMotion:
    chunk = rig.description.embodiment.chunk
    return PolicyMotion(oracle, chunk, goal="climb", **options)  # type: ignore[arg-type]


def test_a_policy_is_asked_about_the_measured_state_with_the_goal_in_force(rig: Rig):
    oracle = Oracle(rig)
    motion = policy(rig, oracle)
    rig.loop.start(motion)
    rig.tick()
    motion.goal = "climb higher"
    cycle = rig.run(rig.description.embodiment.chunk.execute)

    assert [goal for _, goal in oracle.asked] == ["climb", "climb higher"]
    assert oracle.asked[1][0] is cycle.state
    assert cycle.intent["scene"].shape == (1, 3)
    assert oracle.forgotten == 1


@pytest.mark.parametrize("latency", [0, 1])
def test_a_policy_moves_the_arms_steadily(rig: Rig, latency: int):
    before = rig.heights()
    rig.loop.start(policy(rig, Oracle(rig, latency=latency)))

    rig.run(4 * rig.description.embodiment.chunk.execute + latency)

    name = rig.description.embodiment.arm_names[0]
    heights = [cycle.state.arms[name].pose.position[2] for cycle in rig.cycles]
    assert rig.heights() > before
    assert np.diff(heights)[latency:] == pytest.approx(STEP_M)


def test_a_policy_that_falls_silent_holds_and_then_stops_the_station(rig: Rig):
    oracle = Oracle(rig)
    rig.loop.start(policy(rig, oracle))
    rig.run(rig.description.embodiment.chunk.execute)
    oracle.is_silent = True

    cycle = rig.run_until(lambda cycle: cycle.mode is Mode.STOPPED)

    assert cycle.stop_reason == f"The policy has stopped answering ({MOMENT})."
    held = [cycle.mode for cycle in rig.cycles if cycle.sent is None]
    assert held[:-1] == [Mode.POLICY] * (len(held) - 1)
    assert len(held) > 2


def test_without_anybody_to_ask_the_policy_never_begins(rig: Rig):
    oracle = Oracle(rig)
    oracle.is_there = False
    rig.loop.start(policy(rig, oracle))

    cycle = rig.run_until(lambda cycle: cycle.mode is Mode.STOPPED)

    assert rig.station.commands == []
    assert cycle.stop_reason == f"The policy has not answered ({MOMENT})."


def test_a_policy_that_refuses_stops_the_station_with_its_words(rig: Rig):
    oracle = Oracle(rig)
    rig.loop.start(policy(rig, oracle))
    rig.tick()
    oracle.refusal = "There are no pictures of “wrist”."

    assert rig.tick().stop_reason == f"There are no pictures of “wrist” ({MOMENT})."


def test_a_policy_that_sees_old_pictures_stops_the_station(rig: Rig):
    oracle = Oracle(rig)
    oracle.frame_age_s = 0.8
    rig.loop.start(policy(rig, oracle))

    assert (
        rig.tick().stop_reason
        == f"The camera pictures are 0.8 s old, 0.5 s are allowed ({MOMENT})."
    )
    assert rig.station.commands == []


def test_a_policy_forgets_its_plans_during_a_pause(rig: Rig):
    oracle = Oracle(rig)
    rig.loop.start(policy(rig, oracle))
    rig.run(2)
    rig.loop.pause()
    rig.tick()

    rig.loop.resume()
    rig.tick()

    assert len(oracle.asked) == 2
    assert oracle.forgotten == 2


def test_a_policy_finishes_when_its_goal_is_reached(rig: Rig):
    rig.loop.start(policy(rig, Oracle(rig), is_reached=lambda: rig.heights()[0] > 0.34))

    cycle = rig.run_until(lambda cycle: cycle.finished)

    assert cycle.mode is Mode.IDLE
    assert cycle.stop_reason == ""


def test_homing_lifts_first_then_goes_home_slowly_and_keeps_its_grip(rig: Rig):
    rest = rest_action(rig.description)
    home = Action(
        {
            name: ArmTarget(Pose(t.pose.position + (0.1, 0.0, 0.2), t.pose.rotation), 0.0)
            for name, t in rest.arms.items()
        }
    )
    rig.loop.start(HomingMotion(home))

    cycle = rig.run_until(lambda cycle: cycle.finished)

    name = rig.description.embodiment.arm_names[0]
    path = np.array([cycle.state.arms[name].pose.position for cycle in rig.cycles])
    sideways = np.linalg.norm(path[:, :2] - path[0, :2], axis=1)
    assert sideways[path[:, 2] < home.arms[name].pose.position[2] - 0.02].max() < 1e-9
    assert path[-1] == pytest.approx(home.arms[name].pose.position, abs=1e-3)
    speeds = (
        np.linalg.norm(np.diff(path, axis=0), axis=1) * rig.description.embodiment.chunk.rate_hz
    )
    assert speeds.max() == pytest.approx(0.15)
    assert cycle.state.arms[name].gripper_width_m == rest.arms[name].gripper_width_m


def test_homing_that_cannot_get_home_stops_and_says_so(rig: Rig):
    below = Action(
        {
            name: ArmTarget(Pose(t.pose.position - (0.0, 0.0, 5.0), t.pose.rotation), 0.0)
            for name, t in rest_action(rig.description).arms.items()
        }
    )
    rig.loop.start(HomingMotion(below))

    cycle = rig.run_until(lambda cycle: cycle.mode is Mode.STOPPED)

    assert not cycle.finished
    assert cycle.stop_reason == f"The arms did not reach their rest pose within 30 s ({MOMENT})."
    assert cycle.number * rig.description.embodiment.chunk.period_s == pytest.approx(30.0, abs=0.5)


def test_lateness_is_told(rig: Rig):
    due_ns = rig.clock.now_ns()
    rig.clock.advance_s(0.012)

    assert rig.loop.tick(due_ns).late_s == pytest.approx(0.012)
