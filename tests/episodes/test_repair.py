from pathlib import Path

import pytest

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.edits.journal import EDITS_FILE
from lbm_studio.episodes.edits.log import EditLog
from lbm_studio.episodes.edits.projection import project_dataset
from lbm_studio.episodes.repair import repair_dataset
from lbm_studio.episodes.verify import verify_dataset
from lbm_studio.episodes.writer import DatasetWriter


def test_a_sound_dataset_needs_no_repair(recorded: Path) -> None:
    report = repair_dataset(recorded)

    assert report.in_words() == f"“{recorded}” needed no repair: 3 episodes."


def test_what_a_crash_left_is_removed_and_told(recorded: Path) -> None:
    (recorded / ".recording" / "take-0").mkdir(parents=True)
    orphan = next((recorded / "data").rglob("file-002.parquet"))
    orphan.with_name("file-003.parquet").write_bytes(b"half an episode")

    report = repair_dataset(recorded)

    assert "file-003.parquet” belongs to no episode." in report.in_words()
    assert "was cut short" in report.in_words()
    assert verify_dataset(recorded, decode=True).findings == ()
    assert report.episodes == 3


def test_an_episode_that_cannot_be_read_is_left_out_and_can_come_back(recorded: Path) -> None:
    video = next((recorded / "videos").rglob("file-001.mp4"))
    whole = video.read_bytes()
    video.write_bytes(whole[: len(whole) // 2])

    report = repair_dataset(recorded)

    assert report.left_out == ("Episode 1 cannot be read whole.",)
    assert [v.index for v in project_dataset(Dataset.open(recorded)).kept] == [0, 2]
    assert repair_dataset(recorded).left_out == ()

    video.write_bytes(whole)
    EditLog(recorded).undo()
    assert repair_dataset(recorded).episodes == 3


def test_edits_that_cannot_be_read_are_told(recorded: Path) -> None:
    (recorded / EDITS_FILE).write_text("torn\n")

    assert "Line 1 of the list of edits cannot be read" in repair_dataset(recorded).remaining[0]


def test_what_is_being_recorded_or_is_no_dataset_of_ours_is_left_alone(
    recorded: Path, station: StationDescription, tmp_path: Path, official: Path
) -> None:
    (tmp_path / "empty").mkdir()

    with DatasetWriter.open(recorded, station), pytest.raises(DatasetError, match="recorded to"):
        repair_dataset(recorded)
    with pytest.raises(DatasetError, match="another program"):
        repair_dataset(official)
    with pytest.raises(DatasetError, match="never finished"):
        repair_dataset(tmp_path / "empty")
    with pytest.raises(DatasetError, match="does not exist"):
        repair_dataset(tmp_path / "nowhere")
