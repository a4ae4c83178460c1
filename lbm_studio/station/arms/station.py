"""The real station: FR3 arms behind the same interface as the simulated ones."""

import logging
from collections.abc import Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import Protocol

from lbm_studio.core.action import Action
from lbm_studio.core.arm_health import ArmHealth, HardwareStop
from lbm_studio.core.clock import Clock, MonotonicClock, seconds_between
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.core.observation import CameraFrame, StationState
from lbm_studio.core.pose import Pose
from lbm_studio.station.arms.arm import Answers, FrankaArm
from lbm_studio.station.arms.controller import require_franky
from lbm_studio.station.arms.faults import RobotMode
from lbm_studio.station.arms.settings import ArmSettings

_LOG = logging.getLogger(__name__)


class FrameSource(Protocol):
    """Where a station without cameras of its own has its pictures from."""

    def capture(self, camera_names: Sequence[str]) -> dict[str, CameraFrame]:
        """Return the newest picture of the named cameras; all are known."""
        ...


class FrankaStation:
    """FR3 arms with Franka Hands. Fulfils ``Station`` and ``Hardware`` of ``station.interface``.

    An arm begins to follow with the first command after connecting, stopping or recovering, from
    where it is; until then its own controller keeps it still.

    Args:
        description: the station.
        addresses: host or IP by arm name.
        settings: how the arms follow.
        clock: stamps what is measured.
        frames: where pictures come from; None: there are no cameras.
    """

    def __init__(
        self,
        description: StationDescription,
        addresses: Mapping[str, str],
        *,
        settings: ArmSettings | None = None,
        clock: Clock | None = None,
        frames: FrameSource | None = None,
    ) -> None:
        self._description = description
        self._addresses = dict(addresses)
        self._settings = settings or ArmSettings()
        self._clock = clock or MonotonicClock()
        self._frames = frames
        self._period_s = description.embodiment.chunk.period_s
        self._arms: dict[str, FrankaArm] = {}
        self._machine = MonotonicClock()

    @property
    def description(self) -> StationDescription:
        """What the station is."""
        return self._description

    @property
    def robot_time_s(self) -> float:
        """Time by the arms' own clocks, of the one that is behind [s].

        Runs slower than ours where the arms are simulated on a busy machine.
        """
        return min(arm.snapshot.reading.robot_time_s for arm in self._arms.values())

    @property
    def references(self) -> Mapping[str, Pose]:
        """Where each following arm's end effector is asked to be now, in the station frame."""
        wanted = {name: arm.reference() for name, arm in self._arms.items()}
        return {name: pose for name, pose in wanted.items() if pose is not None}

    @property
    def tracking_errors_m(self) -> Mapping[str, float]:
        """How far each following arm is from where it is asked to be at the same moment [m]."""
        errors = {name: arm.tracking_error_m() for name, arm in self._arms.items()}
        return {name: error_m for name, error_m in errors.items() if error_m is not None}

    def connect(self) -> None:
        """Take hold of the arms; they keep still. Does nothing when connected already.

        Raises:
            StationError: an arm does not answer, is busy or not ready; none is held then.
        """
        if self._arms:
            return
        require_franky()
        arms = {arm.name: self._address(arm.name) for arm in self._description.embodiment.arms}
        self._arms = {
            name: FrankaArm(
                self._description.embodiment.arm(name),
                address,
                self._settings,
                clock=self._clock,
                report=self._stop_without_waiting,
            )
            for name, address in arms.items()
        }
        try:
            for arm in self._arms.values():
                arm.connect()
        except StationError:
            self.close()
            raise

    def close(self) -> None:
        """Let the arms come to rest and release them. May be called twice."""
        for arm in self._arms.values():
            arm.close()
        self._arms = {}

    def read(self) -> StationState:
        """Return what every arm measured last, a few milliseconds ago.

        Raises:
            StationError: an arm has faulted, is recovering or no longer answers.
        """
        for arm in self._connected.values():
            arm.listen()
        self._require_health()
        arms = self._arms
        captured_ns = min(arm.snapshot.read_ns for arm in arms.values())
        return StationState({name: arm.state() for name, arm in arms.items()}, captured_ns)

    def command(self, action: Action) -> None:
        """Send one target for every arm, to be reached one control period from now.

        Raises:
            StationError: an arm has faulted.
        """
        arms = self._connected
        stops = {name: arm.last_stop for name, arm in arms.items()}
        self._require_health()
        for name, target in action.arms.items():
            arms[name].head_for(target.pose, self._period_s, stops[name])
            arms[name].gripper.head_for(target.gripper_width_m)

    def hold(self) -> None:
        """Keep the targets in force at this moment; the grippers keep their grip."""
        for arm in self._arms.values():
            arm.hold()

    def stop(self) -> None:
        """Make all arms brake where they are, from any thread.

        Returns as soon as all controllers were told. One that does not answer is waited for longer
        than the supervisor of the stop waits, so that it takes the process away from the arm.
        """
        answers: Answers = SimpleQueue()
        told = [arm for arm in self._arms.values() if arm.stop(answers)]
        begun_ns = self._machine.now_ns()
        for _ in told:
            passed_s = seconds_between(begun_ns, self._machine.now_ns())
            try:
                answers.get(timeout=max(0.0, self._settings.stop_within_s - passed_s))
            except Empty:
                _LOG.error("Not every arm has confirmed the stop.")
                return

    @property
    def hardware_stop(self) -> HardwareStop:
        """The state of the hardware stop at this moment: pressed if any arm says so."""
        modes = [arm.mode for arm in self._arms.values()]
        if RobotMode.USER_STOPPED in modes:
            return HardwareStop.PRESSED
        return HardwareStop.RELEASED if modes and all(modes) else HardwareStop.UNKNOWN

    def health(self) -> tuple[ArmHealth, ...]:
        """Return how every arm is, from what was read last."""
        return tuple(arm.health for arm in self._arms.values())

    def recover(self) -> None:
        """Begin to clear the faults of all arms, and return. Any thread.

        Nothing moves, before or after: all targets are dropped. :meth:`health` says how it goes,
        and :meth:`read` works again once all arms are well.
        """
        for arm in self._arms.values():
            arm.recover()

    def capture(self, camera_names: Sequence[str]) -> dict[str, CameraFrame]:
        """Return the newest picture of the named cameras, from where the station has them.

        Raises:
            UnknownNameError: there is no such camera.
            StationError: the station has no pictures.
        """
        for name in camera_names:
            self._description.embodiment.camera(name)
        if self._frames is None:
            raise StationError("The arms have no cameras of their own.")
        return self._frames.capture(camera_names)

    @property
    def _connected(self) -> Mapping[str, FrankaArm]:
        if not self._arms:
            raise StationError("The arms are not connected.")
        return self._arms

    def _address(self, name: str) -> str:
        address = self._addresses.get(name, "")
        if not address:
            raise StationError(f"The station file gives no address for the {name} arm.")
        return address

    def _require_health(self) -> None:
        for arm in self._arms.values():
            if arm.fault is not None:
                raise StationError(arm.fault.sentence)

    def _stop_without_waiting(self) -> None:
        answers: Answers = SimpleQueue()
        for arm in self._arms.values():
            arm.stop(answers)
