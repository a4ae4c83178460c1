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

    A scene is there once a tick shows it: only then is its goal known as well.

    Args:
        live: the station.
        seeds: chooses the seed of a new layout.
        on_trouble: a sentence for the user.

    Attributes:
        is_loading: a scene has been asked for and is not there yet.
    """

    def __init__(
        self, live: StationLink, seeds: Seeds, on_trouble: Callable[[str], object]
    ) -> None:
        self._live = live
        self._seeds = seeds
        self._on_trouble = on_trouble
        self._then: Callable[[], object] | None = None
        self._asked_for = ("", -1)
        self._is_accepted = False
        self._is_untouched = False
        self.is_loading = False

    @property
    def choices(self) -> tuple[SceneChoice, ...]:
        """The scenes that can be chosen."""
        return tuple(SceneChoice(name, title_of(name)) for name in self._live.skills)

    def load(
        self, scene: str, seed: int | None = None, then: Callable[[], object] | None = None
    ) -> None:
        """Lay out a scene, anew unless a seed is given; once it is there, go on."""
        chosen = self._seeds() if seed is None else seed
        self.is_loading = True
        self._is_accepted = self._is_untouched = False
        self._asked_for, self._then = (scene, chosen), then
        self._live.ask(LoadScene(skill=scene, seed=chosen), self._answered, LOAD_TIMEOUT_S)

    def follow(self, tick: Tick) -> None:
        """Go on if the tick shows what was laid out; called once it is taken in."""
        if not self._is_accepted or _key(tick) != self._asked_for:
            return
        self.is_loading = self._is_accepted = False
        self._is_untouched = True
        then, self._then = self._then, None
        if then is not None:
            then()

    def is_fresh(self, tick: Tick) -> bool:
        """Whether the tick shows what was laid out here last, as it was laid out."""
        return self._is_untouched and _key(tick) == self._asked_for

    def touch(self) -> None:
        """Somebody moves the arms in the scene."""
        self._is_untouched = False

    def go_on(self, then: Callable[[], object]) -> None:
        """Once what is being laid out is there, do this."""
        self._then = then

    def stay(self) -> None:
        """Do not go on after laying out."""
        self._then = None

    def forget(self) -> None:
        """The station is gone."""
        self._then = None
        self.is_loading = self._is_accepted = self._is_untouched = False

    def _answered(self, answer: Message) -> None:
        if isinstance(answer, Refused):
            self.forget()
            self._on_trouble(answer.reason)
        else:
            self._is_accepted = True


def recorded_seed() -> int:
    """Return the seed of a layout that may be recorded."""
    return random.randrange(FIRST_SEED, FIRST_UNSEEN_SEED)


def unseen_seed() -> int:
    """Return the seed of a layout that is never recorded."""
    return random.randrange(FIRST_UNSEEN_SEED, 2 * FIRST_UNSEEN_SEED)


def _key(tick: Tick) -> tuple[str, int]:
    return tick.skill, tick.seed
