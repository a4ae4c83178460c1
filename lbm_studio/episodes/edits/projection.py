"""What a dataset is now: its recordings with all edits in force applied.

Training, review, export and the quality report all ask here, so that they speak of the same
episodes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lbm_studio.core.episode import EpisodeSummary
from lbm_studio.episodes.edits.bench import Bench
from lbm_studio.episodes.edits.log import EditLog
from lbm_studio.episodes.edits.view import EpisodeView, recorded_views

if TYPE_CHECKING:
    from lbm_studio.episodes.dataset import Dataset


@dataclass(frozen=True)
class Projection:
    """What a dataset is now.

    Attributes:
        episodes: in the order they were recorded, deleted ones included.
        remarks: one sentence for each edit that could not be applied as it stands; none is lost.
    """

    episodes: tuple[EpisodeView, ...]
    remarks: tuple[str, ...]

    @property
    def kept(self) -> tuple[EpisodeView, ...]:
        """The episodes that are not deleted."""
        return tuple(view for view in self.episodes if not view.labels.deleted)

    @property
    def usable(self) -> tuple[EpisodeView, ...]:
        """The episodes that may be learned from: neither deleted nor failed."""
        return tuple(view for view in self.kept if view.labels.success is not False)

    def find(self, uuid: str) -> EpisodeView | None:
        """Return the episode of that name; None when there is none."""
        return next((view for view in self.episodes if view.uuid == uuid), None)


def project_dataset(dataset: "Dataset") -> Projection:
    """Return what an opened dataset is now.

    Raises:
        DatasetError: its log of edits cannot be opened.
    """
    return project(dataset.episodes, EditLog(dataset.root))


def project(recordings: Iterable[EpisodeSummary], log: EditLog) -> Projection:
    """Return what recordings are after all edits in force."""
    bench = Bench(recorded_views(tuple(recordings)))
    for edit in log.in_force:
        for change in edit.changes:
            bench.apply(change)
    return Projection(bench.views(), (*log.remarks, *bench.remarks))
