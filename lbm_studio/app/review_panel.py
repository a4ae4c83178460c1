"""The Review panel: look at recordings, judge them, take them out and put them back."""

from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.review import ReviewView


class ReviewPanel(ViewModel[ReviewView]):
    """Shows one dataset; recordings never change, edits are a log beside them."""

    def refresh(self) -> None:
        """Look for datasets again."""

    def open_dataset(self, path: str) -> None:
        """Open a dataset folder, from the list or from anywhere."""

    def select(self, index: int) -> None:
        """Show an episode."""

    def seek(self, position: int) -> None:
        """Move the scrubber to a frame; out of range goes to the end."""

    def play(self) -> None:
        """Play from the scrubber on at recorded speed."""

    def pause(self) -> None:
        """Stop playing."""

    def mark(self, success: bool | None) -> None:
        """Judge the selected episode."""

    def set_goal(self, text: str) -> None:
        """Correct the prompt of the selected episode."""

    def delete(self) -> None:
        """Leave the selected episode out of training; it can be restored."""

    def restore(self) -> None:
        """Put the selected episode back."""

    def undo(self) -> None:
        """Undo the newest edit."""

    def replay(self) -> None:
        """Replay the selected episode's actions on a simulated station and say whether the goal was reached."""

    def stop_replay(self) -> None:
        """End the replay."""

    def poll(self, now_ns: int) -> None:
        """Deliver what was loaded and play on; called at about 30 Hz."""
