"""What a phone and its server say to each other, and where the phone finds it.

The phone proves that it holds the token of its link without sending it: it answers the server's
nonce with an HMAC. Every message is checked to the last field; whatever is not exactly as described
here is no message.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from lbm_studio.core.errors import StudioError
from lbm_studio.core.private import write_private

EVERYWHERE = "0.0.0.0"
"""The host at which a server listens to the whole network; only where a person asks for it."""

NONCE_BYTES = 16
TOKEN_BYTES = 32
MAX_MESSAGE_BYTES = 1024

_Metre = Annotated[float, msgspec.Meta(ge=-100.0, le=100.0)]
_Unit = Annotated[float, msgspec.Meta(ge=-1.0, le=1.0)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
_NORM_TOLERANCE = 0.05


class _Said(
    msgspec.Struct, frozen=True, tag_field="kind", tag=str.lower, forbid_unknown_fields=True
):
    """Base of what is said: tagged with its name in small letters."""


class Hello(_Said, frozen=True):
    """The first thing a phone says.

    Attributes:
        answer: HMAC-SHA256 of the nonce with the token, in hexadecimal.
    """

    answer: Annotated[str, msgspec.Meta(max_length=64)]


class Pose(_Said, frozen=True):
    """Where a phone is, in a frame of its own: x to the right, y up, z backwards.

    Attributes:
        number: counts up from message to message.
        arm: the arm it moves.
        touch: counts the touches of the screen; a new one begins a new motion.
        held: whether the screen is touched: the dead-man.
        position: [m].
        rotation: quaternion x, y, z, w.
        opening: wanted opening of the gripper, 0 to 1; None leaves it.
        scale: how far the hand goes for a metre of the phone.
    """

    number: _Count
    arm: Annotated[str, msgspec.Meta(max_length=32)]
    touch: _Count
    held: bool
    position: tuple[_Metre, _Metre, _Metre]
    rotation: tuple[_Unit, _Unit, _Unit, _Unit]
    opening: Annotated[float, msgspec.Meta(ge=0.0, le=1.0)] | None
    scale: Annotated[float, msgspec.Meta(ge=0.1, le=2.0)]


class Stop(_Said, frozen=True):
    """The red button on the phone was pressed."""


class Challenge(_Said, frozen=True):
    """The first thing the server says.

    Attributes:
        nonce: to be answered, in hexadecimal; never used twice.
    """

    nonce: str


class Welcome(_Said, frozen=True):
    """The phone may send poses.

    Attributes:
        arms: names of the arms it may choose.
    """

    arms: tuple[str, ...]


class Sentence(_Said, frozen=True):
    """Something for the person who holds the phone.

    Attributes:
        text: a sentence; empty when all is well again.
    """

    text: str


_DECODER = msgspec.json.Decoder(Hello | Pose | Stop)
_ENCODER = msgspec.json.Encoder()


def hear(text: str | bytes) -> Hello | Pose | Stop:
    """Return what a phone said.

    Raises:
        StudioError: it is not a message.
    """
    try:
        said = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:  # msgspec errors are ValueErrors
        raise StudioError("That is not a message.") from error
    if isinstance(said, Pose):
        norm = sum(part * part for part in said.rotation) ** 0.5
        if abs(norm - 1.0) > _NORM_TOLERANCE:
            raise StudioError("That is not a rotation.")
    return said


def say(message: Challenge | Welcome | Sentence) -> str:
    """Return what goes over the wire."""
    return _ENCODER.encode(message).decode()


@dataclass(frozen=True)
class PhoneAccess:
    """How a phone gets in. Keep it secret: whoever has the link may move the arms.

    Attributes:
        url: the link, with the token behind the “#”, which browsers keep to themselves.
        fingerprint: SHA-256 of the certificate, to be compared with what the phone shows.
        code: the link as a QR code, row by row, ``"1"`` for dark.
    """

    url: str
    fingerprint: str
    code: tuple[str, ...]

    def write(self, path: Path) -> None:
        """Write a file that only its owner can read; a reader sees all of it or nothing."""
        write_private(path, json.dumps(asdict(self)).encode())

    @classmethod
    def read(cls, path: Path) -> "PhoneAccess | None":
        """Return the access, None when there is none (yet) or the file is not one."""
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except (OSError, ValueError):
            return None
