import numpy as np
import pytest

from lbm_studio.core.embodiment import ChunkSpec
from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.windows import chunk_windows, frame_stride, window_indices

SPEC = ChunkSpec(length=5, past=1, execute=3, rate_hz=10.0)


def test_the_action_of_the_observation_stands_at_index_past() -> None:
    actions = np.arange(8.0)[:, None] * [1.0, 10.0]

    windows = chunk_windows(actions, SPEC)

    assert windows.shape == (8, 5, 2)
    np.testing.assert_array_equal(windows[:, SPEC.past], actions)
    assert windows[3, :, 0].tolist() == [2, 3, 4, 5, 6]


def test_the_edges_are_repeated() -> None:
    windows = chunk_windows(np.arange(4.0)[:, None], SPEC)[..., 0]

    assert windows[0].tolist() == [0, 0, 1, 2, 3]
    assert windows[3].tolist() == [2, 3, 3, 3, 3]


def test_an_episode_shorter_than_a_chunk_is_enough() -> None:
    assert window_indices(1, SPEC).tolist() == [[0, 0, 0, 0, 0]]


@pytest.mark.parametrize(("length", "rows"), [(9, 3), (10, 4), (12, 4), (2, 1)])
def test_a_faster_recording_is_taken_in_strides(length: int, rows: int) -> None:
    indices = window_indices(length, SPEC, stride=3)

    assert indices[:, SPEC.past].tolist() == list(range(0, length, 3))
    assert indices.shape == (rows, 5)
    assert indices[0].tolist() == [0, *np.minimum([0, 3, 6, 9], length - 1)]


def test_another_phase_of_a_faster_recording_can_be_taken() -> None:
    indices = window_indices(10, SPEC, stride=3, first=2)

    assert indices.tolist() == [[0, 2, 5, 8, 9], [2, 5, 8, 9, 9], [5, 8, 9, 9, 9]]


@pytest.mark.parametrize(
    ("recording_hz", "policy_hz", "stride"), [(10, 10, 1), (30, 10, 3), (30, 15, 2), (5.0, 5, 1)]
)
def test_rates_that_divide_give_the_stride(
    recording_hz: float, policy_hz: float, stride: int
) -> None:
    assert frame_stride(recording_hz, policy_hz) == stride


@pytest.mark.parametrize(("recording_hz", "policy_hz"), [(30, 20), (5, 10), (10, 3)])
def test_rates_that_do_not_divide_are_refused_in_words(
    recording_hz: float, policy_hz: float
) -> None:
    with pytest.raises(DatasetError) as caught:
        frame_stride(recording_hz, policy_hz)

    assert f"recorded at {recording_hz} Hz" in str(caught.value)
    assert f"a policy at {policy_hz} Hz" in str(caught.value)
