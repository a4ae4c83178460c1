"""The pictures of one tick on their way over a network: one JPEG a camera.

What arrives is not trusted to be what it says: sizes are checked against the station's description
before a picture is unpacked, and nothing but JPEG is unpacked at all.
"""

import io
import struct
from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np
from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from lbm_studio.core.errors import StudioError
from lbm_studio.link.frames import Image, TickFrames
from lbm_studio.link.message import NO_MESSAGE
from lbm_studio.link.messages import FramesReady
from lbm_studio.link.remote.times import translated

QUALITY = 92
"""Of JPEG: drawn pictures lose less than a grey level on average, a camera's only its noise."""

_FULL_COLOUR = 0  # no chroma subsampling: small coloured objects keep their edges


class PictureNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What goes before the pictures of a tick.

    Attributes:
        ready: the news of them.
        taken_ns: when each picture was taken, by camera, in the order of the pictures [ns].
    """

    ready: FramesReady
    taken_ns: dict[str, int]


_DAMAGE = (
    *(UnidentifiedImageError, Pillow.DecompressionBombError, Pillow.DecompressionBombWarning),
    *(OSError, ValueError, SyntaxError, IndexError, struct.error),
)
"""Whatever Pillow makes of bytes that are no picture."""

_DECODER = msgspec.msgpack.Decoder(PictureNote)


def pack(frames: TickFrames, ready: FramesReady, quality: int = QUALITY) -> list[bytes]:
    """Return a note and one JPEG a camera.

    Args:
        frames: the pictures.
        ready: the news of them.
        quality: of JPEG, 1 to 95.
    """
    taken = {
        name: frames.images_captured_ns.get(name, frames.captured_ns) for name in frames.images
    }
    note = PictureNote(ready, taken)
    return [msgspec.msgpack.encode(note), *(_jpeg(frames.images[name], quality) for name in taken)]


def unpack(
    parts: Sequence[bytes],
    sizes: Mapping[str, tuple[int, int]],
    here: Callable[[int], int] = lambda there_ns: there_ns,
) -> tuple[TickFrames, FramesReady]:
    """Return what :func:`pack` was given, as far as JPEG keeps it.

    Args:
        parts: note and pictures.
        sizes: (height, width) of each camera [px].
        here: translates a moment of the sender's clock [ns].

    Raises:
        StudioError: they are not the pictures of all these cameras.
    """
    try:
        note = _DECODER.decode(parts[0])
    except (IndexError, *NO_MESSAGE) as error:
        raise StudioError("The pictures of a tick were not understood.") from error
    if set(note.taken_ns) != set(sizes) or len(parts) != 1 + len(sizes):
        raise StudioError("The pictures of a tick are not those of this station's cameras.")
    images = {
        name: _image(name, data, sizes[name])
        for name, data in zip(note.taken_ns, parts[1:], strict=True)
    }
    ready = translated(note.ready, here)
    shift_ns = ready.captured_ns - note.ready.captured_ns
    taken = {name: taken_ns + shift_ns for name, taken_ns in note.taken_ns.items()}
    return TickFrames(ready.number, ready.captured_ns, images, taken), ready


def _jpeg(image: Image, quality: int) -> bytes:
    with io.BytesIO() as buffer:
        Pillow.fromarray(image).save(buffer, "JPEG", quality=quality, subsampling=_FULL_COLOUR)
        return buffer.getvalue()


def _image(name: str, data: bytes, size: tuple[int, int]) -> Image:
    height, width = size
    try:
        with Pillow.open(io.BytesIO(data), formats=("JPEG",)) as picture:
            if picture.size != (width, height) or picture.mode != "RGB":
                sentence = f"The camera “{name}” sent no picture of {width} x {height} pixels."
                raise StudioError(sentence)
            return np.asarray(picture, np.uint8)
    except _DAMAGE as error:
        raise StudioError(f"The picture of the camera “{name}” is damaged.") from error
