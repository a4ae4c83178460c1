"""Action chunks cut from recorded episodes."""

from math import isclose

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.embodiment import ChunkSpec
from lbm_studio.core.errors import DatasetError


def frame_stride(recording_hz: float, policy_hz: float) -> int:
    """Return how many recorded frames make one step of a policy.

    Raises:
        DatasetError: the rates do not divide.
    """
    ratio = recording_hz / policy_hz
    stride = round(ratio)
    if stride < 1 or not isclose(ratio, stride, rel_tol=1e-6):
        raise DatasetError(
            f"Episodes recorded at {recording_hz:g} Hz cannot be used for a policy at"
            f" {policy_hz:g} Hz: the recording rate must be a whole multiple of the policy's rate."
        )
    return stride


def window_indices(
    length: int, spec: ChunkSpec, *, stride: int = 1, first: int = 0
) -> NDArray[np.int64]:
    """Return (T', chunk length) frame numbers of the chunk that belongs to each observation.

    The observations are the frames ``first, first + stride, ...``; consecutive steps of a chunk lie
    ``stride`` frames apart; before the beginning and after the end the first and last frame are
    repeated.

    Args:
        length: frames of the episode.
        spec: index ``past`` of a chunk is the frame of its observation.
        stride: recorded frames per step of the policy, see :func:`frame_stride`.
        first: the first observation, smaller than ``stride`` to use another phase of a faster
            recording.
    """
    observed = np.arange(first, length, stride, dtype=np.int64)
    steps = (np.arange(spec.length, dtype=np.int64) - spec.past) * stride
    return np.clip(observed[:, None] + steps[None, :], 0, length - 1)


def chunk_windows(
    actions: NDArray[np.floating], spec: ChunkSpec, stride: int = 1, *, first: int = 0
) -> NDArray[np.floating]:
    """Return (T', chunk length, A), the chunk of each observation, from the actions (T, A).

    Row k belongs to frame ``first + k * stride``; edges are repeated, see :func:`window_indices`.
    """
    return actions[window_indices(len(actions), spec, stride=stride, first=first)]
