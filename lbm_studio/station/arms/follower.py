"""Lets one controller follow orders: from targets to a reference every cycle, until a stop."""

from collections.abc import Callable
from dataclasses import dataclass

from lbm_studio.core.pose import Pose
from lbm_studio.station.arms.controller import FrankaController, Reading
from lbm_studio.station.arms.frames import ArmFrames
from lbm_studio.station.arms.interpolator import Interpolator

_OBEYS_WITHIN_S = 0.05


class MotionEndedError(Exception):
    """The arm follows no more, and nobody here has told it to stop."""


@dataclass(frozen=True, eq=False)
class Order:
    """What an arm is to do.

    Attributes:
        pose: where its end effector should be, in the base frame; None: stay.
        period_s: by when, from its receipt [s].
        stop: the last stop at the time of the order; after another one it is void.
    """

    pose: Pose | None
    period_s: float
    stop: object


class Follower:
    """Belongs to the thread of one arm, and keeps no hold of its controller.

    Args:
        frames: of the arm.
        posture_rad: the joint angles that its elbow is drawn to [rad].
        last_stop: returns what changes at every stop, which may come in any thread.
    """

    def __init__(
        self,
        frames: ArmFrames,
        *,
        posture_rad: tuple[float, ...],
        last_stop: Callable[[], object],
    ) -> None:
        self._frames = frames
        self._posture_rad, self._last_stop = posture_rad, last_stop
        self._interpolator = Interpolator(Pose.identity())
        self._obeyed: Order | None = None
        self._ignored_since_s: float | None = None
        self.follows_since = object()
        """The stop after which the arm began to follow; any later one has ended that."""

    def obey(self, controller: FrankaController, order: Order, reading: Reading) -> Pose | None:
        """Give the controller its next reference, and return it in the base frame.

        Begins to follow, from where the arm is, with the first target after a stop. Returns None
        while there is nothing to follow.

        Raises:
            MotionEndedError: the arm was made to stop by somebody else.
        """
        is_tracking = controller.is_tracking
        if self.follows_since is not self._last_stop():
            if is_tracking or order.pose is None:
                return None  # what was stopped has not come to its end yet, or nothing is to begin
            self._begin(controller, order, reading)
        elif not is_tracking:
            raise MotionEndedError
        now_s = reading.robot_time_s
        if order is not self._obeyed:
            self._obeyed = order
            if order.pose is None:
                self._interpolator.hold(now_s)
            else:
                self._interpolator.head_for(order.pose, now_s=now_s, period_s=order.period_s)
        reference = self._interpolator.at(now_s)
        controller.aim(self._frames.at_ee(reference))
        return reference.pose

    def insist(self, controller: FrankaController, reading: Reading) -> None:
        """Tell an arm to stop that goes on following after a stop, e.g. one that only began to.

        Not at once: the library loses the end of a motion that ends as it begins, and then waits
        for it for ever.
        """
        is_disobedient = controller.is_tracking and self.follows_since is not self._last_stop()
        if not is_disobedient:
            self._ignored_since_s = None
        elif self._ignored_since_s is None:
            self._ignored_since_s = reading.robot_time_s
        elif reading.robot_time_s - self._ignored_since_s > _OBEYS_WITHIN_S:
            self._ignored_since_s = reading.robot_time_s
            controller.stop()

    def _begin(self, controller: FrankaController, order: Order, reading: Reading) -> None:
        self.follows_since, self._obeyed = order.stop, None
        self._interpolator = Interpolator(reading.ee @ self._frames.tool)
        controller.track(self._posture_rad)
