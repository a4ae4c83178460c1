"""What a scene looked like a moment ago, for cameras whose pictures come late."""

# MuJoCo carries no type information.
# pyright: reportAttributeAccessIssue=false

from collections import deque

import mujoco

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND
from lbm_studio.core.pose import FloatArray


class Past:
    """The positions of a scene over the last moments.

    Args:
        model: the compiled scene.
        longest_s: how far back may be asked for; nothing is remembered for 0 [s].
    """

    def __init__(self, model: mujoco.MjModel, longest_s: float) -> None:
        self._model = model
        self._longest_ns = round(longest_s * NANOSECONDS_PER_SECOND)
        self._shown = mujoco.MjData(model) if longest_s else None
        self._moments: deque[tuple[int, FloatArray, FloatArray, FloatArray]] = deque()

    def remember(self, moment_ns: int, data: mujoco.MjData) -> None:
        """Note where everything is at a moment, later than all before; what is too old goes."""
        if self._shown is None:
            return
        places = (data.qpos.copy(), data.mocap_pos.copy(), data.mocap_quat.copy())
        self._moments.append((moment_ns, *places))
        while len(self._moments) > 1 and self._moments[1][0] <= moment_ns - self._longest_ns:
            self._moments.popleft()

    def forget(self) -> None:
        """Forget everything: the scene is another, or was laid out anew."""
        self._moments.clear()

    def at(self, moment_ns: int) -> tuple[int, mujoco.MjData] | None:
        """Return the newest state not later than a moment, else the oldest; None without any."""
        if self._shown is None or not self._moments:
            return None
        found = self._moments[0]
        for each in self._moments:
            if each[0] > moment_ns:
                break
            found = each
        shown_ns, self._shown.qpos[:], self._shown.mocap_pos[:], self._shown.mocap_quat[:] = found
        mujoco.mj_kinematics(self._model, self._shown)
        mujoco.mj_camlight(self._model, self._shown)
        return shown_ns, self._shown
