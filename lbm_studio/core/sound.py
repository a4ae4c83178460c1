"""Sound as everybody here speaks of it: one channel of float32 samples between -1 and 1."""

from math import log10

import numpy as np
from numpy.typing import NDArray

SPEECH_RATE_HZ = 16_000
"""Samples a second of speech wherever it is passed on [Hz]."""

SILENCE_DBFS = -96.0
"""What no sound at all counts as, and the bottom of every level [dBFS]."""

Samples = NDArray[np.float32]


def peak_dbfs(samples: Samples) -> float:
    """Return how loud the loudest sample is; 0 is as loud as can be recorded [dBFS]."""
    peak = float(np.abs(samples).max(initial=0.0))
    return max(SILENCE_DBFS, 20.0 * log10(peak)) if peak > 0.0 else SILENCE_DBFS


def resample(samples: Samples, from_hz: float, to_hz: float) -> Samples:
    """Return the same sound at another rate, without what the new rate cannot hold [Hz].

    The spectrum is cut or filled up; both ends of a recording are taken to be quiet.
    """
    count = round(len(samples) * to_hz / from_hz)
    if count == len(samples) or not len(samples):
        return samples
    spectrum = np.fft.rfft(samples)
    size = count // 2 + 1
    kept = np.zeros(size, dtype=spectrum.dtype)
    kept[: min(size, len(spectrum))] = spectrum[:size]
    return (np.fft.irfft(kept, count) * (count / len(samples))).astype(np.float32)
