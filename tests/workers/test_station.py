"""The station process as it really runs: started, asked, stopped, hung, killed, started again."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lbm_studio.core.arm_health import ArmCondition, HardwareStop
from lbm_studio.core.clock import MonotonicClock
from lbm_studio.core.codec import from_json
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.shift import Shift
from lbm_studio.link.bus import HEALTH_TOPIC, TICK_TOPIC, Responder, Subscriber
from lbm_studio.link.inputs import TeleopInput
from lbm_studio.link.messages import (
    Accepted,
    Chunk,
    GoHome,
    Halt,
    Health,
    InferenceRequest,
    LoadScene,
    Message,
    Mode,
    Pause,
    Physics,
    Predict,
    Recover,
    ResetStop,
    Resume,
    SetGoal,
    SetSpeed,
    StartDemonstration,
    StartPolicy,
    StartTeleoperation,
    Tick,
)
from lbm_studio.link.session import Session
from lbm_studio.link.stop import ACKNOWLEDGE_WITHIN_S, StopOutcome, StopSupervisor
from tests.workers.live_station import PATIENCE_S, RUN_STATION, LiveStation, make_session

AT_REST_RAD = 0.005
MOVING_RAD = 0.03

WINDOW = """
import sys
from pathlib import Path
from lbm_studio.link.session import Session
from tests.workers.live_station import LiveStation

with LiveStation(Session(Path(sys.argv[1]))) as live:
    live.demonstrate()
    print("moving", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return make_session(tmp_path)


@pytest.fixture
def live(session: Session) -> Iterator[LiveStation]:
    with LiveStation(session) as station:
        yield station


def described(live: LiveStation) -> StationDescription:
    return from_json(StationDescription, json.loads(live.description.station))


def test_it_describes_itself_and_its_skills(live: LiveStation):
    assert described(live).name == "simulated"
    assert "put_cube_in_tray" in live.description.skills


def test_it_ticks_at_the_rate_of_its_embodiment_and_tells_the_renderer_the_same_moments(
    live: LiveStation,
):
    description = described(live)
    live.order(LoadScene(skill="put_cube_in_tray", seed=5, shifts=(Shift.CAMERAS,)))
    with Subscriber(live.session.station_events) as events:
        heard = [events.receive(5.0) for _ in range(26)]

    ticks = [message for message in heard if isinstance(message, Tick)]
    physics = {message.number: message for message in heard if isinstance(message, Physics)}
    periods_s = np.diff([tick.captured_ns for tick in ticks]) / 1e9
    assert np.median(periods_s) == pytest.approx(description.embodiment.chunk.period_s, rel=0.05)
    assert len(ticks[0].state) == description.embodiment.action_size
    assert (ticks[0].skill, ticks[0].seed) == ("put_cube_in_tray", 5)
    assert ticks[0].goal
    assert ticks[0].success is False
    pairs = [(tick, physics[tick.number]) for tick in ticks if tick.number in physics]
    assert len(pairs) >= 10
    assert all(tick.captured_ns == twin.captured_ns for tick, twin in pairs)
    assert all(twin.shifts == (Shift.CAMERAS,) for _, twin in pairs)


def test_a_demonstration_reaches_its_goal_and_finishes(live: LiveStation):
    live.demonstrate()

    ticks = live.ticks_until(lambda tick: tick.finished)

    assert ticks[-1].success
    assert ticks[-1].mode is Mode.IDLE
    assert all(len(tick.sent) == len(tick.state) for tick in ticks[:-1])


@pytest.mark.slow
def test_the_smaller_station_demonstrates_too(session: Session):
    command = (sys.executable, "-c", RUN_STATION, "--station", "simulated-single", "--session")
    with LiveStation(session, command) as live:
        live.demonstrate(live.description.skills[0])

        assert live.ticks_until(lambda tick: tick.finished)[-1].success


def test_a_stop_in_mid_motion_brings_the_arms_to_rest_and_latches(live: LiveStation):
    live.demonstrate()

    report = StopSupervisor(live.session).press("STOP window")

    assert report.outcome is StopOutcome.STOPPED
    tick = live.newest_tick()
    assert (tick.mode, tick.stop_reason) == (Mode.STOPPED, "Stopped by STOP window.")
    live.newest_tick()
    assert live.travel_rad(5) < AT_REST_RAD
    for request in (
        StartPolicy(goal="put the cube in the tray"),
        StartDemonstration(),
        StartTeleoperation(device="keyboard"),
        GoHome(),
        Resume(),
        LoadScene(skill="put_cube_in_tray", seed=1),
    ):
        assert live.refusal(request) == (
            "The station is stopped: Stopped by STOP window. Reset the stop first."
        )

    live.order(ResetStop())
    assert live.newest_tick().mode is Mode.IDLE
    assert live.travel_rad(5) < AT_REST_RAD

    live.order(GoHome())
    assert live.travel_rad(5) > MOVING_RAD


def test_requests_that_make_no_sense_are_refused_in_words(live: LiveStation):
    assert live.refusal(LoadScene(skill="juggle", seed=1)).startswith(
        "There is no skill called “juggle”. Choose one of: put_cube_in_tray"
    )
    assert "Lay out a scene first" in live.refusal(StartDemonstration())
    assert "needs a goal" in live.refusal(StartPolicy(goal="  "))
    assert "Choose one from 0.25 to 2" in live.refusal(StartPolicy(goal="x", speed=9.0))
    assert "no policy is running" in live.refusal(SetSpeed(speed=0.5))
    assert "nothing to pause" in live.refusal(Pause())
    assert "“mouse”. Choose one of: keyboard, gamepad" in live.refusal(
        StartTeleoperation(device="mouse")
    )
    assert "No gamepad is connected" in live.refusal(StartTeleoperation(device="gamepad"))
    live.demonstrate()
    assert "Halt them" in live.refusal(LoadScene(skill="put_cube_in_tray", seed=1))


def test_the_keyboard_moves_an_arm_while_its_dead_man_is_held(live: LiveStation):
    clock = MonotonicClock()
    start = live.newest_tick()
    live.order(StartTeleoperation(device="keyboard"))

    def push(*, enabled: bool) -> Tick:
        live.order(
            TeleopInput(
                arm="right",
                linear_m_s=(0.0, 0.0, 0.1),
                angular_rad_s=(0.0, 0.0, 0.0),
                gripper=None,
                enabled=enabled,
                sampled_ns=clock.now_ns(),
            )
        )
        return live.newest_tick()

    raised = [push(enabled=True) for _ in range(8)][-1]
    assert raised.mode is Mode.TELEOPERATION
    assert raised.state[2] - start.state[2] > 0.03

    push(enabled=False)
    push(enabled=False)
    resting = push(enabled=False)
    assert push(enabled=False).state[2] == pytest.approx(resting.state[2], abs=2e-3)


# --- a policy in another process --------------------------------------------------------------


class Inference:
    """Answers Predict with chunks that raise the first arm by a centimetre a step."""

    def __init__(self, session: Session, *, length: int, past: int) -> None:
        self.requests: list[Predict] = []
        self._session = session
        self._steps = range(1 - past, length + 1 - past)
        self._past = past
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="inference")

    def __enter__(self) -> "Inference":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _serve(self) -> None:
        with Responder(self._session.inference_commands, InferenceRequest) as responder:
            responder.serve(self._answer, self._done.is_set, interval_s=0.01)

    def _answer(self, request: Message) -> Message:
        assert isinstance(request, Predict)
        self.requests.append(request)
        actions = [list(request.state) for _ in self._steps]
        for action, step in zip(actions, self._steps, strict=True):
            action[2] += 0.01 * step
        return Chunk(
            number=request.number,
            session=request.session,
            observed_ns=request.captured_ns,
            past=self._past,
            actions=tuple(tuple(action) for action in actions),
            intent={"scene_left_0": (0.5, 0.5, 1.0, 0.2, 0.2, 0.0)},
            seconds=0.0,
        )


def test_a_policy_in_another_process_moves_the_arms_pauses_and_ends(live: LiveStation):
    description = described(live)
    chunk = description.embodiment.chunk
    with Inference(live.session, length=chunk.length, past=chunk.past) as inference:
        live.order(StartPolicy(goal="raise your hand", speed=0.5))
        ticks = live.ticks_until(lambda tick: tick.state[2] > 0.45)
        assert ticks[-1].mode is Mode.POLICY
        assert "scene_left_0" in ticks[-1].intent
        assert inference.requests[-1].goal == "raise your hand"

        live.order(Pause())
        live.newest_tick()
        assert live.travel_rad(3) < AT_REST_RAD
        live.order(Resume())
        live.order(SetGoal(goal="raise it further"))
        live.order(SetSpeed(speed=1.0))
        asked = len(inference.requests)
        live.ticks_until(lambda _: len(inference.requests) > asked + 1)
        assert inference.requests[-1].goal == "raise it further"

        live.order(Halt())
        assert live.newest_tick().mode is Mode.IDLE


@pytest.mark.slow
def test_a_policy_process_that_dies_ends_in_a_stop_with_a_reason(live: LiveStation):
    description = described(live)
    chunk = description.embodiment.chunk
    with Inference(live.session, length=chunk.length, past=chunk.past):
        live.order(StartPolicy(goal="raise your hand", speed=0.5))
        live.ticks_until(lambda tick: bool(tick.sent))

    ticks = live.ticks_until(lambda tick: tick.mode is Mode.STOPPED)

    assert ticks[-1].stop_reason.startswith("The policy has stopped answering")
    live.order(ResetStop())


# --- when things hang -------------------------------------------------------------------------


def test_a_frozen_window_neither_delays_the_stop_nor_goes_unnoticed(session: Session):
    with (
        subprocess.Popen(
            [sys.executable, "-c", WINDOW, str(session.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as window,
        Subscriber(session.station_events, TICK_TOPIC) as ticks,
    ):
        assert window.stdout
        assert window.stdout.readline() == "moving\n"
        os.kill(window.pid, signal.SIGSTOP)
        os.waitpid(window.pid, os.WUNTRACED)
        report = StopSupervisor(session).press("gamepad")
        ticks.latest()
        stopped = ticks.receive(5.0)
        after = [ticks.receive(5.0) for _ in range(5)]
        os.kill(window.pid, signal.SIGCONT)
        window.communicate("")

    assert report.outcome is StopOutcome.STOPPED
    assert isinstance(stopped, Tick)
    assert stopped.stop_reason == "Stopped by gamepad."
    joints = np.array([tick.joints for tick in after if isinstance(tick, Tick)])
    assert np.ptp(joints, axis=0).max() < AT_REST_RAD


def test_without_heartbeats_moving_arms_stop_by_themselves(live: LiveStation):
    live.demonstrate()

    live.is_beating = False
    ticks = live.ticks_until(lambda tick: tick.mode is Mode.STOPPED)

    assert ticks[-1].stop_reason.startswith("The window has stopped answering")
    assert "The window does not answer" in live.refusal(ResetStop())
    live.is_beating = True
    live.ask_until(ResetStop(), Accepted)
    live.newest_tick()
    assert live.travel_rad(3) < AT_REST_RAD


def test_a_stop_is_obeyed_while_the_control_loop_hangs(session: Session):
    command = (sys.executable, "-m", "tests.workers.hanging_station")
    with LiveStation(session, command) as live:
        live.order(GoHome())
        live.ticks_until(lambda tick: bool(tick.sent))
        (session.folder / "hang").touch()
        while (session.folder / "hanging").exists() is False:
            assert live.process.poll() is None

        report = StopSupervisor(session).press("Esc")
        (session.folder / "hang").unlink()
        tick = live.ticks_until(lambda tick: tick.mode is Mode.STOPPED)[-1]

        assert report.outcome is StopOutcome.STOPPED
        assert report.after_s < ACKNOWLEDGE_WITHIN_S
        assert tick.sent == ()
        assert live.tick().state == live.tick().state
        assert "The station is stopped" in live.refusal(GoHome())


def test_a_loop_that_fails_again_and_again_stops_once_and_says_why_once(session: Session):
    command = (sys.executable, "-m", "tests.workers.failing_station")
    with LiveStation(session, command) as live:
        live.order(GoHome())
        live.ticks_until(lambda tick: bool(tick.sent))

        (session.folder / "fail").touch()
        tick = live.ticks_until(lambda tick: tick.mode is Mode.STOPPED)[-1]
        live.newest_tick()
        stops = (session.folder / "stops").read_text()
        for _ in range(5):
            live.newest_tick()

        assert tick.stop_reason == "The control loop failed: a bearing broke."
        assert (session.folder / "stops").read_text() == stops
        assert (session.folder / "station.log").read_text().count("Traceback") == 1
        (session.folder / "fail").unlink()
        live.order(ResetStop())
        assert live.newest_tick().mode is Mode.IDLE


@pytest.mark.slow
def test_a_station_that_does_not_react_at_all_is_killed_and_can_be_started_again(
    session: Session, caplog: pytest.LogCaptureFixture
):
    with LiveStation(session) as live:
        live.demonstrate()
        os.kill(live.process.pid, signal.SIGSTOP)
        os.waitpid(live.process.pid, os.WUNTRACED)

        report = StopSupervisor(session).press("STOP window")

        assert report.outcome is StopOutcome.KILLED
        assert live.process.wait() == -signal.SIGKILL
        assert "was killed" in caplog.text

    with LiveStation(session) as live:
        live.demonstrate()
        assert live.newest_tick().mode is Mode.DEMONSTRATION


def test_it_ends_in_order_even_while_the_arms_move(session: Session):
    with LiveStation(session) as live:
        live.demonstrate()

        live.process.terminate()

        assert live.process.wait(5.0) == 0
        assert not session.stop_file.exists()
        assert not session.is_running("station")


def test_the_arms_say_how_they_are_and_simulated_ones_need_no_recovery(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    with (
        LiveStation(session) as live,
        Subscriber(session.station_events, HEALTH_TOPIC) as told,
    ):
        health = told.receive(PATIENCE_S)
        assert isinstance(health, Health)
        assert [arm.name for arm in health.arms] == ["right", "left"]
        assert {arm.condition for arm in health.arms} == {ArmCondition.READY}
        assert health.hardware_stop is HardwareStop.UNKNOWN
        assert "nothing to be recovered from" in live.refusal(Recover())
