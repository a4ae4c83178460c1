"""A learned policy on a live station: station, renderer and inference as they really run."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from lbm_studio.core.clock import seconds_between
from lbm_studio.core.embodiment import SafetyCard
from lbm_studio.link.bus import FRAMES_TOPIC, Subscriber
from lbm_studio.link.messages import (
    Accepted,
    Halt,
    LoadPolicy,
    LoadScene,
    Mode,
    Pause,
    ResetStop,
    Resume,
    SetSpeed,
    StartPolicy,
    Tick,
)
from lbm_studio.link.stop import StopOutcome, StopSupervisor
from lbm_studio.station.simulation.embodiments import find_station
from tests.workers.checkpoints import RISE_M, save_raising_policy
from tests.workers.live_station import LiveStation, make_session
from tests.workers.processes import PATIENCE_S, WorkerProcess, ask

STATION = find_station("simulated")
CHUNK = STATION.embodiment.chunk
AT_REST_RAD = 0.005
LITTLE_M = 0.03
HEIGHT = 2
"""Where the height of the first arm's hand stands in state and action vectors."""


class PolicyStation:
    """The live processes of one station, and a checkpoint for it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.session = make_session(folder)
        self.live = stack.enter_context(LiveStation(self.session))
        stack.enter_context(WorkerProcess("renderer", self.session))
        self.inference = stack.enter_context(WorkerProcess("inference", self.session))
        self.lay_out()
        self.checkpoint = save_raising_policy(folder / "run", STATION.embodiment, self.goal)
        self._await_pictures()
        self.load_policy()

    def load_policy(self) -> None:
        request = LoadPolicy(checkpoint=str(self.checkpoint))
        assert ask(self.session.inference_commands, request) == Accepted()

    def lay_out(self, seed: int = 3) -> None:
        """Bring everything to rest, the arms home, and a fresh scene before them."""
        self.live.order(ResetStop())
        self.live.order(Halt())
        self.live.order(LoadScene(skill="put_cube_in_tray", seed=seed))
        self.goal = self.live.newest_tick().goal

    def start(self) -> list[Tick]:
        """Start the policy; return the ticks until the hands have risen a little."""
        self.live.order(StartPolicy(goal=self.goal))
        return self.rise()

    def rise(self) -> list[Tick]:
        start_m = self.live.newest_tick().state[HEIGHT]
        ticks = self.live.ticks_until(
            lambda tick: tick.state[HEIGHT] > start_m + LITTLE_M or tick.mode is Mode.STOPPED
        )
        assert ticks[-1].stop_reason == ""
        return ticks

    def climb_m(self, ticks: int) -> float:
        """Return by how much the hand is sent up a control period [m], typically."""
        sent = [tick.sent for tick in (self.live.newest_tick() for _ in range(ticks)) if tick.sent]
        return float(np.median(np.diff([vector[HEIGHT] for vector in sent])))

    def _await_pictures(self) -> None:
        with Subscriber(self.session.frame_events, FRAMES_TOPIC) as frames:
            assert frames.receive(PATIENCE_S)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicyStation]:
    with ExitStack() as stack:
        yield PolicyStation(tmp_path_factory.mktemp("live"), stack)


@pytest.fixture
def station(running: PolicyStation) -> PolicyStation:
    running.lay_out()
    return running


def test_its_chunks_move_the_arms_and_show_what_it_looks_at(station: PolicyStation) -> None:
    ticks = station.start()

    acting = [tick for tick in ticks if tick.sent]
    assert len(acting) >= LITTLE_M / RISE_M / 2
    for tick in acting:
        assert (tick.mode, tick.goal) == (Mode.POLICY, station.goal)
        assert len(tick.sent) == STATION.embodiment.action_size
        assert set(tick.intent) == set(STATION.embodiment.camera_names)
        assert not any("gripper" in limit for limit in tick.clamped)


@pytest.mark.slow
def test_it_pauses_goes_on_and_plays_at_another_speed(station: PolicyStation) -> None:
    station.start()
    full_m = station.climb_m(CHUNK.length)

    station.live.order(Pause())
    assert station.live.newest_tick().mode is Mode.PAUSED
    station.live.newest_tick()
    assert station.live.travel_rad(3) < AT_REST_RAD

    station.live.order(Resume())
    station.live.order(SetSpeed(speed=0.5))
    assert station.rise()[-1].mode is Mode.POLICY
    assert station.climb_m(CHUNK.length) == pytest.approx(full_m / 2, rel=0.4)

    station.live.order(Halt())
    assert station.live.newest_tick().mode is Mode.IDLE


def test_a_stop_in_mid_motion_latches_and_the_policy_is_refused(station: PolicyStation) -> None:
    station.start()

    report = StopSupervisor(station.session).press("STOP window")

    assert report.outcome is StopOutcome.STOPPED
    tick = station.live.newest_tick()
    assert (tick.mode, tick.stop_reason) == (Mode.STOPPED, "Stopped by STOP window.")
    station.live.newest_tick()
    assert station.live.travel_rad(5) < AT_REST_RAD
    assert station.live.refusal(StartPolicy(goal=station.goal)) == (
        "The station is stopped: Stopped by STOP window. Reset the stop first."
    )

    station.live.order(ResetStop())
    assert station.live.travel_rad(3) < AT_REST_RAD
    station.start()


@pytest.mark.slow
def test_when_inference_is_killed_the_arms_hold_the_station_stops_and_can_go_on(
    station: PolicyStation,
) -> None:
    """Comes last: it leaves the station without a policy."""
    station.start()

    station.inference.kill()
    ticks = station.live.ticks_until(lambda tick: tick.mode is Mode.STOPPED)

    last = max(number for number, tick in enumerate(ticks) if tick.sent)
    waited_s = seconds_between(ticks[last].captured_ns, ticks[-1].captured_ns)
    assert ticks[-1].stop_reason.startswith("The policy has stopped answering")
    assert all(tick.mode is Mode.POLICY for tick in ticks[last:-1])
    assert waited_s < SafetyCard().policy_stop_s + 3 * CHUNK.period_s
    assert last < CHUNK.length
    station.live.newest_tick()
    assert station.live.travel_rad(3) < AT_REST_RAD

    with WorkerProcess("inference", station.session):
        station.lay_out()
        station.load_policy()
        station.start()
