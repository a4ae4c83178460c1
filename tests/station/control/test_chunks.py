"""Which step of which chunk is sent when: on time, late, never, faster and slower."""

import numpy as np
import pytest

from lbm_studio.core.action import Action, ActionChunk, ArmTarget
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND
from lbm_studio.core.embodiment import ChunkSpec
from lbm_studio.core.errors import StudioError
from lbm_studio.core.pose import Pose
from lbm_studio.station.control.chunks import ChunkSchedule, Supply, action_at

SPECS = [ChunkSpec(16, 1, 8, 10.0), ChunkSpec(8, 1, 4, 5.0), ChunkSpec(48, 1, 24, 30.0)]
SPEC = SPECS[0]


def make_chunk(spec: ChunkSpec, observed_ns: int, first_m: float) -> ActionChunk:
    """Return a chunk whose step ``past + k`` is at x = first + k [m]."""
    actions = tuple(
        Action({"right": ArmTarget(Pose(np.array([first_m + k, 0.0, 0.0]), np.eye(3)), 0.0)})
        for k in range(-spec.past, spec.length - spec.past)
    )
    return ActionChunk(actions, spec.past, observed_ns, {})


class Player:
    """Runs a schedule against a policy that answers ``latency`` periods after it was asked.

    The policy always wants to be at x = steps played since the beginning, so any skip or repetition
    shows.
    """

    def __init__(self, spec: ChunkSpec, *, latency: int, speed: float = 1.0) -> None:
        self.schedule = ChunkSchedule(spec, speed=speed)
        self.period_ns = round(spec.period_s * NANOSECONDS_PER_SECOND)
        self.latency = latency
        self.asked_at: list[int] = []
        self.sent: list[float | None] = []
        self.supplies: list[Supply] = []
        self._spec = spec
        self._due: tuple[int, ActionChunk] | None = None

    @property
    def number(self) -> int:
        return len(self.sent)

    def tick(self) -> None:
        now_ns = 1_000 + self.number * self.period_ns
        self.schedule.observe(now_ns)
        self._answer(now_ns)
        if self.schedule.wants_chunk():
            self.schedule.asked(now_ns)
            self.asked_at.append(self.number)
            at_m = max((x for x in self.sent if x is not None), default=-1.0) + 1.0
            chunk = make_chunk(self._spec, now_ns, at_m)
            self._due = (self.number + self.latency, chunk)
            self._answer(now_ns)
        action = self.schedule.next_action(now_ns)
        self.sent.append(None if action is None else float(action.arms["right"].pose.position[0]))
        self.supplies.append(self.schedule.supply(now_ns))

    def run(self, ticks: int) -> None:
        for _ in range(ticks):
            self.tick()

    def _answer(self, now_ns: int) -> None:
        if self._due is not None and self._due[0] <= self.number:
            self.schedule.accept(self._due[1], now_ns)
            self._due = None


@pytest.mark.parametrize("spec", SPECS)
def test_an_instant_policy_is_asked_every_execute_steps_and_starts_at_past(spec: ChunkSpec):
    player = Player(spec, latency=0)

    player.run(3 * spec.execute)

    assert player.sent == [float(k) for k in range(3 * spec.execute)]
    assert player.asked_at == [0, spec.execute, 2 * spec.execute]


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("latency", [1, 2])
def test_a_slow_policy_is_asked_early_enough_that_no_step_is_missed(spec: ChunkSpec, latency: int):
    player = Player(spec, latency=latency)

    player.run(6 * spec.execute)

    moved = [x for x in player.sent if x is not None]
    assert player.sent[:latency] == [None] * latency
    assert None not in player.sent[latency:]
    assert moved == [float(k) for k in range(len(moved))]
    gaps = np.diff(player.asked_at)
    assert (gaps[2:] == spec.execute).all()


def test_the_steps_that_passed_while_a_chunk_was_late_are_skipped():
    schedule = ChunkSchedule(SPEC)
    first = make_chunk(SPEC, 0, 0.0)
    schedule.observe(0)
    schedule.accept(first, 0)
    for k in range(10):  # two steps longer than planned
        schedule.observe(k * 100_000_000)
        schedule.next_action(k * 100_000_000)
    second = make_chunk(SPEC, 700_000_000, 100.0)  # observed when seven steps had been played

    schedule.accept(second, 1_000_000_000)
    action = schedule.next_action(1_000_000_000)

    assert action
    assert action.arms["right"].pose.position[0] == pytest.approx(100.0 + 3)


def test_an_observation_between_two_periods_counts_in_fractions():
    schedule = ChunkSchedule(SPEC)
    schedule.observe(0)
    schedule.accept(make_chunk(SPEC, 0, 0.0), 0)
    for k in range(8):
        schedule.observe(k * 100_000_000)
        schedule.next_action(k * 100_000_000)
    schedule.observe(800_000_000)

    schedule.accept(make_chunk(SPEC, 650_000_000, 100.0), 800_000_000)
    action = schedule.next_action(800_000_000)

    assert action
    assert action.arms["right"].pose.position[0] == pytest.approx(101.5)


def test_nothing_has_passed_while_the_arms_waited_for_the_first_chunk():
    player = Player(SPEC, latency=7)

    player.run(9)

    assert player.sent == [None] * 7 + [0.0, 1.0]


def test_a_missing_chunk_is_bridged_for_a_quarter_of_a_second_then_held_then_stale():
    player = Player(SPEC, latency=0)
    player.run(SPEC.execute)
    player.latency = 1_000

    player.run(14)

    after = player.sent[SPEC.execute :]
    assert after[:3] == [8.0, 9.0, 10.0]
    assert after[3:] == [None] * 11
    supplies = player.supplies[SPEC.execute :]
    assert supplies[:3] == [Supply.FRESH] * 3
    assert supplies[3:11] == [Supply.HOLDING] * 8
    assert supplies[11] is Supply.STALE


def test_a_chunk_that_ends_before_its_successor_comes_is_held_at_its_last_step():
    spec = ChunkSpec(9, 0, 8, 10.0)
    player = Player(spec, latency=0)
    player.run(spec.execute)
    player.latency = 1_000

    player.run(3)

    assert player.sent[spec.execute :] == [8.0, None, None]


def test_a_late_chunk_after_a_hold_goes_on_without_a_jump():
    player = Player(SPEC, latency=0)
    player.run(SPEC.execute)
    player.latency = 6

    player.run(10)

    moved = [x for x in player.sent if x is not None]
    assert moved == [float(k) for k in range(len(moved))]
    assert player.supplies[-1] is Supply.FRESH


def test_the_first_chunk_may_take_long_but_not_for_ever():
    player = Player(SPEC, latency=1_000)

    player.run(100)
    assert Supply.STALE not in player.supplies

    player.run(3)
    assert player.supplies[-1] is Supply.STALE


@pytest.mark.parametrize("speed", [0.25, 0.5, 0.7, 1.5, 2.0])
def test_speed_retimes_the_path_without_leaving_it(speed: float):
    schedule = ChunkSchedule(SPEC, speed=speed)
    schedule.observe(0)
    schedule.accept(make_chunk(SPEC, 0, 0.0), 0)

    positions = []
    for k in range(4):
        action = schedule.next_action(k * 100_000_000)
        assert action
        positions.append(float(action.arms["right"].pose.position[0]))

    assert positions == pytest.approx([(k + 1) * speed - 1 for k in range(4)])


@pytest.mark.parametrize("speed", [0.25, 0.3, 0.7, 1.0, 1.7, 2.0])
@pytest.mark.parametrize("spec", SPECS)
def test_at_any_speed_a_chunk_lasts_its_executed_steps(spec: ChunkSpec, speed: float):
    player = Player(spec, latency=0, speed=speed)

    player.run(200)

    assert None not in player.sent
    expected = int(np.ceil(spec.execute / speed - 1e-6))
    assert set(np.diff(player.asked_at)) == {expected}


@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_at_any_speed_a_slow_policy_is_asked_early_enough(speed: float):
    player = Player(SPEC, latency=2, speed=speed)

    player.run(60)

    assert None not in player.sent[2:]


@pytest.mark.parametrize("speed", [0.0, 0.24, 2.1, -1.0, float("nan")])
def test_other_speeds_are_refused_in_words(speed: float):
    with pytest.raises(StudioError, match=r"Choose one from 0\.25 to 2\."):
        ChunkSchedule(SPEC, speed=speed)


def test_a_chunk_longer_than_it_may_be_played_never_stalls_the_schedule():
    spec = ChunkSpec(4, 1, 8, 10.0)  # asks for more steps than the chunk has
    player = Player(spec, latency=0)

    player.run(12)

    assert player.sent == [float(k) for k in range(12)]


def test_after_clear_the_next_chunk_is_a_first_one():
    player = Player(SPEC, latency=0)
    player.run(3)

    player.schedule.clear()

    assert not player.schedule.has_begun
    assert player.schedule.wants_chunk()


def test_interpolation_turns_and_opens_in_proportion():
    quarter = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    start = Action({"left": ArmTarget(Pose(np.zeros(3), np.eye(3)), 0.0)})
    end = Action({"left": ArmTarget(Pose(np.ones(3), quarter), 0.08)})
    chunk = ActionChunk((start, end), 0, 0, {})

    middle = action_at(chunk, 0.5).arms["left"]

    assert middle.pose.position == pytest.approx(0.5)
    assert middle.pose.angle_rad(start.arms["left"].pose) == pytest.approx(np.pi / 4)
    assert middle.gripper_width_m == pytest.approx(0.04)
    assert action_at(chunk, -1.0) is start
    assert action_at(chunk, 9.0) is end
