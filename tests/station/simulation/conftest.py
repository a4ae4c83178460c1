"""A simulated station, and somebody who performs its tasks."""

import multiprocessing
import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from multiprocessing.pool import Pool

import pytest

from lbm_studio.core.action import Action
from lbm_studio.core.shift import Shift
from lbm_studio.station.safety.envelope import SafetyEnvelope
from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.station.simulation.demonstrator import ScriptedDemonstrator
from lbm_studio.station.simulation.embodiments import dual_fr3, single_fr3
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


def perform(skill: str, seed: int) -> tuple[bool, bool]:
    """Return whether a layout is demonstrated, and whether it is replayed. For ``performers``."""
    station = _station_of_process()
    shown = _demonstrate(station, find_skill(skill), seed)
    replayed = _replay(station, find_skill(skill), seed, shown.sent)
    return shown.success, replayed.success


@cache
def _station_of_process() -> SimulatedStation:
    station = SimulatedStation(dual_fr3())
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
