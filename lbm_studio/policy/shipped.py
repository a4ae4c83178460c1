"""The policy that ships with the Studio, and what a training starts from unless somebody says so.

It is an ordinary checkpoint. An installation may lack it; then trainings start from scratch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lbm_studio.core.embodiment import Embodiment
from lbm_studio.core.errors import CheckpointError
from lbm_studio.policy.manifest import (
    SHIPPED,
    CheckpointManifest,
    check_fits,
    read_manifest,
    resolve_checkpoint,
)

SHIPPED_TITLE = "LBM Studio's own policy"
SCRATCH = "scratch"
"""Said instead of a checkpoint: a new network."""


@dataclass(frozen=True)
class Start:
    """What a training starts from.

    Attributes:
        checkpoint: short name or folder; None for from scratch.
        sentence: says so, and why.
    """

    checkpoint: str | None
    sentence: str


def shipped_policy() -> Path | None:
    """Return the checkpoint folder of the policy that ships; None when there is none."""
    try:
        return resolve_checkpoint(Path(SHIPPED))
    except CheckpointError:
        return None


def choose_start(asked: str | None, body_of: Callable[[], Embodiment]) -> Start:
    """Decide what a training starts from: what is asked for, else the policy that ships.

    Args:
        asked: checkpoint, ``SHIPPED`` or ``SCRATCH``; None leaves it open.
        body_of: tells the body that is trained for; called only where it matters.

    Raises:
        CheckpointError: what was asked for is no checkpoint, or does not fit the body.
    """
    if asked == SCRATCH:
        return Start(None, "Starts from scratch.")
    if asked is not None:
        check_fits(_asked_manifest(asked), body_of())
        return Start(asked, f"Starts from {title_of_start(asked)}.")
    shipped = shipped_policy()
    if shipped is None:
        return Start(None, "Starts from scratch: no policy ships with this installation.")
    try:
        check_fits(read_manifest(shipped), body_of())
    except CheckpointError as error:
        return Start(None, f"Starts from scratch, not from {SHIPPED_TITLE}. {error}")
    return Start(SHIPPED, f"Starts from {SHIPPED_TITLE}.")


def title_of_start(checkpoint: str | None) -> str:
    """Return how people call what a training starts from."""
    return {None: SCRATCH, SHIPPED: SHIPPED_TITLE}.get(checkpoint, str(checkpoint))


def _asked_manifest(asked: str) -> CheckpointManifest:
    try:
        return read_manifest(Path(asked))
    except CheckpointError as error:
        if asked == SHIPPED or Path(asked).exists():
            raise
        raise CheckpointError(
            f"There is no checkpoint at {asked}. Start from “{SHIPPED}”, “{SCRATCH}”, "
            "or the folder of a checkpoint or run."
        ) from error
