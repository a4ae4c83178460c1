"""How many demonstrations a new skill takes, from the shipped policy and from nothing.

All cells get the same minutes, and the same unseen layouts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lbm_studio.evaluation.cells import (
    Cell,
    CellResult,
    Known,
    by_cell,
    longest_in_words,
    mean_in_short,
    mean_rate,
    rate_in_short,
    table,
    together,
)
from lbm_studio.evaluation.charts import success_curves
from lbm_studio.evaluation.statistics import SuccessRate

COUNTS = (5, 10, 20, 40)
"""Demonstrations a cell may have."""
LARGEST_COUNT = 80
"""And once more from nothing, which is to reach its own best."""
ALL_COUNTS = (*COUNTS, LARGEST_COUNT)
REPEATED_COUNT = 20
"""Here the training is repeated with other seeds, and rolled out under shifted conditions."""
REPETITIONS = 3


class Start(StrEnum):
    """Where a training begins: the ways that are compared."""

    SHIPPED = "shipped"
    SCRATCH = "scratch"


CURVES = {Start.SHIPPED: "from the shipped policy", Start.SCRATCH: "from nothing"}


def is_shifted_too(cell: Cell) -> bool:
    """Whether a cell is rolled out under shifted conditions as well."""
    return cell.demonstrations == REPEATED_COUNT and cell.seed == 0


@dataclass(frozen=True)
class DataEfficiencyStudy:
    """What is compared, and on what.

    Attributes:
        skills: that are asked for.
    """

    skills: tuple[str, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells, those first that say most: the claim, its opponent, then the rest."""
        skills = self.skills
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

    def in_words(self, results: Iterable[CellResult]) -> str:
        """Return the study for people, as Markdown; what is not measured yet is left empty."""
        known = by_cell(results)
        if not known:
            return "Nothing is measured yet.\n"
        skills = self._skills(known)
        lines = [*_main_table(known, skills), "", *_repeated_table(known, skills), ""]
        lines += [*_shift_table(known, skills), "", *_verdict(known, skills)]
        lines += ["", longest_in_words(known)]
        missing = sum(cell not in known for cell in self.cells)
        if missing:
            lines += ["", f"Of {len(self.cells)} policies, {missing} are not measured yet."]
        return "\n".join(lines).rstrip() + "\n"

    def draw(self, path: Path, results: Iterable[CellResult]) -> None:
        """Draw the success of all skills together over the demonstrations, where all are known."""
        known = by_cell(results)
        skills = self._skills(known)
        curves = {name: _together(known, skills, start) for start, name in CURVES.items()}
        title = "Success on unseen layouts, all new skills together"
        success_curves(path, title, "demonstrations of each skill", curves)

    def _skills(self, known: Known) -> list[str]:
        """Return the skills that are asked for, and what an earlier run measured besides."""
        return list(dict.fromkeys([*self.skills, *(cell.skill for cell in known)]))


def _together(known: Known, skills: Sequence[str], start: Start) -> dict[int, SuccessRate]:
    rates = {count: together(known, _cells_of(skills, start, count)) for count in ALL_COUNTS}
    return {count: rate for count, rate in rates.items() if rate is not None}


def _cells_of(skills: Sequence[str], start: Start, count: int, seed: int = 0) -> list[Cell]:
    return [Cell(skill, start, count, seed) for skill in skills]


def _main_table(known: Known, skills: Sequence[str]) -> list[str]:
    columns = {str(count): (count, 0) for count in ALL_COUNTS}
    return _rates_table(known, skills, columns)


def _repeated_table(known: Known, skills: Sequence[str]) -> list[str]:
    columns = {f"seed {seed}": (REPEATED_COUNT, seed) for seed in range(REPETITIONS)}
    head = f"With {REPEATED_COUNT} demonstrations and other seeds of the training:"
    return [head, "", *_rates_table(known, skills, columns)]


def _rates_table(
    known: Known, skills: Sequence[str], columns: Mapping[str, tuple[int, int]]
) -> list[str]:
    """Return the rates of all skills, and their means; each column is a count and a seed."""
    rows = [
        [skill, start, *(_rate(known, Cell(skill, start, *column)) for column in columns.values())]
        for skill in skills
        for start in Start
    ]
    for start in Start:
        means = (mean_rate(known, _cells_of(skills, start, *at)) for at in columns.values())
        rows.append(["**mean**", start, *map(mean_in_short, means)])
    return table(["skill", "start", *columns], rows)


def _shift_table(known: Known, skills: Sequence[str]) -> list[str]:
    cells = [Cell(skill, start, REPEATED_COUNT) for skill in skills for start in Start]
    shown = [known[cell] for cell in cells if cell in known and known[cell].shifted]
    if not shown:
        return ["Shifted conditions are not measured yet."]
    shifts = list(shown[0].shifted)
    rows = [
        [
            *(result.cell.skill, result.cell.way, rate_in_short(result.rate)),
            *(f"{result.shifted[shift]}/{result.trials}" for shift in shifts),
        ]
        for result in shown
    ]
    head = f"With {REPEATED_COUNT} demonstrations, under shifted conditions:"
    return [head, "", *table(["skill", "start", "none", *shifts], rows)]


def _verdict(known: Known, skills: Sequence[str]) -> list[str]:
    """Say how many demonstrations each start needs for the best that training from nothing gets."""
    from_nothing = _means(known, skills, Start.SCRATCH)
    if not from_nothing:
        return ["Training from nothing is not measured on every skill yet."]
    best = max(from_nothing.values())
    needed = min(count for count, rate in from_nothing.items() if rate == best)
    shipped = _means(known, skills, Start.SHIPPED)
    enough = [count for count, rate in shipped.items() if rate >= best]
    begin = f"From nothing, the best mean is {100 * best:.0f} %, with {needed} demonstrations. "
    if not enough:
        return [begin + "The shipped policy has not been shown to reach it."]
    share = 100 * enough[0] / needed
    return [begin + f"The shipped policy needs {enough[0]} for it: {share:.0f} % as many."]


def _means(known: Known, skills: Sequence[str], start: Start) -> dict[int, float]:
    """Return the mean success by the number of demonstrations, where every skill is measured."""
    means = {count: mean_rate(known, _cells_of(skills, start, count)) for count in ALL_COUNTS}
    return {count: rate for count, rate in means.items() if rate is not None}


def _rate(known: Known, cell: Cell) -> str:
    return rate_in_short(known[cell].rate) if cell in known else ""
