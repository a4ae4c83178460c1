"""A policy is a factory of sessions; a session holds all that belongs to one episode."""

from typing import Protocol

from lbm_studio.core.action import ActionChunk
from lbm_studio.core.observation import Observation


class PolicySession(Protocol):
    """One episode of one policy. Plain data in, plain data out."""

    def predict(self, observation: Observation) -> ActionChunk:
        """Return the next chunk, in the station frame, decoded against ``observation``."""
        ...


class Policy(Protocol):
    """Something that can act on a station."""

    def start_session(self, seed: int) -> PolicySession:
        """Begin an episode; ``seed`` fixes whatever the policy draws at random."""
        ...
