"""Asking, answering, publishing and listening over real local sockets."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import zmq

from lbm_studio.core.errors import StationError, StudioError
from lbm_studio.link.bus import (
    FRAMES_TOPIC,
    TICK_TOPIC,
    AsyncRequester,
    Endpoint,
    Handler,
    Publisher,
    Requester,
    Responder,
    Subscriber,
    wait_for_any,
)
from lbm_studio.link.messages import (
    Accepted,
    FramesReady,
    Halt,
    Heartbeat,
    LoadScene,
    Message,
    Refused,
    Resume,
    StationRequest,
)

PATIENCE_S = 5.0

Pair = tuple[Publisher, Subscriber]


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"ipc://{tmp_path}/x"


class Serving:
    """A responder in a thread, until the block ends."""

    def __init__(self, address: str, handler: Handler) -> None:
        self._responder = Responder(address, StationRequest)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(handler,))

    def _serve(self, handler: Handler) -> None:
        with self._responder:
            self._responder.serve(handler, self._done.is_set, interval_s=0.01)

    def __enter__(self) -> "Serving":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


def accept(_: Message) -> Message:
    return Accepted()


def test_a_request_is_answered(address: str) -> None:
    seen: list[Message] = []

    def handler(message: Message) -> Message:
        seen.append(message)
        return Accepted()

    with Serving(address, handler), Requester(address) as requester:
        answer = requester.ask(LoadScene(skill="lift", seed=3), PATIENCE_S)

    assert answer == Accepted()
    assert seen == [LoadScene(skill="lift", seed=3)]


def test_nobody_there_is_said_in_words(address: str) -> None:
    with (
        Requester(address, "writer") as requester,
        pytest.raises(StationError, match="The writer does not answer"),
    ):
        requester.ask(Halt(), 0.05)


def test_a_request_that_takes_long_is_carried_out_once(address: str) -> None:
    carried_out: list[Message] = []
    release = threading.Event()

    def handler(message: Message) -> Message:
        carried_out.append(message)
        release.wait(PATIENCE_S)
        return Accepted()

    timer = threading.Timer(0.6, release.set)
    with Serving(address, handler), Requester(address) as requester:
        timer.start()
        assert requester.ask(Halt(), PATIENCE_S) == Accepted()
        assert requester.ask(Resume(), PATIENCE_S) == Accepted()

    assert carried_out == [Halt(), Resume()]


def test_a_studio_error_becomes_a_refusal_with_its_sentence(address: str) -> None:
    def handler(_: Message) -> Message:
        raise StudioError("The arm is not there.")

    with Serving(address, handler), Requester(address) as requester:
        assert requester.ask(Halt(), PATIENCE_S) == Refused(reason="The arm is not there.")
        with pytest.raises(StationError, match="The arm is not there"):
            requester.ask_for(Accepted, Halt(), PATIENCE_S)


@pytest.mark.usefixtures("caplog")
def test_after_silence_the_next_question_gets_its_own_answer(address: str) -> None:
    def handler(message: Message) -> Message:
        return Refused(reason="7") if isinstance(message, Heartbeat) else Accepted()

    with Requester(address) as requester, Responder(address, StationRequest) as silent:
        with pytest.raises(StationError):
            requester.ask(Halt(), 0.1)
        silent.poll(handler, 0.0)
        silent.close()
        with Serving(address, handler):
            assert requester.ask(Heartbeat(sent_ns=7), PATIENCE_S) == Refused(reason="7")


@pytest.mark.usefixtures("caplog")
def test_an_order_nobody_waits_for_any_longer_is_never_carried_out(address: str) -> None:
    carried_out: list[Message] = []

    def handler(message: Message) -> Message:
        carried_out.append(message)
        return Accepted()

    with Responder(address, StationRequest) as hung, Requester(address) as requester:
        with pytest.raises(StationError):
            requester.ask(Halt(), 0.05)
        assert hung.poll(handler, PATIENCE_S)

    assert carried_out == []


def test_a_server_that_died_and_came_back_is_found_again(address: str) -> None:
    with Requester(address) as requester:
        for _ in range(3):
            with Serving(address, accept):
                assert requester.ask(Halt(), PATIENCE_S) == Accepted()


@pytest.mark.parametrize("body", [b"", b"\xff\x00rubbish", msgspec.msgpack.encode({"type": "No"})])
@pytest.mark.usefixtures("caplog")
def test_a_malformed_request_is_refused_and_the_next_one_served(address: str, body: bytes) -> None:
    with Serving(address, accept), AsyncRequester(address) as line, Requester(address) as requester:
        assert line.wait_until_connected(PATIENCE_S)
        valid_until = (time.monotonic_ns() + 10**10).to_bytes(8, "little")
        line.socket.send_multipart([(5).to_bytes(8, "little") + valid_until, body])

        assert line.poll(PATIENCE_S) == (5, Refused(reason="The request was not understood."))
        assert requester.ask(Halt(), PATIENCE_S) == Accepted()


@pytest.mark.parametrize("frames", [[b""], [b"short", b"x"], [b"a", b"b", b"c"], [b"\x00" * 2000]])
@pytest.mark.usefixtures("caplog")
def test_bytes_that_are_no_request_are_ignored(address: str, frames: list[bytes]) -> None:
    with Serving(address, accept), AsyncRequester(address) as line, Requester(address) as requester:
        assert line.wait_until_connected(PATIENCE_S)
        line.socket.send_multipart(frames)

        assert requester.ask(Halt(), PATIENCE_S) == Accepted()


def test_requests_can_be_sent_without_waiting(address: str) -> None:
    with Serving(address, accept), AsyncRequester(address) as line:
        assert line.wait_until_connected(PATIENCE_S)
        numbers = [line.send(Halt(), PATIENCE_S) for _ in range(5)]
        answers = [line.poll(PATIENCE_S) for _ in numbers]

    assert answers == [(number, Accepted()) for number in numbers]


def test_a_request_sent_without_waiting_to_nobody_says_so(address: str) -> None:
    with AsyncRequester(address) as line:
        assert line.send(Resume(), 1.0) is None


def test_several_threads_may_share_a_requester(address: str) -> None:
    def echo(message: Message) -> Message:
        return Refused(reason=str(message.seed)) if isinstance(message, LoadScene) else Accepted()

    wrong: list[int] = []
    with Serving(address, echo), Requester(address) as requester:

        def ask(first: int) -> None:
            for seed in range(first, first + 20):
                answer = requester.ask(LoadScene(skill="", seed=seed), PATIENCE_S)
                wrong.extend([seed] * (answer != Refused(reason=str(seed))))

        threads = [threading.Thread(target=ask, args=(100 * index,)) for index in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert wrong == []


@pytest.fixture
def heard(address: str) -> Iterator[Pair]:
    with Publisher(address) as publisher, Subscriber(address, FRAMES_TOPIC) as subscriber:
        while subscriber.receive(0.01) is None:
            publisher.publish(FRAMES_TOPIC, ready(-1))
        subscriber.latest()
        yield publisher, subscriber


def ready(number: int) -> FramesReady:
    return FramesReady(number=number, captured_ns=0, slot=0, seconds=0.0)


def test_messages_arrive_in_order(heard: Pair) -> None:
    publisher, subscriber = heard
    for number in range(3):
        publisher.publish(FRAMES_TOPIC, ready(number))

    assert [subscriber.receive(PATIENCE_S) for _ in range(3)] == [ready(n) for n in range(3)]


def test_the_latest_message_hides_the_older_ones(heard: Pair) -> None:
    publisher, subscriber = heard
    for number in range(4):
        publisher.publish(FRAMES_TOPIC, ready(number))
    first = subscriber.receive(PATIENCE_S)
    seen = first
    while seen != ready(3):
        seen = subscriber.latest() or seen

    assert first == ready(0)
    assert subscriber.latest() is None


@pytest.mark.usefixtures("caplog")
def test_other_topics_are_not_heard_and_rubbish_is_ignored(heard: Pair) -> None:
    publisher, subscriber = heard
    publisher.publish(TICK_TOPIC, ready(1))
    publisher.socket.send_multipart([FRAMES_TOPIC, b"\xc1"])
    publisher.socket.send(FRAMES_TOPIC)
    publisher.publish(FRAMES_TOPIC, ready(2))

    assert subscriber.receive(PATIENCE_S) == ready(2)


def test_waiting_ends_with_the_first_of_several(heard: Pair, tmp_path: Path) -> None:
    publisher, subscriber = heard
    with Subscriber(f"ipc://{tmp_path}/silent") as silent:
        assert not wait_for_any([silent, subscriber], 0.01)
        publisher.publish(FRAMES_TOPIC, ready(1))

        assert wait_for_any([silent, subscriber], PATIENCE_S)


def test_an_address_that_cannot_be_bound_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="cannot be used"):
        Publisher(f"ipc://{tmp_path}/missing/x")


def test_closing_twice_does_no_harm(address: str) -> None:
    endpoint = Endpoint(zmq.SUB)
    endpoint.close()
    endpoint.close()

    assert endpoint.socket.closed
