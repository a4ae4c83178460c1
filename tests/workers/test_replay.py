import json
from pathlib import Path

import pytest

from lbm_studio.core.errors import DatasetError
from lbm_studio.workers.record import RecordSpec, record
from lbm_studio.workers.replay import main, replay


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("replay") / "dataset"
    record(RecordSpec(str(root), "put_cube_in_tray", 2, seed=0, station="simulated-single"))
    return root


@pytest.mark.parametrize("episode", [0, 1])
def test_recorded_actions_reach_the_goal_again(recorded: Path, episode: int) -> None:
    report = replay(recorded, episode)

    assert report.success
    assert all(report.milestones.values())
    assert report.frames > 10
    assert report.largest_error_m < 0.1


def test_the_report_is_written_for_other_programs(
    recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(recorded), "0"]) == 0

    report = json.loads(capsys.readouterr().out)
    assert (report["episode"], report["skill"], report["success"]) == (0, "put_cube_in_tray", True)


def test_an_episode_that_is_not_there_is_named(recorded: Path) -> None:
    with pytest.raises(DatasetError, match="There is no episode 7"):
        replay(recorded, 7)


def test_a_foreign_dataset_cannot_be_repeated() -> None:
    official = Path(__file__).parents[1] / "data" / "lerobot_v3_fixture"

    with pytest.raises(DatasetError, match="was not recorded on a simulated station"):
        replay(official, 0)
