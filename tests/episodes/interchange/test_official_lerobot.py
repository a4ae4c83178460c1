"""What official LeRobot makes of our datasets, in the interpreter that LBM_LEROBOT_PYTHON names.

    python3.12 -m venv ~/lerobot && ~/lerobot/bin/pip install "lerobot[training]==0.6.1"
    LBM_LEROBOT_PYTHON=~/lerobot/bin/python pytest -k official_lerobot

Its decoder, torchcodec, wants the libraries of FFmpeg (Debian: ``apt-get install ffmpeg``).

Six simulated cameras are recorded as ``lbm-studio record`` does, and exported with edits.
"""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from lbm_studio.core import keys
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.edits.change import Change, EditField, FrameRange, Phase
from lbm_studio.episodes.edits.log import EditLog
from lbm_studio.episodes.interchange.exporter import export_episodes
from lbm_studio.workers.record import RecordSpec, record
from tests.episodes.interchange.doctoring import doctor_failures

PYTHON = os.environ.get("LBM_LEROBOT_PYTHON")
PATIENCE_S = 1800.0
KEPT = FrameRange(3, 20)
GOAL = "press the round button firmly"
PARAPHRASES = ("push the button down", "press it")
FIRST_PHASES = (Phase("reach", FrameRange(0, 9)),)
PHASES = (Phase("reach", FrameRange(3, 10)), Phase("press", FrameRange(11, 20)))
CAMERAS = 6
DECODERS_DIFFER = 2.5
"""Colours are converted by another program there; of 255 levels, in the mean."""

MOVEMENT = 20
"""Where a picture differs so much from the one before it, neither is taken for the other."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON, reason="LBM_LEROBOT_PYTHON names no Python that has LeRobot."),
    pytest.mark.timeout(PATIENCE_S),
]


@dataclass(frozen=True)
class Official:
    """What LeRobot left: folders of datasets, what it read of each, and its other answers."""

    folder: Path
    answers: Mapping[str, Any]

    def read(self, name: str) -> Mapping[str, NDArray[Any]]:
        return np.load(self.folder / f"{name}.npz")


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Official:
    """Record two episodes, export them plain and annotated, and hand them to LeRobot."""
    folder = tmp_path_factory.mktemp("official")
    recorded = folder / "recorded"
    record(RecordSpec(dataset=str(recorded), skill="press_button", episodes=2))
    first, second = (episode.metadata.uuid for episode in Dataset.open(recorded).episodes)
    log = EditLog(recorded)
    log.apply(
        Change(second, EditField.GOAL, GOAL),
        Change(second, EditField.PARAPHRASES, PARAPHRASES),
        Change(second, EditField.TRIM, KEPT),
    )
    export_episodes(recorded, folder / "plain", ["1"])
    log.apply(
        Change(first, EditField.PHASES, FIRST_PHASES),
        Change(second, EditField.PHASES, PHASES),
    )
    export_episodes(recorded, folder / "annotated")
    script = Path(__file__).with_name("in_lerobot.py")
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hub")}
    run = subprocess.run(
        [str(PYTHON), str(script), str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert run.returncode == 0, run.stderr[-4000:]
    return Official(folder, json.loads((folder / "answers.json").read_text(encoding="utf-8")))


def require_same(official: Official, name: str) -> None:
    """Hold every frame that LeRobot read of a dataset against what we read of it."""
    theirs, ours = official.read(name), Dataset.open(official.folder / name)
    episodes = range(len(ours.episodes))
    vectors = [ours.vectors(index) for index in episodes]
    for key, values in (
        (keys.STATE, [v.states for v in vectors]),
        (keys.ACTION, [v.actions for v in vectors]),
        (keys.CAPTURED_NS, [v.captured_ns for v in vectors]),
        (keys.FRAME_INDEX, [np.arange(e.length) for e in ours.episodes]),
        (keys.EPISODE_INDEX, [np.full(e.length, e.index) for e in ours.episodes]),
        ("task", [np.full(e.length, e.metadata.goal) for e in ours.episodes]),
    ):
        np.testing.assert_array_equal(theirs[key], np.concatenate(values), err_msg=key)
    assert len(ours.cameras) == CAMERAS
    for camera in ours.cameras:
        pictures = np.concatenate([ours.images(index, camera) for index in episodes]).astype(int)
        error = np.abs(theirs[keys.image_key(camera)] - pictures)
        moves = np.abs(np.diff(pictures, axis=0)) > MOVEMENT
        assert error.mean(axis=(1, 2, 3)).max() < DECODERS_DIFFER, camera
        assert not moves.any() or error[1:].mean(where=moves) < MOVEMENT / 4, camera


def lengths(official: Official, name: str) -> list[int]:
    return [episode.length for episode in Dataset.open(official.folder / name).episodes]


@pytest.mark.parametrize(
    "name", ["recorded", "annotated", "merged", "doubled", "shortened", "rest", "resumed"]
)
def test_every_frame_is_read_as_we_read_it(official: Official, name: str) -> None:
    require_same(official, name)


def test_datasets_are_merged(official: Official) -> None:
    first, second = lengths(official, "recorded")

    assert lengths(official, "merged") == [first, second, len(KEPT)]
    assert lengths(official, "doubled") == [first, len(KEPT)] * 2


def test_an_episode_is_deleted(official: Official) -> None:
    _, second = lengths(official, "recorded")

    assert lengths(official, "shortened") == [second]
    assert lengths(official, "rest") == [len(KEPT)]


def test_an_episode_is_appended(official: Official) -> None:
    episodes = Dataset.open(official.folder / "resumed").episodes

    assert [e.length for e in episodes] == [*lengths(official, "recorded"), 4]
    assert episodes[2].metadata.goal == "do it once more"


@pytest.mark.parametrize(("name", "times"), [("annotated", 1), ("doubled", 2), ("rewritten", 1)])
def test_each_frame_is_in_the_phase_it_was_put_in(
    official: Official, name: str, times: int
) -> None:
    first, _ = lengths(official, "recorded")
    phases = ["reach"] * first + ["reach"] * 8 + ["press"] * 10  # the last holds until the end

    assert official.read(name)["phase"].tolist() == phases * times
    assert GOAL in official.read(name)["task"]


def test_phases_and_paraphrases_are_as_lerobot_itself_writes_them(official: Official) -> None:
    ours, theirs = (
        [pq.read_table(file).column(keys.LANGUAGE).to_pylist() for file in files]
        for files in (
            sorted((official.folder / name / "data").rglob("*.parquet"))
            for name in ("annotated", "rewritten")
        )
    )

    assert ours == theirs
    assert len(ours[1][0]) == len(PHASES) + 1 + len(PARAPHRASES)


@pytest.mark.parametrize("name", ["recorded", "annotated"])
def test_a_policy_is_trained(official: Official, name: str) -> None:
    trained = official.answers["trained"][name]
    dataset = Dataset.open(official.folder / name)
    cameras = {keys.image_key(camera) for camera in dataset.cameras}

    assert len(trained["losses"]) == 2
    assert all(0.0 < loss < 1000.0 for loss in trained["losses"])
    assert set(trained["inputs"]) == {keys.STATE, *cameras}
    assert trained["inputs"][keys.STATE] == [20]
    assert trained["outputs"] == {keys.ACTION: [20]}
    assert trained["weights_bytes"] > 10**6


@pytest.mark.parametrize("name", ["recorded", "plain", "merged", "shortened", "resumed"])
def test_lerobot_doctor_reports_no_failure(official: Official, name: str) -> None:
    assert doctor_failures(official.folder / name) == []


def test_lerobot_doctor_finds_the_same_fault_with_phases_that_lerobot_wrote(
    official: Official,
) -> None:
    (ours,) = doctor_failures(official.folder / "annotated")
    (theirs,) = doctor_failures(official.folder / "rewritten")

    assert ours == theirs
    assert ours.startswith("1 shape mismatch(es) across episodes: [(1, 'language_persistent'")
