"""What a station does when it is asked to, without any process."""

import pytest

from lbm_studio.core.errors import StudioError, UnknownNameError
from lbm_studio.core.shift import Shift
from lbm_studio.link.messages import (
    GoHome,
    Halt,
    Heartbeat,
    LoadScene,
    Message,
    Mode,
    ResetStop,
    SetGoal,
    SetSpeed,
    StartDemonstration,
    StartPolicy,
    StartTeleoperation,
)
from lbm_studio.station.control.commands import Scene, StationCommands
from lbm_studio.station.control.motions import Demonstrator, Motion
from tests.station.control.rig import Climb, Oracle, Rig, Script, moved
from tests.station.kinematic_station import rest_action


class Toys:
    """A scene with one skill, which a climb of a few centimetres solves."""

    skills = ("climb",)

    def __init__(self, rig: Rig) -> None:
        self.skill = ""
        self.seed = -1
        self._rig = rig

    def load(self, skill: str, seed: int, shifts: tuple[Shift, ...]) -> str:
        if skill not in self.skills:
            raise UnknownNameError("skill", skill, self.skills)
        self.skill, self.seed = skill, seed
        return "climb a little"

    def is_success(self) -> bool | None:
        return self._rig.heights()[0] > 0.33 if self.skill else None

    def is_reached(self, goal: str) -> bool:
        return goal == "climb a little" and bool(self.is_success())

    def demonstrator(self, *, disturbance: bool) -> Demonstrator:
        return Script([moved(rest_action(self._rig.description))])


class Asked:
    """Commands over a kinematic station, in manual time."""

    def __init__(self, *, simulated: bool = True) -> None:
        self.rig = Rig()
        self.scene: Scene | None = Toys(self.rig) if simulated else None
        self.oracle = Oracle(self.rig)
        self.commands = StationCommands(
            self.rig.loop,
            self.rig.description.embodiment.chunk,
            home=rest_action(self.rig.description),
            predictor=self.oracle,
            teleoperation=self._climb,
            devices=("keyboard",),
            scene=self.scene,
        )

    def order(self, request: Message) -> None:
        self.commands.handle(request, self.rig.clock.now_ns())

    def refusal(self, request: Message) -> str:
        with pytest.raises(StudioError) as caught:
            self.order(request)
        return str(caught.value)

    def _climb(self, name: str) -> Motion:
        return Climb(Mode.TELEOPERATION)


def test_laying_out_a_scene_sets_its_goal():
    asked = Asked()

    asked.order(LoadScene(skill="climb", seed=7))

    assert asked.commands.goal == "climb a little"
    assert asked.scene
    assert asked.scene.seed == 7


@pytest.mark.parametrize(
    ("request_", "mode"),
    [
        (StartTeleoperation(device="keyboard"), Mode.TELEOPERATION),
        (StartDemonstration(), Mode.DEMONSTRATION),
        (StartPolicy(goal="climb"), Mode.POLICY),
        (GoHome(), Mode.HOMING),
    ],
)
def test_each_start_puts_somebody_in_charge_until_halted(request_: Message, mode: Mode):
    asked = Asked()
    asked.order(LoadScene(skill="climb", seed=7))

    asked.order(request_)
    assert asked.rig.loop.mode is mode

    asked.order(Halt())
    assert asked.rig.loop.mode is Mode.IDLE


def test_a_policy_follows_a_change_of_goal_and_speed():
    asked = Asked()
    asked.order(StartPolicy(goal=" climb ", speed=0.5))
    asked.rig.tick()

    asked.order(SetGoal(goal="climb higher"))
    asked.order(SetSpeed(speed=2.0))
    asked.rig.run(2 * asked.rig.description.embodiment.chunk.execute)

    assert asked.commands.goal == "climb higher"
    assert asked.oracle.asked[0][1] == "climb"
    assert asked.oracle.asked[-1][1] == "climb higher"
    assert "Choose one from 0.25 to 2" in asked.refusal(SetSpeed(speed=3.0))


def test_a_policy_ends_when_the_goal_of_the_layout_is_reached():
    asked = Asked()
    asked.order(LoadScene(skill="climb", seed=7))
    asked.order(StartPolicy(goal="climb a little"))

    assert asked.rig.run_until(lambda cycle: cycle.finished).mode is Mode.IDLE
    assert asked.scene
    assert asked.scene.is_success()


def test_another_goal_than_that_of_the_layout_is_never_said_to_be_reached():
    asked = Asked()
    asked.order(LoadScene(skill="climb", seed=7))
    asked.order(StartPolicy(goal="climb very high"))

    assert asked.rig.run(20).mode is Mode.POLICY


def test_a_running_policy_keeps_its_goal_when_an_empty_one_is_refused():
    asked = Asked()
    asked.order(SetGoal(goal=""))
    asked.order(StartPolicy(goal="climb"))

    assert "needs a goal" in asked.refusal(SetGoal(goal="  "))

    asked.rig.tick()
    assert asked.commands.goal == "climb"
    assert asked.oracle.asked[-1][1] == "climb"


def test_a_real_station_has_no_scenes():
    asked = Asked(simulated=False)

    assert "it has no simulated scenes" in asked.refusal(LoadScene(skill="climb", seed=7))
    assert "it has no simulated scenes" in asked.refusal(StartDemonstration())


def test_a_reset_asked_for_before_the_stop_does_not_release_it():
    asked = Asked()
    asked_ns = asked.rig.clock.now_ns()
    asked.rig.clock.advance_s(0.01)
    asked.rig.latch.trip("Stopped by Esc.", "Esc")

    asked.commands.handle(ResetStop(), asked_ns)
    assert asked.rig.tick().mode is Mode.STOPPED

    asked.order(ResetStop())
    assert asked.rig.tick().mode is Mode.IDLE


def test_a_stop_that_comes_while_reset_is_being_held_stays():
    asked = Asked()
    asked.rig.latch.trip("Stopped by Esc.", "Esc")
    asked.rig.tick()
    asked.rig.clock.advance_s(0.5)
    held_since_ns = asked.rig.clock.now_ns()
    asked.rig.clock.advance_s(0.5)
    asked.rig.latch.trip("Stopped by STOP window.", "STOP window")
    asked.rig.clock.advance_s(0.5)

    asked.order(ResetStop(decided_ns=held_since_ns))
    stopped = asked.rig.tick()

    assert (stopped.mode, stopped.stop_reason) == (Mode.STOPPED, "Stopped by STOP window.")


def test_what_is_no_order_is_refused():
    assert "does not know what “Heartbeat” means" in Asked().refusal(Heartbeat(sent_ns=0))
