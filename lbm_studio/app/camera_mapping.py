"""The sheet on which cameras are put into the slots of a station, with what they see live."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lbm_studio.app.camera_previews import Previews, Seen, SeenCamera
from lbm_studio.app.camera_slots import (
    crop_text,
    device_card,
    device_key,
    exposure_text,
    fills,
    parse_crop,
    parse_exposure_us,
    slot_card,
)
from lbm_studio.app.cameras import camera_title
from lbm_studio.app.notices import Notices
from lbm_studio.app.stations import Stations
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.camera_mapping import CameraMappingView, SlotSettings
from lbm_studio.core.attached_camera import AttachedCamera, memory_file
from lbm_studio.core.errors import StudioError
from lbm_studio.core.station_file import (
    QUARTER_TURNS_DEG,
    CameraKind,
    CameraSetup,
    StationFile,
    station_problems,
)

PRODUCER_SUFFIX = ".cti"

Cameras = tuple[CameraSetup, ...]


class CameraMapping(ViewModel[CameraMappingView]):
    """Arranges the cameras of one station at a time, as a draft until it is saved.

    Args:
        stations: where it is read and written.
        previews: show what is attached.
        notices: where things are refused.
        is_free: whether no station is connected: that one would hold the cameras.
    """

    def __init__(
        self,
        stations: Stations,
        previews: Previews,
        notices: Notices,
        *,
        is_free: Callable[[], bool],
    ) -> None:
        super().__init__(CameraMappingView(), notices)
        self._stations = stations
        self._previews = previews
        self._is_free = is_free
        self._file: StationFile | None = None
        self._drafts: list[Cameras] = []
        self._chosen = ""
        self._files: tuple[AttachedCamera, ...] = ()
        self._producers: tuple[str, ...] = ()
        self._seen = Seen()
        self._problem = ""

    # --- opening and closing --------------------------------------------------------------------

    def open(self, name: str) -> None:
        """Arrange the cameras of a station that is on file."""
        if not self._is_free():
            self._refuse("Disconnect the station before you arrange its cameras: it holds them.")
            return
        try:
            self._file = file = self._stations.read(name)
        except StudioError as error:
            self._refuse(str(error))
            return
        self._drafts, self._files, self._problem = [file.cameras], (), ""
        self._chosen = file.cameras[0].name
        named = [c.producer for c in file.cameras if c.kind is CameraKind.GENICAM and c.producer]
        self._producers = tuple(dict.fromkeys(named))
        self.look_again()

    def look_again(self) -> None:
        """Look anew for what is attached."""
        self._seen = Seen()
        try:
            self._previews.start(self._producers)
        except StudioError as error:
            self._seen = Seen(troubles=(str(error),), is_complete=True)
        self._show()

    def close(self) -> None:
        """Let go of the cameras and forget the draft."""
        self._previews.stop()
        self._file = None
        self.publish(CameraMappingView())

    def poll(self, now_ns: int) -> None:
        """Take in what the cameras see; called at about 30 Hz."""
        if self._file is not None:
            self._seen = self._previews.poll()
            self._show()

    # --- changing -------------------------------------------------------------------------------

    def choose(self, slot: str) -> None:
        """Change this slot from now on."""
        self._chosen, self._problem = slot, ""
        self._show()

    def assign(self, key: str) -> None:
        """Put a camera into the chosen slot; where it was, the slot's own goes in exchange."""
        camera = next((c.camera for c in self._devices() if device_key(c.camera) == key), None)
        if camera is None or self._file is None:
            self._refuse("That camera is not attached any more.")
            return
        own = self._setup()
        cameras = [
            self._filled(c, own.kind, own.serial, own.producer) if fills(c, camera) else c
            for c in self._drafts[-1]
        ]
        self._change(
            tuple(
                self._filled(c, camera.kind, camera.serial, camera.producer)
                if c.name == self._chosen
                else c
                for c in cameras
            )
        )

    def empty(self) -> None:
        """Let no camera fill the chosen slot."""
        self._change_chosen(serial="", producer="")

    def rotate(self) -> None:
        """Turn the picture of the chosen slot by a quarter, clockwise."""
        turns = QUARTER_TURNS_DEG
        place = turns.index(self._setup().rotation_deg)
        self._change_chosen(rotation_deg=turns[(place + 1) % len(turns)], crop_px=None)

    def mirror(self) -> None:
        """Exchange left and right in the picture of the chosen slot."""
        self._change_chosen(mirror=not self._setup().mirror)

    def crop(self, text: str) -> None:
        """Keep a part of the picture: x, y, width, height after turning; nothing for all [px]."""
        self._try(lambda: self._change_chosen(crop_px=parse_crop(text)))

    def expose(self, text: str) -> None:
        """Expose every picture for so long; nothing lets the camera decide [ms]."""
        self._try(lambda: self._change_chosen(exposure_us=parse_exposure_us(text)))

    def add_file(self, path: str) -> None:
        """Take a GenICam producer (.cti) into the search, or offer a video as a camera."""
        if path.endswith(PRODUCER_SUFFIX):
            self._producers = tuple(dict.fromkeys([*self._producers, path]))
            self.look_again()
            return
        video = AttachedCamera(CameraKind.FILE, "", Path(path).name, path)
        self._files = tuple(dict.fromkeys([*self._files, video]))
        self._show()

    def undo(self) -> None:
        """Undo the last change."""
        if len(self._drafts) > 1:
            self._drafts.pop()
            self._problem = ""
        self._show()

    def save(self) -> None:
        """Write the station file; the slots that changed are remembered anew at the next start."""
        if self._file is None or not self.view.can_save:
            self._refuse("There is nothing to save.")
            return
        changed = [
            after.name
            for before, after in zip(self._file.cameras, self._drafts[-1], strict=True)
            if before != after
        ]
        try:
            name = self._stations.save(self._file.name, self._draft(self._file))
            for slot in changed:
                memory_file(name, slot).unlink(missing_ok=True)
        except (StudioError, OSError) as error:
            self._refuse(str(error))
            return
        self.close()

    # --- the draft ------------------------------------------------------------------------------

    def _setup(self) -> CameraSetup:
        return next(camera for camera in self._drafts[-1] if camera.name == self._chosen)

    def _draft(self, file: StationFile) -> StationFile:
        return replace(file, cameras=self._drafts[-1])

    def _filled(
        self, setup: CameraSetup, kind: CameraKind, serial: str, producer: str
    ) -> CameraSetup:
        """Return a slot with another camera, whose lens is another one."""
        return replace(setup, kind=kind, serial=serial, producer=producer, intrinsics=None)

    def _change_chosen(self, **changes: object) -> None:
        own = self._setup()
        changed = replace(own, **changes, intrinsics=None)  # pyright: ignore[reportArgumentType]
        if replace(changed, intrinsics=own.intrinsics) == own:
            return
        if set(changes) == {"exposure_us"}:
            changed = replace(changed, intrinsics=own.intrinsics)  # the lens is still the same
        self._change(tuple(changed if c.name == own.name else c for c in self._drafts[-1]))

    def _change(self, cameras: Cameras) -> None:
        self._problem = ""
        if cameras != self._drafts[-1]:
            self._drafts.append(cameras)
        self._show()

    def _try(self, change: Callable[[], object]) -> None:
        try:
            change()
        except ValueError as error:
            self._problem = str(error)
        else:
            self._problem = ""
        self._show()

    # --- showing --------------------------------------------------------------------------------

    def _devices(self) -> tuple[SeenCamera, ...]:
        return (*self._seen.cameras, *(SeenCamera(video) for video in self._files))

    def _show(self) -> None:
        if self._file is None:
            return
        cameras, devices = self._drafts[-1], self._devices()
        wrong = next((str(p) for p in station_problems(self._draft(self._file))), "")
        sentence = wrong or " ".join(self._seen.troubles)
        self.publish(
            CameraMappingView(
                is_open=True,
                station=self._file.title,
                slots=tuple(
                    slot_card(c, devices, is_complete=self._seen.is_complete) for c in cameras
                ),
                chosen=self._chosen,
                settings=self._settings(),
                devices=tuple(device_card(seen, cameras) for seen in devices),
                is_looking=not self._seen.is_complete,
                sentence=sentence,
                has_problem=bool(sentence),
                can_undo=len(self._drafts) > 1,
                can_save=not wrong and not self._problem and cameras != self._file.cameras,
            )
        )

    def _settings(self) -> SlotSettings:
        own = self._setup()
        return SlotSettings(
            title=camera_title(own.name),
            rotation_deg=own.rotation_deg,
            mirror=own.mirror,
            crop=crop_text(own),
            exposure_ms=exposure_text(own),
            problem=self._problem,
            can_empty=bool(own.serial or own.producer),
        )
