import numpy as np
import pytest

from lbm_studio.core.sound import SILENCE_DBFS, SPEECH_RATE_HZ, Samples, peak_dbfs, resample


def tone(frequency_hz: float, rate_hz: float, seconds: float = 0.4) -> Samples:
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    fade = np.sin(np.pi * np.arange(len(time_s)) / len(time_s)) ** 2
    return (0.5 * fade * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)


@pytest.mark.parametrize(
    ("peak", "level_dbfs"), [(1.0, 0.0), (-0.5, -6.02), (0.001, -60.0), (0.0, SILENCE_DBFS)]
)
def test_a_level_is_told_against_the_loudest_there_is(peak: float, level_dbfs: float) -> None:
    assert peak_dbfs(np.array([0.0, peak], np.float32)) == pytest.approx(level_dbfs, abs=0.01)


def test_nothing_is_as_quiet_as_silence() -> None:
    assert peak_dbfs(np.zeros(0, np.float32)) == SILENCE_DBFS


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 44_100, 48_000, 96_000])
def test_a_tone_is_the_same_tone_at_another_rate(rate_hz: int) -> None:
    resampled = resample(tone(1000.0, rate_hz), rate_hz, SPEECH_RATE_HZ)

    expected = tone(1000.0, SPEECH_RATE_HZ)
    assert resampled.dtype == np.float32
    assert len(resampled) == len(expected)
    assert np.abs(resampled - expected).max() < 0.01


def test_what_the_new_rate_cannot_hold_is_left_out_rather_than_folded_back() -> None:
    resampled = resample(tone(15_000.0, 48_000), 48_000, SPEECH_RATE_HZ)

    assert peak_dbfs(resampled) < -60.0


def test_nothing_stays_nothing() -> None:
    assert len(resample(np.zeros(0, np.float32), 48_000, SPEECH_RATE_HZ)) == 0
