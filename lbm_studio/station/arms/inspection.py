"""What this machine has for real arms, found out without touching any."""

import importlib.metadata
import re
from dataclasses import dataclass
from pathlib import Path

from lbm_studio.station.arms.controller import require_franky

DRIVER_PACKAGE = "franky-control"
REALTIME_MARK = Path("/sys/kernel/realtime")
"""Holds a 1 where the kernel is a real-time one; libfranka looks there as well."""

_LIBRARY = re.compile(r"libfranka[^/]*\.so\.(\d+)\.(\d+)\.(\d+)$")
_PROTOCOLS = (((0, 18), 10), ((0, 14), 9), ((0, 13), 7))
"""Since which version of libfranka which version of the robot's server is spoken to."""


@dataclass(frozen=True)
class DriverVersions:
    """What drives real arms.

    Attributes:
        franky: version of the driver.
        libfranka: version of the library in it; empty when it does not tell.
        protocol: version of the robot's server that it speaks to; None when not known.
    """

    franky: str
    libfranka: str
    protocol: int | None

    def in_words(self) -> str:
        """Return the versions in a sentence."""
        library = f" with libfranka {self.libfranka}" if self.libfranka else ""
        spoken = f", for arms whose server has version {self.protocol}" if self.protocol else ""
        return f"franky {self.franky}{library}{spoken}."


def driver_versions() -> DriverVersions:
    """Return what is installed.

    Raises:
        StationError: nothing is; the sentence says how to install it.
    """
    require_franky()
    files = importlib.metadata.files(DRIVER_PACKAGE) or []
    found = next((match for file in files if (match := _LIBRARY.search(str(file)))), None)
    version = importlib.metadata.version(DRIVER_PACKAGE)
    if found is None:
        return DriverVersions(version, "", None)
    numbers = tuple(map(int, found.groups()))
    protocol = next((spoken for since, spoken in _PROTOCOLS if numbers >= since), None)
    return DriverVersions(version, ".".join(found.groups()), protocol)


def has_realtime_kernel() -> bool:
    """Whether the kernel is a real-time one."""
    try:
        return REALTIME_MARK.read_text(encoding="utf-8").strip() == "1"
    except OSError:
        return False


def keyring_title() -> str:
    """Return what keeps passwords on this system; empty when nothing does."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return ""  # comes with the driver
    try:
        kept_in = keyring.get_keyring()
        return str(kept_in.name) if kept_in.priority > 0 else ""
    except (KeyringError, RuntimeError):
        return ""  # a backend that cannot be used here says so when it is asked
