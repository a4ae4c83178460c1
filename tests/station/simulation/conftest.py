"""A simulated station, and somebody who performs its tasks."""

import multiprocessing
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing.pool import Pool

import pytest

from lbm_studio.core.action import Action
from lbm_studio.core.shift import Shift
from lbm_studio.station.safety.envelope import SafetyEnvelope
from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.station.simulation.demonstrator import ScriptedDemonstrator
from lbm_studio.station.simulation.embodiments import dual_fr3, find_station, single_fr3
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.station import SimulatedStation


@dataclass(frozen=True)
class Performance:
    """What came of a demonstration or a replay.

    Attributes:
        sent: the actions after the safety clamp.
        success: whether the goal was reached.
        limits: the safety limits that acted.
    """

    sent: tuple[Action, ...]
    success: bool
    limits: tuple[str, ...]


@dataclass(frozen=True)
class Rehearsal:
    """What came of one layout of a skill.

    Attributes:
        shown: the demonstration.
        before: the milestones that were reached before it.
        after: those that were reached by its end.
        is_replayed: whether the same actions reach the goal again, eyes shut.
        solved_elsewhere: how many other layouts they solve.
    """

    shown: Performance
    before: Mapping[str, bool]
    after: Mapping[str, bool]
    is_replayed: bool
    solved_elsewhere: int


Perform = Callable[..., Performance]


@pytest.fixture
def station() -> Iterator[SimulatedStation]:
    with SimulatedStation(dual_fr3()) as opened:
        yield opened


@pytest.fixture
def small_station() -> Iterator[SimulatedStation]:
    with SimulatedStation(single_fr3()) as opened:
        yield opened


@pytest.fixture(scope="session")
def performers() -> Iterator[Pool]:
    """As many processes as there are cores, for what is done over and over."""
    pool = multiprocessing.get_context("spawn").Pool(len(os.sched_getaffinity(0)))
    yield pool
    pool.close()
    pool.join()


def rehearse(skill: str, seed: int, elsewhere: Sequence[int] = ()) -> Rehearsal:
    """Demonstrate a layout, and replay it there and elsewhere. For ``performers``."""
    station, named = _station_of_process("simulated"), find_skill(skill)
    before = station.load(named, seed).milestones()
    shown = _demonstrate(station, named, seed)
    assert station.task is not None
    after = station.task.milestones()
    again, *others = (
        _replay(station, named, where, shown.sent).success for where in (seed, *elsewhere)
    )
    return Rehearsal(shown, before, after, again, sum(others))


def show(skill: str, seed: int, station: str) -> bool:
    """Return whether a layout is demonstrated by a station. For ``performers``."""
    return _demonstrate(_station_of_process(station), find_skill(skill), seed).success


@cache
def _station_of_process(name: str) -> SimulatedStation:
    station = SimulatedStation(find_station(name))
    station.connect()
    return station


@pytest.fixture(scope="session")
def demonstrate() -> Perform:
    return _demonstrate


@pytest.fixture(scope="session")
def replay() -> Perform:
    return _replay


def _demonstrate(
    station: SimulatedStation,
    skill: Skill,
    seed: int,
    disturbance: bool = True,
    shifts: Collection[Shift] = (),
) -> Performance:
    """Load a scene and let the scripted demonstrator act through the safety envelope."""
    task = station.load(skill, seed, shifts)
    demonstrator = ScriptedDemonstrator(station, task, seed, disturbance)
    envelope = SafetyEnvelope(station.description)
    previous = station.read().as_action()
    sent: list[Action] = []
    limits: list[str] = []
    while (wanted := demonstrator.next_action()) is not None:
        period_s = station.description.embodiment.chunk.period_s
        clamped = envelope.clamp(wanted, previous, period_s, station.read())
        previous = clamped.action
        station.step(previous)
        sent.append(previous)
        limits += clamped.limits
    return Performance(tuple(sent), task.is_success(), tuple(limits))


def _replay(
    station: SimulatedStation, skill: Skill, seed: int, sent: tuple[Action, ...]
) -> Performance:
    """Load the same scene and send the same actions, eyes shut."""
    task = station.load(skill, seed)
    for action in sent:
        station.step(action)
    return Performance(sent, task.is_success(), ())
