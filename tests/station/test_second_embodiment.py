"""Every stage on a second, smaller body: one arm, two cameras, another rate, other chunks."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.clock import ManualClock
from lbm_studio.core.episode import FIRST_UNSEEN_SEED, EpisodeMetadata, EpisodeSource
from lbm_studio.core.errors import StationError
from lbm_studio.core.keyboard import KeyboardArm
from lbm_studio.core.observation import StationState
from lbm_studio.core.pose import Pose
from lbm_studio.core.runs import JobStatus
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.writer import DatasetWriter
from lbm_studio.learning.training.spec import TrainSpec
from lbm_studio.policy.manifest import read_manifest
from lbm_studio.station.live import SimulatedScene
from lbm_studio.station.safety.envelope import SafetyEnvelope
from lbm_studio.station.simulation.catalogue import SKILLS, find_skill
from lbm_studio.station.simulation.demonstrator import ScriptedDemonstrator
from lbm_studio.station.simulation.embodiments import find_station
from lbm_studio.station.simulation.station import SimulatedStation
from lbm_studio.station.teleop.mapping import next_action
from lbm_studio.workers.record import RecordSpec, record
from lbm_studio.workers.rollouts import RolloutSpec, Trial, rollout
from lbm_studio.workers.train import prepare_run, train
from tests.core.hands import KeysHere, hold_exactly
from tests.workers.checkpoints import TINY

STATION = "simulated-single"
SKILL = "put_cube_in_tray"
FAR_M = 10.0


@pytest.fixture
def station() -> Iterator[SimulatedStation]:
    with SimulatedStation(find_station(STATION), clock=ManualClock()) as simulated:
        yield simulated


def test_it_is_another_body_than_the_first() -> None:
    first, second = (find_station(name).embodiment for name in ("simulated", STATION))

    assert len(second.arms) < len(first.arms)
    assert len(second.cameras) < len(first.cameras)
    assert second.chunk.rate_hz != first.chunk.rate_hz
    assert second.chunk.length != first.chunk.length
    assert second.action_size != first.action_size


def test_it_offers_the_skills_it_has_the_arms_for_and_refuses_the_others_in_words(
    station: SimulatedStation,
) -> None:
    offered = SimulatedScene(station).skills
    others = [skill for skill in SKILLS if skill.name not in offered]

    for name in offered:
        assert station.load(find_skill(name), seed=0).goal
    assert others
    for skill in others:
        with pytest.raises(StationError, match=f"“{skill.name}” needs the .* arm"):
            station.load(skill, seed=0)


def test_its_state_fits_its_description(station: SimulatedStation) -> None:
    station.load(find_skill(SKILL), seed=0)

    embodiment = station.description.embodiment

    assert station.read().as_vector(embodiment.arm_names).shape == (embodiment.action_size,)


def test_a_colleague_demonstrates_on_it(station: SimulatedStation) -> None:
    successes = 0
    for seed in range(5):
        task = station.load(find_skill(SKILL), seed=seed)
        demonstrator = ScriptedDemonstrator(station, task, seed=seed)
        envelope = SafetyEnvelope(station.description)
        period_s = station.description.embodiment.chunk.period_s
        previous = station.read().as_action()
        while (wanted := demonstrator.next_action()) is not None:
            previous = envelope.clamp(wanted, previous, period_s, station.read()).action
            station.step(previous)
        successes += task.is_success()

    assert successes >= 4


def test_its_cameras_draw_at_their_own_sizes(station: SimulatedStation) -> None:
    station.load(find_skill(SKILL), seed=0)
    cameras = station.description.embodiment.cameras

    frames = station.capture([camera.name for camera in cameras])

    assert list(frames) == [camera.name for camera in cameras]
    for camera in cameras:
        assert frames[camera.name].image.shape == (camera.height_px, camera.width_px, 3)
        assert frames[camera.name].image.std() > 5.0


def test_its_speed_limits_follow_from_its_own_rate(station: SimulatedStation) -> None:
    description = station.description
    period_s = description.embodiment.chunk.period_s
    before = station.read().as_action()
    far = Action(
        {
            name: ArmTarget(Pose(target.pose.position + FAR_M, target.pose.rotation), -1.0)
            for name, target in before.arms.items()
        }
    )

    clamped = SafetyEnvelope(description).clamp(far, before, period_s, station.read())

    step = clamped.action.arms["right"].pose.distance_m(before.arms["right"].pose)
    assert step == pytest.approx(description.safety.max_linear_speed_m_s * period_s)
    assert "right: linear speed" in clamped.limits
    assert clamped.action.arms["right"].gripper_width_m == 0.0


def test_a_person_moves_it_by_keys(station: SimulatedStation) -> None:
    station.load(find_skill(SKILL), seed=0)
    keys = KeyboardArm(station.description.embodiment.arm_names)
    source = KeysHere(keys, ManualClock())
    period_s = station.description.embodiment.chunk.period_s
    previous = before = station.read().as_action()

    keys.press("a")
    for _ in range(3):
        previous = next_action(source.read(), previous, station.description, period_s)
        station.step(previous)
    station.advance(1.0)

    wanted = previous.arms["right"].pose.position - before.arms["right"].pose.position
    moved = station.read().arms["right"].pose.position - before.arms["right"].pose.position
    assert wanted[1] > 0.1
    np.testing.assert_allclose(moved, wanted, atol=0.005)


def test_what_a_person_does_with_it_is_recorded_and_read_back(
    station: SimulatedStation, tmp_path: Path
) -> None:
    description = station.description
    arms, cameras = description.embodiment.arm_names, description.embodiment.camera_names
    goal = station.load(find_skill(SKILL), seed=0).goal
    keys, clock = KeyboardArm(arms), ManualClock(start_ns=1)
    source = KeysHere(keys, clock)
    states: list[StationState] = []
    sent = [station.read().as_action()]

    with DatasetWriter.open(tmp_path / "taught", description) as writer:
        writer.begin()
        for key in ("w", "a", "q", "j", "f", "f"):
            hold_exactly(keys, key)
            states.append(station.read())
            period_s = description.embodiment.chunk.period_s
            sent.append(next_action(source.read(), sent[-1], description, period_s))
            writer.add(
                state=states[-1].as_vector(arms),
                action=sent[-1].as_vector(arms),
                joints=np.concatenate([states[-1].arms[name].joints_rad for name in arms]),
                captured_ns=clock.now_ns(),
                images={name: f.image for name, f in station.capture(cameras).items()},
                measured={m: states[-1].joined(m, arms) for m in description.measures},
            )
            station.step(sent[-1])
            clock.advance_s(period_s)
        writer.keep(EpisodeMetadata(goal, EpisodeSource.TELEOPERATION, success=None))

    dataset = Dataset.open(tmp_path / "taught")
    vectors = dataset.vectors(0)
    assert dataset.station == description
    assert dataset.rate_hz == description.embodiment.chunk.rate_hz
    assert dataset.goals == (goal,)
    wanted = [action.as_vector(arms) for action in sent[1:]]
    np.testing.assert_allclose(vectors.actions, wanted, atol=1e-6)
    np.testing.assert_allclose(vectors.states, [s.as_vector(arms) for s in states], atol=1e-6)
    for camera in description.embodiment.cameras:
        shape = (len(states), camera.height_px, camera.width_px, 3)
        assert dataset.images(0, camera.name).shape == shape


def test_demonstrations_on_it_are_recorded_without_a_window(tmp_path: Path) -> None:
    spec = RecordSpec(str(tmp_path / "demonstrated"), SKILL, episodes=2, station=STATION)

    report = record(spec)

    dataset = Dataset.open(tmp_path / "demonstrated")
    description = find_station(STATION)
    assert (report.episodes, report.frames) == (2, dataset.frames)
    assert dataset.station == description
    assert dataset.cameras == description.embodiment.camera_names
    for episode in dataset.episodes:
        actions = dataset.vectors(episode.index).actions
        assert episode.metadata.success
        assert episode.duration_s == pytest.approx(
            episode.length * description.embodiment.chunk.period_s
        )
        assert actions.shape == (episode.length, description.embodiment.action_size)
        assert actions[:, -1].min() < 0.01  # the hand has closed


def test_a_policy_for_it_is_trained_and_rolled_out(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    dataset, run = tmp_path / "demonstrated", tmp_path / "run"
    record(RecordSpec(str(dataset), SKILL, episodes=2, station=STATION))
    prepare_run(run, few_steps(dataset))

    status = train(run)

    description = find_station(STATION)
    assert status is JobStatus.DONE
    assert read_manifest(run).embodiment == description.embodiment

    trials: list[Trial] = []
    limit_s = 2.0
    report = rollout(
        RolloutSpec(
            SKILL,
            trials=1,
            checkpoint=str(run),
            station=STATION,
            time_limit_s=limit_s,
            processes=1,
        ),
        trials.append,
    )
    assert report.trials == 1
    assert report.each == tuple(trials)
    assert trials[0].seed == FIRST_UNSEEN_SEED
    assert trials[0].success or trials[0].seconds == pytest.approx(limit_s)


def few_steps(dataset: Path) -> TrainSpec:
    """A training that learns next to nothing, in no time."""
    return TrainSpec(
        datasets=(str(dataset),),
        minutes=None,
        steps=4,
        batch=4,
        noise_draws=2,
        threads=1,
        model=TINY,
    )
