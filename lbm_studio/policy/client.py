"""A policy that lives in another process: the client of the inference process."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path

import numpy as np

from lbm_studio.core.action import Action, ActionChunk
from lbm_studio.core.observation import Observation
from lbm_studio.link.bus import Requester
from lbm_studio.link.messages import Accepted, Chunk, LoadPolicy, Predict

LOAD_TIMEOUT_S = 60.0
"""Starting the learning library and reading a checkpoint may take this long [s]."""

PREDICT_TIMEOUT_S = 2.0

_INTENT_COLUMNS = 3


class RemotePolicy:
    """The policy that an inference process has loaded, as a :class:`Policy`.

    Args:
        address: of the inference process.
        arm_names: in the order of the action vector.
    """

    def __init__(self, address: str, arm_names: Sequence[str]) -> None:
        self._requester = Requester(address, "policy process")
        self._arm_names = tuple(arm_names)
        self._sessions = count(1)

    def load(self, checkpoint: Path) -> None:
        """Let the inference process load a checkpoint in the place of the present one.

        Raises:
            StationError: it does not fit the station, is damaged, or nobody answers.
        """
        message = LoadPolicy(checkpoint=str(checkpoint.absolute()))
        self._requester.ask_for(Accepted, message, LOAD_TIMEOUT_S)

    def start_session(self, seed: int) -> "RemoteSession":
        return RemoteSession(self._requester, self._arm_names, next(self._sessions), seed)

    def close(self) -> None:
        """Close the connection; the process goes on."""
        self._requester.close()

    def __enter__(self) -> "RemotePolicy":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class RemoteSession:
    """One episode of a remote policy, as a :class:`PolicySession`.

    The pictures are not sent: the inference process takes those of the observation's capture time
    from shared memory.
    """

    def __init__(
        self, requester: Requester, arm_names: tuple[str, ...], number: int, seed: int
    ) -> None:
        self._requester = requester
        self._arm_names = arm_names
        self._number = number
        self._seed = seed
        self._requests = count(1)

    def predict(self, observation: Observation) -> ActionChunk:
        state = observation.state.as_vector(self._arm_names)
        request = Predict(
            number=next(self._requests),
            session=self._number,
            captured_ns=observation.state.captured_ns,
            state=tuple(state.tolist()),
            goal=observation.goal,
            seed=self._seed,
        )
        chunk = self._requester.ask_for(Chunk, request, PREDICT_TIMEOUT_S)
        return decode_chunk(chunk, self._arm_names)


def encode_chunk(
    chunk: ActionChunk, request: Predict, arm_names: Sequence[str], *, seconds: float
) -> Chunk:
    """Return the message that answers ``request`` with a chunk that took so long to predict [s]."""
    return Chunk(
        number=request.number,
        session=request.session,
        observed_ns=chunk.observed_ns,
        past=chunk.past,
        actions=tuple(tuple(a.as_vector(arm_names).tolist()) for a in chunk.actions),
        intent={camera: tuple(v.ravel().tolist()) for camera, v in chunk.intent.items()},
        seconds=seconds,
    )


def decode_chunk(message: Chunk, arm_names: Sequence[str]) -> ActionChunk:
    """Return the chunk in a message."""
    actions = tuple(Action.from_vector(np.array(v), arm_names) for v in message.actions)
    intent = {
        camera: np.array(values).reshape(-1, _INTENT_COLUMNS)
        for camera, values in message.intent.items()
    }
    return ActionChunk(actions, message.past, message.observed_ns, intent)
