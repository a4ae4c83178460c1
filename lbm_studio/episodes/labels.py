"""The former name of :mod:`lbm_studio.episodes.edits`, for who still asks by metadata."""

from lbm_studio.core.episode import EpisodeMetadata, EpisodeSummary
from lbm_studio.episodes.edits.change import Change, EditField
from lbm_studio.episodes.edits.journal import EDITS_FILE
from lbm_studio.episodes.edits.labels import EpisodeLabels
from lbm_studio.episodes.edits.log import EditLog as _EditLog
from lbm_studio.episodes.edits.projection import project

__all__ = ["EDITS_FILE", "Change", "EditField", "EditLog", "EpisodeLabels"]


class EditLog(_EditLog):
    """The log, asked by metadata; :func:`project_dataset` says more."""

    def labels(self, metadata: EpisodeMetadata) -> EpisodeLabels:
        """Return what holds for the episode with that metadata, as long as it is whole."""
        return project([EpisodeSummary(0, 1 << 40, 0.0, metadata)], self).episodes[0].labels
