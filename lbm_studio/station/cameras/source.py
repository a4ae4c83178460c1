"""What every camera can do: be opened, give its newest picture, be closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.attached_camera import AttachedCamera
from lbm_studio.core.errors import StationError

Image = NDArray[np.uint8]
Handle = TypeVar("Handle")


@dataclass(frozen=True)
class Timing:
    """When a camera takes pictures, and for how long.

    Attributes:
        rate_hz: pictures a second that are asked for; a device takes the nearest it knows [Hz].
        exposure_us: None lets the device decide [us].
    """

    rate_hz: float
    exposure_us: float | None = None


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


def pick(
    serial: str, attached: Sequence[tuple[AttachedCamera, Handle]], *, seen: str = "there is"
) -> tuple[AttachedCamera, Handle]:
    """Return the camera of a serial number with what its library knows it by.

    Args:
        serial: which one.
        attached: what there is to choose from.
        seen: comes before what there is, in the sentence for people.

    Raises:
        StationError: it is not there; the sentence lists those that are.
    """
    for camera, handle in attached:
        if camera.serial == serial:
            return camera, handle
    there = ", ".join(camera.serial for camera, _ in attached) or "none of its kind"
    raise StationError(
        f"The camera with serial {serial} is not attached; {seen} {there}. "
        "Check its cable and its power."
    )


def exposure_refused(camera: AttachedCamera) -> StationError:
    """Return what to say of a camera whose exposure cannot be set."""
    return StationError(
        f"The exposure of the camera {camera.serial} cannot be set. Leave it automatic."
    )
