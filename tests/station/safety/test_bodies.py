"""What is limited of whole arms, on the FR3s of the simulated station."""

from dataclasses import replace

import numpy as np
import pytest

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.embodiment import SafetyCard, StationDescription
from lbm_studio.core.observation import ArmState, StationState
from lbm_studio.core.pose import FloatArray, Pose, rotation_from_vector
from lbm_studio.station.bodies import ArmBodies
from lbm_studio.station.safety.envelope import Clamped, SafetyEnvelope
from lbm_studio.station.safety.joints import allowed_speed_rad_s
from lbm_studio.station.simulation.embodiments import dual_fr3

PERIOD_S = 0.1
STATION = dual_fr3()
HOME = {arm.name: np.array(arm.home_joints_rad) for arm in STATION.embodiment.arms}
BODIES = ArmBodies(STATION.embodiment)
DOWN = np.diag([1.0, -1.0, -1.0])
WIDTH_M = 0.04
EVERYWHERE = SafetyCard(
    max_linear_speed_m_s=100.0,
    max_angular_speed_rad_s=100.0,
    workspace_min_m=(-5.0, -5.0, -5.0),
    workspace_max_m=(5.0, 5.0, 5.0),
    max_joint_speed_share=100.0,
)
"""As if the hands alone were free, so that what is limited of the bodies shows."""


def station(card: SafetyCard) -> StationDescription:
    return replace(STATION, safety=card)


def standing(joints: dict[str, FloatArray]) -> StationState:
    arms = {
        name: ArmState(pose, WIDTH_M, joints[name], np.zeros(7))
        for name, pose in BODIES.poses(joints).items()
    }
    return StationState(arms, 0)


def after(joints: dict[str, FloatArray], targets: dict[str, Pose]) -> dict[str, FloatArray]:
    """Return joint angles that bring some end effectors to poses, however far."""
    return joints | BODIES.solve(targets, {name: joints[name] for name in targets})


def clamp(card: SafetyCard, joints: dict[str, FloatArray], targets: dict[str, Pose]) -> Clamped:
    state = standing(joints)
    action = Action({name: ArmTarget(pose, WIDTH_M) for name, pose in targets.items()})
    return SafetyEnvelope(station(card)).clamp(action, state.as_action(), PERIOD_S, state)


def moved(pose: Pose, by_m: tuple[float, float, float]) -> Pose:
    return Pose(pose.position + by_m, pose.rotation)


def test_an_allowed_action_passes_unchanged() -> None:
    wanted = {name: moved(pose, (0.02, 0.0, 0.01)) for name, pose in BODIES.poses(HOME).items()}

    clamped = clamp(SafetyCard(), HOME, wanted)

    assert clamped.limits == ()
    assert {name: target.pose for name, target in clamped.action.arms.items()} == wanted


def test_an_arm_is_not_stretched_beyond_its_elbows_limit() -> None:
    right = BODIES.poses(HOME)["right"]

    clamped = clamp(EVERYWHERE, HOME, {"right": moved(right, (0.44, 0.0, 0.0))})

    assert "right: joint range" in clamped.limits
    reached = after(HOME, {"right": clamped.action.arms["right"].pose})["right"]
    assert reached[3] <= EVERYWHERE.max_elbow_rad + 1e-3
    assert clamped.action.arms["right"].pose.position[0] > right.position[0] + 0.1


@pytest.mark.parametrize("joint", range(7))
@pytest.mark.parametrize("end", [0, 1], ids=["low", "high"])
def test_every_joint_keeps_its_margin(joint: int, end: int) -> None:
    low, high = BODIES.range_rad
    near = {name: angles.copy() for name, angles in HOME.items()}
    inwards = (1.0, -1.0)[end]
    from_end_rad = 0.6 if (joint, end) == (3, 1) else 0.15
    near["right"][joint] = (low, high)[end][joint] + inwards * from_end_rad
    beyond = near["right"].copy()
    beyond[joint] -= inwards * 0.3

    target = BODIES.poses({"right": beyond})["right"]
    clamped = clamp(EVERYWHERE, near, {"right": target})

    reached = after(near, {"right": clamped.action.arms["right"].pose})["right"]
    margin = EVERYWHERE.joint_margin_rad
    assert np.all(reached > low + margin - 5e-3)
    assert np.all(reached < high - margin + 5e-3)


def test_a_joint_outside_its_margin_may_come_back_but_go_no_further() -> None:
    high = BODIES.range_rad[1]
    out = {name: angles.copy() for name, angles in HOME.items()}
    out["right"][6] = high[6] - 0.01
    turn = rotation_from_vector(np.array([0.0, 0.0, 0.05]))
    pose = BODIES.poses(out)["right"]

    further = clamp(EVERYWHERE, out, {"right": Pose(pose.position, pose.rotation @ turn)})
    back = clamp(EVERYWHERE, out, {"right": Pose(pose.position, pose.rotation @ turn.T)})

    assert back.limits == ()
    assert "right: joint range" in further.limits
    assert further.action.arms["right"].pose.angle_rad(pose) < 1e-4


def test_joints_turn_no_faster_than_their_part_of_what_they_can() -> None:
    card = replace(EVERYWHERE, max_joint_speed_share=0.2)
    right = BODIES.poses(HOME)["right"]

    clamped = clamp(card, HOME, {"right": moved(right, (0.0, 0.2, 0.0))})

    assert clamped.limits == ("right: joint speed",)
    reached = after(HOME, {"right": clamped.action.arms["right"].pose})["right"]
    speed = (reached - HOME["right"]) / PERIOD_S
    share = np.abs(speed) / allowed_speed_rad_s(reached, speed)
    assert 0.17 < share.max() < 0.202


def test_a_joint_brakes_before_the_end_of_its_range() -> None:
    low, high = BODIES.range_rad
    middle = (low + high) / 2.0

    up, down = np.ones(7), -np.ones(7)
    assert np.all(allowed_speed_rad_s(high, up) < 0.15)
    assert np.all(allowed_speed_rad_s(low, down) < 0.15)
    assert np.all(allowed_speed_rad_s(high, down) > 2.0)
    assert allowed_speed_rad_s(middle, up) == pytest.approx(
        [2.62, 2.62, 2.62, 2.62, 5.26, 4.18, 5.26]
    )


def test_out_of_reach_an_arm_goes_as_far_as_it_can() -> None:
    card = replace(EVERYWHERE, max_elbow_rad=0.0, joint_margin_rad=0.0)
    right = BODIES.poses(HOME)["right"]

    clamped = clamp(card, HOME, {"right": moved(right, (1.5, 0.0, 0.0))})

    assert "right: reach" in clamped.limits
    pose = clamped.action.arms["right"].pose
    reached = BODIES.poses(after(HOME, {"right": pose}))["right"]
    assert reached.distance_m(pose) < 0.011


def test_a_tilted_hand_stays_above_the_table() -> None:
    tilt = rotation_from_vector(np.array([0.0, 1.4, 0.0]))
    lying = after(HOME, {"right": Pose(np.array([-0.05, -0.25, 0.1]), tilt @ DOWN)})
    start = BODIES.poses(lying)["right"]

    clamped = clamp(EVERYWHERE, lying, {"right": moved(start, (0.0, 0.0, -0.09))})

    assert clamped.limits == ("right: table distance",)
    reached = after(lying, {"right": clamped.action.arms["right"].pose})
    above_m = BODIES.above_table_m(reached, 0.2)["right"]
    assert EVERYWHERE.min_table_distance_m - 1e-3 < above_m < 0.02


def test_two_hands_side_by_side_keep_their_bodies_apart() -> None:
    card = replace(EVERYWHERE, min_arm_distance_m=0.0)
    poses = {
        "right": Pose(np.array([-0.05, -0.2, 0.25]), DOWN),
        "left": Pose(np.array([-0.05, 0.2, 0.25]), DOWN),
    }
    joints = after(HOME, poses)

    clamped = clamp(
        card, joints, {name: Pose(np.array([-0.05, 0.0, 0.25]), DOWN) for name in poses}
    )

    assert clamped.limits == ("right and left: arm distance",)
    reached = after(joints, {name: t.pose for name, t in clamped.action.arms.items()})
    (apart_m,) = BODIES.apart_m(reached, 0.5).values()
    assert card.min_body_distance_m - 1e-3 < apart_m < 0.03


def test_elbows_are_kept_apart_where_hands_are_far() -> None:
    near = {name: angles.copy() for name, angles in HOME.items()}
    near["right"][0], near["left"][0] = 0.9, -0.4
    near["right"][2], near["left"][2] = 0.9, -0.9
    apart_m = BODIES.apart_m(near, 1.0)["right", "left"]
    card = replace(EVERYWHERE, min_body_distance_m=apart_m - 0.01, min_arm_distance_m=0.0)
    poses = BODIES.poses(near)

    clamped = clamp(card, near, {"right": moved(poses["right"], (0.0, 0.15, 0.0))})

    assert poses["right"].distance_m(poses["left"]) > card.min_body_distance_m + 0.05
    assert clamped.limits == ("right and left: arm distance",)


def test_an_arm_alone_has_no_neighbour_to_keep_away_from() -> None:
    embodiment = replace(STATION.embodiment, arms=STATION.embodiment.arms[:1])
    bodies = ArmBodies(embodiment)

    assert bodies.apart_m({"right": HOME["right"]}, 0.1) == {}
