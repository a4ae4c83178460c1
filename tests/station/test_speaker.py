"""The loudspeaker, as far as a machine without one can show it."""

from types import SimpleNamespace

import numpy as np
import pytest

from lbm_studio.core.errors import StationError
from lbm_studio.station.speaker import SystemSpeaker


class PortAudioError(Exception):
    """What PortAudio raises."""


def test_a_sound_is_handed_on_at_its_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[tuple[int, float]] = []
    portaudio = SimpleNamespace(
        play=lambda samples, samplerate: played.append((len(samples), samplerate)),
        PortAudioError=PortAudioError,
    )
    monkeypatch.setattr("lbm_studio.station.speaker.load_portaudio", lambda: portaudio)

    SystemSpeaker().play(np.zeros(480, np.float32), 48_000)

    assert played == [(480, 48_000)]


@pytest.mark.parametrize("error", [PortAudioError("no device"), ValueError("no output")])
def test_a_machine_without_a_loudspeaker_says_so(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(samples: object, samplerate: int) -> None:
        raise error

    portaudio = SimpleNamespace(play=fail, PortAudioError=PortAudioError)
    monkeypatch.setattr("lbm_studio.station.speaker.load_portaudio", lambda: portaudio)

    with pytest.raises(StationError, match="There is no loudspeaker"):
        SystemSpeaker().play(np.zeros(480, np.float32), 48_000)
