"""How many demonstrations a new skill takes, from the shipped policy and from nothing.

All cells get the same minutes, and the same unseen layouts.
"""

from collections.abc import Iterable, Sequence
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
    known = by_cell(results)
    skills = _skills(known)
    if not skills:
        return "Nothing is measured yet.\n"
    lines = [*_main_table(known, skills), "", *_repeated_table(known, skills), ""]
    lines += [*_shift_table(known, skills), "", *_verdict(known, skills)]
    lines += ["", longest_in_words(known)]
    return "\n".join(lines).rstrip() + "\n"


def draw(path: Path, results: Iterable[CellResult]) -> None:
    """Draw the success of all skills together over the demonstrations, as far as it is known."""
    known = by_cell(results)
    curves = {name: _together(known, start) for start, name in CURVES.items()}
    title = "Success on unseen layouts, all new skills together"
    success_curves(path, title, "demonstrations of each skill", curves)


def _together(known: Known, start: Start) -> dict[int, SuccessRate]:
    skills = _skills(known)
    rates = {count: together(known, _cells_of(skills, start, count)) for count in ALL_COUNTS}
    return {count: rate for count, rate in rates.items() if rate is not None}


def _skills(known: Known) -> list[str]:
    return list(dict.fromkeys(cell.skill for cell in known))


def _cells_of(skills: Sequence[str], start: Start, count: int) -> list[Cell]:
    return [Cell(skill, start, count) for skill in skills]


def _main_table(known: Known, skills: Sequence[str]) -> list[str]:
    rows = [
        [skill, start, *(_rate(known, Cell(skill, start, count)) for count in ALL_COUNTS)]
        for skill in skills
        for start in Start
    ]
    for start in Start:
        means = (mean_rate(known, _cells_of(skills, start, count)) for count in ALL_COUNTS)
        rows.append(["**mean**", start, *map(mean_in_short, means)])
    return table(["skill", "start", *map(str, ALL_COUNTS)], rows)


def _repeated_table(known: Known, skills: Sequence[str]) -> list[str]:
    seeds = range(REPETITIONS)
    rows = [
        [skill, start, *(_rate(known, Cell(skill, start, REPEATED_COUNT, seed)) for seed in seeds)]
        for skill in skills
        for start in Start
    ]
    head = f"With {REPEATED_COUNT} demonstrations and other seeds of the training:"
    return [head, "", *table(["skill", "start", *(f"seed {seed}" for seed in seeds)], rows)]


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
