"""Cells of a study: what is measured one by one, and what came of each.

A cell is one policy: a skill, the way in which it is trained, how many demonstrations it sees, and
the seed of its training.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean, median

from lbm_studio.evaluation.statistics import SuccessRate


@dataclass(frozen=True)
class Cell:
    """One policy of a study.

    Attributes:
        skill: what it is taught.
        way: what the study compares: in which way it is trained.
        demonstrations: how many it sees.
        seed: of its training.
    """

    skill: str
    way: str
    demonstrations: int
    seed: int = 0

    @property
    def name(self) -> str:
        """A name for its folder."""
        return f"{self.skill}-{self.way}-{self.demonstrations}-{self.seed}"


@dataclass(frozen=True)
class CellResult:
    """What came of a cell.

    Attributes:
        cell: the policy.
        successes: of its trials on unseen layouts.
        trials: how many there were.
        minutes: of training that were asked for.
        train_s: the training took in all, reading and looking included [s].
        steps: taken in them.
        parameters: numbers that the policy consists of.
        localisation_median_cm: held-out error of the places it looked for [cm].
        shifted: successes out of as many trials under each shifted condition.
        origin: which weights the training began with, by digest; empty for none.
    """

    cell: Cell
    successes: int
    trials: int
    minutes: float
    train_s: float | None = None
    steps: int | None = None
    parameters: int | None = None
    localisation_median_cm: float | None = None
    shifted: Mapping[str, int] = field(default_factory=dict[str, int])
    origin: str = ""

    @property
    def rate(self) -> SuccessRate:
        """The success with its exact interval."""
        return SuccessRate.of(self.successes, self.trials)


Known = Mapping[Cell, CellResult]
"""What has been measured."""


def by_cell(results: Iterable[CellResult]) -> Known:
    """Return the results by what they belong to."""
    return {result.cell: result for result in results}


def together(known: Known, cells: Sequence[Cell]) -> SuccessRate | None:
    """Return the success of all the cells as one; None while one of them is not measured."""
    results = [known[cell] for cell in cells if cell in known]
    if not cells or len(results) < len(cells):
        return None
    return SuccessRate.of(sum(r.successes for r in results), sum(r.trials for r in results))


def mean_rate(known: Known, cells: Sequence[Cell]) -> float | None:
    """Return the mean success of the cells; None while one of them is not measured."""
    rates = [known[cell].rate.rate for cell in cells if cell in known]
    return mean(rates) if cells and len(rates) == len(cells) else None


def longest_in_words(known: Known) -> str:
    """Return how long a training took; nothing where nobody measured it."""
    seconds = [result.train_s for result in known.values() if result.train_s is not None]
    if not seconds:
        return ""
    asked = " or ".join(f"{m:g}" for m in sorted({result.minutes for result in known.values()}))
    return (
        f"Every training was given {asked} minutes; with reading and all else the median one "
        f"took {median(seconds) / 60:.1f}, the longest {max(seconds) / 60:.1f}."
    )


def rate_in_short(rate: SuccessRate | None) -> str:
    """Return e.g. ``"80 % (66-90)"``; nothing for what is not measured."""
    if rate is None:
        return ""
    low, high = (round(100 * end) for end in rate.interval)
    return f"{100 * rate.rate:.0f} % ({low}-{high})"


def mean_in_short(rate: float | None) -> str:
    """Return a mean success, e.g. ``"**80 %**"``; nothing for what is not measured."""
    return "" if rate is None else f"**{100 * rate:.0f} %**"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table as lines of Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]
