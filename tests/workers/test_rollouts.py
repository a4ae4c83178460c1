"""Rollouts in processes of their own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from lbm_studio.core.action import Action, ActionChunk, ArmTarget
from lbm_studio.core.codec import to_json
from lbm_studio.core.episode import FIRST_UNSEEN_SEED
from lbm_studio.core.errors import StudioError, UntaughtGoalError
from lbm_studio.core.observation import Observation
from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.core.shift import Shift
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.policy.session import Policy
from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.station.simulation.demonstrator import ScriptedDemonstrator
from lbm_studio.station.simulation.embodiments import find_station
from lbm_studio.station.simulation.skill import SUCCESS_HELD_S, Casting, HeldSuccess
from lbm_studio.station.simulation.station import SimulatedStation
from lbm_studio.workers import rollouts
from lbm_studio.workers.baselines import IdlePolicy, ReplayPolicy
from lbm_studio.workers.record import RecordSpec, record
from lbm_studio.workers.rollouts import Roller, RolloutSpec, Trial, rollout

ROOT = Path(__file__).parents[2]
SMALL = RolloutSpec(
    "put_cube_in_tray",
    trials=1,
    baseline="idle",
    station="simulated-single",
    time_limit_s=2.0,
    processes=1,
)
CHUNK = find_station(SMALL.station).embodiment.chunk
LEAP_M = 0.2
OTHER_MARK = {"first_mark": "second_mark", "second_mark": "first_mark"}
OTHER_MARK_NAME = "put_cube_on_mark (second_mark as first_mark, first_mark as second_mark)"
MANY_TRIALS = """
from lbm_studio.workers.rollouts import RolloutSpec, rollout

if __name__ == "__main__":
    spec = RolloutSpec(
        skill="put_cube_in_tray", trials=10_000, baseline="idle", station="simulated-single"
    )
    rollout(spec, lambda trial: print(trial.seed, flush=True))
"""


@pytest.mark.slow
def test_killed_rollouts_leave_no_process(tmp_path: Path) -> None:
    script = tmp_path / "many_trials.py"
    script.write_text(MANY_TRIALS)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline().strip().isdigit()
        helpers = psutil.Process(process.pid).children(recursive=True)
        process.kill()

    psutil.wait_procs(helpers, timeout=10)

    assert len(helpers) >= 2
    assert [helper for helper in helpers if helper.is_running()] == []


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, "Name either a checkpoint or a baseline"),
        ({"checkpoint": "run", "baseline": "idle"}, "Name either a checkpoint or a baseline"),
        ({"baseline": "dance"}, "no baseline called “dance”. Choose one of: idle, replay"),
        ({"baseline": "replay"}, "Name the dataset"),
    ],
)
def test_what_cannot_be_rolled_out_is_refused_in_words(
    asked: dict[str, str], sentence: str
) -> None:
    with pytest.raises(StudioError) as caught:
        RolloutSpec("put_cube_in_tray", trials=1, **asked)  # pyright: ignore[reportArgumentType]

    assert sentence in str(caught.value)


class Rising:
    """A policy that asks for a leap upwards with every chunk, and remembers when it looked."""

    def __init__(self, leap_m: float = LEAP_M) -> None:
        self._leap = np.array([0.0, 0.0, leap_m])
        self.looked_ns: list[int] = []

    def start_session(self, seed: int) -> "Rising":
        return self

    def predict(self, observation: Observation) -> ActionChunk:
        state = observation.state
        self.looked_ns.append(state.captured_ns)
        actions = (_raised(state.as_action(), self._leap),) * CHUNK.length
        return ActionChunk(actions, CHUNK.past, state.captured_ns, {})


def _raised(action: Action, leap: FloatArray) -> Action:
    return Action(
        {
            name: ArmTarget(Pose(t.pose.position + leap, t.pose.rotation), t.gripper_width_m)
            for name, t in action.arms.items()
        }
    )


def _run(
    monkeypatch: pytest.MonkeyPatch,
    spec: RolloutSpec,
    policy: Policy,
    on_step: Callable[[SimulatedStation], object] | None = None,
) -> Trial:
    """Roll out a policy that no checkpoint holds."""
    monkeypatch.setattr(Roller, "_load_policy", lambda self: policy)
    roller = Roller(replace(spec, baseline="", checkpoint="none"))
    try:
        return roller.run(spec.seed, on_step)
    finally:
        roller.close()


@pytest.mark.parametrize(("asked", "executed"), [(None, CHUNK.execute), (2, 2)])
def test_a_policy_looks_again_after_the_steps_it_is_to_execute(
    asked: int | None, executed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = Rising()

    _run(monkeypatch, replace(SMALL, execute=asked), policy)

    steps = round(SMALL.time_limit_s / CHUNK.period_s)
    between_ns = round(executed * CHUNK.period_s * 1e9)
    assert len(policy.looked_ns) == -(-steps // executed)
    assert set(np.diff(policy.looked_ns).tolist()) == {between_ns}


def test_a_policy_moves_the_arms_no_faster_than_is_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    heights: list[float] = []

    def note(station: SimulatedStation) -> None:
        heights.append(station.read().arms["right"].pose.position[2])

    _run(monkeypatch, SMALL, Rising(), note)

    allowed_m = find_station(SMALL.station).safety.max_linear_speed_m_s * CHUNK.period_s
    assert heights[-1] - heights[0] > allowed_m
    assert max(np.diff(heights)) < 1.1 * allowed_m < LEAP_M


def test_what_would_stop_a_live_station_moves_nothing_for_the_rest_of_the_trial(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heights: list[float] = []

    def note(station: SimulatedStation) -> None:
        heights.append(station.read().arms["right"].pose.position[2])

    trial = _run(monkeypatch, SMALL, Rising(leap_m=0.5), note)

    assert (trial.success, trial.refused, trial.seconds) == (False, False, SMALL.time_limit_s)
    assert len(heights) == round(SMALL.time_limit_s / CHUNK.period_s)
    assert np.ptp(heights) < 0.01


def test_a_trial_without_success_ends_at_its_time_limit() -> None:
    told: list[Trial] = []

    report = rollout(replace(SMALL, trials=2), told.append)

    assert [trial.seed for trial in told] == [FIRST_UNSEEN_SEED, FIRST_UNSEEN_SEED + 1]
    assert [(t.success, t.seconds) for t in told] == [(False, SMALL.time_limit_s)] * 2
    assert not any(told[0].milestones.values())
    assert (report.successes, report.trials, report.each) == (0, 2, tuple(told))
    assert report.interval95[0] == 0.0


@pytest.mark.parametrize(
    ("looks", "success", "seconds"),
    [
        pytest.param("0111111", True, 2, id="lasting"),
        pytest.param("0110111111", True, 5, id="lasting in the end"),
        pytest.param("00000000011111", True, 10, id="reached at the limit"),
        pytest.param("0000000001100000", False, 10, id="lost after the limit"),
        pytest.param("0100000000111111", False, 10, id="reached after the limit"),
    ],
)
def test_a_success_counts_from_when_it_lasts(
    looks: str, success: bool, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: Iterator[str] = iter(looks)
    monkeypatch.setattr(
        rollouts,
        "HeldSuccess",
        lambda _, period_s: HeldSuccess(lambda: next(seen) == "1", period_s),
    )
    steps: list[object] = []

    trial = _run(monkeypatch, SMALL, IdlePolicy(), steps.append)

    assert (trial.success, trial.seconds) == (success, pytest.approx(seconds * CHUNK.period_s))
    assert len(steps) * CHUNK.period_s <= SMALL.time_limit_s + SUCCESS_HELD_S + CHUNK.period_s


def test_trials_happen_on_a_station_that_is_shifted_as_asked_and_the_report_says_so() -> None:
    spec = replace(SMALL, time_limit_s=CHUNK.period_s, shifts=(Shift.TEXTURES,))
    camera = find_station(SMALL.station).embodiment.camera_names[0]
    pictures: list[np.ndarray] = []
    for each in (spec, spec, replace(spec, shifts=())):
        roller = Roller(each)
        roller.run(spec.seed, lambda s: pictures.append(s.capture([camera])[camera].image))
        roller.close()

    report = rollout(spec, lambda trial: None)

    assert np.array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[0], pictures[2])
    assert to_json(report)["shifts"] == ["textures"]


@pytest.mark.parametrize(
    ("done", "success", "instead", "followed"),
    [
        pytest.param([{}], True, "", (1, 0), id="as asked"),
        pytest.param([OTHER_MARK], False, OTHER_MARK_NAME, (0, 1), id="instead"),
        pytest.param([OTHER_MARK, {}], True, OTHER_MARK_NAME, (0, 1), id="before"),
        pytest.param([], False, "", (0, 0), id="nothing"),
    ],
)
def test_a_trial_tells_whether_the_prompt_was_followed(
    done: list[dict[str, str]],
    success: bool,
    instead: str,
    followed: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = replace(SMALL, skill="put_cube_on_mark", time_limit_s=30.0 if done else 1.0)
    policy = ReplayPolicy(_actions(spec, done)) if done else IdlePolicy()
    monkeypatch.setattr(Roller, "_load_policy", lambda self: policy)

    report = rollout(spec, lambda trial: None)

    assert (report.each[0].success, report.each[0].instead) == (success, instead)
    assert report.prompt is not None
    assert (report.prompt.followed, report.prompt.confused) == followed


def _actions(spec: RolloutSpec, done: list[dict[str, str]]) -> tuple[Action, ...]:
    """Demonstrate one goal after the other, with objects in the parts of others."""
    sent: list[Action] = []
    with SimulatedStation(find_station(spec.station)) as station:
        task = station.load(find_skill(spec.skill), spec.seed)
        for parts in done:
            goal = task.recast(task.skill, Casting(parts, {}))
            demonstrator = ScriptedDemonstrator(station, goal, spec.seed, disturbance=False)
            while (action := demonstrator.next_action()) is not None:
                station.step(action)
                sent.append(action)
    return tuple(sent)


class Picky:
    """A policy that knows no other words than those that are taught, and remembers the others."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    def start_session(self, seed: int) -> "Picky":
        return self

    def predict(self, observation: Observation) -> ActionChunk:
        self.refused.append(observation.goal)
        raise UntaughtGoalError(observation.goal, [])


def test_words_that_are_never_taught_differ_from_layout_to_layout_and_a_refusal_is_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    policy = Picky()
    monkeypatch.setattr(Roller, "_load_policy", lambda self: policy)

    report = rollout(replace(SMALL, trials=2, unheard=True), lambda trial: None)

    assert [(trial.success, trial.refused) for trial in report.each] == [(False, True)] * 2
    assert (report.unheard, report.refused) == (True, 2)
    assert policy.refused == [trial.goal for trial in report.each]
    assert len(set(policy.refused)) == 2
    assert all(trial.seconds == SMALL.time_limit_s for trial in report.each)


def test_who_asks_in_taught_words_hears_why_they_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Roller, "_load_policy", lambda self: Picky())

    with pytest.raises(UntaughtGoalError, match="was never taught anything like “put the"):
        rollout(SMALL, lambda trial: None)


def test_a_recorded_episode_succeeds_where_it_was_recorded_and_not_elsewhere(
    tmp_path: Path,
) -> None:
    dataset = tmp_path / "dataset"
    record(RecordSpec(str(dataset), SMALL.skill, 1, station=SMALL.station, disturbance=False))
    spec = replace(SMALL, baseline="replay", dataset=str(dataset), time_limit_s=30.0)
    seed = Dataset.open(dataset).episodes[0].metadata.seed

    there = rollout(replace(spec, seed=seed), lambda trial: None)
    elsewhere = rollout(replace(spec, time_limit_s=15.0), lambda trial: None)

    assert there.successes == 1
    assert there.each[0].seconds < spec.time_limit_s
    assert elsewhere.successes == 0


def test_a_recording_of_another_body_is_not_replayed(tmp_path: Path) -> None:
    dataset = tmp_path / "dataset"
    record(RecordSpec(str(dataset), SMALL.skill, 1, station=SMALL.station, disturbance=False))
    spec = RolloutSpec(SMALL.skill, 2, baseline="replay", dataset=str(dataset), processes=2)

    with pytest.raises(StudioError) as caught:
        rollout(spec, lambda trial: None)

    assert str(caught.value) == (
        f"The dataset {dataset} cannot be replayed on this station: it was recorded with the arms "
        "right at 5 Hz; the station has right, left at 10 Hz."
    )
