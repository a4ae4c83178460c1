"""Takes on the film strip, with a small picture of each."""

import numpy as np
from numpy.typing import NDArray

from lbm_studio.app.live import StationLink
from lbm_studio.app.views.teach import Take
from lbm_studio.core.embodiment import Mount

THUMBNAIL_WIDTH_PX = 160


def take_of(index: int, duration_s: float, success: bool | None, live: StationLink) -> Take:
    """Return a take that was kept as an episode just now."""
    title = f"take {index + 1}"
    return Take(index, title, duration_s, success, thumbnail=thumbnail_of(live))


def thumbnail_of(live: StationLink) -> NDArray[np.uint8] | None:
    """Return a small copy of what the first camera of the scene sees; None without a picture."""
    cameras = live.description.embodiment.cameras if live.description else ()
    name = next((camera.name for camera in cameras if camera.mount is Mount.SCENE), "")
    frame = live.frames.get(name)
    if frame is None:
        return None
    step = max(1, frame.image.shape[1] // THUMBNAIL_WIDTH_PX)
    return frame.image[::step, ::step].copy()
