# MuJoCo carries no type information.
# pyright: reportAttributeAccessIssue=false

from dataclasses import replace

import mujoco
import numpy as np
import pytest

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.clock import ManualClock
from lbm_studio.core.errors import StationError, UnknownNameError
from lbm_studio.core.observation import StationState
from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.station.simulation.arm import SimulatedArm
from lbm_studio.station.simulation.catalogue import SKILLS, find_skill
from lbm_studio.station.simulation.embodiments import dual_fr3
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.station import SimulatedStation
from tests.station.simulation.conftest import Perform

CUBES = find_skill("put_cube_in_tray")
BAR = find_skill("hand_over_bar")


def test_equal_seeds_and_actions_give_equal_states_bit_for_bit(
    station: SimulatedStation, demonstrate: Perform
) -> None:
    demonstrate(station, CUBES, 5)
    first = station.snapshot()

    with SimulatedStation(dual_fr3()) as another:
        another.load(BAR, 2)
        demonstrate(another, CUBES, 5)

        assert another.snapshot() == first


def test_other_seeds_give_other_scenes(station: SimulatedStation) -> None:
    scenes = []
    for seed in range(5):
        task = station.load(CUBES, seed)
        scenes.append((station.snapshot(), task.goal))

    assert len(set(scenes)) == 5


def test_a_station_that_loaded_the_same_layout_draws_the_same_picture(
    station: SimulatedStation, demonstrate: Perform
) -> None:
    sent = demonstrate(station, CUBES, 3).sent
    station.load(CUBES, 3)
    for action in sent[:20]:
        station.step(action)
    names = station.description.embodiment.camera_names

    with SimulatedStation(dual_fr3()) as renderer:
        renderer.load(CUBES, 3)
        renderer.restore(*station.snapshot())

        for name in names:
            drawn = renderer.capture([name])[name].image
            assert np.array_equal(drawn, station.capture([name])[name].image)


def test_a_snapshot_of_another_scene_is_refused(station: SimulatedStation) -> None:
    station.load(BAR, 0)
    snapshot = station.snapshot()
    station.load(CUBES, 0)

    with pytest.raises(StationError, match="does not belong to the scene"):
        station.restore(*snapshot)


def test_only_the_cameras_that_are_asked_for_are_drawn(
    station: SimulatedStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []
    draw = mujoco.mjr_render
    monkeypatch.setattr(mujoco, "mjr_render", lambda *a: (drawn.append(a[0].width), draw(*a)))

    frames = station.capture(["wrist_left_plus", "scene_left_0"])

    assert list(frames) == ["wrist_left_plus", "scene_left_0"]
    assert len(drawn) == 2
    for name, frame in frames.items():
        camera = station.description.embodiment.camera(name)
        assert frame.image.shape == (camera.height_px, camera.width_px, 3)
        assert frame.image.std() > 5.0


def test_an_unknown_camera_is_answered_with_the_known_ones(station: SimulatedStation) -> None:
    with pytest.raises(UnknownNameError, match=r"no camera called “attic”.*scene_right_0"):
        station.capture(["attic"])


def test_what_is_read_is_stamped_by_the_clock() -> None:
    clock = ManualClock(start_ns=7)
    with SimulatedStation(dual_fr3(), clock=clock) as station:
        assert station.read().captured_ns == 7
        clock.advance_s(1.0)
        assert station.capture(["scene_left_0"])["scene_left_0"].captured_ns == 1_000_000_007


def test_a_late_camera_shows_what_was_there_before() -> None:
    station = dual_fr3()
    name = station.embodiment.camera_names[0]
    late = [replace(c, latency_s=0.1 * (c.name == name)) for c in station.embodiment.cameras]
    late_station = replace(station, embodiment=replace(station.embodiment, cameras=tuple(late)))
    clock = ManualClock(start_ns=10**12)
    with (
        SimulatedStation(late_station, clock=clock) as delayed,
        SimulatedStation(station) as prompt,
    ):
        lowered = _moved(delayed.read(), (0.05, 0.1, -0.1))
        delayed.step(lowered)
        prompt.restore(*delayed.snapshot())
        expected = prompt.capture([name])[name].image
        delayed.step(lowered)
        clock.advance_s(station.embodiment.chunk.period_s)

        frame = delayed.capture([name])[name]

        assert frame.captured_ns == clock.now_ns() - 100_000_000
        np.testing.assert_array_equal(frame.image, expected)


def test_an_arm_that_leans_on_the_table_is_pushed_up(station: SimulatedStation) -> None:
    station.load(CUBES, 1)
    free = station.read().arms["right"]
    for _ in range(20):
        pressed = _moved(station.read(), (0.0, 0.0, -0.05))
        station.step(pressed)

    arm = station.read().arms["right"]

    assert free.wrench is not None
    assert np.abs(free.wrench).max() < 1e-9
    assert arm.wrench is not None
    assert arm.wrench[2] > 5.0
    assert arm.joint_torques_nm is not None
    assert arm.joint_torques_nm.shape == arm.joints_rad.shape


def _moved(state: StationState, offset_m: tuple[float, float, float]) -> Action:
    arms = state.as_action().arms
    return Action(
        {
            name: replace(t, pose=Pose(t.pose.position + offset_m, t.pose.rotation))
            for name, t in arms.items()
        }
    )


def test_time_in_slices_is_the_same_as_time_at_once(station: SimulatedStation) -> None:
    period_s = station.description.embodiment.chunk.period_s
    station.load(CUBES, 1)
    target = _raised(station.read())
    station.command(target)
    station.advance(period_s)
    at_once = station.snapshot()

    station.load(CUBES, 1)
    station.command(target)
    for _ in range(7):
        station.advance(period_s / 7)

    assert station.snapshot() == at_once


def test_a_target_is_reached_soon_after_its_period(station: SimulatedStation) -> None:
    station.load(CUBES, 1)
    target = _raised(station.read())

    for _ in range(4):
        station.step(target)

    state = station.read()
    for name, wanted in target.arms.items():
        assert state.arms[name].pose.distance_m(wanted.pose) < 0.004
        assert state.arms[name].pose.angle_rad(wanted.pose) < 0.01


def test_a_disturbance_displaces_one_command_and_no_more(station: SimulatedStation) -> None:
    station.load(CUBES, 1)
    still = station.read().as_action()
    offset = np.array([0.0, 0.0, 0.02])

    station.disturb({"right": offset})
    station.step(still)
    station.step(still)
    raised_m = station.read().arms["right"].pose.position[2] - still.arms["right"].pose.position[2]
    for _ in range(4):
        station.step(still)
    back_m = station.read().arms["right"].pose.position[2] - still.arms["right"].pose.position[2]

    assert raised_m > 0.002
    assert abs(back_m) < 0.002


def test_a_disturbance_moves_the_arms_no_faster_and_no_further_than_is_safe(
    station: SimulatedStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed = _note_targets(monkeypatch)
    station.load(CUBES, 1)
    still = station.read().as_action()
    card, period_s = station.description.safety, station.description.embodiment.chunk.period_s

    for _ in range(8):
        station.disturb({"right": np.array([0.0, 0.5, 0.0]), "left": np.array([2.0, 0.0, 0.0])})
        station.step(still)
    for _ in range(12):
        station.step(still)

    right, left = (np.array([t.pose.position for t in executed[n]]) for n in ("right", "left"))
    steps_m = np.linalg.norm(np.diff([right, left], axis=1), axis=2)
    assert steps_m.max() == pytest.approx(card.max_linear_speed_m_s * period_s)
    assert np.linalg.norm(right - left, axis=1).min() > card.min_arm_distance_m - 1e-9
    assert left[:, 0].max() <= card.workspace_max_m[0]
    assert np.ptp(left[:, 0]) > 0.2
    for name, positions in (("right", right), ("left", left)):
        np.testing.assert_array_equal(positions[-1], still.arms[name].pose.position)


def test_a_demonstration_executes_nothing_beyond_the_safety_card(
    station: SimulatedStation, demonstrate: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed = _note_targets(monkeypatch)
    card, period_s = station.description.safety, station.description.embodiment.chunk.period_s

    shown = demonstrate(station, CUBES, 5)

    assert shown.success
    displaced_m: list[float] = []
    for name, targets in executed.items():
        positions = np.array([target.pose.position for target in targets])
        intended = np.array([action.arms[name].pose.position for action in shown.sent])
        steps_m = np.linalg.norm(np.diff(positions, axis=0), axis=1)
        displaced_m.append(np.linalg.norm(positions - intended, axis=1).mean())
        assert steps_m.max() <= card.max_linear_speed_m_s * period_s + 1e-9
        assert (positions >= card.workspace_min_m).all()
        assert (positions <= card.workspace_max_m).all()
    assert max(displaced_m) > 0.003


def test_stop_drops_the_target_that_was_under_way(station: SimulatedStation) -> None:
    station.load(CUBES, 1)
    station.command(_raised(station.read(), 0.1))
    station.advance(0.03)

    station.stop()
    station.advance(0.1)
    first = station.read()
    station.advance(0.5)

    assert _travel_m(first, station.read()) < 0.001


def test_hold_keeps_the_arms_where_they_were_told_to_be(station: SimulatedStation) -> None:
    station.load(CUBES, 1)
    before = station.read()
    station.command(_raised(before, 0.04))
    station.advance(0.05)

    station.hold()
    station.advance(0.5)

    assert 0.01 < _travel_m(before, station.read()) < 0.03


def test_a_grasped_thing_is_held_by_friction_through_shaking_and_falls_when_let_go(
    station: SimulatedStation,
) -> None:
    station.load(CUBES, 4)
    arm, cube = _grasp_and_lift(station)
    carried_m = station.world.pose(cube).position - station.world.gripper(arm).pose.position

    middle = station.read().as_action().arms[arm].pose
    for step in range(24):
        swing = 0.03 * np.array([np.sin(step * 1.6), np.cos(step * 1.3), np.sin(step * 2.1)])
        _send(station, arm, Pose(middle.position + swing, middle.rotation), 0.0)
    slipped_m = station.world.pose(cube).position - station.world.gripper(arm).pose.position
    assert np.linalg.norm(slipped_m - carried_m) < 0.01

    for _ in range(6):
        _send(station, arm, middle, 0.08)
    assert station.world.pose(cube).position[2] < 0.05


def test_a_single_hand_cannot_lift_the_long_bar_level(station: SimulatedStation) -> None:
    station.load(find_skill("carry_bar_together"), 0)
    bar = station.world.pose("bar")
    end = bar.position - bar.rotation[:, 1] * 0.18
    down = np.stack([bar.rotation[:, 1], bar.rotation[:, 0], -bar.rotation[:, 2]], axis=1)
    for height_m, width_m, steps in ((0.13, 0.08, 15), (0.018, 0.08, 8), (0.018, 0.0, 6)):
        for _ in range(steps):
            _send(station, "right", Pose(np.array([*end[:2], height_m]), down), width_m)
    for step in range(15):
        _send(station, "right", Pose(np.array([*end[:2], 0.018 + 0.01 * step]), down), 0.0)

    assert station.task is not None
    assert not station.task.milestones()["lifted level"]


@pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: skill.name)
def test_nothing_moves_by_itself(skill: Skill, station: SimulatedStation) -> None:
    task = station.load(find_skill(skill.name), 0)
    names = [thing.name for thing in task.skill.objects]
    before = {name: station.world.pose(name) for name in names}

    station.advance(1.0)

    assert all(station.world.pose(n).distance_m(pose) < 0.001 for n, pose in before.items())


def _grasp_and_lift(station: SimulatedStation) -> tuple[str, str]:
    cube = station.world.pose("first_cube")
    arm = "left" if cube.position[1] > 0 else "right"
    x, y, _ = cube.position
    axes = cube.rotation
    down = np.stack([axes[:, 0], -axes[:, 1], -axes[:, 2]], axis=1)
    for height_m, width_m, steps in ((0.14, 0.08, 14), (0.02, 0.08, 7), (0.02, 0.0, 6)):
        for _ in range(steps):
            _send(station, arm, Pose(np.array([x, y, height_m]), down), width_m)
    for _ in range(8):
        _send(station, arm, Pose(np.array([x, y, 0.25]), down), 0.0)
    assert station.world.pose("first_cube").position[2] > 0.2
    return arm, "first_cube"


def _send(station: SimulatedStation, arm: str, pose: Pose, width_m: float) -> None:
    station.step(Action({arm: ArmTarget(pose, width_m)}))


def _note_targets(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[ArmTarget]]:
    """Return a list that grows with every target an arm begins to follow, by arm."""
    executed: dict[str, list[ArmTarget]] = {}
    follow = SimulatedArm.follow

    def note(arm: SimulatedArm, data: mujoco.MjData, joints: FloatArray, target: ArmTarget) -> None:
        executed.setdefault(arm.name, []).append(target)
        follow(arm, data, joints, target)

    monkeypatch.setattr(SimulatedArm, "follow", note)
    return executed


def _raised(state: StationState, height_m: float = 0.03) -> Action:
    up = np.array([0.0, 0.0, height_m])
    return Action(
        {
            name: ArmTarget(Pose(arm.pose.position + up, arm.pose.rotation), 0.08)
            for name, arm in state.arms.items()
        }
    )


def _travel_m(first: StationState, second: StationState) -> float:
    return max(first.arms[n].pose.distance_m(second.arms[n].pose) for n in first.arms)
