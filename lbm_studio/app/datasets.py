"""Where recordings live, and which there are."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from lbm_studio.core.embodiment import Embodiment
from lbm_studio.core.errors import StudioError
from lbm_studio.episodes.edits.log import EditLog
from lbm_studio.episodes.edits.projection import project

if TYPE_CHECKING:
    from lbm_studio.episodes.dataset import Dataset

INFO_FILE = "meta/info.json"


@dataclass(frozen=True)
class DatasetCard:
    """What is known of a dataset without decoding anything.

    Attributes:
        path: its folder.
        name: what people read.
        episodes: not counting deleted ones.
        seconds: of recording, not counting deleted ones [s].
        goals: its prompts.
        skills: the simulated skills whose layouts were used.
        station: name of the station it was recorded on; empty when nobody wrote it down.
        body: that station's arms and cameras; None when nobody wrote it down.
        problem: why it cannot be read; empty when it can.
    """

    path: Path
    name: str
    episodes: int = 0
    seconds: float = 0.0
    goals: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    station: str = ""
    body: Embodiment | None = None
    problem: str = ""


class Shelf(Protocol):
    """Where panels find recordings."""

    def cards(self) -> tuple[DatasetCard, ...]:
        """Return all datasets, by name; reads files."""
        ...

    def card(self, path: Path) -> DatasetCard:
        """Return what is known of one dataset; reads files."""
        ...

    def path_for(self, name: str) -> Path:
        """Return the folder of the dataset for a scene or goal, existing or not."""
        ...

    def open(self, path: Path) -> "Dataset":
        """Open a dataset; reads files."""
        ...

    def edits(self, path: Path) -> EditLog:
        """Open the edit log of a dataset; reads files."""
        ...


class DatasetShelf:
    """One folder with a dataset in each folder below. Fulfils :class:`Shelf`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def cards(self) -> tuple[DatasetCard, ...]:
        if not self.folder.is_dir():
            return ()
        found = sorted(path.parent.parent for path in self.folder.glob(f"*/{INFO_FILE}"))
        return tuple(self.card(path) for path in found)

    def card(self, path: Path) -> DatasetCard:
        try:
            dataset = self.open(path)
            log = self.edits(path)
        except StudioError as error:
            return DatasetCard(path, title_of(path.name), problem=str(error))
        kept = project(dataset.episodes, log).kept
        return DatasetCard(
            path,
            title_of(path.name),
            len(kept),
            sum(view.length for view in kept) / dataset.rate_hz,
            tuple(dict.fromkeys(view.labels.goal for view in kept)),
            tuple(dict.fromkeys(v.metadata.skill for v in kept if v.metadata.skill)),
            dataset.station.name if dataset.station else "",
            dataset.station.embodiment if dataset.station else None,
        )

    def path_for(self, name: str) -> Path:
        return self.folder / slug(name)

    def open(self, path: Path) -> "Dataset":
        from lbm_studio.episodes.dataset import Dataset  # loads Parquet and video: not at start-up

        return Dataset.open(path)

    def edits(self, path: Path) -> EditLog:
        return EditLog(path)


def slug(text: str) -> str:
    """Return a short folder name for a scene or a goal."""
    words = re.findall(r"[^\W_]+", text.casefold())
    return "_".join(words)[:60].rstrip("_") or "recordings"


def title_of(name: str) -> str:
    """Return how people read the name of a skill, a dataset or a camera."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
