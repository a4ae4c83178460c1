"""Scenes of the simulated station: which there are, and laying them out."""

import random
from collections.abc import Callable

from lbm_studio.app.datasets import title_of
from lbm_studio.app.live import StationLink
from lbm_studio.app.views.teach import SceneChoice
from lbm_studio.core.episode import FIRST_UNSEEN_SEED
from lbm_studio.link.messages import LoadScene, Message, Refused, Tick

FIRST_SEED = 10_000
LOAD_TIMEOUT_S = 10.0
Seeds = Callable[[], int]


class Layouts:
    """Lays out scenes and follows which one is on the table.

    Args:
        live: the station.
        seeds: chooses the seed of a new layout.
        on_trouble: a sentence for the user.
    """

    def __init__(
        self, live: StationLink, seeds: Seeds, on_trouble: Callable[[str], object]
    ) -> None:
        self._live = live
        self._seeds = seeds
        self._on_trouble = on_trouble
        self._then: Callable[[], object] | None = None
        self.is_loading = False

    @property
    def choices(self) -> tuple[SceneChoice, ...]:
        """The scenes that can be chosen."""
        return tuple(SceneChoice(name, title_of(name)) for name in self._live.skills)

    def load(
        self, scene: str, seed: int | None = None, then: Callable[[], object] | None = None
    ) -> None:
        """Lay out a scene, anew unless a seed is given, then go on."""
        self.is_loading = True
        self._then = then
        chosen = self._seeds() if seed is None else seed
        self._live.ask(LoadScene(skill=scene, seed=chosen), self._loaded, LOAD_TIMEOUT_S)

    def _loaded(self, answer: Message) -> None:
        self.is_loading = False
        then, self._then = self._then, None
        if isinstance(answer, Refused):
            self._on_trouble(answer.reason)
        elif then is not None:
            then()


def recorded_seed() -> int:
    """Return the seed of a layout that may be recorded."""
    return random.randrange(FIRST_SEED, FIRST_UNSEEN_SEED)


def unseen_seed() -> int:
    """Return the seed of a layout that is never recorded."""
    return random.randrange(FIRST_UNSEEN_SEED, 2 * FIRST_UNSEEN_SEED)


def same_layout(before: Tick | None, after: Tick | None) -> bool:
    """Whether the same scene with the same seed is on the table."""
    return _key(before) == _key(after)


def _key(tick: Tick | None) -> tuple[str, int]:
    return (tick.skill, tick.seed) if tick else ("", -1)
