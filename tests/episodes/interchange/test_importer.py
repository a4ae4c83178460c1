import contextlib
import multiprocessing
import os
import random
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import DatasetError, StudioError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.interchange.catalogue import opened
from lbm_studio.episodes.interchange.importer import import_episodes
from lbm_studio.episodes.interchange.mapping import parse_mapping
from lbm_studio.episodes.verify import verify_dataset
from tests.core.stations import make_station
from tests.episodes.interchange import test_lerobot, test_rlds, test_robomimic, test_spartan
from tests.episodes.interchange.lerobot_files import write_v21, write_v30
from tests.episodes.interchange.truth import bring_in

SOURCES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "lerobot-v2": (write_v21, test_lerobot.mapping("lerobot-v2")),
    "lerobot-v3": (write_v30, test_lerobot.mapping("lerobot-v3")),
    "robomimic.hdf5": (test_robomimic.write, test_robomimic.MAPPING),
    "rlds": (test_rlds.write, test_rlds.MAPPING),
    "spartan": (test_spartan.write, test_spartan.MAPPING),
}
FUZZED = 6
"""Damaged copies of each format."""


def test_what_was_stopped_is_kept_and_goes_on(tmp_path: Path, station: StationDescription) -> None:
    source_path = test_robomimic.write(tmp_path / "lift.hdf5")
    text, polls = test_robomimic.MAPPING, iter(range(10**6))
    with opened(source_path) as source:
        report = import_episodes(
            source,
            parse_mapping(text),
            text,
            station,
            tmp_path / "ours",
            should_stop=lambda: next(polls) > 10,  # in the second episode
        )

    assert report.stopped
    assert report.episodes == 1
    assert verify_dataset(tmp_path / "ours").findings == ()
    again, dataset = bring_in(source_path, text, station, tmp_path / "ours")
    assert (again.episodes, again.present, again.stopped) == (1, 1, False)
    assert len(dataset.episodes) == 2


def import_until_killed(source_path: Path, dataset: Path, frames: int) -> None:
    """Import, and kill this process at a frame."""
    polls = iter(range(10**6))

    def stop() -> bool:
        if next(polls) == frames:
            os.kill(os.getpid(), signal.SIGKILL)
        return False

    mapping = parse_mapping(test_robomimic.MAPPING)
    with opened(source_path) as source:
        station = make_station("right", "left")
        import_episodes(source, mapping, test_robomimic.MAPPING, station, dataset, should_stop=stop)


@pytest.mark.parametrize(("frames", "kept"), [(3, 0), (11, 1)])
def test_a_kill_costs_at_most_the_running_episode(
    frames: int, kept: int, tmp_path: Path, station: StationDescription
) -> None:
    source = test_robomimic.write(tmp_path / "lift.hdf5")
    arguments = (source, tmp_path / "ours", frames)
    process = multiprocessing.get_context("spawn").Process(
        target=import_until_killed, args=arguments
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL

    report, _ = bring_in(source, test_robomimic.MAPPING, station, tmp_path / "ours")

    assert (report.present, report.episodes) == (kept, 2 - kept)
    assert verify_dataset(tmp_path / "ours").findings == ()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('name = "lift"', 'name = "other"', "the station is “lift” there, “other” here"),
        ("scale = 0.05", "scale = 0.5", "was imported with another mapping, which it keeps as"),
    ],
)
def test_another_mapping_does_not_mix_with_the_first(
    old: str, new: str, sentence: str, tmp_path: Path, station: StationDescription
) -> None:
    source = test_robomimic.write(tmp_path / "lift.hdf5")
    bring_in(source, test_robomimic.MAPPING, station, tmp_path / "ours")

    with pytest.raises(DatasetError, match=sentence):
        bring_in(source, test_robomimic.MAPPING.replace(old, new), station, tmp_path / "ours")

    assert len(Dataset.open(tmp_path / "ours").episodes) == 2


def test_comments_and_goals_of_a_mapping_may_change(
    tmp_path: Path, station: StationDescription
) -> None:
    source = test_robomimic.write(tmp_path / "lift.hdf5")
    bring_in(source, test_robomimic.MAPPING, station, tmp_path / "ours")
    other = "# looked over\n" + test_robomimic.MAPPING.replace("lift the cube", "raise it")

    report, dataset = bring_in(source, other, station, tmp_path / "ours")

    assert (report.episodes, report.present) == (0, 2)
    assert dataset.goals == ("lift the cube",)


def test_other_recordings_under_the_same_names_are_added(
    tmp_path: Path, station: StationDescription
) -> None:
    first, second = tmp_path / "a/image.hdf5", tmp_path / "b/image.hdf5"
    for path in (first, second):
        path.parent.mkdir()
        test_robomimic.write(path)
    with test_robomimic.edited(second) as file:
        file["data/demo_1/obs/robot0_eef_pos"][0] += 0.001
    bring_in(first, test_robomimic.MAPPING, station, tmp_path / "ours")

    report, _ = bring_in(second, test_robomimic.MAPPING, station, tmp_path / "ours")

    assert (report.episodes, report.present) == (1, 1)


@pytest.mark.parametrize("kind", SOURCES)
def test_flipped_and_cut_files_give_a_clear_error_and_stay_where_they_are(
    kind: str, tmp_path: Path, station: StationDescription
) -> None:
    write, mapping = SOURCES[kind]
    whole = write(tmp_path / kind)
    dice = random.Random(kind)
    for number in range(FUZZED):
        place = tmp_path / f"{number}"
        place.mkdir()
        copy = place / whole.name
        (shutil.copytree if whole.is_dir() else shutil.copy)(whole, copy)
        damage(copy, dice)
        with contextlib.suppress(StudioError):
            bring_in(copy, mapping, station, place / "ours")
        if (place / "ours").exists():
            assert verify_dataset(place / "ours").findings == ()
            assert len(Dataset.open(place / "ours").episodes) <= 3
        assert {entry.name for entry in place.iterdir()} <= {whole.name, "ours"}


def damage(path: Path, dice: random.Random) -> None:
    """Cut a file short, or overwrite some of its bytes."""
    files = sorted(f for f in path.rglob("*") if f.is_file()) if path.is_dir() else [path]
    file = dice.choice(files)
    data = bytearray(file.read_bytes())
    if dice.random() < 0.3:
        del data[dice.randrange(len(data)) :]
    else:
        for _ in range(dice.randrange(1, 20)):
            data[dice.randrange(len(data))] = dice.randrange(256)
    file.write_bytes(data)
