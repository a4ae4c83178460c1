"""Camera frames in shared memory: a ring of slots, each with all pictures of one tick.

One process writes, any number read, nobody waits. Each slot carries a version that is odd while it
is being written, so a reader that was overtaken notices and never returns a torn picture. The ring
is a file in memory (``/dev/shm``) that describes itself; it is renamed into place whole, replaced
whole when its writer starts again, and what a killed writer left behind is removed by the next one.
"""

import errno
import json
import mmap
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.embodiment import CameraDescription
from lbm_studio.core.errors import StudioError
from lbm_studio.core.moments import pair_pictures
from lbm_studio.link.process import ProcessIdentity

Image = NDArray[np.uint8]

RING_PREFIX = "lbm-frames-"
DEFAULT_SLOTS = 16

_MAGIC = b"LBMRING2"
_LENGTH = slice(8, 16)  # of the header: bytes of the text that describes the layout
_COUNTER_OFFSET = 16  # of the header: how many ticks were written
_TEXT_OFFSET = 64
_HEADER_BYTES = 8192
_NUMBER_BYTES = 8
_VERSION, _NUMBER, _CAPTURED, _STORED, _CAMERAS = range(5)  # the columns of the stamps
_ALIGNMENT = 64
_ATTEMPTS = 4
_UNREADABLE_AGE_S = 60.0


@dataclass(frozen=True)
class TickFrames:
    """The pictures of one tick.

    Attributes:
        number: the tick.
        captured_ns: capture time, as in the tick [ns].
        images: by camera name, (H, W, 3) uint8, RGB; copies that belong to the caller.
        images_captured_ns: when each picture was taken [ns]; a missing one was with the tick.
        stored_ns: when they were all in the ring [ns]; 0 when that is unknown.
    """

    number: int
    captured_ns: int
    images: Mapping[str, Image]
    images_captured_ns: Mapping[str, int] = field(default_factory=dict[str, int])
    stored_ns: int = 0

    @property
    def moment_ns(self) -> int:
        """When the oldest of the pictures was taken [ns]."""
        return min(self.images_captured_ns.values(), default=self.captured_ns)


@dataclass(frozen=True)
class RingLayout:
    """Where everything lies in a ring.

    Attributes:
        owner: the process that writes.
        slots: how many ticks are kept.
        sizes: (height, width) of each camera [px].
    """

    owner: ProcessIdentity
    slots: int
    sizes: Mapping[str, tuple[int, int]]

    @property
    def slot_bytes(self) -> int:
        """Size of one slot [bytes]."""
        return self.stamp_bytes + sum(_padded(h * w * 3) for h, w in self.sizes.values())

    @property
    def stamp_bytes(self) -> int:
        """Size of what stands before the pictures of a slot [bytes]."""
        return _padded((_CAMERAS + len(self.sizes)) * _NUMBER_BYTES)

    @property
    def total_bytes(self) -> int:
        """Size of the whole ring [bytes]."""
        return _HEADER_BYTES + self.slots * self.slot_bytes

    def as_header(self) -> bytes:
        """Return the first bytes of a ring without frames."""
        owner = [self.owner.number, self.owner.started]
        value = {"owner": owner, "slots": self.slots, "sizes": dict(self.sizes)}
        text = json.dumps(value).encode()
        return (_MAGIC + len(text).to_bytes(8, "little")).ljust(_TEXT_OFFSET, b"\0") + text

    @classmethod
    def parse(cls, header: bytes) -> Self:
        """Return the layout in the first bytes of a ring.

        Raises:
            ValueError: they are not the beginning of a ring.
        """
        if not header.startswith(_MAGIC):
            raise ValueError("not a frame ring")
        length = int.from_bytes(header[_LENGTH], "little")
        value: dict[str, Any] = json.loads(header[_TEXT_OFFSET : _TEXT_OFFSET + length])
        sizes = {name: (int(h), int(w)) for name, (h, w) in value["sizes"].items()}
        return cls(ProcessIdentity(*value["owner"]), int(value["slots"]), sizes)


class FrameRing:
    """One mapped ring: :meth:`create` it to write, :meth:`attach` to read, :meth:`close` either."""

    def __init__(self, path: Path, memory: mmap.mmap, layout: RingLayout, inode: int) -> None:
        self.layout = layout
        self._path = path
        self._memory = memory
        self._inode = inode
        self._counter = np.frombuffer(memory, np.int64, 1, _COUNTER_OFFSET)
        strides = (layout.slot_bytes, _NUMBER_BYTES)
        shape = (layout.slots, _CAMERAS + len(layout.sizes))
        self._stamps = np.ndarray(shape, np.int64, memory, _HEADER_BYTES, strides)
        self._images = _image_views(memory, layout)

    @classmethod
    def create(
        cls, name: str, cameras: Sequence[CameraDescription], slots: int = DEFAULT_SLOTS
    ) -> Self:
        """Make the ring called ``name``, in the place of an older one; the caller writes.

        Raises:
            StudioError: there is not enough shared memory.
        """
        remove_stale_rings()
        sizes = {camera.name: (camera.height_px, camera.width_px) for camera in cameras}
        path = _ring_path(name)
        temporary = path.with_name(f"{name}.{os.getpid()}")
        try:
            _write_empty_ring(temporary, RingLayout(ProcessIdentity.current(), slots, sizes))
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        return cls._open(path, mmap.ACCESS_WRITE)

    @classmethod
    def attach(cls, name: str) -> Self:
        """Open the ring called ``name`` for reading.

        Raises:
            StudioError: there is none.
        """
        try:
            return cls._open(_ring_path(name), mmap.ACCESS_READ)
        except (OSError, ValueError, KeyError, TypeError) as error:
            sentence = "There are no camera frames: the renderer is not running."
            raise StudioError(sentence) from error

    @classmethod
    def _open(cls, path: Path, access: int) -> Self:
        descriptor = os.open(path, os.O_RDWR if access == mmap.ACCESS_WRITE else os.O_RDONLY)
        try:
            layout = RingLayout.parse(os.pread(descriptor, _HEADER_BYTES, 0))
            memory = mmap.mmap(descriptor, layout.total_bytes, access=access)
            return cls(path, memory, layout, os.fstat(descriptor).st_ino)
        finally:
            os.close(descriptor)

    @property
    def is_current(self) -> bool:
        """Whether the ring still has its name: it was neither removed nor replaced."""
        try:
            return self._path.stat().st_ino == self._inode
        except OSError:
            return False

    @property
    def newest_ns(self) -> int:
        """Capture time of the newest pictures, cheaply; 0 when there are none yet [ns]."""
        return int(self._stamps[:, _CAPTURED].max())

    def write(
        self,
        number: int,
        captured_ns: int,
        images: Mapping[str, Image],
        *,
        images_captured_ns: Mapping[str, int] | None = None,
        stored_ns: int = 0,
    ) -> int:
        """Store the pictures of one tick over the oldest ones.

        Args:
            number: of the tick.
            captured_ns: its capture time [ns].
            images: by camera.
            images_captured_ns: when each was taken [ns]; with the tick unless told.
            stored_ns: the time now [ns].

        Returns:
            The slot that holds them.

        Raises:
            StudioError: a camera is missing or its picture has another size.
        """
        for name, (height, width) in self.layout.sizes.items():
            if name not in images or images[name].shape != (height, width, 3):
                sentence = f"The camera “{name}” gave no picture of {width} x {height} pixels."
                raise StudioError(sentence)
        slot = int(self._counter[0]) % self.layout.slots
        stamp = self._stamps[slot]
        stamp[_VERSION] += 1  # odd: being written
        stamp[_NUMBER : _STORED + 1] = number, captured_ns, stored_ns
        taken = images_captured_ns or {}
        stamp[_CAMERAS:] = [taken.get(name, captured_ns) for name in self.layout.sizes]
        for name, view in self._images.items():
            view[slot] = images[name]
        stamp[_VERSION] += 1
        self._counter[0] += 1
        return slot

    def read(self, number: int | None = None) -> TickFrames | None:
        """Return the pictures of one tick, by default the newest; None when they are not there."""
        if number is not None:
            return self._find(_NUMBER, number)
        for _ in range(_ATTEMPTS):
            written = int(self._counter[0])
            if written == 0:
                return None
            frames = self._read_slot((written - 1) % self.layout.slots)
            if frames is not None:
                return frames
        return None

    def read_at(self, captured_ns: int) -> TickFrames | None:
        """Return the pictures with exactly that capture time [ns]; None when they are not there."""
        return self._find(_CAPTURED, captured_ns)

    def paired(self, newest: TickFrames) -> TickFrames:
        """Return the pictures of a tick with each the nearest to the tick's moment there is."""
        if len(set(newest.images_captured_ns.values())) <= 1:
            return newest
        stamps = self._stamps[self._stamps[:, _CAPTURED] <= newest.captured_ns]
        stamps = stamps[np.argsort(stamps[:, _CAPTURED])]
        if not len(stamps):
            return newest
        ticks = pair_pictures(stamps[:, _CAMERAS:]).ticks[-1]
        numbers = dict(zip(self.layout.sizes, stamps[ticks, _NUMBER].tolist(), strict=True))
        earlier = {number: self.read(number) for number in set(numbers.values())}
        images, taken = dict(newest.images), dict(newest.images_captured_ns)
        for name, number in numbers.items():
            if found := earlier[number]:  # otherwise overwritten meanwhile: the newest has to do
                images[name], taken[name] = found.images[name], found.images_captured_ns[name]
        return replace(newest, images=images, images_captured_ns=taken)

    def unlink(self) -> None:
        """Remove the ring's name, unless another ring has it by now."""
        if self.is_current:
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Unmap the memory. The ring stays until it is unlinked."""
        self._images = {}
        self._stamps = self._counter = np.zeros(0, np.int64)
        self._memory.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _find(self, column: int, value: int) -> TickFrames | None:
        for slot in np.flatnonzero(self._stamps[:, column] == value):
            frames = self._read_slot(int(slot))
            if frames and value == (frames.number, frames.captured_ns)[column - _NUMBER]:
                return frames
        return None

    def _read_slot(self, slot: int) -> TickFrames | None:
        stamp = self._stamps[slot].tolist()
        version, number, captured_ns, stored_ns = stamp[:_CAMERAS]
        if version == 0 or version % 2:
            return None
        images = {name: view[slot].copy() for name, view in self._images.items()}
        if self._stamps[slot, _VERSION] != version:
            return None
        taken = dict(zip(images, stamp[_CAMERAS:], strict=True))
        return TickFrames(number, captured_ns, images, taken, stored_ns)


class FrameReader:
    """Reads the ring called ``name`` whether or not its writer is there, or has been replaced.

    Args:
        name: of the ring.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._ring: FrameRing | None = None

    @property
    def newest_ns(self) -> int:
        """Capture time of the newest pictures, cheaply; 0 when there are none [ns]."""
        ring = self._current()
        return ring.newest_ns if ring else 0

    def read(self, number: int | None = None) -> TickFrames | None:
        """Return the pictures of one tick, by default the newest; None when they are not there."""
        ring = self._current()
        return ring.read(number) if ring else None

    def read_at(self, captured_ns: int) -> TickFrames | None:
        """Return the pictures with exactly that capture time [ns]; None when they are not there."""
        ring = self._current()
        return ring.read_at(captured_ns) if ring else None

    def paired(self, newest: TickFrames) -> TickFrames:
        """Return the pictures of a tick with each the nearest to the tick's moment there is."""
        ring = self._current()
        return ring.paired(newest) if ring else newest

    def close(self) -> None:
        """Let go of the ring."""
        if self._ring is not None:
            self._ring.close()
            self._ring = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _current(self) -> FrameRing | None:
        if self._ring is not None and not self._ring.is_current:
            self.close()
        if self._ring is None:
            with suppress(StudioError):  # no writer yet: there are simply no frames
                self._ring = FrameRing.attach(self._name)
        return self._ring


def remove_stale_rings() -> None:
    """Remove the rings whose writers have ended without removing them."""
    for path in _ring_folder().glob(RING_PREFIX + "*"):
        with suppress(OSError):  # another user's, or removed meanwhile
            if _is_stale(path):
                path.unlink()


def _is_stale(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return not RingLayout.parse(file.read(_HEADER_BYTES)).owner.is_alive()
    except (ValueError, KeyError, TypeError):
        return time.time() - path.stat().st_mtime > _UNREADABLE_AGE_S


def _write_empty_ring(path: Path, layout: RingLayout) -> None:
    header = layout.as_header()
    if len(header) > _HEADER_BYTES:
        raise StudioError("The station has more cameras than the frame ring can describe.")
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, layout.total_bytes)  # a later write can then never fail
        os.pwrite(descriptor, header, 0)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        megabytes = layout.total_bytes // 1_000_000 + 1
        raise StudioError(
            f"The camera frames need {megabytes} MB of shared memory. Make room in {path.parent}."
        ) from error
    finally:
        os.close(descriptor)


def _image_views(memory: mmap.mmap, layout: RingLayout) -> dict[str, Image]:
    """Return (S, H, W, 3) for each camera: its pictures in all slots."""
    views: dict[str, Image] = {}
    offset = _HEADER_BYTES + layout.stamp_bytes
    for name, (height, width) in layout.sizes.items():
        strides = (layout.slot_bytes, width * 3, 3, 1)
        shape = (layout.slots, height, width, 3)
        views[name] = np.ndarray(shape, np.uint8, memory, offset, strides)
        offset += _padded(height * width * 3)
    return views


def _padded(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def _ring_path(name: str) -> Path:
    return _ring_folder() / name


def _ring_folder() -> Path:
    shared = Path("/dev/shm")
    return shared if shared.is_dir() else Path(gettempdir())
