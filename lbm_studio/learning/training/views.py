"""How a dataset is seen through the cameras of the body that is trained for.

Cameras are matched by name. Pictures of another size are scaled, a camera that a dataset lacks is
left out of its samples, and a faster recording is thinned out; what would teach something wrong is
refused in words.
"""

from dataclasses import dataclass, replace
from math import isclose

import numpy as np

from lbm_studio.core.action import ActionConvention
from lbm_studio.core.embodiment import CameraDescription, Embodiment, Mount
from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.windows import frame_stride

_SAME_PLACE = 1e-3
"""Metres, and numbers of a rotation, within which a calibration counts as the same."""
_SAME_SHAPE = 0.01


@dataclass(frozen=True)
class DatasetViews:
    """A dataset, read as the body that is trained for would have recorded it.

    Attributes:
        body: that body, with the cameras as they were mounted when the dataset was recorded.
        present: per camera of the body, whether the dataset has it.
        stride: recorded frames for each step of the policy.
    """

    body: Embodiment
    present: tuple[bool, ...]
    stride: int

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the cameras the dataset lacks."""
        names = self.body.camera_names
        return tuple(n for n, is_there in zip(names, self.present, strict=True) if not is_there)


def view_dataset(dataset: Dataset, body: Embodiment) -> DatasetViews:
    """Return how ``dataset`` is read for ``body``.

    Raises:
        DatasetError: its actions, rate or cameras do not allow it; the sentence says which.
    """
    recorded = embodiment_of(dataset)
    known = ActionConvention(body.arm_names)
    if dataset.convention is None or dataset.convention != known:
        found = dataset.convention.in_words() if dataset.convention else "unknown"
        raise DatasetError(
            f"{dataset.root} cannot be learned from: its action convention is {found}; "
            f"{known.in_words()} is needed."
        )
    try:
        stride = frame_stride(dataset.rate_hz, body.chunk.rate_hz)
    except DatasetError as error:
        raise DatasetError(f"{dataset.root} cannot be learned from. {error}") from error
    by_name = {camera.name: camera for camera in recorded.cameras}
    present = tuple(name in by_name for name in body.camera_names)
    if not any(present):
        raise DatasetError(
            f"{dataset.root} cannot be learned from: it has none of the cameras "
            f"{', '.join(body.camera_names)}."
        )
    cameras = tuple(_matched(dataset, by_name.get(c.name), c) for c in body.cameras)
    return DatasetViews(replace(body, cameras=cameras), present, stride)


def embodiment_of(dataset: Dataset) -> Embodiment:
    """Return the body a dataset was recorded on.

    Raises:
        DatasetError: it does not say.
    """
    if dataset.station is None:
        raise DatasetError(
            f"{dataset.root} cannot be learned from: it does not say which station it was recorded "
            "on, so nobody knows how its actions are to be read."
        )
    return dataset.station.embodiment


def _matched(
    dataset: Dataset, recorded: CameraDescription | None, wanted: CameraDescription
) -> CameraDescription:
    """Return the camera as it was when recorded, at the picture size that is trained on."""
    if recorded is None:
        return wanted
    if (recorded.mount, recorded.arm) != (wanted.mount, wanted.arm):
        raise DatasetError(
            f"{dataset.root} cannot be learned from: its camera “{wanted.name}” sits on "
            f"{recorded.arm or recorded.mount}, not on {wanted.arm or wanted.mount}."
        )
    # Where fixed cameras stand is built into the network, which triangulates with them.
    if wanted.mount is Mount.SCENE and not _is_calibrated_alike(recorded, wanted):
        raise DatasetError(
            f"{dataset.root} cannot be learned from beside the others: its camera "
            f"“{wanted.name}” stands elsewhere or has another field of view."
        )
    return recorded


def _is_calibrated_alike(one: CameraDescription, other: CameraDescription) -> bool:
    return (
        np.allclose(one.pose.position, other.pose.position, atol=_SAME_PLACE)
        and np.allclose(one.pose.rotation, other.pose.rotation, atol=_SAME_PLACE)
        and isclose(one.vertical_fov_rad, other.vertical_fov_rad, abs_tol=_SAME_PLACE)
        and isclose(_aspect(one), _aspect(other), rel_tol=_SAME_SHAPE)
    )


def _aspect(camera: CameraDescription) -> float:
    return camera.width_px / camera.height_px
