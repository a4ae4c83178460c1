"""How many demonstrations a new skill takes, from the shipped policy and from nothing.

A cell is one policy: a skill, where its training began, how many demonstrations it saw, and the
seed of its training. All cells get the same minutes, and the same unseen layouts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import mean

from lbm_studio.evaluation.statistics import SuccessRate

COUNTS = (5, 10, 20, 40)
"""Demonstrations a cell may have."""
LARGEST_COUNT = 80
"""And once more from nothing, which is to reach its own best."""
REPEATED_COUNT = 20
"""Here the training is repeated with other seeds, and rolled out under shifted conditions."""
REPETITIONS = 3


class Start(StrEnum):
    """Where a training begins."""

    SHIPPED = "shipped"
    SCRATCH = "scratch"


@dataclass(frozen=True)
class Cell:
    """One policy of the study.

    Attributes:
        skill: what it is taught.
        start: where its training begins.
        demonstrations: how many it sees.
        seed: of its training.
    """

    skill: str
    start: Start
    demonstrations: int
    seed: int = 0

    @property
    def name(self) -> str:
        """A name for its folder."""
        return f"{self.skill}-{self.start}-{self.demonstrations}-{self.seed}"

    @property
    def is_shifted_too(self) -> bool:
        """Whether it is rolled out under shifted conditions as well."""
        return self.demonstrations == REPEATED_COUNT and self.seed == 0


@dataclass(frozen=True)
class CellResult:
    """What came of a cell.

    Attributes:
        cell: the policy.
        successes: of its trials on unseen layouts.
        trials: how many there were.
        minutes: of training.
        localisation_median_cm: held-out error of the places it looked for [cm].
        shifted: successes out of as many trials under each shifted condition.
    """

    cell: Cell
    successes: int
    trials: int
    minutes: float
    localisation_median_cm: float | None = None
    shifted: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def rate(self) -> SuccessRate:
        """The success with its exact interval."""
        return SuccessRate.of(self.successes, self.trials)


def cells(skills: Sequence[str]) -> tuple[Cell, ...]:
    """Return all cells, those first that say most: the claim, its opponent, then the rest."""
    claim = [Cell(s, Start.SHIPPED, REPEATED_COUNT) for s in skills]
    best = [Cell(s, Start.SCRATCH, LARGEST_COUNT) for s in skills]
    rest = [
        Cell(s, start, count)
        for count in sorted(COUNTS, key=lambda c: abs(c - REPEATED_COUNT))
        for start in (Start.SCRATCH, Start.SHIPPED)
        for s in skills
    ]
    repeated = [
        Cell(s, start, REPEATED_COUNT, seed)
        for seed in range(1, REPETITIONS)
        for start in Start
        for s in skills
    ]
    return tuple(dict.fromkeys([*claim, *best, *rest, *repeated]))


def in_words(results: Iterable[CellResult]) -> str:
    """Return the study for people, as Markdown; what is not measured yet is left empty."""
    known = {result.cell: result for result in results}
    skills = list(dict.fromkeys(cell.skill for cell in known))
    if not skills:
        return "Nothing is measured yet.\n"
    lines = [*_main_table(known, skills), "", *_repeated_table(known, skills), ""]
    lines += [*_shift_table(known, skills), "", *_verdict(known, skills)]
    return "\n".join(lines) + "\n"


def _main_table(known: Mapping[Cell, CellResult], skills: Sequence[str]) -> list[str]:
    counts = (*COUNTS, LARGEST_COUNT)
    lines = ["| skill | start | " + " | ".join(f"{count}" for count in counts) + " |"]
    lines += ["|---|---|" + "---|" * len(counts)]
    for skill in skills:
        for start in Start:
            row = [_short(known.get(Cell(skill, start, count))) for count in counts]
            lines.append(f"| {skill} | {start} | " + " | ".join(row) + " |")
    for start in Start:
        row = [_mean_in_words(known, skills, start, count) for count in counts]
        lines.append(f"| **mean** | {start} | " + " | ".join(row) + " |")
    return lines


def _repeated_table(known: Mapping[Cell, CellResult], skills: Sequence[str]) -> list[str]:
    seeds = range(REPETITIONS)
    lines = [f"With {REPEATED_COUNT} demonstrations and other seeds of the training:", ""]
    lines += ["| skill | start | " + " | ".join(f"seed {seed}" for seed in seeds) + " |"]
    lines += ["|---|---|" + "---|" * len(seeds)]
    for skill in skills:
        for start in Start:
            row = [_short(known.get(Cell(skill, start, REPEATED_COUNT, seed))) for seed in seeds]
            lines.append(f"| {skill} | {start} | " + " | ".join(row) + " |")
    return lines


def _shift_table(known: Mapping[Cell, CellResult], skills: Sequence[str]) -> list[str]:
    shown = [
        (skill, start, known[cell])
        for skill in skills
        for start in Start
        if (cell := Cell(skill, start, REPEATED_COUNT)) in known and known[cell].shifted
    ]
    if not shown:
        return ["Shifted conditions are not measured yet."]
    shifts = list(shown[0][2].shifted)
    lines = [f"With {REPEATED_COUNT} demonstrations, under shifted conditions:", ""]
    lines += ["| skill | start | none | " + " | ".join(shifts) + " |"]
    lines += ["|---|---|---|" + "---|" * len(shifts)]
    for skill, start, result in shown:
        row = [f"{result.shifted[s]}/{result.trials}" for s in shifts]
        lines.append(f"| {skill} | {start} | {_short(result)} | " + " | ".join(row) + " |")
    return lines


def _verdict(known: Mapping[Cell, CellResult], skills: Sequence[str]) -> list[str]:
    """Say how many demonstrations each start needs for the best that training from nothing gets."""
    counts = (*COUNTS, LARGEST_COUNT)
    rates = {count: mean_rate(known, skills, Start.SCRATCH, count) for count in counts}
    from_nothing = {count: rate for count, rate in rates.items() if rate is not None}
    if not from_nothing:
        return ["Training from nothing is not measured on every skill yet."]
    best = max(from_nothing.values())
    needed = min(count for count, rate in from_nothing.items() if rate == best)
    enough = [c for c in counts if (mean_rate(known, skills, Start.SHIPPED, c) or 0.0) >= best]
    begin = f"From nothing, the best mean is {100 * best:.0f} %, with {needed} demonstrations. "
    if not enough:
        return [begin + "The shipped policy has not been shown to reach it."]
    share = 100 * enough[0] / needed
    return [begin + f"The shipped policy needs {enough[0]} for it: {share:.0f} % as many."]


def mean_rate(
    known: Mapping[Cell, CellResult], skills: Sequence[str], start: Start, count: int
) -> float | None:
    """Return the mean success over the skills; None while one of them is not measured."""
    results = [known.get(Cell(skill, start, count)) for skill in skills]
    measured = [result.rate.rate for result in results if result is not None]
    return mean(measured) if len(measured) == len(skills) else None


def _mean_in_words(
    known: Mapping[Cell, CellResult], skills: Sequence[str], start: Start, count: int
) -> str:
    rate = mean_rate(known, skills, start, count)
    return "" if rate is None else f"**{100 * rate:.0f} %**"


def _short(result: CellResult | None) -> str:
    if result is None:
        return ""
    low, high = (round(100 * end) for end in result.rate.interval)
    return f"{100 * result.rate.rate:.0f} % ({low}-{high})"
