"""Images shrunk on reading; chunks relative to the state that belongs to them."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from lbm_studio.core import keys
from lbm_studio.core.errors import DiskFullError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.learning.model.config import ModelConfig
from lbm_studio.learning.training.samples import (
    EpisodeReference,
    FrameChoice,
    Samples,
    load_samples,
)
from lbm_studio.learning.training.views import view_dataset
from tests.learning.conftest import body

ALL_FRAMES = FrameChoice()


def load(
    dataset: Path,
    folder: Path,
    key_events: int = 1,
    choice: FrameChoice = ALL_FRAMES,
    frames: tuple[int, int | None] = (0, None),
) -> Samples:
    opened = Dataset.open(dataset)
    views = view_dataset(opened, body(1))
    first, last = frames
    episodes = [
        EpisodeReference(
            opened, e.index, (e.metadata.goal,), views, choice=choice, first=first, last=last
        )
        for e in opened.episodes
    ]
    return load_samples(
        episodes,
        body(1),
        config=ModelConfig(image_scale=2, key_events=key_events),
        folder=folder,
        progress=lambda _done, _total: None,
        workers=1,
    )


def test_the_first_step_of_a_chunk_is_near_the_measured_hand(dataset: Path, tmp_path: Path) -> None:
    samples = load(dataset, tmp_path / "cache")

    current = samples.chunks[:, body(1).chunk.past]

    np.testing.assert_allclose(current[:, :3], 0.0, atol=1e-6)
    np.testing.assert_allclose(current[:, 3:9], np.tile([1, 0, 0, 0, 1, 0], (len(samples), 1)))
    assert samples.images[0].shape[1:] == (2, 24, 32, 3)
    assert set(samples.goals) == {("put the red cube down",)}


def test_a_full_disk_is_told_before_anything_is_read(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1000))

    with pytest.raises(DiskFullError, match="Make room"):
        load(dataset, tmp_path / "cache")


def test_frames_that_a_trim_cut_off_are_neither_seen_nor_predicted(
    dataset: Path, tmp_path: Path
) -> None:
    whole = load(dataset, tmp_path / "whole")

    cut = load(dataset, tmp_path / "cut", frames=(2, 5))

    kept = np.isin(whole.step, [2, 3, 4, 5])
    assert set(cut.step.tolist()) == {0, 1, 2, 3}
    np.testing.assert_array_equal(cut.states, whole.states[kept])
    np.testing.assert_array_equal(cut.images[0], whole.images[0][kept])
    at_the_end = cut.chunks[cut.step == 3]
    last = np.broadcast_to(at_the_end[:, 1:2], at_the_end[:, 1:].shape)
    np.testing.assert_array_equal(at_the_end[:, 1:], last)


def test_numbers_of_an_absent_arm_do_not_count(dataset: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(dataset, tmp_path / "copy"))
    station = copy / keys.STATION_FILE
    said = json.loads(station.read_text()) | {"absent_arms": list(body(1).arm_names)}
    station.write_text(json.dumps(said))

    absent, present = load(copy, tmp_path / "a"), load(dataset, tmp_path / "b")

    assert present.counted is None
    assert absent.counted is not None
    assert absent.counted.shape == (len(absent.goals), body(1).action_size)
    assert not absent.counted.any()
