"""What a policy was taught, in sentences: enough to tell when it is asked for something else.

A prompt is compared with the taught ones by the cosine of their sentence vectors, all colours taken
for one. That barely sees who stands on whom; it sees that making coffee is no way to stack cubes.
``python -m tests.benchmarks.prompts`` measures how often it is mistaken.

Legend: G goals, W width of a sentence vector.
"""

from collections.abc import Iterable

import torch

from lbm_studio.core.errors import UntaughtGoalError
from lbm_studio.learning.model.text import load_text_encoder
from lbm_studio.policy.prompts import in_one_colour

LIKE = 0.55
"""Prompts that are less alike than this have nothing to do with each other."""
SAME = 0.75
"""Prompts that are more alike than this ask for the same, as far as a sentence vector tells."""
NAMED_GOALS = 2


class Repertoire:
    """The prompts a policy was taught.

    Args:
        goals: the prompts; those that differ in colours only are kept once.
    """

    def __init__(self, goals: Iterable[str]) -> None:
        kept: dict[str, str] = {}
        for goal in goals:
            kept.setdefault(in_one_colour(goal), goal)
        self._goals = tuple(kept.values())
        readings = load_text_encoder().read_all(tuple(kept)) if kept else []
        self._sentences = [reading.sentence for reading in readings]

    def likeness(self, prompt: str) -> float:
        """Return how like the nearest taught prompt this one is, 1 for the same."""
        return float(self._likenesses(prompt).max())

    def check(self, prompt: str) -> None:
        """Make sure that a prompt is like something that was taught, if anything was.

        Raises:
            UntaughtGoalError: it is not.
        """
        if self._goals and self.likeness(prompt) < LIKE:
            raise UntaughtGoalError(prompt, self._nearest(prompt))

    def _likenesses(self, prompt: str) -> torch.Tensor:
        sentence = load_text_encoder().read(in_one_colour(prompt)).sentence  # (W,)
        return torch.stack(self._sentences) @ sentence  # (G,)

    def _nearest(self, prompt: str) -> tuple[str, ...]:
        """Return the nearest goals that do not ask for the same."""
        chosen: list[int] = []
        for number in self._likenesses(prompt).argsort(descending=True).tolist():
            sentence = self._sentences[number]
            if all(float(self._sentences[other] @ sentence) < SAME for other in chosen):
                chosen.append(number)
        return tuple(self._goals[number] for number in chosen[:NAMED_GOALS])
