"""The loudspeaker: plays short sounds, through PortAudio."""

import logging
from typing import Protocol

from lbm_studio.core.errors import StationError
from lbm_studio.core.sound import Samples
from lbm_studio.station.audio import load_portaudio

logger = logging.getLogger(__name__)


class Speaker(Protocol):
    """Plays one sound at a time."""

    def play(self, samples: Samples, rate_hz: int) -> None:
        """Begin to play, without waiting for the end; what is being played is cut short.

        Raises:
            StationError: it cannot; the sentence says why.
        """
        ...


class SystemSpeaker:
    """The loudspeaker that the system's sound settings choose. Fulfils :class:`Speaker`."""

    def play(self, samples: Samples, rate_hz: int) -> None:
        portaudio = load_portaudio()
        try:
            portaudio.play(samples, samplerate=rate_hz)
        except (ValueError, portaudio.PortAudioError) as error:
            logger.info("no sound: %s", error)
            raise StationError("There is no loudspeaker that could be used.") from error
