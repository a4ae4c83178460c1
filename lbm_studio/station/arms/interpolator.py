"""From targets at the policy's rate to references at the interpolator's: straight lines in time."""

import numpy as np

from lbm_studio.core.pose import Pose, interpolate, rotation_vector
from lbm_studio.station.arms.settings import Reference


class Interpolator:
    """Leads one end effector from where it is told to be to the next target.

    Times are the arm's own [s], which runs slower than ours where the arm is simulated on a busy
    machine: the speeds stay those that were asked for.

    Args:
        pose: where the end effector is now, in the base frame.
    """

    def __init__(self, pose: Pose) -> None:
        self._start = self._end = pose
        self._begin_s = 0.0
        self._duration_s = 0.0

    def head_for(self, pose: Pose, *, now_s: float, period_s: float) -> None:
        """Go straight from the reference of this moment to ``pose`` within ``period_s``."""
        self._start, self._end = self.at(now_s).pose, pose
        self._begin_s, self._duration_s = now_s, period_s

    def hold(self, now_s: float) -> None:
        """Stay at the reference of this moment."""
        self.head_for(self.at(now_s).pose, now_s=now_s, period_s=0.0)

    def at(self, now_s: float) -> Reference:
        """Return where the end effector should be, and how fast it should move."""
        elapsed_s = now_s - self._begin_s
        if elapsed_s >= self._duration_s:
            return Reference(self._end, np.zeros(3), np.zeros(3))
        turn = self._start.rotation @ rotation_vector(self._start.rotation.T @ self._end.rotation)
        return Reference(
            interpolate(self._start, self._end, elapsed_s / self._duration_s),
            (self._end.position - self._start.position) / self._duration_s,
            turn / self._duration_s,
        )
