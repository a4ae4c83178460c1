"""Sound cards for a machine that has none, by way of ALSA's own configuration."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]


def card_that_plays(samples: NDArray[np.int16], folder: Path) -> dict[str, str]:
    """Return the environment of a process whose microphone delivers samples, as fast as it can."""
    clip = folder / "clip.raw"
    clip.write_bytes(samples.tobytes())
    return _environment(
        folder,
        "pcm.!default { type file; slave.pcm { type null }; file /dev/null; format raw; "
        f'infile "{clip}" }}\n',
    )


def no_card(folder: Path) -> dict[str, str]:
    """Return the environment of a process without a microphone."""
    return _environment(folder, "pcm.!default { type hw; card 0 }\n")


def _environment(folder: Path, configuration: str) -> dict[str, str]:
    file = folder / "asound.conf"
    file.write_text(configuration)
    return {**os.environ, "ALSA_CONFIG_PATH": str(file), "PYTHONPATH": str(ROOT)}
