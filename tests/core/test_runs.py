"""Run folders tell the truth after a kill, a cut line and a restart."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lbm_studio.core import runs
from lbm_studio.core.runs import EventKind, EventLog, JobStatus, job_status, read_events

CLAIM_AND_WAIT = """
import sys
from pathlib import Path
from lbm_studio.core import runs
folder = Path(sys.argv[1])
runs.claim(folder)
runs.EventLog(folder).status(runs.JobStatus.RUNNING)
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def running_job(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process of its own that has claimed ``tmp_path`` and says it is running."""
    process = subprocess.Popen(
        [sys.executable, "-c", CLAIM_AND_WAIT, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(runs.__file__).parents[2],
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def test_events_are_numbered_and_read_back_as_written(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    written = [
        log.status(JobStatus.RUNNING, "Training"),
        log.emit(EventKind.PROGRESS, stage="train", done=1, total=9, remaining_s=2.5),
        log.emit(EventKind.METRICS, step=1, loss=0.25),
        log.emit(EventKind.MESSAGE, text="Größe geprüft"),
    ]

    assert list(read_events(tmp_path)) == written
    assert [event.number for event in written] == [0, 1, 2, 3]


def test_a_reader_can_go_on_where_it_left_off(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    for step in range(5):
        log.emit(EventKind.METRICS, step=step)

    assert [event.number for event in read_events(tmp_path, first=3)] == [3, 4]


def test_a_log_opened_again_goes_on_counting(tmp_path: Path) -> None:
    EventLog(tmp_path).emit(EventKind.MESSAGE, text="first")

    assert EventLog(tmp_path).emit(EventKind.MESSAGE, text="second").number == 1


@pytest.mark.parametrize("cut", [1, 20, 45], ids=["at its start", "in the middle", "near its end"])
def test_a_line_cut_by_a_kill_is_skipped_and_the_next_one_is_whole(
    tmp_path: Path, cut: int
) -> None:
    log = EventLog(tmp_path)
    log.emit(EventKind.MESSAGE, text="kept")
    whole = (tmp_path / runs.EVENTS_FILE).read_bytes()
    (tmp_path / runs.EVENTS_FILE).write_bytes(whole + whole[:cut])

    EventLog(tmp_path).emit(EventKind.MESSAGE, text="after")

    events = list(read_events(tmp_path))
    assert [event.data["text"] for event in events] == ["kept", "after"]
    assert [event.number for event in events] == [0, 1]


@pytest.mark.parametrize("line", [b"12\n", b"[]\n", b"\xff\xfe\x00\n", b'{"number": 1}\n', b"\n"])
def test_a_line_that_is_no_event_is_skipped(tmp_path: Path, line: bytes) -> None:
    (tmp_path / runs.EVENTS_FILE).write_bytes(line)
    EventLog(tmp_path).emit(EventKind.MESSAGE, text="after")

    assert [event.data["text"] for event in read_events(tmp_path)] == ["after"]


def test_a_folder_without_events_is_a_queued_job(tmp_path: Path) -> None:
    assert list(read_events(tmp_path)) == []
    assert job_status(tmp_path) is JobStatus.QUEUED


@pytest.mark.parametrize("status", [JobStatus.DONE, JobStatus.FAILED, JobStatus.STOPPED])
def test_a_terminal_status_stands_although_the_process_is_gone(
    tmp_path: Path, status: JobStatus
) -> None:
    EventLog(tmp_path).status(status)

    assert status.is_terminal
    assert job_status(tmp_path) is status


@pytest.mark.parametrize("status", [JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.STOPPING])
def test_the_other_statuses_are_not_terminal(status: JobStatus) -> None:
    assert not status.is_terminal


def test_a_job_runs_while_its_process_lives_and_has_failed_once_it_is_killed(
    tmp_path: Path, running_job: subprocess.Popen[str]
) -> None:
    assert job_status(tmp_path) is JobStatus.RUNNING
    assert runs.process_id(tmp_path) == running_job.pid

    running_job.kill()
    running_job.wait()

    assert not runs.is_alive(tmp_path)
    assert job_status(tmp_path) is JobStatus.FAILED


@pytest.mark.parametrize("moment", ["begins", "ends"])
def test_a_job_that_begins_or_ends_while_it_is_looked_at_has_not_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    log = EventLog(tmp_path)
    if moment == "ends":
        runs.claim(tmp_path)
        log.status(JobStatus.RUNNING)

    def read_meanwhile(folder: Path) -> list[runs.Event]:
        if moment == "begins":
            runs.claim(folder)
            log.status(JobStatus.RUNNING)
            return list(read_events(folder))
        events = list(read_events(folder))
        log.status(JobStatus.DONE)
        runs.release(folder)
        return events

    monkeypatch.setattr(runs, "read_events", read_meanwhile)

    assert job_status(tmp_path) is JobStatus.RUNNING


def test_a_killed_process_nobody_has_collected_counts_as_gone(
    tmp_path: Path, running_job: subprocess.Popen[str]
) -> None:
    running_job.kill()
    assert running_job.stdout is not None
    assert running_job.stdout.read() == ""  # its end of the pipe closes as it dies

    for _ in range(1_000_000):
        if not runs.is_alive(tmp_path):
            break
    assert job_status(tmp_path) is JobStatus.FAILED


def test_a_stranger_that_got_the_same_process_number_is_not_the_job(tmp_path: Path) -> None:
    runs.claim(tmp_path)
    assert runs.is_alive(tmp_path)
    process, started = (tmp_path / runs.PROCESS_FILE).read_text().split()

    (tmp_path / runs.PROCESS_FILE).write_text(f"{process} {int(started) - 1}")

    assert not runs.is_alive(tmp_path)
    assert runs.process_id(tmp_path) is None


def test_a_folder_nobody_claimed_is_not_alive(tmp_path: Path) -> None:
    assert not runs.is_alive(tmp_path)
    (tmp_path / runs.PROCESS_FILE).write_text("garbage")
    assert not runs.is_alive(tmp_path)


def test_a_request_to_stop_outlives_the_claim_and_is_forgotten_when_told(tmp_path: Path) -> None:
    assert not runs.stop_requested(tmp_path)

    runs.request_stop(tmp_path)
    assert runs.stop_requested(tmp_path)

    runs.claim(tmp_path)
    assert runs.stop_requested(tmp_path)

    runs.release(tmp_path)
    runs.forget_stop(tmp_path)
    assert not runs.stop_requested(tmp_path)
    runs.forget_stop(tmp_path / "nowhere")


def test_a_running_job_keeps_a_request_to_stop(
    tmp_path: Path, running_job: subprocess.Popen[str]
) -> None:
    runs.request_stop(tmp_path)

    runs.forget_stop(tmp_path)

    assert runs.stop_requested(tmp_path)


def test_a_json_file_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / runs.SPEC_FILE
    runs.write_json(path, {"steps": 1})
    runs.write_json(path, {"steps": 2})

    assert json.loads(path.read_text()) == {"steps": 2}
    assert list(tmp_path.iterdir()) == [path]


def test_a_value_that_is_not_json_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / runs.SPEC_FILE
    runs.write_json(path, {"steps": 1})

    with pytest.raises(TypeError):
        runs.write_json(path, {"steps": object()})

    assert json.loads(path.read_text()) == {"steps": 1}
