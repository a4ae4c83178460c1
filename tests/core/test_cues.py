import numpy as np
import pytest

from lbm_studio.core.cues import CUE_RATE_HZ, LOUDNESS, Cue, cue_samples


@pytest.mark.parametrize("cue", Cue)
def test_a_cue_is_short_and_begins_and_ends_quietly(cue: Cue) -> None:
    samples = cue_samples(cue)

    assert samples.dtype == np.float32
    assert 0.05 < len(samples) / CUE_RATE_HZ < 1.0
    assert 0.9 * LOUDNESS < np.abs(samples).max() <= LOUDNESS
    assert abs(samples[0]) < 0.01
    assert abs(samples[-1]) < 0.01


def test_no_two_cues_sound_alike() -> None:
    assert len({cue_samples(cue).tobytes() for cue in Cue}) == len(Cue)
