"""Short sounds that say what becomes of a take, for people who look at the arms."""

from collections.abc import Mapping
from enum import StrEnum

import numpy as np

from lbm_studio.core.sound import Samples

CUE_RATE_HZ = 48_000
"""Samples a second of a cue [Hz]."""

LOUDNESS = 0.25
FADE_S = 0.01


class Cue(StrEnum):
    """What is said without words."""

    COUNT = "count"
    STARTED = "started"
    ENDED = "ended"
    KEPT = "kept"
    DISCARDED = "discarded"
    STOPPED = "stopped"


TONES: Mapping[Cue, tuple[tuple[float, float], ...]] = {
    Cue.COUNT: ((660.0, 0.09),),
    Cue.STARTED: ((990.0, 0.3),),
    Cue.ENDED: ((660.0, 0.12), (495.0, 0.12)),
    Cue.KEPT: ((660.0, 0.1), (880.0, 0.1), (1320.0, 0.2)),
    Cue.DISCARDED: ((495.0, 0.12), (330.0, 0.25)),
    Cue.STOPPED: ((220.0, 0.18), (0.0, 0.08), (220.0, 0.18), (0.0, 0.08), (220.0, 0.3)),
}
"""Pitch [Hz] and length [s] of each tone; a pitch of 0 is a rest."""


def cue_samples(cue: Cue) -> Samples:
    """Return a cue as it sounds, at :data:`CUE_RATE_HZ`; every tone fades in and out."""
    return np.concatenate([_tone(pitch_hz, length_s) for pitch_hz, length_s in TONES[cue]])


def _tone(pitch_hz: float, length_s: float) -> Samples:
    count = round(length_s * CUE_RATE_HZ)
    times_s = np.arange(count) / CUE_RATE_HZ
    distance_s = np.minimum(times_s, times_s[::-1])
    envelope = LOUDNESS * np.minimum(1.0, distance_s / FADE_S)
    return (envelope * np.sin(2.0 * np.pi * pitch_hz * times_s)).astype(np.float32)
