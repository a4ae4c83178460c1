"""What a new run starts from, as the command line asks for it."""

from pathlib import Path

import numpy as np
import pytest

from lbm_studio.core.errors import UnknownNameError
from lbm_studio.core.paths import POLICY_VARIABLE
from lbm_studio.core.runs import SPEC_FILE, JobStatus, write_json
from lbm_studio.episodes.writer import DatasetWriter
from lbm_studio.learning.model.config import TextKind
from lbm_studio.learning.training.presets import REFERENCE_PRESET, find_preset
from lbm_studio.learning.training.spec import TUNED_ENCODER_FRACTION, TrainSpec
from lbm_studio.policy.manifest import read_manifest
from lbm_studio.workers.train import begin_run, read_spec, train
from tests.learning.conftest import body
from tests.learning.training.conftest import station, write_episode
from tests.workers.checkpoints import save_raising_policy


@pytest.fixture
def spec(tmp_path: Path) -> TrainSpec:
    with DatasetWriter.open(tmp_path / "demonstrations", station(body(1))) as writer:
        for seed in range(2):
            write_episode(writer, body(1), np.array([0.05, 0.02 * seed, 0.02]), seed)
    return TrainSpec((str(tmp_path / "demonstrations"),), minutes=None, steps=1)


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    run = save_raising_policy(tmp_path / "own", body(1), "lift it", TextKind.MINILM)
    monkeypatch.setenv(POLICY_VARIABLE, str(run / "checkpoint"))
    return run


def test_a_training_fine_tunes_the_policy_that_ships_and_keeps_its_network(
    spec: TrainSpec, shipped: Path, tmp_path: Path
) -> None:
    told = begin_run(tmp_path / "run", spec, None, None)
    status = train(tmp_path / "run")

    manifest = read_manifest(tmp_path / "run")
    assert told == "Starts from LBM Studio's own policy."
    assert status is JobStatus.DONE
    assert manifest.provenance["start_from"] == "shipped"
    assert manifest.model == read_manifest(shipped).model
    asked = read_spec(tmp_path / "run")
    assert asked.encoder_fraction == TUNED_ENCODER_FRACTION
    assert asked.augmentation == find_preset(REFERENCE_PRESET).augmentation


@pytest.mark.parametrize("start_from", ["shipped", None])
def test_the_window_which_names_no_settings_trains_as_the_command_does(
    spec: TrainSpec, shipped: Path, tmp_path: Path, start_from: str | None
) -> None:
    asked = {"datasets": spec.datasets, "minutes": 7.0, "start_from": start_from}
    (tmp_path / "window").mkdir()
    write_json(tmp_path / "window" / SPEC_FILE, asked)

    begin_run(
        tmp_path / "command",
        TrainSpec(datasets=spec.datasets, minutes=7.0),
        start_from or "scratch",
        None,
    )

    assert read_spec(tmp_path / "window") == read_spec(tmp_path / "command")


@pytest.mark.parametrize(
    ("start_from", "preset"), [("scratch", None), (None, "pretrained"), ("scratch", "lbm1")]
)
def test_scratch_and_a_preset_make_a_new_network(
    spec: TrainSpec, shipped: Path, tmp_path: Path, start_from: str | None, preset: str | None
) -> None:
    told = begin_run(tmp_path / "run", spec, start_from, preset)

    assert told.startswith("Starts from scratch")
    assert read_spec(tmp_path / "run").start_from is None


def test_a_preset_may_say_how_a_checkpoint_is_fine_tuned(
    spec: TrainSpec, shipped: Path, tmp_path: Path
) -> None:
    begin_run(tmp_path / "run", spec, "shipped", "pretrained")

    assert read_spec(tmp_path / "run").start_from == "shipped"


def test_nothing_is_made_for_a_preset_that_does_not_exist(spec: TrainSpec, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError):
        begin_run(tmp_path / "run", spec, None, "huge")

    assert not (tmp_path / "run").exists()
