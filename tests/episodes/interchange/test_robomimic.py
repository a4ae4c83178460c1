import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import DatasetError, StudioError
from lbm_studio.episodes.interchange.catalogue import opened
from lbm_studio.episodes.verify import verify_dataset
from tests.episodes.interchange.truth import (
    Demonstration,
    bring_in,
    demonstrate,
    film,
    held,
    measured,
    same_picture,
    vector,
)

FRAMES = (8, 6)
GOAL = "lift the cube"
PICTURES = "obs/agentview_image"
HUGE = {"shape": (1 << 40, 7), "dtype": "f8", "chunks": (64, 7)}
HUGE_PICTURES = {"shape": (8, 1 << 20, 1 << 20, 3), "dtype": "u1", "chunks": (1, 64, 64, 3)}
SECRET = np.arange(24.0).reshape(8, 3)
BASE_M, BASE_DEG = (-0.5, 0.1, 0.2), (0.0, 0.0, 90.0)
TOOL_M, TOOL_DEG = (0.0, 0.0, 0.1), (180.0, 0.0, 0.0)


def demonstrations() -> list[Demonstration]:
    return [demonstrate(seed + 10, frames) for seed, frames in enumerate(FRAMES)]


def write(path: Path) -> Path:
    """Write a file as robomimic's dataset documentation describes it."""
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        data.attrs["total"] = sum(FRAMES)
        arguments = {"env_name": "Lift", "type": 1, "env_kwargs": {"control_freq": 20}}
        data.attrs["env_args"] = json.dumps(arguments)
        for index, one in enumerate(demonstrations()):
            write_demo(data.create_group(f"demo_{index}"), one, index)
        file.create_group("mask").create_dataset("train", data=np.array([b"demo_0"]))
    return path


def write_demo(demo: Any, one: Demonstration, index: int) -> None:
    frames = len(one)
    demo.attrs["num_samples"] = frames
    demo.attrs["model_file"] = "<mujoco/>"
    steps = (one.goals - one.positions) / 0.05
    turns = (one.turns * one.rotations.inv()).as_rotvec() / 0.5
    grip = np.where(one.goal_widths_m > 0.04, -1.0, 1.0)[:, None]
    demo.create_dataset("actions", data=np.concatenate([steps, turns, grip], axis=1))
    demo.create_dataset(
        "rewards", data=np.arange(frames) == frames - 1 if index else np.zeros(frames)
    )
    demo.create_dataset("dones", data=np.zeros(frames, dtype=np.int64))
    demo.create_dataset("states", data=np.zeros((frames, 45)))
    for group in ("obs", "next_obs"):
        obs = demo.create_group(group)
        obs.create_dataset("robot0_eef_pos", data=one.positions)
        obs.create_dataset("robot0_eef_quat", data=one.rotations.as_quat())
        finger = one.widths_m / 2.0
        obs.create_dataset("robot0_gripper_qpos", data=np.stack([finger, -finger], axis=1))
        obs.create_dataset("robot0_joint_pos", data=np.tile(np.arange(7.0), (frames, 1)))
        pictures = film(index, frames, 64, 48)
        obs.create_dataset("agentview_image", data=pictures, compression="gzip", chunks=True)
        obs.create_dataset("agentview_depth", data=np.zeros((frames, 48, 64, 1), dtype=np.float32))


def edited(path: Path) -> Any:
    return h5py.File(path, "a")


MAPPING = f"""
format = "robomimic"
name = "lift"
rate_hz = 20
goal = "{GOAL}"
simulated = true
[cameras.scene]
source = "obs/agentview_image"
turn_deg = 180
mirrored = true
[arms.right.state]
position = "obs/robot0_eef_pos"
rotation = "obs/robot0_eef_quat"
representation = "quaternion_xyzw"
gripper = {{ source = "obs/robot0_gripper_qpos[0]", closed = 0.0, open = 0.04 }}
joints = "obs/robot0_joint_pos"
[arms.right.action]
kind = "delta"
position = "actions[0:3]"
position_scale = 0.05
rotation = "actions[3:6]"
representation = "rotation_vector"
rotation_scale = 0.5
gripper = {{ source = "actions[6]", closed = 1.0, open = -1.0 }}
[arms.right.base]
position_m = {list(BASE_M)}
rotation_deg = {list(BASE_DEG)}
[arms.right.tool]
position_m = {list(TOOL_M)}
rotation_deg = {list(TOOL_DEG)}
[held.left]
position_m = [0.0, 0.4, 0.3]
"""


def test_deltas_become_poses_of_our_hand_on_our_table(
    tmp_path: Path, station: StationDescription
) -> None:
    _, dataset = bring_in(write(tmp_path / "lift.hdf5"), MAPPING, station, tmp_path / "ours")

    for index, one in enumerate(demonstrations()):
        rest = held(len(one), np.array([0.0, 0.4, 0.3]), np.zeros(3), 0.0)
        states = vector(on_table(*measured(one)), rest)
        commands = vector(on_table(one.goals, one.turns, one.goal_widths_m), rest)
        np.testing.assert_allclose(dataset.vectors(index).states, states, atol=1e-5)
        np.testing.assert_allclose(dataset.vectors(index).actions, commands, atol=1e-5)
        joints = dataset.columns(index, ("lbm.joint_positions",))["lbm.joint_positions"]
        held_joints = station.embodiment.arm("left").home_joints_rad
        np.testing.assert_allclose(joints, [[*range(7), *held_joints]] * len(one), rtol=1e-6)


def on_table(positions: Any, rotations: Rotation, widths_m: Any) -> tuple[Any, Rotation, Any]:
    base = Rotation.from_euler("xyz", BASE_DEG, degrees=True)
    tool = Rotation.from_euler("xyz", TOOL_DEG, degrees=True)
    hands = positions + rotations.apply(TOOL_M)
    return base.apply(hands) + BASE_M, base * rotations * tool, widths_m


def test_goal_rate_success_and_pictures_come_along(
    tmp_path: Path, station: StationDescription
) -> None:
    report, dataset = bring_in(write(tmp_path / "lift.hdf5"), MAPPING, station, tmp_path / "ours")

    assert report.episodes == 2
    assert dataset.rate_hz == 20
    assert dataset.goals == (GOAL,)
    assert [e.metadata.success for e in dataset.episodes] == [False, True]
    assert dataset.cameras == ("scene",)
    upside_down = film(0, FRAMES[0], 64, 48)[:, ::-1]
    assert all(
        same_picture(a, b) for a, b in zip(dataset.images(0, "scene"), upside_down, strict=True)
    )
    assert verify_dataset(tmp_path / "ours", decode=True).findings == ()


def test_goals_are_found_where_libero_and_robocasa_keep_them(tmp_path: Path) -> None:
    path = write(tmp_path / "lift.hdf5")
    with edited(path) as file:
        file["data"].attrs["problem_info"] = json.dumps({"language_instruction": "open it"})
        file["data/demo_1"].attrs["ep_meta"] = json.dumps({"lang": "close it"})

    with opened(path) as source:
        goals = [source.read(name).goal for name in source.episodes]

    assert goals == ["open it", "close it"]


def test_without_a_goal_the_mapping_must_give_one(
    tmp_path: Path, station: StationDescription
) -> None:
    source = write(tmp_path / "lift.hdf5")

    with pytest.raises(DatasetError, match="Nobody knows its goal: write one into the mapping"):
        bring_in(source, MAPPING.replace(GOAL, ""), station, tmp_path / "ours")


def test_other_files_are_never_reached_through_links(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "secret.hdf5", "w") as file:
        file.create_dataset("secret", data=SECRET)
    path = write(tmp_path / "lift.hdf5")
    layout = h5py.VirtualLayout(shape=(8, 3), dtype="f8")
    layout[:] = h5py.VirtualSource(str(tmp_path / "secret.hdf5"), "secret", shape=(8, 3))
    with edited(path) as file:
        obs = file["data/demo_0/obs"]
        obs["external"] = h5py.ExternalLink(str(tmp_path / "secret.hdf5"), "/secret")
        obs["soft"] = h5py.SoftLink("/data/demo_0/obs/external")
        obs.create_virtual_dataset("virtual", layout)
        raw = [(str(tmp_path / "secret.hdf5"), 0, 8 * 3 * 8)]
        obs.create_dataset("raw", (8, 3), "f8", external=raw)

    with opened(path) as source:
        vectors = source.read("demo_0").vectors

    assert not {"obs/external", "obs/soft", "obs/virtual", "obs/raw"} & set(vectors)
    assert "obs/robot0_eef_pos" in vectors


def test_objects_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "lift.hdf5")
    with edited(path) as file:
        file["data/demo_0/obs"].create_dataset("text", data=[b"x"] * 8, dtype=h5py.string_dtype())
        file["data/demo_0/obs"].create_dataset("void", data=np.array([np.void(b"cos")] * 8))

    with opened(path) as source:
        vectors = source.read("demo_0").vectors

    assert not {"obs/text", "obs/void"} & set(vectors)


def cut_short(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 3])


def overwrite(path: Path) -> None:
    path.write_bytes(b"not HDF5 at all" * 100)


def replace_by(name: str, **arguments: Any) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with edited(path) as file:
            for demo in ("demo_0", "demo_1"):
                del file[f"data/{demo}/{name}"]
                file[f"data/{demo}"].create_dataset(name, **arguments)

    return change


def without_demos(path: Path) -> None:
    with edited(path) as file:
        del file["data/demo_0"], file["data/demo_1"]


def nowhere(path: Path) -> None:
    with edited(path) as file:
        del file["data"]
        file.create_dataset("data", data=[1.0])


@pytest.mark.parametrize(
    "damage",
    [
        cut_short,
        overwrite,
        without_demos,
        nowhere,
        pytest.param(
            replace_by("actions", shape=(1 << 40, 7), dtype="f8", chunks=(64, 7)), id="huge"
        ),
        pytest.param(replace_by("actions", data=np.zeros((0, 7))), id="empty"),
        pytest.param(replace_by("actions", data=np.zeros((3, 7))), id="too few"),
        pytest.param(replace_by("actions", data=np.full((8, 7), np.nan)), id="no numbers"),
        pytest.param(replace_by("actions", data=3.0), id="scalar"),
        pytest.param(replace_by("obs/robot0_eef_quat", data=np.zeros((8, 4))), id="no rotation"),
        pytest.param(replace_by(PICTURES, data=np.zeros((2, 48, 64, 3), "u1")), id="few pictures"),
        pytest.param(replace_by(PICTURES, **HUGE_PICTURES), id="huge pictures"),
    ],
)
def test_a_hostile_file_is_refused_in_words(
    damage: Callable[[Path], None], tmp_path: Path, station: StationDescription
) -> None:
    path = write(tmp_path / "lift.hdf5")
    damage(path)

    with pytest.raises(StudioError):
        bring_in(path, MAPPING, station, tmp_path / "ours")
