"""Where a window was put, in a file of its own.

The STOP window is a process of its own: if it wrote the settings too, one would undo the other.
"""

import json
import logging
from dataclasses import dataclass
from pathlib import Path

from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.errors import StudioError
from lbm_studio.core.runs import write_json

STOP_WINDOW_FILE = "stop-window.json"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """Upper left corner of a window with its frame, in logical pixels [px]."""

    x: int
    y: int


def read_place(path: Path) -> Place | None:
    """Return the place in a file; None without one, or when it cannot be read."""
    try:
        return from_json(Place, json.loads(path.read_text(encoding="utf-8")), where="place")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, StudioError) as error:
        logger.info("the place of a window is forgotten: %s", error)
        return None


def write_place(path: Path, place: Place) -> None:
    """Remember a place; without a disk that takes it, the window opens where it always does."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, to_json(place))
    except OSError as error:
        logger.info("the place of a window was not written: %s", error)
