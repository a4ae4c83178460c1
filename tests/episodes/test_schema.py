"""Our files against those that LeRobot 0.6.1 wrote."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lbm_studio.core import keys
from lbm_studio.core.embodiment import StationDescription
from tests.episodes.recordings import record_dataset


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def schema(root: Path, file: str) -> pa.Schema:
    return pq.read_schema(root / file)


def test_info_has_the_official_fields(recorded: Path, official: Path) -> None:
    ours, theirs = (read_json(root / "meta/info.json") for root in (recorded, official))

    assert set(ours) == set(theirs)
    assert {key: type(value) for key, value in ours.items()} == {
        key: type(value) for key, value in theirs.items()
    }
    for key in ("codebase_version", "chunks_size", "data_path", "video_path"):
        assert ours[key] == theirs[key]


def test_info_describes_features_as_official(recorded: Path, official: Path) -> None:
    ours, theirs = (read_json(root / "meta/info.json")["features"] for root in (recorded, official))
    camera, their_camera = (
        ours["observation.images.scene"],
        theirs["observation.images.scene_left_0"],
    )

    for key in ("timestamp", "frame_index", "episode_index", "index", "task_index", "next.success"):
        assert ours[key] == theirs[key]
    assert set(camera) == set(their_camera)
    assert set(camera["info"]) == set(their_camera["info"])
    assert camera["names"] == their_camera["names"]
    assert len(ours["action"]["names"]) == ours["action"]["shape"][0]


def test_frames_have_the_official_column_types(recorded: Path, official: Path) -> None:
    file = "data/chunk-000/file-000.parquet"
    ours, theirs = schema(recorded, file), schema(official, file)

    for name in ("timestamp", "frame_index", "episode_index", "index", "task_index", keys.SUCCESS):
        assert ours.field(name).type == theirs.field(name).type
    assert ours.field("action").type == theirs.field("action").type
    assert (
        json.loads(ours.metadata[b"huggingface"])["info"]["features"]["action"]
        == (json.loads(theirs.metadata[b"huggingface"])["info"]["features"]["action"])
    )


def test_the_table_of_episodes_has_the_official_column_types(
    recorded: Path, official: Path
) -> None:
    file = "meta/episodes/chunk-000/file-000.parquet"
    ours, theirs = schema(recorded, file), schema(official, file)
    camera, their_camera = "observation.images.scene", "observation.images.scene_left_0"

    for field in theirs:
        if "observation.images" in field.name and their_camera not in field.name:
            continue
        name = field.name.replace(their_camera, camera)
        assert ours.field(name).type == field.type, name


def test_goals_are_indexed_as_pandas_does(recorded: Path, official: Path) -> None:
    ours, theirs = (schema(root, "meta/tasks.parquet") for root in (recorded, official))
    described, expected = (json.loads(s.metadata[b"pandas"]) for s in (ours, theirs))

    assert ours.remove_metadata() == theirs.remove_metadata()
    assert described["index_columns"] == expected["index_columns"]
    assert described["columns"] == expected["columns"]
    assert described["column_indexes"] == expected["column_indexes"]


def test_statistics_have_the_official_shape(recorded: Path, official: Path) -> None:
    ours, theirs = (read_json(root / "meta/stats.json") for root in (recorded, official))
    camera, expected = ours["observation.images.scene"], theirs["observation.images.scene_left_0"]

    assert set(camera) == set(expected)
    assert [len(camera["mean"]), len(camera["mean"][0]), len(camera["mean"][0][0])] == [3, 1, 1]
    assert all(0.0 <= camera["mean"][c][0][0] <= 1.0 for c in range(3))
    assert set(ours["action"]) == set(theirs["action"])
    assert ours["index"]["count"] == [36]


def test_only_what_a_policy_may_see_lies_under_observation(recorded: Path) -> None:
    features = read_json(recorded / "meta/info.json")["features"]

    observed = {key for key in features if key.startswith("observation.")}
    assert observed == {
        "observation.state",
        "observation.images.scene",
        "observation.images.wrist",
    }


@pytest.mark.parametrize("size", [1, 3])
def test_lerobot_doctor_reports_no_failure(
    tmp_path: Path, station: StationDescription, size: int
) -> None:
    root = record_dataset(tmp_path / "recorded", station, episodes=size, ticks=20)

    doctor = Path(sys.executable).with_name("lerobot-doctor")
    report = subprocess.run([doctor, "check", root], capture_output=True, text=True, check=False)

    assert report.returncode == 0, report.stdout
    assert "Summary" in report.stdout
    assert "FAIL" not in report.stdout, report.stdout
