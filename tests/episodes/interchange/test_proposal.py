from pathlib import Path

import h5py
import numpy as np
import pytest

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StudioError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.interchange.catalogue import opened
from lbm_studio.episodes.interchange.foreign import ForeignContents
from lbm_studio.episodes.interchange.mapping import ActionKind, HeldArm, parse_mapping
from lbm_studio.episodes.interchange.proposal import propose_mapping
from tests.episodes.interchange import test_rlds, test_robomimic, test_spartan
from tests.episodes.interchange.lerobot_files import write_v21
from tests.episodes.interchange.truth import bring_in, commanded, measured, vector
from tests.episodes.recordings import record_dataset

REST = HeldArm((0.1, 0.2, 0.3), (180.0, 0.0, 0.0), 0.05)


def proposed(path: Path, station: StationDescription) -> str:
    with opened(path) as source:
        return propose_mapping(source.contents, station, dict.fromkeys(("right", "left"), REST))


def test_our_own_dataset_is_proposed_as_it_was_recorded(
    tmp_path: Path, station: StationDescription
) -> None:
    own = record_dataset(tmp_path / "own", station, episodes=1)

    text = proposed(own, station)
    mapping = parse_mapping(text)

    assert mapping.arms["left"].state.position == "observation.state[9:12]"
    assert mapping.arms["left"].action.rotation == "action[12:18]"
    assert mapping.arms["right"].action.gripper is not None
    assert mapping.arms["right"].action.gripper.source == "action[18]"
    assert {slot: c.source for slot, c in mapping.cameras.items()} == {
        "scene": "observation.images.scene",
        "wrist": "observation.images.wrist",
    }
    assert mapping.held == {}


def test_robomimic_is_proposed_with_the_deltas_of_its_controller(
    tmp_path: Path, station: StationDescription
) -> None:
    mapping = parse_mapping(proposed(test_robomimic.write(tmp_path / "lift.hdf5"), station))

    action = mapping.arms["right"].action
    assert (action.kind, action.position, action.rotation) == (
        "delta",
        "actions[0:3]",
        "actions[3:6]",
    )
    assert (action.position_scale, action.rotation_scale) == (0.05, 0.5)
    assert mapping.held == {"left": REST}
    assert mapping.cameras["scene"].source == "obs/agentview_image"


def test_two_robots_share_the_actions(tmp_path: Path, station: StationDescription) -> None:
    path = test_robomimic.write(tmp_path / "two.hdf5")
    with h5py.File(path, "a") as file:
        for demo in ("demo_0", "demo_1"):
            group = file[f"data/{demo}"]
            assert isinstance(group, h5py.Group)
            actions = np.asarray(group["actions"])
            del group["actions"]
            group["actions"] = np.concatenate([actions, actions], axis=1)
            for name in ("eef_pos", "eef_quat", "gripper_qpos"):
                group[f"obs/robot1_{name}"] = np.asarray(group[f"obs/robot0_{name}"])

    mapping = parse_mapping(proposed(path, station))

    assert mapping.arms["left"].state.position == "obs/robot1_eef_pos"
    assert mapping.arms["left"].action.position == "actions[7:10]"
    assert mapping.arms["left"].action.gripper is not None
    assert mapping.arms["left"].action.gripper.source == "actions[13]"


def test_lbm_eval_can_be_imported_as_proposed(tmp_path: Path, station: StationDescription) -> None:
    source = test_spartan.write(tmp_path / "tasks")
    text = proposed(source, station)

    _, dataset = bring_in(source, text, station, tmp_path / "ours")

    both = test_spartan.arms()[0]
    every_other = slice(None, None, 2)  # 10 Hz to 5 Hz
    for found, of in (("states", measured), ("actions", commanded)):
        expected = vector(*(of(both[side]) for side in test_spartan.SIDES))[every_other]
        np.testing.assert_allclose(getattr(dataset.vectors(0), found), expected, atol=1e-5)


def test_bridge_is_proposed_and_asks_for_its_rate(
    tmp_path: Path, station: StationDescription
) -> None:
    source = test_rlds.write(tmp_path / "1.0.0")
    text = proposed(source, station)
    assert parse_mapping(text).arms["right"].action.kind is ActionKind.DELTA

    with pytest.raises(StudioError, match="write source_rate_hz into the mapping"):
        bring_in(source, text, station, tmp_path / "ours")
    text = text.replace("source_rate_hz = 0", "source_rate_hz = 5")
    bring_in(source, text, station, tmp_path / "ours")

    assert Dataset.open(tmp_path / "ours").goals == test_rlds.GOALS


def test_labels_tell_where_a_pose_lies(tmp_path: Path, station: StationDescription) -> None:
    mapping = parse_mapping(proposed(write_v21(tmp_path / "theirs"), station))

    state = mapping.arms["right"].state
    assert (state.position, state.rotation) == ("observation.state[0:3]", "observation.state[3:7]")
    assert state.representation == "quaternion_xyzw"
    assert mapping.cameras["wrist"].source == "observation.images.wrist_still"


def test_what_cannot_be_guessed_is_left_open_and_refused_when_used(
    station: StationDescription,
) -> None:
    contents = ForeignContents("lerobot-v2", 'Ärm "x"\n]', 10.0, {"joints": (6,)}, {"front": None})

    text = propose_mapping(contents, station, {})

    assert parse_mapping(text).arms["right"].state.position == ""
    assert parse_mapping(text).name == "rm__x___"


@pytest.mark.parametrize("name", ['"', "\n[held]\n", "\x7f\x00", "\\", "é😀", "'''"])
def test_hostile_names_stay_texts(name: str, station: StationDescription) -> None:
    contents = ForeignContents(
        "rlds", name, None, {name: (3,)}, {name: (8, 8)}, labels={name: (name,)}, goal=name
    )

    mapping = parse_mapping(propose_mapping(contents, station, {}))

    assert mapping.cameras["scene"].source == name
