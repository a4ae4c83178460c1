from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StudioError
from lbm_studio.episodes.interchange import libraries
from lbm_studio.episodes.interchange.catalogue import opened
from lbm_studio.episodes.interchange.mapping import parse_mapping, read_mapping
from tests.episodes.interchange import test_robomimic
from tests.episodes.interchange.truth import bring_in

MAPPING = test_robomimic.MAPPING

Change = Callable[[str], str]


def swap(old: str, new: str) -> Change:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


def add(line: str) -> Change:
    return lambda text: f"{line}\n{text}"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (add("speed = 1"), "The mapping has no “speed”. Choose one of: format, name, rate_hz"),
        (add("x ="), "It is no TOML"),
        (swap("turn_deg", "turn"), "cameras.scene has no “turn”. Choose one of: source, fit"),
        (swap("open = 0.04", "width = 1"), "gripper has no “width”. Choose one of: source, closed"),
        (swap('kind = "delta"', 'kind = "step"'), "one of absolute, delta, next_state, not “step”"),
        (
            swap("quaternion_xyzw", "quat"),
            "one of quaternion_xyzw, quaternion_wxyz,",
        ),
        (swap('name = "lift"', ""), "mapping.name is missing"),
        (swap('name = "lift"', 'name = "../x"'), "The name “../x” cannot be used"),
        (swap('name = "lift"', 'name = "bench"'), "is the station itself"),
        (swap('"robomimic"', '"umi"'), "The mapping is for umi, and “lift” is robomimic"),
        (swap("rate_hz = 20", "rate_hz = 12"), "choose a multiple of the policy’s 5 Hz: 5, 10, 15"),
        (swap("rate_hz = 20", "rate_hz = nan"), "mapping.rate_hz is nan, which is no number"),
        (add("source_rate_hz = -5"), "it must lie between 0 and 1000"),
        (
            swap("[cameras.scene]", "[cameras.front]"),
            "no camera slot called “front”. Choose",
        ),
        (swap("turn_deg = 180", "turn_deg = 45"), "choose one of: 0, 90, 180, 270"),
        (
            swap("[held.left]", "[held.middle]"),
            "no arm called “middle”. Choose one of: right",
        ),
        (swap("[held.left]", "[held.right]"), "The arm “right” must be either in [arms.right] or"),
        (swap("actions[3:6]", "actions[3:7]"), "which has 4 numbers; rotation_vector (axis times"),
        (swap("actions[6]", "actions[7]"), "only 0 to 6 can be chosen"),
        (swap("closed = 1.0, open = -1.0", "closed = 1.0, open = 1.0"), "they must differ"),
        (swap("open = 0.04", "open = 0.04, open_width_m = 80"), "write metres"),
        (swap("robot0_joint_pos", "robot0_eef_pos"), "state.joints is “obs/robot0_eef_pos”, which"),
        (swap('kind = "delta"', 'kind = "next_state"'), "names numbers as well: take them out"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_valid_choices(
    change: Change, sentence: str, tmp_path: Path, station: StationDescription
) -> None:
    source = test_robomimic.write(tmp_path / "lift.hdf5")

    with pytest.raises(StudioError) as refusal:
        bring_in(source, change(MAPPING), station, tmp_path / "ours")

    assert sentence in str(refusal.value)
    assert not (tmp_path / "ours").exists()


def test_without_cameras_a_mapping_is_refused(tmp_path: Path, station: StationDescription) -> None:
    source = test_robomimic.write(tmp_path / "lift.hdf5")
    first, last = MAPPING.index("[cameras"), MAPPING.index("[arms")
    text = MAPPING[:first] + "[cameras]\n" + MAPPING[last:]

    with pytest.raises(StudioError, match=r"No camera is mapped.*obs/agentview_image"):
        bring_in(source, text, station, tmp_path / "ours")


def test_a_mapping_file_is_named_when_it_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / "mapping.toml"
    for content, sentence in ((b"\xff\xfe", "cannot be read"), (b"x = 1", "cannot be used")):
        file.write_bytes(content)
        with pytest.raises(StudioError, match=f"{file} {sentence}"):
            read_mapping(file)


def test_defaults_are_what_most_need() -> None:
    mapping = parse_mapping(MAPPING)

    assert mapping.arms["right"].action.frame == "base"
    assert mapping.cameras["scene"].fit == "crop"
    assert mapping.held["left"].pose.rotation.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_a_library_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = test_robomimic.write(tmp_path / "lift.hdf5")

    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(libraries.importlib, "import_module", missing)

    with (
        pytest.raises(StudioError, match=r"“h5py” is needed\. Install it with: pip"),
        opened(path),
    ):
        pass
