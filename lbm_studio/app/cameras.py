"""The wall of live camera tiles."""

from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.cameras import CamerasView


class CameraWall(ViewModel[CamerasView]):
    """Shows the newest frame of every camera, with rate and age, and the intent over it."""

    def poll(self, now_ns: int) -> None:
        """Take the newest frames; called at about 30 Hz."""
