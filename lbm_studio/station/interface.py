"""What every station can do, real or simulated: all that the control loop knows of a driver."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from lbm_studio.core.action import Action
from lbm_studio.core.arm_health import ArmHealth, HardwareStop
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.observation import CameraFrame, StationState


class Station(Protocol):
    """Arms with grippers, and cameras, in the frames of :mod:`lbm_studio.core.embodiment`.

    All methods but :meth:`stop` are called from one thread, the control loop's.
    """

    @property
    def description(self) -> StationDescription:
        """What the station is: arms, cameras, rates and limits. Never changes."""
        ...

    def connect(self) -> None:
        """Take hold of the arms; they keep still. Does nothing when connected already.

        Raises:
            StationError: an arm or a camera does not answer; the sentence names it and the remedy.
        """
        ...

    def close(self) -> None:
        """Let the arms come to rest and release everything. May be called twice."""
        ...

    def read(self) -> StationState:
        """Return what every arm measures, stamped with the time of the measurement [ns].

        Poses are in the station frame [m], gripper widths in [m], joints in [rad] and [rad/s].
        Torques and wrenches are optional: the description says what all arms measure.
        Answers within a small part of the control period.

        Raises:
            StationError: an arm has faulted or no longer answers.
        """
        ...

    def command(self, action: Action) -> None:
        """Send one target for every arm, to be reached at the end of one control period from now.

        Poses are of the end effector in the station frame [m]; gripper widths lie between 0 and the
        gripper's largest [m]. The action has passed the safety envelope: the driver interpolates,
        it does not judge. Returns without waiting for the motion.

        Raises:
            StationError: an arm has faulted, or a target lies out of its reach for good.
        """
        ...

    def hold(self) -> None:
        """Keep the targets in force at this moment; the grippers keep their grip."""
        ...

    def stop(self) -> None:
        """Bring all arms to rest now: the targets become the joints measured at this moment.

        Called from any thread, at any time, even while another call of the same station is under
        way or hangs; waits for nobody and returns within a few milliseconds. Targets that were
        under way are dropped for good; the grippers keep their grip. Does not latch: that is the
        control loop's task (:mod:`lbm_studio.station.latch`).
        """
        ...

    def capture(self, camera_names: Sequence[str]) -> dict[str, CameraFrame]:
        """Return the newest picture of the named cameras, (H, W, 3) uint8 RGB, as described.

        Each is stamped with when it was taken, which may be long before it is there [ns].

        Raises:
            UnknownNameError: there is no such camera.
            StationError: a camera gives no picture.
        """
        ...


@runtime_checkable
class Hardware(Protocol):
    """What a station with real arms can tell and do beside :class:`Station`."""

    @property
    def hardware_stop(self) -> HardwareStop:
        """The state of the hardware stop. Any thread may ask; returns at once."""
        ...

    def health(self) -> tuple[ArmHealth, ...]:
        """Return how every arm is, from what was read last. Any thread; returns at once."""
        ...

    def recover(self) -> None:
        """Begin to bring arms that are in reflex back to readiness, and return; nothing moves.

        Any thread. :meth:`health` says how it goes.
        """
        ...
