"""Where the positions of a timeline are, and what a hand takes hold of at a place."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from PySide6.QtCore import QPoint, QRect, QRectF

from lbm_studio.app.views.review import PhaseRow
from lbm_studio.ui.theme import METRICS

Span = tuple[int, int]
REACH_PX = METRICS.small
"""How far from a handle or an end a hand still takes hold of it [px]."""


class Grip(Enum):
    """What is held."""

    TRACK = auto()
    TRIM_FIRST = auto()
    TRIM_LAST = auto()
    LANE = auto()
    PHASE = auto()
    PHASE_FIRST = auto()
    PHASE_LAST = auto()


@dataclass(frozen=True)
class Held:
    """Something that is held and moved.

    Attributes:
        grip: what it is.
        number: of the phase, where it is one.
        pressed: position at which it was taken.
        frame: position at which it is now.
        has_moved: whether it was ever elsewhere than where it was taken.
    """

    grip: Grip
    number: int
    pressed: int
    frame: int
    has_moved: bool = False

    @property
    def is_of_phase(self) -> bool:
        return self.grip in (Grip.PHASE, Grip.PHASE_FIRST, Grip.PHASE_LAST)

    def at(self, frame: int) -> "Held":
        """Return it moved to a position."""
        return replace(self, frame=frame, has_moved=True)

    def span(self, before: Span) -> Span:
        """Return both ends, one of which may be held; neither passes the other."""
        first, last = before
        if not self.has_moved:
            return before
        if self.grip in (Grip.TRIM_FIRST, Grip.PHASE_FIRST):
            return min(self.frame, last), last
        if self.grip in (Grip.TRIM_LAST, Grip.PHASE_LAST):
            return first, max(self.frame, first)
        return before


@dataclass(frozen=True)
class TimelineScale:
    """Where things are on a timeline.

    Attributes:
        length: positions of the take.
        width_px: of the widget [px].
    """

    length: int
    width_px: int

    @property
    def lane(self) -> QRect:
        """Where phases are."""
        return QRect(0, 0, self.width_px, METRICS.timeline_lane)

    @property
    def track(self) -> QRect:
        """Where the scrubber and the trim handles are."""
        top = METRICS.timeline_lane + METRICS.tight
        return QRect(0, top, self.width_px, METRICS.timeline_track)

    def x(self, frame: int) -> float:
        """Return where a position is [px]."""
        return METRICS.small + frame / max(1, self.length - 1) * self._room

    def frame(self, x: int) -> int:
        """Return the position at a place [px]."""
        frame = round((x - METRICS.small) / self._room * max(1, self.length - 1))
        return max(0, min(frame, self.length - 1))

    def span(self, area: QRectF, first: int, last: int) -> QRectF:
        """Return the part of an area between two positions."""
        left, right = self.x(first), self.x(last)
        return QRectF(left, area.top(), max(right - left, METRICS.tight), area.height())

    @property
    def _room(self) -> int:
        return max(1, self.width_px - 2 * METRICS.small)


def grip_at(
    place: QPoint, scale: TimelineScale, kept: Span, phases: Sequence[PhaseRow]
) -> tuple[Grip, int]:
    """Return what is held at a place, and the number of the phase where it is one."""
    x = place.x()
    if place.y() > scale.lane.bottom():
        near_first, near_last = (abs(x - scale.x(frame)) for frame in kept)
        if min(near_first, near_last) > REACH_PX:
            return Grip.TRACK, -1
        return (Grip.TRIM_FIRST if near_first < near_last else Grip.TRIM_LAST), -1
    for number, phase in enumerate(phases):
        left, right = scale.x(phase.first), scale.x(phase.last)
        reach = min(REACH_PX, max(1.0, (right - left) / 4))
        if abs(x - left) <= reach:
            return Grip.PHASE_FIRST, number
        if abs(x - right) <= reach:
            return Grip.PHASE_LAST, number
        if left < x < right:
            return Grip.PHASE, number
    return Grip.LANE, -1
