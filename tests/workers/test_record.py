import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from lbm_studio.core import keys
from lbm_studio.core.codec import to_json
from lbm_studio.core.episode import FIRST_UNSEEN_SEED
from lbm_studio.core.errors import StudioError
from lbm_studio.core.runs import (
    SPEC_FILE,
    EventKind,
    JobStatus,
    job_status,
    read_events,
    request_stop,
    write_json,
)
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.verify import verify_dataset
from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.station.simulation.skill import Task
from lbm_studio.workers import record as record_module
from lbm_studio.workers.demonstrations import Attempt, Demonstrations
from lbm_studio.workers.record import RecordSpec, main, record

ROOT = Path(__file__).parents[2]
SMALL = RecordSpec(
    dataset="", skill="put_cube_in_tray", episodes=2, seed=3, station="simulated-single"
)


@pytest.fixture
def spec(tmp_path: Path) -> RecordSpec:
    """Two demonstrations on the small station."""
    return replace(SMALL, dataset=str(tmp_path / "dataset"))


def test_successful_demonstrations_are_recorded(spec: RecordSpec) -> None:
    told: list[tuple[int, int]] = []

    report = record(spec, lambda done, total: told.append((done, total)))

    dataset = Dataset.open(Path(spec.dataset))
    assert (report.episodes, report.attempts - report.discarded, report.stopped) == (2, 2, False)
    assert report.frames == dataset.frames > 20
    assert told[0] == (0, 2)
    assert told[-1] == (2, 2)
    for episode in dataset.episodes:
        assert episode.metadata.success is True
        assert (episode.metadata.skill, episode.metadata.source) == (spec.skill, "scripted")
        assert episode.metadata.seed >= 3
        ways = {episode.metadata.goal, *episode.metadata.paraphrases}
        assert len(ways) == len(find_skill(spec.skill).goals)
    assert verify_dataset(Path(spec.dataset), decode=True).findings == ()


def test_a_recording_holds_what_was_sensed_and_sent(spec: RecordSpec) -> None:
    record(replace(spec, episodes=1))

    dataset = Dataset.open(Path(spec.dataset))
    station = dataset.station
    vectors = dataset.vectors(0)
    columns = dataset.columns(0, (keys.CLAMPED, keys.JOINTS, keys.DONE))

    assert station is not None
    assert dataset.cameras == station.embodiment.camera_names
    period_ns = round(1e9 / station.embodiment.chunk.rate_hz)
    assert np.unique(np.diff(vectors.captured_ns)).tolist() == [period_ns]
    assert columns[keys.JOINTS].shape == (len(vectors.states), 7)
    assert columns[keys.CLAMPED].dtype == np.bool_
    assert np.ptp(vectors.actions[:, :3], axis=0).max() > 0.05
    assert np.ptp(dataset.images(0, "scene_right_0").astype(int), axis=0).max() > 50


def test_the_same_layouts_give_the_same_recording_whatever_the_number_of_processes(
    tmp_path: Path, spec: RecordSpec
) -> None:
    other = replace(spec, dataset=str(tmp_path / "other"), processes=2)

    record(spec)
    record(other)

    one, two = (Dataset.open(Path(s.dataset)) for s in (spec, other))
    assert [e.metadata.seed for e in one.episodes] == [e.metadata.seed for e in two.episodes]
    assert [e.metadata.goal for e in one.episodes] == [e.metadata.goal for e in two.episodes]
    for index in range(2):
        np.testing.assert_array_equal(one.vectors(index).actions, two.vectors(index).actions)
        np.testing.assert_array_equal(one.vectors(index).states, two.vectors(index).states)


def test_recording_again_goes_on_with_layouts_that_are_new(spec: RecordSpec) -> None:
    record(replace(spec, episodes=1))
    record(replace(spec, episodes=1))

    first, second = Dataset.open(Path(spec.dataset)).episodes
    assert first.metadata.seed < second.metadata.seed


def test_attempts_that_fail_are_discarded_and_counted(
    spec: RecordSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = Demonstrations.attempt

    def fail_on_odd(self: Demonstrations, seed: int, folder: Path, stop: object) -> Attempt:
        if seed % 2:
            return Attempt(seed, "", None)
        return attempt(self, seed, folder)

    monkeypatch.setattr(Demonstrations, "attempt", fail_on_odd)

    report = record(replace(spec, episodes=1))

    assert report.episodes == 1
    assert report.discarded >= 1
    assert all(e.metadata.seed % 2 == 0 for e in Dataset.open(Path(spec.dataset)).episodes)


def test_a_success_that_does_not_last_is_no_demonstration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Demonstrations(SMALL.station, SMALL.skill, disturbance=False) as demonstrations:
        for name in ("lasting", "passing"):
            (tmp_path / name).mkdir()
        lasting = demonstrations.attempt(3, tmp_path / "lasting")
        seen = iter([True, False])
        monkeypatch.setattr(Task, "is_success", lambda self: next(seen))

        passing = demonstrations.attempt(3, tmp_path / "passing")

    assert lasting.take is not None
    assert passing.take is None
    assert not (tmp_path / "passing").exists()


def test_a_skill_that_never_succeeds_is_given_up(
    spec: RecordSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        Demonstrations, "attempt", lambda self, seed, folder, stop: Attempt(seed, "", None)
    )

    with pytest.raises(StudioError, match="Only 0 of 16 demonstrations of “put_cube_in_tray”"):
        record(spec)


def test_a_request_to_stop_keeps_what_is_recorded(spec: RecordSpec) -> None:
    kept: list[int] = []

    report = record(
        replace(spec, episodes=50), lambda done, total: kept.append(done), lambda: kept[-1:] == [1]
    )

    assert (report.episodes, report.stopped) == (1, True)
    assert verify_dataset(Path(spec.dataset)).findings == ()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"skill": "juggle"}, "There is no skill called “juggle”. Choose one of: put_cube"),
        ({"station": "moon"}, "There is no station called “moon”"),
        ({"seed": FIRST_UNSEEN_SEED}, "are kept for trials"),
        ({"seed": -1}, "seeds begin at 0"),
        ({"episodes": 0}, "At least one episode is needed"),
        ({"demonstrator": "cat"}, "no demonstrator called “cat”. Choose one of: scripted"),
    ],
)
def test_what_cannot_be_recorded_is_refused_in_words(
    spec: RecordSpec, change: dict[str, str], sentence: str
) -> None:
    with pytest.raises(StudioError) as caught:
        record(replace(spec, **change))  # pyright: ignore[reportArgumentType]

    assert sentence in str(caught.value)
    assert not Path(spec.dataset).exists()


def test_a_skill_for_two_hands_is_refused_on_a_station_with_one(spec: RecordSpec) -> None:
    with pytest.raises(StudioError, match=r"needs the .* arm"):
        record(replace(spec, skill="hand_over_bar"))


def test_a_job_tells_its_progress_in_its_run_folder(tmp_path: Path, spec: RecordSpec) -> None:
    run = tmp_path / "run"
    run.mkdir()
    write_json(run / SPEC_FILE, to_json(replace(spec, episodes=1)))

    assert main([str(run)]) == 0

    progress = [e.data for e in read_events(run) if e.kind is EventKind.PROGRESS]
    assert job_status(run) is JobStatus.DONE
    assert (progress[-1]["stage"], progress[-1]["done"], progress[-1]["total"]) == (
        ("recording", 1, 1)
    )
    assert json.loads((run / "report.json").read_text())["episodes"] == 1


def test_a_job_that_is_asked_to_stop_ends_stopped(
    tmp_path: Path, spec: RecordSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    write_json(run / SPEC_FILE, to_json(spec))
    enter = record_module.DatasetWriter.enter

    def enter_and_ask(self: object, *arguments: object) -> object:
        request_stop(run)
        return enter(self, *arguments)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(record_module.DatasetWriter, "enter", enter_and_ask)

    assert main([str(run)]) == 0

    assert job_status(run) is JobStatus.STOPPED
    assert len(Dataset.open(Path(spec.dataset)).episodes) == 1


def test_a_job_holds_its_run_folder_until_it_has_said_how_it_ended(
    tmp_path: Path, spec: RecordSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    write_json(run / SPEC_FILE, to_json(replace(spec, skill="juggle")))
    said: list[JobStatus] = []
    release = record_module.release

    def note_and_release(folder: Path) -> None:
        said.append(job_status(folder))
        release(folder)

    monkeypatch.setattr(record_module, "release", note_and_release)

    assert main([str(run)]) == 1

    assert said == [JobStatus.FAILED]
    assert "juggle" in list(read_events(run))[-1].data["message"]


def test_a_job_that_cannot_be_done_says_why(tmp_path: Path, spec: RecordSpec) -> None:
    run = tmp_path / "run"
    run.mkdir()
    write_json(run / SPEC_FILE, to_json(replace(spec, skill="juggle")))

    assert main([str(run)]) == 1

    last = list(read_events(run))[-1]
    assert job_status(run) is JobStatus.FAILED
    assert "There is no skill called “juggle”" in last.data["message"]


def test_a_killed_recording_leaves_no_process_and_keeps_its_episodes(
    tmp_path: Path, spec: RecordSpec
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    write_json(run / SPEC_FILE, to_json(replace(spec, episodes=100, processes=2)))
    code = "import sys; from lbm_studio.workers.record import main; main(sys.argv[1:])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", code, str(run)], env=environment) as process:
        while not any(e.data.get("done") for e in read_events(run)):
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.05)
        helpers = psutil.Process(process.pid).children(recursive=True)
        process.kill()

    psutil.wait_procs(helpers, timeout=10)

    assert [helper for helper in helpers if helper.is_running()] == []
    assert len(Dataset.open(Path(spec.dataset)).episodes) >= 1
    record(replace(spec, episodes=1))
    assert verify_dataset(Path(spec.dataset), decode=True).findings == ()
