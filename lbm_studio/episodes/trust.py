"""What may be believed of files that anybody can have written: damage is told in words.

A file that is no file (a pipe would be waited for without end), claims beyond reason, and whatever
the readers stumble over become a DatasetError that names the file.
"""

import json
import math
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from lbm_studio.core.embodiment import Embodiment
from lbm_studio.core.errors import DatasetError

MOST_JSON_BYTES = 200_000_000
LARGEST_SIDE_PX = 16_384
LONGEST_VECTOR = 100_000
MOST_FRAMES = 1_000_000_000
LONGEST_NAME = 200

T = TypeVar("T")

_STUMBLES = (
    OSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    MemoryError,
)
"""What Python's readers raise on garbage."""


@contextmanager
def damage_in_words(path: Path, *others: type[Exception]) -> Generator[None]:
    """Turn whatever reading a file stumbles over into a sentence.

    Args:
        path: the file.
        others: further exceptions of a library that reads it.

    Raises:
        DatasetError: it is missing or damaged.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise DatasetError(f"The file “{path}” is missing.") from error
    except (*_STUMBLES, *others) as error:
        lines = str(error).splitlines()
        reason = lines[0] if lines else type(error).__name__
        raise DatasetError(
            f"The file “{path}” is damaged and cannot be read ({reason})."
        ) from error


def is_there(path: Path) -> bool:
    """Whether there is a file: neither a folder, a pipe nor a device."""
    try:
        return path.is_file()
    except OSError:  # a name that no disk can hold
        return False


def require_file(path: Path) -> None:
    """Return only if there is a file.

    Raises:
        DatasetError: there is none, or something else.
    """
    if not is_there(path):
        raise DatasetError(f"The file “{path}” is missing.")


def read_json(path: Path, build: Callable[[Any], T]) -> T:
    """Return what is built of the contents of a JSON file.

    Raises:
        DatasetError: it is missing or damaged.
    """
    require_file(path)
    with damage_in_words(path):
        if path.stat().st_size > MOST_JSON_BYTES:
            raise ValueError(f"{path.stat().st_size} bytes are too many")
        return build(json.loads(path.read_text(encoding="utf-8")))


def whole(value: Any, *, most: int, least: int = 0) -> int:
    """Return a value that must be a whole number within bounds.

    Raises:
        ValueError: it is not.
    """
    number = int(value)
    if number != value or not least <= number <= most:
        raise ValueError(f"{value!r:.40} is not a whole number from {least} to {most}")
    return number


def moment(value: Any) -> float:
    """Return a time that must be a number of seconds, not negative [s].

    Raises:
        ValueError: it is not.
    """
    seconds = float(value)
    if not 0.0 <= seconds <= MOST_FRAMES:
        raise ValueError(f"{value!r:.40} is no time")
    return seconds


def name(value: Any) -> str:
    """Return a name of a column, camera or arm, which may become part of a path.

    Raises:
        ValueError: it could lead elsewhere, or cannot be written.
    """
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
        raise ValueError(f"{value!r:.40} is no name")
    if value in (".", "..") or any(sign in value for sign in "/\\\0") or not value.isprintable():
        raise ValueError(f"{value!r:.40} is no name")
    return value


def text(value: Any) -> str:
    """Return a text; nothing where there is none.

    Raises:
        ValueError: it is something else, or cannot be written.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{value!r:.40} is no text")
    value.encode()
    return value


def require_sane(body: Embodiment) -> None:
    """Return only if a body can be worked with.

    Raises:
        ValueError: a name, size or rate is beyond reason.
    """
    names = [name(part) for part in (*body.arm_names, *body.camera_names)]
    if not body.arms or len(set(names)) < len(names):
        raise ValueError("its arms or cameras cannot be told apart")
    for camera in body.cameras:
        for side_px in (camera.width_px, camera.height_px):
            whole(side_px, least=1, most=LARGEST_SIDE_PX)
        _require_finite(camera.latency_s, camera.vertical_fov_rad)
        _require_finite(*camera.pose.position, *camera.pose.rotation.ravel())
    for arm in body.arms:
        _require_finite(arm.gripper_max_width_m, *arm.home_joints_rad, *arm.base.position)
        whole(len(arm.home_joints_rad), most=LONGEST_NAME)
    chunk = body.chunk
    for steps in (chunk.length, chunk.past, chunk.execute):
        whole(steps, most=LONGEST_VECTOR)
    if not (chunk.rate_hz > 0.0 and math.isfinite(chunk.rate_hz)):
        raise ValueError(f"{chunk.rate_hz} is no rate")


def _require_finite(*numbers: float) -> None:
    if not all(map(math.isfinite, numbers)):
        raise ValueError("a number of it is none")
