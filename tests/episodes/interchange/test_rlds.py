import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.spatial.transform import Rotation

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StudioError
from lbm_studio.episodes.interchange.catalogue import detect, opened
from lbm_studio.episodes.verify import verify_dataset
from tests.episodes.interchange.tfrecord_files import Value, example, record
from tests.episodes.interchange.truth import (
    Demonstration,
    bring_in,
    demonstrate,
    film,
    held,
    same_picture,
    vector,
)

FRAMES = (7, 5, 6)
"""Without the last step, whose action means nothing."""

GOALS = ("open the drawer", "Öffne die Schublade", "close it")
CORE = "tensorflow_datasets.core.features"


def demonstrations() -> list[Demonstration]:
    return [demonstrate(seed + 30, frames) for seed, frames in enumerate(FRAMES)]


def films() -> list[Any]:
    return [film(seed, frames, 64, 48) for seed, frames in enumerate(FRAMES)]


def write(root: Path) -> Path:
    """Write two shards as TensorFlow Datasets stores a dataset of Open X-Embodiment."""
    root.mkdir()
    (root / "features.json").write_text(json.dumps(features()))
    (root / "dataset_info.json").write_text(json.dumps({"name": "bridge", "version": "1.0.0"}))
    episodes = [record(example(steps(index))) for index in range(3)]
    (root / "bridge-train.tfrecord-00000-of-00002").write_bytes(b"".join(episodes[:2]))
    (root / "bridge-train.tfrecord-00001-of-00002").write_bytes(episodes[2])
    return root


def steps(index: int) -> dict[str, Value]:
    """Return one episode, every value of all steps flattened."""
    one, frames = demonstrations()[index], FRAMES[index] + 1
    turns = one.turns * one.rotations.inv()
    state = [one.positions, one.rotations.as_euler("xyz"), one.widths_m[:, None] / 0.08]
    action = [
        one.goals - one.positions,
        turns.as_euler("xyz"),
        (one.goal_widths_m[:, None] > 0.04).astype(float),
    ]
    marks = np.arange(frames)
    return {
        "steps/observation/state": padded(state),
        "steps/action": padded(action),
        "steps/observation/image_0": [jpeg(picture) for picture in films()[index]] + [jpeg_blank()],
        "steps/language_instruction": [GOALS[index].encode()] * frames,
        "steps/language_embedding": np.zeros(512 * frames, dtype=np.float32),
        "steps/is_first": (marks == 0).astype(np.int64),
        "steps/is_last": (marks == frames - 1).astype(np.int64),
        "steps/reward": np.zeros(frames, dtype=np.float32),
        "episode_metadata/file_path": [b"/somewhere/else.npy"],
    }


def padded(parts: list[Any]) -> np.ndarray[Any, Any]:
    """Return the values of all steps, flat; those of the last one are nonsense."""
    values = np.concatenate(parts, axis=1).astype(np.float32)
    return np.concatenate([values, np.full_like(values[:1], 99.0)]).ravel()


def jpeg(picture: Any) -> bytes:
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "JPEG", quality=95)
    return data.getvalue()


def jpeg_blank() -> bytes:
    return jpeg(np.zeros((48, 64, 3), dtype=np.uint8))


def features() -> dict[str, Any]:
    """Return ``features.json``: protobuf's JSON, so whole numbers are texts."""
    observation = {
        "image_0": {
            "pythonClassName": f"{CORE}.image_feature.Image",
            "image": {
                "shape": {"dimensions": ["48", "64", "3"]},
                "dtype": "uint8",
                "encodingFormat": "jpeg",
            },
        },
        "state": tensor("7"),
    }
    step = {
        "observation": nested(observation),
        "action": tensor("7"),
        "language_embedding": tensor("512"),
        "language_instruction": {"pythonClassName": f"{CORE}.text_feature.Text", "text": {}},
        "reward": tensor(),
        "is_first": tensor(dtype="bool"),
        "is_last": tensor(dtype="bool"),
    }
    path = {"pythonClassName": f"{CORE}.text_feature.Text", "text": {}}
    return nested(
        {
            "steps": {
                "pythonClassName": f"{CORE}.dataset_feature.Dataset",
                "sequence": {"feature": nested(step), "length": "-1"},
            },
            "episode_metadata": nested({"file_path": path}),
        }
    )


def nested(members: dict[str, Any]) -> dict[str, Any]:
    return {
        "pythonClassName": f"{CORE}.features_dict.FeaturesDict",
        "featuresDict": {"features": members},
    }


def tensor(*dimensions: str, dtype: str = "float32") -> dict[str, Any]:
    shape = {"dimensions": list(dimensions)} if dimensions else {}
    return {
        "pythonClassName": f"{CORE}.tensor_feature.Tensor",
        "tensor": {"shape": shape, "dtype": dtype, "encoding": "none"},
    }


MAPPING = """
format = "rlds"
name = "bridge"
rate_hz = 5
source_rate_hz = 5
[cameras.scene]
source = "observation/image_0"
[arms.right.state]
position = "observation/state[0:3]"
rotation = "observation/state[3:6]"
representation = "euler_xyz"
gripper = { source = "observation/state[6]", closed = 0.0, open = 1.0 }
[arms.right.action]
kind = "delta"
position = "action[0:3]"
rotation = "action[3:6]"
gripper = { source = "action[6]", closed = 0.0, open = 1.0 }
[held.left]
"""


def test_episodes_of_all_shards_come_out_without_their_last_step(
    tmp_path: Path, station: StationDescription
) -> None:
    source = write(tmp_path / "1.0.0")
    assert detect(source) == "rlds"

    report, dataset = bring_in(source, MAPPING, station, tmp_path / "ours")

    assert report.frames == sum(FRAMES)
    assert dataset.goals == GOALS
    for index, one in enumerate(demonstrations()):
        rest = held(len(one), np.zeros(3), np.zeros(3), 0.0)
        states = vector((one.positions, one.rotations, one.widths_m), rest)
        commands = vector((one.goals, one.turns, one.goal_widths_m), rest)
        np.testing.assert_allclose(dataset.vectors(index).states, states, atol=1e-5)
        np.testing.assert_allclose(dataset.vectors(index).actions, commands, atol=1e-5)
    for found, expected in zip(dataset.images(1, "scene"), films()[1], strict=True):
        assert same_picture(found, expected)
    assert verify_dataset(tmp_path / "ours").findings == ()


def test_deltas_along_the_axes_of_the_hand_turn_with_it(
    tmp_path: Path, station: StationDescription
) -> None:
    text = MAPPING.replace('kind = "delta"', 'kind = "delta"\nframe = "tool"')

    _, dataset = bring_in(write(tmp_path / "1.0.0"), text, station, tmp_path / "ours")

    one = demonstrations()[0]
    turns = (one.turns * one.rotations.inv()).as_euler("xyz")
    goals = one.positions + one.rotations.apply(one.goals - one.positions)
    turned = one.rotations * Rotation.from_euler("xyz", turns)
    rest = held(len(one), np.zeros(3), np.zeros(3), 0.0)
    expected = vector((goals, turned, one.goal_widths_m), rest)
    np.testing.assert_allclose(dataset.vectors(0).actions, expected, atol=1e-5)


def test_what_a_step_holds_is_told(tmp_path: Path) -> None:
    with opened(write(tmp_path / "1.0.0")) as source:
        contents = source.contents

    assert contents.name == "bridge"
    assert contents.vectors["action"] == (7,)
    assert contents.vectors["reward"] == ()
    assert contents.cameras == {"observation/image_0": (64, 48)}
    assert contents.goal == GOALS[0]
    assert "is_last" not in contents.vectors


SHARD = "bridge-train.tfrecord-00000-of-00002"


def in_shard(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def damage(root: Path) -> None:
        for shard in root.glob("*.tfrecord*"):
            shard.write_bytes(change(shard.read_bytes()))

    return damage


def with_steps(**changes: Value) -> Callable[[Path], None]:
    def damage(root: Path) -> None:
        for shard in root.glob("*.tfrecord*"):
            values = steps(0) | {key.replace("__", "/"): value for key, value in changes.items()}
            shard.write_bytes(record(example(values)))

    return damage


def described(change: Callable[[Any], Any]) -> Callable[[Path], None]:
    def damage(root: Path) -> None:
        (root / "features.json").write_text(json.dumps(change(features())))

    return damage


def deep(_: Any) -> Any:
    feature: dict[str, Any] = tensor("7")
    for _level in range(50):
        feature = nested({"deeper": feature})
    return nested({"steps": {"sequence": {"feature": feature}}})


def bomb() -> bytes:
    data = bytearray(jpeg_blank())
    start = data.index(b"\xff\xc0") + 5
    data[start : start + 4] = b"\xff\xff\xff\xff"
    return bytes(data)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(in_shard(lambda data: data[: len(data) // 2]), id="cut short"),
        pytest.param(in_shard(lambda data: b"\xff" * 8 + data[8:]), id="huge record"),
        pytest.param(in_shard(lambda data: data[:40] + b"\x00" * 9 + data[49:]), id="flipped"),
        pytest.param(in_shard(lambda data: record(b"\xff\xff no message")), id="no message"),
        pytest.param(in_shard(lambda data: b""), id="no episodes"),
        pytest.param(with_steps(steps__action=np.zeros(3, dtype=np.float32)), id="few actions"),
        pytest.param(with_steps(steps__action=[b"text"]), id="texts for numbers"),
        pytest.param(with_steps(steps__observation__image_0=[b"\xff\xd8"] * 8), id="no pictures"),
        pytest.param(with_steps(steps__observation__image_0=[bomb()] * 8), id="huge picture"),
        pytest.param(with_steps(steps__observation__image_0=[]), id="missing pictures"),
        pytest.param(described(lambda value: []), id="no description"),
        pytest.param(described(lambda value: {"featuresDict": {"features": {}}}), id="no steps"),
        pytest.param(described(deep), id="deep description"),
        pytest.param(
            described(
                lambda value: json.loads(json.dumps(value).replace('"7"', '"9" , "99999999999"'))
            ),
            id="huge shape",
        ),
    ],
)
def test_a_hostile_dataset_is_refused_in_words(
    damage: Callable[[Path], None], tmp_path: Path, station: StationDescription
) -> None:
    source = write(tmp_path / "1.0.0")
    damage(source)

    with pytest.raises(StudioError):
        bring_in(source, MAPPING, station, tmp_path / "ours")
