"""The frame around the panels: which one is in front, status bar, notices, the stop and its reset."""

from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.window import PanelName, WindowView

RESET_HOLD_S = 1.0


class WindowModel(ViewModel[WindowView]):
    """What is true whatever panel is in front."""

    def show_panel(self, name: PanelName) -> None:
        """Bring a panel to the front; it is remembered."""

    def press_stop(self, source: str) -> None:
        """Stop the arms now. ``source`` says what was pressed, e.g. ``"window button"``, ``"Esc"``, ``"Space"``."""

    def reset_pressed(self, now_ns: int) -> None:
        """The Reset button went down; held for a second it releases the stop."""

    def reset_released(self) -> None:
        """The Reset button went up."""

    def dismiss_notice(self, number: int) -> None:
        """Take a notice off the list."""

    def poll(self, now_ns: int) -> None:
        """Follow everything; called at about 30 Hz."""
