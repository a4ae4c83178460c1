"""The microphone, as far as a machine without one can show it."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from lbm_studio.core.errors import StationError
from lbm_studio.core.sound import SPEECH_RATE_HZ
from lbm_studio.station.audio import (
    LONGEST_S,
    Recording,
    SystemMicrophone,
    choose_format,
    load_portaudio,
)
from tests.station.sound_card import card_that_plays, no_card

LOUD = 16384


def block(value: int, count: int = 1600, channels: int = 1) -> np.ndarray:
    return np.full((count, channels), value, np.int16)


def test_a_recording_is_what_was_delivered_in_order() -> None:
    recording = Recording(SPEECH_RATE_HZ)
    for value in (0, LOUD, -LOUD):
        recording.add(block(value))

    assert recording.recorded_s == pytest.approx(0.3)
    assert np.array_equal(recording.samples(), np.repeat([0.0, 0.5, -0.5], 1600))


def test_the_level_is_the_loudest_since_it_was_last_asked_for() -> None:
    recording = Recording(SPEECH_RATE_HZ)
    recording.add(block(LOUD))
    recording.add(block(LOUD // 2))

    levels = [recording.loudest_dbfs()]
    recording.add(block(LOUD // 4))
    levels.append(recording.loudest_dbfs())

    assert levels == pytest.approx([-6.02, -18.06], abs=0.01)


@pytest.mark.parametrize(("rate_hz", "channels"), [(44_100, 1), (48_000, 2)])
def test_whatever_a_microphone_delivers_becomes_the_rate_of_speech(
    rate_hz: int, channels: int
) -> None:
    recording = Recording(rate_hz)
    recording.add(block(LOUD, rate_hz, channels))

    samples = recording.samples()

    assert (samples.shape, samples.dtype) == ((SPEECH_RATE_HZ,), np.float32)
    assert samples == pytest.approx(0.5, abs=1e-3)


def test_a_recording_that_never_ends_is_ended() -> None:
    recording = Recording(SPEECH_RATE_HZ)
    for _ in range(30):
        recording.add(block(LOUD, SPEECH_RATE_HZ))

    assert recording.is_full
    assert recording.recorded_s == LONGEST_S
    assert len(recording.samples()) == LONGEST_S * SPEECH_RATE_HZ


def test_nothing_recorded_is_nothing() -> None:
    microphone = SystemMicrophone()

    assert len(microphone.stop()) == 0
    assert not microphone.is_full
    with pytest.raises(StationError, match="The microphone is gone"):
        microphone.loudest_dbfs()


class RefusalError(Exception):
    """What a stand-in for PortAudio raises."""


def portaudio(device: Mapping[str, object], accepts: set[tuple[int, int]]) -> SimpleNamespace:
    """Return a PortAudio with a microphone that takes some (rates, channels)."""

    def check(*, channels: int, dtype: str, samplerate: int) -> None:
        if (samplerate, channels) not in accepts:
            raise RefusalError

    return SimpleNamespace(
        PortAudioError=RefusalError, query_devices=lambda kind: device, check_input_settings=check
    )


DESK = {"name": "Desk", "default_samplerate": 96_000.0}


@pytest.mark.parametrize(
    ("accepts", "chosen"),
    [
        ({(16_000, 1), (48_000, 1)}, (16_000, 1)),
        ({(48_000, 2), (44_100, 1)}, (48_000, 2)),
        ({(96_000, 1)}, (96_000, 1)),
    ],
)
def test_the_first_rate_that_suits_the_microphone_is_taken(
    accepts: set[tuple[int, int]], chosen: tuple[int, int]
) -> None:
    assert choose_format(portaudio(DESK, accepts)) == ("Desk", *chosen)


def test_a_microphone_that_no_rate_suits_is_named() -> None:
    with pytest.raises(StationError, match=r"“Desk” records at none of 16, 48, 44.1, 96 kHz"):
        choose_format(portaudio(DESK, set()))


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)

    with pytest.raises(StationError, match=r"pip install sounddevice. Until then, type the goal"):
        load_portaudio()


def run(code: str, environment: Mapping[str, str]) -> str:
    """Return what a process prints whose sound card is given by its environment."""
    outcome = subprocess.run(
        [sys.executable, "-c", code],
        env=environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return outcome.stdout.strip()


START = """
from lbm_studio.core.errors import StationError
from lbm_studio.station.audio import SystemMicrophone
microphone = SystemMicrophone()
def start():
    try:
        microphone.start()
    except StationError as error:
        print(error)
start()
"""


def test_a_missing_portaudio_is_named_with_what_to_do(tmp_path: Path) -> None:
    no_library = "import ctypes.util\nctypes.util.find_library = lambda name: None\n"

    said = run(no_library + START, no_card(tmp_path))

    assert said == (
        "To record, PortAudio is needed. On Debian or Ubuntu: apt-get install libportaudio2. "
        "Until then, type the goal."
    )


@pytest.mark.skipif(Path("/proc/asound").exists(), reason="this machine has a sound card")
def test_without_a_microphone_a_sentence_says_so_each_time(tmp_path: Path) -> None:
    said = run(START + "start()", no_card(tmp_path))

    assert said.splitlines() == 2 * [
        "There is no microphone. Plug one in. Until then, type the goal."
    ]


def test_what_a_sound_card_delivers_arrives_unaltered(tmp_path: Path) -> None:
    samples = (8000 * np.sin(np.arange(8000) / 7)).astype(np.int16)
    code = START + (
        "while not microphone.is_full:\n    microphone.loudest_dbfs()\n"
        f"print(*(32768 * microphone.stop()[:{len(samples)}]).astype(int))"
    )

    said = run(code, card_that_plays(samples, tmp_path))

    assert [int(word) for word in said.split()] == samples.tolist()
