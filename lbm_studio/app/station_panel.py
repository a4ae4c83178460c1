"""The Station panel: choose a station, connect, see how it is."""

from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.station import StationView


class StationPanel(ViewModel[StationView]):
    """Chooses, connects and watches the station."""

    def choose(self, name: str) -> None:
        """Choose the station to connect to; refused while one is connected."""

    def connect(self) -> None:
        """Start the processes of the chosen station; progress appears in the view."""

    def disconnect(self) -> None:
        """Hold still and end the station's processes."""

    def restart(self, process: str) -> None:
        """Start a process again that a health row offers to restart."""

    def test_stop(self) -> None:
        """Send a stop and see that it latches; the arms must be at rest. Leaves the stop latched, to be reset by hand."""

    def poll(self, now_ns: int) -> None:
        """Follow the station; called at about 30 Hz."""
