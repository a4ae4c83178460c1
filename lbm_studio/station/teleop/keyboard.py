"""The keyboard as a device: the window reads the keys and sends what they ask for.

The keys and what they mean are in :mod:`lbm_studio.core.keyboard`.
"""

from collections.abc import Sequence
from dataclasses import replace

from lbm_studio.core.clock import Clock, seconds_between
from lbm_studio.core.teleoperation import ArmTwist, TeleopReading
from lbm_studio.link.inputs import TeleopInput
from lbm_studio.link.teleoperation import twist_from_input
from lbm_studio.station.teleop.source import STALE_S

SILENT_S = 0.05
"""An arm the window no longer speaks of, while it speaks of another, has been let go of [s]."""


class WindowTeleop:
    """A TeleopSource for a device that lives in the window and sends a TeleopInput for each arm.

    :meth:`accept` may be called from any thread. A gripper once told to open or close finishes it
    as long as the window is alive, though later messages leave it alone.

    Args:
        arm_names: messages for other arms are ignored.
        clock: the one the messages are stamped with.
        stale_s: how old the newest message may be before all arms are left alone [s].
    """

    def __init__(self, arm_names: Sequence[str], clock: Clock, stale_s: float = STALE_S) -> None:
        self._arm_names = frozenset(arm_names)
        self._clock = clock
        self._stale_s = stale_s
        self._latest: dict[str, TeleopInput] = {}
        self._openings: dict[str, float] = {}

    def connect(self) -> None:
        """Forget what was asked for before."""
        self.close()

    def close(self) -> None:
        self._latest = {}
        self._openings = {}

    def accept(self, message: TeleopInput) -> None:
        """Note what the window asks of one arm; a message older than the last is ignored."""
        known = self._latest.get(message.arm)
        is_late = known is not None and message.sampled_ns < known.sampled_ns
        if message.arm not in self._arm_names or is_late:
            return
        if message.gripper is not None:
            self._openings[message.arm] = message.gripper
        self._latest[message.arm] = message

    def read(self) -> TeleopReading:
        now_ns = self._clock.now_ns()
        latest = self._latest.copy()
        newest_ns = max((message.sampled_ns for message in latest.values()), default=now_ns)
        if seconds_between(newest_ns, now_ns) > self._stale_s:
            latest = {}
        held = {
            arm: message
            for arm, message in latest.items()
            if message.enabled and seconds_between(message.sampled_ns, newest_ns) <= SILENT_S
        }
        still = {arm: ArmTwist.still(self._openings.get(arm)) for arm in latest}
        moved = {arm: self._twist(message) for arm, message in held.items()}
        return TeleopReading(still | moved, enabled=bool(held), stop=False, sampled_ns=newest_ns)

    def _twist(self, message: TeleopInput) -> ArmTwist:
        return replace(twist_from_input(message), opening=self._openings.get(message.arm))
