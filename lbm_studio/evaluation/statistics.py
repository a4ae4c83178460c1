"""What a number of successes says about the true rate, without approximations."""

from collections.abc import Iterable
from dataclasses import dataclass

from scipy.stats import beta

from lbm_studio.core.errors import StudioError

CONFIDENCE = 0.95


@dataclass(frozen=True)
class SuccessRate:
    """Successes out of trials, with the exact interval of the rate behind them.

    Attributes:
        successes: trials that reached the goal.
        trials: how many there were.
        interval: lower and upper end of the exact 95 % interval.
    """

    successes: int
    trials: int
    interval: tuple[float, float]

    @classmethod
    def of(cls, successes: int, trials: int) -> "SuccessRate":
        """Compute the interval.

        Raises:
            StudioError: there was no trial, or there are more successes than trials.
        """
        return cls(successes, trials, exact_interval(successes, trials))

    @property
    def rate(self) -> float:
        """The share of trials that succeeded."""
        return self.successes / self.trials

    def in_words(self) -> str:
        """Return e.g. ``"83 % (25 of 30, between 65 and 94 %)"``."""
        low, high = (round(100 * end) for end in self.interval)
        share = round(100 * self.rate)
        return f"{share} % ({self.successes} of {self.trials}, between {low} and {high} %)"


@dataclass(frozen=True)
class PromptFollowing:
    """Whether it was the prompt that decided what happened, in scenes that allow several goals.

    Attributes:
        followed: trials that reached the goal that was asked for, and no other before.
        confused: trials that reached another goal instead, or before.
        interval: exact 95 % interval of the share that followed; None when no goal was reached.
    """

    followed: int
    confused: int
    interval: tuple[float, float] | None

    @classmethod
    def of(cls, followed: int, confused: int) -> "PromptFollowing":
        """Compute the interval."""
        reached = followed + confused
        return cls(followed, confused, exact_interval(followed, reached) if reached else None)

    @classmethod
    def together(cls, parts: Iterable["PromptFollowing"]) -> "PromptFollowing":
        """Return all of them as one."""
        counts = [(part.followed, part.confused) for part in parts]
        return cls.of(sum(count[0] for count in counts), sum(count[1] for count in counts))

    def in_words(self) -> str:
        """Return e.g. ``"98 % (46 of 47 that reached any goal, between 89 and 100 %)"``."""
        if self.interval is None:
            return "no goal was reached"
        low, high = (round(100 * end) for end in self.interval)
        reached = self.followed + self.confused
        share = round(100 * self.followed / reached)
        counts = f"{self.followed} of {reached} that reached any goal"
        return f"{share} % ({counts}, between {low} and {high} %)"


def exact_interval(
    successes: int, trials: int, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Return the Clopper-Pearson interval: it covers the true rate at least that often, always.

    Raises:
        StudioError: there was no trial, or there are more successes than trials.
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise StudioError(f"{successes} successes of {trials} trials are no result.")
    tail = (1.0 - confidence) / 2.0
    low = float(beta.ppf(tail, successes, trials - successes + 1)) if successes else 0.0
    failures = trials - successes
    high = float(beta.ppf(1.0 - tail, successes + 1, failures)) if failures else 1.0
    return low, high
