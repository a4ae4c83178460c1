"""What each choice in the policy is worth: the same training with one thing changed.

All cells get the same demonstrations, the same minutes and the same unseen layouts. A variant is
compared with the reference, skill by skill and seed by seed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

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
from lbm_studio.evaluation.charts import Row, success_rows


@dataclass(frozen=True)
class Comparison:
    """Ways of doing one thing.

    Attributes:
        name: the thing.
        ways: in words what each way does; the first one is the reference.
    """

    name: str
    ways: Mapping[str, str]

    @property
    def reference(self) -> str:
        """The way that the others are compared with."""
        return next(iter(self.ways))


@dataclass(frozen=True)
class VariantsStudy:
    """What is compared, and on what.

    Attributes:
        comparisons: all there are; the reference is the same in each.
        ways: that are asked for.
        skills: each is taught in each way.
        demonstrations: of each skill.
        seeds: how often each training is repeated.
    """

    comparisons: tuple[Comparison, ...]
    ways: tuple[str, ...]
    skills: tuple[str, ...]
    demonstrations: int
    seeds: int = 1

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells: a whole way first, and all ways before a second seed."""
        return tuple(
            Cell(skill, way, self.demonstrations, seed)
            for seed in range(self.seeds)
            for way in self.ways
            for skill in self.skills
        )

    def in_words(self, results: Iterable[CellResult]) -> str:
        """Return the study for people, as Markdown; what is not measured yet is said."""
        known = self._comparable(results)
        if not known:
            return "Nothing is measured yet.\n"
        lines = [_introduction(known, self.demonstrations)]
        for comparison in self._shown(known):
            lines += ["", f"## {comparison.name}", "", *self._table(comparison, known), ""]
            lines += [f"- {told}" for told in self._sentences(comparison, known)]
        missing = [_in_words(cell) for cell in self._expected(known) if cell not in known]
        if missing:
            lines += ["", f"Not measured yet: {'; '.join(missing)}."]
        return "\n".join([*lines, "", longest_in_words(known)]).rstrip() + "\n"

    def draw(self, path: Path, results: Iterable[CellResult]) -> None:
        """Draw the success of every way by skill, as far as it is known, and the whole means."""
        known = self._comparable(results)
        rows: list[Row] = []
        for comparison in self._shown(known):
            rows.append(Row(comparison.name, {}))
            for way, words in self._ways(comparison, known):
                name = f"{way}: {words}" if way == comparison.reference else way
                rows += self._row(name, self._cells_of(way, known), known)
        title = "Success on unseen layouts, the same training with one thing changed"
        success_rows(path, title, list(dict.fromkeys(cell.skill for cell in known)), rows)

    def _row(self, name: str, cells: Sequence[Cell], known: Known) -> list[Row]:
        """Return a row, unless nothing of it is known."""
        by_skill: dict[str, list[Cell]] = {}
        for cell in cells:
            if cell in known:
                by_skill.setdefault(cell.skill, []).append(cell)
        rates = {skill: together(known, of_skill) for skill, of_skill in by_skill.items()}
        measured = {skill: rate for skill, rate in rates.items() if rate is not None}
        whole = mean_in_short(mean_rate(known, cells)).strip("*")
        return [Row(name, measured, whole)] if measured else []

    def _comparable(self, results: Iterable[CellResult]) -> Known:
        """Return what was trained on as many demonstrations, in this run or in an earlier one."""
        known = by_cell(results)
        return {c: r for c, r in known.items() if c.demonstrations == self.demonstrations}

    def _expected(self, known: Known) -> list[Cell]:
        """Return all cells of the ways, skills and seeds that are asked for or known."""
        cells = [*self.cells, *known]
        ways = dict.fromkeys(cell.way for cell in cells)
        tasks = dict.fromkeys((cell.skill, cell.seed) for cell in cells)
        return [
            Cell(skill, way, self.demonstrations, seed) for way in ways for skill, seed in tasks
        ]

    def _cells_of(self, way: str, known: Known) -> list[Cell]:
        return [cell for cell in self._expected(known) if cell.way == way]

    def _ways(self, comparison: Comparison, known: Known) -> Iterator[tuple[str, str]]:
        expected = {cell.way for cell in self._expected(known)}
        return ((way, words) for way, words in comparison.ways.items() if way in expected)

    def _shown(self, known: Known) -> Iterator[Comparison]:
        """Yield the comparisons of which more than the reference is asked for or known."""
        for comparison in self.comparisons:
            if any(way != comparison.reference for way, _ in self._ways(comparison, known)):
                yield comparison

    def _table(self, comparison: Comparison, known: Known) -> list[str]:
        tasks = dict.fromkeys(map(_task, self._expected(known)))
        header = ["variant", *tasks, "mean", "localisation [cm]", "steps", "parameters"]
        rows = (
            [f"{way}: {words}", *_figures(known, self._cells_of(way, known))]
            for way, words in self._ways(comparison, known)
        )
        return table(header, rows)

    def _sentences(self, comparison: Comparison, known: Known) -> Iterator[str]:
        for way, _ in self._ways(comparison, known):
            if way != comparison.reference:
                pairs = [
                    (known[before], known[cell])
                    for cell in self._cells_of(way, known)
                    if cell in known and (before := _as(comparison.reference, cell)) in known
                ]
                yield _comparison_in_words(way, pairs)


def _introduction(known: Known, demonstrations: int) -> str:
    result = next(iter(known.values()))
    return (
        "Every variant is the reference with one thing changed, trained from nothing for "
        f"{result.minutes:g} minutes on the same {demonstrations} demonstrations of a skill, and "
        f"rolled out on the same {result.trials} unseen layouts. Intervals are exact, 95 %; they "
        "cover the choice of layouts, not what another seed of the training would change. "
        "Localisation is the median held-out error of the key points that a variant looks for: "
        "where these are others, or are not taught, it cannot be compared."
    )


def _comparison_in_words(way: str, pairs: Sequence[tuple[CellResult, CellResult]]) -> str:
    """Say in one sentence how results compare with those of the reference, which come first."""
    if not pairs:
        return f"{way}: not measured on the same skills as the reference yet."
    points = round(100 * mean(other.rate.rate - before.rate.rate for before, other in pairs))
    apart = [_task(other.cell) for before, other in pairs if not _overlap(before, other)]
    alike = [_task(other.cell) for before, other in pairs if _overlap(before, other)]
    distance = f"{abs(points)} {'point' if abs(points) == 1 else 'points'}"
    side = "above" if points > 0 else "below"
    told = f"{distance} {side} the reference" if points else "level with the reference"
    said = [f"are apart on {' and '.join(apart)}"] if apart else []
    said += [f"overlap on {' and '.join(alike)}, where no difference is shown"] if alike else []
    return f"{way} is {told} on average; the intervals {', and '.join(said)}."


def _overlap(one: CellResult, other: CellResult) -> bool:
    (low, high), (other_low, other_high) = one.rate.interval, other.rate.interval
    return low <= other_high and other_low <= high


def _figures(known: Known, cells: Sequence[Cell]) -> list[str]:
    results = [known.get(cell) for cell in cells]
    rates = [rate_in_short(result.rate) if result else "" for result in results]
    errors = [
        f"{r.localisation_median_cm:.2f}" if r and r.localisation_median_cm is not None else "-"
        for r in results
    ]
    steps = [f"{r.steps}" if r and r.steps is not None else "-" for r in results]
    sizes = {f"{r.parameters / 1e6:.2f} M" for r in results if r and r.parameters}
    mean_words = mean_in_short(mean_rate(known, cells))
    return [*rates, mean_words, " / ".join(errors), " / ".join(steps), " / ".join(sorted(sizes))]


def _as(way: str, cell: Cell) -> Cell:
    return Cell(cell.skill, way, cell.demonstrations, cell.seed)


def _task(cell: Cell) -> str:
    return f"{cell.skill}, seed {cell.seed}" if cell.seed else cell.skill


def _in_words(cell: Cell) -> str:
    return f"{cell.way} on {_task(cell)}"
