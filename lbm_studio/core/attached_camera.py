"""Cameras that are attached to this machine, whether or not a station uses them."""

from dataclasses import dataclass
from pathlib import Path

from lbm_studio.core.paths import user_data
from lbm_studio.core.station_file import CameraKind


@dataclass(frozen=True)
class AttachedCamera:
    """What tells one device from all others.

    Attributes:
        kind: what its pictures come through.
        serial: its serial number; where it has none, the port it is plugged into.
        model: what its maker calls it.
        producer: the GenICam producer (.cti) or the video file it was found through, or empty.
    """

    kind: CameraKind
    serial: str
    model: str
    producer: str = ""

    @property
    def words(self) -> str:
        """What people call it."""
        return f"{self.model}, serial {self.serial}" if self.serial else self.model


@dataclass(frozen=True)
class CameraListing:
    """What was found.

    Attributes:
        cameras: every device.
        troubles: why others may be missing, sentences with their remedies.
    """

    cameras: tuple[AttachedCamera, ...] = ()
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preview:
    """One camera of which pictures are shown while it is being arranged.

    Attributes:
        camera: the device.
        width_px: of its picture as the device gives it; 0 while there is none [px].
        height_px: likewise [px].
        trouble: why there is none, a sentence; empty otherwise.
    """

    camera: AttachedCamera
    width_px: int = 0
    height_px: int = 0
    trouble: str = ""


@dataclass(frozen=True)
class PreviewListing:
    """All cameras that are shown; the picture of each is in the ring of its place in the list.

    Attributes:
        previews: every device.
        troubles: why others may be missing.
    """

    previews: tuple[Preview, ...] = ()
    troubles: tuple[str, ...] = ()


PREVIEWS_FILE = "cameras.json"
"""In the session of the process that shows cameras: a PreviewListing."""


def preview_ring(ring_name: str, place: int) -> str:
    """Return the name of the ring that holds the pictures of one camera.

    Args:
        ring_name: of the session.
        place: of the camera in the list.
    """
    return f"{ring_name}-{place}"


def memory_file(station: str, slot: str) -> Path:
    """Return where it is remembered which camera fills a slot, and what it sees (not created)."""
    return user_data() / "cameras" / station / f"{slot}.npz"
