"""Where the next take should begin, read off the takes of a dataset; reads files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.embodiment import Mount, StationDescription
from lbm_studio.core.errors import DatasetError
from lbm_studio.core.projection import camera_pose, project

if TYPE_CHECKING:
    from lbm_studio.episodes.dataset import Dataset
    from lbm_studio.episodes.quality.record import EpisodeRecord


@dataclass(frozen=True, eq=False)
class WantedStart:
    """A start that is missing among those of a goal.

    Attributes:
        place_m: (3,) where the first object should lie, in the station frame [m].
        title: of the take that begins nearest to it, e.g. ``"4"``.
        pictures: how that take begins, (H, W, 3) uint8 RGB by camera of the scene.
        marks: the place in the picture of each camera that sees it, as fractions.
    """

    place_m: NDArray[np.float64]
    title: str
    pictures: Mapping[str, NDArray[np.uint8]]
    marks: Mapping[str, tuple[float, float]]


def wanted_start(dataset: "Dataset", goal: str) -> WantedStart | None:
    """Return where a take of a goal should begin next; None while too few takes say it.

    Raises:
        DatasetError: a recording is missing or damaged.
    """
    # Imported here: it loads Parquet and video, which the window does not wait for.
    from lbm_studio.episodes.quality.coverage import start_place_m, thinnest_place_m

    station = dataset.station
    if station is None:
        return None
    records = _records(dataset, station, goal)
    if not records:
        return None
    places_m = np.stack([start_place_m(record) for record in records])
    thinnest_m = thinnest_place_m(places_m[:, :2])
    if thinnest_m is None:
        return None
    nearest = int(np.linalg.norm(places_m[:, :2] - thinnest_m, axis=1).argmin())
    place_m = np.array([*thinnest_m, places_m[nearest, 2]])
    return WantedStart(
        place_m,
        records[nearest].view.title,
        _first_pictures(records[nearest]),
        marks_of(station, place_m),
    )


def marks_of(
    station: StationDescription, place_m: NDArray[np.float64]
) -> dict[str, tuple[float, float]]:
    """Return where a place is in the pictures of the scene, by those cameras that see it."""
    marks: dict[str, tuple[float, float]] = {}
    for camera in station.embodiment.cameras:
        if camera.mount is Mount.SCENE:
            (x, y), inside = project(camera, camera_pose(camera, None), place_m)
            if inside:
                marks[camera.name] = (float(x), float(y))
    return marks


def _records(dataset: "Dataset", station: StationDescription, goal: str) -> list["EpisodeRecord"]:
    from lbm_studio.episodes.edits.projection import project_dataset
    from lbm_studio.episodes.quality.record import EpisodeRecord

    views = [v for v in project_dataset(dataset).usable if v.labels.goal == goal and v.part <= 1]
    records: list[EpisodeRecord] = []
    for view in views:
        try:
            records.append(EpisodeRecord.read(dataset, station, view))
        except DatasetError:
            continue  # the panel Review tells which episode is damaged
    return records


def _first_pictures(record: "EpisodeRecord") -> dict[str, NDArray[np.uint8]]:
    cameras = [c.name for c in record.station.embodiment.cameras if c.mount is Mount.SCENE]
    first, index = record.view.kept.first, record.view.index
    there = [name for name in cameras if name in record.dataset.cameras]
    return {name: record.dataset.pictures(index, name, (first,))[0] for name in there}
