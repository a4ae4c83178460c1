"""LeRobot folders written with pyarrow and PyAV to the layout LeRobot publishes."""

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image
from scipy.spatial.transform import Rotation

from tests.episodes.interchange.truth import Demonstration, demonstrate, film

RATE_HZ = 10
FRAMES = (9, 7)
GOALS = ("stack the cups", "wipe the table")
CAMERA = "observation.images.front"
STILL = "observation.images.wrist_still"
SIZE_PX = (80, 60)
STILL_SIZE_PX = (32, 24)
STATE_LABELS = ["x", "y", "z", "qx", "qy", "qz", "qw", "gripper"]


def demonstrations() -> list[Demonstration]:
    return [demonstrate(seed, frames) for seed, frames in enumerate(FRAMES)]


def films() -> list[NDArray[np.uint8]]:
    return [film(seed, frames, *SIZE_PX) for seed, frames in enumerate(FRAMES)]


def stills() -> list[NDArray[np.uint8]]:
    return [film(seed + 2, frames, *STILL_SIZE_PX) for seed, frames in enumerate(FRAMES)]


def write_v21(root: Path) -> Path:
    """Write one Parquet file and one video an episode, described by lines of JSON."""
    first = 0
    for index, one in enumerate(demonstrations()):
        table = _table(one, stills()[index], index, first)
        _write_table(root / f"data/chunk-000/episode_{index:06d}.parquet", table)
        path = root / f"videos/chunk-000/{CAMERA}/episode_{index:06d}.mp4"
        _write_video(path, films()[index])
        first += len(one)
    lines = [{"episode_index": i, "tasks": [GOALS[i]], "length": n} for i, n in enumerate(FRAMES)]
    _write_lines(root / "meta/episodes.jsonl", lines)
    tasks = [{"task_index": i, "task": goal} for i, goal in enumerate(GOALS)]
    _write_lines(root / "meta/tasks.jsonl", tasks)
    _write_lines(
        root / "meta/episodes_stats.jsonl", [{"episode_index": i, "stats": {}} for i in range(2)]
    )
    write_info(root, info("v2.1"))
    return root


def write_v30(root: Path) -> Path:
    """Write all episodes into one Parquet file and one video, described by a table."""
    ones, starts = demonstrations(), [0, FRAMES[0]]
    parts = [_table(one, stills()[i], i, starts[i]) for i, one in enumerate(ones)]
    _write_table(root / "data/chunk-000/file-000.parquet", pa.concat_tables(parts))
    _write_video(root / f"videos/{CAMERA}/chunk-000/file-000.mp4", np.concatenate(films()))
    tasks = pa.table({"task_index": [0, 1], "task": list(GOALS)})
    pandas = {"index_columns": ["task"], "columns": [], "column_indexes": []}
    _write_table(
        root / "meta/tasks.parquet", tasks.replace_schema_metadata({"pandas": json.dumps(pandas)})
    )
    rows = [
        {
            "episode_index": i,
            "tasks": [GOALS[i]],
            "length": length,
            "data/chunk_index": 0,
            "data/file_index": 0,
            "dataset_from_index": starts[i],
            "dataset_to_index": starts[i] + length,
            f"videos/{CAMERA}/chunk_index": 0,
            f"videos/{CAMERA}/file_index": 0,
            f"videos/{CAMERA}/from_timestamp": starts[i] / RATE_HZ,
            f"videos/{CAMERA}/to_timestamp": (starts[i] + length) / RATE_HZ,
            "meta/episodes/chunk_index": 0,
            "meta/episodes/file_index": 0,
        }
        for i, length in enumerate(FRAMES)
    ]
    _write_table(root / "meta/episodes/chunk-000/file-000.parquet", pa.Table.from_pylist(rows))
    write_info(root, info("v3.0"))
    return root


def info(version: str) -> dict[str, Any]:
    """Return the contents of ``info.json``."""
    is_new = version == "v3.0"
    scalar = {"dtype": "int64", "shape": [1], "names": None}
    vector = {"dtype": "float32", "shape": [8], "names": STATE_LABELS}
    labelled = {"dtype": "float32", "shape": [8], "names": {"motors": STATE_LABELS}}
    axes = {"names": ["height", "width", "channel"]}
    data = "chunk-{chunk_index:03d}/file-{file_index:03d}"
    old = "episode_{episode_index:06d}"
    return {
        "codebase_version": version,
        "robot_type": "some_arm",
        "total_episodes": 2,
        "total_frames": sum(FRAMES),
        "total_tasks": 2,
        "total_videos": 2,
        "total_chunks": 1,
        "chunks_size": 1000,
        "fps": RATE_HZ,
        "splits": {"train": "0:2"},
        "data_path": f"data/{data}.parquet"
        if is_new
        else f"data/chunk-{{episode_chunk:03d}}/{old}.parquet",
        "video_path": "videos/{video_key}/" + f"{data}.mp4"
        if is_new
        else "videos/chunk-{episode_chunk:03d}/{video_key}/" + f"{old}.mp4",
        "features": {
            "observation.state": vector,
            "action": labelled,
            CAMERA: {"dtype": "video", "shape": [60, 80, 3], **axes, "info": {"video.fps": 10.0}},
            STILL: {"dtype": "image", "shape": [24, 32, 3], **axes},
            "timestamp": {"dtype": "float32", "shape": [1], "names": None},
            **dict.fromkeys(("frame_index", "episode_index", "index", "task_index"), scalar),
        },
    }


def write_info(root: Path, value: Mapping[str, Any]) -> None:
    path = root / "meta/info.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def _table(one: Demonstration, pictures: NDArray[np.uint8], index: int, first: int) -> pa.Table:
    frames = len(one)
    state = _vectors(one.positions, one.rotations, one.widths_m / 0.08)
    action = _vectors(one.goals, one.turns, one.goal_widths_m / 0.08)
    image = [
        {"bytes": _png(picture), "path": f"frame_{n:06d}.png"} for n, picture in enumerate(pictures)
    ]
    number = np.arange(frames)
    return pa.table(
        {
            "observation.state": pa.array(list(state), pa.list_(pa.float32(), 8)),
            "action": pa.array(list(action), pa.list_(pa.float32(), 8)),
            STILL: pa.array(image, pa.struct({"bytes": pa.binary(), "path": pa.string()})),
            "timestamp": pa.array((number / RATE_HZ).astype(np.float32)),
            "frame_index": pa.array(number),
            "episode_index": pa.array(np.full(frames, index)),
            "index": pa.array(first + number),
            "task_index": pa.array(np.full(frames, index)),
        }
    )


def _vectors(
    positions: NDArray[np.float64], rotations: Rotation, grippers: NDArray[np.float64]
) -> NDArray[np.float32]:
    parts = [positions, rotations.as_quat(), grippers[:, None]]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _png(picture: NDArray[np.uint8]) -> bytes:
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "PNG")
    return data.getvalue()


def _write_table(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)


def _write_video(path: Path, pictures: NDArray[np.uint8]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=RATE_HZ)
        stream.width, stream.height, stream.pix_fmt = (
            pictures.shape[2],
            pictures.shape[1],
            "yuv420p",
        )
        stream.options = {"g": "2", "crf": "10"}
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def _write_lines(path: Path, values: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(value) + "\n" for value in values))
