import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import DatasetError, StudioError
from lbm_studio.episodes.interchange.catalogue import detect, opened
from lbm_studio.episodes.interchange.importer import MAPPINGS_FOLDER
from lbm_studio.episodes.verify import verify_dataset
from tests.episodes.interchange.lerobot_files import (
    CAMERA,
    FRAMES,
    GOALS,
    STATE_LABELS,
    STILL,
    demonstrations,
    films,
    info,
    stills,
    write_info,
    write_v21,
    write_v30,
)
from tests.episodes.interchange.truth import (
    bring_in,
    commanded,
    held,
    measured,
    same_picture,
    vector,
)

Write = Callable[[Path], Path]
BOTH = pytest.mark.parametrize(
    ("write", "format_"),
    [
        pytest.param(write_v21, "lerobot-v2", id="v2.1"),
        pytest.param(write_v30, "lerobot-v3", id="v3.0"),
    ],
)


def mapping(format_: str, **changes: str) -> str:
    values = {"rate_hz": "10", "position": "observation.state[0:3]", "source": CAMERA} | changes
    return f"""
        format = "{format_}"
        name = "some_arm"
        rate_hz = {values["rate_hz"]}
        [goals]
        "{GOALS[1]}" = "clean the table"
        [cameras.scene]
        source = "{values["source"]}"
        [cameras.wrist]
        source = "{STILL}"
        [arms.left.state]
        position = "{values["position"]}"
        rotation = "observation.state[3:7]"
        representation = "quaternion_xyzw"
        gripper = {{ source = "observation.state[7]", closed = 0.0, open = 1.0 }}
        [arms.left.action]
        kind = "absolute"
        position = "action[0:3]"
        rotation = "action[3:7]"
        gripper = {{ source = "action[7]", closed = 0.0, open = 1.0 }}
        [held.right]
        position_m = [0.1, -0.2, 0.3]
        rotation_deg = [180.0, 0.0, 90.0]
        gripper_m = 0.08
    """


@BOTH
def test_poses_grippers_and_goals_come_out_in_our_conventions(
    write: Write, format_: str, tmp_path: Path, station: StationDescription
) -> None:
    source = write(tmp_path / "theirs")

    report, dataset = bring_in(source, mapping(format_), station, tmp_path / "ours")

    assert (report.format, report.episodes, report.frames) == (format_, 2, sum(FRAMES))
    assert dataset.goals == (GOALS[0], "clean the table")
    assert dataset.rate_hz == 10
    for index, one in enumerate(demonstrations()):
        rest = held(len(one), np.array([0.1, -0.2, 0.3]), np.array([180.0, 0.0, 90.0]), 0.08)
        vectors = dataset.vectors(index)
        np.testing.assert_allclose(vectors.states, vector(rest, measured(one)), atol=1e-5)
        np.testing.assert_allclose(vectors.actions, vector(rest, commanded(one)), atol=1e-5)
        assert np.diff(vectors.captured_ns).tolist() == [100_000_000] * (len(one) - 1)


@BOTH
def test_pictures_of_videos_and_of_columns_fill_their_slots(
    write: Write, format_: str, tmp_path: Path, station: StationDescription
) -> None:
    source = write(tmp_path / "theirs")

    _, dataset = bring_in(source, mapping(format_), station, tmp_path / "ours")

    for index in range(2):
        found = dataset.images(index, "scene")  # 64 x 48, from 80 x 60
        assert found.shape == (FRAMES[index], 48, 64, 3)
        for frame, picture in enumerate(films()[index]):
            for row, column in ((10, 10), (10, 50), (40, 10), (40, 50)):
                expected = picture[row * 60 // 48, column * 80 // 64].astype(int)
                assert np.abs(found[frame, row, column] - expected).max() < 12
        for frame, picture in enumerate(stills()[index]):
            assert same_picture(dataset.images(index, "wrist")[frame], picture)


@BOTH
def test_what_is_imported_is_a_sound_dataset_that_says_what_is_absent(
    write: Write, format_: str, tmp_path: Path, station: StationDescription
) -> None:
    text = mapping(format_)

    report, dataset = bring_in(write(tmp_path / "theirs"), text, station, tmp_path / "ours")

    assert verify_dataset(tmp_path / "ours", decode=True).findings == ()
    assert dataset.absent_arms == ("right",)
    assert dataset.station is not None
    assert dataset.station.name == "some_arm"
    assert any("lacks the arm right" in remark for remark in report.remarks)
    kept = list((tmp_path / "ours" / MAPPINGS_FOLDER).glob("*.toml"))
    assert [file.read_text() for file in kept] == [text]


@BOTH
def test_a_lower_rate_picks_frames_and_a_higher_one_lies_between_them(
    write: Write, format_: str, tmp_path: Path, station: StationDescription
) -> None:
    source = write(tmp_path / "theirs")
    one = demonstrations()[0]

    _, halved = bring_in(source, mapping(format_, rate_hz="5"), station, tmp_path / "5")
    _, faster = bring_in(source, mapping(format_, rate_hz="20"), station, tmp_path / "20")

    expected = one.positions[::2]
    np.testing.assert_allclose(halved.vectors(0).states[:, 9:12], expected, atol=1e-5)
    assert [int(p[44, 60, 0]) // 3 for p in halved.images(0, "scene")] == [
        int(p[59, 79, 0]) // 3 for p in films()[0][::2]
    ]
    between = (one.positions[0] + one.positions[1]) / 2
    assert faster.episodes[0].length == 2 * len(one) - 1
    np.testing.assert_allclose(faster.vectors(0).states[1, 9:12], between, atol=1e-5)
    np.testing.assert_allclose(faster.vectors(0).states[::2, 9:12], one.positions, atol=1e-5)


@BOTH
def test_importing_again_adds_only_what_is_not_there_yet(
    write: Write, format_: str, tmp_path: Path, station: StationDescription
) -> None:
    source = write(tmp_path / "theirs")
    bring_in(source, mapping(format_), station, tmp_path / "ours")

    report, dataset = bring_in(source, mapping(format_), station, tmp_path / "ours")

    assert (report.episodes, report.present) == (0, 2)
    assert len(dataset.episodes) == 2


@BOTH
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"rate_hz": "7"}, "choose a multiple of the policy’s 5 Hz: 5, 10, 15 ..."),
        ({"source": "front"}, f"no camera in the source called “front”. Choose one of: {CAMERA}, "),
        (
            {"position": "state[0:3]"},
            "There is no vector called “state”. Choose one of: action, observation.state",
        ),
        ({"position": "observation.state[0:4]"}, "has 4 numbers; it needs 3"),
        ({"position": "observation.state[6:9]"}, "has 8 numbers, so that only 0 to 7 can be"),
        ({"position": "observation.state["}, "does not say which numbers are meant"),
        ({"position": ""}, "position is missing. Choose from: action, observation.state"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_in_words(
    write: Write,
    format_: str,
    changes: dict[str, str],
    sentence: str,
    tmp_path: Path,
    station: StationDescription,
) -> None:
    source = write(tmp_path / "theirs")

    with pytest.raises(StudioError) as refusal:
        bring_in(source, mapping(format_, **changes), station, tmp_path / "ours")

    assert sentence in str(refusal.value)
    assert not (tmp_path / "ours").exists()


@BOTH
def test_the_names_of_numbers_are_told(write: Write, format_: str, tmp_path: Path) -> None:
    with opened(write(tmp_path / "theirs")) as source:
        contents = source.contents

    assert contents.labels == {
        "observation.state": tuple(STATE_LABELS),
        "action": tuple(STATE_LABELS),
    }
    assert contents.cameras == {CAMERA: (80, 60), STILL: (32, 24)}
    assert contents.rate_hz == 10


@BOTH
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param({"data_path": "../../{chunk_index}{episode_index}"}, id="unknown field"),
        pytest.param({"data_path": "/etc/passwd"}, id="absolute"),
        pytest.param({"data_path": "../secret.parquet"}, id="upwards"),
        pytest.param({"video_path": "../secret.mp4"}, id="video upwards"),
        pytest.param(
            {"data_path": "{episode_index.__class__}{chunk_index.__class__}"}, id="attribute"
        ),
        pytest.param({"fps": 0}, id="no frames a second"),
        pytest.param({"fps": "fast"}, id="no number"),
        pytest.param({"features": {"action": {"dtype": "float32"}}}, id="no shape"),
        pytest.param({"features": []}, id="no features"),
        pytest.param({"codebase_version": "v9"}, id="another version"),
    ],
)
def test_a_hostile_description_is_refused_in_words(
    write: Write, format_: str, damage: dict[str, Any], tmp_path: Path, station: StationDescription
) -> None:
    source = write(tmp_path / "theirs")
    write_info(source, info("v2.1" if format_ == "lerobot-v2" else "v3.0") | damage)

    with pytest.raises(StudioError):
        bring_in(source, mapping(format_), station, tmp_path / "ours")


@BOTH
def test_damaged_episodes_are_left_out_and_the_others_imported(
    write: Write, format_: str, tmp_path: Path, station: StationDescription
) -> None:
    source = write(tmp_path / "theirs")
    for video in source.rglob("*.mp4"):
        if video.name in ("episode_000001.mp4", "file-000.mp4"):
            data = video.read_bytes()
            video.write_bytes(data[: len(data) // 2])

    if format_ == "lerobot-v3":  # both episodes lie in the damaged file
        with pytest.raises(DatasetError, match="damaged"):
            bring_in(source, mapping(format_), station, tmp_path / "ours")
        return
    report, dataset = bring_in(source, mapping(format_), station, tmp_path / "ours")

    assert len(report.left_out) == 1
    assert "episode_000001" in report.left_out[0]
    assert len(dataset.episodes) == 1
    assert verify_dataset(tmp_path / "ours").findings == ()


def test_what_official_lerobot_wrote_is_known_and_read(official: Path) -> None:
    assert detect(official) == "lerobot-v3"
    with opened(official) as source:
        episode = source.read(source.episodes[1])
        first = next(episode.pictures["observation.images.scene_right_0"]())

    assert episode.length == 12
    assert episode.vectors["observation.state"].shape == (12, 16)
    assert first.shape[2] == 3
    assert json.loads((official / "meta/info.json").read_text())["fps"] == 10
