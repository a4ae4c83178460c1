import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import imagecodecs.numcodecs
import numpy as np
import pytest
import zarr
from zarr.storage import LocalStore, ZipStore

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StudioError
from lbm_studio.episodes.interchange.catalogue import detect, opened
from lbm_studio.episodes.verify import verify_dataset
from tests.episodes.interchange.truth import (
    Demonstration,
    bring_in,
    demonstrate,
    film,
    followed,
    measured,
    same_picture,
    vector,
)

FRAMES = (12, 9)
GOAL = "put the cup on the saucer"
CAMERA = "camera0_rgb"


def hands() -> list[list[Demonstration]]:
    """Per episode the right hand (robot0) and the left one (robot1)."""
    return [[demonstrate(20 + 2 * e + h, n) for h in range(2)] for e, n in enumerate(FRAMES)]


def films() -> list[Any]:
    return [film(seed, frames, 32, 32) for seed, frames in enumerate(FRAMES)]


def fill(store: Any) -> None:
    """Write a replay buffer as UMI's last step does: JPEG-XL pictures, one chunk each."""
    group = zarr.create_group(store, zarr_format=2)
    data, meta = group.create_group("data"), group.create_group("meta")
    ends = np.cumsum(FRAMES).astype(np.int64)
    meta.create_array("episode_ends", data=ends, compressors=None)
    for hand in range(2):
        ones = [episode[hand] for episode in hands()]
        columns = {
            "eef_pos": np.concatenate([one.positions for one in ones]),
            "eef_rot_axis_angle": np.concatenate([one.rotations.as_rotvec() for one in ones]),
            "gripper_width": np.concatenate([one.widths_m for one in ones])[:, None],
        }
        for name, values in columns.items():
            data.create_array(
                f"robot{hand}_{name}", data=values.astype(np.float32), chunks=(5, values.shape[1])
            )
    codec = imagecodecs.numcodecs.Jpegxl(level=99, numthreads=1)
    pictures = np.concatenate(films())
    data.create_array(CAMERA, data=pictures, chunks=(1, 32, 32, 3), compressors=codec)
    data.create_array("camera1_rgb", data=pictures[:, ::-1], chunks=(4, 32, 32, 3))
    data.create_array("odd", data=np.zeros(sum(FRAMES), dtype="S4"))


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A zip file and a folder; zarr's own thread outlives whoever asks it first."""
    imagecodecs.numcodecs.register_codecs("imagecodecs_jpegxl", verbose=False)
    root = tmp_path_factory.mktemp("umi")
    packed, folder = root / "cup.zarr.zip", root / "cup.zarr"
    with ZipStore(packed, mode="w") as store:
        fill(store)
    fill(LocalStore(folder))
    return packed, folder


MAPPING = f"""
format = "umi"
name = "umi-cup"
rate_hz = 10
source_rate_hz = 20
goal = "{GOAL}"
[cameras.wrist]
source = "{CAMERA}"
[cameras.scene]
source = "camera1_rgb"
fit = "pad"
""" + "".join(
    f"""
[arms.{arm}.state]
position = "robot{hand}_eef_pos"
rotation = "robot{hand}_eef_rot_axis_angle"
representation = "rotation_vector"
gripper = {{ source = "robot{hand}_gripper_width", closed = 0.0, open = 0.08, open_width_m = 0.08 }}
[arms.{arm}.action]
kind = "next_state"
"""
    for hand, arm in enumerate(("right", "left"))
)


@pytest.mark.parametrize("which", [0, 1], ids=["zip", "folder"])
def test_both_hands_come_out_and_are_asked_for_where_they_are_next(
    which: int, templates: tuple[Path, Path], tmp_path: Path, station: StationDescription
) -> None:
    assert detect(templates[which]) == "umi"

    _, dataset = bring_in(templates[which], MAPPING, station, tmp_path / "ours")

    assert dataset.absent_arms == ()
    assert dataset.goals == (GOAL,)
    for index, (right, left) in enumerate(hands()):
        states = vector(measured(right), measured(left))[::2]
        vectors = dataset.vectors(index)
        np.testing.assert_allclose(vectors.states, states, atol=1e-5)
        np.testing.assert_allclose(vectors.actions, [*states[1:], states[-1]], atol=1e-5)
    assert verify_dataset(tmp_path / "ours").findings == ()


def test_at_its_own_rate_the_next_frame_is_asked_for(
    templates: tuple[Path, Path], tmp_path: Path, station: StationDescription
) -> None:
    text = MAPPING.replace("rate_hz = 10", "rate_hz = 20", 1)

    _, dataset = bring_in(templates[0], text, station, tmp_path / "ours")

    right, left = hands()[1]
    expected = vector(followed(right), followed(left))
    np.testing.assert_allclose(dataset.vectors(1).actions, expected, atol=1e-5)


@pytest.mark.parametrize("which", [0, 1], ids=["zip", "folder"])
def test_pictures_in_jpeg_xl_and_in_blosc_are_decoded(
    which: int, templates: tuple[Path, Path]
) -> None:
    with opened(templates[which]) as source:
        episode = source.read(source.episodes[1])
        first, second = (list(episode.pictures[n]()) for n in (CAMERA, "camera1_rgb"))

    assert len(first) == len(second) == FRAMES[1]
    assert all(same_picture(a, b) for a, b in zip(first, films()[1], strict=True))
    assert all(np.array_equal(a, b[::-1]) for a, b in zip(second, films()[1], strict=True))


def test_without_a_rate_the_mapping_must_give_one(
    templates: tuple[Path, Path], tmp_path: Path, station: StationDescription
) -> None:
    text = MAPPING.replace("source_rate_hz = 20", "")

    with pytest.raises(StudioError, match="write source_rate_hz into the mapping"):
        bring_in(templates[0], text, station, tmp_path / "ours")


def redescribe(name: str, **changes: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        file = folder / name / ".zarray"
        file.write_text(json.dumps(json.loads(file.read_text()) | changes))

    return change


def overwrite(name: str, data: bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).write_bytes(data)

    return change


def cut_short(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) // 2])

    return change


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: shutil.rmtree(folder / name)


WIDE = bytes(imagecodecs.jpegxl_encode(np.zeros((2048, 2048, 3), dtype=np.uint8)))
PICKLE = {"dtype": "|O", "filters": [{"id": "pickle", "protocol": 5}]}


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(redescribe("meta/episode_ends", shape=[1 << 50]), id="huge ends"),
        pytest.param(redescribe("meta/episode_ends", **PICKLE), id="pickled ends"),
        pytest.param(redescribe("data/robot0_eef_pos", **PICKLE), id="pickled positions"),
        pytest.param(redescribe("data/robot0_eef_pos", shape=[21, 1 << 40]), id="huge positions"),
        pytest.param(redescribe("data/robot0_eef_pos", shape=[3, 3]), id="too few"),
        pytest.param(redescribe("data/robot0_eef_pos", chunks=[0, 3]), id="empty chunks"),
        pytest.param(redescribe("data/robot0_eef_pos", chunks=[7, 3]), id="other chunks"),
        pytest.param(redescribe("data/robot0_eef_pos", compressor=None), id="other codec"),
        pytest.param(redescribe("data/robot0_eef_pos", dtype="nonsense"), id="no type"),
        pytest.param(redescribe("data/robot0_eef_pos", dimension_separator="/../"), id="path"),
        pytest.param(overwrite("data/robot0_eef_pos/.zarray", b"{"), id="description"),
        pytest.param(remove("data"), id="no data"),
        pytest.param(remove("meta/episode_ends"), id="no ends"),
        pytest.param(remove(f"data/{CAMERA}"), id="no pictures"),
        pytest.param(redescribe(f"data/{CAMERA}", shape=[21, 1 << 20, 1 << 20, 3]), id="wide"),
    ],
)
def test_a_hostile_store_is_refused_in_words(
    damage: Callable[[Path], None],
    templates: tuple[Path, Path],
    tmp_path: Path,
    station: StationDescription,
) -> None:
    folder = Path(shutil.copytree(templates[1], tmp_path / "cup.zarr"))
    damage(folder)

    with pytest.raises(StudioError):
        bring_in(folder, MAPPING, station, tmp_path / "ours")


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(cut_short(f"data/{CAMERA}/2.0.0.0"), id="cut picture"),
        pytest.param(overwrite(f"data/{CAMERA}/2.0.0.0", WIDE), id="larger picture"),
        pytest.param(overwrite("data/robot0_eef_pos/0.0", b"\x02\x01\x33\x04" * 9), id="chunk"),
        pytest.param(cut_short("data/robot0_eef_pos/1.0"), id="cut chunk"),
    ],
)
def test_a_damaged_chunk_costs_its_episode_alone(
    damage: Callable[[Path], None],
    templates: tuple[Path, Path],
    tmp_path: Path,
    station: StationDescription,
) -> None:
    folder = Path(shutil.copytree(templates[1], tmp_path / "cup.zarr"))
    damage(folder)

    report, dataset = bring_in(folder, MAPPING, station, tmp_path / "ours")

    assert len(report.left_out) == 1
    assert "episode_0" in report.left_out[0]
    assert [e.length for e in dataset.episodes] == [5]


def test_a_zip_file_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    cut = tmp_path / "cut.zarr.zip"
    cut.write_bytes(b"PK\x03\x04 and then nothing")
    empty = tmp_path / "empty.zarr.zip"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("readme.txt", "nothing")

    for path in (cut, empty):
        with pytest.raises(StudioError), opened(path):
            pass
