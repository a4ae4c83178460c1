"""The driver of real arms, at work on simulated ones among the objects of one skill.

The driver speaks to the simulated controllers as it would to real ones. What happens to the
objects is carried into a simulated station, which draws the cameras and judges the task. All of it
goes by the robots' own time.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack

from lbm_studio.core.action import Action
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.core.observation import CameraFrame, StationState
from lbm_studio.core.pose import FloatArray
from lbm_studio.core.shift import Shift
from lbm_studio.link.bus import PHYSICS_TOPIC, Subscriber
from lbm_studio.link.messages import Physics
from lbm_studio.link.session import Session
from lbm_studio.station.arms.settings import ArmSettings
from lbm_studio.station.arms.station import FrankaStation
from lbm_studio.station.simulation.robot.clock import STEP_NS, RobotClock
from lbm_studio.station.simulation.robot.process import (
    TELL_EVERY_STEPS,
    RobotSimulatorProcess,
    loopback_addresses,
    own_network,
)
from lbm_studio.station.simulation.skill import Skill, Task
from lbm_studio.station.simulation.station import SimulatedStation

_TOLD_WITHIN_S = 30.0
_SETTINGS = ArmSettings(connect_within_s=30.0, silent_after_s=30.0)
"""As on real arms, but for a machine that may be too slow to simulate them in real time."""


class RehearsalStation:
    """A :class:`TrialStation` whose arms are driven as real ones are.

    Args:
        description: the station.
        name: by which the station is found.
        skill: whose objects lie on the table.
    """

    def __init__(self, description: StationDescription, name: str, skill: Skill) -> None:
        self._description, self._name, self._skill = description, name, skill
        self._period_s = description.embodiment.chunk.period_s
        self._view = SimulatedStation(description)
        self._open = ExitStack()
        self._due_ns = 0

    @property
    def description(self) -> StationDescription:
        """What the station is."""
        return self._description

    @property
    def clock(self) -> RobotClock:
        """The robots' time; there is none before connecting."""
        return self._clock

    def connect(self) -> None:
        """Start the simulated controllers. The driver connects to them for every layout."""
        with ExitStack() as stack:
            session = Session.create()
            stack.callback(session.remove)
            addresses = loopback_addresses(self._description, own_network())
            self._process = stack.enter_context(
                RobotSimulatorProcess(session, self._name, addresses, self._skill.name)
            )
            self._events = stack.enter_context(Subscriber(session.simulator_events, PHYSICS_TOPIC))
            self._clock = RobotClock(session.robot_time_file)
            stack.callback(self._clock.close)
            arms = dict(zip(self._description.embodiment.arm_names, addresses, strict=True))
            self._arms = FrankaStation(
                self._description, arms, settings=_SETTINGS, clock=self._clock
            )
            stack.callback(self._arms.close)
            stack.callback(self._view.close)
            self._open = stack.pop_all()

    def close(self) -> None:
        """Let go of the arms and end their controllers. May be called twice."""
        self._open.close()

    def load(self, skill: Skill, seed: int, shifts: Collection[Shift] = ()) -> Task:
        """Lay out the objects of the skill and begin with the arms at home, as in simulation.

        Raises:
            StationError: it is another skill, shifts are asked for, or an arm does not answer.
        """
        if shifts:
            raise StationError("What real arms are rehearsed on cannot be shifted.")
        self._arms.close()
        self._process.lay_out(skill.name, seed)
        task = self._view.load(skill, seed)
        self._arms.connect()
        self._due_ns = self._clock.now_ns()
        self._look()
        return task

    def read(self) -> StationState:
        """Return what the driver reads."""
        return self._arms.read()

    def capture(self, camera_names: Sequence[str]) -> dict[str, CameraFrame]:
        """Draw the named cameras, of what was told of the scene last."""
        physics = self._events.latest()
        if isinstance(physics, Physics):
            self._show(physics)
        return self._view.capture(camera_names)

    def step(self, action: Action) -> None:
        """Send targets to the driver and let one period of robot time pass."""
        self._due_ns = max(self._due_ns, self._clock.now_ns())
        self._arms.command(action)
        self._wait(self._period_s)

    def hold(self) -> None:
        """Keep the targets in force at this moment."""
        self._arms.hold()

    def advance(self, seconds: float) -> None:
        """Let robot time pass [s]."""
        self._due_ns = self._clock.now_ns()
        self._wait(seconds)

    def disturb(self, offsets: Mapping[str, FloatArray]) -> None:
        """Refuse to.

        Raises:
            StationError: always.
        """
        raise StationError("What real arms are told is not disturbed.")

    def _wait(self, seconds: float) -> None:
        """Wait from when the last wait ended, so that what is done between two steps costs none."""
        self._due_ns += round(seconds * NANOSECONDS_PER_SECOND)
        self._clock.sleep_until_ns(self._due_ns)
        self._look()
        if self._view.task is not None:
            self._view.task.observe()

    def _look(self) -> None:
        """Carry the scene of this moment into the simulated station."""
        newest = self._clock.now_ns() // STEP_NS - TELL_EVERY_STEPS
        while isinstance(physics := self._events.receive(_TOLD_WITHIN_S), Physics):
            if physics.number > newest:
                self._show(physics)
                return
        raise StationError("The robot simulator does not tell any more where things are.")

    def _show(self, physics: Physics) -> None:
        self._view.restore(physics.positions, physics.mocap, physics.number * STEP_NS)
