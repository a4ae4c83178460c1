"""``MIXTURE.toml``: what a policy is pretrained on, and how.

    preset = "pretrained"               # settings that [training] then changes; else the defaults

    [[source]]                          # demonstrations that are there
    name = "lab"
    datasets = ["../lab/put_cups"]      # beside this file, or absolute
    weight = 2.0                        # as every key of a source: see Source

    [[source]]                          # demonstrations that are recorded in simulation when absent
    skills = ["put_cube_in_tray", "stack_cubes"]   # each becomes a source of its own, so named
    episodes = 150                      # of each skill
    seed = 0                            # of the first layout

    [training]                          # any field of TrainSpec, with its tables
    minutes = 240.0
    [training.model]
    width = 256

    [rollouts]                          # of every simulated skill, when training is done
    trials = 50

What is read here says nothing of simulators; recording and rolling out is done by whoever asks.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_type_hints

from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.errors import StudioError, UnknownNameError
from lbm_studio.learning.training.presets import find_preset
from lbm_studio.learning.training.source import Source, check_sources
from lbm_studio.learning.training.spec import TrainSpec

NAME_OF_STATION = "simulated"
KEYS = ("preset", "source", "training", "rollouts")
NOT_FOR_MIXTURES = ("datasets", "sources")
"""Fields of a training that the sources say already."""


@dataclass(frozen=True)
class Recording:
    """Demonstrations to be recorded in simulation.

    Attributes:
        skill: simulated skill, also the name of the source.
        episodes: how many there are to be.
        seed: of the first layout.
        station: simulated station by name.
    """

    skill: str
    episodes: int
    seed: int = 0
    station: str = NAME_OF_STATION

    def __post_init__(self) -> None:
        if self.episodes < 1 or self.seed < 0:
            raise StudioError(
                f"The source “{self.skill}” needs at least one episode, and a seed of at least 0."
            )


@dataclass(frozen=True)
class RolloutPlan:
    """What is rolled out when training is done.

    Attributes:
        trials: layouts of every simulated skill; 0 for none.
        execute: steps executed of each chunk; None takes the policy's own.
        time_limit_s: a trial whose goal is not reached by then has failed [s].
    """

    trials: int = 50
    execute: int | None = None
    time_limit_s: float | None = None


@dataclass(frozen=True)
class Mixture:
    """What the file says.

    Attributes:
        sources: in order; those to be recorded name the folder ``<skill>``, to be resolved.
        recordings: by name of the source.
        training: the rest of what training is asked to do, from a preset and the file.
        rollouts: what follows.
    """

    sources: tuple[Source, ...]
    recordings: Mapping[str, Recording]
    training: Mapping[str, Any] = field(default_factory=dict[str, Any])
    rollouts: RolloutPlan = field(default_factory=RolloutPlan)

    def spec(self, recorded: Path, start_from: str | None = None, **changes: Any) -> TrainSpec:
        """Return the training it asks for.

        Args:
            recorded: folder whose folders hold what is recorded.
            start_from: checkpoint to start from.
            changes: other fields of the specification.

        Raises:
            StudioError: a field of ``[training]`` has a bad value.
        """
        sources = tuple(
            replace(source, datasets=(str(recorded / source.name),))
            if source.name in self.recordings
            else source
            for source in self.sources
        )
        hints = get_type_hints(TrainSpec)
        given = {
            name: from_json(hints[name], value, where=f"[training] {name}")
            for name, value in self.training.items()
        }
        if "steps" in given and "minutes" not in given:
            given["minutes"] = None
        return TrainSpec(**{**given, **changes}, sources=sources, start_from=start_from)


def read_mixture(path: Path) -> Mixture:
    """Read a mixture file.

    Raises:
        StudioError: it cannot be read, or says what nobody understands; the sentence names what
            would be understood.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise StudioError(f"The mixture {path} cannot be read: {reason}.") from error
    try:
        return _mixture(raw, path.parent)
    except StudioError as error:
        raise StudioError(f"The mixture {path} cannot be used. {error}") from error


def _mixture(raw: Mapping[str, Any], folder: Path) -> Mixture:
    _check_names(raw, KEYS, "key of a mixture")
    tables = raw.get("source", [])
    if not isinstance(tables, list) or not tables:
        raise StudioError("It names no [[source]].")
    sources: list[Source] = []
    recordings: dict[str, Recording] = {}
    for table in tables:
        for source, recording in _sources(table, folder):
            sources.append(source)
            if recording is not None:
                recordings[source.name] = recording
    check_sources(tuple(sources))
    training = raw.get("training", {})
    _check_fields(training, TrainSpec, "training", without=NOT_FOR_MIXTURES)
    rollouts = raw.get("rollouts", {})
    _check_fields(rollouts, RolloutPlan, "rollouts")
    plan = from_json(RolloutPlan, rollouts, where="table [rollouts]")
    if "preset" in raw:
        preset = find_preset(from_json(str, raw["preset"], where="preset"))
        training = _changed(to_json(preset), training)
    mixture = Mixture(tuple(sources), recordings, training, plan)
    mixture.spec(folder)  # says what is wrong with its values
    return mixture


def _sources(table: Mapping[str, Any], folder: Path) -> Iterable[tuple[Source, Recording | None]]:
    """Yield the sources of one table, and how those to be recorded are recorded."""
    named = [field.name for field in fields(Source) if field.name != "datasets"]
    recorded = [field.name for field in fields(Recording) if field.name != "skill"]
    common = {key: value for key, value in table.items() if key in named and key != "name"}
    if "skills" in table:
        valid = (*(name for name in named if name != "name"), *recorded, "skills")
        _check_names(table, valid, "key of a simulated source")
        rest = {key: value for key, value in table.items() if key in recorded}
        for skill in _texts(table["skills"], "skills"):
            how = from_json(Recording, {"skill": skill, **rest}, where="[[source]]")
            where = {"name": skill, "datasets": [skill]}
            yield from_json(Source, {**where, **common}, where="[[source]]"), how
        return
    _check_names(table, (*named, "datasets", "skills"), "key of a source")
    paths = [str(folder / path) for path in _texts(table.get("datasets", []), "datasets")]
    where = {"name": table.get("name", ""), "datasets": paths}
    if not where["name"]:
        raise StudioError("A [[source]] needs a name and datasets, or else skills.")
    yield from_json(Source, {**where, **common}, where="[[source]]"), None


def _texts(value: object, name: str) -> tuple[str, ...]:
    return from_json(tuple[str, ...], value, where=f"[[source]] {name}")


def _check_fields(
    table: object, kind: type[Any], name: str, *, without: Iterable[str] = ()
) -> None:
    """Make sure that a table, and every table in it, holds fields of a dataclass alone."""
    if not isinstance(table, Mapping):
        raise StudioError(f"[{name}] should be a table.")
    hints = get_type_hints(kind)
    valid = [one.name for one in fields(kind) if one.name not in without]
    _check_names(table, valid, f"key of [{name}]")
    for key, value in table.items():
        if is_dataclass(hints[key]):
            _check_fields(value, hints[key], f"{name}.{key}")


def _changed(settings: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings with the changes, table by table."""
    changed = {**settings, **changes}
    for name, value in settings.items():
        if isinstance(value, Mapping) and name in changes:
            changed[name] = _changed(value, changes[name])
    return changed


def _check_names(table: Mapping[str, Any], valid: Iterable[str], kind: str) -> None:
    choices = tuple(valid)
    for name in table:
        if name not in choices:
            raise UnknownNameError(kind, name, choices)
