"""Which process is which: its number, which may be given away again, and the moment it began."""

import os
import select
import signal
from dataclasses import dataclass
from pathlib import Path

_GONE_WITHIN_S = 1.0


@dataclass(frozen=True)
class ProcessIdentity:
    """One process of this machine, never mistaken for a later one with the same number.

    Attributes:
        number: the process id.
        started: when it began, in kernel clock ticks since boot.
    """

    number: int
    started: int

    @classmethod
    def current(cls) -> "ProcessIdentity":
        """Return the identity of the calling process."""
        number = os.getpid()
        return cls(number, _started(number) or 0)

    @classmethod
    def parse(cls, text: str) -> "ProcessIdentity | None":
        """Return what :meth:`as_text` wrote, or None when it is something else."""
        parts = text.split()
        if len(parts) != 2 or not all(part.isdigit() for part in parts):
            return None
        return cls(int(parts[0]), int(parts[1]))

    def as_text(self) -> str:
        """Return the two numbers, separated by a space."""
        return f"{self.number} {self.started}"

    def is_alive(self) -> bool:
        """Whether the process exists and has not ended."""
        return _started(self.number) == self.started

    def kill(self) -> bool:
        """End the process at once and wait until it is gone; return whether it was there."""
        try:
            handle = os.pidfd_open(self.number)
        except OSError:
            return False
        try:
            if not self.is_alive():  # asked once the handle is ours: the number cannot change hands
                return False
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            select.select([handle], [], [], _GONE_WITHIN_S)
        except ProcessLookupError:
            return False
        finally:
            os.close(handle)
        return True

    def end_within(self, seconds: float) -> None:
        """Ask the process to end, and kill it when it does not in time.

        Args:
            seconds: how long it may take [s].
        """
        try:
            handle = os.pidfd_open(self.number)
        except OSError:
            return
        try:
            if self.is_alive():
                signal.pidfd_send_signal(handle, signal.SIGTERM)
                select.select([handle], [], [], seconds)
        except (ProcessLookupError, PermissionError):
            return
        finally:
            os.close(handle)
        self.kill()


def _started(number: int) -> int | None:
    """Return when process ``number`` began, None when there is none or it has ended (a zombie)."""
    try:
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])
