import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lbm_studio.core import keys
from lbm_studio.core.embodiment import Measurement, SafetyCard, StationDescription
from lbm_studio.core.errors import DatasetError, DiskFullError
from lbm_studio.episodes import storage
from lbm_studio.episodes import writer as writer_module
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.take import Take, Tick
from lbm_studio.episodes.verify import verify_dataset
from lbm_studio.episodes.writer import DatasetWriter
from tests.core.stations import make_station
from tests.episodes.recordings import make_metadata, make_tick, record_dataset, record_episode


def test_a_new_dataset_is_empty_and_opens(tmp_path: Path, station: StationDescription) -> None:
    DatasetWriter.open(tmp_path / "new", station).close()

    dataset = Dataset.open(tmp_path / "new")

    assert dataset.episodes == ()
    assert dataset.station == station
    assert verify_dataset(tmp_path / "new").is_sound


def test_each_episode_has_files_of_its_own(recorded: Path) -> None:
    assert len(list(recorded.glob("data/chunk-000/*.parquet"))) == 3
    for camera in ("scene", "wrist"):
        videos = recorded / "videos" / f"observation.images.{camera}"
        assert len(list(videos.glob("chunk-000/*.mp4"))) == 3


def test_what_was_kept_is_verified_and_nothing_else_is_left(recorded: Path) -> None:
    verification = verify_dataset(recorded, decode=True)

    assert verification.findings == ()
    assert (verification.episodes, verification.frames) == (3, 36)
    assert not (recorded / ".recording").exists()


def test_recording_goes_on_where_it_ended(recorded: Path, station: StationDescription) -> None:
    with DatasetWriter.open(recorded, station) as writer:
        assert writer.episodes == 3
        summary = record_episode(writer, station, seed=3)

    assert summary.index == 3
    assert len(Dataset.open(recorded).episodes) == 4
    assert verify_dataset(recorded).findings == ()


def test_a_discarded_episode_leaves_nothing(recorded: Path, station: StationDescription) -> None:
    before = sorted(path for path in recorded.rglob("*"))

    with DatasetWriter.open(recorded, station) as writer:
        writer.begin()
        writer.add(**make_tick(station, 0))
        assert (writer.is_recording, writer.ticks) == (True, 1)
        writer.discard()
        assert not writer.is_recording

    assert sorted(path for path in recorded.rglob("*")) == before


def test_takes_recorded_side_by_side_are_entered_one_after_the_other(
    tmp_path: Path, station: StationDescription
) -> None:
    with DatasetWriter.open(tmp_path / "new", station) as writer:
        folders = [writer.take_folder() for _ in range(3)]
        takes = [Take(folder, station.embodiment, 5) for folder in folders]
        for tick in range(4):
            for seed, take in enumerate(takes):
                take.add(Tick(**make_tick(station, tick, seed)))
        for seed in (2, 0):
            writer.enter(takes[seed].finish(), make_metadata(seed))
        takes[1].abandon()

    dataset = Dataset.open(tmp_path / "new")
    assert [episode.metadata.seed for episode in dataset.episodes] == [2, 0]
    assert verify_dataset(tmp_path / "new", decode=True).findings == ()


def test_a_long_dataset_spreads_its_table_over_files(
    tmp_path: Path, station: StationDescription, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lbm_studio.episodes.ledger.ROWS_PER_FILE", 2)
    root = record_dataset(tmp_path / "long", station, episodes=3, ticks=2)

    with DatasetWriter.open(root, station) as writer:
        record_episode(writer, station, ticks=2, seed=3)
        record_episode(writer, station, ticks=2, seed=4)

    assert len(list(root.glob("meta/episodes/*/*.parquet"))) == 3
    assert len(Dataset.open(root).episodes) == 5
    assert verify_dataset(root).findings == ()


def test_a_dataset_of_another_station_is_refused_with_what_differs(
    recorded: Path, station: StationDescription
) -> None:
    body = station.embodiment
    larger = replace(body.cameras[0], width_px=128)
    turned = replace(body.cameras[1], vertical_fov_rad=0.5)
    others = {
        "the arms are right, left there, right here": make_station("right"),
        "the cameras are scene, wrist there, scene here": replace(
            station, embodiment=replace(body, cameras=body.cameras[:1])
        ),
        "the camera “scene” gives 64x48 there, 128x48 here": replace(
            station, embodiment=replace(body, cameras=(larger, body.cameras[1]))
        ),
        "the camera “wrist” is mounted or calibrated differently": replace(
            station, embodiment=replace(body, cameras=(body.cameras[0], turned))
        ),
        "the station is “bench” there, “kitchen” here": replace(station, name="kitchen"),
        "the rate is 5 Hz there, 10 Hz here": replace(
            station, embodiment=replace(body, chunk=replace(body.chunk, rate_hz=10.0))
        ),
    }

    for sentence, other in others.items():
        with pytest.raises(DatasetError, match="was recorded on another station") as caught:
            DatasetWriter.open(recorded, other)
        assert sentence in str(caught.value)
    assert verify_dataset(recorded).is_sound


def test_a_folder_with_other_things_is_left_alone(
    tmp_path: Path, station: StationDescription
) -> None:
    (tmp_path / "letter.txt").write_text("hello")

    with pytest.raises(DatasetError, match="is not a dataset"):
        DatasetWriter.open(tmp_path, station)

    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_dataset_of_another_program_is_not_added_to(
    official: Path, station: StationDescription
) -> None:
    with pytest.raises(DatasetError, match="recorded by another program"):
        DatasetWriter.open(official, station)


def test_two_programs_cannot_record_into_one_dataset(
    recorded: Path, station: StationDescription
) -> None:
    with (
        DatasetWriter.open(recorded, station),
        pytest.raises(DatasetError, match="is being recorded to by another program"),
    ):
        DatasetWriter.open(recorded, station)

    DatasetWriter.open(recorded, station).close()


@pytest.mark.parametrize("rate_hz", [7.5, 0.5])
def test_a_rate_that_is_no_whole_number_is_refused(
    tmp_path: Path, station: StationDescription, rate_hz: float
) -> None:
    with pytest.raises(DatasetError, match="choose a whole number of ticks a second"):
        DatasetWriter.open(tmp_path / "new", station, rate_hz=rate_hz)


def test_an_episode_of_one_tick_is_too_short(recorded: Path, station: StationDescription) -> None:
    with DatasetWriter.open(recorded, station) as writer:
        writer.begin()
        writer.add(**make_tick(station, 0))
        with pytest.raises(DatasetError, match="too short to keep: 1 of at least 2 ticks"):
            writer.keep(make_metadata())
        assert not writer.is_recording

    assert verify_dataset(recorded).is_sound


def test_nothing_can_be_kept_before_it_has_begun(
    recorded: Path, station: StationDescription
) -> None:
    with DatasetWriter.open(recorded, station) as writer:
        with pytest.raises(DatasetError, match="begin one first"):
            writer.keep(make_metadata())
        with pytest.raises(DatasetError, match="begin one first"):
            writer.add(**make_tick(station, 0))


def test_a_tick_that_is_not_whole_is_refused_and_the_episode_goes_on(
    recorded: Path, station: StationDescription
) -> None:
    whole = make_tick(station, 0)
    broken = {
        "no picture of the camera “wrist”: the whole tick must be dropped": {
            "images": {"scene": whole["images"]["scene"]}
        },
        "The camera “scene” gave a picture of shape (8, 8, 3)": {
            "images": {**whole["images"], "scene": np.zeros((8, 8, 3), np.uint8)}
        },
        "A tick’s state vector has shape (3,); (20,) is recorded": {"state": np.zeros(3)},
        "A tick’s action vector holds values that are no numbers": {"action": np.full(20, np.nan)},
        "A tick’s joint vector has shape (0,)": {"joints": np.zeros(0)},
    }

    with DatasetWriter.open(recorded, station) as writer:
        writer.begin()
        for sentence, part in broken.items():
            with pytest.raises(DatasetError) as caught:
                writer.add(**{**whole, **part})
            assert sentence in str(caught.value)
        writer.add(**whole)
        writer.add(**make_tick(station, 1))
        assert writer.keep(make_metadata()).length == 2

    assert verify_dataset(recorded, decode=True).is_sound


def test_a_disk_too_full_to_record_is_told_before_it_begins(
    recorded: Path, station: StationDescription, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "free_bytes", lambda folder: 3_000_000)

    with DatasetWriter.open(recorded, station) as writer:
        with pytest.raises(DiskFullError) as caught:
            writer.begin()
        assert not writer.is_recording

    assert str(recorded) in str(caught.value)
    assert "20 MB are needed, 3 MB are free" in str(caught.value)


ON_A_SMALL_DISK = """
mount -t tmpfs -o size=3m tmpfs "$1" && exec "$2" -m tests.episodes.small_disk "$1" "$3"
"""


@pytest.mark.parametrize("backlog", [0, 4], ids=["in turn", "on threads"])
def test_a_disk_that_fills_while_recording_loses_nothing_kept(tmp_path: Path, backlog: int) -> None:
    unshare = ["unshare", "--user", "--map-root-user", "--mount"]
    if subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
        pytest.skip("This machine lets nobody mount a small disk.")

    command = [*unshare, "sh", "-ec", ON_A_SMALL_DISK, "sh", str(tmp_path), sys.executable]
    command.append(str(backlog))
    outcome = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )

    assert outcome.returncode == 0, outcome.stderr
    kept, verified, *sentence = outcome.stdout.splitlines()
    assert int(kept) == int(verified) > 0
    assert "is full" in sentence[0]
    assert "all earlier ones are safe" in sentence[0]


MEASURED = (keys.JOINT_VELOCITIES, keys.JOINT_TORQUES, keys.WRENCHES)


def measuring(station: StationDescription) -> StationDescription:
    return replace(station, measures=tuple(Measurement))


def measured_tick(station: StationDescription, number: int) -> Tick:
    joints, arms = 14, 2
    sizes = dict(zip(Measurement, (joints, joints, 6 * arms), strict=True))
    return replace(
        Tick(**make_tick(station, number)),
        latency_ns=3,
        images_latency_ns={"wrist": 120},
        measured={m: np.full(size, number + 0.5) for m, size in sizes.items()},
    )


def test_whatever_the_arms_measure_is_recorded_with_its_latency(
    tmp_path: Path, station: StationDescription
) -> None:
    with DatasetWriter.open(tmp_path / "new", measuring(station)) as writer:
        writer.begin()
        for number in range(3):
            writer.add_tick(measured_tick(station, number))
        with pytest.raises(DatasetError, match="joint velocities vector has shape"):
            writer.add_tick(replace(measured_tick(station, 3), measured={}))
        writer.keep(make_metadata())

    names = (*MEASURED, keys.STATE_LATENCY_NS, keys.CAMERA_LATENCY_NS)
    columns = Dataset.open(tmp_path / "new").columns(0, names)
    assert [columns[name].shape for name in MEASURED] == [(3, 14), (3, 14), (3, 12)]
    assert columns[keys.WRENCHES][:, 0].tolist() == [0.5, 1.5, 2.5]
    assert columns[keys.STATE_LATENCY_NS].tolist() == [3, 3, 3]
    assert columns[keys.CAMERA_LATENCY_NS].tolist() == [[0, 120]] * 3


def test_a_dataset_of_an_earlier_version_is_read_and_added_to_without_later_columns(
    tmp_path: Path, station: StationDescription, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = {*MEASURED, keys.STATE_LATENCY_NS, keys.CAMERA_LATENCY_NS}
    with monkeypatch.context() as patch:
        features = writer_module.station_features(station.embodiment, 5)
        earlier = {key: feature for key, feature in features.items() if key not in later}
        patch.setattr(writer_module, "station_features", lambda *_, **__: earlier)
        root = record_dataset(tmp_path / "old", station)

    with DatasetWriter.open(root, measuring(station)) as writer:
        writer.begin()
        for number in range(3):
            writer.add_tick(measured_tick(station, number))
        writer.keep(make_metadata(3))

    dataset = Dataset.open(root)
    assert len(dataset.episodes) == 4
    assert dataset.columns(3, tuple(later)) == {}
    np.testing.assert_array_equal(dataset.observations(0).states, dataset.vectors(0).states)
    assert verify_dataset(root, decode=True).findings == ()


class Killed(BaseException):
    """Stands for the end of the process between two renames."""


@pytest.mark.parametrize("moves", range(7))
def test_a_kill_between_any_two_renames_loses_at_most_the_running_episode(
    recorded: Path, station: StationDescription, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    move = storage.move_into_place
    done: list[Path] = []

    def move_or_die(staged: Path, final: Path) -> None:
        if len(done) == moves:
            raise Killed
        move(staged, final)
        done.append(final)

    with DatasetWriter.open(recorded, station) as writer, monkeypatch.context() as patch:
        patch.setattr(writer_module, "move_into_place", move_or_die)
        patch.setattr(writer_module, "remove_folder", lambda folder: None)
        patch.setattr(writer_module, "clear_staging", lambda root: None)
        with pytest.raises(Killed):
            record_episode(writer, station, seed=3)
        writer.close()

    assert [e.metadata.seed for e in Dataset.open(recorded).episodes][:3] == [0, 1, 2]
    with DatasetWriter.open(recorded, station) as writer:
        assert writer.episodes == (4 if moves > 4 else 3)
        assert verify_dataset(recorded, decode=True).findings == ()
        record_episode(writer, station, seed=4)
    assert verify_dataset(recorded, decode=True).findings == ()


def test_a_creation_cut_short_is_begun_again(tmp_path: Path, station: StationDescription) -> None:
    root = tmp_path / "new"
    DatasetWriter.open(root, station).close()
    (root / "meta" / "info.json").unlink()
    (root / ".recording").mkdir()

    DatasetWriter.open(root, station).close()

    assert verify_dataset(root).is_sound


LATER_COLUMNS = ["lbm.paraphrases", "lbm.safety", "lbm.limited"]


def test_rows_of_an_earlier_version_are_joined_by_rows_that_say_more(
    recorded: Path, station: StationDescription
) -> None:
    (table,) = recorded.glob("meta/episodes/*/*.parquet")
    pq.write_table(pq.read_table(table).drop_columns(LATER_COLUMNS), table)

    with DatasetWriter.open(recorded, station) as writer:
        record_episode(writer, station, seed=7)

    *earlier, newest = Dataset.open(recorded).episodes
    assert {episode.metadata.paraphrases for episode in earlier} == {()}
    assert {episode.metadata.safety for episode in earlier} == {None}
    assert newest.metadata.paraphrases == make_metadata().paraphrases
    assert verify_dataset(recorded).findings == ()


def test_an_episode_comes_back_with_the_limits_it_was_recorded_under(
    tmp_path: Path, station: StationDescription
) -> None:
    card, limited = SafetyCard(max_force_n=25.0), {"joint speed": 3}

    with DatasetWriter.open(tmp_path / "set", station) as writer:
        record_episode(writer, station, safety=card, limited=limited)

    (episode,) = Dataset.open(tmp_path / "set").episodes
    assert (episode.metadata.safety, episode.metadata.limited) == (card, limited)


def test_limits_that_are_none_are_told_as_damage(
    recorded: Path, station: StationDescription
) -> None:
    (table,) = recorded.glob("meta/episodes/*/*.parquet")
    rows = pq.read_table(table)
    column = rows.schema.get_field_index("lbm.safety")
    broken = pa.array(['{"max_force_n": "strong"}'] * rows.num_rows)
    pq.write_table(rows.set_column(column, "lbm.safety", broken), table)

    with pytest.raises(DatasetError, match=r"damaged and cannot be read .*max_force_n"):
        Dataset.open(recorded)
