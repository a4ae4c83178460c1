"""Whether datasets can be read at all, alone and beside each other: conventions and rates."""

from collections.abc import Iterator, Sequence

from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.quality.finding import Finding, FindingKind, Severity
from lbm_studio.episodes.windows import frame_stride


def check_fitness(datasets: Sequence[Dataset]) -> Iterator[Finding]:
    """Yield what keeps datasets from being learned from, alone or beside the first one."""
    first = datasets[0]
    for dataset in datasets:
        path = str(dataset.root)
        if dataset.station is None or dataset.convention is None:
            sentence = (
                f"“{path}” does not say how its vectors are to be read: it comes from another"
                " program. Import it with a mapping."
            )
            yield Finding(FindingKind.CONVENTION, Severity.RUIN, sentence, path)
            continue
        if first.convention is not None and dataset.convention != first.convention:
            sentence = (
                f"“{path}” has another action convention than “{first.root}”:"
                f" {dataset.convention.in_words()} beside {first.convention.in_words()}."
            )
            yield Finding(FindingKind.CONVENTION, Severity.RUIN, sentence, path)
        yield from _check_rate(dataset, (first.station or dataset.station).embodiment.chunk.rate_hz)


def _check_rate(dataset: Dataset, policy_hz: float) -> Iterator[Finding]:
    try:
        frame_stride(dataset.rate_hz, policy_hz)
    except DatasetError as error:
        path = str(dataset.root)
        yield Finding(FindingKind.RATE, Severity.RUIN, f"“{path}”: {error}", path)
