from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import DatasetError, StudioError, UnknownNameError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.edits.change import Change, EditField, FrameRange, Phase, Split
from lbm_studio.episodes.edits.log import EditLog
from lbm_studio.episodes.edits.projection import project_dataset
from lbm_studio.episodes.interchange.exporter import export_episodes
from lbm_studio.episodes.verify import verify_dataset
from tests.episodes.interchange.doctoring import doctor_failures
from tests.episodes.recordings import record_dataset

TICKS = 20


@pytest.fixture
def reviewed(tmp_path: Path, station: StationDescription) -> Path:
    """Four episodes: one deleted, one renamed, failed, trimmed and phased, one cut in two."""
    root = record_dataset(tmp_path / "recorded", station, episodes=4, ticks=TICKS)
    uuids = [summary.metadata.uuid for summary in Dataset.open(root).episodes]
    EditLog(root).apply(
        Change(uuids[1], EditField.DELETED, True),
        Change(uuids[2], EditField.GOAL, "wipe the table"),
        Change(uuids[2], EditField.PARAPHRASES, ("clean it",)),
        Change(uuids[2], EditField.SUCCESS, False),
        Change(uuids[2], EditField.TRIM, FrameRange(5, 14)),
        Change(uuids[2], EditField.PHASES, (Phase("reach", FrameRange(5, 9)),)),
        Change(uuids[2], EditField.TAGS, ("slow",)),
        Change(uuids[3], EditField.SPLIT, Split(8, "second-half")),
    )
    return root


def test_what_was_edited_is_exported_and_what_was_deleted_is_not(
    reviewed: Path, tmp_path: Path
) -> None:
    report = export_episodes(reviewed, tmp_path / "out")

    source, target = Dataset.open(reviewed), Dataset.open(tmp_path / "out")
    assert report.episodes == 4
    assert [e.length for e in target.episodes] == [TICKS, 10, 8, 12]
    assert target.episodes[1].metadata.goal == "wipe the table"
    assert target.episodes[1].metadata.success is False
    spans = [(0, slice(0, TICKS)), (2, slice(5, 15)), (3, slice(0, 8)), (3, slice(8, TICKS))]
    for index, (recorded, rows) in enumerate(spans):
        found, expected = target.vectors(index), source.vectors(recorded)
        np.testing.assert_array_equal(found.states, expected.states[rows])
        np.testing.assert_array_equal(found.actions, expected.actions[rows])
        np.testing.assert_array_equal(found.captured_ns, expected.captured_ns[rows])
        pictures = source.images(recorded, "scene")[rows].astype(int)
        assert np.abs(target.images(index, "scene") - pictures).mean() < 2.0
    assert verify_dataset(tmp_path / "out", decode=True).findings == ()


def test_whole_episodes_keep_their_videos_byte_by_byte(reviewed: Path, tmp_path: Path) -> None:
    export_episodes(reviewed, tmp_path / "out", ["0"])

    name = "videos/observation.images.scene/chunk-000/file-000.mp4"
    assert (tmp_path / "out" / name).read_bytes() == (reviewed / name).read_bytes()


def test_phases_and_paraphrases_become_lerobot_language_columns(
    reviewed: Path, tmp_path: Path
) -> None:
    export_episodes(reviewed, tmp_path / "out", ["2"])

    table = pq.read_table(next((tmp_path / "out/data").rglob("*.parquet")))
    rows = table.column("language_persistent").to_pylist()
    assert len(rows) == 10
    assert all(row == rows[0] for row in rows)
    told = [(row["style"], row["content"], row["timestamp"]) for row in rows[0]]
    assert told == [
        ("subtask", "reach", 0.0),
        ("task_aug", "wipe the table", 0.0),
        ("task_aug", "clean it", 0.0),
    ]
    view = project_dataset(Dataset.open(tmp_path / "out")).kept[0]
    assert view.phases == (Phase("reach", FrameRange(0, 4)),)
    assert view.labels.tags == ("slow",)


def test_exporting_again_adds_only_what_is_not_there_yet(reviewed: Path, tmp_path: Path) -> None:
    export_episodes(reviewed, tmp_path / "out", ["0", "3.2"])

    report = export_episodes(reviewed, tmp_path / "out")

    assert (report.episodes, report.present) == (2, 2)
    assert len(Dataset.open(tmp_path / "out").episodes) == 4


def test_exporting_again_says_what_was_cut_differently_since(
    reviewed: Path, tmp_path: Path
) -> None:
    export_episodes(reviewed, tmp_path / "out", ["0"])
    whole = project_dataset(Dataset.open(reviewed)).kept[0]
    cut = FrameRange(0, whole.length - 5)
    EditLog(reviewed).apply(Change(whole.uuid, EditField.TRIM, cut))

    report = export_episodes(reviewed, tmp_path / "out", ["0"])

    assert (report.episodes, report.present) == (0, 1)
    assert f"Episode 0 is there as it was cut before, with {whole.length} frames" in (
        report.in_words()
    )


def test_an_export_that_was_stopped_goes_on_where_it_was(reviewed: Path, tmp_path: Path) -> None:
    told: list[int] = []

    first = export_episodes(
        reviewed,
        tmp_path / "out",
        on_progress=lambda d, n: told.append(d),
        should_stop=lambda: len(told) > 2,
    )
    second = export_episodes(reviewed, tmp_path / "out")

    assert first.stopped
    assert (first.episodes, second.episodes, second.present) == (2, 2, 2)
    assert not second.stopped


def test_lerobot_doctor_reports_no_failure_of_what_was_edited(
    reviewed: Path, tmp_path: Path
) -> None:
    uuid = Dataset.open(reviewed).episodes[2].metadata.uuid
    EditLog(reviewed).apply(Change(uuid, EditField.PHASES, ()))
    export_episodes(reviewed, tmp_path / "out")

    assert Dataset.open(tmp_path / "out").episodes[1].length == 10
    assert doctor_failures(tmp_path / "out") == []


def test_lerobot_doctor_finds_fault_only_with_phases_that_differ_in_number(
    reviewed: Path, tmp_path: Path
) -> None:
    export_episodes(reviewed, tmp_path / "out")

    # It takes the lists for vectors; those that LeRobot itself writes differ as well.
    assert doctor_failures(tmp_path / "out") == [
        "1 shape mismatch(es) across episodes: [(1, 'language_persistent', '(2,)->(3,)')]"
    ]


@pytest.mark.parametrize(
    ("chosen", "error", "sentence"),
    [
        (
            ["9"],
            UnknownNameError,
            "no episode called “9”. Choose one of: 0, 1, 2, 3.1, 3.2",
        ),
        (["1"], DatasetError, "Episode 1 is deleted: restore it"),
        ([], DatasetError, "There are no episodes to export"),
    ],
)
def test_what_cannot_be_exported_is_said_in_words(
    chosen: list[str], error: type[StudioError], sentence: str, reviewed: Path, tmp_path: Path
) -> None:
    with pytest.raises(error) as refusal:
        export_episodes(reviewed, tmp_path / "out", chosen)

    assert sentence in str(refusal.value)


def test_a_folder_within_the_dataset_is_refused(reviewed: Path) -> None:
    for folder in (reviewed, reviewed / "out", reviewed.parent):
        with pytest.raises(DatasetError, match="lie within each other"):
            export_episodes(reviewed, folder)


def test_a_dataset_of_another_program_is_to_be_imported_first(
    official: Path, tmp_path: Path
) -> None:
    with pytest.raises(DatasetError, match="Import it first"):
        export_episodes(official, tmp_path / "out")
