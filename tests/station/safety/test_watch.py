"""What stops the station instead of being clamped away, each with its sentence."""

from dataclasses import replace

import numpy as np
import pytest

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.embodiment import SafetyCard
from lbm_studio.core.observation import ArmState, StationState
from lbm_studio.core.pose import FloatArray, Pose, rotation_from_vector
from lbm_studio.core.safety import REACTIONS, Limit, Reaction, acted_on, limit_of
from lbm_studio.station.safety.watch import SafetyWatch, Trip
from lbm_studio.station.safety.words import told

CARD = SafetyCard()
HERE_M = (0.12, 0.30, 0.05)


def action(by_m: float = 0.0, turn_rad: float = 0.0, width_m: float = 0.04) -> Action:
    position = np.add(HERE_M, (0.0, by_m, 0.0))
    pose = Pose(position, rotation_from_vector(np.array([0.0, 0.0, turn_rad])))
    return Action({"left": ArmTarget(pose, width_m)})


def state(wrench: FloatArray | None = None, at: Action | None = None) -> StationState:
    pose = (at or action()).arms["left"].pose
    joints = np.zeros(7)
    return StationState({"left": ArmState(pose, 0.04, joints, joints, wrench=wrench)}, 0)


def judge(measured: StationState) -> Trip | None:
    return SafetyWatch(CARD).judge_measured(measured, action())


def test_arms_that_are_where_they_were_sent_and_push_little_are_left_alone() -> None:
    gentle = np.array([10.0, 10.0, -20.0, 3.0, 0.0, 4.0])

    assert judge(state()) is None
    assert judge(state(gentle)) is None
    assert judge(state(gentle, at=action(by_m=0.1, turn_rad=0.5))) is None


@pytest.mark.parametrize(
    ("wrench", "limit", "what"),
    [
        ((0, 40.0, 9.0, 0, 0, 0), Limit.FORCE, "The left arm pushes with 41 N, 30 N are allowed"),
        ((0, 0, 5.0, 0, 9.0, 8), Limit.TORQUE, "The left arm twists with 12 Nm, 10 Nm are allowed"),
    ],
)
def test_too_much_force_or_torque_is_told_with_both_figures(
    wrench: tuple[float, ...], limit: Limit, what: str
) -> None:
    trip = judge(state(np.array(wrench)))

    assert trip is not None
    assert (trip.limit, trip.what, trip.is_load) == (limit, what, True)
    assert trip.at_m == pytest.approx(HERE_M)


@pytest.mark.parametrize(
    ("is_at", "what"),
    [
        (
            action(by_m=0.2),
            "The left arm is 0.20 m away from where it was sent, 0.12 m are allowed",
        ),
        (
            action(turn_rad=1.0),
            "The left arm is turned by 57° from how it was sent, 34° are allowed",
        ),
    ],
)
def test_an_arm_that_does_not_follow_is_a_reason_to_stop(is_at: Action, what: str) -> None:
    trip = judge(state(at=is_at))

    assert trip is not None
    assert (trip.limit, trip.what, trip.is_load) == (Limit.TRACKING_ERROR, what, False)
    assert trip.name == "left: tracking error"


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        (action(by_m=0.4), "The left arm was asked to jump by 0.40 m at once, 0.25 m are allowed"),
        (action(turn_rad=2.0), "The left arm was asked to turn by 115° at once, 86° are allowed"),
    ],
)
def test_a_jump_is_refused_not_clamped_away(asked: Action, what: str) -> None:
    trip = SafetyWatch(CARD).judge_asked(asked, action())

    assert trip is not None
    assert (trip.limit, trip.what) == (Limit.JUMP, what)


def test_a_target_that_runs_ahead_of_a_slow_arm_step_by_step_is_no_jump() -> None:
    watch = SafetyWatch(CARD)

    judged = [watch.judge_asked(action(by_m=0.08 * step), action()) for step in range(10)]

    assert judged == [None] * 10


def test_whoever_begins_is_not_measured_by_what_another_asked_for() -> None:
    watch = SafetyWatch(CARD)
    far = action(by_m=0.4)
    watch.judge_asked(action(by_m=0.2), action())
    watch.judge_asked(far, action())

    assert watch.judge_asked(far, action()) is None
    watch.begin()
    assert watch.judge_asked(far, action()) is not None


@pytest.mark.parametrize("broken", [action(by_m=float("nan")), action(width_m=float("inf"))])
def test_what_is_not_a_number_is_a_reason_to_stop(broken: Action) -> None:
    trip = SafetyWatch(CARD).judge_asked(broken, action())

    assert trip is not None
    assert trip.limit is Limit.NOT_A_NUMBER
    assert trip.what == "The left arm was asked for something that is not a number"


def test_a_card_may_allow_more() -> None:
    strong = SafetyWatch(replace(CARD, max_force_n=100.0))

    assert strong.judge_load(state(np.array([50.0, 0, 0, 0, 0, 0]))) is None


def test_a_stop_is_told_with_place_and_time() -> None:
    what = "The left arm pushes with 41 N, 30 N are allowed"

    assert told(what, "14:03:22", np.array(HERE_M)) == f"{what} (at 0.12, 0.30, 0.05 m, 14:03:22)."
    assert told("The arm is gone.", "14:03:22") == "The arm is gone (14:03:22)."


def test_the_table_says_of_every_limit_what_happens_at_it() -> None:
    assert set(REACTIONS) == set(Limit)
    assert set(REACTIONS.values()) == set(Reaction)
    for limit in Limit:
        assert limit_of(acted_on(limit, "right", "left")) == limit
        assert limit_of(limit) == limit
