"""Recordings of people, synthesised voices, and sounds that are no speech."""

import shutil
import subprocess
import wave
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lbm_studio.core.sound import SPEECH_RATE_HZ, Samples, resample

PEOPLE = Path("/usr/share/pocketsphinx/test/data")
"""Where Debian's package pocketsphinx-testdata puts recordings."""

FULL_SCALE = 32768.0

GOALS = (
    "put the red apple in the bowl",
    "fold the towel",
    "stack the blue cube on the green cube",
    "hang the mug on the rack",
    "open the drawer and place the spoon inside",
)
OTHER_GOALS = (
    "pour water from the jug",
    "wipe the table with the brush",
    "cut the tomato in two",
    "take the toast out of the box",
    "press the button under the lamp",
    "turn the wheel and pull out the peg",
)
"""Whose words nobody taught."""

VOICES: Mapping[str, tuple[str, ...]] = {
    "espeak-ng, American": ("espeak-ng", "-v", "en-us", "-s", "150", "-w"),
    "espeak-ng, British": ("espeak-ng", "-v", "en-gb", "-s", "150", "-w"),
    "flite": ("flite", "-voice", "slt", "-o"),
}


@dataclass(frozen=True)
class Clip:
    """A recording, and what is said in it."""

    name: str
    samples: Samples
    words: str


def read_wave(path: Path) -> Samples:
    """Return the one channel of a file with 16 bits a sample, at the rate of speech."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2), path
        rate_hz, content = file.getframerate(), file.readframes(file.getnframes())
    return resample(_samples(content), rate_hz, SPEECH_RATE_HZ)


def go_forward() -> Clip:
    """Return a person who tells a robot what to do."""
    content = (PEOPLE / "goforward.raw").read_bytes()
    return Clip("go forward", _samples(content), "go forward ten meters")


def read_aloud() -> Iterator[Clip]:
    """Yield people who read a book aloud (LibriVox)."""
    yield from _transcribed(PEOPLE / "librivox", "transcription")


def on_the_telephone() -> Iterator[Clip]:
    """Yield people who name playing cards, in the quality of a telephone."""
    yield from _transcribed(PEOPLE / "cards", "cards.transcription")


def _transcribed(folder: Path, transcription: str) -> Iterator[Clip]:
    for line in (folder / transcription).read_text().splitlines():
        words, _, name = line.removeprefix("<s>").partition("</s>")
        name = name.strip(" ()")
        yield Clip(name, read_wave(folder / f"{name}.wav"), words.strip())


def spoken(words: str, voice: str, folder: Path) -> Clip:
    """Return what a synthesised voice says."""
    file = folder / "spoken.wav"
    program, *options = VOICES[voice]
    text = ("-t", words) if program == "flite" else (words,)
    ends_with_file = [*options, str(file), *text]
    subprocess.run([program, *ends_with_file], check=True, capture_output=True)
    return Clip(f"{voice}: {words}", read_wave(file), words)


def missing_programs() -> list[str]:
    """Return the synthesisers that are not installed."""
    programs = {command[0] for command in VOICES.values()}
    return sorted(name for name in programs if shutil.which(name) is None)


def quiet_sounds(seconds: float = 3.0) -> Iterator[Clip]:
    """Yield sounds in which nobody speaks."""
    random = np.random.default_rng(0)
    time_s = np.arange(round(seconds * SPEECH_RATE_HZ)) / SPEECH_RATE_HZ
    noise = random.standard_normal(len(time_s))
    pink = np.fft.irfft(np.fft.rfft(noise) / np.sqrt(np.maximum(1, np.arange(len(noise) // 2 + 1))))
    hum = sum(np.sin(2 * np.pi * 50 * k * time_s) / k for k in range(1, 6))
    sounds = {
        "no sound at all": np.zeros_like(time_s),
        "a quiet room": 0.002 * noise,
        "loud white noise": 0.2 * noise,
        "pink noise": 0.2 * pink / np.abs(pink).max(),
        "hum of the mains": 0.2 * hum,
        "hum and noise": 0.1 * hum + 0.02 * noise,
        "clicks": 0.8 * (random.random(len(time_s)) > 0.9995),
        "a sweep": 0.3 * np.sin(2 * np.pi * (100 + 500 * time_s) * time_s),
        "a motor that starts and stops": 0.3 * hum * (np.sin(2 * np.pi * 0.7 * time_s) > 0),
    }
    for name, samples in sounds.items():
        yield Clip(name, samples.astype(np.float32), "")


def in_noise(clip: Clip, ratio_db: float) -> Clip:
    """Return the same words in white noise, so much quieter than they are [dB]."""
    random = np.random.default_rng(1)
    power = float(np.mean(clip.samples**2)) / 10 ** (ratio_db / 10)
    noise = random.standard_normal(len(clip.samples)) * np.sqrt(power)
    return Clip(f"{clip.name} in noise", (clip.samples + noise).astype(np.float32), clip.words)


def word_errors(said: str, heard: str) -> int:
    """Return how many words were changed, left out or put in."""
    left, right = said.split(), heard.replace("-", " ").split()
    row = list(range(len(right) + 1))
    for i, word in enumerate(left, 1):
        previous, row = row, [i]
        for j, other in enumerate(right, 1):
            row.append(min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (word != other)))
    return row[-1]


def _samples(content: bytes) -> Samples:
    return (np.frombuffer(content, np.int16) / FULL_SCALE).astype(np.float32)
