"""The inference process, alone and behind its socket."""

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from lbm_studio.core.action import Action, ActionChunk
from lbm_studio.core.clock import ManualClock, MonotonicClock
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import CheckpointError, StationError, UntaughtGoalError
from lbm_studio.core.observation import ArmState, Observation, StationState
from lbm_studio.link.frames import FrameRing, Image, TickFrames
from lbm_studio.link.messages import Accepted, CheckGoal, Chunk, LoadPolicy, Predict, Refused
from lbm_studio.link.session import Session
from lbm_studio.policy.client import RemotePolicy
from lbm_studio.workers.inference import InferenceServer
from tests.core.stations import make_station
from tests.workers.processes import StandInStation, WorkerProcess, ask, make_tick

NOW_NS = 10_000_000_000
PERIOD_NS = 200_000_000
STATION = make_station("right")
STATE = (0.1, 0.2, 0.3, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.04)


class StandStill:
    """A policy that asks the arms to stay, and remembers what it was shown."""

    def __init__(self) -> None:
        self.seeds: list[int] = []
        self.seen: list[Observation] = []

    def start_session(self, seed: int) -> "StandStill":
        self.seeds.append(seed)
        return self

    def check_goal(self, goal: str) -> None:
        if goal == "make coffee":
            raise UntaughtGoalError(goal, ["stand still"])

    def predict(self, observation: Observation) -> ActionChunk:
        self.seen.append(observation)
        spec = STATION.embodiment.chunk
        actions = (observation.state.as_action(),) * spec.length
        return ActionChunk(actions, spec.past, observation.state.captured_ns, {})


class Pictures:
    """Pictures by capture time; the newest is the last."""

    def __init__(self, clock: ManualClock, *captured_ns: int, appear_ns: int = 0) -> None:
        self._clock = clock
        self._captured_ns = captured_ns
        self._appear_ns = appear_ns
        self.taken_ns: dict[str, int] = {}

    @property
    def newest_ns(self) -> int:
        return max(self._visible(), default=0)

    def read(self, number: int | None = None) -> TickFrames | None:
        return self.read_at(self.newest_ns)

    def read_at(self, captured_ns: int) -> TickFrames | None:
        if captured_ns not in self._visible():
            return None
        images = {
            c.name: np.zeros((c.height_px, c.width_px, 3), np.uint8)
            for c in STATION.embodiment.cameras
        }
        return TickFrames(0, captured_ns, images, self.taken_ns)

    def paired(self, newest: TickFrames) -> TickFrames:
        return newest

    def _visible(self) -> tuple[int, ...]:
        return self._captured_ns if self._clock.now_ns() >= self._appear_ns else ()


class Fixture:
    """A server with everything it needs, in one process."""

    def __init__(self, *captured_ns: int, appear_ns: int = 0) -> None:
        self.clock = ManualClock(NOW_NS)
        self.policy = StandStill()
        self.pictures = Pictures(self.clock, *captured_ns, appear_ns=appear_ns)
        self.server = InferenceServer(self._load, lambda: STATION, self.pictures, self.clock)

    def _load(self, checkpoint: Path, station: StationDescription) -> StandStill:
        if checkpoint.name == "broken":
            raise CheckpointError("The checkpoint is damaged.")
        return self.policy

    def load(self) -> "Fixture":
        assert self.server.handle(LoadPolicy(checkpoint="good")) == Accepted()
        return self


def predict(session: int = 1, captured_ns: int = NOW_NS, seed: int = 0) -> Predict:
    return Predict(
        number=9, session=session, captured_ns=captured_ns, state=STATE, goal="Lift it.", seed=seed
    )


def test_a_prediction_shows_the_state_the_prompt_and_the_pictures_of_its_tick() -> None:
    fixture = Fixture(NOW_NS - PERIOD_NS, NOW_NS).load()

    answer = fixture.server.handle(predict())

    assert isinstance(answer, Chunk)
    assert (answer.number, answer.session, answer.observed_ns) == (9, 1, NOW_NS)
    seen = fixture.policy.seen[0]
    assert seen.goal == "Lift it."
    assert {f.captured_ns for f in seen.frames.values()} == {NOW_NS}
    assert np.allclose(seen.state.as_vector(STATION.embodiment.arm_names), STATE)
    assert np.allclose(answer.actions[0], STATE)


def test_pictures_that_are_still_being_drawn_are_waited_for() -> None:
    fixture = Fixture(NOW_NS, appear_ns=NOW_NS + PERIOD_NS // 2).load()

    fixture.server.handle(predict())

    assert {f.captured_ns for f in fixture.policy.seen[0].frames.values()} == {NOW_NS}


def test_when_a_tick_is_not_drawn_the_newest_pictures_are_used_and_their_time_is_told() -> None:
    earlier = NOW_NS - PERIOD_NS
    fixture = Fixture(earlier).load()

    answer = fixture.server.handle(predict())

    assert isinstance(answer, Chunk)
    assert answer.observed_ns == earlier


def test_the_state_shown_is_the_one_measured_when_the_pictures_were_taken() -> None:
    fixture = Fixture(NOW_NS - PERIOD_NS // 4).load()
    before = tuple(np.array(STATE) - np.array([0.04, *([0.0] * 9)]))
    fixture.server.note(make_tick(0, captured_ns=NOW_NS - PERIOD_NS, vector=before, joints=()))

    fixture.server.handle(predict())

    seen = fixture.policy.seen[0].state
    assert seen.captured_ns == NOW_NS - PERIOD_NS // 4
    assert np.isclose(seen.arms["right"].pose.position[0], STATE[0] - 0.01)


@pytest.mark.parametrize(
    ("captured_ns", "sentence"),
    [((), "There are no camera pictures"), ((NOW_NS - 4 * PERIOD_NS,), r"pictures are 1.0 s old")],
    ids=["none", "too old"],
)
def test_a_policy_that_cannot_see_is_refused(captured_ns: tuple[int, ...], sentence: str) -> None:
    fixture = Fixture(*captured_ns).load()

    with pytest.raises(StationError, match=sentence):
        fixture.server.handle(predict())


def test_a_camera_that_has_fallen_silent_is_named() -> None:
    fixture = Fixture(NOW_NS).load()
    gone = STATION.embodiment.camera_names[0]
    fixture.pictures.taken_ns = {gone: NOW_NS - 3 * PERIOD_NS}

    with pytest.raises(StationError, match=rf"the camera “{gone}” is 0\.\d s old"):
        fixture.server.handle(predict())


def test_a_new_session_number_begins_a_new_session_with_its_seed() -> None:
    fixture = Fixture(NOW_NS).load()

    for session, seed in ((1, 5), (1, 5), (2, 6)):
        fixture.server.handle(predict(session, seed=seed))

    assert fixture.policy.seeds == [5, 6]


@pytest.mark.parametrize("question", [predict(), CheckGoal(goal="stand")], ids=["act", "check"])
def test_without_a_policy_nothing_can_be_asked(question: Predict | CheckGoal) -> None:
    with pytest.raises(StationError, match="No policy is loaded"):
        Fixture(NOW_NS).server.handle(question)


def test_a_goal_can_be_checked_before_anything_moves() -> None:
    server = Fixture().load().server

    assert server.handle(CheckGoal(goal="stand still, please")) == Accepted()
    with pytest.raises(UntaughtGoalError, match="never taught anything like “make coffee”"):
        server.handle(CheckGoal(goal="make coffee"))


def test_a_checkpoint_that_reads_any_word_refuses_what_it_was_never_taught(tmp_path: Path) -> None:
    # Imported here alone: the process below imports this module, and must not load the library.
    from lbm_studio.learning.model.config import TextKind
    from lbm_studio.learning.session import load_policy
    from tests.workers.checkpoints import save_raising_policy

    checkpoint = save_raising_policy(tmp_path, STATION.embodiment, "lift it", TextKind.MINILM)
    clock = ManualClock(NOW_NS)
    server = InferenceServer(load_policy, lambda: STATION, Pictures(clock, NOW_NS), clock)
    server.handle(LoadPolicy(checkpoint=str(checkpoint)))

    assert server.handle(CheckGoal(goal="please lift it up")) == Accepted()
    for question in (CheckGoal(goal="make coffee"), replace(predict(), goal="make coffee")):
        with pytest.raises(UntaughtGoalError, match="The nearest it knows: “lift it”"):
            server.handle(question)


def test_a_checkpoint_that_cannot_be_loaded_leaves_the_present_policy() -> None:
    fixture = Fixture(NOW_NS).load()

    with pytest.raises(CheckpointError):
        fixture.server.handle(LoadPolicy(checkpoint="broken"))

    assert isinstance(fixture.server.handle(predict()), Chunk)


def test_a_state_of_another_station_is_refused() -> None:
    fixture = Fixture(NOW_NS).load()
    request = Predict(number=0, session=0, captured_ns=NOW_NS, state=(1.0, 2.0), goal="")

    with pytest.raises(StationError, match="2 numbers; this station has 10"):
        fixture.server.handle(request)


PROCESS = """
import sys
from lbm_studio.core.errors import CheckpointError
from lbm_studio.workers.inference import main
from tests.workers.test_inference import StandStill

def load(checkpoint, station):
    if checkpoint.name == "broken" or "torch" in sys.modules:
        raise CheckpointError("The checkpoint is damaged.")
    return StandStill()

sys.exit(main(sys.argv[1:], load))
"""


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path)


def blank_pictures() -> dict[str, Image]:
    cameras = STATION.embodiment.cameras
    return {c.name: np.zeros((c.height_px, c.width_px, 3), np.uint8) for c in cameras}


def measured(captured_ns: int) -> StationState:
    targets = Action.from_vector(np.array(STATE), STATION.embodiment.arm_names).arms
    none = np.zeros(0)
    arms = {n: ArmState(t.pose, t.gripper_width_m, none, none) for n, t in targets.items()}
    return StationState(arms, captured_ns)


def test_a_remote_policy_acts_through_the_process(session: Session) -> None:
    now_ns = MonotonicClock().now_ns()
    arms = STATION.embodiment.arm_names
    with (
        StandInStation(session, STATION),
        WorkerProcess("inference", session, PROCESS),
        FrameRing.create(session.ring_name, STATION.embodiment.cameras) as ring,
        RemotePolicy(session.inference_commands, arms) as policy,
    ):
        ring.write(1, now_ns, blank_pictures())
        policy.load(session.folder)
        with pytest.raises(StationError, match="The checkpoint is damaged"):
            policy.load(session.folder / "broken")
        observation = Observation(measured(now_ns), {}, "Lift it.")
        chunk = policy.start_session(0).predict(observation)
        ring.unlink()

    assert len(chunk.actions) == STATION.embodiment.chunk.length
    assert np.allclose(chunk.actions[0].as_vector(arms), STATE)


def test_the_process_answers_before_a_library_is_loaded(
    session: Session,
) -> None:
    with StandInStation(session, STATION), WorkerProcess("inference", session):
        missing = LoadPolicy(checkpoint=str(session.folder / "nothing"))
        no_policy = ask(session.inference_commands, predict())
        no_checkpoint = ask(session.inference_commands, missing)

    assert no_policy == Refused(reason="No policy is loaded. Load a checkpoint first.")
    assert isinstance(no_checkpoint, Refused)
    assert "is not a checkpoint" in no_checkpoint.reason
