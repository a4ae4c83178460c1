import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lbm_studio.core import keys
from lbm_studio.core.action import ActionConvention
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import DatasetError, UnknownNameError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.verify import verify_dataset
from tests.episodes.recordings import make_metadata, make_tick


def test_what_was_recorded_comes_back(recorded: Path, station: StationDescription) -> None:
    dataset = Dataset.open(recorded)
    ticks = [make_tick(station, tick, seed=1) for tick in range(12)]

    vectors = dataset.vectors(1)

    assert vectors.states.dtype == vectors.actions.dtype == np.float32
    np.testing.assert_allclose(vectors.states, [t["state"] for t in ticks], atol=1e-6)
    np.testing.assert_allclose(vectors.actions, [t["action"] for t in ticks], atol=1e-6)
    assert vectors.captured_ns.tolist() == [t["captured_ns"] for t in ticks]


def test_every_other_column_comes_back_too(recorded: Path, station: StationDescription) -> None:
    names = (keys.JOINTS, keys.CLAMPED, keys.CAMERA_CAPTURED_NS, keys.SUCCESS, keys.DONE, "none")
    ticks = [make_tick(station, tick, seed=2) for tick in range(12)]

    columns = Dataset.open(recorded).columns(2, names)

    assert set(columns) == set(names) - {"none"}
    np.testing.assert_allclose(columns[keys.JOINTS], [t["joints"] for t in ticks], atol=1e-6)
    assert columns[keys.CLAMPED].tolist() == [t["clamped"] for t in ticks]
    first, second = columns[keys.CAMERA_CAPTURED_NS].T.tolist()
    assert first == [t["captured_ns"] + 7 for t in ticks]
    assert second == [t["captured_ns"] for t in ticks]
    assert columns[keys.SUCCESS].tolist() == columns[keys.DONE].tolist() == [False] * 11 + [True]


def test_pictures_come_back_in_order_and_in_their_colours(
    recorded: Path, station: StationDescription
) -> None:
    expected = np.stack([make_tick(station, t, seed=1)["images"]["scene"] for t in range(12)])

    images = Dataset.open(recorded).images(1, "scene")

    assert images.shape == expected.shape
    assert images.dtype == np.uint8
    assert np.abs(images.astype(int) - expected).mean() < 2.0


def test_pictures_can_be_read_from_the_middle(recorded: Path) -> None:
    dataset = Dataset.open(recorded)

    whole = dataset.images(2, "wrist")
    rest = list(dataset.iter_images(2, "wrist", first=7))

    np.testing.assert_array_equal(rest, whole[7:])


def test_pictures_can_be_reduced_while_they_are_decoded(
    recorded: Path, station: StationDescription
) -> None:
    whole = make_tick(station, 3, seed=0)["images"]["scene"].astype(float)
    expected = whole.reshape(24, 2, 32, 2, 3).mean(axis=(1, 3))

    images = Dataset.open(recorded).images(0, "scene", size_px=(32, 24))

    assert images.shape == (12, 24, 32, 3)
    assert np.abs(images[3] - expected).mean() < 1.5


def test_what_was_said_of_an_episode_comes_back(
    recorded: Path, station: StationDescription
) -> None:
    dataset = Dataset.open(recorded)

    episode = dataset.episodes[1]

    assert (episode.index, episode.length, episode.duration_s) == (1, 12, 2.4)
    assert episode.metadata == make_metadata(1, uuid=episode.metadata.uuid)
    assert dataset.station == station
    assert dataset.convention == ActionConvention(arms=("right", "left"))
    assert dataset.goals == ("put the block in bowl 0", "put the block in bowl 1")
    assert (dataset.rate_hz, dataset.frames, dataset.cameras) == (5.0, 36, ("scene", "wrist"))


def test_reading_changes_nothing_and_needs_no_right_to_write(recorded: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in recorded.rglob("*")}

    dataset = Dataset.open(recorded)
    dataset.vectors(0)
    dataset.images(0, "wrist")

    assert {path: path.stat().st_mtime_ns for path in recorded.rglob("*")} == before


def test_the_official_dataset_is_read(official: Path) -> None:
    dataset = Dataset.open(official)
    second = dataset.vectors(1)

    assert dataset.station is None
    assert dataset.convention is None
    assert dataset.goals == ("put the kiwi in the bowl", "wipe the table")
    assert [episode.length for episode in dataset.episodes] == [12, 12]
    assert second.states.shape == (12, 16)
    assert second.actions.shape == (12, 20)
    assert second.captured_ns[:3].tolist() == [0, 100_000_000, 200_000_000]
    assert verify_dataset(official, decode=True).findings == ()


def test_episodes_that_share_a_video_are_told_apart(official: Path) -> None:
    dataset = Dataset.open(official)

    first, second = (dataset.images(index, "scene_left_0") for index in (0, 1))

    assert first.shape == second.shape == (12, 48, 64, 3)
    np.testing.assert_array_equal(list(dataset.iter_images(1, "scene_left_0", first=5)), second[5:])


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda root: shutil.rmtree(root), "does not exist"),
        (lambda root: (root / "meta/info.json").unlink(), "has no meta/info.json"),
        (lambda root: (root / "meta/info.json").write_text("{"), "is damaged and cannot be read"),
        (lambda root: (root / "meta/lbm_station.json").write_text("["), "is damaged"),
        (lambda root: (root / "meta/lbm_station.json").write_text("{}"), "cannot be read"),
        (
            lambda root: (root / "meta/episodes/chunk-000/file-000.parquet").write_bytes(b"PAR1"),
            "is damaged and cannot be read",
        ),
    ],
)
def test_a_folder_that_is_no_sound_dataset_is_named(
    recorded: Path, damage: Callable[[Path], object], sentence: str
) -> None:
    damage(recorded)

    with pytest.raises(DatasetError) as caught:
        Dataset.open(recorded)

    assert sentence in str(caught.value)
    assert str(recorded) in str(caught.value)


def test_an_older_format_is_named(recorded: Path) -> None:
    path = recorded / "meta/info.json"
    value = json.loads(path.read_text())
    path.write_text(json.dumps({**value, "codebase_version": "v2.1"}))

    with pytest.raises(DatasetError, match=r"is in LeRobot format v2\.1; only v3\.0 can be read"):
        Dataset.open(recorded)


def test_damaged_frames_are_named(recorded: Path) -> None:
    path = recorded / "data/chunk-000/file-001.parquet"
    path.write_bytes(path.read_bytes()[:200])

    dataset = Dataset.open(recorded)

    assert len(dataset.vectors(0).states) == 12
    with pytest.raises(DatasetError, match=r"file-001\.parquet” is damaged"):
        dataset.vectors(1)


def test_a_damaged_or_missing_video_is_named(recorded: Path) -> None:
    folder = recorded / "videos/observation.images.scene/chunk-000"
    (folder / "file-000.mp4").write_bytes(b"no video")
    (folder / "file-001.mp4").unlink()
    dataset = Dataset.open(recorded)

    with pytest.raises(DatasetError, match=r"file-000\.mp4” is damaged"):
        dataset.images(0, "scene")
    with pytest.raises(DatasetError, match=r"file-001\.mp4” is missing"):
        dataset.images(1, "scene")


def test_names_that_do_not_exist_are_answered_with_those_that_do(recorded: Path) -> None:
    dataset = Dataset.open(recorded)

    with pytest.raises(DatasetError, match=r"There is no episode 3 in .* it holds 0 to 2"):
        dataset.vectors(3)
    with pytest.raises(UnknownNameError, match="no camera called “left”"):
        dataset.images(0, "left")


def test_verification_finds_what_does_not_add_up(recorded: Path) -> None:
    scene = recorded / "videos/observation.images.scene/chunk-000"
    shutil.copy(scene / "file-000.mp4", scene / "file-003.mp4")
    (recorded / "data/chunk-000/file-002.parquet").unlink()
    wrist = recorded / "videos/observation.images.wrist/chunk-000/file-001.mp4"
    wrist.write_bytes(wrist.read_bytes()[:400])
    info = recorded / "meta/info.json"
    info.write_text(info.read_text().replace('"total_frames": 36', '"total_frames": 35'))

    findings = "\n".join(verify_dataset(recorded).findings)

    assert "file-003.mp4” belongs to no episode" in findings
    assert "file-002.parquet” is missing" in findings
    assert "file-001.mp4” is damaged" in findings
    assert "tells of 3 episodes with 35 frames; there are 3 with 36" in findings


@pytest.mark.parametrize("frames", [(0,), (7, 2, 11), (5, 5), (99,)])
def test_a_few_pictures_are_those_of_the_whole_episode(
    recorded: Path, frames: tuple[int, ...]
) -> None:
    dataset = Dataset.open(recorded)
    whole = dataset.images(1, "scene")

    few = dataset.pictures(1, "scene", frames)

    np.testing.assert_array_equal(few, whole[[min(frame, 11) for frame in frames]])
