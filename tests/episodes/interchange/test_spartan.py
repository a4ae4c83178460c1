import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StudioError
from lbm_studio.episodes.interchange.catalogue import detect, opened
from lbm_studio.episodes.verify import verify_dataset
from tests.episodes.interchange.truth import (
    Demonstration,
    bring_in,
    commanded,
    demonstrate,
    film,
    measured,
    same_picture,
    vector,
)

FRAMES = (10, 8)
CAMERAS = {"cam_241222077314": "scene", "cam_23280598": "wrist"}
SIDES = ("right", "left")


class Evil:
    """What a pickle would run."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("pwned",)


def arms() -> list[dict[str, Demonstration]]:
    return [
        {side: demonstrate(40 + 2 * e + s, n) for s, side in enumerate(SIDES)}
        for e, n in enumerate(FRAMES)
    ]


def rows(rotations: Any) -> Any:
    return rotations.as_matrix()[:, :2].reshape(-1, 6)


def write(root: Path) -> Path:
    """Write episodes as LBM-Eval's public training data has them."""
    for index in range(len(FRAMES)):
        folder = root / f"PutKiwiOnSaucer/diffusion_spartan/episode_{index}/processed"
        folder.mkdir(parents=True)
        write_episode(folder, index)
    return root


def write_episode(folder: Path, index: int) -> None:
    frames, both = FRAMES[index], arms()[index]
    observations: dict[str, Any] = {}
    for side, one in both.items():
        for kind, (positions, rotations, widths) in {
            "actual": measured(one),
            "desired": commanded(one),
        }.items():
            observations[f"robot__{kind}__poses__{side}::panda__xyz"] = positions
            observations[f"robot__{kind}__poses__{side}::panda__rot_6d"] = rows(rotations)
            observations[f"robot__{kind}__grippers__{side}::panda_hand"] = widths[:, None]
        observations[f"robot__actual__wrench__{side}::panda"] = np.zeros((frames, 6))
    for number, camera in enumerate(CAMERAS):
        size = (64, 48) if number == 0 else (32, 24)
        observations[camera] = film(index + number, frames, *size)
        observations[f"{camera}_depth"] = np.zeros((frames, 48, 64), dtype=np.uint16)
    observations["robot__version"] = np.array([Evil()] * frames, dtype=object)
    np.savez_compressed(folder / "observations.npz", **observations)
    right, left = (vector(commanded(both[side])) for side in SIDES)
    actions = np.concatenate([right[:, :9], left[:, :9], right[:, 9:], left[:, 9:]], axis=1)
    skills = np.array([Evil()], dtype=object)
    np.savez(folder / "actions.npz", actions=actions, skill_type=skills)
    np.savez(folder / "summary.npz", episode_success=np.array([[index == 0]]))
    metadata = {"camera_id_to_semantic_name": CAMERAS, "skills": {"PutKiwiOnSaucer": None}}
    (folder / "metadata.yaml").write_text(yaml.safe_dump(metadata))


def arm(side: str, first: int, grip: int) -> str:
    return f"""
[arms.{side}.state]
position = "robot__actual__poses__{side}::panda__xyz"
rotation = "robot__actual__poses__{side}::panda__rot_6d"
representation = "rotation_6d_rows"
gripper = {{ source = "robot__actual__grippers__{side}::panda_hand", closed = 0.0, open = 0.08 }}
[arms.{side}.action]
kind = "absolute"
position = "actions[{first}:{first + 3}]"
rotation = "actions[{first + 3}:{first + 9}]"
gripper = {{ source = "actions[{grip}]", closed = 0.0, open = 0.08 }}
"""


MAPPING = f"""
format = "spartan"
name = "lbm-eval"
rate_hz = 10
source_rate_hz = 10
simulated = true
[goals]
"put kiwi on saucer" = "put the kiwi on the saucer"
[cameras.scene]
source = "scene"
[cameras.wrist]
source = "wrist"
{arm("right", 0, 18)}
{arm("left", 9, 19)}
"""


def test_both_arms_come_out_with_their_commands(
    tmp_path: Path, station: StationDescription
) -> None:
    source = write(tmp_path / "tasks")
    assert detect(source) == "spartan"

    report, dataset = bring_in(source, MAPPING, station, tmp_path / "ours")

    assert report.episodes == 2
    assert dataset.goals == ("put the kiwi on the saucer",)
    assert [e.metadata.success for e in dataset.episodes] == [True, False]
    for index, both in enumerate(arms()):
        vectors = dataset.vectors(index)
        states = vector(*(measured(both[side]) for side in SIDES))
        actions = vector(*(commanded(both[side]) for side in SIDES))
        np.testing.assert_allclose(vectors.states, states, atol=1e-5)
        np.testing.assert_allclose(vectors.actions, actions, atol=1e-5)
    assert verify_dataset(tmp_path / "ours").findings == ()


def test_pictures_go_to_the_cameras_that_the_metadata_names(
    tmp_path: Path, station: StationDescription
) -> None:
    _, dataset = bring_in(write(tmp_path / "tasks"), MAPPING, station, tmp_path / "ours")

    for number, (slot, size) in enumerate({"scene": (64, 48), "wrist": (32, 24)}.items()):
        expected = film(1 + number, FRAMES[1], *size)
        pairs = zip(dataset.images(1, slot), expected, strict=True)
        assert all(same_picture(found, one) for found, one in pairs)


def test_pickles_are_passed_over_and_never_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source_path = write(tmp_path / "tasks")
    monkeypatch.chdir(tmp_path)

    with opened(source_path) as source:
        vectors = [name for one in source.episodes for name in source.read(one).vectors]

    assert "robot__version" not in vectors
    assert not (tmp_path / "pwned").exists()


def with_member(file: str, name: str, data: bytes) -> Callable[[Path], None]:
    """Return what replaces a member of every episode's file."""

    def damage(root: Path) -> None:
        for path in root.rglob(file):
            with zipfile.ZipFile(path) as archive:
                members = {n: archive.read(n) for n in archive.namelist()}
            with zipfile.ZipFile(path, "w") as archive:
                for member, content in (members | {name: data}).items():
                    archive.writestr(member, content)

    return damage


def with_text(text: str) -> Callable[[Path], None]:
    def damage(root: Path) -> None:
        for path in root.rglob("metadata.yaml"):
            path.write_text(text)

    return damage


def cut_short(root: Path) -> None:
    for path in root.rglob("*.npz"):
        path.write_bytes(path.read_bytes()[:1000])


def without_actions(root: Path) -> None:
    for path in root.rglob("actions.npz"):
        path.unlink()


def header(shape: str, kind: str = "<f8") -> bytes:
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY\x01\x00" + (len(text) + 1).to_bytes(2, "little") + text + b"\n"


POSITIONS = "robot__actual__poses__right::panda__xyz.npy"


@pytest.mark.parametrize(
    "damage",
    [
        cut_short,
        without_actions,
        pytest.param(with_member("actions.npz", "actions.npy", header("(1 << 40, 20)")), id="code"),
        pytest.param(
            with_member("actions.npz", "actions.npy", header("(1099511627776, 20)")), id="huge"
        ),
        pytest.param(with_member("actions.npz", "actions.npy", header("(10, 20)")), id="empty"),
        pytest.param(with_member("actions.npz", "actions.npy", header("(-1, 20)")), id="negative"),
        pytest.param(with_member("actions.npz", "actions.npy", header("(10,)", "|O")), id="pickle"),
        pytest.param(with_member("observations.npz", POSITIONS, header("()")), id="scalar"),
        pytest.param(with_member("observations.npz", POSITIONS, b"nothing"), id="no array"),
        pytest.param(
            with_member("observations.npz", POSITIONS, header("(10, 3)") + bytes(99)), id="short"
        ),
        pytest.param(
            with_member("observations.npz", "cam_241222077314.npy", header("(10, 9, 9, 3)", "|u1")),
            id="pictures",
        ),
        pytest.param(
            with_text("!!python/object/apply:os.mkdir [pwned]"), id="code in the metadata"
        ),
        pytest.param(with_text("{"), id="no YAML"),
        pytest.param(with_text("[]"), id="no metadata"),
    ],
)
def test_a_hostile_episode_is_refused_in_words(
    damage: Callable[[Path], None],
    tmp_path: Path,
    station: StationDescription,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = write(tmp_path / "tasks")
    damage(source)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(StudioError):
        bring_in(source, MAPPING, station, tmp_path / "ours")

    assert not (tmp_path / "pwned").exists()
