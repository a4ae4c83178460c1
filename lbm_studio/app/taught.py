"""The dataset that the takes of a goal go to, read and edited away from the window's thread."""

from collections.abc import Callable, Sequence
from pathlib import Path

from lbm_studio.app.background import Background
from lbm_studio.app.datasets import Shelf
from lbm_studio.app.experience import Outcome, advice
from lbm_studio.episodes.edits.change import Change, EditField


class TaughtDataset:
    """One dataset at a time, existing or not.

    Args:
        shelf: where the datasets are.
        background: reads files.
        experience: reads what came of training before.
        on_trouble: a sentence for the user.

    Attributes:
        path: its folder; None while nothing is taught.
    """

    def __init__(
        self,
        shelf: Shelf,
        background: Background,
        experience: Callable[[], Sequence[Outcome]],
        on_trouble: Callable[[str], None],
    ) -> None:
        self._shelf = shelf
        self._background = background
        self._experience = experience
        self._on_trouble = on_trouble
        self.path: Path | None = None

    @property
    def name(self) -> str:
        """Name of its folder; empty while nothing is taught."""
        return self.path.name if self.path else ""

    def choose(self, name: str) -> None:
        """Turn to the dataset of a scene or goal; an empty name turns to none."""
        self.path = self._shelf.path_for(name) if name else None

    def count(self, show: Callable[[int], None]) -> None:
        """Tell how many takes it holds, unless another dataset has been chosen meanwhile."""
        path = self.path
        if path is None or not path.exists():
            return

        def tell(kept: int) -> None:
            if path == self.path:
                show(kept)

        self._background.submit(lambda: self._shelf.card(path).episodes, tell, self._on_trouble)

    def advise(self, show: Callable[[str], None]) -> None:
        """Tell how many takes are advisable, in a sentence."""
        name = self.name

        def tell(outcomes: Sequence[Outcome]) -> None:
            if name == self.name:
                show(advice(outcomes, name) if name else "")

        self._background.submit(self._experience, tell, self._on_trouble)

    def take_back(self, index: int, then: Callable[[], None]) -> None:
        """Delete an episode; it can be restored on the panel Review."""
        path = self.path
        if path is None:
            return

        def delete() -> None:
            episodes = self._shelf.open(path).episodes
            uuid = next(e.metadata.uuid for e in episodes if e.index == index)
            self._shelf.edits(path).apply(Change(uuid, EditField.DELETED, True))

        self._background.submit(delete, lambda _: then(), self._on_trouble)
