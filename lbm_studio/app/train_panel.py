"""The Train panel: train a policy on recordings, watch it, stop it, go on."""

from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.train import TrainView


class TrainPanel(ViewModel[TrainView]):
    """Starts training jobs and shows what they write."""

    def refresh(self) -> None:
        """Look for datasets and runs again."""

    def choose_dataset(self, path: str, chosen: bool) -> None:
        """Take a dataset in or leave it out."""

    def choose_start(self, checkpoint: str) -> None:
        """Choose what to start from; empty for from scratch."""

    def set_minutes(self, minutes: float) -> None:
        """Say how long the training may take [min]."""

    def start(self) -> None:
        """Train on the chosen datasets, in the background."""

    def stop(self) -> None:
        """Ask the selected run to save and end."""

    def resume(self) -> None:
        """Go on with the selected run after a stop or a kill."""

    def select_run(self, folder: str) -> None:
        """Show another run."""

    def publish_skill(self) -> None:
        """Put the selected run's checkpoint into the skill library under the goals of its datasets."""

    def poll(self, now_ns: int) -> None:
        """Read what the runs wrote; called at about 30 Hz."""
