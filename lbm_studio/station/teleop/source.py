"""What every input device can do."""

from typing import Protocol

from lbm_studio.core.embodiment import SafetyCard
from lbm_studio.core.teleoperation import TeleopReading

STALE_S = SafetyCard().dead_man_s
"""An arm whose device has said nothing for so long, though it should, is let go of [s]: where the
station's safety card says nothing else."""


class TeleopSource(Protocol):
    """An input device. All methods are called from one thread, the control loop's."""

    def connect(self) -> None:
        """Take hold of the device. Does nothing when connected already.

        Raises:
            StationError: there is no such device; the sentence names the remedy.
        """
        ...

    def close(self) -> None:
        """Release the device. May be called twice."""
        ...

    def read(self) -> TeleopReading:
        """Return what the device asks for now, without waiting; nothing when it is gone."""
        ...
