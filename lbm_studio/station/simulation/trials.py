"""What tasks are tried on without a window: a station, and the scene beside it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from lbm_studio.core.action import Action
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, Clock, ManualClock
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.observation import CameraFrame, StationState
from lbm_studio.core.pose import FloatArray
from lbm_studio.core.shift import Shift
from lbm_studio.station.simulation.skill import Skill, Task
from lbm_studio.station.simulation.station import SimulatedStation


class TrialStation(Protocol):
    """Arms and cameras as in :class:`lbm_studio.station.interface.Station`, and a scene."""

    @property
    def description(self) -> StationDescription:
        """What the station is."""
        ...

    @property
    def clock(self) -> Clock:
        """The time that passes for the arms."""
        ...

    def connect(self) -> None:
        """Get ready.

        Raises:
            StationError: something does not answer.
        """
        ...

    def close(self) -> None:
        """Release everything. May be called twice."""
        ...

    def load(self, skill: Skill, seed: int, shifts: Collection[Shift] = ()) -> Task:
        """Lay out the objects of a skill and bring the arms home.

        Raises:
            StationError: this station cannot do that.
        """
        ...

    def read(self) -> StationState:
        """Return what every arm measures."""
        ...

    def capture(self, camera_names: Sequence[str]) -> dict[str, CameraFrame]:
        """Return the newest picture of the named cameras."""
        ...

    def step(self, action: Action) -> None:
        """Send targets and let one period of the policy pass."""
        ...

    def hold(self) -> None:
        """Keep the targets in force at this moment."""
        ...

    def advance(self, seconds: float) -> None:
        """Let time pass [s]."""
        ...

    def disturb(self, offsets: Mapping[str, FloatArray]) -> None:
        """Displace the targets of the next step by (3,) metres an arm.

        Raises:
            StationError: this station cannot do that.
        """
        ...


class OfflineStation(SimulatedStation):
    """A simulated station whose clock tells the time that passes in it, and no other.

    Args:
        description: the station to simulate.
    """

    def __init__(self, description: StationDescription) -> None:
        self.clock = ManualClock(NANOSECONDS_PER_SECOND)
        super().__init__(description, clock=self.clock)

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        self.clock.advance_s(seconds)
