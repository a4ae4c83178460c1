"""Live pictures of the cameras that are attached, from a process that holds them for a while."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lbm_studio.app.endings import Endings
from lbm_studio.app.supervisor import end_group, last_words, spawn
from lbm_studio.core.attached_camera import (
    PREVIEWS_FILE,
    AttachedCamera,
    PreviewListing,
    preview_ring,
)
from lbm_studio.core.codec import from_json
from lbm_studio.core.errors import StudioError
from lbm_studio.core.paths import program
from lbm_studio.link.frames import FrameReader
from lbm_studio.link.session import Session

END_WITHIN_S = 4.0
_LOG = "previews.log"


@dataclass(frozen=True, eq=False)
class SeenCamera:
    """One camera, and what it sees.

    Attributes:
        camera: the device.
        image: (H, W, 3) uint8 RGB, small; None while there is none.
        captured_ns: when it was taken; 0 while there is none [ns].
        size_px: width and height of the device's own picture [px].
        trouble: why there is none, a sentence.
    """

    camera: AttachedCamera
    image: NDArray[np.uint8] | None = None
    captured_ns: int = 0
    size_px: tuple[int, int] = (0, 0)
    trouble: str = ""


@dataclass(frozen=True)
class Seen:
    """All cameras.

    Attributes:
        cameras: every device.
        troubles: why others may be missing.
        is_complete: whether all were looked for already.
    """

    cameras: tuple[SeenCamera, ...] = ()
    troubles: tuple[str, ...] = ()
    is_complete: bool = False


class Previews(Protocol):
    """Shows cameras while it is asked to."""

    def start(self, producers: Sequence[str]) -> None:
        """Look for cameras and show them; begins anew when it was at it.

        Raises:
            StudioError: it cannot be started.
        """
        ...

    def poll(self) -> Seen:
        """Return what is seen now; never blocks."""
        ...

    def stop(self) -> None:
        """Let go of all cameras, soon; nobody waits for it."""
        ...


class CameraPreviews:
    """Shows cameras through a process of its own. Fulfils :class:`Previews`.

    Args:
        command: what arguments are appended to; None starts this application again.
    """

    def __init__(self, command: Sequence[str] | None = None) -> None:
        self._command = tuple(command if command is not None else program())
        self._session: Session | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._readers: list[FrameReader] = []
        self._endings = Endings()

    def start(self, producers: Sequence[str]) -> None:
        self.stop()
        try:
            self._session = session = Session.create()
            named = [part for producer in producers for part in ("--producer", producer)]
            line = [*self._command, "worker", "previews", "--session", str(session.folder), *named]
            self._child = spawn(line, session.folder / _LOG)
        except OSError as error:
            self.stop()
            raise StudioError(f"Cameras cannot be shown: {error.strerror or error}.") from error

    def poll(self) -> Seen:
        if self._session is None or self._child is None:
            return Seen()
        if self._child.poll() is not None:
            words = last_words(self._session.folder / _LOG)
            return Seen(troubles=(words or "The cameras could not be shown.",), is_complete=True)
        listing = self._listing(self._session)
        if listing is None:
            return Seen()
        while len(self._readers) < len(listing.previews):
            name = preview_ring(self._session.ring_name, len(self._readers))
            self._readers.append(FrameReader(name))
        cameras: list[SeenCamera] = []
        for preview, reader in zip(listing.previews, self._readers, strict=True):
            frames = reader.read()
            size = (preview.width_px, preview.height_px)
            image = next(iter(frames.images.values())) if frames else None
            captured_ns = frames.captured_ns if frames else 0
            seen = SeenCamera(preview.camera, image, captured_ns, size, preview.trouble)
            cameras.append(seen)
        return Seen(tuple(cameras), listing.troubles, is_complete=True)

    def stop(self) -> None:
        for reader in self._readers:
            reader.close()
        self._readers = []
        child, self._child = self._child, None
        session, self._session = self._session, None
        if session is None:
            return
        self._endings.begin(lambda: _end(child, session), "ending previews")

    def wait_until_closed(self) -> None:
        """Return when no camera is held any more."""
        self._endings.wait()

    def _listing(self, session: Session) -> PreviewListing | None:
        try:
            text = (session.folder / PREVIEWS_FILE).read_text(encoding="utf-8")
            return from_json(PreviewListing, json.loads(text))
        except (OSError, ValueError):
            return None  # it is only starting


def _end(child: subprocess.Popen[bytes] | None, session: Session) -> None:
    if child is not None:
        child.terminate()
        try:
            child.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            end_group(child)
            child.wait()
    session.remove()
