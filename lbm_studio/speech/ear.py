"""Hears a goal, or says that there was none: what silence, noise and guesses never get past."""

import math
import re
from collections.abc import Iterable

from lbm_studio.core.sound import Samples, peak_dbfs
from lbm_studio.link.messages import Hearing, Verdict
from lbm_studio.speech.activity import SileroActivity, VoiceActivity
from lbm_studio.speech.recogniser import Recogniser, Transcript, WhisperRecogniser
from lbm_studio.speech.weights import load_whisper

QUIETEST_DBFS = -60.0
"""A recording whose loudest sample is below this is silence [dBFS]."""

SHORTEST_S = 0.25
"""Less speech than this is no goal [s]."""

MOST_NO_SPEECH = 0.3
LEAST_LOG_PROBABILITY = -0.8
MOST_COMPRESSION = 2.4

NUMBERS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve"),
)
"""Small numbers, as goals write them."""


class Ear:
    """A detector of speech in front of a recogniser, and a judge behind it."""

    def __init__(self, activity: VoiceActivity, recogniser: Recogniser) -> None:
        self._activity = activity
        self._recogniser = recogniser

    def hear(self, samples: Samples, goals: Iterable[str] = ()) -> Hearing:
        """Return what was said.

        Args:
            samples: a recording at the rate of speech.
            goals: what people may speak of, what matters most first.
        """
        if peak_dbfs(samples) < QUIETEST_DBFS:
            return Hearing(verdict=Verdict.SILENCE)
        part, seconds = self._activity.spoken_part(samples)
        if seconds < SHORTEST_S:
            return Hearing(verdict=Verdict.NO_SPEECH)
        return judge(self._recogniser.transcribe(part, goals))


def judge(transcript: Transcript) -> Hearing:
    """Return what a transcript is worth; one that is not sure enough loses its text."""
    goal = as_goal(transcript.text)
    is_sure = (
        transcript.no_speech <= MOST_NO_SPEECH
        and transcript.log_probability >= LEAST_LOG_PROBABILITY
        and transcript.compression <= MOST_COMPRESSION
    )
    confidence = math.exp(min(0.0, transcript.log_probability)) * (1.0 - transcript.no_speech)
    if not any(letter.isalpha() for letter in goal):
        return Hearing(verdict=Verdict.NO_SPEECH)
    if not is_sure:
        return Hearing(verdict=Verdict.UNSURE, confidence=confidence)
    return Hearing(verdict=Verdict.HEARD, text=goal, confidence=confidence)


def as_goal(text: str) -> str:
    """Return a sentence as goals are written: small letters and numbers, no mark at the end."""
    words = " ".join(text.split()).strip(" .!?,;:…\"'“”-").lower()
    return re.sub(r"(?<![\d.,:])\d+\b(?![.,:]\d)", _number_in_words, words)


def _number_in_words(figures: re.Match[str]) -> str:
    number = int(figures[0])
    return NUMBERS[number] if number < len(NUMBERS) else figures[0]


def load_ear(model: str = "") -> Ear:
    """Return an ear that runs on one thread.

    Args:
        model: file of the recogniser; empty takes the one that is installed.

    Raises:
        SpeechError: a package or the model is missing or damaged.
    """
    import torch

    torch.set_num_threads(1)
    return Ear(SileroActivity(), WhisperRecogniser(load_whisper(model)))
