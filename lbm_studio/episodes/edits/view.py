"""An episode as it is now: a recording, or a part of one, and what is said about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from lbm_studio.core.episode import EpisodeMetadata, EpisodeSummary
from lbm_studio.episodes.edits.change import FrameRange, Phase
from lbm_studio.episodes.edits.labels import EpisodeLabels, recorded_labels


@dataclass(frozen=True)
class EpisodeView:
    """An episode as it is now: a recording, or a part of one.

    Attributes:
        uuid: what edits call it.
        recording: the recorded episode it belongs to.
        extent: its frames without the trim, counted in the recording.
        kept: its frames with the trim, counted in the recording.
        labels: what is said about it.
        part: counts from 1 the parts a recording was split into; 0 for a whole one.
    """

    uuid: str
    recording: EpisodeSummary
    extent: FrameRange
    kept: FrameRange
    labels: EpisodeLabels
    part: int = 0

    @property
    def index(self) -> int:
        """Place of the recording in the dataset."""
        return self.recording.index

    @property
    def metadata(self) -> EpisodeMetadata:
        """What was said when the recording was kept; the labels say what holds now."""
        return self.recording.metadata

    @property
    def title(self) -> str:
        """How people call it: ``"3"``, or ``"3.2"`` for the second part of a recording."""
        return f"{self.index}.{self.part}" if self.part else str(self.index)

    @property
    def length(self) -> int:
        """How many frames are kept."""
        return len(self.kept)

    @property
    def rows(self) -> slice:
        """Where the kept frames lie in arrays of the whole recording."""
        return slice(self.kept.first, self.kept.last + 1)

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases as far as they are kept, counted from the first kept frame."""
        found = ((phase.name, phase.frames.within(self.kept)) for phase in self.labels.phases)
        first = self.kept.first
        return tuple(
            Phase(name, FrameRange(frames.first - first, frames.last - first))
            for name, frames in found
            if frames
        )


def recorded_views(recordings: Sequence[EpisodeSummary]) -> tuple[EpisodeView, ...]:
    """Return recordings as they were kept.

    Every one gets a name that no other has: those of other programs have none of their own, and a
    copy within the dataset has that of its original.
    """
    views: dict[str, EpisodeView] = {}
    for recording in recordings:
        uuid = recording.metadata.uuid or f"episode-{recording.index}"
        if uuid in views:
            uuid = f"{uuid}-{recording.index}"
        frames = FrameRange(0, max(0, recording.length - 1))
        labels = recorded_labels(recording.metadata)
        views[uuid] = EpisodeView(uuid, recording, frames, frames, labels)
    return tuple(views.values())
