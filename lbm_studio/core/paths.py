"""Where files are, from a checkout, an installed wheel or a frozen bundle alike."""

import os
import sys
from pathlib import Path

from lbm_studio.core.errors import StudioError

DATA_VARIABLE = "LBM_STUDIO_HOME"
"""Environment variable that moves the user's data folder (tests, several users of one machine)."""

POLICY_VARIABLE = "LBM_STUDIO_POLICY"
"""Environment variable that moves the policy that ships (tests, a site with one of its own)."""


def resources() -> Path:
    """Return the folder of bundled resources.

    Raises:
        StudioError: the installation is incomplete.
    """
    package = Path(__file__).resolve().parents[1]
    frozen = getattr(sys, "_MEIPASS", None)
    candidates = [Path(frozen) / "resources"] if frozen else []
    candidates += [package / "resources", package.parent / "resources"]
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    raise StudioError(
        "The folder “resources” is missing: the installation is incomplete, install again."
    )


def shipped_policy_folder() -> Path:
    """Return the folder of the policy that ships; nothing may be there."""
    chosen = os.environ.get(POLICY_VARIABLE)
    return Path(chosen) if chosen else resources() / "pretrained"


def user_data() -> Path:
    """Return the folder for the user's datasets, runs and settings (not created)."""
    chosen = os.environ.get(DATA_VARIABLE)
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "lbm-studio"


def program() -> tuple[str, ...]:
    """Return the command that starts this application again; a subcommand is appended to it."""
    if getattr(sys, "frozen", False):
        return (sys.executable,)
    return (sys.executable, "-m", "lbm_studio")
