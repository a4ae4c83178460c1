"""Asking the inference process: over a real socket, without waiting."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lbm_studio.core.clock import ManualClock
from lbm_studio.core.errors import StationError
from lbm_studio.core.observation import StationState
from lbm_studio.link.bus import AsyncRequester, Responder, wait_for_any
from lbm_studio.link.messages import Accepted, Chunk, InferenceRequest, Message, Predict, Refused
from lbm_studio.station.control.prediction import RemotePredictor
from tests.core.stations import make_station
from tests.station.kinematic_station import KinematicStation

ARMS = ("right", "left")
PATIENCE_S = 5.0


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"ipc://{tmp_path}/x"


@pytest.fixture
def line(address: str) -> Iterator[AsyncRequester]:
    with AsyncRequester(address) as line:
        yield line


@pytest.fixture
def predictor(line: AsyncRequester) -> RemotePredictor:
    return RemotePredictor(line, ARMS)


@pytest.fixture
def inference(address: str, line: AsyncRequester) -> Iterator[Responder]:
    with Responder(address, InferenceRequest) as responder:
        assert line.wait_until_connected(PATIENCE_S)
        yield responder


@pytest.fixture
def state() -> StationState:
    return KinematicStation(make_station(*ARMS), ManualClock(9_000)).read()


def reply(request: Message) -> Message:
    assert isinstance(request, Predict)
    return Chunk(
        number=request.number,
        session=request.session,
        observed_ns=request.captured_ns,
        past=1,
        actions=(request.state, request.state),
        intent={"scene": (0.1, 0.2, 1.0)},
        seconds=0.01,
    )


def test_without_an_inference_process_nobody_is_asked(
    predictor: RemotePredictor, state: StationState
):
    assert not predictor.ask(state, "goal", 1.0)
    assert predictor.collect() is None


def test_the_answer_is_a_chunk_of_actions_in_the_station_frame(
    predictor: RemotePredictor, inference: Responder, line: AsyncRequester, state: StationState
):
    assert predictor.ask(state, "lift", PATIENCE_S)
    assert predictor.collect() is None
    assert inference.poll(reply, PATIENCE_S)
    assert wait_for_any([line], PATIENCE_S)

    chunk = predictor.collect()

    assert chunk
    assert (chunk.past, chunk.observed_ns, len(chunk.actions)) == (1, 9_000, 2)
    assert chunk.actions[0].as_vector(ARMS) == pytest.approx(state.as_vector(ARMS))
    assert chunk.intent["scene"] == pytest.approx(np.array([[0.1, 0.2, 1.0]]))
    assert predictor.collect() is None


def test_an_answer_to_the_episode_before_is_dropped(
    predictor: RemotePredictor, inference: Responder, line: AsyncRequester, state: StationState
):
    sessions: list[int] = []

    def remember(request: Message) -> Message:
        assert isinstance(request, Predict)
        sessions.append(request.session)
        return reply(request)

    predictor.ask(state, "first", PATIENCE_S)
    assert inference.poll(remember, PATIENCE_S)
    predictor.forget()
    assert wait_for_any([line], PATIENCE_S)
    assert predictor.collect() is None

    predictor.ask(state, "second", PATIENCE_S)
    assert inference.poll(remember, PATIENCE_S)
    assert wait_for_any([line], PATIENCE_S)
    assert predictor.collect() is not None
    assert sessions[0] != sessions[1]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Refused(reason="No policy is loaded."), "The policy cannot act: No policy is loaded."),
        (Accepted(), "its answer is not a chunk"),
    ],
)
def test_anything_but_a_chunk_is_told_in_words(
    predictor: RemotePredictor,
    inference: Responder,
    line: AsyncRequester,
    state: StationState,
    answer: Message,
    words: str,
):
    predictor.ask(state, "lift", PATIENCE_S)
    assert inference.poll(lambda _: answer, PATIENCE_S)
    assert wait_for_any([line], PATIENCE_S)

    with pytest.raises(StationError, match=words):
        predictor.collect()
