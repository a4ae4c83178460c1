import json
from pathlib import Path

import numpy as np
import pytest

from lbm_studio.cli import main
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.interchange.mapping import read_mapping
from lbm_studio.station.simulation.embodiments import find_station
from tests.episodes.interchange.lerobot_files import FRAMES, demonstrations, write_v21
from tests.episodes.interchange.truth import measured, vector


def test_a_mapping_is_proposed_edited_and_used_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, file = write_v21(tmp_path / "theirs"), tmp_path / "mapping.toml"
    dataset, figures = tmp_path / "ours", tmp_path / "figures.json"
    propose = ["import", str(source), "--propose", "--mapping", str(file)]
    use = ["import", str(source), "--out", str(dataset), "--mapping", str(file)]

    assert main(propose) == 0
    assert main(propose) == 2
    assert "is there already" in capsys.readouterr().err
    file.write_text(file.read_text().replace("open = 0.08", "open = 1.0"))
    assert main([*use, "--json", str(figures)]) == 0
    assert main(use) == 0
    assert "2 were there already" in capsys.readouterr().out
    assert json.loads(figures.read_text())["frames"] == sum(FRAMES)

    imported = Dataset.open(dataset)
    right = imported.vectors(1).states[:, :9]
    np.testing.assert_allclose(right, vector(measured(demonstrations()[1]))[:, :9], atol=1e-5)
    assert imported.absent_arms == ("left",)
    assert main(["export", str(dataset), "--out", str(tmp_path / "out"), "--episodes", "1-1"]) == 0
    exported = Dataset.open(tmp_path / "out")
    assert [e.length for e in exported.episodes] == [FRAMES[1]]
    assert exported.absent_arms == ("left",)


def test_an_arm_that_the_source_lacks_is_proposed_to_be_held_at_rest(tmp_path: Path) -> None:
    file = tmp_path / "mapping.toml"
    main(["import", str(write_v21(tmp_path / "theirs")), "--propose", "--mapping", str(file)])

    held = read_mapping(file)[0].held["left"]

    body = find_station("simulated").embodiment
    assert held.gripper_m == body.arm("left").gripper_max_width_m
    assert np.linalg.norm(held.pose.position - body.arm("left").base.position) < 1.0
    assert held.pose.rotation[2, 2] < -0.9  # the hand points down


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["import", "{tmp}/none", "--propose"], "There is nothing at “{tmp}/none”"),
        (["import", "{tmp}", "--propose"], "looks like none of the formats"),
        (
            ["import", "{tmp}", "--propose", "--format", "dat"],
            "There is no format called “dat”. Choose one of: lerobot-v2, lerobot-v3, robomimic,",
        ),
        (["import", "{tmp}", "--out", "{tmp}/o"], "Name the dataset to import into with --out"),
        (
            ["import", "{tmp}", "--out", "{tmp}/o", "--mapping", "{tmp}/m.toml"],
            "The mapping {tmp}/m.toml cannot be read",
        ),
        (["export", "{tmp}/none", "--out", "{tmp}/out"], "is not a dataset"),
    ],
)
def test_what_a_user_can_mend_is_said_in_one_sentence(
    arguments: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = [argument.format(tmp=tmp_path) for argument in arguments]

    assert main(filled) == 2
    said = capsys.readouterr().err
    assert sentence.format(tmp=tmp_path) in said
    assert said.count("\n") == 1
