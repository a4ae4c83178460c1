"""Takes the pictures the window is drawn with: one moment of a scene, and the ends of some takes.

``lbm-studio worker snapshots --out resources/demo`` makes those that are shipped.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lbm_studio.station.simulation.catalogue import SKILLS
from lbm_studio.station.simulation.demonstrator import ScriptedDemonstrator
from lbm_studio.station.simulation.embodiments import dual_fr3
from lbm_studio.station.simulation.station import SimulatedStation

SAMPLES = 4
LIVE_SEED = 3
LIVE_STEPS = 26
TAKE_SEEDS = (10, 11, 12, 13, 14)
MOST_STEPS = 400
TAKE_SIZE_PX = (264, 198)


def main(arguments: list[str]) -> int:
    """Write the pictures as PNG into a folder; returns the exit code."""
    parser = argparse.ArgumentParser(prog="lbm-studio worker snapshots", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    folder = parser.parse_args(arguments).out
    folder.mkdir(parents=True, exist_ok=True)
    description = dual_fr3()
    cameras = description.embodiment.camera_names
    with SimulatedStation(description, samples=SAMPLES) as station:
        _demonstrate(station, LIVE_SEED, LIVE_STEPS)
        for name, frame in station.capture(cameras).items():
            _write(folder / f"{name}.png", frame.image)
        for seed in TAKE_SEEDS:
            _demonstrate(station, seed, MOST_STEPS)
            frame = station.capture(cameras[:1])[cameras[0]]
            _write(folder / f"take_{seed}.png", frame.image, TAKE_SIZE_PX)
    return 0


def _demonstrate(station: SimulatedStation, seed: int, most_steps: int) -> None:
    task = station.load(SKILLS[0], seed)
    demonstrator = ScriptedDemonstrator(station, task, seed, disturbance=False)
    for _ in range(most_steps):
        action = demonstrator.next_action()
        if action is None:
            return
        station.step(action)


def _write(path: Path, image: NDArray[np.uint8], size_px: tuple[int, int] | None = None) -> None:
    picture = Image.fromarray(image)
    if size_px is not None:
        picture = picture.resize(size_px, Image.Resampling.LANCZOS)
    picture.save(path, optimize=True)
