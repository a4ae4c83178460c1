"""What came of rollouts."""

from dataclasses import dataclass

from lbm_studio.core.shift import Shift
from lbm_studio.evaluation.statistics import PromptFollowing, SuccessRate


@dataclass(frozen=True)
class Trial:
    """One layout. ``seconds`` is simulated time until success (which then lasted) or the limit [s].

    A success that begins within the limit may be watched beyond it. ``instead`` is another goal
    that was reached before, or was reached and the one asked for not; empty when there was none,
    None when the scene allows no other. ``refused`` tells that the policy did not know the words.
    """

    seed: int
    goal: str
    success: bool
    seconds: float
    milestones: dict[str, bool]
    instead: str | None = None
    refused: bool = False


@dataclass(frozen=True)
class RolloutReport:
    """All layouts. ``interval95`` is the exact (Clopper-Pearson) 95 % interval of the success rate.

    ``seconds`` is the wall-clock time of the whole [s], loading included; ``shifts`` is what the
    station was shifted in; ``prompt`` is None where the scene allows no other goal; ``unheard``
    tells whether it was asked in words that are never taught, ``refused`` how often in vain;
    ``simulated`` is what came of the same layouts with simulated arms, where they were others.
    """

    successes: int
    trials: int
    success_rate: float
    interval95: tuple[float, float]
    seconds: float
    each: tuple[Trial, ...]
    shifts: tuple[Shift, ...] = ()
    prompt: PromptFollowing | None = None
    unheard: bool = False
    refused: int = 0
    simulated: "RolloutReport | None" = None

    def in_words(self) -> str:
        """Return the figures in a sentence or two."""
        rate = _rate_in_words(self)
        if self.simulated is not None:
            own = _rate_in_words(self.simulated)
            rate += f" with the driver of real arms, {own} with simulated arms,"
        shifted = f", with {', '.join(self.shifts)} shifted" if self.shifts else ""
        refused = f", asked in unheard words, of which {self.refused} were refused"
        unheard = refused if self.unheard else ""
        followed = f" Prompt followed: {self.prompt.in_words()}." if self.prompt else ""
        return f"Success {rate} in {self.seconds:.0f} s{shifted}{unheard}.{followed}"


def _rate_in_words(report: RolloutReport) -> str:
    return SuccessRate(report.successes, report.trials, report.interval95).in_words()
