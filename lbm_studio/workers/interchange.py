"""Importing demonstrations of other programs onto one of our stations, and proposing how."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StudioError
from lbm_studio.episodes.interchange.catalogue import opened
from lbm_studio.episodes.interchange.importer import ImportReport, import_episodes
from lbm_studio.episodes.interchange.mapping import HeldArm, held_at, read_mapping
from lbm_studio.episodes.interchange.proposal import propose_mapping
from lbm_studio.station.choice import find_station
from lbm_studio.station.kinematics import ArmKinematics


@dataclass(frozen=True)
class ImportSpec:
    """What to import.

    Attributes:
        source: file or folder of another program.
        mapping: what its numbers and pictures mean; None only to have one proposed.
        dataset: folder; made or added to; None only to have a mapping proposed.
        format: None for what the source looks like.
        station: ours, by name, which the mapping is onto.
    """

    source: Path
    mapping: Path | None
    dataset: Path | None
    format: str | None
    station: str


def import_dataset(
    spec: ImportSpec,
    on_progress: Callable[[int, int], object],
    should_stop: Callable[[], bool],
) -> ImportReport:
    """Import what is not in the dataset yet.

    Args:
        spec: what to import.
        on_progress: is told (done, total) episodes.
        should_stop: polled; what is kept by then stays.

    Raises:
        StudioError: the mapping does not fit, or nothing can be read; the sentence says why.
    """
    if spec.mapping is None or spec.dataset is None:
        raise StudioError(
            "Name the dataset to import into with --out, and the mapping with --mapping."
            f" To have a mapping proposed: lbm-studio import {spec.source} --propose"
            " --mapping FILE.toml"
        )
    mapping, text = read_mapping(spec.mapping)
    with opened(spec.source, spec.format or mapping.format) as source:
        return import_episodes(
            source,
            mapping,
            text,
            find_station(spec.station),
            spec.dataset,
            on_progress,
            should_stop,
        )


def propose(spec: ImportSpec) -> str:
    """Propose a mapping; write it, or return it where no file is named.

    Returns:
        What to tell the user.

    Raises:
        StudioError: the file is there already, or nothing can be read.
    """
    if spec.mapping is not None and spec.mapping.exists():
        raise StudioError(f"“{spec.mapping}” is there already: name another file, or delete it.")
    station = find_station(spec.station)
    with opened(spec.source, spec.format) as source:
        text = propose_mapping(source.contents, station, _at_rest(station))
    if spec.mapping is None:
        return text
    spec.mapping.write_text(text, encoding="utf-8")
    return f"Wrote {spec.mapping}. Look it over, then import with --mapping {spec.mapping}."


def _at_rest(station: StationDescription) -> Mapping[str, HeldArm]:
    """Return where each arm rests."""
    return {
        arm.name: held_at(
            ArmKinematics(arm).forward(np.asarray(arm.home_joints_rad)), arm.gripper_max_width_m
        )
        for arm in station.embodiment.arms
    }
