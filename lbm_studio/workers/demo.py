"""The whole loop without a window: record, train, roll out, compare with two baselines, report.

From scratch, a skill takes hundreds of demonstrations. With a policy to start from, the demo shows
what that policy is for: a skill it has never seen, taught with a few. The quick one only shows that
everything works, so it is the same for both.

Every stage is a command of this program, started as a process of its own and finished when its
figures are on disk; started again, the demo goes on with the first stage that is not.
"""

import json
import math
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.errors import StudioError
from lbm_studio.core.paths import user_data
from lbm_studio.core.runs import SPEC_FILE, EventKind, read_events, write_json
from lbm_studio.evaluation.charts import learning_curve
from lbm_studio.evaluation.pictures import Picture, contact_sheet
from lbm_studio.evaluation.statistics import SuccessRate
from lbm_studio.policy.shipped import SCRATCH, choose_start, title_of_start
from lbm_studio.station.choice import find_simulated_station
from lbm_studio.station.simulation.catalogue import SKILLS
from lbm_studio.station.simulation.station import SimulatedStation
from lbm_studio.workers.rollouts import Roller, RolloutSpec
from lbm_studio.workers.stages import Say, Stages, record_missing

DATASET, RUN = "dataset", "run"
SIZE_FILE = "demo.json"
SHEET, CURVE = "rollouts.png", "learning.png"
FILMS, COLUMNS = 4, 8
"""Trials on the contact sheet, and pictures of each."""
PROCESSES = 2


@dataclass(frozen=True)
class DemoSize:
    """How much of everything.

    Attributes:
        name: as on the command line.
        demonstrations: to be recorded.
        minutes: of training.
        trials: rollouts on unseen layouts.
        station: simulated station by name.
        skill: what is taught.
        start_from: checkpoint that is fine-tuned; None trains from scratch.
    """

    name: str
    demonstrations: int
    minutes: float
    trials: int
    station: str = "simulated"
    skill: str = SKILLS[0].name
    start_from: str | None = None

    def in_words(self) -> str:
        """Return e.g. ``"usual, from scratch"``."""
        return f"{self.name}, from {title_of_start(self.start_from)}"


QUICK = DemoSize("quick", demonstrations=16, minutes=0.75, trials=4)
USUAL = DemoSize("usual", demonstrations=300, minutes=9.5, trials=24)
FULL = DemoSize("full", demonstrations=900, minutes=50.0, trials=100)

UNSEEN_SKILL = "turn_lever"
"""Pretraining never saw it, nor any other of its family."""
FINE_TUNED = {
    USUAL.name: replace(USUAL, demonstrations=20, skill=UNSEEN_SKILL),
    FULL.name: replace(FULL, demonstrations=100, skill=UNSEEN_SKILL),
}
"""What is shown instead where there is a policy to start from."""


@dataclass(frozen=True)
class DemoReport:
    """What came of it.

    Attributes:
        size: what was asked for.
        policy: success of the trained policy.
        replay: success of repeating one recorded episode, on the same layouts.
        idle: success of doing nothing, on the same layouts.
        localisation_median_cm: held-out error of where the next grasp or release will be [cm].
        localisation_p90_cm: nine of ten are below this [cm].
        seconds: time of each stage [s].
        folder: where everything is.
    """

    size: DemoSize
    policy: SuccessRate
    replay: SuccessRate
    idle: SuccessRate
    localisation_median_cm: float | None
    localisation_p90_cm: float | None
    seconds: Mapping[str, float]
    folder: str

    def in_words(self) -> str:
        """Return the report for people, as Markdown."""
        size = self.size
        return "\n".join(
            [
                f"# Demo ({size.name}): {size.skill} on the station “{size.station}”",
                "",
                f"{size.demonstrations} demonstrations, {size.minutes:g} minutes of training from "
                f"{title_of_start(size.start_from)}, {size.trials} unseen layouts. "
                "Intervals are exact, 95 %.",
                "",
                f"- Trained policy: {self.policy.in_words()}",
                f"- Repeating one recorded episode: {self.replay.in_words()}",
                f"- Doing nothing: {self.idle.in_words()}",
                f"- Held-out localisation error: {self._localisation()}",
                f"- Time: {self._times()}",
                f"- Pictures: {SHEET}, {CURVE} in {self.folder}",
            ]
        )

    def _localisation(self) -> str:
        median, p90 = self.localisation_median_cm, self.localisation_p90_cm
        if median is None or p90 is None:
            return "not measurable"
        return f"{median:.2f} cm (median; nine of ten below {p90:.2f} cm)"

    def _times(self) -> str:
        parts = [f"{name} {_clock_time(spent)}" for name, spent in self.seconds.items()]
        return f"{', '.join(parts)}; together {_clock_time(sum(self.seconds.values()))}"


def run_demo(
    size: DemoSize, folder: Path | None, *, start_from: str | None = None, fresh: bool, say: Say
) -> DemoReport:
    """Go through the loop, or on with it, and write report and pictures into ``folder``.

    Args:
        size: how much of everything.
        folder: None takes one in the user's data.
        start_from: checkpoint, ``shipped`` or ``scratch``; None goes on with what the folder holds,
            or starts from the policy that ships, if it fits the station.
        fresh: forget what the folder holds.
        say: tells people what begins.

    Raises:
        StudioError: a stage failed, or the folder holds a demo of another size.
    """
    folder = folder or user_data() / "demo" / size.name
    size = _claim_folder(folder, size, start_from, fresh)
    stages = Stages(folder, say)
    say(f"Demo ({size.in_words()}) in {folder}: {size.skill}")
    _record(stages, size, folder)
    training = stages.run("train", _train_arguments(size, folder))
    rates = {
        name: _rate(stages.run(name, [*_rollout_arguments(size), *more]))
        for name, more in {
            "rollout": [str(folder / RUN)],
            "replay": ["--baseline", "replay", "--dataset", str(folder / DATASET)],
            "idle": ["--baseline", "idle"],
        }.items()
    }
    stages.measure("pictures", lambda: _draw(size, folder))
    report = DemoReport(
        size=size,
        policy=rates["rollout"],
        replay=rates["replay"],
        idle=rates["idle"],
        localisation_median_cm=_finite(training.get("localisation_median_cm")),
        localisation_p90_cm=_finite(training.get("localisation_p90_cm")),
        seconds=stages.seconds(),
        folder=str(folder),
    )
    write_json(folder / "report.json", to_json(report))
    (folder / "report.md").write_text(report.in_words() + "\n", encoding="utf-8")
    return report


def _claim_folder(folder: Path, size: DemoSize, start_from: str | None, fresh: bool) -> DemoSize:
    """Make the folder the demo's own; return what the demo does, start included."""
    marker = folder / SIZE_FILE
    if fresh and marker.exists():
        shutil.rmtree(folder)
    if folder.exists() and not marker.exists() and any(folder.iterdir()):
        raise StudioError(f"{folder} is in use for something else. Choose another folder.")
    begun = _begun(marker)
    if begun is not None and start_from is None:
        size = _started(size, begun.start_from)  # goes on as it was begun
    else:
        embodiment = find_simulated_station(size.station).embodiment
        size = _started(size, choose_start(start_from, lambda: embodiment).checkpoint)
    if begun not in (None, size):
        raise StudioError(
            f"{folder} holds another demo ({begun.in_words()}). "
            "Choose another folder, or start over with --fresh."
        )
    folder.mkdir(parents=True, exist_ok=True)
    write_json(marker, to_json(size))
    return size


def _begun(marker: Path) -> DemoSize | None:
    if not marker.exists():
        return None
    return from_json(DemoSize, json.loads(marker.read_text()), where=SIZE_FILE)


def _started(size: DemoSize, start_from: str | None) -> DemoSize:
    if start_from is None:
        return size
    return replace(FINE_TUNED.get(size.name, size), start_from=start_from)


def _record(stages: Stages, size: DemoSize, folder: Path) -> None:
    record_missing(
        stages,
        folder / DATASET,
        skill=size.skill,
        episodes=size.demonstrations,
        station=size.station,
        processes=PROCESSES,
    )


def _train_arguments(size: DemoSize, folder: Path) -> list[str]:
    run = folder / RUN
    if (run / SPEC_FILE).exists():  # begun before: goes on where it was
        return ["train", "--out", str(run)]
    return [
        *("train", str(folder / DATASET), "--out", str(run), "--minutes", f"{size.minutes:g}"),
        *("--from", size.start_from or SCRATCH),
    ]


def _rollout_arguments(size: DemoSize) -> list[str]:
    return [
        *("rollout", "--skill", size.skill, "--trials", str(size.trials)),
        *("--station", size.station, "--processes", str(PROCESSES)),
    ]


def _rate(figures: Mapping[str, Any]) -> SuccessRate:
    return SuccessRate.of(figures["successes"], figures["trials"])


def _draw(size: DemoSize, folder: Path) -> None:
    spec = RolloutSpec(
        skill=size.skill,
        trials=min(FILMS, size.trials),
        checkpoint=str(folder / RUN),
        station=size.station,
        processes=1,
    )
    contact_sheet(folder / SHEET, _films(spec), COLUMNS)
    points = [
        (float(event.data["step"]), float(event.data["loss"]))
        for event in read_events(folder / RUN)
        if event.kind is EventKind.METRICS and "loss" in event.data
    ]
    learning_curve(folder / CURVE, "training loss over steps", points)


def _films(spec: RolloutSpec) -> list[tuple[str, list[Picture]]]:
    roller = Roller(spec)
    films: list[tuple[str, list[Picture]]] = []
    try:
        for seed in range(spec.seed, spec.seed + spec.trials):
            film: list[Picture] = []
            trial = roller.run(seed, lambda station, film=film: film.append(_look(station)))
            verdict = "success" if trial.success else "failure"
            films.append((f"{trial.goal}: {verdict} after {trial.seconds:.1f} s", film))
    finally:
        roller.close()
    return films


def _look(station: SimulatedStation) -> Picture:
    camera = station.description.embodiment.camera_names[0]
    image = station.capture([camera])[camera].image
    return image[::2, ::2]


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _clock_time(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d} min"
