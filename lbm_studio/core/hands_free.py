"""What can be said with a foot or a thumb while the hands move the arms, and what each pedal means.

The meaning of pedals is a small file of its own: the process that reads the pedals must know which
of them stops the arms even while the window, which changes the file, hangs.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.errors import StudioError
from lbm_studio.core.runs import write_json

PEDALS_FILE = "pedals.json"

_LOG = logging.getLogger(__name__)


class TakeAction(StrEnum):
    """What a pedal or a button asks for."""

    RECORD = "record"
    """Begin a take, or end the running one."""

    REDO = "redo"
    """Begin the running take again; without one, begin."""

    KEEP = "keep"
    DISCARD = "discard"
    UNDO = "undo"
    STOP = "stop"


DEFAULT_PEDALS: Mapping[str, TakeAction] = {
    "bit 0": TakeAction.REDO,
    "bit 1": TakeAction.KEEP,
    "bit 2": TakeAction.DISCARD,
    "key 04": TakeAction.REDO,
    "key 05": TakeAction.KEEP,
    "key 06": TakeAction.DISCARD,
}
"""Left, middle and right, as pedals leave the factory: with three bits, or as the keys A, B, C."""


@dataclass(frozen=True)
class PedalMap:
    """What each pedal means.

    Attributes:
        controls: actions by pedal, e.g. ``"05f3:00ff bit 1"``, as a person taught them. A device
            that nobody has taught anything follows the defaults.
    """

    controls: dict[str, TakeAction] = field(default_factory=dict[str, TakeAction])

    def action(self, control: str) -> TakeAction | None:
        """Return what a pedal asks for, None when nobody has said."""
        if any(_device_of(known) == _device_of(control) for known in self.controls):
            return self.controls.get(control)
        return DEFAULT_PEDALS.get(control.partition(" ")[2])

    def learned(self, control: str, action: TakeAction) -> "PedalMap":
        """Return the map in which this pedal, and no other of its device, asks for ``action``."""
        device = _device_of(control)
        defaults = {f"{device} {what}": meaning for what, meaning in DEFAULT_PEDALS.items()}
        is_known = any(_device_of(known) == device for known in self.controls)
        before = self.controls if is_known else self.controls | defaults
        kept = {
            known: meaning
            for known, meaning in before.items()
            if known != control and not (_device_of(known) == device and meaning is action)
        }
        return PedalMap(kept | {control: action})


def read_pedals(path: Path) -> PedalMap:
    """Return what a file says, the defaults when there is none or it cannot be read."""
    try:
        return from_json(PedalMap, json.loads(path.read_text(encoding="utf-8")), where="pedals")
    except FileNotFoundError:
        return PedalMap()
    except (OSError, ValueError, StudioError) as error:
        _LOG.warning("What the pedals mean is forgotten: %s", error)
        return PedalMap()


def write_pedals(path: Path, pedals: PedalMap) -> None:
    """Remember what the pedals mean.

    Raises:
        StudioError: the disk does not take it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, to_json(pedals))
    except OSError as error:
        raise StudioError(
            f"What the pedals mean could not be saved: {error.strerror or error}."
        ) from error


def _device_of(control: str) -> str:
    return control.partition(" ")[0]
