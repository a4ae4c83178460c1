"""The number of threads follows what is fastest at the moment."""

from collections.abc import Iterator

import pytest
import torch

from lbm_studio.learning.training.threads import REVIEW_EVERY, ThreadChooser


class Machine:
    """A clock on which a step takes as long as its number of threads says."""

    def __init__(self, seconds_by_threads: dict[int, float]) -> None:
        self.seconds_by_threads = seconds_by_threads
        self._now = 0.0

    def __call__(self) -> float:
        return self._now

    def run(self, chooser: ThreadChooser, steps: int) -> None:
        for _ in range(steps):
            chooser.begin()
            self._now += self.seconds_by_threads[torch.get_num_threads()]
            chooser.end()


@pytest.fixture(autouse=True)
def two_cores() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_all_cores_compute_while_that_is_faster_and_one_when_they_are_contended() -> None:
    machine = Machine({1: 1.0, 2: 0.6})
    chooser = ThreadChooser(0, machine)

    machine.run(chooser, REVIEW_EVERY)
    alone = chooser.chosen
    machine.seconds_by_threads = {1: 1.2, 2: 9.0}
    machine.run(chooser, REVIEW_EVERY)

    assert (alone, chooser.chosen) == (2, 1)


def test_a_number_that_was_asked_for_is_kept() -> None:
    machine = Machine({1: 5.0, 2: 1.0})
    chooser = ThreadChooser(1, machine)

    machine.run(chooser, 2 * REVIEW_EVERY)

    assert torch.get_num_threads() == chooser.chosen == 1
