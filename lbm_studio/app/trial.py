"""One trial of a policy as the ticks tell it, and how many of them succeeded."""

from dataclasses import dataclass, replace

from lbm_studio.app.safety_card import LimitCounts
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
        slowed: how many of its steps a limit slowed, a sentence; empty before the first.
    """

    def __init__(self) -> None:
        self.is_running = False
        self.is_over = False
        self.success: bool | None = None
        self.elapsed_s = 0.0
        self.slowed = ""
        self._began_ns = 0
        self._began_after = (0, 0)

    def follow(self, tick: Tick, now_ns: int, limits: LimitCounts) -> None:
        """Take in the newest tick, and how often limits have acted by then."""
        if tick.mode not in ACTIVE:
            self.is_running = self.is_over = False
            return
        if not self.is_running:
            self.is_running = True
            self._began_ns = now_ns
            self.success = None
            self._began_after = (limits.steps, limits.slowed)
        self.slowed = limits.since(*self._began_after)
        self.success = tick.success
        self.elapsed_s = round(seconds_between(self._began_ns, now_ns), 1)
        self.is_over = tick.mode is Mode.POLICY and (tick.success is True or tick.finished)
