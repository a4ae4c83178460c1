"""From what another program wrote to our vectors: frames, rotations, grippers, rate and arms.

Legend: T frames of the source, K ticks after resampling, A numbers of our vectors.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.action import gripper_index, pose_slice
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND
from lbm_studio.core.embodiment import ArmDescription, Embodiment
from lbm_studio.core.pose import FloatArray, Pose, interpolate
from lbm_studio.episodes.interchange.foreign import Array, ForeignEpisode
from lbm_studio.episodes.interchange.mapping import (
    ActionKind,
    ActionMapping,
    ArmMapping,
    DeltaFrame,
    GripperMapping,
    HeldArm,
    ImportMapping,
)
from lbm_studio.episodes.interchange.rotations import matrices
from lbm_studio.episodes.interchange.selection import parse_selection

_SAME_TICK = 1e-6
"""Share of a frame within which a tick coincides with it."""


@dataclass(frozen=True)
class ConvertedEpisode:
    """One episode in our conventions.

    Attributes:
        states: (K, A) measured.
        actions: (K, A) commanded.
        joints: (K, J) joint angles [rad]; those at rest where the source has none.
        captured_ns: (K,) nominal times [ns].
        frames: (K,) the source's frame whose pictures belong to each tick.
    """

    states: FloatArray
    actions: FloatArray
    joints: FloatArray
    captured_ns: NDArray[np.int64]
    frames: NDArray[np.int64]


@dataclass(frozen=True)
class _Track:
    """What one end effector does: (n, 3) positions, (n, 3, 3) rotations and (n,) widths."""

    positions: FloatArray
    rotations: FloatArray
    widths_m: FloatArray

    def at(self, moments: FloatArray) -> "_Track":
        """Return the track at fractional frame numbers."""
        poses = [self._pose_at(moment) for moment in moments]
        frames = np.arange(len(self.widths_m), dtype=np.float64)
        return _Track(
            np.stack([pose.position for pose in poses]),
            np.stack([pose.rotation for pose in poses]),
            np.interp(moments, frames, self.widths_m),
        )

    def followed(self) -> "_Track":
        """Return where the track is one step later; at its end it stays."""
        return _Track(
            np.concatenate([self.positions[1:], self.positions[-1:]]),
            np.concatenate([self.rotations[1:], self.rotations[-1:]]),
            np.concatenate([self.widths_m[1:], self.widths_m[-1:]]),
        )

    def _pose_at(self, moment: float) -> Pose:
        before = int(moment)
        fraction = moment - before
        start = Pose(self.positions[before], self.rotations[before])
        if fraction == 0.0:
            return start
        return interpolate(
            start, Pose(self.positions[before + 1], self.rotations[before + 1]), fraction
        )


def convert(
    episode: ForeignEpisode, mapping: ImportMapping, body: Embodiment, source_hz: float
) -> ConvertedEpisode:
    """Return an episode in our conventions, at the rate of the mapping.

    Args:
        episode: as it was read.
        mapping: that fits it.
        body: of our station.
        source_hz: frames a second of the episode [Hz].

    Raises:
        StudioError: its numbers are not what the mapping says.
    """
    moments = tick_moments(episode.length, source_hz, mapping.rate_hz)
    states = np.zeros((len(moments), body.action_size))
    actions = np.zeros_like(states)
    joints: list[FloatArray] = []
    for index, arm in enumerate(body.arms):
        if arm.name in mapping.held:
            measured = commanded = _held(mapping.held[arm.name], len(moments))
            angles = None
        else:
            measured, commanded = _arm(episode, mapping.arms[arm.name], arm, moments)
            angles = _joints(episode, mapping.arms[arm.name], moments)
        _fill(states, index, len(body.arms), measured)
        _fill(actions, index, len(body.arms), commanded)
        at_rest = np.tile(arm.home_joints_rad, (len(moments), 1))
        joints.append(at_rest if angles is None else angles)
    ticks = np.arange(len(moments), dtype=np.float64)
    return ConvertedEpisode(
        states=states,
        actions=actions,
        joints=np.concatenate(joints, axis=1),
        captured_ns=np.round(ticks * (NANOSECONDS_PER_SECOND / mapping.rate_hz)).astype(np.int64),
        frames=np.floor(moments + 0.5).astype(np.int64),
    )


def tick_moments(length: int, source_hz: float, rate_hz: float) -> FloatArray:
    """Return the fractional frame number of each tick, none beyond the last frame.

    Ticks that coincide with a frame are that frame exactly.
    """
    step = source_hz / rate_hz
    count = int((length - 1) / step + _SAME_TICK) + 1
    moments = np.arange(count) * step
    whole = np.round(moments)
    moments = np.where(np.abs(moments - whole) < _SAME_TICK, whole, moments)
    return np.minimum(moments, length - 1)


def _arm(
    episode: ForeignEpisode, mapped: ArmMapping, arm: ArmDescription, moments: FloatArray
) -> tuple[_Track, _Track]:
    """Return what was measured and what was commanded at the ticks, in the station frame."""
    vectors, length = episode.vectors, episode.length
    state = mapped.state
    measured = _Track(
        parse_selection(state.position).of(vectors, length),
        matrices(parse_selection(state.rotation).of(vectors, length), state.representation),
        _widths(vectors, length, state.gripper, arm),
    )
    ticks = _placed(measured, mapped).at(moments)
    if mapped.action.kind is ActionKind.NEXT_STATE:
        commanded = ticks.followed()
    else:
        commanded = _placed(_commanded(episode, mapped, measured), mapped).at(moments)
    gripper = mapped.action.gripper
    if gripper is None:
        widths = ticks.followed().widths_m
    else:  # A command holds until the next one.
        widths = _widths(vectors, length, gripper, arm)[moments.astype(np.int64)]
    return ticks, _Track(commanded.positions, commanded.rotations, widths)


def _commanded(episode: ForeignEpisode, mapped: ArmMapping, measured: _Track) -> _Track:
    """Return absolute commands in the frame of the source."""
    action = mapped.action
    written = action.representation or mapped.state.representation
    position = parse_selection(action.position).of(episode.vectors, episode.length)
    if action.kind is ActionKind.ABSOLUTE:
        numbers = parse_selection(action.rotation).of(episode.vectors, episode.length)
        return _Track(position, matrices(numbers, written), measured.widths_m)
    turn = np.broadcast_to(np.eye(3), measured.rotations.shape)
    if action.rotation:
        numbers = parse_selection(action.rotation).of(episode.vectors, episode.length)
        turn = matrices(numbers * action.rotation_scale, written)
    return _moved(measured, position * action.position_scale, turn, action)


def _moved(measured: _Track, offset: FloatArray, turn: FloatArray, action: ActionMapping) -> _Track:
    """Return the measured poses, each moved by its delta."""
    if action.frame is DeltaFrame.TOOL:
        offset = (measured.rotations @ offset[..., None])[..., 0]
        rotations = measured.rotations @ turn
    else:
        rotations = turn @ measured.rotations
    return _Track(measured.positions + offset, rotations, measured.widths_m)


def _placed(track: _Track, mapped: ArmMapping) -> _Track:
    """Return the track of our hand in the station frame: base @ track @ tool."""
    base, tool = mapped.base.pose, mapped.tool.pose
    hands = track.positions + (track.rotations @ tool.position[:, None])[..., 0]
    return _Track(
        base.apply(hands), base.rotation @ track.rotations @ tool.rotation, track.widths_m
    )


def _widths(
    vectors: Mapping[str, Array], length: int, gripper: GripperMapping, arm: ArmDescription
) -> FloatArray:
    numbers = parse_selection(gripper.source).of(vectors, length)[:, 0]
    open_width_m = gripper.open_width_m or arm.gripper_max_width_m
    widths = (numbers - gripper.closed) / (gripper.open - gripper.closed) * open_width_m
    return np.clip(widths, 0.0, arm.gripper_max_width_m)


def _joints(episode: ForeignEpisode, mapped: ArmMapping, moments: FloatArray) -> FloatArray | None:
    if not mapped.state.joints:
        return None
    angles = parse_selection(mapped.state.joints).of(episode.vectors, episode.length)
    frames = np.arange(episode.length, dtype=np.float64)
    columns = (angles[:, joint] for joint in range(angles.shape[1]))
    return np.stack([np.interp(moments, frames, column) for column in columns], axis=1)


def _held(held: HeldArm, ticks: int) -> _Track:
    pose = held.pose
    return _Track(
        np.tile(pose.position, (ticks, 1)),
        np.tile(pose.rotation, (ticks, 1, 1)),
        np.full(ticks, held.gripper_m),
    )


def _fill(vectors: FloatArray, index: int, arms: int, track: _Track) -> None:
    """Write one arm into (K, A) vectors."""
    rows = track.rotations[:, :2].reshape(len(vectors), -1)
    vectors[:, pose_slice(index)] = np.concatenate([track.positions, rows], axis=1)
    vectors[:, gripper_index(index, arms)] = track.widths_m
