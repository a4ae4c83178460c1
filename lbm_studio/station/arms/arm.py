"""One FR3 arm: follows targets, watches its controller, stops and recovers.

Two threads. The arm's own reads the controller, gives it a new reference every cycle and looks for
faults. The other is kept ready for nothing but stopping. Orders cross over as single assignments of
immutable objects, so that no call waits for another.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue

from lbm_studio.core.arm_health import ArmCondition, ArmHealth
from lbm_studio.core.clock import Clock, MonotonicClock, seconds_between
from lbm_studio.core.embodiment import ArmDescription
from lbm_studio.core.errors import StationError
from lbm_studio.core.observation import ArmState
from lbm_studio.core.pose import Pose
from lbm_studio.station.arms.controller import FrankaController, Reading, is_reachable
from lbm_studio.station.arms.device import DeviceThread
from lbm_studio.station.arms.faults import (
    Fault,
    RobotMode,
    explain_away,
    explain_busy,
    explain_error,
    explain_failure,
    explain_mode,
    explain_silence,
    is_connection_lost,
    was_preempted,
)
from lbm_studio.station.arms.follower import Follower, Order
from lbm_studio.station.arms.frames import ArmFrames
from lbm_studio.station.arms.gripper import FrankaGripper
from lbm_studio.station.arms.settings import INTERPOLATION_S, ArmSettings

Answers = SimpleQueue[str]
"""Where the names of arms arrive that were told to stop."""

_REST_WITHIN_S = 2.0
_END_WITHIN_S = 5.0

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Snapshot:
    """What was known of an arm at one moment.

    Attributes:
        reading: what its controller said.
        reference: where the end effector was asked to be, in the base frame; None when nowhere.
        read_ns: when that was [ns].
        advanced_ns: when the controller's clock last went on, by the machine's own [ns].
    """

    reading: Reading
    reference: Pose | None
    read_ns: int
    advanced_ns: int


class FrankaArm:
    """One arm and its hand.

    Args:
        description: what it is.
        address: host or IP.
        settings: how it follows.
        clock: stamps what is measured.
        report: called, in any thread, when it or its hand has failed.
    """

    def __init__(
        self,
        description: ArmDescription,
        address: str,
        settings: ArmSettings,
        *,
        clock: Clock,
        report: Callable[[], None],
    ) -> None:
        self.title = f"the {description.name} arm"
        self._description, self._address, self._settings = description, address, settings
        self._clock, self._machine, self._report = clock, MonotonicClock(), report
        self._fault: Fault | None = None
        self._must_recover = False
        self._order: Order | None = None
        self._last_stop = object()
        self._snapshot: Snapshot | None = None
        self._controller: FrankaController | None = None
        self._stops: SimpleQueue[Answers | None] = SimpleQueue()
        self._stopper = threading.Thread(
            target=self._serve_stops, name=f"stop {self.title}", daemon=True
        )
        self._thread = DeviceThread(
            self.title, opening=self._open, using=self._use, closing=self._close,
            period_s=INTERPOLATION_S,
        )  # fmt: skip
        self.gripper = FrankaGripper(
            f"the hand of {self.title}", address, settings.gripper,
            max_width_m=description.gripper_max_width_m, report=report,
        )  # fmt: skip

    # --- for the station --------------------------------------------------------------------------

    @property
    def fault(self) -> Fault | None:
        """Why the arm or its hand no longer obeys; None while they do."""
        return self._fault or self.gripper.fault

    @property
    def mode(self) -> RobotMode | None:
        """What the arm's controller says it is doing; None when nothing is heard of it."""
        return None if self._snapshot is None or self._is_away else self._snapshot.reading.mode

    @property
    def health(self) -> ArmHealth:
        """How the arm and its hand are, as known last."""
        name, snapshot = self._description.name, self._snapshot
        fault, gripper_fault = self._fault, self.gripper.fault
        if snapshot is None:
            return ArmHealth(
                name, ArmCondition.AWAY, f"{self.title.capitalize()} is not connected."
            )
        return ArmHealth(
            name,
            fault.condition if fault else ArmCondition.READY,
            fault.sentence if fault else "",
            success_rate=None if snapshot.reference is None else snapshot.reading.success_rate,
            gripper=self.gripper.in_words,
            gripper_trouble=gripper_fault.sentence if gripper_fault else "",
        )

    @property
    def last_stop(self) -> object:
        """Changes at every stop; orders name the one they were given after."""
        return self._last_stop

    @property
    def snapshot(self) -> Snapshot:
        """What is known of the arm.

        Raises:
            StationError: it is not connected.
        """
        if self._snapshot is None:
            raise StationError(f"{self.title.capitalize()} is not connected.")
        return self._snapshot

    def connect(self) -> None:
        """Take hold of the arm and its hand; both keep still.

        Raises:
            StationError: it does not answer, is busy, or is not ready to move.
        """
        try:
            is_open = self._thread.open(self._settings.connect_within_s)
        except StationError:
            raise
        except Exception as error:
            fault = explain_failure(self.title, self._address, error)
            raise StationError(fault.sentence) from error
        if not is_open:
            explain = explain_busy if is_reachable(self._address) else explain_away
            raise StationError(explain(self.title, self._address).sentence)
        self._stopper.start()
        self.gripper.connect(self._settings.connect_within_s)

    def close(self) -> None:
        """Let the arm come to rest and let go of it. May be called twice."""
        self._order = None
        self.gripper.close()
        if not self._thread.end(_END_WITHIN_S):
            _LOG.error("%s does not let go of its connection.", self.title)
        if self._stopper.is_alive():
            self._stops.put(None)
            self._stopper.join(self._settings.stop_within_s)

    def state(self) -> ArmState:
        """Return what was measured last."""
        reading, frames = self.snapshot.reading, self._frames
        return ArmState(
            pose=frames.tool_in_station(reading.ee),
            gripper_width_m=self.gripper.width_m,
            joints_rad=reading.joints_rad,
            joint_velocities_rad_s=reading.joint_velocities_rad_s,
            joint_torques_nm=reading.joint_torques_nm,
            wrench=frames.wrench_at_tool(reading.applied, reading.stiffness, reading.ee),
        )

    def reference(self) -> Pose | None:
        """Return where the end effector is asked to be, in the station frame; None: nowhere."""
        reference = self.snapshot.reference
        return None if reference is None else self._description.base @ reference

    def tracking_error_m(self) -> float | None:
        """Return how far the end effector is from where it is asked to be; None: nowhere [m]."""
        snapshot = self.snapshot
        if snapshot.reference is None:
            return None
        return snapshot.reference.distance_m(snapshot.reading.ee @ self._frames.tool)

    def listen(self) -> None:
        """Note it when the arm has fallen silent."""
        advanced_ns = self.snapshot.advanced_ns
        silent_s = seconds_between(advanced_ns, self._machine.now_ns())
        if silent_s > self._settings.silent_after_s:
            self._fail(explain_silence(self.title, silent_s))

    def head_for(self, pose: Pose, period_s: float, stop: object) -> None:
        """Go to a pose of the end effector in the station frame, within a period [s]."""
        self._order = Order(self._frames.tool_in_base(pose), period_s, stop)

    def hold(self) -> None:
        """Stay where the arm is asked to be now."""
        if self._order is not None:
            self._order = Order(None, 0.0, self._order.stop)

    def stop(self, answers: Answers) -> bool:
        """Brake; the arm's name arrives at ``answers`` once its controller was told.

        Waits for nobody. Returns whether there is a controller to tell.
        """
        self._last_stop = object()
        self.gripper.drop()
        is_connected = self._controller is not None
        if is_connected:
            self._stops.put(answers)
        return is_connected

    def recover(self) -> None:
        """Begin to clear the faults; :attr:`fault` is None once that has worked."""
        self._last_stop = object()
        self.gripper.recover()
        if self._fault is not None and self._thread.is_alive:
            self._fault = explain_mode(self.title, RobotMode.RECOVERY)
            self._must_recover = True

    # --- the thread that stops --------------------------------------------------------------------

    def _serve_stops(self) -> None:
        while (answers := self._stops.get()) is not None:
            controller = self._controller
            try:
                if controller is not None and controller.is_tracking and not self._is_away:
                    controller.stop()
            except Exception as error:  # noqa: BLE001 - whatever it was, the arm was told
                _LOG.info("%s was told to stop: %s", self.title, error)
            answers.put(self.title)

    @property
    def _is_away(self) -> bool:
        """Whether nothing reaches the arm: its own reflex stops it, and telling it would hang."""
        return self._fault is not None and self._fault.condition is ArmCondition.AWAY

    # --- the thread of the arm --------------------------------------------------------------------

    def _open(self) -> FrankaController:
        controller = FrankaController(self._address, self._settings)
        reading = controller.read()
        if reading.mode is RobotMode.REFLEX:
            controller.recover()
            reading = controller.read()
        if fault := explain_mode(self.title, reading.mode, reading.errors):
            raise StationError(fault.sentence)
        if difference := controller.check_model():
            raise StationError(
                f"{self.title.capitalize()} says that its hand is {difference} from where its "
                "joints put it. Look up the end effector in Desk, then connect again."
            )
        self._frames = ArmFrames.of(
            self._description.base, self._settings.flange_to_tool, controller.flange_to_ee()
        )
        self._follower = Follower(
            self._frames,
            posture_rad=self._description.home_joints_rad,
            last_stop=lambda: self._last_stop,
        )
        self._note(reading, None)
        self._controller = controller
        return controller

    def _use(self, controller: FrankaController) -> bool:
        try:
            self._cycle(controller)
        except Exception as error:  # noqa: BLE001 - franky's exceptions share no base of their own
            if was_preempted(error) and self._follower.follows_since is not self._last_stop:
                return True
            self._fail(self._explain(controller, error))
            return not is_connection_lost(error)
        return True

    def _explain(self, controller: FrankaController, error: Exception) -> Fault:
        """Return what ended a motion: the controller's mode often says more than the exception."""
        fault = None
        with suppress(Exception):  # a second error says nothing new
            if not is_connection_lost(error):
                reading = controller.read()
                fault = explain_mode(self.title, reading.mode, reading.errors)
        return fault or explain_error(self.title, self._address, error)

    def _cycle(self, controller: FrankaController) -> None:
        if self._must_recover:
            self._recover(controller)
        reading = controller.read()
        controller.poll()
        self._follower.insist(controller, reading)
        if self._fault is None:
            fault = explain_mode(self.title, reading.mode, reading.errors)
            if fault is not None:
                self._fail(fault)
        order = self._order
        reference = None
        if order is not None and order.stop is self._last_stop and self._fault is None:
            reference = self._follower.obey(controller, order, reading)
        self._note(reading, reference)

    def _recover(self, controller: FrankaController) -> None:
        self._must_recover, self._order = False, None
        try:
            if not controller.is_tracking:
                controller.recover()
            reading = controller.read()
        except Exception as error:
            self._fault = explain_error(self.title, self._address, error)
            raise
        self._note(reading, None)
        self._fault = explain_mode(self.title, reading.mode, reading.errors)

    def _note(self, reading: Reading, reference: Pose | None) -> None:
        before = self._snapshot
        is_same = before is not None and before.reading.robot_time_s == reading.robot_time_s
        advanced_ns = before.advanced_ns if before and is_same else self._machine.now_ns()
        self._snapshot = Snapshot(reading, reference, self._clock.now_ns(), advanced_ns)

    def _fail(self, fault: Fault) -> None:
        if self._fault is not None:
            return
        self._fault = fault
        self._order = None
        _LOG.info("%s", fault.sentence)
        self._report()

    def _close(self, controller: FrankaController) -> None:
        try:
            if self._fault is None:
                controller.rest(_REST_WITHIN_S)
            else:
                controller.await_end(_REST_WITHIN_S)
        except Exception as error:  # noqa: BLE001 - the connection is given up anyway
            _LOG.info("%s: %s", self.title, error)
        self._controller = None
