"""The Teach panel: record demonstrations of one goal."""

from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.teach import MotionSource, TeachView


class TeachPanel(ViewModel[TeachView]):
    """Records takes into the dataset of the goal."""

    def set_goal(self, text: str) -> None:
        """Say what the next takes show."""

    def set_wanted(self, count: int) -> None:
        """Say how many takes are wanted."""

    def set_source(self, source: MotionSource) -> None:
        """Choose who moves the arms; refused while recording."""

    def choose_scene(self, name: str) -> None:
        """Lay out a scene of the simulated station; its goal becomes the goal."""

    def new_layout(self) -> None:
        """Lay out the chosen scene anew."""

    def start(self) -> None:
        """Begin a take (key R)."""

    def finish(self) -> None:
        """End the running take and ask what becomes of it (key R again)."""

    def keep(self, success: bool | None = None) -> None:
        """Keep the running or ended take (Enter); None leaves the judgement to the simulated goal."""

    def discard(self) -> None:
        """Forget the running or ended take (Backspace)."""

    def redo(self) -> None:
        """Forget the running or ended take and begin the same layout again."""

    def undo_last(self) -> None:
        """Take back the last kept take (Z); it can be restored on the panel Review."""

    def key_pressed(self, key: str) -> bool:
        """A key went down, e.g. ``"w"``, ``"up"``, ``"page up"``; returns whether it moves an arm."""
        return False

    def key_released(self, key: str) -> bool:
        """A key went up; returns whether it moves an arm."""
        return False

    def release_keys(self) -> None:
        """The window lost the focus: no key is held any more."""

    def poll(self, now_ns: int) -> None:
        """Follow the station; called at about 30 Hz."""
