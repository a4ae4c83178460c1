"""Snapshots of the live camera tiles."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class IntentPoint:
    """Where an arm will next open or close its gripper, in one image.

    Attributes:
        arm: which arm, e.g. ``"right"``.
        x: fraction of the image width, 0 at the left.
        y: fraction of the image height, 0 at the top.
        confidence: 0 to 1.
    """

    arm: str
    x: float
    y: float
    confidence: float


@dataclass(frozen=True)
class CameraTile:
    """One live view.

    Attributes:
        name: semantic name, e.g. ``"wrist_left_minus"``.
        title: the name people read, e.g. ``"wrist left −"``.
        is_scene: fixed in the scene (shown large) rather than to a hand.
        aspect: width over height.
        image: (H, W, 3) uint8 RGB; None before the first frame.
        captured_ns: of the image; 0 before the first frame.
        rate_hz: frames a second over the last two seconds.
        age_s: age of the image, rounded to 0.1 s; 0 before the first frame.
        stale_reason: why the tile must be greyed out, a sentence; empty while it is live.
        intent: what the policy intends, drawn over the image.
        target: the start that is wanted next, (H, W, 3) uint8 RGB, blended over the image.
        target_share: how much of it, 0 to 1.
        target_mark: where the first object should lie, as fractions of width and height.
    """

    name: str
    title: str
    is_scene: bool
    aspect: float
    image: NDArray[np.uint8] | None = field(default=None, compare=False)
    captured_ns: int = 0
    rate_hz: float = 0.0
    age_s: float = 0.0
    stale_reason: str = ""
    intent: tuple[IntentPoint, ...] = ()
    target: NDArray[np.uint8] | None = field(default=None, compare=False)
    target_share: float = 0.0
    target_mark: tuple[float, float] | None = None


@dataclass(frozen=True)
class CamerasView:
    """All tiles, in the order of the embodiment; empty while no station is connected.

    Attributes:
        tiles: one a camera.
        empty_sentence: what to show instead when there are no tiles.
    """

    tiles: tuple[CameraTile, ...] = ()
    empty_sentence: str = "No station is connected. Open the panel Station and press Connect."
