"""Asks the inference process for chunks, without ever waiting for it."""

from collections.abc import Sequence

from lbm_studio.core.action import ActionChunk
from lbm_studio.core.errors import StationError
from lbm_studio.core.observation import StationState
from lbm_studio.link.bus import AsyncRequester
from lbm_studio.link.messages import Chunk, Predict, Refused
from lbm_studio.policy.client import decode_chunk


class RemotePredictor:
    """The policy that the inference process has loaded, as a :class:`Predictor`.

    Args:
        line: to the inference process; not closed here.
        arm_names: in the order of the action vector.
    """

    def __init__(self, line: AsyncRequester, arm_names: Sequence[str]) -> None:
        self._line = line
        self._arm_names = tuple(arm_names)
        self._session = 0
        self._asked: int | None = None

    def ask(self, state: StationState, goal: str, valid_s: float) -> bool:
        request = Predict(
            number=state.captured_ns,
            session=self._session,
            captured_ns=state.captured_ns,
            state=tuple(state.as_vector(self._arm_names).tolist()),
            goal=goal,
        )
        self._asked = self._line.send(request, valid_s)
        return self._asked is not None

    def collect(self) -> ActionChunk | None:
        while (answer := self._line.poll()) is not None:
            number, message = answer
            if number == self._asked:
                self._asked = None
                return self._decode(message)
        return None

    def forget(self) -> None:
        self._session += 1
        self._asked = None

    def _decode(self, message: object) -> ActionChunk:
        if isinstance(message, Chunk):
            return decode_chunk(message, self._arm_names)
        reason = message.reason if isinstance(message, Refused) else "its answer is not a chunk."
        raise StationError(f"The policy cannot act: {reason}")
