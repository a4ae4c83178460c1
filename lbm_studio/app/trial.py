"""One trial of a policy as the ticks tell it, and how many of them succeeded."""

from dataclasses import dataclass, replace

from lbm_studio.core.clock import seconds_between
from lbm_studio.link.messages import Mode, Tick

ACTIVE = frozenset({Mode.POLICY, Mode.PAUSED})


@dataclass(frozen=True)
class TrialCounter:
    """Trials that ended, and those of them that reached the goal."""

    successes: int = 0
    trials: int = 0

    def with_trial(self, success: bool | None) -> "TrialCounter":
        """Return the counter after one more trial; one that nobody can judge is not counted."""
        if success is None:
            return self
        return replace(self, successes=self.successes + success, trials=self.trials + 1)


class Trial:
    """Follows the ticks from the first under a policy to the last.

    Attributes:
        is_running: a policy moves the arms, or is paused.
        is_over: the goal is reached or the policy has finished, while it still runs: time to halt.
        success: whether the goal is reached; None when nobody can tell.
        elapsed_s: time under the policy, pauses included [s].
    """

    def __init__(self) -> None:
        self.is_running = False
        self.is_over = False
        self.success: bool | None = None
        self.elapsed_s = 0.0
        self._began_ns = 0

    def follow(self, tick: Tick, now_ns: int) -> None:
        """Take in the newest tick."""
        if tick.mode not in ACTIVE:
            self.is_running = self.is_over = False
            return
        if not self.is_running:
            self.is_running = True
            self._began_ns = now_ns
            self.success = None
        self.success = tick.success
        self.elapsed_s = round(seconds_between(self._began_ns, now_ns), 1)
        self.is_over = tick.mode is Mode.POLICY and (tick.success is True or tick.finished)
