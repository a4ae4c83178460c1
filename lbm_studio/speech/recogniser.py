"""From spoken words to written ones: OpenAI's Whisper (Radford et al. 2022, arXiv 2212.04356)."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch

from lbm_studio.core.sound import Samples
from lbm_studio.speech.installation import require
from lbm_studio.speech.vocabulary import prompt_of

if TYPE_CHECKING:
    from whisper.model import Whisper


@dataclass(frozen=True)
class Transcript:
    """What a recogniser makes of a recording.

    Attributes:
        text: the words.
        log_probability: mean over word pieces, 0 for sure.
        no_speech: how likely there were no words at all, 0 to 1.
        compression: how much shorter the text is when packed; a text that repeats itself, as
            recognisers do when they are lost, packs well.
    """

    text: str
    log_probability: float
    no_speech: float
    compression: float


class Recogniser(Protocol):
    """Writes down what is said."""

    def transcribe(self, samples: Samples, goals: Iterable[str]) -> Transcript:
        """Return what is said in a recording, by somebody who may speak of ``goals``."""
        ...


class WhisperRecogniser:
    """A Whisper network, which always looks at half a minute. Fulfils :class:`Recogniser`."""

    def __init__(self, network: "Whisper") -> None:
        self._network = network
        self._whisper = require("whisper")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # it leaves its word list open, once
            require("whisper.tokenizer").get_tokenizer(network.is_multilingual)

    def transcribe(self, samples: Samples, goals: Iterable[str]) -> Transcript:
        whisper = self._whisper
        options = whisper.DecodingOptions(
            language="en", fp16=False, without_timestamps=True, prompt=prompt_of(goals)
        )
        sound = whisper.pad_or_trim(torch.from_numpy(samples))
        picture = whisper.log_mel_spectrogram(sound, self._network.dims.n_mels)
        result = whisper.decode(self._network, picture, options)
        return Transcript(
            result.text, result.avg_logprob, result.no_speech_prob, result.compression_ratio
        )
