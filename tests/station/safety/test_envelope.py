"""All limits at once: whatever is asked for, what is sent respects every one of them."""

from itertools import pairwise

import numpy as np
import pytest

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.observation import ArmState, StationState
from lbm_studio.core.pose import FloatArray, Pose, rotation_from_vector
from lbm_studio.station.bodies import ArmBodies
from lbm_studio.station.safety.envelope import SafetyEnvelope
from lbm_studio.station.safety.joints import allowed_speed_rad_s
from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.station.simulation.demonstrator import ScriptedDemonstrator
from lbm_studio.station.simulation.embodiments import dual_fr3
from lbm_studio.station.simulation.station import SimulatedStation

PERIOD_S = 0.1
STATION = dual_fr3()
CARD = STATION.safety
BODIES = ArmBodies(STATION.embodiment)
HOME = {arm.name: np.array(arm.home_joints_rad) for arm in STATION.embodiment.arms}
Joints = dict[str, FloatArray]
TOLERANCE = 1e-4


def standing(joints: Joints) -> StationState:
    arms = {
        name: ArmState(pose, 0.04, joints[name], np.zeros(7))
        for name, pose in BODIES.poses(joints).items()
    }
    return StationState(arms, 0)


def walk(seed: int, steps: int, *, reach_m: float, turn_rad: float) -> list[tuple[Joints, Action]]:
    """Ask for anything: far, fast, sideways, into the table and each other; obey what is left."""
    random = np.random.default_rng(seed)
    envelope, joints = SafetyEnvelope(STATION), HOME
    goals = BODIES.poses(joints)
    sent = standing(joints).as_action()
    walked = [(joints, sent)]
    ways = turns = dict.fromkeys(goals, np.zeros(3))
    for step in range(steps):
        if step % 12 == 0:  # push on in one direction for a while, as a stuck policy would
            ways = {name: random.normal(0.0, reach_m, 3) for name in goals}
            turns = {name: random.normal(0.0, turn_rad, 3) for name in goals}
        wanted = {
            name: Pose(
                target.pose.position + ways[name],
                target.pose.rotation @ rotation_from_vector(turns[name]),
            )
            for name, target in sent.arms.items()
        }
        asked = Action({n: ArmTarget(pose, random.normal(0.04, 0.1)) for n, pose in wanted.items()})
        sent = envelope.clamp(asked, sent, PERIOD_S, standing(joints)).action
        joints = BODIES.solve({n: target.pose for n, target in sent.arms.items()}, joints)
        walked.append((joints, sent))
    return walked


def assert_allowed(before: tuple[Joints, Action], after: tuple[Joints, Action]) -> None:
    low, high = BODIES.range_rad
    for name, target in after[1].arms.items():
        pose, start = target.pose, before[1].arms[name].pose
        assert np.all(pose.position >= np.array(CARD.workspace_min_m) - TOLERANCE)
        assert np.all(pose.position <= np.array(CARD.workspace_max_m) + TOLERANCE)
        assert pose.distance_m(start) <= CARD.max_linear_speed_m_s * PERIOD_S + TOLERANCE
        assert pose.angle_rad(start) <= CARD.max_angular_speed_rad_s * PERIOD_S + TOLERANCE
        assert 0.0 <= target.gripper_width_m <= STATION.embodiment.arm(name).gripper_max_width_m
        angles = after[0][name]
        assert np.all(angles >= low + CARD.joint_margin_rad - 1e-3)
        assert np.all(angles <= high - CARD.joint_margin_rad + 1e-3)
        assert angles[3] <= CARD.max_elbow_rad + 1e-3
        speed = (angles - before[0][name]) / PERIOD_S
        assert np.all(np.abs(speed) <= allowed_speed_rad_s(angles, speed) * 0.92 + 1e-2)
    hands = [target.pose for target in after[1].arms.values()]
    assert hands[0].distance_m(hands[1]) >= CARD.min_arm_distance_m - TOLERANCE
    assert min(BODIES.apart_m(after[0], 0.1).values()) >= CARD.min_body_distance_m - 1e-3
    assert min(BODIES.above_table_m(after[0], 0.1).values()) >= CARD.min_table_distance_m - 1e-3


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("reach_m", "turn_rad"), [(0.01, 0.05), (0.05, 0.2), (0.5, 1.0)])
def test_whatever_is_asked_for_what_is_sent_respects_every_limit(
    seed: int, reach_m: float, turn_rad: float
) -> None:
    walked = walk(seed, 60, reach_m=reach_m, turn_rad=turn_rad)

    for before, after in pairwise(walked):
        assert_allowed(before, after)


@pytest.mark.parametrize("skill", ["stack_cubes", "carry_bar_together", "hand_over_bar"])
def test_a_colleague_is_neither_slowed_nor_stopped(skill: str) -> None:
    station = SimulatedStation(STATION)
    task = station.load(find_skill(skill), seed=0)
    demonstrator = ScriptedDemonstrator(station, task, seed=0)
    envelope, sent = SafetyEnvelope(STATION), station.read().as_action()

    while (wanted := demonstrator.next_action()) is not None:
        state = station.read()
        assert envelope.watch.judge_measured(state, sent) is None
        assert envelope.watch.judge_asked(wanted, sent) is None
        clamped = envelope.clamp(wanted, sent, PERIOD_S, state)
        assert clamped.limits == ()
        assert clamped.action == wanted
        sent = clamped.action
        station.step(sent)

    assert task.is_success()
