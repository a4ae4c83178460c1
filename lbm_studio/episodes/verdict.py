"""What is doubtful about a take, in words, while the operator can still discard it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.action import pose_slice
from lbm_studio.core.embodiment import CameraDescription, Embodiment, SafetyCard
from lbm_studio.core.pose import Pose
from lbm_studio.episodes.hand_motion import edge_share, jerk_m_s3

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class VerdictLimits:
    """From when on something is worth a word.

    Attributes:
        shortest_s: duration of a take [s].
        idle_s: how long nothing may happen at the beginning [s].
        moved_m: a gripper that came this far from its first place has moved [m].
        moved_rad: or turned so far [rad].
        dark_level: mean brightness of a dark picture, 0 to 255.
        dark_share: share of the take that may be dark.
        frozen_s: how long a camera may show the same picture while what it must see moves [s].
        step_m: an arm that went this far in one step moves [m].
        clamped_share: share of the actions that the safety limits may change.
        long_factor: a take so many times longer than is usual for its goal is too long.
        jerk_m_s3: root mean square of the jerk of a shaky hand [m/s^3].
        at_limit_m: a hand that is commanded this near to the edge of its workspace is at it [m].
        at_limit_share: share of the take it may be there.
        stale_s: age of a picture that is too old when its tick is recorded [s].
        stale_share: share of the take that may show such pictures.
    """

    shortest_s: float = 2.0
    idle_s: float = 3.0
    moved_m: float = 0.05
    moved_rad: float = np.radians(15.0)
    dark_level: float = 12.0
    dark_share: float = 0.5
    frozen_s: float = 1.0
    step_m: float = 0.003
    clamped_share: float = 0.2
    long_factor: float = 3.0
    jerk_m_s3: float = 60.0
    at_limit_m: float = 0.001
    at_limit_share: float = 0.2
    stale_s: float = 0.25
    stale_share: float = 0.05


class TakeVerdict:
    """Watches one take tick by tick and says at its end what is doubtful.

    Args:
        embodiment: what is recorded.
        rate_hz: ticks a second [Hz].
        limits: from when on something is worth a word.
        safety: says where the workspace ends; None where nobody knows.
    """

    def __init__(
        self,
        embodiment: Embodiment,
        rate_hz: float,
        limits: VerdictLimits | None = None,
        *,
        safety: SafetyCard | None = None,
    ) -> None:
        self._safety = safety
        self._measured_m: dict[str, list[NDArray[np.floating]]] = {}
        self._commanded_m: dict[str, list[NDArray[np.floating]]] = {}
        self._arm_names = embodiment.arm_names
        self._rate_hz = rate_hz
        self._limits = limits or VerdictLimits()
        self._cameras = [_CameraVerdict(c, rate_hz, self._limits) for c in embodiment.cameras]
        self._first: dict[str, Pose] = {}
        self._last: dict[str, Pose] = {}
        self._ticks = 0
        self._clamped = 0
        self._idle_ticks: int | None = None

    @property
    def ticks(self) -> int:
        """How many ticks were watched."""
        return self._ticks

    def add(
        self,
        *,
        state: NDArray[np.floating],
        images: Mapping[str, Image],
        clamped: bool,
        action: NDArray[np.floating] | None = None,
        ages_s: Mapping[str, float] | None = None,
    ) -> None:
        """Watch one tick.

        Args:
            state: (A,) measured.
            images: pictures by camera name.
            clamped: whether a limit changed the action.
            action: (A,) as it was sent; None when nobody knows.
            ages_s: how old each picture was, by camera name [s]; None when nobody knows.
        """
        for index, name in enumerate(self._arm_names):
            self._measured_m.setdefault(name, []).append(state[pose_slice(index)][:3])
            if action is not None:
                self._commanded_m.setdefault(name, []).append(action[pose_slice(index)][:3])
        poses = {
            name: Pose.from_vector(state[pose_slice(index)])
            for index, name in enumerate(self._arm_names)
        }
        self._first = self._first or poses
        if self._idle_ticks is None and any(self._has_left(name, poses[name]) for name in poses):
            self._idle_ticks = self._ticks
        moving = {
            name
            for name, pose in self._last.items()
            if pose.distance_m(poses[name]) > self._limits.step_m
        }
        for camera in self._cameras:
            camera.add(images[camera.name], moving, (ages_s or {}).get(camera.name, 0.0))
        self._last = poses
        self._ticks += 1
        self._clamped += clamped

    def findings(
        self, dropped_ticks: int, *, overrun: int = 0, usual_s: float | None = None
    ) -> tuple[str, ...]:
        """Return one sentence per doubt; none when the take looks sound.

        Args:
            dropped_ticks: whole ticks that were left out.
            overrun: how many of them because they could not be written in time.
            usual_s: how long takes of this goal usually are [s]; None when nobody knows.
        """
        total = self._ticks + dropped_ticks
        sentences = [
            _left_out(dropped_ticks - overrun, total, "their pictures came too late"),
            _left_out(overrun, total, "this machine could not write them in time"),
            self._shortness() or self._length(usual_s),
            self._idleness(),
            self._clamping(),
            *(self._edge(name) for name in self._arm_names),
            *(self._jerk(name) for name in self._arm_names),
            *(camera.finding() for camera in self._cameras),
        ]
        return tuple(sentence for sentence in sentences if sentence)

    def _has_left(self, arm: str, pose: Pose) -> bool:
        first = self._first[arm]
        return (
            first.distance_m(pose) >= self._limits.moved_m
            or first.angle_rad(pose) >= self._limits.moved_rad
        )

    def _shortness(self) -> str:
        duration_s = self._ticks / self._rate_hz
        return f"The take is only {duration_s:.1f} s long." * (duration_s < self._limits.shortest_s)

    def _length(self, usual_s: float | None) -> str:
        duration_s = self._ticks / self._rate_hz
        if usual_s is None or duration_s <= self._limits.long_factor * usual_s:
            return ""
        return f"The take is {duration_s:.0f} s long, where {usual_s:.0f} s are usual."

    def _edge(self, arm: str) -> str:
        commanded = self._commanded_m.get(arm)
        if commanded is None or self._safety is None:
            return ""
        share = edge_share(np.stack(commanded), self._safety, self._limits.at_limit_m)
        if share <= self._limits.at_limit_share:
            return ""
        return f"The {arm} hand is at the edge of its workspace for {share:.0%} of the take."

    def _jerk(self, arm: str) -> str:
        measured = self._measured_m.get(arm)
        jerk = jerk_m_s3(np.stack(measured), self._rate_hz) if measured else 0.0
        if jerk <= self._limits.jerk_m_s3:
            return ""
        return f"The {arm} hand moves jerkily: move more smoothly."

    def _idleness(self) -> str:
        idle_s = (self._ticks if self._idle_ticks is None else self._idle_ticks) / self._rate_hz
        if idle_s < self._limits.idle_s:
            return ""
        if self._idle_ticks is None:
            return "No arm moves in the whole take."
        return f"No arm moves during the first {idle_s:.1f} s."

    def _clamping(self) -> str:
        share = self._clamped / max(self._ticks, 1)
        if share <= self._limits.clamped_share:
            return ""
        return f"The safety limits changed {share:.0%} of the actions: move more slowly."


def _left_out(ticks: int, total: int, reason: str) -> str:
    return f"{ticks} of {total} ticks were left out: {reason}." if ticks else ""


class _CameraVerdict:
    """Whether one camera is dark, frozen or late.

    A camera must see motion when the arm it sits on moves; one of the scene, when any arm does.
    """

    def __init__(self, camera: CameraDescription, rate_hz: float, limits: VerdictLimits) -> None:
        self.name = camera.name
        self._arm = camera.arm
        self._limits = limits
        self._rate_hz = rate_hz
        self._previous: Image | None = None
        self._ticks = 0
        self._dark = 0
        self._frozen = 0
        self._longest_frozen = 0
        self._stale = 0

    def add(self, image: Image, moving: set[str], age_s: float) -> None:
        self._stale += age_s > self._limits.stale_s
        must_change = bool(moving) if self._arm is None else self._arm in moving
        if self._previous is not None and not np.array_equal(image, self._previous):
            self._frozen = 0
        elif self._previous is not None and must_change:
            self._frozen += 1
        self._longest_frozen = max(self._longest_frozen, self._frozen)
        self._dark += bool(image[::4, ::4].mean() < self._limits.dark_level)
        self._ticks += 1
        self._previous = image.copy()

    def finding(self) -> str:
        if self._dark > self._limits.dark_share * self._ticks:
            return f"The camera “{self.name}” is dark."
        frozen_s = self._longest_frozen / self._rate_hz
        if frozen_s >= self._limits.frozen_s:
            return (
                f"The camera “{self.name}” shows the same picture for {frozen_s:.1f} s of motion."
            )
        if self._stale > self._limits.stale_share * self._ticks:
            share = self._stale / self._ticks
            return f"The pictures of “{self.name}” come late in {share:.0%} of the take."
        return ""
