"""The microphone: records while somebody talks, through PortAudio.

PortAudio calls back on a thread of its own. Whoever records must not load large libraries in the
same process meanwhile: Python would keep that thread waiting, and words would be lost.
"""

import logging
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.errors import StationError
from lbm_studio.core.sound import SILENCE_DBFS, SPEECH_RATE_HZ, Samples, peak_dbfs, resample

LONGEST_S = 20.0
"""A recording ends by itself after so long [s]."""

RATES_HZ = (SPEECH_RATE_HZ, 48_000, 44_100)
"""What a microphone is asked for, in this order, beside the rate it says it likes [Hz]."""

CHANNELS = (1, 2)
FULL_SCALE = 32768.0
LATENCY_S = 0.2
"""So much sound is kept for a machine that is busy [s]."""

INSTEAD = "Until then, type the goal."

logger = logging.getLogger(__name__)


class Microphone(Protocol):
    """Records one utterance at a time."""

    @property
    def recorded_s(self) -> float:
        """Length of the running recording [s]."""
        ...

    @property
    def is_full(self) -> bool:
        """Whether the running recording is as long as it may be."""
        ...

    def start(self) -> None:
        """Begin to record; what was recorded before is forgotten.

        Raises:
            StationError: it cannot; the sentence says what is missing.
        """
        ...

    def loudest_dbfs(self) -> float:
        """Return how loud it was since the last call [dBFS].

        Raises:
            StationError: the microphone is gone.
        """
        ...

    def stop(self) -> Samples:
        """End the recording, if there is one, and return it at the rate of speech."""
        ...


class Recording:
    """Collects what a microphone delivers.

    Args:
        rate_hz: of the microphone [Hz].
    """

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._blocks: list[Samples] = []
        self._room = round(LONGEST_S * rate_hz)
        self._peak_dbfs = SILENCE_DBFS

    @property
    def recorded_s(self) -> float:
        """Length so far [s]."""
        return LONGEST_S - self._room / self._rate_hz

    @property
    def is_full(self) -> bool:
        """Whether nothing more is taken."""
        return self._room == 0

    def add(self, block: NDArray[np.int16]) -> None:
        """Take what was delivered, of shape (samples, channels), as far as there is room."""
        samples = (block[: self._room].mean(axis=1) / FULL_SCALE).astype(np.float32)
        self._blocks.append(samples)
        self._room -= len(samples)
        self._peak_dbfs = max(self._peak_dbfs, peak_dbfs(samples))

    def loudest_dbfs(self) -> float:
        """Return how loud it was since the last call [dBFS]."""
        peak, self._peak_dbfs = self._peak_dbfs, SILENCE_DBFS
        return peak

    def samples(self) -> Samples:
        """Return everything at the rate of speech."""
        everything = np.concatenate([np.zeros(0, np.float32), *self._blocks])
        return resample(everything, self._rate_hz, SPEECH_RATE_HZ)


class SystemMicrophone:
    """The microphone that the system's sound settings choose. Fulfils :class:`Microphone`."""

    def __init__(self) -> None:
        self._recording = Recording(SPEECH_RATE_HZ)
        self._stream: Any = None
        self._has_looked = False

    @property
    def recorded_s(self) -> float:
        return self._recording.recorded_s

    @property
    def is_full(self) -> bool:
        return self._recording.is_full

    def start(self) -> None:
        self.stop()
        portaudio = load_portaudio()
        if self._has_looked:  # PortAudio looks for devices when it begins, and never again
            portaudio._terminate()  # noqa: SLF001 - there is no other way to begin again
            portaudio._initialize()  # noqa: SLF001
        self._has_looked = True
        name, rate_hz, channels = choose_format(portaudio)
        self._recording = recording = Recording(rate_hz)

        def take(block: NDArray[np.int16], count: int, time: object, status: object) -> None:
            if status:
                logger.info("microphone: %s", status)
            recording.add(block)

        try:
            self._stream = portaudio.InputStream(
                samplerate=rate_hz, channels=channels, dtype="int16", latency=LATENCY_S,
                callback=take,
            )  # fmt: skip
            self._stream.start()
        except portaudio.PortAudioError as error:
            self._close()
            raise StationError(
                f"The microphone “{name}” cannot be opened; perhaps another program uses it. "
                f"{INSTEAD}"
            ) from error

    def loudest_dbfs(self) -> float:
        if self._stream is None or not self._stream.active:
            self._close()
            raise StationError("The microphone is gone. Plug it in again, or type the goal.")
        return self._recording.loudest_dbfs()

    def stop(self) -> Samples:
        self._close()
        recording, self._recording = self._recording, Recording(SPEECH_RATE_HZ)
        return recording.samples()

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close(ignore_errors=True)
            self._stream = None


def load_portaudio() -> Any:
    """Return the package ``sounddevice``.

    Raises:
        StationError: it is missing, or PortAudio is.
    """
    try:
        import sounddevice  # here, since importing it fails without PortAudio
    except ImportError as error:
        raise StationError(
            "To record, the package “sounddevice” is needed: pip install sounddevice. " + INSTEAD
        ) from error
    except OSError as error:
        raise StationError(
            "To record, PortAudio is needed. On Debian or Ubuntu: apt-get install libportaudio2. "
            + INSTEAD
        ) from error
    return sounddevice


def choose_format(portaudio: Any) -> tuple[str, float, int]:
    """Return name, rate [Hz] and channels of the microphone.

    Raises:
        StationError: there is none, or none of the rates suits it.
    """
    try:
        device = portaudio.query_devices(kind="input")
    except (ValueError, portaudio.PortAudioError) as error:
        raise StationError(f"There is no microphone. Plug one in. {INSTEAD}") from error
    rates_hz = dict.fromkeys((*RATES_HZ, round(device["default_samplerate"])))
    for rate_hz in rates_hz:
        for channels in CHANNELS:
            try:
                portaudio.check_input_settings(channels=channels, dtype="int16", samplerate=rate_hz)
            except (ValueError, portaudio.PortAudioError):
                continue
            return device["name"], rate_hz, channels
    tried = ", ".join(f"{rate_hz / 1000:g}" for rate_hz in rates_hz)
    raise StationError(
        f"The microphone “{device['name']}” records at none of {tried} kHz. Choose another one in "
        f"the sound settings of the system. {INSTEAD}"
    )
