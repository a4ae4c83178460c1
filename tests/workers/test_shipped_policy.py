"""What ships drives the simulated station; where nothing ships, trainings start from scratch."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from lbm_studio.core.observation import Observation
from lbm_studio.core.paths import POLICY_VARIABLE, resources
from lbm_studio.learning.model.config import TextKind
from lbm_studio.learning.session import load_policy
from lbm_studio.policy.manifest import SHIPPED, WEIGHTS_FILE, read_manifest
from lbm_studio.policy.shipped import choose_start, shipped_policy
from lbm_studio.station.simulation.catalogue import SKILLS
from lbm_studio.station.simulation.embodiments import find_station
from lbm_studio.station.simulation.station import SimulatedStation
from tests.workers.checkpoints import save_raising_policy

STATION = find_station("simulated")


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    """Make a policy as it ships: in half precision."""
    run = save_raising_policy(tmp_path, STATION.embodiment, "lift it", TextKind.MINILM)
    file = run / "checkpoint" / WEIGHTS_FILE
    save_file({name: tensor.half() for name, tensor in load_file(file).items()}, file)
    return run / "checkpoint"


@pytest.mark.parametrize("which", ["stand_in", "resources"])
def test_what_ships_acts_on_the_simulated_station_and_is_what_training_starts_from(
    which: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_resources = resources() / "pretrained"
    folder = in_resources if which == "resources" else request.getfixturevalue(which)
    monkeypatch.setenv(POLICY_VARIABLE, str(folder))

    start = choose_start(None, lambda: STATION.embodiment)

    if shipped_policy() is None:
        assert which == "resources"
        assert start.checkpoint is None
    else:
        assert start.checkpoint == SHIPPED
        check_that_it_acts()


def check_that_it_acts() -> None:
    torch.set_num_threads(1)
    policy = load_policy(Path(SHIPPED), STATION)
    goal = read_manifest(Path(SHIPPED)).goals[0]
    with SimulatedStation(STATION) as station:
        station.load(SKILLS[0], seed=900_000)
        frames = station.capture(STATION.embodiment.camera_names)
        chunk = policy.start_session(seed=0).predict(Observation(station.read(), frames, goal))

    vectors = np.stack([a.as_vector(STATION.embodiment.arm_names) for a in chunk.actions])
    assert vectors.shape == (STATION.embodiment.chunk.length, STATION.embodiment.action_size)
    assert np.isfinite(vectors).all()
    weights = policy.loaded.network.state_dict().values()
    assert {tensor.dtype for tensor in weights} == {torch.float32}
