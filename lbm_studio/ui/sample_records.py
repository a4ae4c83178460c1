"""Snapshots of the panels that show what was recorded and trained, for ``shots`` and its tests."""

import math
from dataclasses import replace

import numpy as np

from lbm_studio.app.episode_plots import plots
from lbm_studio.app.views.quality import FindingRow, QualityState, QualityView
from lbm_studio.app.views.review import (
    Curves,
    DatasetRow,
    EditRow,
    EpisodeRow,
    ExportView,
    PhaseRow,
    Result,
    ReviewState,
    ReviewView,
)
from lbm_studio.app.views.train import (
    Curve,
    DatasetChoice,
    RolloutPoint,
    RunRow,
    StartChoice,
    TrainState,
    TrainView,
)
from lbm_studio.core.runs import JobStatus
from lbm_studio.ui.sample_views import CAMERAS, GOAL, NOON_UNIX_S, Situation, picture

TAKE_FRAMES = 54
TAKE_S = 5.4
_PARTS = ("x_m", "y_m", "z_m", "gripper_m")


def review(situation: Situation) -> ReviewView:
    """Return the Review panel."""
    if situation is Situation.EMPTY:
        return ReviewView()
    if situation is Situation.ERROR:
        problem = "This folder is not a dataset: meta/info.json is missing."
        rows = (
            DatasetRow("/data/broken", "broken", 0, problem),
            DatasetRow("/data/green", GOAL, 12),
        )
        return ReviewView(ReviewState.CHOOSING, problem, rows)
    view = ReviewView(
        state=ReviewState.READY,
        sentence="Play it, then mark it as success or failure.",
        datasets=(DatasetRow("/data/green", GOAL, 12),),
        dataset="/data/green",
        rows=_episodes(),
        total=12,
        selected=3,
        row=_episodes()[3],
        chosen=(3,),
        position=26,
        length=TAKE_FRAMES,
        rate_hz=TAKE_FRAMES / TAKE_S,
        frames={name: picture(name) for name in CAMERAS},
        shown_position=26,
        curves=_curves(),
        plots=plots(_curves()),
        kept=(0, TAKE_FRAMES - 1),
        proposal=(7, TAKE_FRAMES - 1),
        phases=(PhaseRow("reach", 8, 20), PhaseRow("grasp", 21, 30)),
        edits=(EditRow(0, "episode 2: marked as failure", NOON_UNIX_S),),
        can_undo=True,
        redo_text="episode 4: goal changed to “put it back”",
        thumbnails={row.uuid: picture(CAMERAS[0]) for row in _episodes()},
        thumbnail_count=12,
        export=ExportView("/data/exports/green"),
        replay_sentence="Replayed in the same layout: goal reached.",
    )
    if situation is Situation.BUSY:
        text = "Replaying on the simulated station."
        return replace(view, state=ReviewState.REPLAYING, sentence=text, replay_sentence=text)
    return view


def quality(situation: Situation) -> QualityView:
    """Return what a check found."""
    if situation is not Situation.FULL:
        return QualityView()
    sentence = "2 of the findings are worth a look before training."
    findings = (
        FindingRow(
            0,
            "doubt",
            "idle start",
            "Take 5 first stands still for 0.8 s.",
            "5",
            can_fix=True,
        ),
        FindingRow(1, "doubt", "copies", "Takes 3 and 9 are nearly the same.", "9"),
        FindingRow(2, "hint", "starts", "All starts lie in the left half of the tray."),
    )
    return QualityView(QualityState.CHECKED, sentence, findings)


def _episodes() -> tuple[EpisodeRow, ...]:
    goals = (GOAL, "put the blue cube in the yellow tray", "put the red cube in the green tray")
    return tuple(
        EpisodeRow(
            index=index,
            title=str(index),
            uuid=f"{index:032d}",
            goal=goals[index % len(goals)],
            result={2: Result.FAILURE, 4: Result.PARTIAL}.get(index, Result.SUCCESS),
            milestones="1 of 3" if index == 4 else "",
            reached=(1, 3) if index == 4 else None,
            tags=("night",) if index == 3 else (),
            paraphrases=("drop the green cube into the red tray",) if index == 3 else (),
            frames=48 + index,
            duration_s=4.8 + 0.1 * index,
            source="scripted",
            findings=("The first 0.8 s stand still.",) if index == 5 else (),
            deleted=index == 7,
            edited=index == 2,
        )
        for index in range(12)
    )


def _curves() -> Curves:
    times = np.linspace(0, TAKE_S, TAKE_FRAMES)
    phase = np.linspace(0, 2 * math.pi, TAKE_FRAMES)
    right = 0.18 + 0.12 * np.cos(phase) + 0.02 * np.sin(5 * phase)
    left = np.full(TAKE_FRAMES, 0.34) + 0.004 * np.sin(phase)
    width = 0.08 - 0.05 * (np.abs(phase - math.pi) < 1.5)
    names = tuple(f"{arm}.{part}" for arm in ("right", "left") for part in _PARTS)
    moves = (0.4 + 0.1 * np.sin(phase), 0.1 * np.cos(phase), right, width)
    rests = (np.full(TAKE_FRAMES, 0.4), np.full(TAKE_FRAMES, 0.2), left, 0.08 + 0 * left)
    states = np.stack((*moves, *rests), axis=1).astype(np.float32)
    actions = np.roll(states, -1, axis=0)
    actions[-1] = states[-1]
    arms = tuple(name.partition(".")[0] for name in names)
    forces = {"right": 4 + 3 * np.abs(np.sin(phase)).astype(np.float32)}
    return Curves(names, arms, times, states, actions, forces)


def train(situation: Situation) -> TrainView:
    """Return the Train panel."""
    if situation is Situation.EMPTY:
        return TrainView()
    base = TrainView(
        state=TrainState.READY,
        sentence="The skill is learned. Use it on the panel Run.",
        datasets=(
            DatasetChoice("/data/green", GOAL, 300, chosen=True),
            DatasetChoice("/data/stack", "stack the cubes", 42, chosen=False),
        ),
        starts=(StartChoice("", "From scratch"), StartChoice("/lbm", "LBM, six skills")),
        start="/lbm",
        estimate_sentence="Trains on 300 takes for 12 minutes; you may close the window meanwhile.",
        runs=_runs(JobStatus.DONE),
        selected="/runs/3",
        status=JobStatus.DONE,
        stage="Done: 18 of 20 in simulation, between 68 and 99 %.",
        progress=1.0,
        curves=_training_curves(1.0),
        rollouts=_rollouts(5),
        can_publish=True,
        can_try_out=True,
        try_out_sentence="On unseen layouts: 18 of 20, between 68 and 99 %.",
        messages=(
            "Read 300 takes.",
            "Loaded the LBM.",
            "Step 2000: 14 of 20.",
            "Saved the best checkpoint.",
        ),
    )
    if situation is Situation.BUSY:
        return _training(base)
    if situation is Situation.ERROR:
        failure = "The training ended without a word; its last checkpoint is safe. Press Go on."
        runs = _runs(JobStatus.FAILED)
        sentence = "The last run failed. It can go on from its last checkpoint."
        base = replace(base, sentence=sentence, status=JobStatus.FAILED, failure=failure, runs=runs)
        return replace(base, progress=0.42, curves=_training_curves(0.42), rollouts=_rollouts(2))
    return base


def _training(base: TrainView) -> TrainView:
    return replace(
        base,
        state=TrainState.RUNNING,
        sentence="Training. You may go on teaching, or close the window.",
        status=JobStatus.RUNNING,
        stage="Step 840 of 2000, learning from 300 takes.",
        progress=0.42,
        remaining_s=370.0,
        runs=_runs(JobStatus.RUNNING),
        curves=_training_curves(0.42),
        rollouts=_rollouts(2),
        can_publish=False,
        can_try_out=False,
        try_out_sentence="",
        messages=base.messages[:2],
    )


def _runs(status: JobStatus) -> tuple[RunRow, ...]:
    sentence = {
        JobStatus.DONE: "done: 18 of 20, between 68 and 99 %",
        JobStatus.FAILED: "failed after 5 minutes",
        JobStatus.RUNNING: "running: 42 %",
    }[status]
    is_failed = status is JobStatus.FAILED
    return (
        RunRow("/runs/3", f"{GOAL}, 300 takes", status, sentence, NOON_UNIX_S, is_failed, True),
        RunRow(
            "/runs/2",
            "stack the cubes, 42 takes",
            JobStatus.STOPPED,
            "stopped after 3 minutes",
            NOON_UNIX_S - 9e4,
            True,
            True,
        ),
    )


def _training_curves(fraction: float) -> tuple[Curve, ...]:
    steps = np.arange(0, round(2000 * fraction) + 1, 20.0)
    ripple = 0.02 * np.sin(steps / 37.0) * np.exp(-steps / 1500)
    loss = 0.05 + 0.9 * np.exp(-steps / 350) + ripple
    error = 1.6 + 14 * np.exp(-steps / 420) + 8 * ripple
    return (
        Curve("loss", "Loss", tuple(steps), tuple(loss)),
        Curve(
            "localisation_median_cm",
            "Held-out localisation error, median [cm]",
            tuple(steps),
            tuple(error),
        ),
    )


def _rollouts(count: int) -> tuple[RolloutPoint, ...]:
    table = ((3, 0.03, 0.38), (9, 0.23, 0.68), (14, 0.46, 0.88), (17, 0.62, 0.97), (18, 0.68, 0.99))
    return tuple(
        RolloutPoint(400.0 * (index + 1), successes, 20, low, high)
        for index, (successes, low, high) in enumerate(table[:count])
    )
