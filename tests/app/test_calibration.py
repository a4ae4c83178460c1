import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from lbm_studio.app.calibration import NO_FILE, Calibration
from lbm_studio.app.jobs import JobRequest
from lbm_studio.app.notices import Level, Notices
from lbm_studio.app.run_record import RunRecord
from lbm_studio.app.stations import Stations
from lbm_studio.core.calibration import CalibrationJob, CalibrationStep
from lbm_studio.core.codec import from_json
from lbm_studio.core.runs import SPEC_FILE, EventKind, EventLog, JobStatus, request_stop, write_json
from lbm_studio.core.station_file import (
    CalibrationRecord,
    Driver,
    StationFile,
    read_station_file,
    write_station_file,
)
from lbm_studio.station.simulation.embodiments import dual_fr3
from tests.core.station_files import station_file_of

TODAY = date(2026, 5, 28)
KNOWN = CalibrationRecord("pose of scene_left_0", "2026-05-16", 0.31, "mm", 6)


class HandmadeJobs:
    """Makes run folders and starts nothing: tests write what the job would. Fulfils Jobs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run: RunRecord | None = None
        self.arguments: Sequence[str] = ()

    def start(self, request: JobRequest) -> RunRecord:
        self.folder.mkdir()
        self.arguments = request.arguments(self.folder)
        write_json(self.folder / SPEC_FILE, dict(request.spec or {}))
        self.run = RunRecord(self.folder)
        return self.run

    def stop(self, folder: Path) -> None:
        request_stop(folder)
        EventLog(folder).status(JobStatus.STOPPED)

    def resume(self, folder: Path) -> None:
        raise AssertionError

    def runs(self) -> tuple[RunRecord, ...]:
        return (self.run,) if self.run else ()

    def status(self, run: RunRecord) -> JobStatus:
        return run.written_status

    def can_resume(self, run: RunRecord) -> bool:
        return False

    @property
    def job(self) -> CalibrationJob:
        return from_json(CalibrationJob, json.loads((self.folder / SPEC_FILE).read_text()))


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """The file of a station of which one camera is calibrated."""
    file = replace(station_file_of(dual_fr3(), driver=Driver.SIMULATED), name="bench")
    path = tmp_path / "stations" / "bench.toml"
    write_station_file(path, replace(file, calibrations=(KNOWN,)))
    return path


@pytest.fixture
def jobs(tmp_path: Path) -> HandmadeJobs:
    return HandmadeJobs(tmp_path / "run")


@pytest.fixture
def card(bench: Path, jobs: HandmadeJobs, notices: Notices) -> Calibration:
    card = Calibration(
        Stations(bench.parent),
        jobs,
        notices,
        chosen=lambda: "bench",
        session_folder=lambda: "/run/session",
        today=lambda: TODAY,
    )
    card.poll(0)
    card.choose_step(CalibrationStep.SCENE)
    return card


def test_the_card_says_what_is_calibrated_and_how_long_ago(card: Calibration) -> None:
    assert card.view.subjects == (
        ("scene_right_0", "scene right 0, never"),
        ("scene_left_0", "scene left 0, 12 days old"),
    )
    assert card.view.subject == "scene_right_0"
    assert card.view.sentence.startswith("Never calibrated. Lay the board")
    assert (card.view.level, card.view.needs_place) == (Level.WARN, True)

    card.choose_subject("scene_left_0")

    assert card.view.sentence.startswith("12 days old, 0.31 mm, 6 pictures. ")
    assert card.view.level is Level.GOOD


def test_an_arm_is_as_old_as_the_older_of_its_cameras(card: Calibration, bench: Path) -> None:
    records = [
        CalibrationRecord(f"mount of wrist_left_{side}", day, 0.5, "mm", 14)
        for side, day in (("minus", "2026-05-27"), ("plus", "2026-05-20"))
    ]
    write_station_file(bench, replace(read(bench), calibrations=tuple(records)))

    card.refresh()
    card.choose_step(CalibrationStep.WRIST)

    assert card.view.subjects == (("right", "right, never"), ("left", "left, 8 days old"))


def test_what_is_built_in_is_not_calibrated(jobs: HandmadeJobs, notices: Notices) -> None:
    card = Calibration(
        Stations(jobs.folder / "stations"),
        jobs,
        notices,
        chosen=lambda: "simulated",
        session_folder=str,
    )

    card.poll(0)
    card.start()

    assert (card.view.subjects, card.view.can_start, card.view.sentence) == ((), False, NO_FILE)
    assert notices.all[-1].text == NO_FILE


def test_a_job_is_started_followed_and_its_outcome_told(
    card: Calibration, jobs: HandmadeJobs, bench: Path
) -> None:
    card.choose_subject("scene_left_0")
    card.set_square("49.8")
    card.set_place("100, 0, 5, 90")
    card.start()
    log = EventLog(jobs.folder)
    log.status(JobStatus.RUNNING)
    stage = "Show the board to scene_left_0: 3 of 6. Hold still."
    log.emit(EventKind.PROGRESS, stage=stage, done=3, total=6)
    card.poll(1)
    followed = card.view
    new = replace(KNOWN, made_on="2026-05-28", residual=0.2)
    write_station_file(bench, replace(read(bench), calibrations=(new,)))
    log.status(JobStatus.DONE, "scene_left_0: 0.10 px, 0.20 mm left over, 6 pictures")
    card.poll(2)

    job = jobs.job
    assert jobs.arguments == ("worker", "calibrate", str(jobs.folder))
    assert (job.step, job.subject, job.session) == ("scene", "scene_left_0", "/run/session")
    assert Path(job.station) == bench
    assert job.square_m == pytest.approx(0.0498)
    assert job.board_at == pytest.approx((0.1, 0.0, 0.005, 90.0))
    assert (followed.sentence, followed.is_running) == (stage, True)
    assert not card.view.is_running
    assert card.view.sentence.startswith("Done. scene_left_0: 0.10 px, 0.20 mm left over")
    assert card.view.sentence.endswith("Connect again for it to count.")
    assert card.view.subjects[1] == ("scene_left_0", "scene left 0, of today")


def test_what_the_job_refuses_is_told_and_can_be_tried_again(
    card: Calibration, jobs: HandmadeJobs
) -> None:
    card.start()
    EventLog(jobs.folder).status(JobStatus.FAILED, "There are no pictures of scene_right_0.")
    card.poll(1)

    assert card.view.sentence == "There are no pictures of scene_right_0."
    assert (card.view.level, card.view.can_start) == (Level.BAD, True)


def test_the_board_is_written_in_the_size_that_is_wanted(
    card: Calibration, jobs: HandmadeJobs
) -> None:
    card.set_square("35")
    card.write_board()

    file = str(jobs.folder / "board.pdf")
    assert jobs.arguments == ("calibrate", "board", file, "--square-mm", "35")
    assert card.view.sentence.startswith(f"Print {file} at 100 %")
    assert not card.view.is_running


def test_it_can_be_given_up(card: Calibration, jobs: HandmadeJobs) -> None:
    card.start()
    card.choose_step(CalibrationStep.WRIST)
    card.stop()
    card.poll(1)

    assert card.view.step == CalibrationStep.SCENE
    assert not card.view.is_running
    assert card.view.sentence == "Given up; nothing was changed."


@pytest.mark.parametrize(
    ("square_mm", "board_at", "words"),
    [
        ("fifty", "", "is a number of mm"),
        ("0", "", "more than 0 mm"),
        ("50", "1, 2", "x, y, z in mm"),
    ],
)
def test_figures_that_make_no_sense_are_refused(
    card: Calibration, notices: Notices, square_mm: str, board_at: str, words: str
) -> None:
    card.set_square(square_mm)
    card.set_place(board_at)
    card.start()

    assert words in notices.all[-1].text
    assert not card.view.is_running


def read(path: Path) -> StationFile:
    return read_station_file(path)
