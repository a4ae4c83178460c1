"""When a goal counts as reached."""

import pytest

from lbm_studio.station.simulation.layout import Layout
from lbm_studio.station.simulation.skill import SUCCESS_HELD_S, HeldSuccess
from lbm_studio.station.simulation.skills.press_two_buttons import PressTwoButtons
from lbm_studio.station.simulation.station import SimulatedStation
from lbm_studio.station.simulation.world import World


@pytest.mark.parametrize("rate_hz", [10.0, 5.0, 3.0])
def test_a_goal_counts_when_it_stayed_reached_for_half_a_second(rate_hz: float) -> None:
    success = HeldSuccess(lambda: True, 1.0 / rate_hz)

    success.look()
    looks = 0
    while not success.is_certain:
        assert success.is_pending
        success.look()
        looks += 1

    assert SUCCESS_HELD_S <= looks / rate_hz < SUCCESS_HELD_S + 1.0 / rate_hz
    assert not success.is_pending
    assert success.first_s == 1.0 / rate_hz


def test_a_goal_that_is_lost_again_counts_from_when_it_is_reached_for_good() -> None:
    seen = iter([False, True, True, True, False, *6 * [True]])
    success = HeldSuccess(lambda: next(seen), 0.1)
    pending: list[bool] = []

    while not success.is_certain:
        success.look()
        pending.append(success.is_pending)

    assert success.first_s == pytest.approx(0.6)
    assert pending == [False, True, True, True, False, *5 * [True], False]


@pytest.mark.parametrize(
    ("pressed", "both_count"),
    [((0, 1), True), ((1, 0), False), ((1, 0, 1), False)],
    ids=["in order", "the other way round", "too early, and again"],
)
def test_what_comes_before_its_turn_never_counts(
    station: SimulatedStation, pressed: tuple[int, ...], both_count: bool
) -> None:
    held: list[str] = []
    task = station.load(PressedInstead(held), 0)

    for button in pressed:
        held[:] = [task.skill.in_turn[button]]
        task.observe()

    assert all(task.milestones()[name] for name in task.skill.in_turn) == both_count


class PressedInstead(PressTwoButtons):
    """Sees the milestones it is told to see."""

    def __init__(self, held: list[str]) -> None:
        self._held = held

    def milestones(self, world: World, layout: Layout) -> dict[str, bool]:
        return {name: name in self._held for name in self.in_turn}
