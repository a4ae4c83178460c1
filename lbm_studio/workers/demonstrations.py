"""One demonstration of the scripted colleague on the simulated station, as a finished take."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lbm_studio.core.embodiment import SafetyCard
from lbm_studio.core.safety import tally
from lbm_studio.core.station_file import Driver
from lbm_studio.episodes.storage import full_disk_in_words, remove_folder
from lbm_studio.episodes.take import FinishedTake, Take
from lbm_studio.station.choice import find_simulated_station
from lbm_studio.station.safety.envelope import SafetyEnvelope
from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.station.simulation.demonstrator import ScriptedDemonstrator
from lbm_studio.station.simulation.skill import Task, stays_successful
from lbm_studio.workers.pool import join_pool
from lbm_studio.workers.ticks import recorded_tick
from lbm_studio.workers.trial_station import open_trial_station

TIME_LIMIT_S = 60.0
"""A demonstration that lasts longer has gone wrong [s]."""


@dataclass(frozen=True)
class Attempt:
    """What came of one layout.

    Attributes:
        seed: of the layout.
        goal: the paraphrase it was asked for with.
        take: the recording; None when it did not succeed or was given up.
        paraphrases: the other ways to ask for it.
        safety: the limits in force.
        limited: in how many steps each of them acted.
    """

    seed: int
    goal: str
    take: FinishedTake | None
    paraphrases: tuple[str, ...] = ()
    safety: SafetyCard | None = None
    limited: Mapping[str, int] = field(default_factory=dict[str, int])


class Demonstrations:
    """Records demonstrations of one skill, one layout after the other. A context manager.

    Args:
        station: name of the simulated station.
        skill: name of the skill.
        disturbance: whether what is executed is displaced, so that recordings show recoveries.
        driver: what moves the arms.
    """

    def __init__(
        self,
        station: str,
        skill: str,
        *,
        disturbance: bool,
        driver: Driver = Driver.SIMULATED,
    ) -> None:
        self._description = find_simulated_station(station)
        self._skill = find_skill(skill)
        self._disturbance = disturbance
        self._station = open_trial_station(station, self._skill, driver)
        self._envelope = SafetyEnvelope(self._description)

    def __enter__(self) -> "Demonstrations":
        return self

    def __exit__(self, *_: object) -> None:
        self._station.close()

    def attempt(
        self, seed: int, folder: Path, should_stop: Callable[[], bool] = lambda: False
    ) -> Attempt:
        """Demonstrate on one layout and record it into ``folder``, which is deleted on failure.

        Raises:
            DiskFullError: the disk is full.
        """
        task = self._station.load(self._skill, seed)
        goal = str(np.random.default_rng([seed, 2]).choice(task.goals))
        embodiment = self._description.embodiment
        with full_disk_in_words(folder):
            measures = self._description.measures
            take = Take(folder, embodiment, round(embodiment.chunk.rate_hz), measures=measures)
            try:
                limited: Counter[str] = Counter()
                is_success = self._record(task, take, limited, should_stop)
                others = tuple(other for other in task.goals if other != goal)
                finished = take.finish() if is_success else None
                safety = self._description.safety
                return Attempt(seed, goal, finished, others, safety, limited)
            finally:
                if not take.is_finished:
                    take.abandon()
                    remove_folder(folder)

    def _record(
        self, task: Task, take: Take, limited: Counter[str], should_stop: Callable[[], bool]
    ) -> bool:
        """Return whether the goal is reached, and stays so, when the demonstrator has finished."""
        period_s = self._description.embodiment.chunk.period_s
        cameras = self._description.embodiment.camera_names
        demonstrator = ScriptedDemonstrator(self._station, task, task.seed, self._disturbance)
        previous = self._station.read().as_action()
        while (intended := demonstrator.next_action()) is not None:
            if should_stop() or len(take) * period_s > TIME_LIMIT_S:
                return False
            state, frames = self._station.read(), self._station.capture(cameras)
            clamped = self._envelope.clamp(intended, previous, period_s, state)
            previous = clamped.action
            limited += tally([clamped.limits])
            take.add(recorded_tick(self._description, state, frames, clamped))
            self._station.step(clamped.action)
        self._station.hold()
        return stays_successful(task, period_s, self._station.advance)


_process_demonstrations: list[Demonstrations] = []
"""Those of a pool process: pool functions can only reach module state."""


def start_process(station: str, skill: str, disturbance: bool) -> None:
    """Make a pool process ready."""
    join_pool()
    _process_demonstrations.append(Demonstrations(station, skill, disturbance=disturbance))


def attempt_in_process(seed: int, folder: Path) -> Attempt:
    """Run one attempt in a pool process."""
    return _process_demonstrations[0].attempt(seed, folder)
