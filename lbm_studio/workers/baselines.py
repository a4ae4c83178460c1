"""Policies that learned nothing, to compare with: one stays, one repeats what was recorded."""

from pathlib import Path

from lbm_studio.core.action import Action, ActionChunk
from lbm_studio.core.embodiment import Embodiment
from lbm_studio.core.errors import StudioError
from lbm_studio.core.observation import Observation
from lbm_studio.episodes.dataset import Dataset

IDLE, REPLAY = "idle", "replay"
BASELINES = (IDLE, REPLAY)


class IdlePolicy:
    """Does nothing: the arms stay where they are."""

    def start_session(self, seed: int) -> "IdlePolicy":
        return self

    def predict(self, observation: Observation) -> ActionChunk:
        stay = observation.state.as_action()
        return ActionChunk((stay,), 0, observation.state.captured_ns, {})


class ReplayPolicy:
    """Repeats the actions of one recorded episode, whatever it sees."""

    def __init__(self, actions: tuple[Action, ...]) -> None:
        self._actions = actions

    @classmethod
    def from_dataset(cls, path: Path, embodiment: Embodiment) -> "ReplayPolicy":
        """Take the first episode of a dataset.

        Raises:
            StudioError: there is none, or it is of another body.
        """
        dataset = Dataset.open(path)
        if not dataset.episodes or dataset.station is None:
            raise StudioError(f"The dataset {path} has no episode that can be replayed.")
        recorded = dataset.station.embodiment
        if _body(recorded) != _body(embodiment):
            raise StudioError(
                f"The dataset {path} cannot be replayed on this station: it was recorded with the "
                f"arms {_body(recorded)}; the station has {_body(embodiment)}."
            )
        names = recorded.arm_names
        vectors = dataset.vectors(0).actions
        return cls(tuple(Action.from_vector(vector, names) for vector in vectors))

    def start_session(self, seed: int) -> "ReplaySession":
        return ReplaySession(self._actions)


def _body(embodiment: Embodiment) -> str:
    return f"{', '.join(embodiment.arm_names)} at {embodiment.chunk.rate_hz:g} Hz"


class ReplaySession:
    """One repetition: the whole episode at once, then its last action for ever."""

    def __init__(self, actions: tuple[Action, ...]) -> None:
        self._left = actions

    def predict(self, observation: Observation) -> ActionChunk:
        chunk = ActionChunk(self._left, 0, observation.state.captured_ns, {})
        self._left = self._left[-1:]
        return chunk
