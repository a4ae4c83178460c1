import json

import numpy as np
import pytest

from lbm_studio.app.cameras import stale_reason
from lbm_studio.app.live import LiveStation, RateMeter
from lbm_studio.core.arm_health import ArmHealth, HardwareStop
from lbm_studio.core.clock import MonotonicClock
from lbm_studio.core.codec import to_json
from lbm_studio.core.hands_free import TakeAction
from lbm_studio.core.teleoperation import DeviceStatus
from lbm_studio.link.bus import (
    DEVICES_TOPIC,
    FRAMES_TOPIC,
    HEALTH_TOPIC,
    PRESSES_TOPIC,
    STEP_TOPIC,
    TICK_TOPIC,
    Publisher,
    Responder,
)
from lbm_studio.link.frames import FrameRing
from lbm_studio.link.inputs import InputDevices, TakePressed
from lbm_studio.link.messages import (
    Accepted,
    ConnectStep,
    Describe,
    Description,
    FramesReady,
    Halt,
    Health,
    Heartbeat,
    Message,
    Refused,
    StationRequest,
)
from lbm_studio.link.session import Session
from tests.app.fakes import SECOND_NS, first_tick, station_description
from tests.app.waiting import wait_until

CLOCK = MonotonicClock()


@pytest.fixture
def session(tmp_path):
    return Session(tmp_path / "s")


@pytest.fixture
def live(session):
    live = LiveStation(CLOCK)
    live.attach(session)
    yield live
    live.detach()


def answer(message: Message) -> Message:
    if isinstance(message, Describe):
        return Description(station=json.dumps(to_json(station_description())), skills=("stack",))
    return Accepted()


def test_it_learns_what_the_station_is_and_hears_its_ticks(session, live):
    described = []
    live.described.connect(described.append)
    with (
        Responder(session.station_commands, StationRequest) as responder,
        Publisher(session.station_events) as publisher,
    ):

        def is_known() -> bool:
            responder.poll(answer, 0.0)
            publisher.publish(TICK_TOPIC, first_tick())
            live.poll(CLOCK.now_ns())
            return live.description is not None and live.tick is not None

        wait_until(is_known)

    assert live.description == described[0]
    assert live.skills == ("stack",)
    assert live.late_ms


def test_questions_are_answered_and_beats_arrive(session, live):
    heard: list[Message] = []
    answers: list[Message] = []

    def hear(message: Message) -> Message:
        heard.append(message)
        return answer(message)

    live.ask(Halt(), answers.append)
    with Responder(session.station_commands, StationRequest) as responder:

        def is_done() -> bool:
            live.alive()
            responder.poll(hear, 0.01)
            live.poll(CLOCK.now_ns())
            return bool(answers) and any(isinstance(m, Heartbeat) for m in heard)

        wait_until(is_done)

    assert answers == [Accepted()]


def test_it_shows_the_newest_pictures_and_survives_a_new_renderer(session, live):
    cameras = station_description().embodiment.cameras

    def publish_from_a_new_ring(brightness: int) -> None:
        ring = FrameRing.create(session.ring_name, cameras)
        images = {
            c.name: np.full((c.height_px, c.width_px, 3), brightness, np.uint8) for c in cameras
        }
        now_ns = CLOCK.now_ns()
        slot = ring.write(1, now_ns, images)
        message = FramesReady(number=1, captured_ns=now_ns, slot=slot, seconds=0.01)

        def is_shown() -> bool:
            publisher.publish(FRAMES_TOPIC, message)
            live.poll(CLOCK.now_ns())
            frame = live.frames.get(cameras[0].name)
            return frame is not None and int(frame.image[0, 0, 0]) == brightness

        wait_until(is_shown)
        ring.unlink()
        ring.close()

    with Publisher(session.frame_events) as publisher:
        publish_from_a_new_ring(10)
        publish_from_a_new_ring(200)

    assert set(live.frames) == {camera.name for camera in cameras}


def test_it_tells_how_the_arms_are_and_what_the_station_does_while_it_connects(session, live):
    health = Health(captured_ns=1, arms=(ArmHealth("right"),), hardware_stop=HardwareStop.PRESSED)
    step = ConnectStep(sentence="Right arm: unlocking brakes.")

    with Publisher(session.station_events) as events:

        def is_told() -> bool:
            events.publish(STEP_TOPIC, step)
            events.publish(HEALTH_TOPIC, health)
            live.poll(CLOCK.now_ns())
            return bool(live.connect_step) and live.health is not None

        wait_until(is_told)

    assert (live.connect_step, live.health) == (step.sentence, health)


def test_without_a_session_every_question_is_refused_in_words():
    answers: list[Message] = []
    LiveStation(CLOCK).ask(Halt(), answers.append)
    assert answers == [Refused(reason="No station is connected.")]


@pytest.mark.parametrize(
    ("times_s", "rate_hz"),
    [([], 0.0), ([1.0], 0.0), ([0.0, 0.1, 0.2, 0.3], 10.0), ([0.0, 9.0, 9.5, 10.0], 2.0)],
)
def test_a_rate_counts_the_last_two_seconds(times_s, rate_hz):
    meter = RateMeter()
    for time_s in times_s:
        meter.add(round(time_s * SECOND_NS))
    assert meter.rate_hz == pytest.approx(rate_hz)


def test_it_hears_of_input_devices_from_both_processes_that_read_them(session, live):
    heard: list[Message] = []
    live.heard.connect(heard.append)
    plugged_in = InputDevices(devices=(DeviceStatus("gamepad", "Pad"),))
    in_use = InputDevices(devices=(DeviceStatus("spacemouse", "Cap"),), in_use=True)
    pressed = TakePressed(source="gamepad", action=TakeAction.KEEP)
    with (
        Publisher(session.input_events) as inputs,
        Publisher(session.station_events) as station,
    ):

        def are_heard() -> bool:
            inputs.publish(DEVICES_TOPIC, plugged_in)
            inputs.publish(PRESSES_TOPIC, pressed)
            station.publish(DEVICES_TOPIC, in_use)
            live.poll(CLOCK.now_ns())
            return all(message in heard for message in (plugged_in, pressed, in_use))

        wait_until(are_heard)


def test_a_silent_camera_is_as_old_as_its_picture_and_says_what_is_the_matter(session, live):
    cameras = station_description().embodiment.cameras
    images = {c.name: np.zeros((c.height_px, c.width_px, 3), np.uint8) for c in cameras}
    gone, other = cameras[0].name, cameras[1].name
    now_ns = CLOCK.now_ns()
    taken_ns = dict.fromkeys(images, now_ns) | {gone: now_ns - 7 * SECOND_NS}
    with (
        Publisher(session.frame_events) as publisher,
        FrameRing.create(session.ring_name, cameras) as ring,
    ):
        slot = ring.write(1, now_ns, images, images_captured_ns=taken_ns)
        message = FramesReady(
            number=1, captured_ns=now_ns, slot=slot, seconds=0.01, troubles={gone: "Unplugged."}
        )

        def is_shown() -> bool:
            publisher.publish(FRAMES_TOPIC, message)
            live.poll(CLOCK.now_ns())
            return gone in live.frames

        wait_until(is_shown)
        ring.unlink()

    assert live.frames[gone].captured_ns == now_ns - 7 * SECOND_NS
    assert (live.frames[gone].trouble, live.frames[other].trouble) == ("Unplugged.", "")
    assert stale_reason(live.frames[gone], now_ns, 0.1) == "Unplugged."
    assert stale_reason(live.frames[other], now_ns, 0.1) == ""
