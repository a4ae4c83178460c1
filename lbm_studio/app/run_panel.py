"""The Run panel: say what the robot should do, and have it done."""

from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.run import RunView


class RunPanel(ViewModel[RunView]):
    """Runs a trained policy on the station."""

    def set_prompt(self, text: str) -> None:
        """Say what to do; the understood skill appears beneath."""

    def accept_suggestion(self, goal: str) -> None:
        """Take a suggested goal as the prompt."""

    def choose_checkpoint(self, checkpoint: str) -> None:
        """Choose the policy by hand."""

    def run(self) -> None:
        """Load the policy if needed and run it towards the prompt (Ctrl+Enter); moves the arms."""

    def pause(self) -> None:
        """Hold still; Resume goes on."""

    def resume(self) -> None:
        """Go on after Pause."""

    def home(self) -> None:
        """Bring the arms to their rest pose, slowly; moves the arms."""

    def halt(self) -> None:
        """End the trial and hold still."""

    def set_speed(self, speed: float) -> None:
        """Set the speed, clamped to 0.25 to 2."""

    def choose_scene(self, name: str) -> None:
        """Lay out a scene of the simulated station."""

    def new_layout(self) -> None:
        """Lay out the chosen scene anew."""

    def reset_counter(self) -> None:
        """Set the success counter to nothing of nothing."""

    def refresh(self) -> None:
        """Look for trained policies again."""

    def poll(self, now_ns: int) -> None:
        """Follow the station; called at about 30 Hz."""
