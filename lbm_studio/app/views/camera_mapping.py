"""Snapshots of the sheet on which cameras are arranged."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class CameraPicture:
    """A small picture; two are equal when they are of the same moment.

    Attributes:
        image: (H, W, 3) uint8 RGB; None while there is none.
        captured_ns: when it was taken [ns].
    """

    image: NDArray[np.uint8] | None = field(default=None, compare=False)
    captured_ns: int = 0


NO_PICTURE = CameraPicture()


@dataclass(frozen=True)
class SlotCard:
    """One slot, and the camera that fills it.

    Attributes:
        name: e.g. ``"wrist_left_minus"``.
        title: how people read it.
        device: what fills it, e.g. ``"SN-123"``; empty when nothing does.
        sentence: how it is.
        is_fine: whether a camera that is there fills it.
        picture: turned, mirrored and cropped as the slot asks for.
    """

    name: str
    title: str
    device: str
    sentence: str
    is_fine: bool
    picture: CameraPicture = NO_PICTURE


@dataclass(frozen=True)
class DeviceCard:
    """One camera that is attached.

    Attributes:
        key: names it in intents.
        title: its model.
        serial: its serial number.
        sentence: which slot it fills, or why there is no picture.
        has_trouble: whether it gives no picture.
        picture: as the device gives it.
    """

    key: str
    title: str
    serial: str
    sentence: str
    has_trouble: bool = False
    picture: CameraPicture = NO_PICTURE


@dataclass(frozen=True)
class SlotSettings:
    """What can be changed about the chosen slot.

    Attributes:
        title: of the slot.
        rotation_deg: clockwise [deg].
        mirror: whether left and right are exchanged.
        crop: x, y, width, height as typed; empty for all.
        exposure_ms: as typed; empty for automatic [ms].
        problem: what is wrong with what was typed, a sentence.
        can_empty: whether a camera fills it.
    """

    title: str = ""
    rotation_deg: int = 0
    mirror: bool = False
    crop: str = ""
    exposure_ms: str = ""
    problem: str = ""
    can_empty: bool = False


@dataclass(frozen=True)
class CameraMappingView:
    """What the sheet shows.

    Attributes:
        is_open: whether cameras are being arranged.
        station: whose.
        slots: in the order the policy sees them.
        chosen: name of the slot that is changed.
        settings: of that slot.
        devices: what is attached.
        is_looking: whether cameras are still being looked for.
        sentence: what is to be done next, or what is the matter.
        has_problem: whether ``sentence`` tells of a problem.
        can_undo: whether there is something to undo.
        can_save: whether there is something to save, and nothing in the way.
    """

    is_open: bool = False
    station: str = ""
    slots: tuple[SlotCard, ...] = ()
    chosen: str = ""
    settings: SlotSettings = SlotSettings()
    devices: tuple[DeviceCard, ...] = ()
    is_looking: bool = False
    sentence: str = ""
    has_problem: bool = False
    can_undo: bool = False
    can_save: bool = False
