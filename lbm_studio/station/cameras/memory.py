"""What every slot's camera was and saw when it was arranged: so that a swapped one is noticed.

What is remembered of a slot is one file below the user's data: the serial number, how the picture
was made, and the picture, which is the reference for whether the camera has moved. Who arranges a
slot anew removes its file; the next start remembers the new camera.
"""

import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lbm_studio.core.attached_camera import memory_file
from lbm_studio.core.errors import StationError
from lbm_studio.core.pose import Pose
from lbm_studio.core.station_file import CameraKind, CameraSetup
from lbm_studio.core.toml import to_toml
from lbm_studio.station.cameras.likeness import likeness
from lbm_studio.station.cameras.source import Image

FITS = 0.6
"""A picture that is so like a remembered one may well be of the same camera."""

MUCH_BETTER = 0.15
"""By how much it must be more like another slot's than like its own to be taken for swapped."""

_REMEDY = "Put the cameras back, or arrange them anew on the Station panel."


@dataclass(frozen=True, eq=False)
class Remembered:
    """What is remembered of one slot.

    Attributes:
        serial: of the camera.
        treatment: how its picture was made.
        picture: (H, W, 3) as the policy saw it.
    """

    serial: str
    treatment: str
    picture: Image


class CameraMemory:
    """What is remembered of the slots of one station.

    Args:
        station: its name.
    """

    def __init__(self, station: str) -> None:
        self._station = station

    def recall(self, slot: str) -> Remembered | None:
        """Return what is remembered of a slot; None when nothing is that can be read."""
        try:
            with (
                memory_file(self._station, slot).open("rb") as file,
                np.load(file, allow_pickle=False) as kept,
            ):
                picture = np.asarray(kept["picture"], np.uint8)
                return Remembered(str(kept["serial"]), str(kept["treatment"]), picture)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def remember(self, setup: CameraSetup, picture: Image) -> None:
        """Keep what the camera of a slot is and sees."""
        path = memory_file(self._station, setup.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.{os.getpid()}")
        with temporary.open("wb") as file:
            np.savez_compressed(
                file, serial=setup.serial, treatment=treatment(setup), picture=picture
            )
        os.replace(temporary, path)

    def reference(self, setup: CameraSetup) -> Image | None:
        """Return what the camera of a slot saw; None when it is another one, or treated anew."""
        kept = self.recall(setup.name)
        if kept is None or (kept.serial, kept.treatment) != (setup.serial, treatment(setup)):
            return None
        return kept.picture


def treatment(setup: CameraSetup) -> str:
    """Return all that decides what becomes of a camera's picture, as text to be compared."""
    return to_toml(replace(setup, pose=Pose.identity(), latency_s=0.0, rate_hz=1.0, serial=""))


def check_serials(cameras: Sequence[CameraSetup], memory: CameraMemory) -> None:
    """See that no camera fills two slots, and none the slot of another.

    Raises:
        StationError: the sentence names slots and serial numbers.
    """
    by_serial: dict[tuple[CameraKind, str], str] = {}
    kept = {setup.name: memory.recall(setup.name) for setup in cameras}
    was_in = {entry.serial: name for name, entry in kept.items() if entry and entry.serial}
    for setup in cameras:
        if not setup.serial:
            continue
        other = by_serial.setdefault((setup.kind, setup.serial), setup.name)
        if other != setup.name:
            raise StationError(
                f"The camera with serial {setup.serial} is to fill two slots, “{other}” and "
                f"“{setup.name}”. Give each slot a camera of its own on the Station panel."
            )
        before, own = was_in.get(setup.serial, setup.name), kept[setup.name]
        if before != setup.name and own is not None and own.serial != setup.serial:
            raise StationError(
                f"The camera with serial {setup.serial} is in the slot “{setup.name}”, where "
                f"{own.serial} was; it used to be in “{before}”. {_REMEDY}"
            )


def check_pictures(
    cameras: Sequence[CameraSetup], pictures: Mapping[str, Image], memory: CameraMemory
) -> None:
    """See that no picture fits another slot's memory much better than its own.

    Raises:
        StationError: the sentence names the slots and the serial number.
    """
    references = {setup.name: memory.reference(setup) for setup in cameras}
    known = {name: picture for name, picture in references.items() if picture is not None}
    for setup in cameras:
        if setup.name not in known:
            continue
        scores = {name: likeness(pictures[setup.name], seen) for name, seen in known.items()}
        best = max(scores, key=lambda name: scores[name])
        if scores[best] >= FITS and scores[best] - scores[setup.name] >= MUCH_BETTER:
            raise StationError(
                f"The camera with serial {setup.serial or 'unknown'} in the slot “{setup.name}” "
                f"sees what “{best}” used to see: the two may have changed places. {_REMEDY}"
            )
