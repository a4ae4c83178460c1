"""Applying changes to episodes, one after the other."""

from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.edits.change import Change, EditField, FrameRange, Phase, Split
from lbm_studio.episodes.edits.labels import LABEL_FIELDS, EpisodeLabels, relabelled
from lbm_studio.episodes.edits.view import EpisodeView


class Bench:
    """Episodes while changes are applied to them.

    Attributes:
        remarks: one sentence for each change that could not be applied as it stands.

    Args:
        views: the episodes as they were recorded.
    """

    def __init__(self, views: Iterable[EpisodeView]) -> None:
        self.remarks: list[str] = []
        self._views = {view.uuid: view for view in views}

    def views(self) -> tuple[EpisodeView, ...]:
        """Return the episodes in order, the parts of a recording numbered from 1."""
        ordered = sorted(self._views.values(), key=lambda view: (view.index, view.extent))
        parts: dict[int, list[EpisodeView]] = {}
        for view in ordered:
            parts.setdefault(view.index, []).append(view)
        return tuple(
            replace(view, part=number if len(group) > 1 else 0)
            for group in parts.values()
            for number, view in enumerate(group, start=1)
        )

    def apply(self, change: Change) -> None:
        """Apply one change as far as it can be."""
        view = self._views.get(change.uuid)
        if view is None:
            self.remarks.append(f"An edit speaks of an episode “{change.uuid}” that is not here.")
            return
        try:
            self._views[view.uuid] = self._changed(view, change)
        except DatasetError as error:
            self.remarks.append(f"Episode {view.title}: {error}")

    def _changed(self, view: EpisodeView, change: Change) -> EpisodeView:
        if change.field in LABEL_FIELDS:
            labels = relabelled(view.labels, view.metadata, change.field, change.value)
            return replace(view, labels=labels)
        if change.field is EditField.TRIM:
            return self._trimmed(view, cast("FrameRange | None", change.value))
        if change.field is EditField.PHASES:
            return self._phased(view, cast("tuple[Phase, ...]", change.value))
        if change.field is EditField.SPLIT:
            return self._split(view, cast("Split", change.value))
        return self._merged(view, str(change.value))

    def _trimmed(self, view: EpisodeView, kept: FrameRange | None) -> EpisodeView:
        wanted = kept or view.extent
        possible = wanted.within(view.extent)
        if possible != wanted:
            self._remark_range(view, "the frames to keep", wanted)
        return replace(view, kept=possible or view.kept, labels=_edited(view.labels))

    def _phased(self, view: EpisodeView, phases: tuple[Phase, ...]) -> EpisodeView:
        possible: list[Phase] = []
        for phase in sorted(phases, key=lambda phase: phase.frames):
            frames = phase.frames.within(view.extent)
            if frames != phase.frames:
                self._remark_range(view, f"the phase “{phase.name}”", phase.frames)
            if frames:
                possible.append(Phase(phase.name, frames))
        return replace(view, labels=replace(_edited(view.labels), phases=tuple(possible)))

    def _split(self, view: EpisodeView, split: Split) -> EpisodeView:
        if not view.extent.first < split.frame <= view.extent.last:
            raise DatasetError(
                f"it cannot be split at frame {split.frame}, it has frames"
                f" {view.extent.in_words()}."
            )
        if split.uuid in self._views:
            raise DatasetError(f"its second part cannot be called “{split.uuid}” as well.")
        before = FrameRange(view.extent.first, split.frame - 1)
        after = FrameRange(split.frame, view.extent.last)
        self._views[split.uuid] = replace(_cut(view, after), uuid=split.uuid)
        return _cut(view, before)

    def _merged(self, view: EpisodeView, uuid: str) -> EpisodeView:
        other = self._views.get(uuid)
        if other is None:
            raise DatasetError(f"there is no part “{uuid}” to merge it with.")
        if other.index != view.index or other.extent.first != view.extent.last + 1:
            raise DatasetError(f"the part {other.title} does not follow it.")
        del self._views[uuid]
        labels = replace(
            _edited(view.labels),
            tags=tuple(dict.fromkeys((*view.labels.tags, *other.labels.tags))),
            phases=_joined(view.labels.phases, other.labels.phases),
        )
        return replace(
            view,
            extent=FrameRange(view.extent.first, other.extent.last),
            kept=FrameRange(view.kept.first, other.kept.last),
            labels=labels,
        )

    def _remark_range(self, view: EpisodeView, what: str, frames: FrameRange) -> None:
        self.remarks.append(
            f"Episode {view.title}: {what}, {frames.in_words()}, are not all there; it has frames"
            f" {view.extent.in_words()}."
        )


def _edited(labels: EpisodeLabels) -> EpisodeLabels:
    return replace(labels, edited=True)


def _cut(view: EpisodeView, extent: FrameRange) -> EpisodeView:
    """Return what lies in ``extent``; a part of which the trim left nothing is kept whole."""
    clipped = ((phase.name, phase.frames.within(extent)) for phase in view.labels.phases)
    phases = tuple(Phase(name, frames) for name, frames in clipped if frames)
    return replace(
        view,
        extent=extent,
        kept=view.kept.within(extent) or extent,
        labels=replace(_edited(view.labels), phases=phases),
    )


def _joined(before: tuple[Phase, ...], after: tuple[Phase, ...]) -> tuple[Phase, ...]:
    """Return the phases of both; one that the cut went through is whole again."""
    if before and after:
        last, first = before[-1], after[0]
        if last.name == first.name and last.frames.last + 1 == first.frames.first:
            whole = Phase(last.name, FrameRange(last.frames.first, first.frames.last))
            return (*before[:-1], whole, *after[1:])
    return (*before, *after)
