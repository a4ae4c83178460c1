"""Snapshots of the sheet on which cameras are arranged."""

from lbm_studio.app.views.camera_mapping import (
    NO_PICTURE,
    CameraMappingView,
    CameraPicture,
    DeviceCard,
    SlotCard,
    SlotSettings,
)
from lbm_studio.ui.sample_views import CAMERAS, TITLES, picture

SERIALS = ("923322071108", "923322070564", "21480012", "21480031", "21480044", "21480047")
MODELS = ("Intel RealSense D415", "FLIR Blackfly S BFS-U3-16S2C")


def camera_mapping() -> CameraMappingView:
    """Return a station all of whose slots are filled."""
    slots = tuple(
        SlotCard(name, title, serial, _model(place), True, CameraPicture(picture(name), 1))
        for place, (name, title, serial) in enumerate(zip(CAMERAS, TITLES, SERIALS, strict=True))
    )
    return CameraMappingView(
        is_open=True,
        station="Bench at the window",
        slots=slots,
        chosen=CAMERAS[0],
        settings=SlotSettings(TITLES[0], 0, False, "80, 0, 480, 480", "8", can_empty=True),
        devices=tuple(_device(place, f"In {title}.") for place, title in enumerate(TITLES)),
        can_undo=True,
        can_save=True,
    )


def camera_mapping_begun() -> CameraMappingView:
    """Return a new station whose first cameras are being looked for."""
    slots = tuple(
        SlotCard(name, title, "", "Empty.", False)
        for name, title in zip(CAMERAS, TITLES, strict=True)
    )
    return CameraMappingView(
        is_open=True,
        station="New station",
        slots=slots,
        chosen=CAMERAS[1],
        settings=SlotSettings(TITLES[1]),
        is_looking=True,
    )


def camera_mapping_in_trouble() -> CameraMappingView:
    """Return a station one of whose cameras is gone, another busy, and a crop that is none."""
    view = camera_mapping()
    gone = SlotCard(CAMERAS[3], TITLES[3], SERIALS[3], "Not attached.", False)
    devices = tuple(_device(place, "Not used.") for place in range(2))
    busy = DeviceCard(
        "genicam:21480044",
        MODELS[1],
        SERIALS[4],
        "The camera 21480044 cannot be opened: it is used by another program.",
        has_trouble=True,
    )
    problem = "Type x, y, width and height in pixels, e.g. 80, 0, 480, 480."
    settings = SlotSettings(TITLES[3], 270, True, "80, 0", "", problem, can_empty=True)
    return CameraMappingView(
        is_open=True,
        station=view.station,
        slots=(*view.slots[:3], gone, *view.slots[4:]),
        chosen=CAMERAS[3],
        settings=settings,
        devices=(*devices, busy),
        sentence="The GenICam producer /opt/spinnaker/lib/spinnaker-gentl/Spinnaker_GenTL.cti "
        "cannot be used. Install the maker's software, or correct the path in the station file.",
        has_problem=True,
        can_undo=True,
    )


def _model(place: int) -> str:
    return MODELS[0] if "scene" in CAMERAS[place] else MODELS[1]


def _device(place: int, sentence: str) -> DeviceCard:
    shown = CameraPicture(picture(CAMERAS[place]), 1) if place < len(CAMERAS) else NO_PICTURE
    return DeviceCard(
        f"camera:{SERIALS[place]}", _model(place), SERIALS[place], sentence, picture=shown
    )
