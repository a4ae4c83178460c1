"""A checkpoint that acts: what it remembers of its grippers, and whose cameras it believes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from lbm_studio.core.action import ActionChunk, gripper_index
from lbm_studio.core.embodiment import Embodiment, Mount, SafetyCard, StationDescription
from lbm_studio.core.errors import CheckpointError, UntaughtGoalError
from lbm_studio.core.observation import ArmState, CameraFrame, Observation, StationState
from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.learning.model.config import TextKind
from lbm_studio.learning.session import LearnedSession, load_policy
from tests.learning.conftest import body
from tests.workers.checkpoints import save_raising_policy

BODY = body(1)
OPEN_M = BODY.arms[0].gripper_max_width_m
GOAL = "raise the hand"


def station(embodiment: Embodiment) -> StationDescription:
    return StationDescription("test", "Test station", True, embodiment, SafetyCard())


def observation(captured_ns: int, goal: str = GOAL) -> Observation:
    hand = ArmState(Pose.identity(), OPEN_M, np.zeros(7), np.zeros(7))
    frames = {
        c.name: CameraFrame(np.zeros((c.height_px, c.width_px, 3), np.uint8), captured_ns)
        for c in BODY.cameras
    }
    return Observation(StationState({"right": hand}, captured_ns), frames, goal)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return save_raising_policy(tmp_path / "run", BODY, GOAL)


def session_that_draws(
    widths: list[FloatArray], checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> LearnedSession:
    drawn = iter(widths)

    def draw(self: LearnedSession, sight: object, state: torch.Tensor) -> FloatArray:
        vectors = np.tile(state[0].double().numpy(), (BODY.chunk.length, 1))
        vectors[:, gripper_index(0, 1)] = next(drawn)
        return vectors

    monkeypatch.setattr(LearnedSession, "_draw", draw)
    return load_policy(checkpoint, None).start_session(seed=0)


def commanded_m(chunk: ActionChunk) -> set[float]:
    return {round(action.arms["right"].gripper_width_m, 6) for action in chunk.actions}


@pytest.mark.parametrize(
    ("steps", "share"), [(0, 0.6), (1, 0.6), (2, 0.6), (3, 0.5), (5, 0.5), (50, 0.5)]
)
def test_a_gripper_keeps_what_was_commanded_when_it_is_looked_at_unless_that_clearly_changes(
    steps: int, share: float, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = BODY.chunk
    closing = np.where(np.arange(spec.length) < spec.past + 2, OPEN_M, 0.5 * OPEN_M)
    hardly_more = np.full(spec.length, 0.6 * OPEN_M)
    session = session_that_draws([closing, hardly_more], checkpoint, monkeypatch)
    session.predict(observation(1_000))

    chunk = session.predict(observation(1_000 + round(steps * spec.period_s * 1e9)))

    assert commanded_m(chunk) == {round(share * OPEN_M, 6)}


@pytest.mark.parametrize(("asked", "sent"), [(0.1, 0.0), (0.5, 0.5), (0.9, 1.0)])
def test_a_gripper_opens_as_far_as_it_was_taught_and_shuts_when_nearly_shut(
    asked: float, sent: float, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = session_that_draws(
        [np.full(BODY.chunk.length, asked * OPEN_M)], checkpoint, monkeypatch
    )

    assert commanded_m(session.predict(observation(1_000))) == {round(sent * OPEN_M, 6)}


def test_a_policy_believes_the_calibration_of_the_station_it_runs_on(checkpoint: Path) -> None:
    moved = Pose(np.array([0.1, 0.2, 0.7]), np.eye(3))
    cameras = (replace(BODY.cameras[0], pose=moved), *BODY.cameras[1:])

    policy = load_policy(checkpoint, station(replace(BODY, cameras=cameras)))

    positions = policy.loaded.network.geometry.get_buffer("position").numpy()
    np.testing.assert_allclose(positions[0], moved.position, rtol=1e-6)
    np.testing.assert_allclose(positions[1], BODY.cameras[1].pose.position, rtol=1e-6)


def test_a_policy_whose_cameras_sit_elsewhere_is_refused_in_words(checkpoint: Path) -> None:
    carried = replace(BODY.cameras[0], mount=Mount.WRIST, arm="right")
    other = replace(BODY, cameras=(carried, *BODY.cameras[1:]))

    with pytest.raises(CheckpointError) as caught:
        load_policy(checkpoint, station(other))

    assert str(caught.value) == (
        "This policy does not fit the station: its cameras sit on scene, scene, right; "
        "the station has right, scene, right."
    )


def test_a_policy_that_reads_any_word_acts_only_on_what_it_was_taught(tmp_path: Path) -> None:
    policy = load_policy(save_raising_policy(tmp_path, BODY, GOAL, TextKind.MINILM), None)
    session = policy.start_session(seed=0)

    session.predict(observation(1_000, "please lift your hand"))
    with pytest.raises(UntaughtGoalError, match="anything like “make coffee”"):
        session.predict(observation(2_000, "make coffee"))


def test_a_policy_that_learned_its_words_cannot_tell_and_acts(checkpoint: Path) -> None:
    policy = load_policy(checkpoint, None)

    policy.check_goal("make coffee")
    policy.start_session(seed=0).predict(observation(1_000, "make coffee"))


def without(camera: str, seen: Observation) -> Observation:
    return replace(seen, frames={n: f for n, f in seen.frames.items() if n != camera})


def test_a_policy_trained_with_every_camera_does_not_act_without_one(checkpoint: Path) -> None:
    session = load_policy(checkpoint, None).start_session(seed=0)

    with pytest.raises(CheckpointError) as caught:
        session.predict(without("scene_1", observation(1_000)))

    assert str(caught.value) == ("The policy needs pictures from scene_1, and there are none.")


def test_a_policy_trained_to_miss_cameras_acts_without_one_but_not_blind(tmp_path: Path) -> None:
    checkpoint = save_raising_policy(tmp_path, BODY, GOAL, camera_dropout=0.1)
    lacking = replace(BODY, cameras=(BODY.cameras[0], BODY.cameras[2]))
    session = load_policy(checkpoint, station(lacking)).start_session(seed=0)

    chunk = session.predict(without("scene_1", observation(1_000)))

    assert not chunk.intent["scene_1"][:, 2].any()
    assert chunk.intent["scene_0"][:, 2].any()
    with pytest.raises(CheckpointError, match="scene_0, scene_1, wrist_right, and there are none"):
        session.predict(replace(observation(2_000), frames={}))


def test_chunks_of_an_ensemble_are_averaged(tmp_path: Path) -> None:
    runs = {decay: tmp_path / str(decay) for decay in (None, 0.0)}
    sessions = {
        decay: load_policy(
            save_raising_policy(run, BODY, GOAL, ensemble_decay=decay), None
        ).start_session(seed=0)
        for decay, run in runs.items()
    }
    later_ns = round(BODY.chunk.period_s * 1e9)

    first = {d: session.predict(observation(0)) for d, session in sessions.items()}
    second = {d: session.predict(observation(later_ns)) for d, session in sessions.items()}

    heights = {
        d: [a.arms["right"].pose.position[2] for a in (first[d].actions[2], second[d].actions[1])]
        for d in sessions
    }
    assert heights[0.0] == pytest.approx([heights[None][0], np.mean(heights[None])])
