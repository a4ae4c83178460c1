"""Repeating a recorded episode's actions, open loop, on the layout it was recorded on."""

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lbm_studio.core.action import Action
from lbm_studio.core.codec import to_json
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.station.simulation.station import SimulatedStation


@dataclass(frozen=True)
class ReplayReport:
    """What came of repeating an episode.

    Attributes:
        dataset: its folder.
        episode: its number.
        skill: whose layout it was.
        seed: of the layout.
        goal: what had been asked for.
        success: whether the goal was reached again.
        milestones: which steps on the way were reached.
        frames: actions that were repeated.
        largest_error_m: largest distance of an end effector from where it was recorded [m].
        seconds: wall-clock time [s].
    """

    dataset: str
    episode: int
    skill: str
    seed: int
    goal: str
    success: bool
    milestones: dict[str, bool]
    frames: int
    largest_error_m: float
    seconds: float


def replay(path: Path | str, episode: int) -> ReplayReport:
    """Repeat one episode in simulation, as fast as possible.

    Raises:
        DatasetError: there is no such episode, or it was not recorded in simulation.
        UnknownNameError: its skill does not exist any more.
    """
    begin = time.monotonic()
    dataset = Dataset.open(Path(path))
    description = _simulated(dataset)
    vectors = dataset.vectors(episode)
    metadata = dataset.episodes[episode].metadata
    if not metadata.skill:
        raise DatasetError(
            f"Episode {episode} of “{path}” does not say which layout it was recorded on:"
            " it cannot be repeated."
        )
    names = description.embodiment.arm_names
    errors_m: list[float] = []
    with SimulatedStation(description) as station:
        task = station.load(find_skill(metadata.skill), metadata.seed)
        for state, action in zip(vectors.states, vectors.actions, strict=True):
            errors_m.append(_distance_m(station, Action.from_vector(state, names)))
            station.step(Action.from_vector(action, names))
        return ReplayReport(
            dataset=str(path),
            episode=episode,
            skill=metadata.skill,
            seed=metadata.seed,
            goal=metadata.goal,
            success=task.is_success(),
            milestones=task.milestones(),
            frames=len(vectors.actions),
            largest_error_m=float(np.max(errors_m)),
            seconds=time.monotonic() - begin,
        )


def _simulated(dataset: Dataset) -> StationDescription:
    if dataset.station is None or not dataset.station.simulated:
        raise DatasetError(
            f"“{dataset.root}” was not recorded on a simulated station: it cannot be repeated."
        )
    return dataset.station


def _distance_m(station: SimulatedStation, recorded: Action) -> float:
    measured = station.read().as_action()
    return max(
        measured.arms[name].pose.distance_m(target.pose) for name, target in recorded.arms.items()
    )


def main(arguments: list[str]) -> int:
    """Entry point of the process: writes the report to standard output as JSON."""
    parser = argparse.ArgumentParser(prog="lbm-studio worker replay", description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("episode", type=int)
    chosen = parser.parse_args(arguments)
    report = replay(chosen.dataset, chosen.episode)
    sys.stdout.write(json.dumps(to_json(report)) + "\n")
    return 0
