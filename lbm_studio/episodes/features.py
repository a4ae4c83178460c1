"""The columns and videos of a dataset, derived from the station that is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lbm_studio.core import keys
from lbm_studio.core.action import vector_names
from lbm_studio.core.embodiment import CameraDescription, Embodiment, Measurement
from lbm_studio.episodes import video

VIDEO = "video"
LANGUAGE = "language"
IMAGE_AXES = ("height", "width", "channels")


@dataclass(frozen=True)
class Feature:
    """One column or one video of a dataset.

    Attributes:
        dtype: ``float32``, ``int64``, ``bool``, ... or ``video``.
        shape: of one frame's value; ``(1,)`` is a scalar.
        names: one per number of a vector, or of the axes of an image.
        info: how a video is encoded; None for columns.
    """

    dtype: str
    shape: tuple[int, ...]
    names: tuple[str, ...] | None = None
    info: Mapping[str, Any] | None = None

    @property
    def is_video(self) -> bool:
        """Whether the values are pictures in MP4 files rather than a column."""
        return self.dtype == VIDEO


MEASURED: Mapping[Measurement, str] = {
    Measurement.JOINT_VELOCITIES: keys.JOINT_VELOCITIES,
    Measurement.JOINT_TORQUES: keys.JOINT_TORQUES,
    Measurement.WRENCHES: keys.WRENCHES,
}
"""The column of each measurement."""

_WRENCH_PARTS = (*(f"force_{axis}_n" for axis in "xyz"), *(f"torque_{axis}_nm" for axis in "xyz"))
_LATER = frozenset({*MEASURED.values(), keys.STATE_LATENCY_NS, keys.CAMERA_LATENCY_NS})

DEFAULT_FEATURES: Mapping[str, Feature] = {
    keys.TIMESTAMP: Feature("float32", (1,)),
    keys.FRAME_INDEX: Feature("int64", (1,)),
    keys.EPISODE_INDEX: Feature("int64", (1,)),
    keys.INDEX: Feature("int64", (1,)),
    keys.TASK_INDEX: Feature("int64", (1,)),
}


LANGUAGE_FEATURES: Mapping[str, Feature] = {keys.LANGUAGE: Feature(LANGUAGE, (1,))}
"""Phases and paraphrases as LeRobot keeps them; only datasets that are exported with some."""


def station_features(
    embodiment: Embodiment,
    rate_hz: int,
    measures: Sequence[Measurement] = (),
    *,
    with_language: bool = False,
) -> dict[str, Feature]:
    """Return every feature of a dataset recorded on ``embodiment``, in file order.

    Args:
        embodiment: whose arms and cameras are recorded.
        rate_hz: ticks a second [Hz].
        measures: what all arms measure beside poses, gripper widths and joint angles.
        with_language: whether phases and paraphrases are kept beside the frames.

    Nothing that only a simulator knows lies under ``observation.``: trainers hand all of that to
    the policy.
    """
    vector = tuple(vector_names(embodiment.arm_names))
    cameras = embodiment.camera_names
    return {
        keys.STATE: Feature("float32", (len(vector),), vector),
        keys.ACTION: Feature("float32", (len(vector),), vector),
        keys.JOINTS: _joints(embodiment, "rad"),
        **{MEASURED[m]: _measured(embodiment, m) for m in Measurement if m in measures},
        keys.CAPTURED_NS: Feature("int64", (1,)),
        keys.STATE_LATENCY_NS: Feature("int64", (1,)),
        keys.CAMERA_CAPTURED_NS: Feature("int64", (len(cameras),), cameras),
        keys.CAMERA_LATENCY_NS: Feature("int64", (len(cameras),), cameras),
        keys.CLAMPED: Feature("bool", (1,)),
        keys.SUCCESS: Feature("bool", (1,)),
        keys.DONE: Feature("bool", (1,)),
        **{keys.image_key(c.name): _camera(c, rate_hz) for c in embodiment.cameras},
        **(LANGUAGE_FEATURES if with_language else {}),
        **DEFAULT_FEATURES,
    }


def columns(features: Mapping[str, Feature]) -> dict[str, Feature]:
    """Return the features that are columns of the data files."""
    return {key: feature for key, feature in features.items() if not feature.is_video}


def video_keys(features: Mapping[str, Feature]) -> tuple[str, ...]:
    """Return the features that are videos."""
    return tuple(key for key, feature in features.items() if feature.is_video)


def may_be_missing(key: str) -> bool:
    """Whether a dataset may lack the column: an earlier version did not know it, or nobody does."""
    return key in _LATER


def lacking(*recorded: Mapping[str, Feature]) -> set[str]:
    """Return the columns that :func:`may_be_missing` and that not all of the datasets have."""
    return {key for key in _LATER if any(key not in features for features in recorded)}


def _measured(embodiment: Embodiment, measurement: Measurement) -> Feature:
    if measurement is Measurement.WRENCHES:
        names = tuple(f"{arm.name}.{part}" for arm in embodiment.arms for part in _WRENCH_PARTS)
        return Feature("float32", (len(names),), names)
    return _joints(embodiment, "rad_s" if measurement is Measurement.JOINT_VELOCITIES else "nm")


def _joints(embodiment: Embodiment, unit: str) -> Feature:
    names = tuple(
        f"{arm.name}.joint_{number}_{unit}"
        for arm in embodiment.arms
        for number in range(1, len(arm.home_joints_rad) + 1)
    )
    return Feature("float32", (len(names),), names)


def _camera(camera: CameraDescription, rate_hz: int) -> Feature:
    shape = (camera.height_px, camera.width_px, 3)
    description = video.describe(camera.width_px, camera.height_px, rate_hz)
    return Feature(VIDEO, shape, IMAGE_AXES, description)
