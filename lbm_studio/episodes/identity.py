"""The station a dataset was recorded on, and how its action vectors are to be read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lbm_studio.core import keys
from lbm_studio.core.action import ActionConvention
from lbm_studio.core.codec import Json, from_json, to_json
from lbm_studio.core.embodiment import ArmDescription, CameraDescription, StationDescription
from lbm_studio.core.errors import DatasetError, StudioError
from lbm_studio.episodes.trust import read_json, require_sane


@dataclass(frozen=True)
class Identity:
    """What must agree before episodes may stand in one dataset.

    Attributes:
        station: where it was recorded.
        convention: meaning of its action and state vectors.
        absent_arms: arms of the body that were not there: their vectors only fill the place.
    """

    station: StationDescription
    convention: ActionConvention
    absent_arms: tuple[str, ...] = ()

    def as_text(self) -> str:
        """Return the contents of the file."""
        return json.dumps(to_json(self), indent=2) + "\n"


def identity_of(station: StationDescription, absent_arms: tuple[str, ...] = ()) -> Identity:
    """Return the identity of what ``station`` records."""
    return Identity(station, ActionConvention(station.embodiment.arm_names), absent_arms)


def read_identity(root: Path) -> Identity | None:
    """Return the identity of the dataset in ``root``; None when another program recorded it.

    Raises:
        DatasetError: the file is damaged.
    """
    path = root / keys.STATION_FILE
    if not path.exists():
        return None
    try:
        return read_json(path, _build)
    except DatasetError:
        raise
    except StudioError as error:
        raise DatasetError(f"The file “{path}” is damaged and cannot be read ({error}).") from error


def _build(value: Json) -> Identity:
    identity = from_json(Identity, value, where="file")
    require_sane(identity.station.embodiment)
    return identity


def differences(recorded: Identity, present: Identity) -> list[str]:
    """Return what keeps two identities apart, each a clause for people; empty when nothing does."""
    return list(_differences(recorded, present))


def _differences(recorded: Identity, present: Identity) -> Iterator[str]:
    was, now = recorded.station.embodiment, present.station.embodiment
    if recorded.station.name != present.station.name:
        yield f"the station is “{recorded.station.name}” there, “{present.station.name}” here"
    if was.arm_names != now.arm_names:
        yield f"the arms are {_listed(was.arm_names)} there, {_listed(now.arm_names)} here"
    else:
        yield from _arm_differences(was.arms, now.arms)
    if was.camera_names != now.camera_names:
        yield f"the cameras are {_listed(was.camera_names)} there, {_listed(now.camera_names)} here"
    else:
        yield from _camera_differences(was.cameras, now.cameras)
    if recorded.absent_arms != present.absent_arms:
        absent = f"{_listed(recorded.absent_arms)} there, {_listed(present.absent_arms)} here"
        yield f"the arms that only fill the place are {absent}"
    if recorded.convention != present.convention:
        yield "the action convention is another"


def _arm_differences(
    was: tuple[ArmDescription, ...], now: tuple[ArmDescription, ...]
) -> Iterator[str]:
    for a, b in zip(was, now, strict=True):
        if len(a.home_joints_rad) != len(b.home_joints_rad):
            joints = f"{len(a.home_joints_rad)} joints there, {len(b.home_joints_rad)} here"
            yield f"the arm “{a.name}” has {joints}"
        elif to_json(a.base) != to_json(b.base):
            yield f"the arm “{a.name}” stands elsewhere"


def _camera_differences(
    was: tuple[CameraDescription, ...], now: tuple[CameraDescription, ...]
) -> Iterator[str]:
    for a, b in zip(was, now, strict=True):
        sizes = (a.width_px, a.height_px), (b.width_px, b.height_px)
        if sizes[0] != sizes[1]:
            size = "{}x{} there, {}x{} here".format(*sizes[0], *sizes[1])
            yield f"the camera “{a.name}” gives {size}"
        elif to_json(replace(a, latency_s=b.latency_s)) != to_json(b):
            yield f"the camera “{a.name}” is mounted or calibrated differently"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"
