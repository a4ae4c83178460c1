"""Files that anybody can have written."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lbm_studio.core import keys
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes import layout, trust
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.info import read_info
from lbm_studio.episodes.verify import verify_dataset
from lbm_studio.episodes.writer import DatasetWriter
from tests.episodes.recordings import record_episode


def change(root: Path, file: str, edit: Callable[[Any], object]) -> None:
    path = root / file
    value = json.loads(path.read_text())
    edit(value)
    path.write_text(json.dumps(value))


@pytest.mark.parametrize(
    "template",
    [
        "../outside/{chunk_index}",
        "/outside/{file_index}",
        "data/{chunk_index:999999999d}",
        "data/{chunk_index.__class__}",
        "data/{chunk_index!r}",
        "data/{nobody}",
        "data/{",
    ],
)
def test_a_template_that_is_more_than_a_name_is_refused(recorded: Path, template: str) -> None:
    change(recorded, layout.INFO_FILE, lambda info: info.update(data_path=template))

    with pytest.raises(DatasetError, match=r"names (files by|the file)"):
        Dataset.open(recorded).vectors(0)


def test_a_feature_that_leads_elsewhere_never_costs_a_file_there(
    recorded: Path, station: StationDescription
) -> None:
    outside = recorded.parent / "outside" / "chunk-000" / "file-900.mp4"
    outside.parent.mkdir(parents=True)
    outside.touch()

    def lead(info: Any) -> None:
        features = info["features"]
        features["../../outside"] = features.pop(keys.image_key("scene"))

    change(recorded, layout.INFO_FILE, lead)

    with pytest.raises(DatasetError, match="is no name"):
        DatasetWriter.open(recorded, station)
    assert outside.exists()


def test_files_behind_a_link_are_not_taken_for_left_overs(
    recorded: Path, station: StationDescription
) -> None:
    outside = recorded.parent / "outside"
    outside.mkdir()
    (outside / "file-900.parquet").touch()
    (recorded / "data" / "chunk-900").symlink_to(outside)

    DatasetWriter.open(recorded, station).close()

    assert (outside / "file-900.parquet").exists()


def test_a_folder_with_the_name_of_a_file_is_not_taken_for_a_left_over(
    recorded: Path, station: StationDescription
) -> None:
    folder = recorded / "data" / "chunk-000" / "file-900.parquet"
    folder.mkdir()

    DatasetWriter.open(recorded, station).close()

    assert folder.is_dir()


@pytest.mark.parametrize("file", [layout.TASKS_FILE, layout.INFO_FILE, keys.STATION_FILE])
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(
    recorded: Path, station: StationDescription, file: str
) -> None:
    (recorded / file).unlink()
    os.mkfifo(recorded / file)

    with pytest.raises(DatasetError, match=r"missing|has no"):
        DatasetWriter.open(recorded, station)


def test_a_table_that_unfolds_to_more_rows_than_it_has_bytes_is_refused(recorded: Path) -> None:
    path = recorded / layout.TASKS_FILE
    rows = pa.table({"task_index": np.zeros(10**6, np.int64), "task": ["x"] * 10**6})
    pq.write_table(rows, path, compression="zstd")

    with pytest.raises(DatasetError, match="claims 1000000 rows"):
        verify_dataset(recorded)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (keys.STATE, pa.array(["x"] * 12)),
        (keys.STATE, pa.array(np.zeros(12))),
        (keys.CAPTURED_NS, pa.array([None] * 12, pa.int64())),
        (keys.STATE, pa.array([[np.nan] * 20] * 12, pa.list_(pa.float32(), 20))),
    ],
    ids=["texts", "scalars", "nothing", "no numbers"],
)
def test_a_column_that_is_not_what_is_said_of_it_is_refused(
    recorded: Path, column: str, values: pa.Array
) -> None:
    path = recorded / "data/chunk-000/file-000.parquet"
    table = pq.read_table(path)
    table = table.set_column(table.column_names.index(column), column, values)
    pq.write_table(table.replace_schema_metadata(None), path)

    with pytest.raises(DatasetError, match="is damaged"):
        Dataset.open(recorded).vectors(0)


def test_a_video_of_another_size_is_refused(recorded: Path) -> None:
    scene, wrist = (recorded / "videos" / keys.image_key(name) for name in ("scene", "wrist"))
    file = "chunk-000/file-000.mp4"
    (scene / file).write_bytes((wrist / file).read_bytes())

    with pytest.raises(DatasetError, match="its pictures have 32 x 24 pixels"):
        Dataset.open(recorded).images(0, "scene")


def test_a_video_of_a_codec_nobody_knows_is_refused(recorded: Path) -> None:
    path = recorded / "videos" / keys.image_key("scene") / "chunk-000/file-000.mp4"
    path.write_bytes(path.read_bytes().replace(b"avc1", b"xxxx"))

    with pytest.raises(DatasetError, match=r"file-000\.mp4” is damaged"):
        Dataset.open(recorded).images(0, "scene")


@pytest.mark.parametrize("value", [0, -1, 7.5, 10**9, "x", None, float("inf"), float("nan")])
def test_a_rate_beyond_reason_is_refused(recorded: Path, value: object) -> None:
    change(recorded, layout.INFO_FILE, lambda info: info.update(fps=value))

    with pytest.raises(DatasetError, match=r"info\.json” is damaged and cannot be read"):
        read_info(recorded)


def test_a_camera_whose_name_is_a_path_is_refused(recorded: Path) -> None:
    def rename(identity: Any) -> None:
        identity["station"]["embodiment"]["cameras"][0]["name"] = "../../scene"

    change(recorded, keys.STATION_FILE, rename)

    with pytest.raises(DatasetError, match="is no name"):
        Dataset.open(recorded)


@pytest.mark.parametrize("value", ["", ".", "..", "a/b", "a\\b", "a\0", "a\n", 3, None, "x" * 999])
def test_a_name_that_could_lead_elsewhere_is_none(value: object) -> None:
    with pytest.raises(ValueError, match="is no name"):
        trust.name(value)


@pytest.mark.parametrize(
    "edit",
    [
        lambda stats: stats.update(nobody=stats["action"]),
        lambda stats: stats.update(action=stats["index"]),
        lambda stats: stats["action"].update(mean=[1.0]),
        lambda stats: stats.update(action=None),
    ],
    ids=["unknown", "another size", "several sizes", "none"],
)
def test_damaged_statistics_are_made_anew(
    recorded: Path, station: StationDescription, edit: Callable[[Any], object]
) -> None:
    before = (recorded / layout.STATS_FILE).read_text()
    change(recorded, layout.STATS_FILE, edit)

    with DatasetWriter.open(recorded, station) as writer:
        record_episode(writer, station, seed=4)

    after = json.loads((recorded / layout.STATS_FILE).read_text())
    assert set(after) == set(json.loads(before))
    assert len(after["action"]["mean"]) == station.embodiment.action_size
