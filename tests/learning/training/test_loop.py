"""A whole training job on a tiny dataset: it stops, goes on, and refuses what cannot be."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from lbm_studio.core.errors import CheckpointError, DatasetError, DiskFullError, StudioError
from lbm_studio.core.keys import STATION_FILE
from lbm_studio.core.observation import ArmState, CameraFrame, Observation, StationState
from lbm_studio.core.pose import Pose
from lbm_studio.core.runs import EventKind, JobStatus, job_status, read_events
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.edits.change import Change, EditField, FrameRange, Split
from lbm_studio.episodes.edits.log import EditLog
from lbm_studio.episodes.writer import DatasetWriter
from lbm_studio.learning.model.config import ObjectiveKind, TextKind
from lbm_studio.learning.session import load_policy
from lbm_studio.learning.training import checkpoint
from lbm_studio.learning.training.checkpoint import load_state
from lbm_studio.learning.training.plan import read_plan, split_episodes
from lbm_studio.learning.training.spec import TUNED_ENCODER_FRACTION, TrainSpec
from lbm_studio.policy.manifest import WEIGHTS_FILE, read_manifest
from lbm_studio.workers.train import prepare_run, read_spec, train
from tests.learning.conftest import body, small_config
from tests.learning.training.conftest import station, write_episode


def spec(dataset: Path, steps: int = 4) -> TrainSpec:
    return TrainSpec(
        datasets=(str(dataset),),
        minutes=None,
        steps=steps,
        batch=4,
        noise_draws=2,
        report_every_s=0.0,
        threads=1,
        model=small_config(),
    )


def metrics(run: Path) -> list[dict[str, float]]:
    return [dict(e.data) for e in read_events(run) if e.kind is EventKind.METRICS]


@pytest.mark.parametrize("kind", ObjectiveKind)
def test_training_leaves_a_checkpoint_that_drives_the_body(
    kind: ObjectiveKind, dataset: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    prepare_run(run, replace(spec(dataset), model=small_config(kind)))

    status = train(run)

    policy = load_policy(run, station(body(1)))
    chunk = policy.start_session(seed=0).predict(observation())
    assert status is job_status(run) is JobStatus.DONE
    assert policy.loaded.network.config.objective is kind
    assert len(chunk.actions) == body(1).chunk.length
    assert set(chunk.intent) == set(body(1).camera_names)
    assert read_manifest(run).provenance["episodes"] == 4
    assert np.isfinite(metrics(run)[-1]["localisation_median_cm"])
    assert not (run / "cache").exists()


def test_the_same_seed_predicts_the_same_chunk(dataset: Path, tmp_path: Path) -> None:
    prepare_run(tmp_path / "run", spec(dataset, 1))
    train(tmp_path / "run")
    policy = load_policy(tmp_path / "run", None)

    first, again, other = (
        policy.start_session(s).predict(observation()).actions[1].as_vector(["right"])
        for s in (1, 1, 2)
    )

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_checkpoint_holds_the_average_of_the_weights(dataset: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    prepare_run(run, spec(dataset))
    train(run)

    published = load_file(run / "checkpoint" / WEIGHTS_FILE)

    state = load_state(run)
    assert state is not None
    key = "head.action_out.weight"
    assert torch.equal(published[key], state[0][f"average.{key}"])
    assert not torch.equal(published[key], state[0][f"network.{key}"])


@pytest.mark.parametrize(("most", "looks_each"), [(10_000, 8), (80, 2), (20, None)])
def test_few_frames_are_remembered_in_several_looks_and_many_in_part(
    dataset: Path, tmp_path: Path, most: int, looks_each: int | None
) -> None:
    run = tmp_path / "run"
    asked = replace(spec(dataset, 2), head_share=0.5, remembered_views=8)
    prepare_run(run, replace(asked, remembered_frames=most))
    train(run)

    looks = [e.data["total"] for e in read_events(run) if e.data.get("stage") == "looking"]

    frames = read_manifest(run).provenance["frames"]
    assert looks[-1] == (looks_each * frames if looks_each else most)


def test_a_stopped_run_goes_on_where_it_was(dataset: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    prepare_run(run, spec(dataset, steps=6))

    assert train(run, should_stop=lambda: True) is JobStatus.STOPPED
    assert train(run) is JobStatus.DONE

    messages = [e.data["text"] for e in read_events(run) if e.kind is EventKind.MESSAGE]
    assert messages[-1] == "Resumed at step 1."
    assert len(messages) == 2  # beside what is doubtful about the demonstrations, told once
    assert metrics(run)[-1]["step"] == 6


def test_a_killed_trainer_leaves_a_loadable_checkpoint_and_goes_on(
    dataset: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    prepare_run(run, replace(spec(dataset, steps=100_000), save_every_s=0.0))
    command = [sys.executable, "-m", "lbm_studio", "worker", "train", str(run)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not (run / "checkpoint").exists() and time.monotonic() < deadline:
        assert process.poll() is None, process.stderr and process.stderr.read()
        os.sched_yield()

    process.send_signal(signal.SIGKILL)
    process.communicate()

    assert job_status(run) is JobStatus.FAILED
    step = read_manifest(run).provenance["steps"]
    load_policy(run, None)
    assert train(run, should_stop=lambda: True) is JobStatus.STOPPED
    assert read_manifest(run).provenance["steps"] > step


def test_fine_tuning_starts_from_a_checkpoint_and_learns_new_words(
    dataset: Path, tmp_path: Path
) -> None:
    prepare_run(tmp_path / "first", spec(dataset, 1))
    train(tmp_path / "first")
    embodiment = body(1)
    with DatasetWriter.open(dataset, station(embodiment)) as writer:
        write_episode(writer, embodiment, np.array([0.0, 0.0, 0.02]))
    newest = Dataset.open(dataset).episodes[-1].metadata.uuid
    EditLog(dataset).apply(Change(newest, EditField.GOAL, "lift it"))
    tuned = replace(spec(dataset, 1), start_from=str(tmp_path / "first"))
    prepare_run(tmp_path / "second", tuned)

    assert train(tmp_path / "second") is JobStatus.DONE
    old, new = (read_manifest(tmp_path / name) for name in ("first", "second"))
    assert new.provenance["start_from"] == str(tmp_path / "first")
    assert new.words == (*old.words, "it", "lift")
    assert new.normaliser == old.normaliser


def test_a_policy_that_reads_tokens_is_trained_taken_up_again_and_fine_tuned(
    dataset: Path, tmp_path: Path
) -> None:
    model = replace(small_config(), text=TextKind.MINILM)
    prepare_run(tmp_path / "first", replace(spec(dataset, 2), model=model))

    assert train(tmp_path / "first", should_stop=lambda: True) is JobStatus.STOPPED
    assert train(tmp_path / "first") is JobStatus.DONE
    tuned = replace(spec(dataset, 1), start_from=str(tmp_path / "first"))
    prepare_run(tmp_path / "second", tuned)
    assert train(tmp_path / "second") is JobStatus.DONE

    manifest = read_manifest(tmp_path / "second")
    assert (manifest.words, manifest.model["text"]) == ((), "minilm")


def test_a_training_goes_on_from_the_weights_that_are_left_of_it(
    dataset: Path, tmp_path: Path
) -> None:
    prepare_run(tmp_path / "lost", spec(dataset, 3))
    train(tmp_path / "lost")
    left = tmp_path / "lost" / "checkpoint"
    prepare_run(tmp_path / "new", replace(spec(dataset, 5), start_from=str(left), goes_on=True))

    assert train(tmp_path / "new") is JobStatus.DONE

    before, after = (read_manifest(tmp_path / name) for name in ("lost", "new"))
    assert (before.provenance["steps"], after.provenance["steps"]) == (3, 5)
    assert after.provenance["seconds"] > before.provenance["seconds"]
    assert metrics(tmp_path / "new")[0]["step"] == 4
    assert after.normaliser == before.normaliser
    first, second = (read_plan(tmp_path / name) for name in ("lost", "new"))
    assert first is not None
    assert second is not None
    assert first.held_out == second.held_out


def test_a_run_that_an_earlier_version_began_keeps_its_one_normaliser(
    dataset: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    prepare_run(run, spec(dataset, 3))
    train(run, should_stop=lambda: True)
    plan = json.loads((run / "plan.json").read_text())
    plan["statistics"] = {}
    plan["normaliser"]["actions"]["half_range"][0][0] = 0.125
    (run / "plan.json").write_text(json.dumps(plan))

    assert train(run) is JobStatus.DONE

    assert read_manifest(run).normaliser == plan["normaliser"]
    assert load_policy(run, None).loaded.normaliser.as_json() == plan["normaliser"]


def test_encoders_learn_slower_when_a_policy_is_fine_tuned(dataset: Path) -> None:
    scratch = spec(dataset)
    tuned = replace(scratch, start_from="old")
    chosen = replace(tuned, optimiser=replace(tuned.optimiser, encoder_fraction=0.1))

    fractions = [one.encoder_fraction for one in (scratch, tuned, chosen)]

    assert fractions == [1.0, TUNED_ENCODER_FRACTION, 0.1]
    assert replace(tuned, goes_on=True).encoder_fraction == 1.0


def test_all_weights_learn_slower_when_a_policy_is_fine_tuned(dataset: Path) -> None:
    scratch = spec(dataset)
    tuned = replace(scratch, start_from="old")
    fraction = scratch.optimiser.fine_tuning_fraction

    for one, share in ((scratch, 1.0), (tuned, fraction), (replace(tuned, goes_on=True), 1.0)):
        assert one.rates.learning_rate == share * one.optimiser.learning_rate
        assert one.rates.head_learning_rate == share * one.optimiser.head_learning_rate


def test_a_demonstration_recorded_anew_from_its_seed_is_held_out_again(tmp_path: Path) -> None:
    held_out = []
    for name in ("first", "again"):
        embodiment = body(1)
        with DatasetWriter.open(tmp_path / name, station(embodiment)) as writer:
            for seed in range(6):
                write_episode(writer, embodiment, np.array([0.0, 0.0, 0.02]), seed=seed)
        opened = Dataset.open(tmp_path / name)
        held_out.append(split_episodes([opened], 0.3, seed=0)[1])

    assert held_out[0] == held_out[1]


def test_deleted_and_failed_episodes_are_left_out_and_corrected_goals_are_learned(
    dataset: Path,
) -> None:
    opened = Dataset.open(dataset)
    deleted, failed, corrected = (e.metadata.uuid for e in opened.episodes[:3])
    EditLog(dataset).apply(
        Change(deleted, EditField.DELETED, True),
        Change(failed, EditField.SUCCESS, False),
        Change(corrected, EditField.GOAL, "lift the green cube"),
    )

    training, held_out = split_episodes([opened], 0.3, seed=0)

    chosen = {episode.index: episode.goal for episode in (*training, *held_out)}
    assert set(chosen) == {2, 3, 4}
    assert chosen[2] == "lift the green cube"


def test_both_parts_of_a_recording_fall_on_the_same_side(dataset: Path) -> None:
    opened = Dataset.open(dataset)
    EditLog(dataset).apply(
        *(
            Change(episode.metadata.uuid, EditField.SPLIT, Split(3, f"part-{episode.index}"))
            for episode in opened.episodes
        )
    )

    for seed in range(10):
        training, held_out = split_episodes([opened], 0.4, seed=seed)
        assert {entry.index for entry in training}.isdisjoint(e.index for e in held_out)
        assert (len(training), len(held_out)) == (6, 4)


def test_trimmed_frames_are_no_part_of_the_plan(dataset: Path) -> None:
    opened = Dataset.open(dataset)
    whole, cut = (episode.metadata.uuid for episode in opened.episodes[:2])
    EditLog(dataset).apply(
        Change(whole, EditField.TRIM, None), Change(cut, EditField.TRIM, FrameRange(2, 5))
    )

    entries = {e.index: e for part in split_episodes([opened], 0.3, seed=0) for e in part}

    assert (entries[0].first, entries[0].last) == (0, None)
    assert (entries[1].first, entries[1].last) == (2, 5)


def test_the_encoder_is_finished_while_the_head_goes_on_learning(
    dataset: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    half = replace(spec(dataset, steps=8), head_share=0.5, save_every_s=0.0)
    prepare_run(run, half)
    steps = iter(range(100))
    train(run, should_stop=lambda: next(steps) == 4)  # the first step of the head alone
    before = load_file(run / "checkpoint" / "weights.safetensors")

    assert train(run) is JobStatus.DONE

    after = load_file(run / "checkpoint" / "weights.safetensors")
    changed = {name for name in after if not torch.equal(before[name], after[name])}
    assert not any(name.startswith(("encoder.", "prompt.")) for name in changed)
    assert any(name.startswith("head.blocks.") for name in changed)


def test_a_run_keeps_its_decisions_while_its_dataset_grows(dataset: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    prepare_run(run, spec(dataset, steps=3))
    train(run, should_stop=lambda: True)
    before = read_plan(run)
    embodiment = body(1)
    with DatasetWriter.open(dataset, station(embodiment)) as writer:
        write_episode(writer, embodiment, np.array([0.05, 0.0, 0.02]))
    first = Dataset.open(dataset).episodes[0].metadata.uuid
    EditLog(dataset).apply(Change(first, EditField.GOAL, "words never heard before"))

    assert train(run) is JobStatus.DONE
    assert read_plan(run) == before


def test_saving_the_same_step_again_keeps_the_old_checkpoint_until_the_new_one_stands(
    dataset: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    prepare_run(run, spec(dataset, 1))
    train(run)

    assert train(run) is JobStatus.DONE
    assert read_manifest(run).provenance["steps"] == 1
    assert len(list((run / "checkpoints").iterdir())) == 2


def test_a_disk_that_is_full_when_saving_is_told_and_the_last_checkpoint_is_kept(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    prepare_run(run, spec(dataset, 1))
    train(run)

    def no_space(*_: object, **__: object) -> None:
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(checkpoint, "save_file", no_space)

    with pytest.raises(DiskFullError, match="the last checkpoint is kept"):
        train(run)
    load_policy(run, None)


def test_a_folder_that_is_no_dataset_is_refused_in_words(tmp_path: Path) -> None:
    run = tmp_path / "run"
    prepare_run(run, spec(tmp_path))

    with pytest.raises(DatasetError, match=str(tmp_path)):
        train(run)

    last = list(read_events(run))[-1]
    assert last.data["status"] == JobStatus.FAILED.value
    assert str(tmp_path) in last.data["message"]


def test_a_dataset_of_another_action_convention_is_refused(dataset: Path, tmp_path: Path) -> None:
    file = dataset / STATION_FILE
    identity = json.loads(file.read_text())
    identity["convention"]["rotation"] = "rotation_6d_columns"
    file.write_text(json.dumps(identity))
    prepare_run(tmp_path / "run", spec(dataset))

    with pytest.raises(DatasetError, match="rotation_6d_columns"):
        train(tmp_path / "run")


def test_a_used_run_folder_is_not_overwritten(dataset: Path, tmp_path: Path) -> None:
    prepare_run(tmp_path / "run", spec(dataset))

    with pytest.raises(StudioError, match="already holds a training run"):
        prepare_run(tmp_path / "run", spec(dataset, 9))
    assert read_spec(tmp_path / "run").steps == 4


def test_a_checkpoint_for_another_body_is_refused_in_words(dataset: Path, tmp_path: Path) -> None:
    prepare_run(tmp_path / "run", spec(dataset, 1))
    train(tmp_path / "run")

    with pytest.raises(CheckpointError, match="its arms are right; the station has right, left"):
        load_policy(tmp_path / "run", station(body(2)))
    with pytest.raises(CheckpointError, match="its cameras are"):
        load_policy(tmp_path / "run", station(body(1, scene_cameras=1)))


@pytest.mark.parametrize("damage", ["weights.safetensors", "manifest.json"])
def test_a_damaged_checkpoint_is_told_in_words(damage: str, dataset: Path, tmp_path: Path) -> None:
    prepare_run(tmp_path / "run", spec(dataset, 1))
    train(tmp_path / "run")
    file = tmp_path / "run" / "checkpoint" / damage
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    with pytest.raises(CheckpointError, match="is damaged"):
        load_policy(tmp_path / "run", None)


def test_another_action_convention_is_refused(dataset: Path, tmp_path: Path) -> None:
    prepare_run(tmp_path / "run", spec(dataset, 1))
    train(tmp_path / "run")
    file = tmp_path / "run" / "checkpoint" / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["convention"]["rotation"] = "rotation_6d_columns"
    file.write_text(json.dumps(manifest))

    with pytest.raises(CheckpointError, match="rotation_6d_columns"):
        load_policy(tmp_path / "run", station(body(1)))


def observation() -> Observation:
    embodiment = body(1)
    state = StationState({"right": ArmState(Pose.identity(), 0.08, np.zeros(7), np.zeros(7))}, 5)
    frames = {
        c.name: CameraFrame(np.zeros((c.height_px, c.width_px, 3), np.uint8), 5)
        for c in embodiment.cameras
    }
    return Observation(state, frames, "put the red cube down")
