"""One small picture of every episode, decoded one after the other beside the window."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from lbm_studio.app.background import Background
from lbm_studio.app.episode_frames import Image
from lbm_studio.episodes.edits.view import EpisodeView

if TYPE_CHECKING:
    from lbm_studio.episodes.dataset import Dataset

WIDTH_PX = 160
"""Pictures are thinned out to at least this width [px]."""

logger = logging.getLogger(__name__)


class Thumbnails:
    """The first kept picture of the first camera of each episode.

    Only one is asked for at a time, so that what somebody waits for comes next.

    Args:
        background: does the decoding.
        on_picture: is called whenever there is another one.
    """

    def __init__(self, background: Background, on_picture: Callable[[], object]) -> None:
        self._background = background
        self._on_picture = on_picture
        self._dataset: Dataset | None = None
        self._pictures: dict[str, Image] = {}
        self._tried: set[str] = set()
        self._wanted: tuple[EpisodeView, ...] = ()
        self._is_decoding = False

    @property
    def pictures(self) -> Mapping[str, Image]:
        """Those there are, (H, W, 3) uint8 RGB by the name of the episode."""
        return dict(self._pictures)

    def show(self, dataset: "Dataset", wanted: Sequence[EpisodeView]) -> None:
        """Decode what is missing; another dataset begins anew."""
        if dataset is not self._dataset:
            self._dataset, self._is_decoding = dataset, False
            self._pictures, self._tried = {}, set()
        self._wanted = tuple(wanted)
        self._decode_next()

    def _decode_next(self) -> None:
        dataset = self._dataset
        missing = [view for view in self._wanted if view.uuid not in self._tried]
        if self._is_decoding or dataset is None or not dataset.cameras or not missing:
            return
        view = missing[0]
        self._tried.add(view.uuid)
        self._is_decoding = True

        def work() -> Image:
            pictures = dataset.iter_images(view.index, dataset.cameras[0], first=view.kept.first)
            return _thinned(next(pictures))

        def done(picture: Image) -> None:
            if dataset is self._dataset:
                self._is_decoding = False
                self._pictures[view.uuid] = picture
                self._on_picture()
                self._decode_next()

        def failed(words: str) -> None:
            # Said to the user when the episode is opened; a table without a picture still works.
            logger.info("episode %s has no picture: %s", view.title, words)
            if dataset is self._dataset:
                self._is_decoding = False
                self._decode_next()

        self._background.submit(work, done, failed)


def _thinned(image: Image) -> Image:
    step = max(1, image.shape[1] // WIDTH_PX)
    return image[::step, ::step].copy()
