"""The quality report of one or several datasets, and what training makes of it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.edits.projection import project_dataset
from lbm_studio.episodes.quality.cameras import check_cameras
from lbm_studio.episodes.quality.convention import check_convention
from lbm_studio.episodes.quality.coverage import Coverage, check_coverage, measure_coverage
from lbm_studio.episodes.quality.duplicates import check_duplicates
from lbm_studio.episodes.quality.finding import Finding, FindingKind, Severity, worst_first
from lbm_studio.episodes.quality.fitness import check_fitness
from lbm_studio.episodes.quality.pictures import check_pictures
from lbm_studio.episodes.quality.prompts import check_prompts
from lbm_studio.episodes.quality.ranges import check_ranges
from lbm_studio.episodes.quality.record import EpisodeRecord
from lbm_studio.episodes.quality.takes import check_takes
from lbm_studio.episodes.verify import verify_dataset

Progress = Callable[[int, int], None]

MOST_LOOKED_AT = 200
"""Episodes whose cameras are compared before a training."""

_HEADINGS = {
    Severity.RUIN: "Training on this would be ruined without a word:",
    Severity.DOUBT: "Doubtful:",
    Severity.HINT: "Worth knowing:",
}


@dataclass(frozen=True)
class QualityReport:
    """What a check found.

    Attributes:
        datasets: folders that were checked.
        episodes: how many were looked at; neither deleted nor failed ones.
        findings: the worst first.
        coverage: where the demonstrations of each goal begin.
    """

    datasets: tuple[str, ...]
    episodes: int
    findings: tuple[Finding, ...]
    coverage: tuple[Coverage, ...] = ()

    @property
    def ruinous(self) -> tuple[Finding, ...]:
        """What training refuses."""
        return tuple(one for one in self.findings if one.severity is Severity.RUIN)

    def in_words(self) -> str:
        """Return the report as text: a heading for each severity, a line for each finding."""
        lines: list[str] = []
        for severity, heading in _HEADINGS.items():
            found = [one.sentence for one in self.findings if one.severity is severity]
            if found:
                lines += [heading, *(f"  {sentence}" for sentence in found)]
        counted = f"{self.episodes} episodes in {', '.join(self.datasets)}"
        if not lines:
            return f"Nothing is wrong with the {counted}."
        return "\n".join([*lines, f"Checked the {counted}."])


def check_datasets(paths: Sequence[Path], progress: Progress | None = None) -> QualityReport:
    """Check datasets that are to be learned from together.

    Args:
        paths: their folders.
        progress: is told (done, total) episodes.

    Raises:
        DatasetError: a folder is not a dataset, or its tables cannot be read.
    """
    damage = [finding for path in paths for finding in _damage(path)]
    datasets = [Dataset.open(path) for path in paths]
    records, unreadable = _read(datasets, progress or (lambda _done, _total: None))
    coverage = measure_coverage(records)
    findings = [
        *damage,
        *unreadable,
        *_edits(datasets),
        *check_fitness(datasets),
        *_check_numbers(records),
        *check_cameras(records),
        *check_pictures(records),
        *check_takes(records),
        *check_coverage(coverage),
        *check_duplicates(records),
        *check_prompts(records),
    ]
    unique = tuple(dict.fromkeys(worst_first(findings)))
    return QualityReport(tuple(str(path) for path in paths), len(records), unique, coverage)


def check_before_training(datasets: Sequence[Dataset]) -> tuple[str, ...]:
    """Return sentences on what is doubtful; few pictures are looked at.

    Raises:
        DatasetError: training would be ruined without a word; the sentence says by what.
    """
    records, unreadable = _read(datasets, lambda _done, _total: None)
    step = -(-len(records) // MOST_LOOKED_AT) or 1
    findings = worst_first(
        [
            *unreadable,
            *_edits(datasets),
            *_check_numbers(records),
            *check_cameras(records[::step]),
            *check_takes(records),
            *check_duplicates(records),
            *check_prompts(records),
        ]
    )
    ruinous = [one.sentence for one in findings if one.severity is Severity.RUIN]
    if ruinous:
        more = f" There are {len(ruinous) - 3} more such findings." if len(ruinous) > 3 else ""
        names = ", ".join(dict.fromkeys(f"“{dataset.root}”" for dataset in datasets))
        raise DatasetError(
            f"Training on {names} would be ruined without a word. {' '.join(ruinous[:3])}{more}"
            " The command check lists all of them."
        )
    return _summed_up([one for one in findings if one.severity is Severity.DOUBT])


def _summed_up(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return one sentence for each kind: the first, and how many there are like it."""
    counts = Counter(one.kind for one in findings)
    first = {one.kind: one.sentence for one in reversed(findings)}
    return tuple(
        first[kind] + (f" ({count - 1} more of this kind.)" if count > 1 else "")
        for kind, count in counts.items()
    )


def _read(
    datasets: Sequence[Dataset], progress: Progress
) -> tuple[list[EpisodeRecord], list[Finding]]:
    """Read the numbers of all episodes that may be learned from.

    What another program recorded is left out while nobody says how it is to be read.
    """
    wanted = [
        (dataset, dataset.station, view)
        for dataset in datasets
        if dataset.station is not None
        for view in project_dataset(dataset).usable
    ]
    records: list[EpisodeRecord] = []
    unreadable: list[Finding] = []
    for done, (dataset, station, view) in enumerate(wanted, start=1):
        try:
            records.append(EpisodeRecord.read(dataset, station, view))
        except DatasetError as error:
            unreadable.append(_damaged(dataset.root, str(error)))
        progress(done, len(wanted))
    return records, unreadable


def _check_numbers(records: Sequence[EpisodeRecord]) -> list[Finding]:
    return [*check_convention(records), *check_ranges(records)]


def _edits(datasets: Sequence[Dataset]) -> list[Finding]:
    return [
        Finding(FindingKind.EDITS, Severity.HINT, remark, str(dataset.root))
        for dataset in datasets
        for remark in project_dataset(dataset).remarks
    ]


def _damaged(path: Path, sentence: str) -> Finding:
    return Finding(FindingKind.DAMAGE, Severity.RUIN, sentence, str(path))


def _damage(path: Path) -> list[Finding]:
    """Return what does not add up; what a kill left behind troubles nobody who reads."""
    verification = verify_dataset(path)
    return [
        replace(_damaged(path, sentence), severity=Severity.HINT)
        if sentence in verification.left_behind
        else _damaged(path, sentence)
        for sentence in verification.findings
    ]
