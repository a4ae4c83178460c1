from pathlib import Path

import numpy as np
import pytest

from lbm_studio.core import keys
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.edits.change import Change, EditField, FrameRange, Phase
from lbm_studio.episodes.edits.journal import EDITS_FILE
from lbm_studio.episodes.edits.log import EditLog
from lbm_studio.episodes.edits.projection import project_dataset
from lbm_studio.episodes.interchange.exporter import export_episodes
from lbm_studio.episodes.merge import merge_datasets
from lbm_studio.episodes.verify import verify_dataset
from lbm_studio.episodes.writer import DatasetWriter
from tests.core.stations import make_station
from tests.episodes.recordings import record_dataset, record_episode


@pytest.fixture
def sources(tmp_path: Path, station: StationDescription) -> list[Path]:
    return [record_dataset(tmp_path / name, station, episodes=2) for name in ("one", "other")]


def goals(path: Path) -> list[str]:
    return [view.labels.goal for view in project_dataset(Dataset.open(path)).kept]


def test_merged_episodes_are_the_same_as_before(sources: list[Path], tmp_path: Path) -> None:
    report = merge_datasets(sources, tmp_path / "all")

    merged = Dataset.open(tmp_path / "all")
    originals = [(Dataset.open(path), index) for path in sources for index in range(2)]
    assert (report.added, report.present, report.episodes) == (4, 0, 4)
    assert verify_dataset(tmp_path / "all", decode=True).findings == ()
    for index, (dataset, place) in enumerate(originals):
        assert merged.episodes[index].metadata == dataset.episodes[place].metadata
        before, after = dataset.vectors(place), merged.vectors(index)
        np.testing.assert_array_equal(before.states, after.states)
        np.testing.assert_array_equal(before.captured_ns, after.captured_ns)
        for camera in dataset.cameras:
            np.testing.assert_array_equal(
                dataset.images(place, camera), merged.images(index, camera)
            )


def test_a_merge_that_is_asked_for_again_adds_only_what_is_missing(
    sources: list[Path], tmp_path: Path
) -> None:
    merge_datasets(sources[:1], tmp_path / "all")

    report = merge_datasets(sources, tmp_path / "all")

    assert (report.added, report.present, report.episodes) == (2, 2, 4)
    assert "2 were added, 2 were there already" in report.in_words()


def test_edits_come_along_and_can_be_undone_there(sources: list[Path], tmp_path: Path) -> None:
    uuids = [[e.metadata.uuid for e in Dataset.open(path).episodes] for path in sources]
    for number, path in enumerate(sources):
        log = EditLog(path)
        log.apply(Change(uuids[number][0], EditField.GOAL, f"goal {number}"))
        log.apply(Change(uuids[number][1], EditField.GOAL, "wrong"))
        log.undo()
        log.apply(Change(uuids[number][1], EditField.GOAL, f"right {number}"))
    with (sources[0] / EDITS_FILE).open("a") as file:
        file.write("torn\n")

    merge_datasets(sources, tmp_path / "all")
    merge_datasets(sources, tmp_path / "all")

    assert goals(tmp_path / "all") == ["goal 0", "right 0", "goal 1", "right 1"]
    log = EditLog(tmp_path / "all")
    assert len(log.in_force) == 4
    assert len(log.remarks) == 1
    log.undo()
    assert goals(tmp_path / "all")[:3] == ["goal 0", "right 0", "goal 1"]
    assert goals(sources[1]) == ["goal 1", "right 1"]


def test_what_cannot_stand_in_one_dataset_is_refused_in_words(
    sources: list[Path], tmp_path: Path, official: Path
) -> None:
    lonely = record_dataset(tmp_path / "lonely", make_station("right"), episodes=1)

    with pytest.raises(DatasetError, match="the arms are right, left there, right here"):
        merge_datasets([sources[0], lonely], tmp_path / "all")
    with pytest.raises(DatasetError, match="import it first"):
        merge_datasets([official], tmp_path / "all")
    with pytest.raises(DatasetError, match="at least one other"):
        merge_datasets([sources[0]], sources[0])
    assert not (tmp_path / "all").exists()


def test_columns_that_one_dataset_lacks_are_left_out(
    tmp_path: Path, station: StationDescription
) -> None:
    later = keys.STATE_LATENCY_NS
    with DatasetWriter.open(tmp_path / "old", station, leave_out=[later]) as writer:
        record_episode(writer, station)
    record_dataset(tmp_path / "new", station, episodes=1)

    merge_datasets([tmp_path / "new", tmp_path / "old"], tmp_path / "all")

    merged = Dataset.open(tmp_path / "all")
    assert len(merged.episodes) == 2
    assert merged.columns(0, (later,)) == {}
    assert later in Dataset.open(tmp_path / "new").columns(0, (later,))


def test_what_was_exported_with_phases_can_be_merged(sources: list[Path], tmp_path: Path) -> None:
    uuid = Dataset.open(sources[0]).episodes[0].metadata.uuid
    phase = Phase("reach", FrameRange(2, 7))
    EditLog(sources[0]).apply(Change(uuid, EditField.PHASES, (phase,)))
    export_episodes(sources[0], tmp_path / "exported")

    merge_datasets([tmp_path / "exported", sources[1]], tmp_path / "all")

    first, *_ = project_dataset(Dataset.open(tmp_path / "all")).kept
    assert first.phases == (phase,)
    assert verify_dataset(tmp_path / "all", decode=True).findings == ()
