"""The wall of live camera tiles."""

from collections.abc import Callable

from lbm_studio.app.live import LiveFrame, StationLink
from lbm_studio.app.notices import Notices
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.cameras import CamerasView, CameraTile, IntentPoint
from lbm_studio.app.views.starts import StartsView
from lbm_studio.core.clock import seconds_between
from lbm_studio.core.embodiment import CameraDescription, Mount, StationDescription
from lbm_studio.link.messages import Mode, Tick

STALE_PERIODS = 3.0
STALE_MARGIN_S = 0.3
NUMBERS_AN_ARM = 3
SHOWN_CONFIDENCE = 0.05


class CameraWall(ViewModel[CamerasView]):
    """Shows the newest frame of every camera, with rate and age, and what is drawn over it.

    Args:
        live: the station.
        notices: where things are refused.
        overlay: returns the start that is wanted next; None while it is not to be shown.
    """

    def __init__(
        self,
        live: StationLink,
        notices: Notices,
        overlay: Callable[[], StartsView | None] = lambda: None,
    ) -> None:
        super().__init__(CamerasView(), notices)
        self._live = live
        self._overlay = overlay

    def poll(self, now_ns: int) -> None:
        """Take the newest frames; called at about 30 Hz."""
        description = self._live.description
        if description is None:
            self.publish(CamerasView())
            return
        tick = self._live.tick
        tiles = tuple(
            self._tile(camera, description, tick, now_ns)
            for camera in description.embodiment.cameras
        )
        self.publish(CamerasView(tiles))

    def _tile(
        self,
        camera: CameraDescription,
        description: StationDescription,
        tick: Tick | None,
        now_ns: int,
    ) -> CameraTile:
        frame = self._live.frames.get(camera.name)
        period_s = description.embodiment.chunk.period_s
        age_s = seconds_between(frame.captured_ns, now_ns) if frame else 0.0
        wanted = self._overlay() or StartsView()
        return CameraTile(
            name=camera.name,
            title=camera_title(camera.name),
            is_scene=camera.mount is Mount.SCENE,
            aspect=camera.width_px / camera.height_px,
            image=frame.image if frame else None,
            captured_ns=frame.captured_ns if frame else 0,
            rate_hz=round(frame.rate_hz, 1) if frame else 0.0,
            age_s=round(max(0.0, age_s), 1),
            stale_reason=stale_reason(frame, now_ns, period_s),
            intent=intent_points(tick, camera.name, description.embodiment.arm_names),
            target=wanted.pictures.get(camera.name),
            target_share=wanted.share,
            target_mark=wanted.marks.get(camera.name),
        )


def stale_reason(frame: LiveFrame | None, now_ns: int, period_s: float) -> str:
    """Return why a picture must not be trusted as live, a sentence; empty when it is live."""
    if frame is None:
        return "Waiting for the first picture."
    if frame.trouble:
        return frame.trouble
    age_s = seconds_between(frame.captured_ns, now_ns)
    if age_s > STALE_MARGIN_S + STALE_PERIODS * period_s:
        return f"No new picture for {age_s:.0f} s." if age_s >= 1.0 else "Pictures come late."
    return ""


def stale_camera(live: StationLink, now_ns: int) -> str:
    """Return the title of a camera whose picture must not be trusted; empty when all are live."""
    if live.description is None:
        return ""
    embodiment = live.description.embodiment
    period_s = embodiment.chunk.period_s
    stale = (
        n for n in embodiment.camera_names if stale_reason(live.frames.get(n), now_ns, period_s)
    )
    return next((camera_title(name) for name in stale), "")


def intent_points(tick: Tick | None, camera: str, arms: tuple[str, ...]) -> tuple[IntentPoint, ...]:
    """Return what a running policy intends in one image; nothing when no policy runs."""
    if tick is None or tick.mode is not Mode.POLICY:
        return ()
    numbers = tick.intent.get(camera, ())
    triples = zip(
        numbers[0::NUMBERS_AN_ARM],
        numbers[1::NUMBERS_AN_ARM],
        numbers[2::NUMBERS_AN_ARM],
        strict=False,
    )
    return tuple(
        IntentPoint(arm, x, y, confidence)
        for arm, (x, y, confidence) in zip(arms, triples, strict=False)
        if confidence >= SHOWN_CONFIDENCE
    )


def camera_title(name: str) -> str:
    """Return how people read the semantic name of a camera."""
    words = name.replace("_minus", " −").replace("_plus", " +").removesuffix("_0")
    return words.replace("_", " ")
