"""A link between two sessions over real, encrypted sockets: each side finds what it would have."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lbm_studio.core.clock import MonotonicClock
from lbm_studio.core.errors import StationError, StudioError
from lbm_studio.link.bus import (
    FRAMES_TOPIC,
    TICK_TOPIC,
    AsyncRequester,
    Requester,
    Responder,
    Subscriber,
)
from lbm_studio.link.frames import FrameReader, FrameRing
from lbm_studio.link.inputs import TeleopInput
from lbm_studio.link.messages import (
    Accepted,
    Chunk,
    Describe,
    Description,
    FramesReady,
    Heartbeat,
    InferenceRequest,
    LoadScene,
    Message,
    Predict,
    ResetStop,
    SetGoal,
    Tick,
)
from lbm_studio.link.remote import station_end, window_end
from lbm_studio.link.remote.keys import KeyRing, PairedWorkstation
from lbm_studio.link.remote.station_end import StationEnd
from lbm_studio.link.remote.window_end import WindowEnd
from lbm_studio.link.remote_stop import RemoteStopAddress
from lbm_studio.link.session import Session
from lbm_studio.link.stop import Press, StopOutcome, StopReceiver, StopSupervisor
from tests.core.stations import make_station
from tests.link.remote.linked import Linked, pair
from tests.workers.processes import make_tick

ANYWHERE = "0.0.0.0"
PATIENCE_S = 100.0
HOUR_NS = 3_600_000_000_000
TOLERANCE_NS = 5_000_000_000
"""How wrong an offset may be on a machine that is kept very busy [ns]."""

DESCRIPTION = make_station("left", "right")


@pytest.fixture
def linked(tmp_path: Path) -> Iterator[Linked]:
    with Linked(tmp_path, DESCRIPTION, ahead_ns=HOUR_NS) as linked:
        yield linked


@pytest.fixture
def in_step(tmp_path: Path) -> Iterator[Linked]:
    """A link between machines with one clock, which requests made here keep to."""
    with Linked(tmp_path, DESCRIPTION) as linked:
        yield linked


def publish_until(linked: Linked, ticks: Subscriber, captured_ns: int) -> Tick:
    """Publish a tick until it has arrived: a subscription takes its time."""
    arrived: list[Message] = []

    def look() -> bool:
        tick = make_tick(4, captured_ns=captured_ns, vector=[1.0], joints=[2.0])
        linked.station.events.publish(TICK_TOPIC, tick)
        if (heard := ticks.receive()) is not None:
            arrived.append(heard)
        return bool(arrived)

    linked.wait_for(look)
    tick = arrived[0]
    assert isinstance(tick, Tick)
    return tick


def test_requests_arrive_and_each_asker_gets_its_own_answer(linked: Linked):
    with (
        Requester(linked.near.station_commands) as window,
        Requester(linked.near.station_commands) as other,
    ):
        described = window.ask_for(Description, Describe(), PATIENCE_S)
        for number in range(5):
            assert window.ask(SetGoal(goal=f"{number}"), PATIENCE_S) == Accepted()
        assert other.ask(LoadScene(skill="lift", seed=3), PATIENCE_S) == Accepted()

    assert "Bench" in described.station
    assert linked.station.orders() == [
        *(SetGoal(goal=f"{number}") for number in range(5)),
        LoadScene(skill="lift", seed=3),
    ]


def test_moments_are_told_by_the_clock_of_whoever_hears_them(linked: Linked):
    now_ns = MonotonicClock().now_ns()
    reading = TeleopInput(
        arm="left",
        linear_m_s=(0.1, 0.0, 0.0),
        angular_rad_s=(0.0, 0.0, 0.0),
        gripper=None,
        enabled=True,
        sampled_ns=now_ns,
    )
    with (
        Requester(linked.near.station_commands) as window,
        Subscriber(linked.near.station_events, TICK_TOPIC) as ticks,
    ):
        window.ask(ResetStop(decided_ns=now_ns), PATIENCE_S)
        window.ask(reading, PATIENCE_S)
        tick = publish_until(linked, ticks, now_ns + HOUR_NS)

    reset, heard = linked.station.orders()
    assert isinstance(reset, ResetStop)
    assert isinstance(heard, TeleopInput)
    assert reset.decided_ns is not None
    assert abs(reset.decided_ns - now_ns - HOUR_NS) < TOLERANCE_NS
    assert abs(heard.sampled_ns - now_ns - HOUR_NS) < TOLERANCE_NS
    assert abs(tick.captured_ns - now_ns) < TOLERANCE_NS
    assert tick.state == (1.0,)


def test_pictures_arrive_with_the_time_of_their_tick(tmp_path: Path):
    cameras = DESCRIPTION.embodiment.cameras
    images = {c.name: np.full((c.height_px, c.width_px, 3), 90, np.uint8) for c in cameras}
    with (
        Linked(tmp_path, DESCRIPTION, ahead_ns=HOUR_NS, with_pictures=True) as linked,
        FrameRing.create(linked.far.ring_name, cameras) as ring,
        FrameReader(linked.near.ring_name) as reader,
        Subscriber(linked.near.station_events, TICK_TOPIC) as ticks,
        Subscriber(linked.near.frame_events, FRAMES_TOPIC) as news,
    ):
        captured_ns = linked.far_clock.now_ns()
        tick = publish_until(linked, ticks, captured_ns)
        slot = ring.write(4, captured_ns, images)
        ready = FramesReady(number=4, captured_ns=captured_ns, slot=slot, seconds=0.01)
        heard: list[Message] = []

        def look() -> bool:
            linked.station.frames.publish(FRAMES_TOPIC, ready)
            heard.extend(message for message in [news.receive()] if message)
            return bool(heard)

        linked.wait_for(look)
        frames = reader.read_at(tick.captured_ns)
        ring.unlink()

    assert isinstance(heard[0], FramesReady)
    assert heard[0].captured_ns == tick.captured_ns
    assert frames is not None
    assert frames.images.keys() == images.keys()
    assert all(abs(int(image.mean()) - 90) < 2 for image in frames.images.values())


def test_a_policy_here_is_asked_from_there_about_the_pictures_of_the_tick(in_step: Linked):
    linked, asked = in_step, list[Predict]()
    captured_ns = linked.far_clock.now_ns()

    def predict(request: Message) -> Message:
        assert isinstance(request, Predict)
        asked.append(request)
        return Chunk(
            number=request.number,
            session=request.session,
            observed_ns=request.captured_ns,
            past=1,
            actions=(),
            intent={},
            seconds=0.1,
        )

    is_over = threading.Event()
    with (
        Responder(linked.near.inference_commands, InferenceRequest) as policy,
        AsyncRequester(linked.far.inference_commands) as station,
        Subscriber(linked.near.station_events, TICK_TOPIC) as ticks,
    ):
        serving = threading.Thread(target=policy.serve, args=(predict, is_over.is_set, 0.02))
        serving.start()
        tick = publish_until(linked, ticks, captured_ns)
        request = Predict(number=9, session=1, captured_ns=captured_ns, state=(), goal="Lift it.")
        assert station.wait_until_connected(PATIENCE_S)
        assert station.send(request, PATIENCE_S) is not None
        answer = station.poll(PATIENCE_S)
        is_over.set()
        serving.join()

    assert answer
    assert isinstance(answer[1], Chunk)
    assert answer[1].observed_ns == captured_ns
    assert asked[0].captured_ns == tick.captured_ns


def test_a_stop_here_stops_the_station_there_and_names_who_pressed_where(
    linked: Linked, caplog: pytest.LogCaptureFixture
):
    presses: list[Press] = []
    linked.wait_for(lambda: RemoteStopAddress.read(linked.near.stop_file))
    with StopReceiver(linked.far.stop_file, presses.append):
        report = StopSupervisor(linked.near).press("STOP window")

    assert report.outcome is StopOutcome.STOPPED
    assert [press.source for press in presses] == ["STOP window on desk"]
    assert "Stop by STOP window on desk: stopped" in caplog.text


def test_without_a_station_process_there_that_is_what_is_said(
    linked: Linked, caplog: pytest.LogCaptureFixture
):
    linked.wait_for(lambda: RemoteStopAddress.read(linked.near.stop_file))

    assert StopSupervisor(linked.near).press("Esc").outcome is StopOutcome.NOT_RUNNING
    assert "not running" in caplog.text


def test_a_request_that_nobody_waits_for_any_longer_is_not_carried_out(
    in_step: Linked, caplog: pytest.LogCaptureFixture
):
    with AsyncRequester(in_step.near.station_commands) as line:
        assert line.wait_until_connected(PATIENCE_S)
        line.send(Heartbeat(sent_ns=0), valid_s=-5.0)
        line.send(SetGoal(goal="later"), PATIENCE_S)
        assert line.poll(PATIENCE_S)

    assert in_step.station.orders() == [SetGoal(goal="later")]
    assert "nobody waits" in caplog.text


def test_heartbeats_cross_the_link_and_none_is_made_up_once_it_is_lost(in_step: Linked):
    sent: list[int] = []
    with AsyncRequester(in_step.near.station_commands) as window:

        def beat() -> None:
            sent.append(MonotonicClock().now_ns())
            window.send(Heartbeat(sent_ns=sent[-1]), PATIENCE_S)

        in_step.wait_for(lambda: beat() or len(in_step.station.orders()) > 3)
        in_step.cut()
        sent_before = len(sent)
        for _ in range(20):
            beat()
            in_step.look()

    assert all(isinstance(order, Heartbeat) for order in in_step.station.orders())
    assert len(in_step.station.orders()) <= sent_before


def test_while_one_workstation_uses_the_station_another_is_told_who(linked: Linked, tmp_path: Path):
    keys = KeyRing(tmp_path / "other-keys")
    linked.far_keys.add(PairedWorkstation("other", keys.own().public))
    other = WindowEnd(Session(tmp_path / "o"), linked.address, keys.own())

    try:
        with pytest.raises(StationError, match="The station “lab” is in use by “desk”"):
            other.serve(lambda: False, interval_s=0.02)
    finally:
        other.close()
    assert linked.window_end.is_connected


def test_a_machine_that_is_forgotten_is_let_in_no_more(
    linked: Linked,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    monkeypatch.setattr(window_end, "GIVE_UP_AFTER_S", 0.5)  # of the other end that tries again
    monkeypatch.setattr(window_end, "SILENT_AFTER_S", 0.5)
    linked.far_keys.forget("desk")

    linked.wait_for(lambda: not linked.window_end.is_connected)
    again = WindowEnd(Session(tmp_path / "a"), linked.address, linked.near_keys.own())
    try:
        with pytest.raises(StationError, match="does not let this machine in"):
            again.serve(lambda: False, interval_s=0.02)
    finally:
        again.close()
    assert "is lost" in caplog.text


def test_a_link_too_slow_to_compare_clocks_is_refused(
    linked: Linked,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    linked.cut()
    monkeypatch.setattr(window_end, "TOO_SLOW_S", 0.0)
    monkeypatch.setattr(window_end, "PING_EVERY_S", 0.01)
    monkeypatch.setattr(window_end, "BUSY_FOR_S", PATIENCE_S)
    monkeypatch.setattr(station_end, "LEASE_S", 0.2)
    slow = WindowEnd(Session(tmp_path / "a"), linked.address, linked.near_keys.own())

    try:
        with pytest.raises(StationError, match="too slow to compare the clocks"):
            slow.serve(lambda: False, interval_s=0.02)
    finally:
        slow.close()
    assert "is lost" in caplog.text


def test_a_station_is_not_offered_to_a_network_where_nobody_is_paired(tmp_path: Path):
    session, keys = Session(tmp_path / "s"), KeyRing(tmp_path / "keys")

    with pytest.raises(StudioError, match="No workstation is paired"):
        StationEnd(session, keys, ANYWHERE, 0)

    far_keys, _ = pair(tmp_path)
    StationEnd(session, far_keys, ANYWHERE, 0).close()


def test_the_stop_of_a_link_goes_with_it(tmp_path: Path):
    with Linked(tmp_path, DESCRIPTION) as linked:
        linked.wait_for(linked.near.stop_file.exists)

    assert not linked.near.stop_file.exists()
