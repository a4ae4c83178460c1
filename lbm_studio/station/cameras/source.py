"""What every camera can do: be opened, give its newest picture, be closed."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.attached_camera import AttachedCamera

Image = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class RawPicture:
    """A picture as the device gave it.

    Attributes:
        image: (H, W, 3) uint8, RGB; belongs to the caller.
        arrived_ns: when it was there, on this machine's monotonic clock [ns].
        device_ns: when it was taken, on the device's own clock, whose origin nobody knows; None
            when the device does not say [ns].
    """

    image: Image
    arrived_ns: int
    device_ns: int | None = None


class CameraSource(Protocol):
    """One camera. All calls come from one thread."""

    @property
    def identity(self) -> AttachedCamera:
        """Which device it is; known once it is open."""
        ...

    def open(self) -> None:
        """Take hold of the device and let it take pictures.

        Raises:
            StationError: it is not there, or somebody else has it; the sentence names the remedy.
        """
        ...

    def read(self, timeout_s: float) -> RawPicture | None:
        """Return the newest picture that was not read yet; None when none comes in time [s].

        Raises:
            StationError: the device has gone.
        """
        ...

    def close(self) -> None:
        """Let go of the device. May be called twice, and before it was opened."""
        ...
