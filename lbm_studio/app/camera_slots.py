"""What a slot and a camera look like on the sheet, and what is typed about them."""

import re
from collections.abc import Sequence

from lbm_studio.app.camera_previews import SeenCamera
from lbm_studio.app.cameras import camera_title
from lbm_studio.app.views.camera_mapping import NO_PICTURE, CameraPicture, DeviceCard, SlotCard
from lbm_studio.core.attached_camera import AttachedCamera
from lbm_studio.core.station_file import CameraKind, CameraSetup
from lbm_studio.core.turning import turn_picture

_US_PER_MS = 1000.0
_CROP_NUMBERS = 4


def device_key(camera: AttachedCamera) -> str:
    """Return what tells a camera from all others."""
    place = camera.producer if camera.kind is CameraKind.FILE else camera.serial
    return f"{camera.kind}:{place}"


def fills(setup: CameraSetup, camera: AttachedCamera) -> bool:
    """Whether a camera is the one that a slot names."""
    if setup.kind is not camera.kind:
        return False
    if setup.kind is CameraKind.FILE:
        return setup.producer == camera.producer
    return bool(setup.serial) and setup.serial == camera.serial


def device_card(seen: SeenCamera, cameras: Sequence[CameraSetup]) -> DeviceCard:
    """Return one camera that is attached."""
    camera = seen.camera
    slot = next((camera_title(setup.name) for setup in cameras if fills(setup, camera)), "")
    sentence = seen.trouble or (f"In {slot}." if slot else "Not used.")
    return DeviceCard(
        key=device_key(camera),
        title=camera.model,
        serial=camera.serial,
        sentence=sentence,
        has_trouble=bool(seen.trouble),
        picture=CameraPicture(seen.image, seen.captured_ns),
    )


def slot_card(setup: CameraSetup, devices: Sequence[SeenCamera], *, is_complete: bool) -> SlotCard:
    """Return one slot.

    Args:
        setup: the slot.
        devices: what is attached.
        is_complete: whether all cameras were looked for already.
    """
    seen = next((device for device in devices if fills(setup, device.camera)), None)
    device = setup.serial or setup.producer.rpartition("/")[2]
    if setup.kind is CameraKind.SIMULATED:
        sentence, is_fine = "Simulated.", True
    elif not device:
        sentence, is_fine = "Empty.", False
    elif seen is not None:
        sentence, is_fine = seen.trouble or seen.camera.model, not seen.trouble
    elif setup.kind is CameraKind.FILE:
        sentence, is_fine = "Video file.", True
    else:
        sentence, is_fine = ("Not attached." if is_complete else "Looking for it."), False
    picture = _turned(setup, seen) if seen is not None else NO_PICTURE
    return SlotCard(setup.name, camera_title(setup.name), device, sentence, is_fine, picture)


def _turned(setup: CameraSetup, seen: SeenCamera) -> CameraPicture:
    """Return a picture as a slot asks for it; the crop is told in the device's own pixels."""
    if seen.image is None:
        return NO_PICTURE
    image = turn_picture(seen.image, setup.rotation_deg, mirror=setup.mirror)
    if setup.crop_px is not None and min(seen.size_px) > 0:
        scale = seen.image.shape[1] / seen.size_px[0]
        x, y, width, height = (round(number * scale) for number in setup.crop_px)
        kept = image[y : y + max(1, height), x : x + max(1, width)]
        image = kept if kept.size else image
    return CameraPicture(image, seen.captured_ns)


def crop_text(setup: CameraSetup) -> str:
    """Return a crop as it is typed."""
    return ", ".join(map(str, setup.crop_px)) if setup.crop_px else ""


def parse_crop(text: str) -> tuple[int, int, int, int] | None:
    """Return the crop that was typed; None for the whole picture.

    Raises:
        ValueError: it is none; the sentence says what is to be typed.
    """
    if not text.strip():
        return None
    numbers = [part for part in re.split(r"[\s,;]+", text.strip()) if part]
    if len(numbers) != _CROP_NUMBERS or not all(part.isdecimal() for part in numbers):
        raise ValueError("Type x, y, width and height in pixels, e.g. 80, 0, 480, 480.")
    x, y, width, height = (int(part) for part in numbers)
    if width == 0 or height == 0:
        raise ValueError("Width and height should be above 0.")
    return x, y, width, height


def exposure_text(setup: CameraSetup) -> str:
    """Return an exposure as it is typed [ms]."""
    return "" if setup.exposure_us is None else f"{setup.exposure_us / _US_PER_MS:g}"


def parse_exposure_us(text: str) -> float | None:
    """Return the exposure that was typed in [ms]; None lets the camera decide [us].

    Raises:
        ValueError: it is none; the sentence says what is to be typed.
    """
    if not text.strip():
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError as error:
        raise ValueError("Type milliseconds, e.g. 8, or nothing.") from error
    if not 0.0 < value < _US_PER_MS:
        raise ValueError("The exposure should be above 0 and below 1000 ms.")
    return value * _US_PER_MS
