import json
import os
import sys
from pathlib import Path

import pytest

from lbm_studio.app.jobs import JobRunner
from lbm_studio.app.library import SkillLibrary
from lbm_studio.app.train_panel import TrainPanel
from lbm_studio.app.views.train import TrainState
from lbm_studio.core.action import ActionConvention
from lbm_studio.core.paths import POLICY_VARIABLE
from lbm_studio.core.runs import (
    PROCESS_FILE,
    EventKind,
    EventLog,
    JobStatus,
    claim,
    process_id,
)
from lbm_studio.policy.manifest import CheckpointManifest, write_manifest
from lbm_studio.policy.shipped import SHIPPED_TITLE
from tests.app.fakes import SECOND_NS
from tests.app.recordings import shelf_with
from tests.app.waiting import wait_until
from tests.core.stations import make_station


@pytest.fixture
def jobs(tmp_path):
    runner = JobRunner(tmp_path / "runs", [sys.executable, "-c", "raise SystemExit('No torch.')"])
    yield runner
    for run in runner.runs():
        wait_until(lambda run=run: process_id(run.folder) in (None, os.getpid()))
    runner.close()


@pytest.fixture
def library(tmp_path, notices):
    return SkillLibrary(tmp_path, notices.add, lambda: 0.0)


@pytest.fixture
def panel(tmp_path, jobs, library, background, program, settings, notices):
    shelf = shelf_with(tmp_path / "datasets", "put_block", "single", episodes=3)
    panel = TrainPanel(shelf, jobs, library, background, program, settings, notices)
    panel.refresh()
    return panel


def make_run(folder: Path, datasets: list[str], status: JobStatus) -> EventLog:
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text(json.dumps({"datasets": datasets, "minutes": 1.0}))
    claim(folder)
    log = EventLog(folder)
    log.status(JobStatus.RUNNING)
    for step in (100, 200):
        log.emit(EventKind.METRICS, step=step, loss=10.0 / step, localisation_median_cm=3.0)
    log.emit(EventKind.PROGRESS, stage="training", done=200, total=400, remaining_s=60.0)
    log.emit(EventKind.MESSAGE, text="Reading is done.")
    if status is not JobStatus.RUNNING:
        log.status(status, "The disk is full." if status is JobStatus.FAILED else "")
        (folder / PROCESS_FILE).unlink()
    return log


def make_checkpoint(run: Path, *arms: str) -> None:
    embodiment = make_station(*(arms or ("right", "left"))).embodiment
    manifest = CheckpointManifest(
        embodiment,
        ActionConvention(embodiment.arm_names),
        goals=("put the block in bowl 0", "put the block in bowl 1"),
        words=("put",),
        model={},
        normaliser={},
        provenance={"steps": 200},
    )
    (run / "checkpoint").mkdir(parents=True)
    write_manifest(run / "checkpoint", manifest)


def test_the_first_dataset_is_chosen_and_what_will_happen_is_said(panel):
    view = panel.view
    assert view.state is TrainState.READY
    assert [(c.name, c.chosen) for c in view.datasets] == [("Put block", True), ("Single", False)]
    assert view.estimate_sentence.startswith("Learns from 3 episodes (7 s of recording), from scr")


def test_train_writes_what_is_asked_and_starts_the_worker(panel, jobs, tmp_path):
    panel.choose_dataset(str(tmp_path / "datasets" / "single"), True)
    panel.set_minutes(3.0)

    panel.start()

    (run,) = jobs.runs()
    spec = json.loads((run.folder / "spec.json").read_text())
    assert [Path(path).name for path in spec["datasets"]] == ["put_block", "single"]
    assert (spec["minutes"], spec["start_from"]) == (3.0, None)
    assert run.card is not None
    assert run.card.arguments == ("worker", "train", str(run.folder))
    assert panel.view.selected == str(run.folder)


def test_training_starts_from_the_policy_that_ships_unless_another_start_is_chosen(
    panel, jobs, tmp_path, monkeypatch
):
    make_checkpoint(tmp_path / "shipped")
    monkeypatch.setenv(POLICY_VARIABLE, str(tmp_path / "shipped" / "checkpoint"))
    make_run(tmp_path / "runs" / "one", ["x"], JobStatus.DONE)
    make_checkpoint(tmp_path / "runs" / "one")
    panel.refresh()

    assert [start.title for start in panel.view.starts] == [
        "LBM Studio's own policy", "one", "From scratch",
    ]  # fmt: skip
    assert panel.view.start == "shipped"
    assert "starting from “LBM Studio's own policy”" in panel.view.estimate_sentence
    panel.start()
    (run,) = [run for run in jobs.runs() if run.folder.name != "one"]
    assert json.loads((run.folder / "spec.json").read_text())["start_from"] == "shipped"
    panel.choose_start("")
    panel.refresh()
    assert panel.view.start == ""


@pytest.mark.parametrize("wanted", [None, "one"])
def test_a_start_that_does_not_fit_the_recordings_gives_way_in_words(
    panel, tmp_path, monkeypatch, wanted
):
    make_checkpoint(tmp_path / "shipped", "right")
    monkeypatch.setenv(POLICY_VARIABLE, str(tmp_path / "shipped" / "checkpoint"))
    make_run(tmp_path / "runs" / "one", ["x"], JobStatus.DONE)
    make_checkpoint(tmp_path / "runs" / "one", "right")
    panel.refresh()
    if wanted:
        panel.choose_start(str(tmp_path / "runs" / wanted))

    view = panel.view
    assert view.start == ""
    assert view.start_problem == (
        f"“{wanted or SHIPPED_TITLE}” cannot be used for this. This policy does not "
        "fit the station: its arms are right; the station has right, left."
    )
    assert "from scratch" in view.estimate_sentence
    panel.choose_dataset(str(tmp_path / "datasets" / "put_block"), False)
    assert panel.view.start_problem == ""


def test_a_training_that_never_began_says_why(panel, jobs):
    panel.start()
    (run,) = jobs.runs()
    wait_until(lambda: jobs.status(run) is JobStatus.FAILED)
    panel.refresh()
    assert panel.view.status is JobStatus.FAILED
    assert panel.view.failure == "It did not begin. No torch."
    assert panel.view.state is TrainState.READY
    assert panel.view.runs[0].can_resume


def test_a_running_training_is_shown_from_its_events(panel, tmp_path):
    make_run(tmp_path / "runs" / "one", ["x"], JobStatus.RUNNING)
    panel.poll(0)
    view = panel.view
    assert (view.state, view.status) == (TrainState.RUNNING, JobStatus.RUNNING)
    assert (view.progress, view.remaining_s, view.stage) == (0.5, 60.0, "training")
    assert [curve.name for curve in view.curves] == ["loss", "localisation_median_cm"]
    assert view.curves[0].values == (0.1, 0.05)
    assert view.messages == ("Reading is done.",)


def test_stop_asks_the_job_and_the_panel_says_so(panel, tmp_path):
    make_run(tmp_path / "runs" / "one", ["x"], JobStatus.RUNNING)
    panel.poll(0)
    panel.stop()
    assert (tmp_path / "runs" / "one" / "stop.request").exists()
    assert panel.view.state is TrainState.STOPPING


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(JobStatus.STOPPED, "stopped at 50 %"), (JobStatus.FAILED, "failed: The disk is full.")],
)
def test_the_list_says_how_runs_ended(panel, tmp_path, status, sentence):
    make_run(tmp_path / "runs" / "one", ["x"], status)
    panel.poll(0)
    assert panel.view.runs[0].sentence == sentence


def test_a_first_training_that_ends_is_published_by_itself(panel, library, tmp_path, said):
    datasets = [str(tmp_path / "datasets" / "put_block")]
    log = make_run(tmp_path / "runs" / "one", datasets, JobStatus.RUNNING)
    panel.poll(0)
    make_checkpoint(tmp_path / "runs" / "one")
    log.status(JobStatus.DONE)

    panel.poll(SECOND_NS)

    skill = library.find("put block in bowl 1").skill
    assert skill is not None
    assert skill.checkpoint == str(tmp_path / "runs" / "one" / "checkpoint")
    assert panel.view.published
    assert said() == ["“one” is trained.", "“put the block in bowl 0” can be run now."]
    panel.refresh()
    assert [start.checkpoint for start in panel.view.starts] == [str(tmp_path / "runs" / "one"), ""]


def test_a_later_training_is_published_only_when_asked(panel, library, tmp_path):
    datasets = [str(tmp_path / "datasets" / "put_block")]
    library.publish("put_block", ("put it",), datasets, "/older/checkpoint")
    make_run(tmp_path / "runs" / "one", datasets, JobStatus.DONE)
    make_checkpoint(tmp_path / "runs" / "one")
    panel.poll(SECOND_NS)
    assert not panel.view.published

    panel.publish_skill()

    assert panel.view.published
    assert [len(skill.history) for skill in library.skills] == [2]


def test_trying_out_adds_a_point_with_its_interval(panel, program, tmp_path):
    datasets = [str(tmp_path / "datasets" / "put_block")]
    make_run(tmp_path / "runs" / "one", datasets, JobStatus.DONE)
    make_checkpoint(tmp_path / "runs" / "one")
    panel.poll(SECOND_NS)
    assert panel.view.can_try_out

    panel.try_out()
    assert program.started[0][:6] == (
        "rollout", str(tmp_path / "runs" / "one" / "checkpoint"), "--skill", "put_block",
        "--station", "bench",
    )  # fmt: skip
    assert "Trying it out" in panel.view.try_out_sentence
    program.end({"successes": 17, "trials": 20, "interval95": [0.62, 0.97], "seconds": 50.0})
    panel.poll(2 * SECOND_NS)

    (point,) = panel.view.rollouts
    assert (point.step, point.successes, point.trials) == (200, 17, 20)
    assert panel.view.try_out_sentence == (
        "On unseen layouts: 85 % (17 of 20, between 62 and 97 %)."
    )


@pytest.mark.parametrize(
    ("intent", "sentence"),
    [
        (lambda p: p.stop(), "This run is not running."),
        (lambda p: p.resume(), "This run cannot be resumed."),
        (lambda p: p.publish_skill(), "This run has no policy yet."),
        (lambda p: p.try_out(), "This run has no policy yet."),
        (lambda p: p.choose_start("/gone"), "That policy is not there any more."),
        (lambda p: p.select_run("/gone"), "That run is not there any more."),
        (lambda p: p.set_minutes(0.0), "Choose at least a tenth of a minute."),
    ],
)
def test_what_makes_no_sense_without_a_run_is_refused(panel, said, intent, sentence):
    intent(panel)
    assert said() == [sentence]


def test_nothing_is_trained_without_data_or_beside_another_training(panel, tmp_path, said):
    panel.choose_dataset(str(tmp_path / "datasets" / "put_block"), False)
    panel.start()
    make_run(tmp_path / "runs" / "one", ["x"], JobStatus.RUNNING)
    panel.poll(0)
    panel.start()
    assert said() == [
        "Choose what to learn from.",
        "A training is running already. Stop it first, or wait.",
    ]
