"""Rollouts: a policy acts on layouts it has never seen, without a window, as fast as it can."""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import repeat
from pathlib import Path
from typing import Any

from lbm_studio.core.action import Action, ActionChunk
from lbm_studio.core.clock import seconds_between
from lbm_studio.core.episode import FIRST_UNSEEN_SEED, EpisodeMetadata, EpisodeSource
from lbm_studio.core.errors import StudioError, UnknownNameError, UntaughtGoalError
from lbm_studio.core.moments import Surroundings
from lbm_studio.core.shift import Shift
from lbm_studio.core.station_file import Driver
from lbm_studio.evaluation.statistics import PromptFollowing, exact_interval
from lbm_studio.policy.manifest import check_fits, read_manifest
from lbm_studio.policy.session import Policy
from lbm_studio.station.choice import find_simulated_station
from lbm_studio.station.control.chunks import action_at
from lbm_studio.station.safety.envelope import Clamped, SafetyEnvelope
from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.station.simulation.other_goals import OtherGoals
from lbm_studio.station.simulation.skill import HeldSuccess
from lbm_studio.station.simulation.trials import TrialStation
from lbm_studio.workers.baselines import BASELINES, IDLE, REPLAY, IdlePolicy, ReplayPolicy
from lbm_studio.workers.pool import join_pool
from lbm_studio.workers.rollout_report import RolloutReport, Trial
from lbm_studio.workers.trial_recorder import TrialRecorder
from lbm_studio.workers.trial_station import open_trial_station


@dataclass(frozen=True)
class RolloutSpec:
    """What to roll out.

    Attributes:
        skill: simulated skill.
        trials: how many layouts.
        checkpoint: policy to run; empty for a baseline.
        baseline: ``"idle"`` does nothing, ``"replay"`` repeats one recorded episode; empty for a
            policy.
        dataset: where the replayed episode is, for ``"replay"``.
        station: station description by name.
        seed: of the first layout; the following ones count up.
        execute: steps executed of each chunk; None takes the policy's own.
        time_limit_s: a trial whose goal is not reached by then, for good, has failed [s]; 0 takes
            the skill's own.
        processes: layouts worked on at a time.
        shifts: in which ways the station differs from the one that was recorded on.
        unheard: whether it is asked in words that are never taught; refused, a trial has failed.
        driver: what moves the arms.
        recording: dataset that the trials are added to; empty for none.
    """

    skill: str
    trials: int
    checkpoint: str = ""
    baseline: str = ""
    dataset: str = ""
    station: str = "simulated"
    seed: int = FIRST_UNSEEN_SEED
    execute: int | None = None
    time_limit_s: float = 0.0
    processes: int = 2
    shifts: tuple[Shift, ...] = ()
    unheard: bool = False
    driver: Driver = Driver.SIMULATED
    recording: str = ""

    def __post_init__(self) -> None:
        if self.trials < 1:
            raise StudioError("At least one trial is needed.")
        if bool(self.checkpoint) == bool(self.baseline):
            raise StudioError("Name either a checkpoint or a baseline (idle or replay).")
        if self.baseline and self.baseline not in BASELINES:
            raise UnknownNameError("baseline", self.baseline, BASELINES)
        if self.baseline == REPLAY and not self.dataset:
            raise StudioError("Name the dataset whose first episode is to be repeated.")


class Roller:
    """Runs trials of one policy on one station."""

    def __init__(self, spec: RolloutSpec) -> None:
        self._spec = spec
        self._description = find_simulated_station(spec.station)
        self._skill = find_skill(spec.skill)
        self._policy = self._load_policy()
        self._station = open_trial_station(spec.station, self._skill, spec.driver)

    def close(self) -> None:
        self._station.close()

    def _load_policy(self) -> Policy:
        spec = self._spec
        if spec.baseline == IDLE:
            return IdlePolicy()
        if spec.baseline == REPLAY:
            return ReplayPolicy.from_dataset(Path(spec.dataset), self._description.embodiment)
        import torch

        from lbm_studio.learning.session import load_policy

        if spec.processes > 1:
            torch.set_num_threads(1)
        return load_policy(Path(spec.checkpoint), self._description)

    def run(
        self,
        seed: int,
        on_step: Callable[[Any], object] | None = None,
        before_step: Callable[[TrialStation, Clamped], object] = lambda station, sent: None,
    ) -> Trial:
        """Roll out on one layout.

        Args:
            seed: of the layout.
            on_step: may look at the station after every step.
            before_step: may look at the station before every step, and at what is sent.
        """
        task = self._station.load(self._skill, seed, self._spec.shifts)
        period_s = self._description.embodiment.chunk.period_s
        limit = round((self._spec.time_limit_s or self._skill.time_limit_s) / period_s)
        success = HeldSuccess(task.is_success, period_s)
        others = OtherGoals(task, map(find_skill, self._skill.rivals), period_s)
        goal = task.unheard_goal if self._spec.unheard else task.goal
        refused = False
        for step, sent in enumerate(self._actions(goal, seed), start=1):
            before_step(self._station, sent)
            self._station.step(sent.action)
            success.look()
            others.look()
            if on_step is not None:
                on_step(self._station)
            if success.is_certain or (step >= limit and not success.is_pending):
                break
        else:
            refused = True
        seconds = success.first_s if success.is_certain else limit * period_s
        instead = (others.reached or "") if others.exist else None
        reached = task.milestones()
        return Trial(seed, goal, success.is_certain, seconds, reached, instead, refused)

    def _actions(self, goal: str, seed: int) -> Iterator[Clamped]:
        """Yield clamped actions, looking again after each executed part of a chunk.

        They only end where a policy refuses words that it was not to know. What would stop a live
        station stops the arms for good.
        """
        description = self._description
        envelope = SafetyEnvelope(description)
        session = self._policy.start_session(seed)
        surroundings = Surroundings(description.embodiment.arm_names)
        previous = self._station.read().as_action()
        while True:
            surroundings.add(self._station.read(), self._station.capture(self._cameras))
            try:
                chunk = session.predict(surroundings.observation(goal))
            except UntaughtGoalError:
                if not self._spec.unheard:
                    raise
                return
            for action in self._executed(chunk):
                state = self._station.read()
                trip = envelope.watch.judge(state, action, previous)
                if trip is not None:  # a stopped arm stays where it is for the rest of the trial
                    yield from repeat(Clamped(previous, (trip.name,)))
                clamped = envelope.clamp(
                    action, previous, description.embodiment.chunk.period_s, state
                )
                previous = clamped.action
                yield clamped
                if self._is_late:
                    surroundings.add(self._station.read(), self._station.capture(self._cameras))

    @property
    def _cameras(self) -> tuple[str, ...]:
        return self._description.embodiment.camera_names if self._spec.checkpoint else ()

    @property
    def _is_late(self) -> bool:
        """Whether pictures show an earlier moment, so that each tick's may be needed."""
        return any(camera.latency_s for camera in self._description.embodiment.cameras)

    def _executed(self, chunk: ActionChunk) -> Sequence[Action]:
        """Return the steps to execute; those that were due before now are left out."""
        if self._spec.baseline:
            return chunk.actions
        spec = self._description.embodiment.chunk
        late = seconds_between(chunk.observed_ns, self._station.clock.now_ns()) / spec.period_s
        count = self._spec.execute or spec.execute
        return [action_at(chunk, chunk.past + late + step) for step in range(count)]


def rollout(
    spec: RolloutSpec,
    on_trial: Callable[[Trial], None],
    should_stop: Callable[[], bool] = lambda: False,
) -> RolloutReport:
    """Run all trials; ``on_trial`` hears of each in order of its seed.

    Raises:
        StudioError: the checkpoint, dataset, skill or station is not to be had.
    """
    _check(spec)
    begin = time.monotonic()
    seeds = range(spec.seed, spec.seed + spec.trials)
    trials: list[Trial] = []
    for trial in _trials(spec, seeds):
        trials.append(trial)
        on_trial(trial)
        if should_stop():
            break
    successes = sum(trial.success for trial in trials)
    return RolloutReport(
        successes=successes,
        trials=len(trials),
        success_rate=successes / len(trials),
        interval95=exact_interval(successes, len(trials)),
        seconds=time.monotonic() - begin,
        each=tuple(trials),
        shifts=spec.shifts,
        prompt=_prompt_following(trials),
        unheard=spec.unheard,
        refused=sum(trial.refused for trial in trials),
    )


def rollout_beside_simulation(
    spec: RolloutSpec, on_trial: Callable[[Trial], None]
) -> RolloutReport:
    """Run all trials and, unless the arms are simulated ones, those of the simulated station too.

    Raises:
        StudioError: the checkpoint, dataset, skill or station is not to be had.
    """
    report = rollout(spec, on_trial)
    if spec.driver is Driver.SIMULATED:
        return report
    same = replace(spec, driver=Driver.SIMULATED, recording="")
    return replace(report, simulated=rollout(same, lambda _: None))


def _prompt_following(trials: Sequence[Trial]) -> PromptFollowing | None:
    known = [trial for trial in trials if trial.instead is not None]
    followed = sum(trial.success and not trial.instead for trial in known)
    confused = sum(bool(trial.instead) for trial in known)
    return PromptFollowing.of(followed, confused) if known else None


def _check(spec: RolloutSpec) -> None:
    """Find out here what a pool process could only die of.

    Raises:
        StudioError: a name is unknown, or the checkpoint does not fit the station.
    """
    find_skill(spec.skill)
    station = find_simulated_station(spec.station)
    if spec.checkpoint:
        check_fits(read_manifest(Path(spec.checkpoint)), station.embodiment)
    if spec.baseline == REPLAY:
        ReplayPolicy.from_dataset(Path(spec.dataset), station.embodiment)


def _trials(spec: RolloutSpec, seeds: range) -> Iterator[Trial]:
    is_apart = spec.driver is Driver.SIMULATED and not spec.recording
    if spec.processes <= 1 or len(seeds) == 1 or not is_apart:
        roller = Roller(spec)
        try:
            yield from _recorded(roller, spec, seeds) if spec.recording else map(roller.run, seeds)
        finally:
            roller.close()
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        min(spec.processes, len(seeds)), context, initializer=_start_process, initargs=(spec,)
    ) as pool:
        try:
            yield from pool.map(_run_in_process, seeds)
        finally:
            pool.shutdown(cancel_futures=True)


def _recorded(roller: Roller, spec: RolloutSpec, seeds: range) -> Iterator[Trial]:
    with TrialRecorder(Path(spec.recording), find_simulated_station(spec.station)) as recorder:
        for seed in seeds:
            with recorder.trial() as recorded:
                trial = roller.run(seed, before_step=recorded.note)
                recorded.keep(
                    EpisodeMetadata(
                        goal=trial.goal,
                        source=EpisodeSource.POLICY,
                        success=trial.success,
                        skill=spec.skill,
                        seed=seed,
                        operator=spec.checkpoint or spec.baseline,
                    )
                )
            yield trial


_process_roller: list[Roller] = []
"""The roller of a pool process: pool functions can only reach module state."""


def _start_process(spec: RolloutSpec) -> None:
    join_pool()
    _process_roller.append(Roller(spec))


def _run_in_process(seed: int) -> Trial:
    return _process_roller[0].run(seed)
