import os
import signal

import pytest

from lbm_studio.app.jobs import LOG_FILE, JobRequest, JobRunner
from lbm_studio.core.errors import StudioError
from lbm_studio.core.runs import EventLog, JobStatus, claim, process_id
from tests.app.children import CHILD
from tests.app.waiting import wait_until


@pytest.fixture
def runner(tmp_path):
    runner = JobRunner(tmp_path / "runs", CHILD)
    yield runner
    for run in runner.runs():
        runner.stop(run.folder)
        wait_until(lambda run=run: process_id(run.folder) is None)
    runner.close()


def counting(steps: int) -> JobRequest:
    return JobRequest(
        "count", "Count the cups", lambda f: ("work", str(f), str(steps)), can_resume=True
    )


def status_of(runner, run):
    run.read()
    return runner.status(run)


def test_a_job_is_followed_from_its_start_to_its_end(runner):
    run = runner.start(counting(5))
    wait_until(lambda: status_of(runner, run).is_terminal)

    assert runner.status(run) is JobStatus.DONE
    assert run.progress.fraction == 1.0
    assert [row["step"] for row in run.metrics] == [1, 2, 3, 4, 5]
    assert not runner.can_resume(run)
    assert run.card is not None
    assert run.card.title == "Count the cups"


def test_a_job_stops_when_asked_and_goes_on_where_it_was(runner):
    run = runner.start(counting(100))
    wait_until(lambda: run.read() and run.progress.fraction > 0)

    runner.stop(run.folder)
    wait_until(lambda: status_of(runner, run) is JobStatus.STOPPED)
    steps = len(run.metrics)
    runner.resume(run.folder)
    wait_until(lambda: status_of(runner, run) is JobStatus.DONE)

    assert 0 < steps < 100
    assert [row["step"] for row in run.metrics] == list(range(1, 101))


def test_a_job_that_is_asked_to_stop_while_it_is_starting_does_not_run(runner):
    run = runner.start(counting(100_000))
    runner.stop(run.folder)

    wait_until(lambda: status_of(runner, run) is JobStatus.STOPPED)

    assert len(run.metrics) == 0


def test_a_killed_job_is_seen_as_failed_and_can_be_resumed(runner):
    run = runner.start(counting(100))
    wait_until(lambda: run.read() and run.progress.fraction > 0)
    process = process_id(run.folder)
    assert process is not None

    os.kill(process, signal.SIGKILL)
    wait_until(lambda: status_of(runner, run) is JobStatus.FAILED)

    assert runner.can_resume(run)
    runner.resume(run.folder)
    wait_until(lambda: status_of(runner, run) is JobStatus.DONE)


def test_a_job_outlives_the_window_and_is_found_again(tmp_path, runner):
    runner.start(counting(30))
    runner.close()

    another = JobRunner(tmp_path / "runs", CHILD)
    (run,) = another.runs()
    wait_until(lambda: status_of(another, run) is JobStatus.DONE)

    assert run.card is not None
    assert len(run.metrics) == 30


def test_a_job_that_never_began_has_failed_and_its_log_says_why(runner):
    request = JobRequest("count", "Broken", lambda _: ("fail", "There is no such dataset."))
    run = runner.start(request)
    wait_until(lambda: status_of(runner, run) is JobStatus.FAILED)

    assert (run.folder / LOG_FILE).read_text().strip() == "There is no such dataset."
    assert not runner.can_resume(run)


def test_what_cannot_be_resumed_is_refused_in_words(runner):
    run = runner.start(counting(1))
    wait_until(lambda: status_of(runner, run) is JobStatus.DONE)

    with pytest.raises(StudioError, match="cannot be resumed"):
        runner.resume(run.folder)


def test_runs_started_by_hand_are_listed_newest_first_and_other_folders_are_not(tmp_path, runner):
    folder = tmp_path / "runs" / "by hand"
    claim(folder)
    EventLog(folder).status(JobStatus.RUNNING)
    (tmp_path / "runs" / "holiday pictures").mkdir()
    newer = runner.start(counting(1))
    wait_until(lambda: status_of(runner, newer) is JobStatus.DONE)

    runs = runner.runs()

    assert [run.folder for run in runs] == [newer.folder, folder]
    (folder / "process.pid").unlink()


def test_two_jobs_of_one_name_get_two_folders(runner):
    folders = {runner.start(counting(1)).folder for _ in range(2)}
    assert len(folders) == 2


def test_a_folder_that_cannot_be_written_is_said_in_words(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StudioError, match="could not be started"):
        JobRunner(tmp_path / "file", CHILD).start(counting(1))
