"""Importing episodes of another program into a dataset of ours, one durable episode at a time."""

import hashlib
import json
import time
from collections.abc import Callable, Container, Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lbm_studio.core.codec import to_json
from lbm_studio.core.embodiment import Embodiment, StationDescription
from lbm_studio.core.episode import EpisodeMetadata
from lbm_studio.core.errors import DatasetError, DiskFullError, StudioError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.features import lacking
from lbm_studio.episodes.interchange.conversion import ConvertedEpisode, convert
from lbm_studio.episodes.interchange.fitting import (
    absent_arms,
    absent_cameras,
    calibration_remarks,
    check_mapping,
    imported_station,
    source_rate_hz,
)
from lbm_studio.episodes.interchange.foreign import ForeignEpisode, ForeignSource
from lbm_studio.episodes.interchange.mapping import ImportMapping, read_mapping
from lbm_studio.episodes.interchange.pictures import fitted, picked
from lbm_studio.episodes.storage import flush_to_disk, move_into_place
from lbm_studio.episodes.video import Image
from lbm_studio.episodes.writer import DatasetWriter

MAPPINGS_FOLDER = "meta/lbm_imports"
"""Inside a dataset: the mappings its episodes were imported with."""

OnProgress = Callable[[int, int], object]
ShouldStop = Callable[[], bool]


@dataclass(frozen=True)
class ImportReport:
    """What came of an import.

    Attributes:
        dataset: its folder.
        format: of the source.
        episodes: that were added.
        frames: theirs.
        present: episodes that the dataset held already from an earlier import.
        left_out: one sentence for each episode that could not be read.
        remarks: one sentence for each thing the source lacks or that was assumed.
        stopped: whether it was asked to stop before all were imported.
        seconds: wall-clock time of the whole [s].
    """

    dataset: str
    format: str
    episodes: int
    frames: int
    present: int
    left_out: tuple[str, ...]
    remarks: tuple[str, ...]
    stopped: bool
    seconds: float

    def in_words(self) -> str:
        """Return the outcome in a few sentences."""
        said = f"Imported {self.episodes} episodes into {self.dataset} in {self.seconds:.0f} s."
        if self.present:
            said += f" {self.present} were there already."
        if self.left_out:
            said += f" {len(self.left_out)} were left out:"
        return "\n".join([said, *self.left_out, *self.remarks])


def import_episodes(
    source: ForeignSource,
    mapping: ImportMapping,
    text: str,
    station: StationDescription,
    dataset: Path,
    on_progress: OnProgress = lambda done, total: None,
    should_stop: ShouldStop = lambda: False,
) -> ImportReport:
    """Import all episodes that the dataset does not hold yet.

    Each is whole and on the disk before the next begins, so an import that was cut off is simply
    begun again.

    Args:
        source: opened.
        mapping: what its numbers and pictures mean.
        text: the mapping as it was written; kept in the dataset.
        station: ours, which the mapping is onto.
        dataset: folder; made or added to.
        on_progress: is told (episodes, total).
        should_stop: polled between frames; what is kept by then stays.

    Raises:
        StudioError: the mapping does not fit, or nothing could be imported; the sentence says why.
    """
    begin = time.monotonic()
    check_mapping(mapping, source.contents, station)
    work = _Import(source, mapping, text, station, should_stop)
    with DatasetWriter.open(
        dataset,
        imported_station(mapping, station),
        rate_hz=mapping.rate_hz,
        absent_arms=absent_arms(mapping, station.embodiment),
        leave_out=lacking({}),
    ) as writer:
        work.keep_mapping(dataset)
        work.run(writer, dataset, on_progress)
    if work.left_out and not work.episodes and not work.present:
        raise DatasetError(work.left_out[0])
    return ImportReport(
        dataset=str(dataset),
        format=source.contents.format,
        episodes=work.episodes,
        frames=work.frames,
        present=work.present,
        left_out=tuple(work.left_out),
        remarks=tuple(_remarks(mapping, station.embodiment)),
        stopped=work.stopped,
        seconds=time.monotonic() - begin,
    )


class _Import:
    """One run over a source."""

    def __init__(
        self,
        source: ForeignSource,
        mapping: ImportMapping,
        text: str,
        station: StationDescription,
        should_stop: ShouldStop,
    ) -> None:
        self._source = source
        self._mapping = mapping
        self._text = text
        self._body = imported_station(mapping, station).embodiment
        self._should_stop = should_stop
        self._rate_hz = source_rate_hz(mapping, source.contents)
        self._meaning = _meaning(mapping)
        self.episodes = self.frames = self.present = 0
        self.left_out: list[str] = []
        self.stopped = False

    def keep_mapping(self, dataset: Path) -> None:
        """Write the mapping beside the episodes it explains.

        Raises:
            DatasetError: the dataset was imported with one that means something else.
        """
        folder = dataset / MAPPINGS_FOLDER
        folder.mkdir(exist_ok=True)
        for kept in sorted(folder.glob("*.toml")):
            if _meaning(read_mapping(kept)[0]) != self._meaning:
                raise DatasetError(
                    f"“{dataset}” was imported with another mapping, which it keeps as {kept}."
                    " Import with that one, or into another folder."
                )
        final = folder / f"{hashlib.sha256(self._text.encode()).hexdigest()[:16]}.toml"
        if not final.exists():
            staged = final.with_suffix(".part")
            staged.write_text(self._text, encoding="utf-8")
            flush_to_disk(staged)
            move_into_place(staged, final)

    def run(self, writer: DatasetWriter, dataset: Path, on_progress: OnProgress) -> None:
        """Import one episode after the other."""
        known = {summary.metadata.uuid for summary in Dataset.open(dataset).episodes}
        names = self._source.episodes
        for done, name in enumerate(names):
            on_progress(done, len(names))
            self._import_one(writer, name, known)
            if self.stopped:
                return
        on_progress(len(names), len(names))

    def _import_one(self, writer: DatasetWriter, name: str, known: Container[str]) -> None:
        try:
            episode = self._source.read(name)
            uuid = self._uuid(episode)
            if uuid in known:
                self.present += 1
                return
            converted = convert(episode, self._mapping, self._body, self._rate_hz)
            metadata = self._metadata(episode, uuid)
            self._record(writer, episode, converted)
            if self.stopped:
                writer.discard()
                return
            self.frames += writer.keep(metadata).length
            self.episodes += 1
        except DiskFullError:
            raise
        except StudioError as error:
            writer.discard()
            self.left_out.append(f"Episode {name}: {error}")

    def _record(
        self, writer: DatasetWriter, episode: ForeignEpisode, converted: ConvertedEpisode
    ) -> None:
        writer.begin()
        with ExitStack() as stack:
            films = {
                slot: stack.enter_context(closing(self._film(episode, slot, converted)))
                for slot in self._mapping.cameras
            }
            for tick in range(len(converted.states)):
                if self._should_stop():
                    self.stopped = True
                    return
                writer.add(
                    state=converted.states[tick],
                    action=converted.actions[tick],
                    joints=converted.joints[tick],
                    captured_ns=int(converted.captured_ns[tick]),
                    images={slot: next(film) for slot, film in films.items()},
                )

    def _film(
        self, episode: ForeignEpisode, slot: str, converted: ConvertedEpisode
    ) -> Generator[Image]:
        mapped = self._mapping.cameras[slot]
        camera = self._body.camera(slot)
        if mapped.source not in episode.pictures:
            raise DatasetError(f"There are no pictures of the camera “{mapped.source}”.")
        for image in picked(episode.pictures[mapped.source](), converted.frames.tolist()):
            yield fitted(
                image,
                (camera.width_px, camera.height_px),
                mapped.fit,
                turn_deg=mapped.turn_deg,
                mirrored=mapped.mirrored,
            )

    def _metadata(self, episode: ForeignEpisode, uuid: str) -> EpisodeMetadata:
        goal = episode.goal.strip()
        goal = self._mapping.goals.get(goal, goal) or self._mapping.goal
        if not goal:
            raise DatasetError("Nobody knows its goal: write one into the mapping, goal = “...”.")
        return EpisodeMetadata(
            goal=goal,
            source=self._mapping.demonstrator,
            success=episode.success,
            operator=f"imported from {self._source.contents.name}",
            uuid=uuid,
        )

    def _uuid(self, episode: ForeignEpisode) -> str:
        """Return what an episode is called whenever it is imported in the same way.

        Its numbers take part: files of other recordings often bear the same names.
        """
        told = hashlib.sha256(f"{episode.name}\0{self._meaning}".encode())
        for key in sorted(episode.vectors):
            told.update(key.encode())
            told.update(np.ascontiguousarray(episode.vectors[key]).tobytes())
        return told.hexdigest()[:32]


def _meaning(mapping: ImportMapping) -> str:
    """Return what two mappings have in common that differ in goals and comments only."""
    said = to_json(replace(mapping, goal="", goals={}))
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _remarks(mapping: ImportMapping, body: Embodiment) -> Iterator[str]:
    arms, cameras = absent_arms(mapping, body), absent_cameras(mapping, body)
    if arms:
        yield f"The source lacks the arm {', '.join(arms)}: it is held still, and noted as absent."
    if cameras:
        yield f"Nothing is imported for the cameras {', '.join(cameras)}: they are noted as absent."
    without = [name for name, arm in mapping.arms.items() if not arm.state.joints]
    if without:
        yield f"There are no joint angles of {', '.join(without)}: those at rest stand in."
    yield from calibration_remarks(mapping)
