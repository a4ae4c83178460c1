"""What a phone may say, and the file that lets it in."""

import json
import random
import stat
from pathlib import Path

import pytest

from lbm_studio.core.errors import StudioError
from lbm_studio.link.phone import Hello, PhoneAccess, Pose, Stop, hear

POSE = {
    "kind": "pose",
    "number": 1,
    "arm": "right",
    "touch": 1,
    "held": True,
    "position": [0.1, 0.0, -0.2],
    "rotation": [0.0, 0.0, 0.0, 1.0],
    "opening": None,
    "scale": 1.0,
}
ACCESS = PhoneAccess("https://127.0.0.1:8443/#00ff", "AA:BB", ("101", "010"))


def test_what_a_phone_says_is_understood():
    pose = hear(json.dumps(POSE))

    assert isinstance(pose, Pose)
    assert (pose.arm, pose.held, pose.position) == ("right", True, (0.1, 0.0, -0.2))
    assert hear('{"kind": "stop"}') == Stop()
    assert hear('{"kind": "hello", "answer": "00"}') == Hello("00")


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "welcome"},
        {"number": -1},
        {"number": 1.5},
        {"arm": 3},
        {"arm": "a" * 1000},
        {"touch": None},
        {"held": 1},
        {"position": [0.0, 0.0]},
        {"position": [0.0, 0.0, 1e9]},
        {"position": [0.0, 0.0, "1"]},
        {"rotation": [0.0, 0.0, 0.0, 0.0]},
        {"rotation": [0.0, 0.0, 0.0, 2.0]},
        {"rotation": [1.0, 1.0, 1.0, 1.0]},
        {"opening": 1.2},
        {"opening": True},
        {"scale": 0.0},
        {"scale": 50.0},
        {"gripper": 1.0},
    ],
    ids=str,
)
def test_what_is_not_exactly_a_pose_is_none(change: dict[str, object]):
    with pytest.raises(StudioError):
        hear(json.dumps(POSE | change))


@pytest.mark.parametrize("missing", sorted(set(POSE)))
def test_a_pose_without_a_field_is_none(missing: str):
    with pytest.raises(StudioError):
        hear(json.dumps({key: value for key, value in POSE.items() if key != missing}))


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", "NaN", '{"kind": "stop"', "[" * 100_000, b"\xff\xfe", '"' * 9],
    ids=range(9),
)
def test_what_is_no_message_at_all_is_none(text: str | bytes):
    with pytest.raises(StudioError):
        hear(text)


def test_numbers_that_are_none_are_not_taken_for_numbers():
    for number in ("NaN", "Infinity", "-Infinity", "1e999"):
        text = json.dumps(POSE).replace("0.1", number)
        with pytest.raises(StudioError):
            hear(text)


def test_ten_thousand_damaged_poses_are_refused_or_still_poses():
    dice = random.Random(5)
    whole = json.dumps(POSE).encode()
    for _ in range(10_000):
        damaged = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        try:
            said = hear(bytes(damaged[: dice.randint(1, len(damaged))]))
        except StudioError:
            continue
        assert isinstance(said, Pose)
        assert all(abs(value) <= 100.0 for value in said.position)


def test_only_its_owner_can_read_the_link(tmp_path: Path):
    file = tmp_path / "phone.json"
    ACCESS.write(file)

    assert PhoneAccess.read(file) == ACCESS
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "{", '{"url": 3}'])
def test_a_file_that_is_no_access_counts_as_none(tmp_path: Path, text: str):
    (tmp_path / "phone.json").write_text(text)

    assert PhoneAccess.read(tmp_path / "phone.json") is None
    assert PhoneAccess.read(tmp_path / "missing.json") is None
