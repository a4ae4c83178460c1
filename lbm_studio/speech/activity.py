"""Where somebody speaks in a recording: Silero's voice activity detector.

A recogniser finds words in anything, in silence and hum as well; this one does not find words, so
what it calls quiet is never shown to the recogniser.
"""

import warnings
from typing import Any, Protocol

import torch

from lbm_studio.core.sound import SPEECH_RATE_HZ, Samples
from lbm_studio.speech.installation import require

PADDING_S = 0.3
"""Kept before the first and after the last word [s]."""


class VoiceActivity(Protocol):
    """Tells speech from everything else."""

    def spoken_part(self, samples: Samples) -> tuple[Samples, float]:
        """Return what lies between the first and the last word, and how long speech is [s].

        Both are nothing when nobody speaks.
        """
        ...


class SileroActivity:
    """The detector in the package ``silero-vad``. Fulfils :class:`VoiceActivity`."""

    def __init__(self) -> None:
        self._silero = require("silero_vad")
        with warnings.catch_warnings():
            # It is published in torch's older format, and found in an older way.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._model: Any = self._silero.load_silero_vad()

    def spoken_part(self, samples: Samples) -> tuple[Samples, float]:
        spans = self._silero.get_speech_timestamps(
            torch.from_numpy(samples), self._model, sampling_rate=SPEECH_RATE_HZ
        )
        if not spans:
            return samples[:0], 0.0
        padding = round(PADDING_S * SPEECH_RATE_HZ)
        begin, end = max(0, spans[0]["start"] - padding), spans[-1]["end"] + padding
        seconds = sum(span["end"] - span["start"] for span in spans) / SPEECH_RATE_HZ
        return samples[begin:end], seconds
