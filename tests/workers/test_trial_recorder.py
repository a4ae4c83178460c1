"""Trials that are kept as episodes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lbm_studio.core.episode import FIRST_UNSEEN_SEED, EpisodeSource
from lbm_studio.core.station_file import Driver
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.station.simulation.embodiments import find_station
from lbm_studio.workers.record import RecordSpec, record
from lbm_studio.workers.rollouts import RolloutSpec, rollout, rollout_beside_simulation

SMALL = RolloutSpec(
    "put_cube_in_tray",
    trials=2,
    baseline="idle",
    station="simulated-single",
    time_limit_s=2.0,
    processes=2,
)
REHEARSED = replace(SMALL, trials=1, station="simulated", driver=Driver.FRANKA)


def test_every_trial_becomes_an_episode_with_its_layout_and_verdict(tmp_path: Path) -> None:
    rollout(replace(SMALL, recording=str(tmp_path / "trials")), lambda _: None)

    dataset = Dataset.open(tmp_path / "trials")
    kept = [episode.metadata for episode in dataset.episodes]
    assert [m.seed for m in kept] == [FIRST_UNSEEN_SEED, FIRST_UNSEEN_SEED + 1]
    assert {(m.skill, m.source, m.success, m.operator) for m in kept} == {
        (SMALL.skill, EpisodeSource.POLICY, False, "idle")
    }
    rate_hz = find_station(SMALL.station).embodiment.chunk.rate_hz
    assert [e.length for e in dataset.episodes] == [round(SMALL.time_limit_s * rate_hz)] * 2


@pytest.mark.slow
def test_the_driver_of_real_arms_is_tried_beside_simulated_ones(tmp_path: Path) -> None:
    spec = replace(REHEARSED, recording=str(tmp_path / "trials"))

    report = rollout_beside_simulation(spec, lambda _: None)

    assert report.simulated is not None
    assert [trial.seed for trial in report.each] == [t.seed for t in report.simulated.each]
    states = Dataset.open(tmp_path / "trials").vectors(0).states
    assert np.ptp(states, axis=0).max() < 0.02  # nothing was to be done, and nothing was


@pytest.mark.slow
def test_a_task_demonstrated_through_the_driver_of_real_arms_succeeds(tmp_path: Path) -> None:
    spec = RecordSpec(str(tmp_path / "shown"), SMALL.skill, 1, driver=Driver.FRANKA)

    report = record(spec)

    assert report.episodes == 1
