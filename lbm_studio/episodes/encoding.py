"""One encoder a camera, each on a thread of its own behind a short queue.

Encoding leaves the interpreter free, so the cameras share the cores of the machine, and whoever
records never waits: it asks whether there is room everywhere, and leaves a whole tick out if not.
"""

import threading
from queue import Queue

from lbm_studio.episodes.statistics import FeatureStatistics, ImageSampler
from lbm_studio.episodes.video import Image, VideoEncoder


class CameraEncoder:
    """Writes the video of one camera and samples its pictures.

    Args:
        encoder: of the video.
        backlog: pictures that may wait; 0 encodes on the calling thread.
    """

    def __init__(self, encoder: VideoEncoder, backlog: int = 0) -> None:
        self._encoder = encoder
        self._sampler = ImageSampler()
        self._error: Exception | None = None
        self._waiting: Queue[Image | None] = Queue(backlog)
        self._thread: threading.Thread | None = None
        if backlog:
            self._thread = threading.Thread(target=self._work, name="encoder", daemon=True)
            self._thread.start()

    @property
    def has_room(self) -> bool:
        """Whether another picture can be added without waiting for earlier ones."""
        return self._thread is None or not self._waiting.full()

    def add(self, image: Image) -> None:
        """Append one (H, W, 3) RGB picture, which then belongs to the encoder.

        Raises:
            OSError: this or an earlier picture could not be written.
        """
        if self._thread is None:
            self._encode(image)
        else:
            self._raise_error()
            self._waiting.put(image)

    def finish(self) -> FeatureStatistics:
        """Write what is still waiting, close the file and return what the pictures are like.

        Raises:
            OSError: a picture could not be written.
        """
        self._join()
        self._raise_error()
        self._encoder.finish()
        return self._sampler.statistics()

    def abandon(self) -> None:
        """Close the file without caring for its contents."""
        self._error = self._error or RuntimeError("abandoned")  # what is waiting is skipped
        self._join()
        self._encoder.abandon()

    def _work(self) -> None:
        while (image := self._waiting.get()) is not None:
            if self._error is None:
                try:
                    self._encode(image)
                except Exception as error:  # noqa: BLE001 - raised again where it is asked for
                    self._error = error

    def _encode(self, image: Image) -> None:
        self._encoder.add(image)
        self._sampler.add(image)

    def _join(self) -> None:
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error
