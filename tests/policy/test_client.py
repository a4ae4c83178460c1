"""Chunks on their way to and from the inference process."""

import numpy as np
import pytest

from lbm_studio.core.action import Action, ActionChunk, ArmTarget
from lbm_studio.core.errors import StationError
from lbm_studio.core.pose import Pose
from lbm_studio.link.messages import Predict
from lbm_studio.link.session import Session
from lbm_studio.policy.client import RemotePolicy, decode_chunk, encode_chunk

ARMS = ("right", "left")


def make_chunk() -> ActionChunk:
    def action(step: int) -> Action:
        pose = Pose(np.array([0.1 * step, 0.2, 0.3]), np.eye(3))
        return Action({name: ArmTarget(pose, 0.01 * step) for name in ARMS})

    intent = {"scene": np.arange(6.0).reshape(2, 3)}
    return ActionChunk(tuple(action(step) for step in range(4)), 1, 77, intent)


def test_a_chunk_survives_the_way_through_a_message() -> None:
    request = Predict(number=3, session=2, captured_ns=77, state=(), goal="")

    message = encode_chunk(make_chunk(), request, ARMS, seconds=0.2)
    chunk = decode_chunk(message, ARMS)

    assert (message.number, message.session, message.seconds) == (3, 2, 0.2)
    assert chunk.actions == make_chunk().actions
    assert (chunk.past, chunk.observed_ns) == (1, 77)
    assert np.array_equal(chunk.intent["scene"], make_chunk().intent["scene"])


def test_a_missing_inference_process_is_said_in_words(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lbm_studio.policy.client.LOAD_TIMEOUT_S", 0.05)
    session = Session(tmp_path_factory.mktemp("s"))

    with (
        RemotePolicy(session.inference_commands, ARMS) as policy,
        pytest.raises(StationError, match="The policy process does not answer"),
    ):
        policy.load(session.folder)
